"""Products and variations as answers show them. A page is built with a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.woocommerce import times, versions
from atoosync_lab.sandbox.woocommerce.call import ALL, Call, links
from atoosync_lab.sandbox.woocommerce.crud import without
from atoosync_lab.sandbox.woocommerce.images import shown_image
from atoosync_lab.sandbox.woocommerce.state import Row
from atoosync_lab.sandbox.woocommerce.texts import amount, fixed, number, paragraphs, slug

RELATED = 5
"""Related products that an answer lists at most; the shop draws them, the sandbox takes the newest."""

_SYMBOLS = {"EUR": "&euro;", "USD": "&#36;", "GBP": "&pound;", "CHF": "&#67;&#72;&#70;"}


def on_sale(row: Row, now: str) -> bool:
    """Whether the sale price holds now."""
    if not row.get("sale_price") or row["type"] in ("variable", "grouped"):
        return False
    if amount(row["sale_price"]) >= amount(row.get("regular_price")):
        return False
    start, end = row.get("on_sale_from"), row.get("on_sale_to")
    return not (start and start > now) and not (end and end < now)


def price_of(row: Row, now: str) -> str:
    """The price that counts now; empty when there is none."""
    return str(row["sale_price"]) if on_sale(row, now) else str(row.get("regular_price") or "")


def managed(row: Row, parent: Row | None = None) -> bool | str:
    """Whether the stock is managed: here, by the parent (`parent`), or not at all."""
    if row.get("manage_stock"):
        return True
    return "parent" if parent is not None and parent.get("manage_stock") else False


class Page:
    """Everything that the products of one answer need, read at once."""

    def __init__(self, call: Call, rows: Sequence[Row]) -> None:
        state = call.state
        self.call = call
        self.now = state.now()
        terms = {
            number
            for row in rows
            for number in (*row.get("categories", ()), *row.get("tags", ()), *row.get("brands", ()))
        }
        terms |= {term for row in rows for item in row.get("attributes", ()) for term in item.get("terms", ())}
        terms |= {row["shipping_class_id"] for row in rows if row.get("shipping_class_id")}
        self.terms = state.by_ids("terms", terms)
        self.images = state.by_ids("images", [image for row in rows for image in row.get("images", ())])
        self.children: dict[int, list[Row]] = defaultdict(list)
        parents = [row["id"] for row in rows if row["type"] == "variable"]
        if parents:
            marks = ",".join(map(str, parents))
            sql = f"type = 'variation' AND parent_id IN ({marks}) AND status IN ('publish', 'private')"
            for child in state.rows("products", sql, (), "menu_order, id"):
                self.children[child["parent_id"]].append(child)
        self.parents = state.by_ids("products", [row["parent_id"] for row in rows if row["type"] == "variation"])
        self.attributes = {row["id"]: row for row in state.rows("attributes")}
        self.decimals = int(state.option("woocommerce_price_num_decimals"))
        self.symbol = _SYMBOLS.get(state.option("woocommerce_currency"), "")
        self.newest = self._newest(rows) if rows else []
        self._alike: dict[frozenset[int], list[int]] = {}

    def _newest(self, rows: Sequence[Row]) -> list[tuple[int, frozenset[int]]]:
        shared = {number for row in rows for number in (*row.get("categories", ()), *row.get("tags", ()))}
        if not shared:
            return []
        marks = ",".join(map(str, shared))
        # Of a large shop the newest are looked at only: the shop itself keeps a drawn list for a day.
        sql = (
            f"SELECT owner, term_id FROM product_terms WHERE term_id IN ({marks}) AND owner IN"
            " (SELECT id FROM products WHERE status = 'publish' AND type != 'variation' ORDER BY id DESC LIMIT 50)"
        )
        found: dict[int, set[int]] = defaultdict(set)
        for owner, term in self.call.state.db.execute(sql):
            found[owner].add(term)
        return [(owner, frozenset(terms)) for owner, terms in sorted(found.items(), reverse=True)]

    def related(self, row: Row) -> list[int]:
        """Products that share a category or a tag."""
        own = frozenset((*row.get("categories", ()), *row.get("tags", ())))
        if own not in self._alike:
            # One more than are shown: the product itself may be among them.
            self._alike[own] = [owner for owner, terms in self.newest if own & terms][: RELATED + 1]
        return [owner for owner in self._alike[own] if owner != row["id"]][:RELATED]

    def names(self, numbers: Iterable[int]) -> list[dict[str, Any]]:
        """Terms as products list them, by name."""
        rows = [self.terms[number] for number in numbers if number in self.terms]
        rows.sort(key=lambda row: row["name"].lower())
        return [{"id": row["id"], "name": row["name"], "slug": row["slug"]} for row in rows]

    def shown_price(self, value: str | Decimal) -> str:
        """A price as the shop displays it, in HTML."""
        text = f'<span class="woocommerce-Price-currencySymbol">{self.symbol}</span>{fixed(value, self.decimals)}'
        return f'<span class="woocommerce-Price-amount amount"><bdi>{text}</bdi></span>'


def rendered(call: Call, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Products and variations of a list of products, each as its kind is shown."""
    page = Page(call, rows)
    own = versions.missing_fields("products", call.version)
    return without((product(page, row) for row in rows), own)


def rendered_variations(call: Call, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Variations of the routes of variations."""
    page = Page(call, rows)
    return without((variation(page, row) for row in rows), versions.missing_fields("variations", call.version))


def _common(page: Page, row: Row, parent: Row | None) -> dict[str, Any]:
    sale = on_sale(row, page.now)
    price = str(row["sale_price"]) if sale else str(row.get("regular_price") or "")
    stock = managed(row, parent)
    holder = parent if stock == "parent" and parent is not None else row
    backorders = holder.get("backorders") or "no"
    quantity = holder.get("stock_quantity") if stock else None
    status = holder["stock_status"] if stock == "parent" else row["stock_status"]
    text = row.get("description") or ""
    return {
        "description": text if page.call.edit or page.call.params.get("context") == "edit" else paragraphs(text),
        "sku": row.get("sku") or "",
        "price": price,
        "regular_price": row.get("regular_price") or "",
        "sale_price": row.get("sale_price") or "",
        **times.pair("date_on_sale_from", row.get("on_sale_from")),
        **times.pair("date_on_sale_to", row.get("on_sale_to")),
        "on_sale": sale,
        "virtual": bool(row.get("virtual")),
        "downloadable": bool(row.get("downloadable")),
        "downloads": row.get("downloads", []),
        "download_limit": row.get("download_limit", -1),
        "download_expiry": row.get("download_expiry", -1),
        "tax_status": row.get("tax_status") or "taxable",
        "tax_class": row.get("tax_class") or "",
        "manage_stock": stock,
        "stock_quantity": quantity,
        "stock_status": status,
        "backorders": backorders,
        "backorders_allowed": backorders != "no",
        "backordered": bool(stock and backorders == "notify" and (quantity or 0) <= 0),
        "low_stock_amount": row.get("low_stock_amount"),
        "weight": row.get("weight") or "",
        "dimensions": row.get("dimensions") or {"length": "", "width": "", "height": ""},
        "shipping_class": page.terms[row["shipping_class_id"]]["slug"] if row.get("shipping_class_id") else "",
        "shipping_class_id": row.get("shipping_class_id") or 0,
        "meta_data": row.get("meta_data", []),
        "global_unique_id": row.get("gtin") or "",
        "menu_order": row.get("menu_order") or 0,
    }


def product(page: Page, row: Row) -> dict[str, Any]:
    """One product; a variation found by a list of products is shown in the same form."""
    parent = page.parents.get(row["parent_id"]) if row["type"] == "variation" else None
    call, title = page.call, row.get("name") or ""
    variable = row["type"] == "variable"
    children = page.children.get(row["id"], [])
    common = _common(page, row, parent)
    prices = sorted(amount(price_of(child, page.now)) for child in children if price_of(child, page.now))
    if variable:
        common.update({"price": _text(prices[0]) if prices else "", "regular_price": "", "sale_price": ""})
        common["on_sale"] = any(on_sale(child, page.now) for child in children)
        if not row.get("manage_stock"):
            states = {child["stock_status"] for child in children}
            common["stock_status"] = next((name for name in ("instock", "onbackorder") if name in states), "outofstock")
    address = f"{call.home}/product/{row.get('slug')}/"
    if not row.get("slug") or row["status"] in ("draft", "pending", "auto-draft", "trash"):
        address = f"{call.home}/?post_type=product&p={row['id']}"
    short = row.get("short_description") or ""
    edit = call.edit or call.params.get("context") == "edit"
    found = {
        "id": row["id"],
        "name": title,
        "slug": row.get("slug") or "",
        "permalink": variation_address(page, row, parent) if parent else address,
        **times.pair("date_created", row["created"]),
        **times.pair("date_modified", row["modified"]),
        "type": row["type"],
        "status": row["status"],
        "featured": bool(row.get("featured")),
        "catalog_visibility": row.get("catalog_visibility") or "visible",
        "short_description": short if edit else paragraphs(short),
        **common,
        "purchasable": row["status"] != "trash" and common["price"] != "" and row["type"] != "external",
        "total_sales": row.get("total_sales") or 0,
        "external_url": row.get("external_url") or "",
        "button_text": row.get("button_text") or "",
        "sold_individually": bool(row.get("sold_individually")),
        "shipping_required": not row.get("virtual"),
        "shipping_taxable": not row.get("virtual") and common["tax_status"] in ("taxable", "shipping"),
        "reviews_allowed": row.get("reviews_allowed", True),
        "average_rating": "0" if call.version >= (4, 0) else "0.00",
        "rating_count": 0,
        "upsell_ids": row.get("upsell_ids", []),
        "cross_sell_ids": row.get("cross_sell_ids", []),
        "parent_id": row.get("parent_id") or 0,
        "purchase_note": row.get("purchase_note") or "",
        "categories": page.names(row.get("categories", ())),
        "brands": page.names(row.get("brands", ())),
        "tags": page.names(row.get("tags", ())),
        "images": [shown_image(call, page.images[n]) for n in row.get("images", ()) if n in page.images],
        "attributes": [attribute(page, item) for item in row.get("attributes", ())]
        if parent is None
        else _options(page, row),
        "default_attributes": [_default(page, item) for item in row.get("default_attributes", ())],
        "variations": [child["id"] for child in children],
        "grouped_products": row.get("grouped_products", []),
        "price_html": _price_html(page, row, common, prices),
        "related_ids": page.related(row),
        "has_options": variable,
        "post_password": row.get("post_password") or "",
        "permalink_template": f"{call.home}/product/%pagename%/",
        "generated_slug": slug(title),
        "_links": links(call, f"products/{row['id']}", "products", ALL),
    }
    if common["stock_status"] == "outofstock" and not edit and call.version < (3, 6):
        found["purchasable"] = False
    return found


def _text(value: Decimal) -> str:
    return f"{value:f}"


def _price_html(page: Page, row: Row, common: dict[str, Any], prices: list[Decimal]) -> str:
    if prices and row["type"] == "variable":
        low, high = page.shown_price(prices[0]), page.shown_price(prices[-1])
        return low if prices[0] == prices[-1] else f"{low} &ndash; {high}"
    if common["price"] == "":
        return ""
    now = page.shown_price(common["price"])
    if common["on_sale"] and common["regular_price"]:
        return f'<del aria-hidden="true">{page.shown_price(common["regular_price"])}</del> <ins>{now}</ins>'
    return now


def attribute(page: Page, item: Row) -> dict[str, Any]:
    """An attribute of a product: one of the shop with its terms by name, or one of the product alone."""
    known = page.attributes.get(item.get("id") or 0)
    options = list(item.get("options", ()))
    if known is not None:
        rows = [page.terms[number] for number in item.get("terms", ()) if number in page.terms]
        rows.sort(key=lambda row: (row.get("menu_order") or 0, row["name"].lower()))
        options = [row["name"] for row in rows]
    return {
        "id": item.get("id") or 0,
        "name": known["name"] if known else item["name"],
        "slug": known["slug"] if known else item["name"],
        "position": item.get("position", 0),
        "visible": bool(item.get("visible")),
        "variation": bool(item.get("variation")),
        "options": options,
    }


def _default(page: Page, item: Row) -> dict[str, Any]:
    known = page.attributes.get(item.get("id") or 0)
    return {"id": item.get("id") or 0, "name": known["name"] if known else item["name"], "option": item["option"]}


def _options(page: Page, row: Row) -> list[dict[str, Any]]:
    """What a variation stands for: the attribute and the chosen option, by name when the term is known."""
    found = []
    for item in row.get("options", ()):
        known = page.attributes.get(item.get("id") or 0)
        found.append(
            {
                "id": item.get("id") or 0,
                "name": known["name"] if known else item["name"],
                "slug": known["slug"] if known else item["name"],
                "option": item["label"],
            }
        )
    return found


def variation_address(page: Page, row: Row, parent: Row) -> str:
    """The address of the parent with the options chosen."""
    address = f"{page.call.home}/product/{parent.get('slug')}/"
    chosen = "&".join(f"attribute_{item['key']}={item['option']}" for item in row.get("options", ()))
    return f"{address}?{chosen}" if chosen else address


def variation(page: Page, row: Row) -> dict[str, Any]:
    """One variation."""
    parent = page.parents[row["parent_id"]]
    common = _common(page, row, parent)
    common["tax_class"] = _inherited(page, row, parent, lambda item: item.get("tax_class") or "")
    pictures = [page.images[number] for number in row.get("images", ()) if number in page.images]
    own, base = f"products/{parent['id']}/variations", f"products/{parent['id']}"
    up = [{"href": page.call.link(base)}]
    return {
        "id": row["id"],
        "type": "variation",
        **times.pair("date_created", row["created"]),
        **times.pair("date_modified", row["modified"]),
        "permalink": variation_address(page, row, parent),
        "status": row["status"],
        "purchasable": row["status"] == "publish" and common["price"] != "" and parent["status"] != "trash",
        **common,
        "image": shown_image(page.call, pictures[0]) if pictures else None,
        "attributes": _options(page, row),
        "name": ", ".join(item["label"] for item in row.get("options", ())),
        "parent_id": parent["id"],
        "_links": links(page.call, f"{own}/{row['id']}", own, ALL, up=up),
    }


def _inherited(page: Page, row: Row, parent: Row, of: Callable[[Row], str]) -> str:
    """A value that `parent` means the parent's for: told as it is in the context `edit`, resolved otherwise."""
    value = of(row)
    if value != "parent" or page.call.edit or page.call.params.get("context") == "edit":
        return value
    return of(parent)


__all__ = [
    "Page", "attribute", "managed", "number", "on_sale", "price_of", "product", "rendered", "rendered_variations",
    "variation", "variation_address",
]  # fmt: skip
