"""What hosts, plug-ins and merchants do to a shop's API, on a running shop: found, told, or made good."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.connectors.base import Outcome, PriceWrite, ReadRequest, Scope
from atoosync_lab.connectors.shops.woocommerce.oauth import OneLegged
from atoosync_lab.model.catalogue import Product
from atoosync_lab.model.errors import ConnectionFailedError, OutcomeUnknownError
from atoosync_lab.sandbox.woocommerce.install import READ_KEY, READ_SECRET
from tests.connectors.woocommerce.helpers import Shop, fresh, product, read
from tests.connectors.woocommerce.test_setup import causes, told

OFF = {"notice": False, "firewall": False, "redirect_https": False, "plain_permalinks": False, "read_only": False,
       "home": "", "batch_limit": 0}  # fmt: skip


@pytest.fixture
def switched(shop: Shop) -> Iterator[Shop]:
    yield shop
    shop.switch(**OFF)


def secure(shop: Shop) -> dict[str, Any]:
    """Options of a connector that speaks TLS with the shop."""
    found = json.loads((Path(shop.server.state) / "tls.json").read_text())
    return {"settings": {"url": found["url"]}, "verify": _context(found["certificate"])}


def _context(certificate: str) -> Any:

    return ssl.create_default_context(cafile=certificate)


def price(shop: Shop, **options: Any) -> Any:
    """Write one price; its result."""
    (own,) = shop.products(product(f"H{next(fresh)}"))
    write = PriceWrite(key="h", target_id=own, kind="product", price_excl_tax=Decimal(3))
    return shop.connect(**options).write_prices([write])[0]


@pytest.mark.spec("SHOP-02")
def test_tls_takes_the_keys_as_they_are(shop: Shop) -> None:
    options = secure(shop)
    assert causes(shop.connect(**options).check()) == []
    assert price(shop, **options).outcome is Outcome.DONE


@pytest.mark.spec("SHOP-02")
def test_signature_of_every_awkward_value_is_accepted(shop: Shop) -> None:
    names = ["A/B", "50% laine", "a+b & c", "é~ü", "x%20y", "[1]|{2}"]
    connector = shop.connect()
    assert isinstance(connector._client._oauth, OneLegged)
    for name in names:
        assert connector._client.get("products", [("sku", name), ("_fields", "id")]).records == []


def test_key_that_may_only_read_is_told_before_anything_is_written(shop: Shop) -> None:
    connector = shop.connect(READ_KEY, READ_SECRET)
    assert causes(connector.check()) == ["woocommerce.key_reads_only"]
    with pytest.raises(ConnectionFailedError) as raised:
        price(shop, key=READ_KEY, secret=READ_SECRET)
    assert raised.value.code == "woocommerce.key_reads_only"


def test_notice_before_the_data_hurts_no_read_and_no_write(switched: Shop) -> None:
    switched.switch(notice=True)
    connector = switched.connect()
    report = connector.check()
    assert causes(report) == []
    assert told(report, "notice").params["text"]
    assert read(connector, Scope.PRODUCTS)[Product]
    assert price(switched).outcome is Outcome.DONE


def test_plain_permalinks_serve_reads_and_writes(switched: Shop) -> None:
    switched.switch(plain_permalinks=True)
    report = switched.connect().check()
    assert causes(report) == []
    assert told(report, "reach").code == "woocommerce.plain_permalinks"
    assert read(switched.connect(), Scope.PRODUCTS)[Product]
    assert price(switched).outcome is Outcome.DONE


def test_firewall_is_told_and_not_hammered(switched: Shop) -> None:
    switched.switch(firewall=True)
    assert causes(switched.connect().check()) == ["woocommerce.firewall"]
    connector = switched.connect()
    with pytest.raises(ConnectionFailedError) as raised:
        read(connector, Scope.PRODUCTS)
    assert raised.value.code == "woocommerce.firewall"
    assert connector.calls == 1


def test_address_that_redirects_to_https_is_told(switched: Shop) -> None:
    switched.switch(redirect_https=True)
    certificate = secure(switched)["verify"]
    (cause,) = causes(switched.connect(verify=certificate).check())
    assert cause in ("woocommerce.redirected", "http.redirect_elsewhere")


def test_site_that_believes_to_have_another_address_refuses_signatures(switched: Shop) -> None:
    switched.switch(home="http://autre.example.test")
    assert causes(switched.connect().check()) == ["woocommerce.key_refused_http"]


def test_limit_of_a_plug_in_makes_smaller_batches(switched: Shop) -> None:
    switched.switch(batch_limit=4)
    own = switched.products(*(product(f"H{next(fresh)}") for _ in range(9)))
    writes = [PriceWrite(key=i, target_id=i, kind="product", price_excl_tax=Decimal(2)) for i in own]
    assert [r.outcome for r in switched.connect().write_prices(writes)] == [Outcome.DONE] * 9


def test_page_where_a_list_came_before_is_tried_again(shop: Shop) -> None:
    shop.server.faults([{"kind": "html", "value": 200, "path": "/products\\?"}])
    assert read(shop.connect(), Scope.PRODUCTS, ReadRequest())[Product]
    shop.server.faults([{"kind": "html", "value": 200, "path": "/products\\?", "times": None}])
    with pytest.raises(OutcomeUnknownError) as raised:
        read(shop.connect(), Scope.PRODUCTS, ReadRequest())
    assert raised.value.code == "woocommerce.page_instead"
