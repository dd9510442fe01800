"""Fill a shop without HTTP: for data generators, tests, and acts that no Webservice call can make.

    state = ShopState.open(folder, "9")                      # an empty installed shop, or the one that is there
    with state.writing():                                    # one transaction: do it for every large load
        ids = insert_many(state, "products", [
            {"reference": "A1", "price": "12.50", "name": {1: "Tea", 2: "Thé"}, "link_rewrite": "the",
            "id_tax_rules_group": 1,
             "active": 1, "state": 1, "categories": [2, 5], "features": [[3, 11]], "quantity": 40},
        ])
        order = create_order(state, SeedOrder(customer=4, address=8, lines=[SeedLine(ids[0], 2)], payments=[("Carte",
        None)]))
        bulk_insert(state, "order_details", ("id", "id_order", "product_id", ...), rows)   # ready-made rows, stored
        form, fastest

- `insert_many` takes friendly values: numbers, `Decimal`, text, dates as text; language fields as one text for all
  languages or a
  mapping by language id; associations by their Webservice name as lists of ids or of rows. Products and combinations
  get their
  stock row (with `quantity`); products take `categories` and `attachments`. `id` may be given. Absent fields are
  zero, except dates (now).
- `create_order` works out every amount with the sandbox's calculator: net price, reduction, tax rules group, ecotax,
  vouchers (also free
  shipping), shipping, wrapping, currency, rounding type and mode, several payments, several states, a reference
  shared by two orders.
- `bulk_insert` writes rows as the tables hold them (see `state`): integers, amounts as text with six decimals, dates
  as text, associations
  as JSON in `a_<name>` (`association_text`), languages with `language_text`. About half a million order lines in a
  few seconds.
- Slips: `insert_many(state, "order_slip", [{..., "order_slip_details": [[line_id, order_detail_id, quantity, excl,
  incl]]}])`.
- `open_carrier`, `enter_voucher`, `set_config`, `add_payment_module`: the merchant's and the buyer's acts. A running
  server offers them at
  `POST /_admin/shop/<action>` with their arguments as JSON.

A server may run on the same folder meanwhile: it sees committed rows at its next request.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from atoosync_lab.sandbox.prestashop.order_states import recompute_total
from atoosync_lab.sandbox.prestashop.rules.catalog import add_stock_row, set_categories
from atoosync_lab.sandbox.prestashop.seed_orders import SeedLine, SeedOrder, SeedVoucher, create_order
from atoosync_lab.sandbox.prestashop.state import Row, ShopState, association_text
from atoosync_lab.sandbox.prestashop.values import fixed, language_text, stored

__all__ = [
    "ADMIN_ACTIONS",
    "SeedLine",
    "SeedOrder",
    "SeedVoucher",
    "ShopState",
    "add_payment_module",
    "association_text",
    "bulk_insert",
    "create_order",
    "enter_voucher",
    "fixed",
    "insert_many",
    "language_text",
    "open_carrier",
    "set_config",
]


def insert_many(state: ShopState, resource: str, rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """Insert records with friendly values and return their ids (see the head of this module).

    Raises:
        KeyError: when a field or association is unknown in this version (`UnknownColumnError`).
    """
    with state.writing():
        return [_insert(state, resource, row) for row in rows]


def _insert(state: ShopState, resource: str, row: Mapping[str, Any]) -> int:
    known = state.resources[resource]
    given = dict(row)
    quantity = given.pop("quantity", 0) if resource in ("products", "combinations") else 0
    categories, attachments = (
        (given.pop(name, ()) for name in ("categories", "attachments")) if resource == "products" else ((), ())
    )
    values: Row = {}
    languages = state.languages()
    for name, value in given.items():
        field = known.fields.get(name)
        if field is None:
            values.update(_other(state, resource, name, value))
        elif field.language:
            texts = value if isinstance(value, Mapping) else dict.fromkeys(languages, str(value))
            values[name] = language_text({item: str(texts.get(item, "")) for item in languages})
        else:
            values[name] = stored(field, value if not isinstance(value, bool) else int(value))
    for name in ("date_add", "date_upd"):
        if name in known.fields:
            values.setdefault(name, state.now())
    for field in known.fields.values():
        if field.language:
            values.setdefault(field.name, language_text(dict.fromkeys(languages, "")))
    for name, value in _usual(state, resource).items():
        values.setdefault(name, value)
    record = state.insert(resource, values)
    if resource in ("products", "combinations"):
        _place(state, resource, record, values, int(quantity), list(categories), list(attachments))
    return record


def _other(state: ShopState, resource: str, name: str, value: Any) -> Row:
    if name == "id":
        return {"id": int(value)}
    renamed = {"features": "product_features"}.get(name, name)
    rows = [item if isinstance(item, list | tuple) else [item] for item in value]
    return {f"a_{renamed}": association_text([fixed(x) if isinstance(x, Decimal) else x for x in row] for row in rows)}


def _usual(state: ShopState, resource: str) -> Row:
    """What a record made in the back office would have."""
    known = state.resources[resource].fields
    usual: dict[str, Row] = {
        "customers": {"id_shop": 1, "id_shop_group": 1, "id_lang": 2, "active": 1, "secure_key": "0" * 32},
        "products": {
            "id_shop_default": 1,
            "active": 1,
            "state": 1,
            "available_for_order": 1,
            "show_price": 1,
            "minimal_quantity": 1,
            "visibility": "both",
            "condition": "new",
            "product_type": "standard",
            "indexed": 1,
            "id_category_default": 2,
        },
        "combinations": {"minimal_quantity": 1},
        "carts": {"id_shop": 1, "id_shop_group": 1},
        "categories": {"id_shop_default": 1, "active": 1},
    }
    return {name: value for name, value in usual.get(resource, {}).items() if name in known}


def _place(
    state: ShopState,
    resource: str,
    record: int,
    values: Row,
    quantity: int,
    categories: list[int],
    attachments: list[int],
) -> None:
    if resource == "products":
        set_categories(state, record, categories)
        state.db.executemany(
            "INSERT OR IGNORE INTO _product_attachments VALUES (?, ?)", [(item, record) for item in attachments]
        )
        stock = add_stock_row(state, record, 0)
        state.update("stock_availables", stock, {"quantity": quantity})
        return
    product = values["id_product"]
    stock = add_stock_row(state, product, record)
    state.update("stock_availables", stock, {"quantity": quantity})
    recompute_total(state, product)
    if values.get("default_on"):
        state.update("products", product, {"cache_default_attribute": record})


def bulk_insert(state: ShopState, resource: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert ready-made rows in stored form, in one transaction: the fast path for large histories.

    Args:
        state: The shop.
        resource: Its resource.
        columns: Names of the columns given; others take their zero.
        rows: Values in that order.

    Raises:
        UnknownColumnError: when a column is unknown in this version.
    """
    with state.writing():
        state.insert_rows(resource, columns, rows)


def open_carrier(state: ShopState, carrier: int, zones: Sequence[int] = ()) -> None:
    """Open a carrier to zones (all when none are named) and to all groups, as the merchant does in the back office."""
    wanted = list(zones) or [row[0] for row in state.db.execute("SELECT id FROM zones")]
    with state.writing():
        state.db.executemany("INSERT OR IGNORE INTO _carrier_zones VALUES (?, ?)", [(carrier, zone) for zone in wanted])


def enter_voucher(state: ShopState, cart: int, rule: int) -> None:
    """Enter a cart rule in a cart, as the buyer does."""
    state.db.execute("INSERT OR IGNORE INTO _cart_vouchers VALUES (?, ?)", (cart, rule))


def set_config(state: ShopState, name: str, value: str) -> None:
    """Set a configuration, creating it when it is not there."""
    found = state.one("configurations", "fold(name) = fold(?)", name)
    if found:
        state.update("configurations", found["id"], {"value": value, "date_upd": state.now()})
    else:
        state.insert("configurations", {"name": name, "value": value, "date_add": state.now(), "date_upd": state.now()})


def add_payment_module(state: ShopState, name: str) -> None:
    """Install a payment module, so that orders may be made through it."""
    row = state.db.execute("SELECT value FROM _meta WHERE name = 'payment_modules'").fetchone()
    modules = json.loads(row[0])
    if name not in modules:
        state.db.execute("UPDATE _meta SET value = ? WHERE name = 'payment_modules'", (json.dumps([*modules, name]),))


ADMIN_ACTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "open_carrier": open_carrier,
        "enter_voucher": enter_voucher,
        "set_config": set_config,
        "add_payment_module": add_payment_module,
        "insert_many": insert_many,
    }
)
"""Acts offered by a running server at `POST /_admin/shop/<action>`."""
