"""The goods that the shop of the demonstration holds already, with the differences that time makes."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from atoosync_lab.sandbox.data.demo import texts
from atoosync_lab.sandbox.data.demo.catalogue import ACTIVE, Article, articles
from atoosync_lab.sandbox.data.demo.facts import ENGLISH, FRENCH, GERMAN, RULE_GROUPS
from atoosync_lab.sandbox.data.demo.shop import DemoShop
from atoosync_lab.sandbox.data.demo.words import Axis, Master, Three, words
from atoosync_lab.sandbox.data.shop_tools import known_fields
from atoosync_lab.sandbox.prestashop.seed import insert_many
from atoosync_lab.sandbox.prestashop.values import slug

SEED = 20_113
PRODUCTS = 250
"""Products of the shop."""
PICTURED = 20
"""Products with pictures."""
UNKNOWN: tuple[tuple[str, str, int], ...] = (
    ("VIEUX-001", "Thermomètre à sirop (fin de série)", 1450),
    ("VIEUX-002", "Cuillère à miel", 480),
    ("PARTENAIRE-7", "Panier fermier du mercredi", 2200),
    ("", "Chèque cuisine sans référence", 3000),
)
"""Products that the folder does not know: reference, name, net price in cents."""
AMBIGUOUS = "DOUBLE-01"
"""Code of the article that two products of the shop carry (one with a space behind it)."""
_LEFT_OUT = {"twin-a", "LOT-b2", "LOT-B2", "LONG-NOM"}
"""Articles that only the folder has, because their codes or names need care."""
_ALL_OF = ("PRE", "TRA")
_SOLD = {AMBIGUOUS, "TWIN-A", "THE-0005", "SANS-TVA", "FRO-0001", "ATE-0005"}
"""Families and articles that orders name."""
_FORBIDDEN = str.maketrans("", "", "<>;=#{}")


def three(names: Three) -> dict[int, str]:
    """Texts by language of the shop, without the characters that it refuses."""
    french, english, german = (name.translate(_FORBIDDEN) for name in names)
    return {ENGLISH: english, FRENCH: french, GERMAN: german}


class Goods:
    """Writes brands, categories, products, variants and pictures into the shop."""

    def __init__(self, shop: DemoShop) -> None:
        self.shop = shop
        self.rng = random.Random(SEED)
        self.brands: dict[str, int] = {}
        self.categories: dict[str, list[int]] = {}
        self.values: dict[tuple[str, str], int] = {}

    def fill(self) -> None:
        """Write everything, in one transaction."""
        listed = articles()
        with self.shop.state.writing():
            self._brands(listed)
            self._categories()
            self._options()
            for master in words().masters:
                self._master(master, [article for article in listed if article.master == master.code])
            for article in self._chosen(listed):
                self._simple(article)
            self._unknown()
            self._pictures()

    def _brands(self, listed: list[Article]) -> None:
        for name in sorted({article.brand for article in listed if article.brand}):
            (self.brands[name],) = insert_many(self.shop.state, "manufacturers", [{"name": name, "active": 1}])

    def _categories(self) -> None:
        parents: dict[str, int] = {}
        for family in words().families:
            if family.parent not in parents:
                parents[family.parent] = self._category((family.parent,) * 3, 2, 2)
            own = self._category(family.names, parents[family.parent], 3)
            self.categories[family.code] = [2, parents[family.parent], own]

    def _category(self, names: Three, parent: int, depth: int) -> int:
        links = {language: slug(text) for language, text in three(names).items()}
        row = {"id_parent": parent, "level_depth": depth, "name": three(names), "link_rewrite": links}
        (found,) = insert_many(self.shop.state, "categories", [row])
        return found

    def _options(self) -> None:
        axes: dict[str, list[Axis]] = {}
        for master in words().masters:
            for axis in master.axes:
                axes.setdefault(axis.names[0], []).append(axis)
        for same in axes.values():
            names = three(same[0].names)
            colour = same[0].names[0] == "Couleur"
            row = {
                "name": names,
                "public_name": names,
                "group_type": "color" if colour else "select",
                "is_color_group": int(colour),
            }
            (option,) = insert_many(self.shop.state, "product_options", [row])
            for value in dict.fromkeys(value for axis in same for value in axis.values):
                place = len(self.values)
                item = {"id_attribute_group": option, "name": three(value), "position": place}
                (self.values[same[0].names[0], value[0]],) = insert_many(
                    self.shop.state, "product_option_values", [item]
                )

    def _chosen(self, listed: list[Article]) -> list[Article]:
        """Articles that became products: all that are closed now, and so many of the others."""
        goods = [a for a in listed if a.family and not a.master and a.key not in _LEFT_OUT]
        closed = [a for a in goods if a.state != ACTIVE]
        must = [a for a in goods if a.code != a.key or a.ecotax or a.family in _ALL_OF or a.key in _SOLD]
        rest = [a for a in goods if a not in closed and a not in must]
        wanted = PRODUCTS - len(words().masters) - len(UNKNOWN) - 1
        chosen = {a.code for a in [*closed, *must]}
        chosen |= {a.code for a in self.rng.sample(rest, wanted - len(chosen))}
        return [a for a in goods if a.code in chosen]

    def _row(self, article: Article, names: Three, price: Decimal) -> dict[str, Any]:
        rng = self.rng
        kept = three(names)
        if rng.random() < 0.08:
            kept[FRENCH] = f"{kept[FRENCH]} (nouveau)"
        family = self.categories[article.family]
        moment = self.shop.moment(1 + rng.randrange(200), 8 + rng.randrange(10))
        body = f"<p>{'</p><p>'.join(article.paragraphs).replace('*', '')}</p>" if article.paragraphs else ""
        return {
            "reference": article.key,
            "name": kept,
            "link_rewrite": {language: slug(text) for language, text in kept.items()},
            "description": {language: body if language == FRENCH else "" for language in kept},
            "meta_title": kept,
            "price": price,
            "wholesale_price": price * Decimal("0.55"),
            "id_tax_rules_group": RULE_GROUPS[article.vat],
            "ean13": article.barcode,
            "weight": Decimal(article.grams) / 1000,
            "ecotax": article.ecotax,
            "id_manufacturer": self.brands.get(article.brand, 0),
            "id_category_default": family[-1],
            "categories": family,
            "is_virtual": int(article.service),
            "product_type": "virtual" if article.service else "standard",
            "date_add": self.shop.moment(420),
            "date_upd": moment,
        }

    def _insert(self, row: Mapping[str, Any]) -> int:
        (found,) = insert_many(self.shop.state, "products", [known_fields(self.shop.state, "products", row)])
        return found

    def _simple(self, article: Article) -> None:
        rng, price = self.rng, article.price
        if rng.random() < 0.10:
            price = (price * Decimal(rng.choice(("0.9", "1.05", "1.2")))).quantize(Decimal("0.01"))
        quantity = int(article.main.to_integral_value(ROUND_FLOOR))
        if rng.random() < 0.15:
            quantity += rng.randrange(1, 9)
        # Half of the closed articles are still on sale; a few good ones are hidden.
        active = rng.random() < 0.5 if article.state != ACTIVE else rng.random() > 0.04
        row = {**self._row(article, article.names, price), "active": int(active), "quantity": quantity}
        self.shop.products[article.key] = self._insert(row)
        if article.key == AMBIGUOUS:
            self.shop.products[f"{AMBIGUOUS} "] = self._insert({**row, "reference": f"{AMBIGUOUS} "})

    def _master(self, master: Master, variants: list[Article]) -> None:
        first = variants[0]
        row = {
            **self._row(first, master.names, first.price),
            "reference": master.code,
            "ean13": "",
            "product_type": "combinations",
        }
        product = self.shop.products[master.code] = self._insert({**row, "active": 1})
        # One variant of one article was never made in the shop.
        for number, article in enumerate(variants[:-1] if master.code == "CABAS" else variants):
            values = [self.values[name[0], value[0]] for name, value in article.values]
            item = {
                "id_product": product,
                "reference": article.key,
                "ean13": article.barcode,
                "price": article.price - first.price,
                "default_on": 1 if number == 0 else None,
                "product_option_values": values,
                "quantity": max(0, int(article.main)),
            }
            (variant,) = insert_many(self.shop.state, "combinations", [item])
            self.shop.variants[article.key] = (product, variant)

    def _unknown(self) -> None:
        for reference, name, cents in UNKNOWN:
            names = three((name, name, name))
            row = {
                "reference": reference,
                "name": names,
                "link_rewrite": {language: slug(text) for language, text in names.items()},
                "price": Decimal(cents) / 100,
                "id_tax_rules_group": 1,
                "id_category_default": 2,
                "categories": [2],
                "quantity": 5,
                "product_type": "standard",
            }
            self.shop.products[reference or "SANS-REFERENCE"] = self._insert(row)

    def _pictures(self) -> None:
        ids = [row[0] for row in self.shop.state.db.execute("SELECT id FROM products ORDER BY id")]
        for number, product in enumerate(ids[:: len(ids) // PICTURED][:PICTURED]):
            for position in range(1 + number % 3):
                data = texts.picture(*(self.rng.randrange(256) for _ in range(3)))
                self.shop.state.db.execute(
                    "INSERT INTO _images (kind, id_owner, position, cover, mime, data)"
                    " VALUES ('products', ?, ?, ?, 'image/png', ?)",
                    (product, position + 1, int(position == 0), data),
                )
