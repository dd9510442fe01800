"""PrestaShop: see `base.Shop`."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from types import MappingProxyType

from atoosync_lab.sandbox.data.demo.facts import STATES
from atoosync_lab.sandbox.prestashop.state import FILE_NAME
from atoosync_lab.sandbox.prestashop.values import fold
from tests.crash.shops.base import Fact, rows_of

_SHOWN = (
    "price", "active", "id_tax_rules_group", "ean13", "weight", "name", "description", "meta_title",
    "meta_description", "link_rewrite", "state",
)  # fmt: skip


class PrestaShop:
    """See `base.Shop`."""

    system = "prestashop"
    version: str | None = "9"
    arguments: tuple[str, ...] = ("--version", "9")
    sizes: Mapping[str, int] = MappingProxyType(
        {"page_size": 15, "detail_page": 6, "products": 5, "prices": 4, "stocks": 6, "import_file": 5, "concurrency": 1}
    )
    # A rounding gap, a new customer, one buyer for both of a reference, one nobody can import.
    orders: tuple[str, ...] = (
        "round_each_item", "new_company", "guest", "several_payments", "shared_reference_a", "shared_reference_b",
        "zero_order", "returned_in_part", "returned_in_two_slips", "payment_not_mapped",
    )  # fmt: skip
    later = "awaiting_wire"
    invoiced: tuple[str, ...] = ("round_each_item", "new_company", "several_payments")
    delivered: tuple[str, ...] = ("shared_reference_b",)
    creation = 4
    invoiced_later = "guest"

    def trim(self, state: Path, orders: Collection[str]) -> set[str]:
        """See `base.Shop`."""
        listed = ",".join(orders)
        with _opened(state) as shop:
            shop.execute(f"DELETE FROM orders WHERE id NOT IN ({listed})")
            shop.execute(f"DELETE FROM order_slip WHERE id_order NOT IN ({listed})")
            shop.execute(f"DELETE FROM order_histories WHERE id_order NOT IN ({listed})")
            lines = shop.execute(
                f"SELECT DISTINCT product_id, product_attribute_id, product_reference FROM order_details"
                f" WHERE id_order IN ({listed})"
            ).fetchall()
            products = ",".join(str(product) for product, _, _ in lines) or "0"
            variants = ",".join(str(variant) for _, variant, _ in lines if variant) or "0"
            shop.execute(f"DELETE FROM products WHERE id NOT IN ({products})")
            shop.execute(f"DELETE FROM combinations WHERE id NOT IN ({variants})")
            shop.execute(
                f"DELETE FROM stock_availables WHERE id_product NOT IN ({products})"
                f" OR (id_product_attribute <> 0 AND id_product_attribute NOT IN ({variants}))"
            )
        return {reference.strip() for _, _, reference in lines}

    def order_is_paid(self, state: Path, order: str) -> None:
        """See `base.Shop`."""
        with _opened(state) as shop:
            shop.execute("UPDATE orders SET current_state = ? WHERE id = ?", (int(STATES["paid"]), int(order)))

    def has_payment(self, state: Path, order: str) -> bool:
        """See `base.Shop`."""
        sql = "SELECT count(*) FROM order_payments WHERE order_reference = (SELECT reference FROM orders WHERE id = ?)"
        with _opened(state) as shop:
            return bool(shop.execute(sql, (int(order),)).fetchone()[0])

    def hide_slip(self, state: Path) -> None:
        """It is out of any period for now."""
        with _opened(state) as shop:
            shop.execute(
                "UPDATE order_slip SET date_add = '2001-01-01 00:00:00' WHERE id = (SELECT max(id) FROM order_slip)"
            )

    def slip_is_given(self, state: Path) -> None:
        """See `base.Shop`."""
        with _opened(state) as shop:
            shop.execute("UPDATE order_slip SET date_add = date_upd WHERE date_add < '2002'")

    def holds(self, state: Path) -> Iterable[Fact]:
        """See `base.Shop`."""
        with _opened(state) as shop:
            yield from _goods(shop)
            for row in rows_of(shop, "SELECT id, current_state FROM orders"):
                yield ("order", row["id"], row["current_state"])
            moves = "SELECT id_order, id_order_state, count(*) AS n FROM order_histories GROUP BY 1, 2"
            for row in rows_of(shop, moves):
                yield from [("history", row["id_order"], row["id_order_state"])] * row["n"]
            for row in rows_of(shop, "SELECT id_order, template FROM _mails"):
                yield ("mail", row["id_order"], row["template"])


class FewOrders(PrestaShop):
    """Where an ERP takes seconds for a document: each sort of step once, the steps of ten orders would be the same."""

    orders: tuple[str, ...] = ("new_company", "guest", "returned_in_part", "returned_in_two_slips")
    invoiced: tuple[str, ...] = ("new_company",)
    delivered: tuple[str, ...] = ()


def _goods(shop: sqlite3.Connection) -> Iterator[Fact]:
    brands = {r["id"]: r["name"] for r in rows_of(shop, "SELECT id, name FROM manufacturers")}
    for name in brands.values():
        yield ("brand", name)
    keys: dict[tuple[int, int], str] = {}
    for row in rows_of(shop, "SELECT * FROM products"):
        keys[row["id"], 0] = row["reference"]
        brand = brands.get(row["id_manufacturer"], "")
        yield ("product", row["reference"], brand, *(str(row[name]) for name in _SHOWN))
    for row in rows_of(shop, "SELECT * FROM combinations"):
        keys[row["id_product"], row["id"]] = row["reference"]
        yield ("product", row["reference"], "variant", str(row["price"]), row["ean13"])
    for row in rows_of(shop, "SELECT * FROM stock_availables"):
        key = keys.get((row["id_product"], row["id_product_attribute"]), f"sum of {keys.get((row['id_product'], 0))}")
        yield ("stock row", key, row["quantity"])


@contextmanager
def _opened(state: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(state / FILE_NAME, timeout=30)) as opened:
        opened.create_function("fold", 1, fold, deterministic=True)
        yield opened
        opened.commit()
