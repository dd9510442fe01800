"""The goods that the WooCommerce shop of the demonstration holds already, with the differences that time makes."""

from __future__ import annotations

import random
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from atoosync_lab.sandbox.data.demo import texts
from atoosync_lab.sandbox.data.demo.catalogue import ACTIVE, Article, articles
from atoosync_lab.sandbox.data.demo.words import Master, words
from atoosync_lab.sandbox.data.woocommerce_demo.facts import TAX_CLASSES
from atoosync_lab.sandbox.data.woocommerce_demo.shop import DemoShop, add_coupon
from atoosync_lab.sandbox.woocommerce.images import keep
from atoosync_lab.sandbox.woocommerce.seed import add_attribute, add_products, add_terms, add_variations
from atoosync_lab.sandbox.woocommerce.state import Row
from atoosync_lab.sandbox.woocommerce.texts import slug

SEED = 20_133
PRODUCTS = 250
"""Products of the shop, without variations."""
PICTURED = 20
"""Products with pictures."""
UNKNOWN: tuple[tuple[str, str, str], ...] = (
    ("VIEUX-001", "Thermomètre à sirop (fin de série)", "17.40"),
    ("VIEUX-002", "Cuillère à miel", "5.76"),
    ("PARTENAIRE-7", "Panier fermier du mercredi", "26.40"),
    ("", "Chèque cuisine sans référence", "36.00"),
    ("OLD-1", "Ancien modèle de tamis", "12.00"),
)
"""Products that the folder does not know: SKU, name, price with tax. The last one is deleted once it was sold."""
NO_SKU, GONE = "SANS-REFERENCE", "OLD-1"
AMBIGUOUS = "DOUBLE-01"
"""Code of the article that two products of the shop carry: an old import wrote one of them with a space behind it."""
FREE_GIFT = "PRE-0007"
"""Article that a coupon gives away."""
WITHOUT_SKUS = "COFFRET-LIBRE"
"""Product whose variations have no SKU of their own: the shop shows its own for them."""
_LEFT_OUT = {"twin-a", "LOT-b2", "LOT-B2", "LONG-NOM"}
"""Articles that only the folder has, because their codes or names need care."""
_ALL_OF = ("PRE", "TRA")
_SOLD = {
    AMBIGUOUS, "TWIN-A", "THE-0005", "SANS-TVA", "FRO-0001", "ATE-0005", "CAV-0002", "CAV-0005", "SUC-0001",
}  # fmt: skip
"""Families and articles that orders name."""
CENT = Decimal("0.01")


def with_tax(article: Article, net: Decimal) -> Decimal:
    """A net price as the shop shows it, in cents."""
    return (net * (1 + Decimal(article.vat) / 100)).quantize(CENT, ROUND_HALF_UP)


class Goods:
    """Writes brands, categories, products, variations and pictures into the shop."""

    def __init__(self, shop: DemoShop) -> None:
        self.shop = shop
        self.rng = random.Random(SEED)
        self.brands: dict[str, int] = {}
        self.categories: dict[str, list[int]] = {}

    def fill(self) -> None:
        """Write everything; to be called within one transaction."""
        listed = articles()
        state = self.shop.state
        names = sorted({article.brand for article in listed if article.brand})
        found = add_terms(state, "product_brand", [{"name": name} for name in names])
        self.brands = dict(zip(names, found, strict=True))
        self._categories()
        self._masters(listed)
        chosen = self._chosen(listed)
        rows = [self._simple(article) for article in chosen]
        numbers = add_products(state, rows)
        self.shop.products |= {article.key: number for article, number in zip(chosen, numbers, strict=True)}
        place = next(place for place, row in enumerate(rows) if row["sku"] == AMBIGUOUS)
        (twin,) = add_products(state, [{**rows[place], "sku": f"{AMBIGUOUS} ", "slug": "sous-verre-en-liege-2"}])
        self.shop.products[f"{AMBIGUOUS} "] = twin
        self._unknown()
        self._without_skus()
        self._pictures()
        self._coupons()

    def _categories(self) -> None:
        parents: dict[str, int] = {}
        for family in words().families:
            if family.parent not in parents:
                (parents[family.parent],) = add_terms(self.shop.state, "product_cat", [{"name": family.parent}])
            item = {"name": family.names[0], "parent": parents[family.parent]}
            (own,) = add_terms(self.shop.state, "product_cat", [item])
            self.categories[family.code] = [own, parents[family.parent]]

    def _chosen(self, listed: list[Article]) -> list[Article]:
        """Articles that became products: all that are closed now, and so many of the others."""
        goods = [a for a in listed if a.family and not a.master and a.key not in _LEFT_OUT]
        closed = [a for a in goods if a.state != ACTIVE]
        must = [a for a in goods if a.code != a.key or a.ecotax or a.family in _ALL_OF or a.key in _SOLD]
        rest = [a for a in goods if a not in closed and a not in must]
        # One more for the twin, and one for the product whose variations have no SKU.
        wanted = PRODUCTS - len(words().masters) - len(UNKNOWN) - 2
        chosen = {a.code for a in [*closed, *must]}
        chosen |= {a.code for a in self.rng.sample(rest, wanted - len(chosen))}
        return [a for a in goods if a.code in chosen]

    def _row(self, article: Article, name: str) -> Row:
        rng = self.rng
        changed = self.shop.stored(1 + rng.randrange(200), 8 + rng.randrange(10))
        title = f"{name} (nouveau)" if rng.random() < 0.08 else name
        body = "\n\n".join(article.paragraphs).replace("*", "")
        return {
            # The shop takes tags off titles.
            "name": title.replace("<", "").replace(">", ""),
            "slug": slug(f"{name} {article.master or article.key}"),
            "description": body,
            "short_description": article.paragraphs[0].replace("*", "") if article.paragraphs else "",
            "tax_class": TAX_CLASSES[article.vat][0] if article.vat in TAX_CLASSES else "",
            "categories": self.categories[article.family],
            "brands": [self.brands[article.brand]] if article.brand else [],
            "created": self.shop.stored(420),
            "modified": changed,
        }

    def _simple(self, article: Article) -> Row:
        rng, price = self.rng, with_tax(article, article.price)
        if rng.random() < 0.10:
            price = (price * Decimal(rng.choice(("0.9", "1.05", "1.2")))).quantize(CENT, ROUND_HALF_UP)
        quantity = int(article.main.to_integral_value(ROUND_FLOOR))
        if rng.random() < 0.15:
            quantity += rng.randrange(1, 9)
        # Half of the closed articles are still on sale; a few good ones are hidden.
        active = rng.random() < 0.5 if article.state != ACTIVE else rng.random() > 0.04
        row = {
            **self._row(article, article.names[0]), "sku": article.key, "regular_price": str(price),
            "gtin": article.barcode, "weight": _kilograms(article), "virtual": article.service,
            "status": "publish" if active else "draft",
        }  # fmt: skip
        return {**row, "stock_quantity": quantity} if article.tracked else row

    def _masters(self, listed: list[Article]) -> None:
        state = self.shop.state
        numbers: dict[str, int] = {}
        known: dict[str, set[str]] = {}
        for master in words().masters:
            for axis in master.axes:
                name = axis.names[0]
                if name not in numbers:
                    numbers[name] = add_attribute(state, name)
                fresh = [value[0] for value in axis.values if value[0] not in known.setdefault(name, set())]
                add_terms(state, f"pa_{slug(name)}", [{"name": text} for text in fresh])
                known[name].update(fresh)
            variants = [article for article in listed if article.master == master.code]
            attributes = [
                {"id": numbers[axis.names[0]], "name": axis.names[0], "visible": True, "variation": True,
                 "options": [value[0] for value in axis.values], "position": place}
                for place, axis in enumerate(master.axes)
            ]  # fmt: skip
            self._master(master, variants, attributes)

    def _master(self, master: Master, variants: list[Article], attributes: list[dict[str, Any]]) -> None:
        state = self.shop.state
        row = {**self._row(variants[0], master.names[0]), "sku": master.code, "type": "variable"}
        (product,) = add_products(state, [{**row, "attributes": attributes}])
        self.shop.products[master.code] = product
        # One variant of one article was never made in the shop.
        made = variants[:-1] if master.code == "CABAS" else variants
        items = [
            {
                "sku": article.key, "name": article.names[0], "regular_price": str(with_tax(article, article.price)),
                "tax_class": "parent", "gtin": article.barcode, "weight": _kilograms(article),
                "stock_quantity": max(0, int(article.main)), "created": row["created"], "modified": row["modified"],
                "options": {name[0]: value[0] for name, value in article.values}, "menu_order": place + 1,
            }
            for place, article in enumerate(made)
        ]  # fmt: skip
        numbers = add_variations(state, product, items)
        self.shop.variants |= {a.key: (product, number) for a, number in zip(made, numbers, strict=True)}

    def _unknown(self) -> None:
        moment = {"created": self.shop.stored(500), "modified": self.shop.stored(300)}
        rows = [
            {"sku": sku, "name": name, "slug": slug(name), "regular_price": price, "stock_quantity": 5, **moment}
            for sku, name, price in UNKNOWN
        ]
        for (sku, _, _), number in zip(UNKNOWN, add_products(self.shop.state, rows), strict=True):
            self.shop.products[sku or NO_SKU] = number

    def _without_skus(self) -> None:
        moment = {"created": self.shop.stored(450), "modified": self.shop.stored(250)}
        attribute = {"name": "Format", "visible": True, "variation": True, "options": ["Petit", "Grand"]}
        row = {
            "sku": WITHOUT_SKUS, "name": "Coffret à composer", "slug": "coffret-a-composer", "type": "variable",
            "attributes": [attribute], **moment,
        }  # fmt: skip
        (product,) = add_products(self.shop.state, [row])
        items = [
            {"sku": "", "regular_price": price, "stock_quantity": 3, "options": {"Format": text}, **moment}
            for text, price in (("Petit", "24.00"), ("Grand", "39.00"))
        ]
        add_variations(self.shop.state, product, items)
        self.shop.products[WITHOUT_SKUS] = product

    def _pictures(self) -> None:
        state = self.shop.state
        rows = state.rows("products", "type != 'variation'")
        for number, row in enumerate(rows[:: len(rows) // PICTURED][:PICTURED]):
            for place in range(1 + number % 3):
                content = texts.picture(*(self.rng.randrange(256) for _ in range(3)))
                row["images"].append(
                    keep(state, f"{row['slug']}-{place + 1}", "png", content, row["name"], row["name"])
                )
            state.update("products", row)

    def _coupons(self) -> None:
        """Coupons that hold for one product alone."""
        jars, gift = self.shop.products["BOCAL"], self.shop.products[FREE_GIFT]
        for code, text, product, values in (
            ("TROISPOURDEUX", "3 pour le prix de 2", jars, {"discount_type": "percent", "amount": "33.33"}),
            ("BOCALOFFERT", "Le troisième bocal offert", jars, {"amount": "5.90"}),
            ("UNOFFERT", "Un article offert", gift, {"discount_type": "percent", "amount": "100"}),
        ):
            add_coupon(self.shop, code, text, {**values, "product_ids": [product]})


def _kilograms(article: Article) -> str:
    return f"{(Decimal(article.grams) / 1000).normalize():f}" if article.grams else ""
