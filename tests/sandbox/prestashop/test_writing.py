"""Writes: reset on PUT, subset on PATCH, batches, stock rows, prices, customers."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import httpx
import pytest

from tests.sandbox.prestashop.helpers import codes, create, names, product, tag, texts, wrap

pytestmark = pytest.mark.spec("BEY-10")


def _read(api: httpx.Client, resource: str, record: int) -> ET.Element:
    answer = api.get(f"/api/{resource}/{record}")
    assert answer.status_code == 200
    return ET.fromstring(answer.text)[0]


def test_put_resets_what_it_does_not_send(api: httpx.Client) -> None:
    record = create(api, "products", product("WR-1", weight="2"))
    body = wrap("product", id=record, price=7, name=texts("n"), link_rewrite=texts("n"))
    assert api.put("/api/products", content=body).status_code == 200
    found = _read(api, "products", record)
    assert [found.findtext(name) for name in ("price", "reference", "weight", "active")] == [
        "7.000000",
        "",
        "0.000000",
        "0",
    ]


def test_patch_touches_only_what_it_sends_but_empties_absent_languages(api: httpx.Client) -> None:
    record = create(api, "products", product("WR-2"))
    body = f'<prestashop><product><id>{record}</id><name><language id="2">Seul</language></name></product></prestashop>'
    assert api.patch(f"/api/products/{record}", content=body).status_code == 200
    found = _read(api, "products", record)
    assert found.findtext("reference") == "WR-2"
    assert [node.text or "" for node in found.findall("name/language")] == ["", "Seul"]


def test_post_ignores_the_defaults_of_the_class(api: httpx.Client) -> None:
    found = _read(api, "products", create(api, "products", wrap("product", price=5, name=texts("n"))))
    assert [found.findtext(name) for name in ("active", "state", "minimal_quantity", "visibility", "condition")] == [
        "0",
        "0",
        "0",
        "both",
        "new",
    ]


def test_a_failing_batch_keeps_what_came_before(api: httpx.Client) -> None:
    objects = "".join(f"<tag><id_lang>1</id_lang><name>{name}</name></tag>" for name in ("lot-1", "x" * 33, "lot-3"))
    answer = api.post("/api/tags", content=f"<prestashop>{objects}</prestashop>")
    assert (answer.status_code, codes(answer)) == (400, {85})
    assert names(api.get("/api/tags", params={"filter[name]": "%[lot-]%", "display": "full"}), "tag") == ["lot-1"]


@pytest.mark.parametrize(
    ("method", "body", "expected"),
    [
        ("POST", "<prestashop><tag><id>1</id></tag></prestashop>", 91),
        ("PUT", "<prestashop><tag><name>x</name></tag></prestashop>", 90),
        ("PUT", "<prestashop><tag><id>1</id></tag><tag><id>1</id></tag></prestashop>", 89),
        ("PUT", "<prestashop><tag><id>999999</id></tag></prestashop>", 92),
        ("POST", "<prestashop><tag>", 127),
        ("POST", "", 127),
    ],
)
def test_bodies_are_refused_with_the_shops_codes(api: httpx.Client, method: str, body: str, expected: int) -> None:
    assert expected in codes(api.request(method, "/api/tags", content=body))


def test_an_unknown_association_is_an_error_although_the_product_is_kept(api: httpx.Client) -> None:
    answer = api.post(
        "/api/products", content=product("WR-3", associations="<colours><colour><id>1</id></colour></colours>")
    )
    assert (answer.status_code, codes(answer)) == (400, {86})
    assert names(
        api.get("/api/products", params={"filter[reference]": "[WR-3]", "display": "[reference]"}),
        "product",
        "reference",
    ) == ["WR-3"]


def test_associations_are_replaced_as_a_whole_and_kept_when_absent(api: httpx.Client) -> None:
    one, two = create(api, "tags", tag("un")), create(api, "tags", tag("deux"))

    def tags_of(record: int) -> list[int]:
        return [int(node.text or 0) for node in _read(api, "products", record).findall("associations/tags/tag/id")]

    def patch(record: int, inner: str) -> None:
        api.patch("/api/products", content=wrap("product", id=record, associations=inner)).raise_for_status()

    record = create(api, "products", product("WR-4", associations=f"<tags><tag><id>{one}</id></tag></tags>"))
    patch(record, f"<tags><tag><id>{two}</id></tag></tags>")
    assert tags_of(record) == [two]
    patch(record, "")
    assert tags_of(record) == [two]
    patch(record, "<tags/>")
    assert tags_of(record) == []


def test_stock_rows_are_born_with_variants_and_the_total_follows(api: httpx.Client) -> None:
    record = create(api, "products", product("WR-5", product_type="combinations"))
    variants = [
        create(api, "combinations", wrap("combination", id_product=record, minimal_quantity=1, reference=f"WR-5-{n}"))
        for n in (1, 2)
    ]
    query = {"filter[id_product]": f"[{record}]", "display": "full", "sort": "[id_product_attribute_ASC]"}
    rows = ET.fromstring(api.get("/api/stock_availables", params=query).text).findall("*/stock_available")
    assert [int(row.findtext("id_product_attribute") or 0) for row in rows] == [0, *variants]
    objects = "".join(
        f"<stock_available><id>{row.findtext('id')}</id><quantity>{n}</quantity></stock_available>"
        for n, row in enumerate(rows[1:], 4)
    )
    assert api.patch("/api/stock_availables", content=f"<prestashop>{objects}</prestashop>").status_code == 200
    assert names(api.get("/api/stock_availables", params=query), "stock_available", "quantity") == ["9", "4", "5"]
    api.delete(f"/api/combinations/{variants[0]}")
    assert names(api.get("/api/stock_availables", params=query), "stock_available", "quantity") == ["5", "5"]


def test_a_stock_row_without_its_shop_hides_until_repaired(api: httpx.Client) -> None:
    record = create(api, "products", product("WR-6"))
    row = ET.fromstring(api.get("/api/stock_availables", params={"filter[id_product]": f"[{record}]"}).text)[0][0].get(
        "id"
    )
    fields = {
        "id": row,
        "id_product": record,
        "id_product_attribute": 0,
        "quantity": 3,
        "depends_on_stock": 0,
        "out_of_stock": 2,
    }
    assert api.put("/api/stock_availables", content=wrap("stock_available", **fields)).status_code == 200
    lost = api.get(f"/api/stock_availables/{row}")
    assert (lost.status_code, codes(lost)) == (404, {131})
    assert api.put("/api/stock_availables", content=wrap("stock_available", **fields, id_shop=1)).status_code == 200
    assert api.get(f"/api/stock_availables/{row}").status_code == 200


def test_only_one_variant_is_the_default(api: httpx.Client) -> None:
    record = create(api, "products", product("WR-7"))
    first = create(api, "combinations", wrap("combination", id_product=record, minimal_quantity=1, default_on=1))
    clash = api.post(
        "/api/combinations", content=wrap("combination", id_product=record, minimal_quantity=1, default_on=1)
    )
    assert (clash.status_code, codes(clash)) == (500, {46})
    assert _read(api, "products", record).findtext("id_default_combination") == str(first)


def test_specific_prices_are_unique_by_their_conditions(api: httpx.Client) -> None:
    record = create(api, "products", product("WR-8"))
    fields: dict[str, object] = dict.fromkeys(
        ("id_shop", "id_cart", "id_currency", "id_country", "id_group", "id_customer"), 0
    )
    zero = "0000-00-00 00:00:00"
    fields.update(
        id_product=record,
        price=-1,
        from_quantity=1,
        reduction="0.1",
        reduction_tax=1,
        reduction_type="percentage",
        to=zero,
    )
    body = wrap("specific_price", **fields, **{"from": zero})
    create(api, "specific_prices", body)
    again = api.post("/api/specific_prices", content=body)
    assert (again.status_code, codes(again)) == (500, {46})
    other = wrap("specific_price", **{**fields, "from_quantity": 5}, **{"from": zero})
    create(api, "specific_prices", other)


def test_a_put_of_a_customer_wipes_its_key_and_hides_it_without_its_shop(api: httpx.Client) -> None:
    fields = {"lastname": "Essai", "firstname": "Camille", "email": "wr9@example.test", "passwd": "secret-clair"}
    record = create(api, "customers", wrap("customer", **fields, active=1))
    before = _read(api, "customers", record)
    assert len(before.findtext("secure_key") or "") == 32
    assert before.findtext("passwd") != "secret-clair"
    assert api.put("/api/customers", content=wrap("customer", id=record, **fields)).status_code == 200
    after = _read(api, "customers", record)
    assert (after.findtext("secure_key") or "", after.findtext("id_shop")) == ("", "0")
    assert (
        "wr9" not in api.get("/api/customers", params={"filter[email]": "[wr9@example.test]", "display": "full"}).text
    )
    clash = api.post("/api/customers", content=wrap("customer", **fields))
    assert (clash.status_code, codes(clash)) == (500, {140, 46})


def test_a_sent_hash_is_not_hashed_again(api: httpx.Client) -> None:
    fields = {
        "lastname": "Essai",
        "firstname": "Camille",
        "email": "wr10@example.test",
        "id_shop": 1,
        "id_shop_group": 1,
    }
    record = create(api, "customers", wrap("customer", **fields, passwd="secret-clair"))
    stored = _read(api, "customers", record).findtext("passwd")
    assert api.put("/api/customers", content=wrap("customer", id=record, **fields, passwd=stored)).status_code == 200
    assert _read(api, "customers", record).findtext("passwd") == stored
