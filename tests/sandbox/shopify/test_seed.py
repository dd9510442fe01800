"""Filling a shop without HTTP, its arithmetic, and every field of what was filled."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from atoosync_lab.sandbox.shopify import seed
from atoosync_lab.sandbox.shopify.access import session_of
from atoosync_lab.sandbox.shopify.amounts import Discount, Line, calculate, share
from atoosync_lab.sandbox.shopify.bucket import Buckets
from atoosync_lab.sandbox.shopify.facts import LATEST
from atoosync_lab.sandbox.shopify.install import DEFAULT_TOKEN
from atoosync_lab.sandbox.shopify.schema import schema_of
from atoosync_lab.sandbox.shopify.service import Call, Service
from atoosync_lab.sandbox.shopify.state import UnknownTableError

pytestmark = pytest.mark.spec("BEY-10")
FIELD = ("erp", "code", "single_line_text_field", "v")


class _Direct:
    """A shop without a server."""

    def __init__(self, folder: Path) -> None:
        self.state = seed.ShopState.open(folder)
        self.service = Service(self.state, Buckets(0), 0)

    def ask(self, query: str, unlimited: bool = False) -> dict[str, Any]:
        session = session_of(self.state, DEFAULT_TOKEN)
        assert session is not None
        return self.service.answer(Call(query, {}, None, LATEST, session, "http://shop.test", unlimited=unlimited))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Direct]:
    """A shop with one of everything."""
    shop = _Direct(tmp_path_factory.mktemp("seeded"))
    state = shop.state
    home = {"address1": "1 rue", "city": "Lyon", "countryCode": "FR"}
    (customer,) = seed.insert_customers(
        state, [seed.SeedCustomer("a@example.test", "A", "B", addresses=(home,), metafields=(FIELD,))]
    )
    collection = seed.insert_collection(state, "All")
    variant = seed.SeedVariant("A", "12.00", ("S",), stock=(10,), cost="1")
    product = seed.SeedProduct("Tea", [variant], ("Size",), tags=("x",), metafields=(FIELD,), collections=(collection,),
                               images=("https://img.test/a.jpg",))  # fmt: skip
    (made,) = seed.insert_products(state, [product])
    discounts = [Discount("code", "TEN", Decimal(10)), Discount("manual", "M", Decimal(1), "fixed_amount"),
                 Discount("automatic", "L", Decimal(1), "fixed_amount", "line", (0,))]  # fmt: skip
    lines = [seed.SeedLine("Tea", 3, "12.00", variant=made.variants[0], attributes=(("a", "b"),)), seed.SeedLine("Cup")]
    seed.insert_orders(state, [seed.SeedOrder(lines, customer=customer, shipping=[seed.SeedShipping()],
                       discounts=discounts,
                       delivery=home, sent=True, fees=(("Fee", "1"),), metafields=(FIELD,),
                       refunds=[seed.SeedRefund(((0, 1),), "1.00", "3")])])  # fmt: skip
    yield shop
    state.close()


def _selection(kind: Any, depth: int, seen: tuple[str, ...]) -> str:
    named = get_named_type(kind)
    schema = schema_of(LATEST)
    if isinstance(named, GraphQLUnionType | GraphQLInterfaceType):
        parts = (f"... on {item.name} {_selection(item, depth, seen)}" for item in schema.get_possible_types(named))
        return "{ __typename " + " ".join(parts) + " }"
    found = ["__typename"]
    known = {"key": '"erp.code"', "names": '["available", "on_hand"]', "locationId": '"gid://shopify/Location/100000000001"',
             "publicationId": '"gid://shopify/Publication/170000000001"', "id": '"gid://shopify/Product/8000000000001"',
             "inventoryItemId": '"gid://shopify/InventoryItem/46000000000001"'}  # fmt: skip
    for name, field in named.fields.items():
        inner = get_named_type(field.type)
        args = [f"{arg}: {known[arg]}" for arg, given in field.args.items() if is_required_argument(given)]
        args += ["first: 3"] if inner.name.endswith("Connection") else []
        call = f"{named.name}_{name}: {name}" + (f"({', '.join(args)})" if args else "")
        if is_leaf_type(inner):
            found.append(call)
        elif inner.name not in seen and (depth > 0 or inner.name in ("PageInfo", "MoneyBag", "MoneyV2")):
            found.append(f"{call} {_selection(inner, depth - 1, (*seen, inner.name))}")
    return "{ " + " ".join(found) + " }"


ROOTS = {
    "shop": "", "locations": "(first: 2)", "products": "(first: 2)", "productVariants": "(first: 2)",
    "inventoryItems": "(first: 2)", "collections": "(first: 2)", "customers": "(first: 2)", "orders": "(first: 2)",
    "fulfillmentOrders": "(first: 2, includeClosed: true)", "publications": "(first: 2)", "files": "(first: 2)",
    "currentAppInstallation": "", "publicApiVersions": "",
}  # fmt: skip


@pytest.mark.parametrize("root", ROOTS)
def test_every_field_of_what_was_filled_can_be_read(filled: _Direct, root: str) -> None:
    query_type = schema_of(LATEST).query_type
    assert query_type is not None
    kind = query_type.fields[root].type
    answer = filled.ask(
        f"{{ {root}{ROOTS[root]} {_selection(kind, 3, (get_named_type(kind).name,))} }}", unlimited=True
    )
    assert "errors" not in answer, answer["errors"][:3]
    found = answer["data"][root]
    assert found
    if isinstance(found, dict) and f"{get_named_type(kind).name}_nodes" in found:
        assert found[f"{get_named_type(kind).name}_nodes"]


@pytest.mark.parametrize("fragment", ["fulfillments { id events(first: 2) { nodes { id } } }", "refunds { id note }"])
def test_parts_of_orders_are_there(filled: _Direct, fragment: str) -> None:
    (order,) = filled.ask(f"{{ orders(first: 1) {{ nodes {{ {fragment} }} }} }}")["data"]["orders"]["nodes"]
    assert next(iter(order.values()))


def test_a_page_costs_a_handful_of_statements(tmp_path: Path) -> None:
    shop = _Direct(tmp_path)
    sizes = [seed.SeedVariant(f"V{n}", options=(f"S{n}",), stock=(n, 1)) for n in range(4)]
    seed.insert_products(shop.state, [seed.SeedProduct(f"P{n}", sizes, ("Size",)) for n in range(250)])
    seen: list[str] = []
    shop.state.db.set_trace_callback(seen.append)
    query = (
        "{ products(first: 250) { nodes { id variants(first: 10) { nodes { sku price inventoryQuantity selectedOptions "
    )
    query += "{ name value } inventoryItem { inventoryLevels(first: 5) { nodes { location { id } quantities("
    query += 'names: ["available"]) { quantity } } } } } } metafields(first: 5) { nodes { value } } } } }'
    answer = shop.ask(query, unlimited=True)
    shop.state.db.set_trace_callback(None)
    assert sum(len(row["variants"]["nodes"]) for row in answer["data"]["products"]["nodes"]) == 1000
    reads = [sql for sql in seen if sql.startswith("SELECT") and "_meta" not in sql]
    assert len(reads) < 15
    shop.state.close()


def test_parts_of_an_amount_add_up() -> None:
    assert share(Decimal("1.00"), [Decimal(1)] * 3) == [Decimal("0.33"), Decimal("0.33"), Decimal("0.34")]
    assert share(Decimal("1.00"), [Decimal(1), Decimal(0)]) == [Decimal("1.00"), Decimal("0.00")]
    assert share(Decimal("1.00"), [Decimal(0)]) == [Decimal("0.00")]


def test_discounts_act_in_their_order() -> None:
    rates = (("VAT", Decimal("0.2")),)
    lines = [Line(Decimal("10.00"), 2, rates), Line(Decimal("5.00"), 1, rates)]
    delivery = [Line(Decimal("6.00"), 1, rates)]
    totals = calculate(lines, delivery, [Discount("code", "ORDER", Decimal(10)),
                       Discount("automatic", "LINE", Decimal("2.00"), "fixed_amount", "line", (0,)),
                       Discount("code", "SHIP", Decimal(100), "percentage", "shipping")])  # fmt: skip
    assert lines[0].allocations == [(1, Decimal("2.00")), (0, Decimal("1.80"))]
    assert totals.subtotal == Decimal("20.70")
    assert totals.shipping == Decimal("0.00")
    assert totals.discounts == Decimal("10.30")
    assert totals.total == Decimal("20.70")


def test_unknown_tables_are_refused(filled: _Direct) -> None:
    with pytest.raises(UnknownTableError):
        seed.bulk_insert(filled.state, "nothing", ("id",), [])
