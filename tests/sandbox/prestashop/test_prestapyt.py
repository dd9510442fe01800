"""An unmodified client of other people works against the sandbox."""

from __future__ import annotations

import io
import warnings
from typing import Any

import pytest
from PIL import Image
from prestapyt import PrestaShopWebServiceDict, PrestaShopWebServiceError

from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY
from atoosync_lab.sandbox.servers import RunningSandbox

pytestmark = pytest.mark.spec("BEY-10")


@pytest.fixture
def client(shop: RunningSandbox) -> Any:
    """The client, with all rights."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return PrestaShopWebServiceDict(shop.url, DEFAULT_KEY)


def _texts(english: str, french: str) -> dict[str, Any]:
    return {"language": [{"attrs": {"id": "1"}, "value": english}, {"attrs": {"id": "2"}, "value": french}]}


def _product(reference: str, **more: Any) -> dict[str, Any]:
    product = {
        "reference": reference,
        "price": "12.5",
        "active": "1",
        "state": "1",
        "minimal_quantity": "1",
        "id_tax_rules_group": "1",
        "name": _texts("Tea", "Thé"),
        "link_rewrite": _texts("tea", "the"),
        "associations": {"categories": {"category": [{"id": "2"}]}},
        **more,
    }
    return {"product": product}


def test_client_adds_finds_edits_and_deletes_a_product(client: Any) -> None:
    added = client.add("products", _product("PYT-1"))
    record = int(added["prestashop"]["product"]["id"])
    assert client.search("products", options={"filter[reference]": "[PYT-1]"}) == [record]
    read = client.get("products", record)["product"]
    assert read["price"] == "12.500000"
    assert read["name"]["language"][1]["value"] == "Thé"
    for name in ("manufacturer_name", "quantity", "position_in_category", "id_default_combination", "type"):
        read.pop(name)
    read["price"] = "13.0"
    client.edit("products", {"product": read})
    assert client.get("products", record)["product"]["price"] == "13.000000"
    stock = client.search("stock_availables", options={"filter[id_product]": f"[{record}]"})
    assert len(stock) == 1
    client.delete("products", record)
    assert client.search("products", options={"filter[reference]": "[PYT-1]"}) == []
    assert client.search("stock_availables", options={"filter[id_product]": f"[{record}]"}) == []


def test_client_searches_by_a_text_in_a_language(client: Any) -> None:
    record = int(
        client.add("products", _product("PYT-2", name=_texts("Blue bowl", "Bol bleu")))["prestashop"]["product"]["id"]
    )
    assert client.search("products", options={"filter[name]": "[bol bleu]"}) == [record]
    assert client.search("products", options={"filter[name]": "%[bowl]%"}) == [record]
    assert client.search("products?language=1&filter[name]=[bol bleu]") == []
    assert client.search("products?language=2&filter[name]=[bol bleu]") == [record]


def test_client_deletes_several_records_at_once(client: Any) -> None:
    tags = [
        int(client.add("tags", {"tag": {"id_lang": "1", "name": f"pyt{n}"}})["prestashop"]["tag"]["id"])
        for n in range(3)
    ]
    with pytest.raises(PrestaShopWebServiceError):
        client.delete("tags", [tags[0], 999_999])
    assert client.delete("tags", tags)
    assert client.search("tags", options={"filter[id]": "[" + "|".join(map(str, tags)) + "]"}) == []


def test_client_sends_an_image(client: Any) -> None:
    record = int(client.add("products", _product("PYT-3"))["prestashop"]["product"]["id"])
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "PNG")
    client.add(f"/images/products/{record}", files=[("image", "rouge.png", picture.getvalue())])
    product = client.get("products", record)["product"]
    assert product["id_default_image"]["value"] == product["associations"]["images"]["image"]["id"]


def test_client_reports_the_shops_code_and_message(client: Any) -> None:
    with pytest.raises(PrestaShopWebServiceError) as caught:
        client.add("products", {"product": {"price": "x", "name": _texts("a", "b"), "link_rewrite": _texts("a", "b")}})
    assert caught.value.ps_error_code == "85"
