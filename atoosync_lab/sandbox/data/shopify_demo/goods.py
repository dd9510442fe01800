"""The goods that the Shopify shop of the demonstration holds already, with the differences that time makes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from atoosync_lab.sandbox.data.demo.catalogue import ACTIVE, Article, articles
from atoosync_lab.sandbox.data.demo.words import Master, words
from atoosync_lab.sandbox.data.shopify_demo.shop import DemoShop, Sold
from atoosync_lab.sandbox.shopify.seed import SeedProduct, SeedVariant, insert_collection, insert_products
from atoosync_lab.sandbox.shopify.values import handle_of

SEED = 20_143
PRODUCTS = 250
"""Products of the shop; variants beside them."""
PICTURED = 20
"""Products with pictures."""
UNKNOWN: tuple[tuple[str, str, str, str], ...] = (
    ("VIEUX-001", "VIEUX-001", "Thermomètre à sirop (fin de série)", "17.40"),
    ("VIEUX-002", "VIEUX-002", "Cuillère à miel", "5.76"),
    ("PARTENAIRE-7", "PARTENAIRE-7", "Panier fermier du mercredi", "26.40"),
    ("SANS-REFERENCE", "", "Chèque cuisine sans référence", "36.00"),
    ("OLD-1", "OLD-1", "Ancien modèle de tamis", "12.00"),
    ("COPIE", "PICHET-04", "Pichet 1 L (fiche en double)", "15.00"),
)
"""Products that the folder does not know: our name for it, SKU, title, price with tax.

`OLD-1` is deleted once it was sold. The last one carries the SKU of a variant of another product, as Shopify allows.
"""
NO_SKU, GONE = "SANS-REFERENCE", "OLD-1"
AMBIGUOUS = "DOUBLE-01"
"""Code of the article that two products of the shop carry: an old import wrote one of them with a space behind it."""
COPIED = "PICHET-04"
"""Code of the variant whose SKU a product of its own carries too."""
WITHOUT_SKUS = "COFFRET-LIBRE"
"""Our name for a product whose variants have no SKU."""
_LEFT_OUT = {"twin-a", "LOT-b2", "LOT-B2", "LONG-NOM"}
"""Articles that only the folder has, because their codes or names need care."""
_ALL_OF = ("PRE", "TRA")
_SOLD = {
    AMBIGUOUS, "TWIN-A", "THE-0005", "SANS-TVA", "FRO-0001", "ATE-0005", "CAV-0002", "CAV-0005", "SUC-0001",
}  # fmt: skip
"""Families and articles that orders name."""
CENT = Decimal("0.01")


def with_tax(article: Article, net: Decimal) -> str:
    """A net price as the shop keeps it: with tax, in cents."""
    return str((net * (1 + Decimal(article.vat) / 100)).quantize(CENT, ROUND_HALF_UP))


class Goods:
    """Writes collections, products, variants and pictures into the shop."""

    def __init__(self, shop: DemoShop) -> None:
        self.shop = shop
        self.rng = random.Random(SEED)
        self.collections: dict[str, int] = {}

    def fill(self) -> None:
        """Write everything; to be called within one transaction."""
        listed = articles()
        for family in words().families:
            self.collections[family.code] = insert_collection(self.shop.state, family.names[0])
        for master in words().masters:
            self._master(master, [article for article in listed if article.master == master.code])
        chosen = [(article.key, article, self._simple(article)) for article in self._chosen(listed)]
        twin = next(product for key, _, product in chosen if key == AMBIGUOUS)
        spaced = replace(twin.variants[0], sku=f"{AMBIGUOUS} ")
        by_key = {key: article for key, article, _ in chosen}
        self._add([
            *chosen,
            (f"{AMBIGUOUS} ", by_key[AMBIGUOUS], replace(twin, variants=[spaced], handle="sous-verre-en-liege-2")),
        ])  # fmt: skip
        self._unknown()
        self._without_skus()
        self._age()

    def _chosen(self, listed: list[Article]) -> list[Article]:
        """Articles that became products: all that are closed now, and so many of the others."""
        goods = [a for a in listed if a.family and not a.master and a.key not in _LEFT_OUT]
        closed = [a for a in goods if a.state != ACTIVE]
        must = [a for a in goods if a.code != a.key or a.ecotax or a.family in _ALL_OF or a.key in _SOLD]
        rest = [a for a in goods if a not in closed and a not in must]
        # One more for the twin, and one for the product whose variants have no SKU.
        wanted = PRODUCTS - len(words().masters) - len(UNKNOWN) - 2
        chosen = {a.code for a in [*closed, *must]}
        chosen |= {a.code for a in self.rng.sample(rest, wanted - len(chosen))}
        return [a for a in goods if a.code in chosen]

    def _add(self, goods: list[tuple[str, Article, SeedProduct]]) -> None:
        """Products with one variant each."""
        made = insert_products(self.shop.state, [product for _, _, product in goods])
        for (key, article, product), found in zip(goods, made, strict=True):
            sku, price = product.variants[0].sku or "", str(product.variants[0].price)
            self.shop.products[key] = found.product
            self.shop.sold[key] = Sold(found.product, found.variants[0], product.title, "", sku, price, article.vat)

    def _product(self, article: Article, names: str, variants: list[SeedVariant]) -> SeedProduct:
        rng = self.rng
        title = f"{names} (nouveau)" if rng.random() < 0.08 else names
        body = f"<p>{'</p><p>'.join(article.paragraphs).replace('*', '')}</p>" if article.paragraphs else ""
        family = words().family(article.family)
        return SeedProduct(
            title=title, variants=variants, handle=handle_of(f"{names} {article.master or article.key}"),
            description_html=body, vendor=article.brand, product_type=family.names[0], tags=(family.parent,),
            collections=(self.collections[article.family],), images=self._pictures(article),
        )  # fmt: skip

    def _pictures(self, article: Article) -> tuple[str, ...]:
        if self.rng.random() >= PICTURED / PRODUCTS:
            return ()
        name = handle_of(article.master or article.key)
        return tuple(f"https://images.example.test/{name}-{place}.jpg" for place in range(1, self.rng.randrange(2, 5)))

    def _simple(self, article: Article) -> SeedProduct:
        rng, price = self.rng, Decimal(with_tax(article, article.price))
        if rng.random() < 0.10:
            price = (price * Decimal(rng.choice(("0.9", "1.05", "1.2")))).quantize(CENT, ROUND_HALF_UP)
        quantity = int(article.main.to_integral_value(ROUND_FLOOR))
        if rng.random() < 0.15:
            quantity += rng.randrange(1, 9)
        # Half of the closed articles are still on sale; a few good ones are hidden.
        active = rng.random() < 0.5 if article.state != ACTIVE else rng.random() > 0.04
        variant = self._variant(article, str(price), quantity)
        product = self._product(article, article.names[0], [variant])
        return product if active else replace(product, status="DRAFT", published=False)

    def _variant(self, article: Article, price: str, quantity: int, options: tuple[str, ...] = ()) -> SeedVariant:
        return SeedVariant(
            sku=article.key, price=price, options=options, barcode=article.barcode or None,
            stock=(quantity, int(article.second)) if article.tracked else (), tracked=article.tracked,
            taxable=article.vat != "0", cost=(article.price * Decimal("0.55")).quantize(CENT),
            weight=f"{(Decimal(article.grams) / 1000).normalize():f}",
        )  # fmt: skip

    def _master(self, master: Master, variants: list[Article]) -> None:
        # One variant of one article was never made in the shop.
        kept = variants[:-1] if master.code == "CABAS" else variants
        rows = [
            self._variant(a, with_tax(a, a.price), max(0, int(a.main)), tuple(value[0] for _, value in a.values))
            for a in kept
        ]
        product = self._product(variants[0], master.names[0], rows)
        options = tuple(axis.names[0] for axis in master.axes)
        (made,) = insert_products(self.shop.state, [replace(product, options=options)])
        self.shop.products[master.code] = made.product
        for article, row, number in zip(kept, rows, made.variants, strict=True):
            title = " / ".join(row.options)
            self.shop.sold[article.key] = Sold(
                made.product, number, product.title, title, article.key, str(row.price), article.vat
            )

    def _unknown(self) -> None:
        products = [
            SeedProduct(title, [SeedVariant(sku or None, price, stock=(5,))], vendor="Divers")
            for _, sku, title, price in UNKNOWN
        ]
        for (name, sku, title, price), made in zip(UNKNOWN, insert_products(self.shop.state, products), strict=True):
            self.shop.products[name] = made.product
            self.shop.sold[name] = Sold(made.product, made.variants[0], title, "", sku, price, "20")

    def _without_skus(self) -> None:
        rows = [
            SeedVariant(None, price, options=(text,), stock=(3,))
            for text, price in (("Petit", "24.00"), ("Grand", "39.00"))
        ]
        (made,) = insert_products(self.shop.state, [SeedProduct("Coffret à composer", rows, options=("Format",))])
        self.shop.products[WITHOUT_SKUS] = made.product

    def _age(self) -> None:
        """Titles for search engines, and moments: made long ago, changed at different times."""
        db = self.shop.state.db
        db.execute("UPDATE products SET seo_title = title WHERE id % 3 <> 0")
        numbers = [row[0] for row in db.execute("SELECT id FROM products ORDER BY id")]
        born = self.shop.stored(420)
        ages = [(born, changed, number) for number, changed in zip(numbers, self._changes(), strict=False)]
        db.executemany("UPDATE products SET created_at = ?, updated_at = ? WHERE id = ?", ages)
        db.execute("UPDATE products SET published_at = created_at WHERE published_at IS NOT NULL")
        db.execute(
            "UPDATE variants SET created_at = ?, updated_at = (SELECT p.updated_at FROM products p"
            " WHERE p.id = product_id), item_updated_at = ?",
            (born, born),
        )

    def _changes(self) -> Iterator[str]:
        while True:
            yield self.shop.stored(1 + self.rng.randrange(200), 8 + self.rng.randrange(10))
