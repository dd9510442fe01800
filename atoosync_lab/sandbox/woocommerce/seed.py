"""Fill a shop without HTTP: for data generators, measurements and tests.

    state = ShopState.open(folder)                        # an empty installed shop, or the one that is there
    with state.writing():                                 # one transaction: do it for every large load
        tax = add_tax(state, rate="20", name="TVA 20")
        thes = add_terms(state, "product_cat", [{"name": "Thés"}])
        ids = add_products(state, [{"sku": "A1", "name": "Thé", "regular_price": "12.50", "stock_quantity": 40,
                                    "categories": thes}])
        add_variations(state, parent, [{"sku": "A1-250", "regular_price": "5", "options": {"Poids": "250 g"}}])
        customers = add_customers(state, [{"email": "a@example.test", "first_name": "Anne"}])
        add_orders(state, [{"customer_id": customers[0], "lines": [{"product_id": ids[0], "quantity": 2}]}])

Rows take the names of the tables (see `state`): `gtin` for the GTIN, `categories`, `tags`, `brands`, `images` as lists
of ids, `created` and `modified` as text in GMT. What is absent has the shop's defaults. Orders are worked out with
the sandbox's calculator. A server may run on the same folder meanwhile; it offers the same functions at
`POST /_admin/shop/<name>` with their arguments as JSON.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from atoosync_lab.sandbox.woocommerce.install import DEFAULT_CATEGORY
from atoosync_lab.sandbox.woocommerce.order_totals import Bench, calculate
from atoosync_lab.sandbox.woocommerce.product_writes import new_row, refresh_parent
from atoosync_lab.sandbox.woocommerce.products import price_of
from atoosync_lab.sandbox.woocommerce.state import Row, ShopState
from atoosync_lab.sandbox.woocommerce.taxing import Rules
from atoosync_lab.sandbox.woocommerce.terms import options_of
from atoosync_lab.sandbox.woocommerce.texts import amount, fixed, plain, slug

CHUNK = 5000
"""Orders that are written at once."""


def add_tax(
    state: ShopState, rate: str, name: str, country: str = "FR", tax_class: str = "standard", shipping: bool = True
) -> int:
    """A tax rate (percent); its id. The class is made when it is missing; calculation is switched on."""
    state.set_option("woocommerce_calc_taxes", "yes")
    if tax_class != "standard" and not state.count("tax_classes", "slug = ?", (tax_class,)):
        state.insert("tax_classes", {"slug": tax_class, "name": tax_class})
    return state.insert(
        "taxes",
        {"country": country, "state": "", "class": tax_class, "priority": 1, "position": 0, "rate": fixed(rate, 4),
         "name": name, "compound": False, "shipping": shipping, "postcodes": [], "cities": []},
    )  # fmt: skip


def add_terms(state: ShopState, taxonomy: str, items: Sequence[Mapping[str, Any]]) -> list[int]:
    """Categories (`product_cat`), brands, tags or terms of an attribute (`pa_...`); their ids."""
    rows = [
        {"taxonomy": taxonomy, "slug": slug(item["name"]), "parent": 0, "menu_order": 0, "description": "",
         "display": "default", "image": 0, **item}
        for item in items
    ]  # fmt: skip
    return state.insert_many("terms", rows)


def add_attribute(state: ShopState, name: str) -> int:
    """An attribute of the shop; its id."""
    return state.insert("attributes", {"name": name, "slug": f"pa_{slug(name)}", "type": "select",
                                       "order_by": "menu_order", "has_archives": False})  # fmt: skip


def _product(state: ShopState, item: Mapping[str, Any], kind: str, now: str) -> Row:
    given = {key: str(value) if isinstance(value, Decimal) else value for key, value in item.items()}
    row = {**new_row(kind), "created": now, "modified": now, **given}
    row["meta_data"] = [meta if "id" in meta else {"id": state.reserve("meta"), **meta} for meta in row["meta_data"]]
    if given.get("stock_quantity") is not None:
        row["manage_stock"] = 1
        row.setdefault("stock_status", "instock")
        if "stock_status" not in given:
            row["stock_status"] = "instock" if int(given["stock_quantity"]) > 0 else "outofstock"
    row["price"] = "" if row["type"] in ("variable", "grouped") else price_of(row, now)
    row["on_sale"] = int(bool(row["price"]) and row["price"] != row["regular_price"])
    return row


def add_products(state: ShopState, items: Iterable[Mapping[str, Any]]) -> list[int]:
    """Products (without variations) in bulk; their ids. `attributes` as the API takes them."""
    now = state.now()
    taken = {row[0] for row in state.db.execute("SELECT slug FROM products WHERE slug != ''")}
    rows = []
    for item in items:
        row = _product(state, item, str(item.get("type", "simple")), now)
        row["attributes"] = [a for a in (options_of(state, dict(a)) for a in row["attributes"]) if a is not None]
        row["categories"] = row["categories"] or [DEFAULT_CATEGORY]
        wanted = row["slug"] or slug(row["name"])
        if wanted in taken:
            wanted = f"{wanted}-{slug(row['sku']) or secrets.token_hex(4)}"
        taken.add(wanted)
        row["slug"] = wanted
        rows.append(row)
    return state.insert_many("products", rows)


def add_variations(state: ShopState, parent: int, items: Iterable[Mapping[str, Any]]) -> list[int]:
    """Variations of a variable product; their ids. `options`: attribute name -> value.

    Raises:
        KeyError: no such product.
    """
    holder = state.row("products", parent)
    if holder is None:
        raise KeyError(f"no product {parent}")
    known = {row["name"]: row for row in state.rows("attributes")}
    now, rows = state.now(), []
    for item in items:
        row = _product(state, {key: value for key, value in item.items() if key != "options"}, "variation", now)
        row["parent_id"], row["slug"] = parent, ""
        row["options"] = [_option(state, known.get(name), name, str(text)) for name, text in item["options"].items()]
        rows.append(row)
    ids = state.insert_many("products", rows)
    refresh_parent(state, parent)
    return ids


def _option(state: ShopState, attribute: Row | None, name: str, text: str) -> Row:
    if attribute is None:
        return {"id": 0, "name": name, "key": slug(name), "option": text, "label": text}
    return {"id": attribute["id"], "name": name, "key": attribute["slug"], "option": slug(text), "label": text}


def add_customers(state: ShopState, items: Iterable[Mapping[str, Any]]) -> list[int]:
    """Customers; their ids. `billing` and `shipping` as the API takes them."""
    now = state.now()
    rows = [
        {"username": item["email"], "role": "customer", "created": now, "modified": now, "first_name": "",
         "last_name": "", "billing": {}, "shipping": {}, "meta_data": [], **item}
        for item in items
    ]  # fmt: skip
    return state.insert_many("customers", rows)


def add_orders(state: ShopState, items: Iterable[Mapping[str, Any]]) -> list[int]:
    """Orders in bulk, worked out; their ids. Stock is not moved.

    Each has `lines` (`product_id`, `quantity`; also `variation_id`, `name`, `price` net a piece, `tax_class`) and may
    have `shipping_total`, `status`, `customer_id`, `billing`, `shipping`, `created`, and other fields of the table.
    """
    found: list[int] = []
    goods: dict[int, Row] = {}
    rules = Rules(state)
    source = iter(items)
    while chunk := list(itertools.islice(source, CHUNK)):
        lines = [line for item in chunk for line in item["lines"]]
        numbers = {int(line.get(name) or 0) for line in lines for name in ("product_id", "variation_id")}
        wanted = sorted(numbers - goods.keys() - {0})
        for start in range(0, len(wanted), CHUNK):
            goods.update(state.by_ids("products", wanted[start : start + CHUNK]))
        count = sum(len(item["lines"]) * 2 + 3 for item in chunk)
        ids = itertools.count(state.reserve("item", count))
        taxable = {number: row.get("tax_status") or "taxable" for number, row in goods.items()}
        bench = Bench(rules, ids.__next__, taxable)
        rows = [_order(state, item, bench, goods) for item in chunk]
        found += state.insert_many("orders", rows)
    return found


def _order(state: ShopState, item: Mapping[str, Any], bench: Bench, goods: Mapping[int, Row]) -> Row:
    created = item.get("created") or state.now()
    status = str(item.get("status") or "processing")
    paid = status in ("processing", "completed")
    row: Row = {
        "parent_id": 0, "customer_id": 0, "currency": "EUR", "prices_include_tax": bench.rules.gross, "billing": {},
        "meta_data": [], "tax_lines": [], "shipping_lines": [], "fee_lines": [], "coupon_lines": [],
        "order_key": f"wc_order_{secrets.token_hex(6)}", "date_paid": created if paid else None,
        "date_completed": created if status == "completed" else None, "version": state.version,
        "created_via": "checkout", "modified": created,
        **{key: value for key, value in item.items() if key not in ("lines", "shipping_total")},
        "created": created, "status": status,
    }  # fmt: skip
    row.setdefault("shipping", {key: value for key, value in row["billing"].items() if key != "email"})
    row["line_items"] = [_line(line, bench, goods) for line in item["lines"]]
    if item.get("shipping_total") is not None:
        row["shipping_lines"] = [
            {"id": bench.next_id(), "method_title": str(item.get("method_title") or "Livraison"),
             "method_id": str(item.get("method_id") or "flat_rate"), "instance_id": "",
             "total": plain(amount(item["shipping_total"])), "total_tax": "0", "taxes": [], "tax_status": "taxable",
             "meta_data": []}
        ]  # fmt: skip
    calculate(state, row, bench=bench)
    return row


def _line(line: Mapping[str, Any], bench: Bench, goods: Mapping[int, Row]) -> Row:
    product = goods.get(int(line.get("variation_id") or line["product_id"]), {})
    parent = goods.get(int(line["product_id"]), product)
    quantity = amount(line["quantity"])
    tax_class = line.get("tax_class", product.get("tax_class") or "")
    price = line["price"] if line.get("price") is not None else product.get("price") or "0"
    total = plain(amount(price) * quantity)
    return {
        "id": bench.next_id(), "name": line.get("name") or product.get("name") or parent.get("name") or "",
        "product_id": int(line["product_id"]), "variation_id": int(line.get("variation_id") or 0),
        "quantity": int(quantity) if quantity == int(quantity) else plain(quantity),
        "tax_class": parent.get("tax_class") or "" if tax_class == "parent" else tax_class,
        "subtotal": total, "subtotal_tax": "0", "total": total, "total_tax": "0", "taxes": [], "meta_data": [],
    }  # fmt: skip


ADMIN_ACTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "add_tax": add_tax,
        "add_terms": add_terms,
        "add_attribute": add_attribute,
        "add_products": add_products,
        "add_variations": add_variations,
        "add_customers": add_customers,
        "add_orders": add_orders,
    }
)
"""What `POST /_admin/shop/<action>` offers."""
