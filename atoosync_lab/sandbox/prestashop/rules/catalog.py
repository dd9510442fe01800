"""Products, variants, categories, options, stock and specific prices."""

from __future__ import annotations

from atoosync_lab.sandbox.prestashop.errors import PlainError, WebserviceError, refuse, warning
from atoosync_lab.sandbox.prestashop.order_states import recompute_total
from atoosync_lab.sandbox.prestashop.state import ShopState, association_text
from atoosync_lab.sandbox.prestashop.validation import FORMATS
from atoosync_lab.sandbox.prestashop.values import int_prefix, slug
from atoosync_lab.sandbox.prestashop.writing import Rules, Texts, Write


def not_saved() -> WebserviceError:
    """The database refused the row."""
    return refuse(500, 46, "Unable to save resource")


def _foreach() -> WebserviceError:
    return WebserviceError(500, [warning("foreach() argument must be of type array|object, string given")])


def rewrite_links(write: Write) -> None:
    """On POST: fill and clean `link_rewrite` from the names.

    Raises:
        WebserviceError: code 3 when the names are absent or plain text; nothing is stored.
    """
    names, links = write.texts.get("name", ""), write.texts.get("link_rewrite", "")
    if not isinstance(names, dict):
        raise _foreach()
    if not isinstance(links, dict):
        links = {}
    for language, name in names.items():
        link = links.get(language, "")
        if not link:
            links[language] = slug(name)
        elif not FORMATS["isLinkRewrite"](link):
            links[language] = slug(link)
    write.texts["link_rewrite"] = links


class Positioned(Rules):
    """Records with a position that the shop gives: the next one, among those of the same owner."""

    owners = {"product_option_values": "id_attribute_group", "product_feature_values": "id_feature"}

    def check(self, write: Write) -> None:
        """Give the next position when none was sent."""
        if write.creating and "position" in write.resource.fields and not write.sent.get("position"):
            owner = self.owners.get(self.name)
            where = f'WHERE "{owner}" = ?' if owner else ""
            values = (write.values[owner],) if owner else ()
            row = write.state.db.execute(f'SELECT COUNT(*) FROM "{self.name}" {where}', values).fetchone()
            write.set("position", row[0])


class Options(Positioned):
    """Attribute groups: an association replaces the values, those not listed are deleted."""

    def check(self, write: Write) -> None:
        """Derive the colour flag from the type."""
        super().check(write)
        if "group_type" in write.sent:
            color = write.sent["group_type"] == "color"
            write.values["is_color_group"] = int(color)
            write.echo["is_color_group"] = "1" if color else ("" if write.state.at_least("8") else "0")

    def associate(self, write: Write, name: str, items: list[dict[str, str]]) -> bool:
        """Delete the values that are not listed."""
        kept = [int_prefix(item.get("id", "")) for item in items]
        marks = ", ".join("?" * len(kept))
        write.state.db.execute(
            f"DELETE FROM product_option_values WHERE id_attribute_group = ? AND id NOT IN ({marks})",
            (write.record, *kept),
        )
        return True


class Categories(Rules):
    """Categories know their depth; a deleted one takes its children along."""

    def modify(self, write: Write) -> None:
        """Refuse a create without addresses: PHP stops there."""
        if not write.creating:
            return
        if not isinstance(write.texts.get("name"), dict):
            raise _foreach()
        if not isinstance(write.texts.get("link_rewrite"), dict):
            if write.state.at_least("8"):
                raise PlainError(500)
            raise WebserviceError(500, [warning("Cannot assign an empty string to a string offset")])
        rewrite_links(write)

    def check(self, write: Write) -> None:
        """Work out depth and position."""
        parent = write.state.get("categories", write.number("id_parent"))
        write.set("level_depth", (parent["level_depth"] if parent else 0) + 1)
        write.echo["nb_products_recursive"] = -1
        if write.creating:
            row = write.state.db.execute(
                "SELECT COUNT(*) FROM categories WHERE id_parent = ?", (write.number("id_parent"),)
            ).fetchone()
            write.values["position"] = row[0]
        if not write.sent.get("id_shop_default"):
            write.set("id_shop_default", 1)

    def remove(self, state: ShopState, record: int) -> None:
        """Delete the category, its children and the places of products in them."""
        for (child,) in state.db.execute("SELECT id FROM categories WHERE id_parent = ?", (record,)).fetchall():
            self.remove(state, child)
        state.db.execute("DELETE FROM _category_products WHERE id_category = ?", (record,))
        state.db.execute("DELETE FROM _images WHERE kind = 'categories' AND id_owner = ?", (record,))
        state.delete("categories", record)


class Products(Rules):
    """Products: addresses, categories, default variant, stock row."""

    defaults = {"condition": "new", "visibility": "both", "product_type": "standard"}

    def modify(self, write: Write) -> None:
        """Fill the addresses (POST) and the fields that may not stay empty."""
        if write.creating:
            links: Texts = write.texts.get("link_rewrite", "")
            if not write.state.at_least("8") and not isinstance(links, dict):
                raise WebserviceError(500, [warning("Cannot assign an empty string to a string offset")])
            rewrite_links(write)

    def check(self, write: Write) -> None:
        """Set what the shop decides."""
        partial = write.method == "PATCH"
        for name, value in self.defaults.items():
            if name in write.resource.fields and not write.sent.get(name) and not partial:
                write.set(name, value)
        if not partial:
            write.echo["quantity"] = ""
            if not write.sent.get("id_shop_default"):
                write.set("id_shop_default", 1)
        if write.method == "PUT" and not write.sent.get("unit_price_ratio") and write.state.at_least("8"):
            write.echo["unit_price_ratio"] = 0
        for name in (
            "manufacturer_name",
            "quantity",
            "type",
            "id_default_image",
            "position_in_category",
            "id_default_combination",
        ):
            write.values.pop(name, None)
        if not partial:
            write.values.pop("cache_default_attribute", None)
        if "indexed" not in write.sent and write.number("active"):
            write.set("indexed", 1, show=partial)

    def saved(self, write: Write) -> None:
        """Give a new product its stock row; follow the default variant and the cover."""
        state = write.state
        if write.creating:
            add_stock_row(state, write.record, 0)
        default = write.sent.get("id_default_combination", "")
        if int_prefix(default) and not write.creating:
            state.db.execute("UPDATE combinations SET default_on = NULL WHERE id_product = ?", (write.record,))
            state.update("combinations", int_prefix(default), {"default_on": 1})
            state.update("products", write.record, {"cache_default_attribute": int_prefix(default)})
        cover = int_prefix(write.sent.get("id_default_image", ""))
        if cover and not write.creating:
            state.db.execute(
                "UPDATE _images SET cover = (id = ?) WHERE kind = 'products' AND id_owner = ?", (cover, write.record)
            )

    def associate(self, write: Write, name: str, items: list[dict[str, str]]) -> bool:
        """Replace an association as a whole."""
        state, record = write.state, write.record
        ids = [int_prefix(item.get("id", "")) for item in items]
        if name == "categories":
            set_categories(state, record, [item for item in ids if state.get("categories", item)])
        elif name == "attachments":
            state.db.execute("DELETE FROM _product_attachments WHERE id_product = ?", (record,))
            state.db.executemany(
                "INSERT OR IGNORE INTO _product_attachments VALUES (?, ?)", [(item, record) for item in ids]
            )
            state.update("products", record, {"cache_has_attachments": int(bool(ids))})
        elif name == "combinations":
            for (variant,) in state.db.execute(
                "SELECT id FROM combinations WHERE id_product = ?", (record,)
            ).fetchall():
                if variant not in ids:
                    Combinations("combinations").remove(state, variant)
            for item in ids:
                if not item:
                    state.insert("combinations", {"id_product": record, "minimal_quantity": 1})
        elif name == "product_bundle":
            # Read as `id_product_attribute`, written as `product_attribute_id`.
            rows = [
                [
                    int_prefix(i.get("id", "")),
                    int_prefix(i.get("product_attribute_id", "")),
                    int_prefix(i.get("quantity", "") or "1"),
                ]
                for i in items
            ]
            state.update(
                "products", record, {"a_product_bundle": association_text(rows), "cache_is_pack": int(bool(rows))}
            )
        else:
            return name in ("images", "product_option_values", "stock_availables")
        return True

    def remove(self, state: ShopState, record: int) -> None:
        """Delete the product and all that belongs to it."""
        for table in ("combinations", "stock_availables", "specific_prices", "product_suppliers"):
            state.db.execute(f"DELETE FROM {table} WHERE id_product = ?", (record,))
        state.db.execute("DELETE FROM _category_products WHERE id_product = ?", (record,))
        state.db.execute("DELETE FROM _product_attachments WHERE id_product = ?", (record,))
        state.db.execute("DELETE FROM _images WHERE kind = 'products' AND id_owner = ?", (record,))
        state.delete("products", record)


def add_stock_row(state: ShopState, product: int, variant: int) -> int:
    """The stock row that is born with a product or a variant."""
    row = {"id_product": product, "id_product_attribute": variant, "id_shop": 1, "id_shop_group": 0, "out_of_stock": 2}
    return state.insert("stock_availables", row)


def set_categories(state: ShopState, product: int, ids: list[int]) -> None:
    """Put a product into exactly these categories; new ones get the next position."""
    marks = ", ".join("?" * len(ids))
    state.db.execute(
        f"DELETE FROM _category_products WHERE id_product = ? AND id_category NOT IN ({marks})", (product, *ids)
    )
    # Positions count from 1 in newer shops and from 0 before.
    first = 1 if state.at_least("8") else 0
    for item in dict.fromkeys(ids):
        state.db.execute(
            "INSERT OR IGNORE INTO _category_products SELECT ?1, ?2, COALESCE(MAX(position) + 1, ?3) FROM"
            " _category_products"
            " WHERE id_category = ?1",
            (item, product, first),
        )


class Combinations(Rules):
    """Variants: one default for a product, a stock row each."""

    def check(self, write: Write) -> None:
        """Refuse a second default; an unset flag is null, so that the database's unique key holds."""
        if "default_on" in write.values and not write.values["default_on"]:
            write.values["default_on"] = None
        if write.values.get("default_on"):
            product = write.number("id_product")
            if write.state.one("combinations", "id_product = ? AND default_on = 1 AND id <> ?", product, write.record):
                raise not_saved()

    def saved(self, write: Write) -> None:
        """Give a new variant its stock row; tell the product its default."""
        state, product = write.state, write.number("id_product")
        if write.creating:
            add_stock_row(state, product, write.record)
        if write.values.get("default_on"):
            state.update("products", product, {"cache_default_attribute": write.record})

    def remove(self, state: ShopState, record: int) -> None:
        """Delete the variant, its stock row and its prices; the product's total follows."""
        row = state.get("combinations", record)
        state.delete("combinations", record)
        if row is None:
            return
        product = row["id_product"]
        for table in ("stock_availables", "specific_prices"):
            state.db.execute(
                f"DELETE FROM {table} WHERE id_product = ? AND id_product_attribute = ?", (product, record)
            )
        state.db.execute(
            "UPDATE products SET cache_default_attribute = 0 WHERE id = ? AND cache_default_attribute = ?",
            (product, record),
        )
        recompute_total(state, product)


class Stocks(Rules):
    """Stock rows: the row of a variant moves the total."""

    def saved(self, write: Write) -> None:
        """Recompute the row without variant."""
        if write.number("id_product_attribute"):
            recompute_total(write.state, write.number("id_product"))


class SpecificPrices(Rules):
    """Specific prices: one for each combination of conditions."""

    key = (
        "id_product",
        "id_product_attribute",
        "id_customer",
        "id_cart",
        "from",
        "to",
        "id_shop",
        "id_shop_group",
        "id_currency",
        "id_country",
        "id_group",
        "from_quantity",
        "id_specific_price_rule",
    )

    def check(self, write: Write) -> None:
        """Refuse a second row with the same conditions."""
        row = {**write.before, **write.values}
        names = [name for name in self.key if name in write.resource.fields]
        where = " AND ".join(f'"{name}" = ?' for name in names)
        if write.state.one("specific_prices", f"{where} AND id <> ?", *(row[name] for name in names), write.record):
            raise not_saved()
