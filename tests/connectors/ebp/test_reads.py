"""Reading a folder: every record once, whatever moves meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.erps.ebp import EbpConnector, facts
from atoosync_lab.connectors.erps.ebp.paging import Query
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.documents import FoundDocument
from atoosync_lab.model.errors import ConnectionFailedError
from atoosync_lab.model.filters import Comparison, Operator
from atoosync_lab.model.sales import Customer
from atoosync_lab.sandbox.ebp.seed import MAIN_STOREHOUSE
from atoosync_lab.sandbox.servers import RunningSandbox
from tests.connectors.ebp.conftest import ARTICLES, PLAIN_FOLDER
from tests.connectors.ebp.helpers import FOLDER, connect, document, read_all, token, wait_for

pytestmark = pytest.mark.spec("ERP-01")


def _rows(server: RunningSandbox, **content: Any) -> Any:
    return server.admin("POST", "/_admin/ebp/rows", {"folder": FOLDER, **content})


@pytest.fixture
def extra(sandbox: RunningSandbox) -> Iterator[Any]:
    """Inserts articles that are gone after the test."""
    added: list[str] = []

    def add(*ids: str, **values: Any) -> None:
        added.extend(ids)
        _rows(sandbox, table="Item", insert=[{"Id": i, "Caption": i, "ActiveState": 0, **values} for i in ids])

    yield add
    for key in added:
        _rows(sandbox, table="Item", key=key, delete=True)


def test_articles_are_read_in_pages_of_100_each_once(erp: EbpConnector) -> None:
    before = erp.calls
    products = read_all(erp, Scope.PRODUCTS, Product)
    assert [p.remote_id for p in products] == sorted({p.remote_id for p in products})
    assert len(products) == ARTICLES
    assert erp.calls - before == 1 + 3  # custom fields, then three pages


def test_article_keeps_amounts_states_and_texts(erp: EbpConnector) -> None:
    first, tenth = (p for p in read_all(erp, Scope.PRODUCTS, Product) if p.key in ("EM001", "EM010"))
    assert first.price_excl_tax == Decimal("12.345678")
    assert (first.active, first.web_published, first.stock_tracked) == (True, True, True)
    assert tenth.active is False
    assert tenth.web_published is False
    assert first.fields["BarCode"] == "0012345678905"
    assert first.fields["SalePriceVatExcluded"] == "12.345678"
    assert first.modified_at is not None
    assert first.modified_at.tzinfo is UTC


def test_custom_fields_are_among_the_fields(sandbox: RunningSandbox, extra: Any) -> None:
    sandbox.admin("POST", "/_admin/ebp/fields", {"folder": FOLDER, "table": "Item", "name": "xx_Test", "length": 20})
    extra("XX-CUSTOM", xx_Test="007")
    erp = connect(sandbox)
    found = read_all(erp, Scope.PRODUCTS, Product, ReadRequest(ids=("XX-CUSTOM",)))
    assert found[0].fields["xx_Test"] == "007"


def test_named_fields_narrow_what_is_asked(erp: EbpConnector) -> None:
    product = read_all(erp, Scope.PRODUCTS, Product, ReadRequest(fields=("Caption",), ids=("EM002",)))[0]
    assert product.fields["Caption"] == "Article 2"
    assert "ItemImage" not in product.fields
    assert product.price_excl_tax == Decimal("12.345678")


def test_named_articles_are_read_in_few_calls(erp: EbpConnector) -> None:
    wanted = (*(f"EM{n:03d}" for n in range(1, 151)), "NOPE")
    assert len(read_all(erp, Scope.PRODUCTS, Product, ReadRequest(ids=wanted))) == 150


def test_articles_that_come_and_go_between_pages_hide_no_other(
    erp: EbpConnector, sandbox: RunningSandbox, extra: Any
) -> None:
    extra("AA1", "AA2", "AA3")
    read = erp.read(Scope.PRODUCTS, ReadRequest())
    seen = [p.key for p in next(read)[Product]]
    for key in ("AA1", "AA2"):
        _rows(sandbox, table="Item", key=key, delete=True)
    extra("AB1")
    seen += [p.key for chunk in read for p in chunk[Product]]
    assert len(seen) == len(set(seen))
    assert {f"EM{n:03d}" for n in range(1, 201)} <= set(seen)


def test_moving_pages_of_the_server_lose_nothing(erp: EbpConnector, sandbox: RunningSandbox) -> None:
    sandbox.faults([{"path": "GenericQuery", "kind": "moving_pages", "value": 3, "times": 50}])
    assert len(read_all(erp, Scope.PRODUCTS, Product)) == ARTICLES


@pytest.mark.spec("ART-10")
def test_read_since_gives_what_changed_at_or_after_the_mark(erp: EbpConnector, sandbox: RunningSandbox) -> None:
    time.sleep(0.01)
    mark = datetime.now(UTC)
    time.sleep(0.01)
    _rows(sandbox, table="Item", key="EM005", change={"Caption": "Article 5"})
    changed = read_all(erp, Scope.PRODUCTS, Product, ReadRequest(since=mark))
    assert [p.key for p in changed] == ["EM005"]
    modified = changed[0].modified_at
    assert [p.key for p in read_all(erp, Scope.PRODUCTS, Product, ReadRequest(since=modified))] == ["EM005"]
    assert read_all(erp, Scope.PRODUCTS, Product, ReadRequest(since=modified + timedelta(milliseconds=1))) == []


@pytest.mark.spec("ART-40")
def test_stocks_give_each_warehouse_with_ordered_and_projected(erp: EbpConnector) -> None:
    stocks = read_all(erp, Scope.STOCKS, Stock)
    assert len(stocks) == len({s.remote_id for s in stocks}) == 2 * ARTICLES
    one = next(s for s in stocks if s.product_id == "EM003" and s.warehouse_id == MAIN_STOREHOUSE)
    assert one.quantity == Decimal(5)
    assert (one.customers_ordered, one.suppliers_ordered, one.projected) == (Decimal(1), Decimal("0.5"), Decimal("4.5"))


def test_stocks_of_named_articles(erp: EbpConnector) -> None:
    assert len(read_all(erp, Scope.STOCKS, Stock, ReadRequest(ids=("EM001", "EM002")))) == 4
    only = ReadRequest(filter=Comparison("Id", Operator.LIKE, ("ZZ%",)))
    assert len(read_all(erp, Scope.STOCKS, Stock, only)) == 100


def test_customers_give_the_keys_by_which_buyers_are_found(erp: EbpConnector) -> None:
    one, two = (c for c in read_all(erp, Scope.CUSTOMERS, Customer) if c.remote_id in ("CLI1", "CLI2"))
    assert (one.email, one.siret, one.vat_number) == ("un@exemple.fr", "73282932000074", "FR44732829320")
    assert (one.active, two.active, two.siret) == (True, False, "73282932000074")


@pytest.mark.parametrize("folder", [FOLDER, PLAIN_FOLDER])
def test_documents_read_are_those_with_our_token(sandbox: RunningSandbox, folder: str) -> None:
    erp = connect(sandbox, folder)
    ours = token(901, erp.reference_for("Web 901", "00000000000901"))
    sent = erp.submit_documents([(document(901), ours)])
    wait_for(erp, sent, ["901"])
    found = {d.token: d for d in read_all(erp, Scope.DOCUMENTS, FoundDocument)}
    assert found["00000000000901"].incl_tax == Decimal(24)
    assert all(found)


def test_column_that_the_folder_lacks_is_dropped_once_and_named(erp: EbpConnector) -> None:
    request = ReadRequest(fields=("Caption", "xx_Absent"))
    for _ in range(2):
        assert len(read_all(erp, Scope.PRODUCTS, Product, request)) == ARTICLES
    assert [(w.code, w.message.params["column"]) for w in erp.warnings] == [("ebp.column_missing", "xx_Absent")]


def test_field_without_right_is_unknown_and_named(erp: EbpConnector, sandbox: RunningSandbox) -> None:
    sandbox.faults([{"path": "GenericQuery", "kind": "no_right", "value": "ActiveState", "times": 50}])
    product = read_all(erp, Scope.PRODUCTS, Product)[0]
    assert product.active is None
    assert [(w.code, w.message.params["column"]) for w in erp.warnings] == [("ebp.field_hidden", "ActiveState")]


@pytest.mark.spec("SVC-05")
def test_unknown_folder_is_named(sandbox: RunningSandbox) -> None:
    with pytest.raises(ConnectionFailedError) as gone:
        list(connect(sandbox, "999999").read(Scope.CUSTOMERS, ReadRequest()))
    assert gone.value.code == "ebp.folder_not_found"


@pytest.mark.parametrize(
    ("kind", "value"), [("cut", 0.5), ("drop_before", None), ("status", 503), ("status", 429), ("latency", 0.1)]
)
def test_read_goes_on_after_a_passing_fault(
    erp: EbpConnector, sandbox: RunningSandbox, kind: str, value: float | None
) -> None:
    sandbox.faults([{"path": "GenericQuery", "kind": kind, "value": value, "times": 2}])
    assert len(read_all(erp, Scope.PRODUCTS, Product)) == ARTICLES


def test_html_in_place_of_data_is_no_empty_folder(erp: EbpConnector, sandbox: RunningSandbox) -> None:
    sandbox.faults([{"path": "GenericQuery", "kind": "html", "value": 200, "times": 20}])
    with pytest.raises(ConnectionFailedError):
        read_all(erp, Scope.PRODUCTS, Product)


def test_many_fields_do_not_make_an_address_too_long(erp: EbpConnector) -> None:
    request = ReadRequest(fields=tuple(f"xx_VeryLongNameOfACustomField{n:03d}" for n in range(200)))
    query = erp._reader._shortened(Query(table="Item", columns=(*facts.ITEM_TYPED, *request.fields)))
    assert erp._client.url_bytes(query) < facts.MAX_URL_BYTES
    assert erp.warnings[0].code == "ebp.too_many_columns"
