"""Articles, stocks, customers and images of a real Tryton, judged by what was put into it and by its own tables."""

from __future__ import annotations

import io
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from PIL import Image

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.erps.tryton.connector import TrytonConnector
from atoosync_lab.connectors.erps.tryton.product_records import Attribute, Category, ProductShape, product_of
from atoosync_lab.connectors.erps.tryton.reads import TrytonReader
from atoosync_lab.connectors.erps.tryton.stock_records import Locations, Ordered
from atoosync_lab.model.catalogue import ArticleImage, ImageContent, Product, Stock
from atoosync_lab.model.documents import DocumentKind, FoundDocument
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.model.sales import Address, Customer
from atoosync_lab.sandbox.data.demo.catalogue import ACTIVE, Article, articles
from atoosync_lab.sandbox.data.demo.people import Person, people
from atoosync_lab.sandbox.data.demo.words import words
from atoosync_lab.sandbox.tryton.rpc import Rpc
from atoosync_lab.sandbox.tryton.server import TrytonServer
from tests.connectors.tryton import books
from tests.connectors.tryton.answers import Server
from tests.connectors.tryton.connecting import read_all

_numbers = count(1)


@pytest.fixture(scope="module")
def rpc(tryton: TrytonServer) -> Iterator[Rpc]:
    with tryton.rpc() as judge:
        yield judge


@pytest.fixture(scope="module")
def products(erp: TrytonConnector) -> dict[str, Product]:
    before = erp.calls
    found = read_all(erp, Scope.PRODUCTS, Product)
    assert erp.calls - before < 10, "calls do not grow with the articles of a page"
    assert erp.warnings == []
    return {product.reference: product for product in found}


def added(rpc: Rpc, *, variants: int = 1, **more: Any) -> list[dict[str, Any]]:
    """Articles of one new template: id, code and template of each."""
    [unit] = rpc.read("product.uom", [("symbol", "=", "u")], ["name"])
    code = f"NEU{next(_numbers)}"
    row = {
        "name": code, "code": code, "type": "goods", "default_uom": unit["id"], "list_price": Decimal("9.9"),
        "products": [("create", [{"suffix_code": f"-{n}"} for n in range(variants)])], **more,
    }  # fmt: skip
    [made] = rpc.create("product.template", [row])
    return rpc.read("product.product", [("template", "=", made)], ["code", "template"])


# --- Articles --------------------------------------------------------------------------------------------------------


@pytest.mark.spec("ART-01", "ART-03", "ART-05")
def test_every_article_is_read_as_it_was_put_in(erp: TrytonConnector, products: dict[str, Product]) -> None:
    taxes = {item.id: item.rate for item in erp.reference_lists().get(ListName.VAT_CODES)}
    listed = articles()
    names = {family.code: family.names[0] for family in words().families}
    assert {article.key for article in listed} <= set(products)
    for article in listed:
        product = products[article.key]
        assert product.key == article.key
        assert product.price_excl_tax == article.price.quantize(Decimal("0.0001"))
        assert isinstance(product.price_excl_tax, Decimal)
        assert taxes[product.tax_id or ""] == Decimal(article.vat), article.key
        assert product.active is (article.state == ACTIVE)
        assert product.barcode == article.barcode
        assert product.stock_tracked is (article.tracked and not article.service), article.key
        assert product.fields["account_category"].endswith("%")
        if article.family:
            assert product.fields["category"] == names[article.family]
        if article.brand:
            assert product.fields["attribute_marque"] == article.brand
        if article.grams:
            assert product.weight == Decimal(article.grams) / 1000
        if not article.master:
            assert product.parent_id is None
            assert product.label == product.fields["name"] == article.names[0]
            assert product.web_published is article.published, article.key
        assert product.fields["code"] == article.key
        assert product.texts == {}


def test_variants_name_their_master_and_keep_their_own_price(products: dict[str, Product]) -> None:
    masters: dict[str, list[Article]] = defaultdict(list)
    for article in articles():
        if article.master:
            masters[article.master].append(article)
    assert masters
    for master, members in masters.items():
        assert {products[m.key].parent_id for m in members} == {master if len(members) > 1 else None}
        assert [products[m.key].price_excl_tax for m in members] == [m.price for m in members]
        assert len({products[m.key].remote_id for m in members}) == len(members)


@pytest.mark.spec("ART-06")
def test_all_texts_of_an_article_are_read(products: dict[str, Product]) -> None:
    described = [article for article in articles() if article.paragraphs and not article.master]
    for article in described:
        text = products[article.key].fields["description"]
        assert all(part.replace("*", "") in text for part in article.paragraphs), article.key
    assert described


@pytest.mark.spec("ART-02")
def test_only_what_changed_is_read_whatever_part_of_it_changed(erp: TrytonConnector, rpc: Rpc) -> None:
    first, second = added(rpc, variants=2)
    [other] = added(rpc)
    [parent] = rpc.create("product.category", [{"name": "Neuve"}])

    def changed(model: str, ids: list[int], **values: Any) -> set[str]:
        since = datetime.now(UTC)
        rpc.write(model, ids, values)
        return {p.reference for p in read_all(erp, Scope.PRODUCTS, Product, ReadRequest(since=since))}

    both = {first["code"], second["code"]}
    assert changed("product.template", [first["template"]], name="Autre nom") == both
    assert changed("product.product", [first["id"]], description="Autre") == {first["code"]}
    assert changed("product.product", [second["id"]], list_price=Decimal("8.5")) == {second["code"]}
    assert changed("product.template", [other["template"]], list_price=Decimal("7.5")) == {other["code"]}
    assert changed("product.template", [other["template"]], active=False) == {other["code"]}
    barcode = [("create", [{"type": "ean", "code": "4006381333931"}])]
    assert changed("product.product", [first["id"]], identifiers=barcode) == {first["code"]}
    assert changed("product.template", [first["template"]], categories=[("add", [parent])]) == both
    assert changed("product.category", [parent], name="Autre") == both
    found = {p.reference: p for p in read_all(erp, Scope.PRODUCTS, Product, ReadRequest(ids=(str(first["id"]),)))}
    assert set(found) == {first["code"]}
    assert found[first["code"]].barcode == "4006381333931"
    assert found[first["code"]].fields["category"] == "Autre"


@pytest.mark.spec("ART-07")
def test_texts_of_further_languages_have_fields_of_their_own() -> None:
    texts = {"fr": {"name": "Miel", "description": "Doux"}, "en": {"name": "Honey", "description": None}}

    def articles_of(params: list[Any]) -> list[dict[str, Any]]:
        return [{"id": 5, "code": "M1", **texts[params[-1]["language"]]}]

    server = Server(
        {
            "model.ir.lang.search_read": [{"id": 1, "code": "en"}, {"id": 2, "code": "fr"}],
            "model.product.product.fields_get": {"name": {"type": "char"}, "description": {"type": "text"}},
            "model.product.category.fields_get": {},
            "model.product.category.search_read": [],
            "model.product.product.search_read": articles_of,
        }
    )
    [chunk] = TrytonReader(server.client()).read(Scope.PRODUCTS, ReadRequest())
    [product] = chunk[Product]
    assert product.fields["name"] == product.label == "Miel"
    assert product.fields["name_en"] == "Honey"
    assert "description_en" not in product.fields, "what is not translated is not made up"
    assert "name_fr" not in product.fields
    assert server.seen.count("model.product.product.search_read") == 2


def test_parties_without_a_code_are_left_out_and_told() -> None:
    server = Server(
        {
            "model.party.party.fields_get": {},
            "model.party.party.search_read": [{"id": 1, "code": None, "name": "A"}, {"id": 2, "code": "B"}],
        }
    )
    client = server.client()
    [chunk] = TrytonReader(client).read(Scope.CUSTOMERS, ReadRequest())
    assert [customer.remote_id for customer in chunk[Customer]] == ["B"]
    [warning] = server.warnings
    assert "1" in warning.message.text("fr")
    assert warning.message.text("en") != warning.code


SHAPE = ProductShape(
    own=("name", "taille", "date"),
    categories={1: Category(1, "Miels"), 2: Category(2, "TVA 5,5", (7, 9))},
    attributes={"couleur": Attribute("couleur", "Couleur", {"r": "Rouge", "v": "Vert"})},
    weighed=True,
)
ROW: dict[str, Any] = {
    "id": 5, "code": " EM001 ", "active": True, "salable": True, "type": "goods", "template": 3,
    "template.": {"id": 3, "name": "Miel", "code": "M", "active": 1, "products": [5, 6]},
    "categories": [1], "account_category": 2, "list_price_used": Decimal("1.23456789"), "name": "Miel",
}  # fmt: skip


@pytest.mark.parametrize(
    ("weight", "unit", "kilograms"),
    [("250", "g", "0.25"), ("1.5", "kg", "1.5"), ("2", "lb", "0.907185"), ("3", "m", None), (None, "g", None)],
)
def test_weights_are_told_in_kilograms(weight: str | None, unit: str, kilograms: str | None) -> None:
    row = {**ROW, "weight": weight and Decimal(weight), "weight_uom.": {"symbol": unit}}
    found = product_of(row, SHAPE, {}).weight
    assert found == (None if kilograms is None else Decimal(kilograms))


def test_an_article_is_made_of_product_and_template() -> None:
    more = {
        "attributes": {"couleur": ["r", "v"], "neuf": True, "cote": Decimal("1.50")},
        "date": date(2026, 1, 2),
        "identifiers.": [{"type": "brand", "code": "X"}, {"type": "upc", "code": "2"}, {"type": "ean", "code": "1"}],
    }
    product = product_of({**ROW, **more}, SHAPE, {"name_en": "Honey"})
    assert (product.reference, product.key, product.parent_id) == (" EM001 ", "EM001", "M")
    assert product.price_excl_tax == Decimal("1.234568")
    assert (product.tax_id, product.category_id, product.barcode) == ("7", "1", "1")
    assert product.fields["attribute_couleur"] == "Rouge, Vert"
    assert product.fields["attribute_neuf"] == "1"
    assert product.fields["attribute_cote"] == "1.5"
    assert product.fields["date"] == "2026-01-02"
    assert product.fields["name_en"] == "Honey"
    assert product_of({**ROW, "template.": {**ROW["template."], "active": 0}}, SHAPE, {}).active is False


def test_published_is_what_the_web_category_holds_or_else_what_is_salable() -> None:
    assert product_of(ROW, SHAPE, {}).web_published is True
    web = {**SHAPE.categories, 8: Category(8, "Web", web=True)}
    shape = ProductShape(own=(), categories=web, attributes={}, weighed=False)
    assert product_of(ROW, shape, {}).web_published is False
    found = product_of({**ROW, "categories": [8, 1]}, shape, {})
    assert found.web_published is True
    assert found.category_id == "1", "the mark is no family"


# --- Stocks ----------------------------------------------------------------------------------------------------------

_MOVES = (
    "SELECT m.product, f.id, t.id, f.type, t.type, m.state, m.internal_quantity FROM stock_move m"
    " JOIN stock_location f ON f.id = m.from_location JOIN stock_location t ON t.id = m.to_location"
    " WHERE m.state IN ('done', 'draft', 'assigned')"
)


def judged(server: TrytonServer) -> dict[tuple[str, str], list[Decimal]]:
    """Real, ordered by customers, ordered from suppliers and projected, by article and warehouse, from the tables."""
    with closing(sqlite3.connect(f"file:{server.sqlite_path}?mode=ro", uri=True)) as con:
        parents = dict(con.execute("SELECT id, parent FROM stock_location").fetchall())
        kinds = dict(con.execute("SELECT id, type FROM stock_location").fetchall())
        moves = con.execute(_MOVES).fetchall()

    def house(place: int | None) -> int | None:
        while place is not None and kinds[place] != "warehouse":
            place = parents[place]
        return place

    found: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 4)
    for product, source, target, kind, other, state, quantity in moves:
        amount = Decimal(str(quantity))
        for place, sign in ((source, -1), (target, 1)):
            if (held := house(place)) is not None:
                row = found[str(product), str(held)]
                row[3] += amount * sign
                if state == "done":
                    row[0] += amount * sign
                elif sign == -1 and other == "customer":
                    row[1] += amount
                elif sign == 1 and kind == "supplier":
                    row[2] += amount
    return found


@pytest.mark.spec("ART-04")
def test_stocks_are_those_of_the_moves_by_warehouse(erp: TrytonConnector, tryton: TrytonServer) -> None:
    before = erp.calls
    found = read_all(erp, Scope.STOCKS, Stock)
    assert erp.calls - before < 10
    assert len({stock.remote_id for stock in found}) == len(found)
    expected = judged(tryton)
    for stock in found:
        told = [stock.quantity, stock.customers_ordered, stock.suppliers_ordered, stock.projected]
        assert told == expected.pop((stock.product_id, stock.warehouse_id), [Decimal(0)] * 4), stock
        assert isinstance(stock.quantity, Decimal)
    assert not any(any(row) for row in expected.values()), "every quantity was read"
    for place in range(4):
        told = [(s.quantity, s.customers_ordered, s.suppliers_ordered, s.projected)[place] for s in found]
        assert any(told), "the demonstration holds some of each"


@pytest.mark.spec("ART-04")
def test_stocks_of_what_moved_are_read_alone(erp: TrytonConnector, rpc: Rpc) -> None:
    [row] = added(rpc)
    [warehouse] = rpc.read("stock.location", [("code", "=", "DEP1")], ["storage_location"])
    since = datetime.now(UTC)
    assert read_all(erp, Scope.STOCKS, Stock, ReadRequest(since=since)) == []
    line = {"product": row["id"], "quantity": 4.0}
    inventory = {
        "location": warehouse["storage_location"], "empty_quantity": "keep", "lines": [("create", [line])],
    }  # fmt: skip
    rpc.call("model.stock.inventory.confirm", rpc.create("stock.inventory", [inventory]))
    found = read_all(erp, Scope.STOCKS, Stock, ReadRequest(since=since))
    assert {s.product_id for s in found} == {str(row["id"])}
    assert sorted(s.quantity for s in found) == [0, 4]
    assert found == read_all(erp, Scope.STOCKS, Stock, ReadRequest(ids=(str(row["id"]),)))


def test_places_lie_in_the_warehouse_above_them() -> None:
    rows = [
        {"id": 1, "type": "warehouse", "parent": None}, {"id": 2, "type": "storage", "parent": 1},
        {"id": 3, "type": "view", "parent": 2}, {"id": 4, "type": "customer", "parent": None},
        {"id": 5, "type": "supplier", "parent": None}, {"id": 6, "type": "storage", "parent": 7},
        {"id": 7, "type": "storage", "parent": 6},
    ]  # fmt: skip
    locations = Locations.of(rows)
    assert locations.warehouses == {1: 1, 2: 1, 3: 1}
    ordered = Ordered()
    for source, target, quantity in ((3, 4, "2"), (2, 4, "1.5"), (5, 2, "7"), (5, 4, "9"), (4, 2, "9"), (2, 3, "9")):
        move = {
            "product": 8, "from_location": source, "to_location": target, "internal_quantity": Decimal(quantity)
        }  # fmt: skip
        ordered.add(move, locations)
    assert ordered.by_customers == {(8, 1): Decimal("3.5")}
    assert ordered.from_suppliers == {(8, 1): Decimal(7)}


# --- Customers -------------------------------------------------------------------------------------------------------


def _known() -> list[Person]:
    return [person for person in people() if person.known]


@pytest.mark.spec("CLI-20")
def test_every_customer_is_read_as_it_was_put_in(erp: TrytonConnector) -> None:
    before = erp.calls
    chunks = list(erp.read(Scope.CUSTOMERS, ReadRequest()))
    assert erp.calls - before < 5
    customers = {c.remote_id: c for chunk in chunks for c in chunk[Customer]}
    addresses: dict[str, list[Address]] = defaultdict(list)
    for chunk in chunks:
        for address in chunk[Address]:
            addresses[address.customer_id].append(address)
    for person in _known():
        customer = customers[person.code]
        assert customer.name == (person.company or f"{person.last} {person.first}")
        assert customer.email.casefold() == (person.email.casefold() if "@" in person.email else "")
        assert customer.siret == person.siret
        assert customer.vat_number == (person.vat_number if person.place.country == "FR" else "")
        assert customer.active is not person.inactive
        # Others on this server may have added some: the one put in is the first.
        address = min(addresses[person.code], key=lambda found: int(found.remote_id))
        assert (address.city, address.postcode, address.country) == (
            person.place.city, person.place.postcode, person.place.country,
        )  # fmt: skip
        assert address.address1 == person.place.street
        assert address.address2 == person.place.second
    groups = {item.id for item in erp.reference_lists().get(ListName.PRICE_CATEGORIES)}
    assert {customers[person.code].group_id for person in _known()} <= groups
    assert erp.warnings == []


@pytest.mark.spec("CLI-20")
def test_customers_of_whom_any_part_changed_are_read_alone(erp: TrytonConnector, rpc: Rpc) -> None:
    row = {
        "name": "Neuve", "code": f"NEU{next(_numbers)}", "addresses": [("create", [{"city": "Rennes"}])],
        "contact_mechanisms": [("create", [{"type": "email", "value": "une@exemple.fr"}])],
    }  # fmt: skip
    [party] = rpc.create("party.party", [row])
    [made] = rpc.read("party.party", [("id", "=", party)], ["addresses", "contact_mechanisms"])

    def changed(model: str, ids: list[int], **values: Any) -> Customer:
        since = datetime.now(UTC)
        rpc.write(model, ids, values)
        [found] = read_all(erp, Scope.CUSTOMERS, Customer, ReadRequest(since=since))
        assert found.remote_id == row["code"]
        customer: Customer = found
        return customer

    changed("party.address", made["addresses"], city="Brest")
    assert changed("party.contact_mechanism", made["contact_mechanisms"], value="autre@exemple.fr").email == (
        "autre@exemple.fr"
    )
    assert changed("party.contact_mechanism", made["contact_mechanisms"], active=False).email == ""
    assert changed("party.party", [party], active=False).active is False
    found = read_all(erp, Scope.CUSTOMERS, Customer, ReadRequest(ids=(str(row["code"]), "personne")))
    assert [customer.remote_id for customer in found] == [row["code"]]


# --- Images ----------------------------------------------------------------------------------------------------------


def picture(color: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(out, format="PNG")
    return out.getvalue()


def test_images_are_read_in_order_and_each_content_once(erp: TrytonConnector, rpc: Rpc) -> None:
    first, second = added(rpc, variants=2)
    of_template = [
        {"template": first["template"], "image": picture("red"), "sequence": 2},
        {"template": first["template"], "image": picture("green"), "sequence": 1},
        {"template": first["template"], "product": second["id"], "image": picture("blue"), "sequence": 9},
    ]
    red, green, blue = rpc.create("product.image", of_template)
    request = ReadRequest(ids=(str(first["id"]), str(second["id"])))
    images = read_all(erp, Scope.IMAGES, ArticleImage, request)
    shown: dict[str, list[str]] = defaultdict(list)
    for image in sorted(images, key=lambda i: i.position):
        shown[image.article_id].append(image.image_id)
        assert (image.mime_type, image.pixels, image.sheet) == ("image/jpeg", 1200, False)
    assert shown == {
        str(first["id"]): [str(green), str(red)],
        str(second["id"]): [str(blue), str(green), str(red)],
    }
    contents = read_all(erp, Scope.IMAGES, ImageContent, request)
    assert {c.digest for c in contents} == {i.digest for i in images}
    assert len(contents) == 3, "an image of two variants is read once"

    known = {(i.article_id, i.image_id): i for i in images}
    again = ReadRequest(ids=request.ids, images=known)
    before = erp.calls
    assert read_all(erp, Scope.IMAGES, ImageContent, again) == []
    assert erp.calls - before <= 3
    assert {(i.article_id, i.image_id): i for i in read_all(erp, Scope.IMAGES, ArticleImage, again)} == known

    since = datetime.now(UTC)
    rpc.write("product.image", [red], {"image": picture("black")})
    since_then = ReadRequest(since=since, images=known)
    assert len(read_all(erp, Scope.IMAGES, ImageContent, since_then)) == 1
    assert {i.image_id for i in read_all(erp, Scope.IMAGES, ArticleImage, since_then)} == {
        str(red), str(green), str(blue),
    }  # fmt: skip
    assert {p.reference for p in read_all(erp, Scope.PRODUCTS, Product, ReadRequest(since=since))} == {
        first["code"], second["code"],
    }  # fmt: skip


# --- Documents -------------------------------------------------------------------------------------------------------


def test_documents_with_our_token_are_read_once_they_are_complete(erp: TrytonConnector, rpc: Rpc) -> None:
    since = datetime.now(UTC)
    kinds = (DocumentKind.QUOTE, DocumentKind.ORDER)
    lines = [books.line(quantity="2", price="10")]
    batch = books.with_tokens([books.document(erp, kind, lines, date=since.date()) for kind in kinds])
    erp.submit_documents(batch)
    tokens = [token for _, token in batch]
    found = {d.token: d for d in read_all(erp, Scope.DOCUMENTS, FoundDocument, ReadRequest(since=since))}
    assert found == erp.find_documents(tokens)
    assert [found[token.token].kind for token in tokens] == list(kinds)
    [sale] = rpc.read("sale.sale", [("reference", "=", tokens[1].reference)], ["state"])
    assert sale["state"] == "processing"
    rpc.create("sale.sale", [_foreign(rpc, sale["id"])])
    assert len(read_all(erp, Scope.DOCUMENTS, FoundDocument, ReadRequest(since=since))) == len(kinds)


def _foreign(rpc: Rpc, sale: int) -> dict[str, Any]:
    """A sale of somebody else, with a reference that ends like ours, and no token."""
    [row] = rpc.read("sale.sale", [("id", "=", sale)], ["party", "invoice_address", "currency", "company"])
    return {name: row[name] for name in ("party", "invoice_address", "currency", "company")} | {"reference": "W [x]"}
