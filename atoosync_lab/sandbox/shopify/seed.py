"""Fill a shop without HTTP: for data generators, tests, benchmarks, and acts that no API call makes.

    state = ShopState.open(folder)
    with state.writing():                                     # one transaction: do it for every large load
        made = insert_products(state, [SeedProduct("Thé", [SeedVariant("THE-1", "12.50", stock=(40, 3))])])
        insert_customers(state, [SeedCustomer("a@example.test", "Anne", "Martin")])
        insert_orders(state, [SeedOrder(lines=[SeedLine("Thé", 2, "12.50", variant=made[0].variants[0])])])

Amounts may be text, `Decimal` or whole numbers. `insert_orders` works out discounts, taxes, totals and states;
`bulk_insert` takes ready-made rows (see `tables`), the fastest. A server may run on the same folder meanwhile: it sees
committed rows at its next request. A running server offers `ACTIONS` at `POST /_admin/seed/<name>`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from atoosync_lab.sandbox.shopify.seed_orders import (
    SeedLine,
    SeedOrder,
    SeedPayment,
    SeedRefund,
    SeedShipping,
    insert_orders,
)
from atoosync_lab.sandbox.shopify.state import ShopState
from atoosync_lab.sandbox.shopify.values import clean_tags, compact, handle_of, item_of, money

__all__ = [
    "ACTIONS",
    "Made",
    "SeedCustomer",
    "SeedLine",
    "SeedOrder",
    "SeedPayment",
    "SeedProduct",
    "SeedRefund",
    "SeedShipping",
    "SeedVariant",
    "ShopState",
    "bulk_insert",
    "insert_collection",
    "insert_customers",
    "insert_orders",
    "insert_products",
    "set_metafield",
]


@dataclass(frozen=True)
class SeedVariant:
    """A variant.

    Attributes:
        sku: May be shared with others, as in a real shop.
        price: Selling price.
        options: Value of each of the product's options.
        stock: Available at each location, in the order of locations; empty: stocked nowhere.
        weight: In kilograms.
    """

    sku: str | None
    price: Any = "10.00"
    options: tuple[str, ...] = ()
    stock: tuple[int, ...] = ()
    barcode: str | None = None
    compare_at_price: Any = None
    cost: Any = None
    taxable: bool = True
    tracked: bool = True
    weight: Any = "0"
    policy: str = "DENY"


@dataclass(frozen=True)
class SeedProduct:
    """A product; `metafields` are namespace, key, type, value; `images` are addresses."""

    title: str
    variants: Sequence[SeedVariant]
    options: tuple[str, ...] = ()
    handle: str | None = None
    description_html: str = ""
    vendor: str = ""
    product_type: str = ""
    tags: tuple[str, ...] = ()
    status: str = "ACTIVE"
    published: bool = True
    metafields: tuple[tuple[str, str, str, str], ...] = ()
    collections: tuple[int, ...] = ()
    images: tuple[str, ...] = ()


@dataclass(frozen=True)
class Made:
    """Ids of a product and its variants."""

    product: int
    variants: tuple[int, ...]


@dataclass(frozen=True)
class SeedCustomer:
    """A customer; addresses are mappings with the names of `MailingAddressInput`."""

    email: str | None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None
    tags: tuple[str, ...] = ()
    note: str | None = None
    tax_exempt: bool = False
    locale: str = "fr"
    addresses: tuple[Mapping[str, Any], ...] = ()
    metafields: tuple[tuple[str, str, str, str], ...] = ()


_VARIANT = ("id", "product_id", "position", "title", "options", "sku", "barcode", "price", "compare_at_price",
            "taxable", "inventory_policy", "cost", "tracked", "weight", "created_at", "updated_at",
            "item_updated_at")  # fmt: skip
_PRODUCT = ("id", "title", "handle", "description_html", "vendor", "product_type", "status", "tags", "options",
            "created_at", "updated_at", "published_at")  # fmt: skip
_LEVEL = ("item_id", "location_id", "available", "created_at", "updated_at")
_METAFIELD = ("owner_type", "owner_id", "namespace", "key", "type", "value", "created_at", "updated_at")


def next_id(state: ShopState, table: str) -> int:
    """The id that the next row of a table gets."""
    return int(state.value("SELECT seq FROM sqlite_sequence WHERE name = ?", table) or 0) + 1


def insert_products(state: ShopState, products: Iterable[SeedProduct]) -> list[Made]:
    """Insert products with their variants, stock, metafields, collections and images; gives their ids."""
    with state.writing():
        return _Products(state).add(products)


class _Products:
    def __init__(self, state: ShopState) -> None:
        self._state = state
        self._now = state.now()
        self._locations = [row["id"] for row in state.rows("locations", "1 ORDER BY id")]
        self._online = state.value("SELECT MIN(id) FROM publications")
        self._handles = {row[0] for row in state.db.execute("SELECT handle FROM products")}
        self._product, self._variant = next_id(state, "products"), next_id(state, "variants")
        self._rows: dict[str, list[tuple[Any, ...]]] = {
            name: [] for name in ("products", "variants", "levels", "metafields", "entries", "collected")
        }

    def add(self, products: Iterable[SeedProduct]) -> list[Made]:
        made = [self._one(product) for product in products]
        state = self._state
        state.insert_rows("products", _PRODUCT, self._rows["products"])
        state.insert_rows("variants", _VARIANT, self._rows["variants"])
        state.insert_rows("inventory_levels", _LEVEL, self._rows["levels"])
        state.insert_rows("metafields", _METAFIELD, self._rows["metafields"])
        state.insert_rows("publication_entries", ("kind", "resource_id", "publication_id"), self._rows["entries"])
        state.insert_rows("collection_products", ("collection_id", "product_id", "position"), self._rows["collected"])
        return made

    def _one(self, given: SeedProduct) -> Made:
        number, now = self._product, self._now
        self._product += 1
        options = self._options(given)
        published = now if given.published and given.status == "ACTIVE" else None
        self._rows["products"].append(
            (number, given.title, self._handle(given.handle or handle_of(given.title) or "product"),
             given.description_html, given.vendor, given.product_type, given.status, compact(clean_tags(given.tags)),
             compact(options), now, now, published)
        )  # fmt: skip
        if given.published:
            self._rows["entries"].append(("Product", number, self._online))
        self._rows["metafields"] += [("PRODUCT", number, *field, now, now) for field in given.metafields]
        self._rows["collected"] += [(item, number, number) for item in given.collections]
        for place, source in enumerate(given.images):
            self._image(number, place, source)
        return Made(
            number, tuple(self._variant_row(number, place, item) for place, item in enumerate(given.variants, 1))
        )

    def _options(self, given: SeedProduct) -> list[dict[str, Any]]:
        found = []
        for place, name in enumerate(given.options):
            values = list(dict.fromkeys(item.options[place] for item in given.variants))
            numbers = self._state.part_ids(len(values) + 1)
            listed = [{"id": numbers[n + 1], "name": value} for n, value in enumerate(values)]
            found.append({"id": numbers[0], "name": name, "position": place + 1, "values": listed})
        return found

    def _handle(self, wanted: str) -> str:
        found, number = wanted, 0
        while found in self._handles:
            number += 1
            found = f"{wanted}-{number}"
        self._handles.add(found)
        return found

    def _image(self, product: int, place: int, source: str) -> None:
        row = {"kind": "MediaImage", "filename": source.rsplit("/", 1)[-1], "source": source, "ready_at": self._now,
               "mime_type": "image/jpeg", "created_at": self._now, "updated_at": self._now}  # fmt: skip
        file = self._state.insert("files", row)
        self._state.insert("product_files", {"product_id": product, "file_id": file, "position": place})

    def _variant_row(self, product: int, place: int, given: SeedVariant) -> int:
        number, now = self._variant, self._now
        self._variant += 1
        self._rows["variants"].append(
            (number, product, place, " / ".join(given.options) or "Default Title", compact(list(given.options)),
             given.sku, given.barcode, money(given.price),
             None if given.compare_at_price is None else money(given.compare_at_price), int(given.taxable),
             given.policy, None if given.cost is None else money(given.cost), int(given.tracked), str(given.weight),
             now, now, now)
        )  # fmt: skip
        for location, quantity in zip(self._locations, given.stock, strict=False):
            self._rows["levels"].append((item_of(number), location, quantity, now, now))
        return number


def insert_customers(state: ShopState, customers: Iterable[SeedCustomer]) -> list[int]:
    """Insert customers; gives their ids."""
    with state.writing():
        return [_customer(state, customer) for customer in customers]


def _customer(state: ShopState, given: SeedCustomer) -> int:
    now = state.now()
    addresses = []
    for address in given.addresses:
        number = int(state.db.execute("INSERT INTO addresses DEFAULT VALUES").lastrowid or 0)
        addresses.append({"firstName": given.first_name, "lastName": given.last_name, **address, "id": number})
    customer = state.insert(
        "customers",
        {"email": given.email, "first_name": given.first_name, "last_name": given.last_name, "phone": given.phone,
         "tags": compact(clean_tags(given.tags)), "note": given.note, "tax_exempt": int(given.tax_exempt),
         "locale": given.locale, "addresses": compact(addresses), "created_at": now, "updated_at": now},
    )  # fmt: skip
    state.insert_rows("metafields", _METAFIELD, [("CUSTOMER", customer, *item, now, now) for item in given.metafields])
    return customer


def insert_collection(state: ShopState, title: str, products: Sequence[int] = ()) -> int:
    """Insert a collection; gives its id."""
    with state.writing():
        number = state.insert("collections", {"title": title, "handle": handle_of(title), "updated_at": state.now()})
        rows = [(number, product, place) for place, product in enumerate(products)]
        state.insert_rows("collection_products", ("collection_id", "product_id", "position"), rows)
        return number


def set_metafield(
    state: ShopState, owner_type: str, owner: int, namespace: str, key: str, kind: str, value: str
) -> None:
    """Set one metafield."""
    now = state.now()
    state.db.execute("DELETE FROM metafields WHERE owner_type = ? AND owner_id = ? AND namespace = ? AND key = ?",
                     (owner_type, owner, namespace, key))  # fmt: skip
    state.insert_rows("metafields", _METAFIELD, [(owner_type, owner, namespace, key, kind, value, now, now)])


def bulk_insert(state: ShopState, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert ready-made rows, as the tables hold them.

    Raises:
        UnknownTableError: there is no such table.
    """
    state.columns(table)
    with state.writing():
        state.insert_rows(table, names, rows)


def _tuples(given: Mapping[str, Any]) -> dict[str, Any]:
    """Lists of JSON as tuples, one level down."""
    return {
        name: tuple(tuple(item) if isinstance(item, list) else item for item in value)
        if isinstance(value, list)
        else value
        for name, value in given.items()
    }


def _products_action(state: ShopState, products: list[dict[str, Any]]) -> list[dict[str, Any]]:
    given = []
    for item in products:
        values = _tuples(item)
        values["variants"] = [SeedVariant(**_tuples(variant)) for variant in item["variants"]]
        given.append(SeedProduct(**values))
    return [{"product": made.product, "variants": list(made.variants)} for made in insert_products(state, given)]


def _customers_action(state: ShopState, customers: list[dict[str, Any]]) -> list[int]:
    return insert_customers(state, [SeedCustomer(**_tuples(item)) for item in customers])


def _orders_action(state: ShopState, orders: list[dict[str, Any]]) -> list[int]:
    return insert_orders(state, [SeedOrder.of(item) for item in orders])


ACTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "products": _products_action,
        "customers": _customers_action,
        "orders": _orders_action,
        "collection": insert_collection,
        "metafield": set_metafield,
    }
)
"""Functions that a running server offers at `POST /_admin/seed/<name>`, with their arguments as JSON."""
