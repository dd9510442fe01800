"""The articles of the demonstration, neutral: what the folder and the shop are both filled from."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from atoosync_lab.sandbox.data.demo.words import Axis, Family, Master, Three, words

SEED = 20_110
CENT = Decimal("0.01")
ACTIVE, DORMANT, BLOCKED, PARTLY_BLOCKED = 0, 1, 2, 3
"""States of an article in the folder."""
SPECIALS: tuple[tuple[str, str, str], ...] = (
    ("ZDIVERS", "Article divers web", "20"),
    ("ZECART", "Écart de règlement", "0"),
    ("ZEMBAL", "Emballage cadeau", "20"),
    ("ZPORT", "Frais de port", "20"),
    ("ZREMISE", "Remise web", "20"),
    ("ZREMISE20", "Remise web TVA 20 %", "20"),
    ("ZREMISE10", "Remise web TVA 10 %", "10"),
    ("ZREMISE55", "Remise web TVA 5,5 %", "5.5"),
    ("ZREMISE21", "Remise web TVA 2,1 %", "2.1"),
)
"""Articles of lines that are no goods: code, name, percent of VAT."""


@dataclass(frozen=True)
class Article:
    """An article.

    Attributes:
        code: Its code in the folder, spaces and case as typed there.
        names: Its name in three languages.
        family: Code of the family; empty for special articles.
        brand: Its maker.
        vat: Percent of VAT.
        price: Net price.
        barcode: EAN-13, or empty.
        grams: Net weight.
        paragraphs: Description, `*bold*`.
        main: Stock in the main warehouse.
        second: Stock in the second one.
        ordered: Pieces on open customer orders.
        incoming: Pieces on open supplier orders.
        tracked: Whether stock is kept.
        state: ACTIVE, DORMANT, BLOCKED or PARTLY_BLOCKED.
        published: Published on the web.
        ecotax: Net ecotax of a piece; the shop charges it beside the price.
        master: Code of the article with variants that this is one of.
        values: Its attributes and values.
        days: Days since its last change.
        service: No goods.
    """

    code: str
    names: Three
    family: str
    vat: str
    price: Decimal
    brand: str = ""
    barcode: str = ""
    grams: int = 0
    paragraphs: tuple[str, ...] = ()
    main: Decimal = Decimal(0)
    second: Decimal = Decimal(0)
    ordered: Decimal = Decimal(0)
    incoming: Decimal = Decimal(0)
    tracked: bool = True
    state: int = ACTIVE
    published: bool = True
    ecotax: Decimal = Decimal(0)
    master: str = ""
    values: tuple[tuple[Three, Three], ...] = ()
    days: int = 30
    service: bool = False

    @property
    def key(self) -> str:
        """The code without surrounding spaces."""
        return self.code.strip()

    @property
    def sellable(self) -> bool:
        """Active and published."""
        return self.published and self.state == ACTIVE


def ean13(body: str) -> str:
    """A barcode from its first twelve digits."""
    weight = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-weight % 10}"


def articles() -> list[Article]:
    """All articles of the folder, the same at every call."""
    rng = random.Random(SEED)
    goods = [article for family in words().families for article in _family(family, rng)]
    variants = [article for master in words().masters for article in _variants(master, rng)]
    return [*_awkward(goods), *variants, *_odd(), *_special()]


def _family(family: Family, rng: random.Random) -> Iterator[Article]:
    number = 0
    low, high = family.prices
    for good in family.goods:
        base = rng.randrange(low, high, 5)
        brand = rng.choice(family.brands)
        for place, size in enumerate(family.sizes):
            number += 1
            code = f"{family.code}-{number:04d}"
            names = _names(good, size)
            factor = (Decimal(1), Decimal("1.8"), Decimal("4.6"), Decimal("3.5"))[place]
            price = (base * factor * CENT).quantize(CENT)
            yield Article(
                code, names, family.code, family.vat, price, brand,
                _barcode(rng) if rng.random() < 0.85 else "", family.grams * (1, 2, 5, 4)[place],
                _paragraphs(good[0], brand, family), *_stock(rng, family.tracked),
                tracked=family.tracked, ecotax=family.ecotax * CENT, days=rng.randrange(1, 400),
                service=not family.tracked,
            )  # fmt: skip


def _names(good: Three, size: Three) -> Three:
    french, english, german = (f"{a}, {b}" if b else a for a, b in zip(good, size, strict=True))
    return french, english, german


def _barcode(rng: random.Random) -> str:
    # 200 to 299 are for use inside a shop: no maker owns them.
    return ean13(f"2{rng.randrange(10**11):011d}")


def _paragraphs(name: str, brand: str, family: Family) -> tuple[str, ...]:
    return (
        f"*{name}* : une sélection « {family.names[0]} » de notre maison.",
        f"Fabriqué par {brand}, sans concession sur le goût — à découvrir dès {family.prices[0] / 100:.2f} €.".replace(
            ".", ",", 1
        ),
        "Une question ? Écrivez-nous, nous répondons sous 24 h.",
    )


def _stock(rng: random.Random, tracked: bool) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    if not tracked:
        return Decimal(0), Decimal(0), Decimal(0), Decimal(0)
    main = Decimal(rng.choice((0, 0, 3, 8, 12, 24, 40, 60, 120)))
    return main, Decimal(rng.randrange(0, 12)), Decimal(rng.randrange(0, 4)), Decimal(rng.choice((0, 0, 0, 24, 48)))


def _variants(master: Master, rng: random.Random) -> Iterator[Article]:
    family = words().family(master.family)
    brand = rng.choice(family.brands)
    for number, values in enumerate(_combinations(master.axes), 1):
        names = _names(master.names, _joined(values))
        price = (master.price + 60 * (number % 3)) * CENT
        yield Article(
            f"{master.code}-{number:02d}", names, master.family, family.vat, price, brand, _barcode(rng), 250,
            _paragraphs(master.names[0], brand, family), *_stock(rng, True), master=master.code,
            values=tuple((axis.names, value) for axis, value in zip(master.axes, values, strict=True)),
            days=rng.randrange(1, 200),
        )  # fmt: skip


def _combinations(axes: Sequence[Axis]) -> list[tuple[Three, ...]]:
    found: list[tuple[Three, ...]] = [()]
    for axis in axes:
        found = [(*before, value) for before in found for value in axis.values]
    return found


def _joined(values: tuple[Three, ...]) -> Three:
    french, english, german = (" ".join(value[n] for value in values) for n in range(3))
    return french, english, german


def _awkward(goods: list[Article]) -> list[Article]:
    """Spread what real folders hold over the goods: states, stocks, prices, spaces."""
    changed = list(goods)
    places = {article.code: place for place, article in enumerate(goods)}

    def change(code: str, /, **values: object) -> None:
        changed[places[code]] = replace(changed[places[code]], **values)  # type: ignore[arg-type]

    for place in range(7, len(goods), 23):
        changed[place] = replace(changed[place], published=False)
    for place in range(11, len(goods), 29):
        changed[place] = replace(changed[place], state=DORMANT)
    for place in range(19, len(goods), 67):
        changed[place] = replace(changed[place], state=BLOCKED)
    for place in range(31, len(goods), 97):
        changed[place] = replace(changed[place], state=PARTLY_BLOCKED)
    for number, stock in ((1, "12.75"), (2, "0.40"), (3, "7.250"), (4, "-1.5"), (5, "3.125")):
        change(f"FRO-{number:04d}", main=Decimal(stock), second=Decimal("0.5") if number < 4 else Decimal(0))
    for code, stock in (("SAL-0010", "-3"), ("UST-0014", "-12"), ("CHO-0006", "-1")):
        change(code, main=Decimal(stock), second=Decimal(0), state=ACTIVE, published=True)
    change("SUC-0004", price=Decimal("4.123456"))
    change(
        "THE-0005",
        price=Decimal("0.123400"),
        names=("Sachet de thé à l'unité", "Single tea bag", "Einzelner Teebeutel"),
    )
    change("UST-0009", price=Decimal("19.999999"))
    change("CAV-0003", code=" CAV-0003")
    change("HUI-0002", code="HUI-0002 ")
    change("TAB-0007", code="  TAB-0007  ")
    change("SUC-0008", paragraphs=())
    change("SAL-0002", names=("Terrine <370 g> #2 {lot}; prix = doux", "Country pâté 370 g", "Landterrine 370 g"))
    return changed


def _odd() -> list[Article]:
    """Case twins, and codes that need care."""
    base = Article(
        "TWIN-A", ("Planche apéro, bois clair", "Light snack board", "Helles Brett"), "TAB", "20", Decimal("18.90"),
        "Tournebois", "", 600, ("Deux articles dont le code ne diffère que par la casse.",), Decimal(9), days=12,
    )  # fmt: skip
    long_name = "Assortiment de dégustation du Vieux Fournil, douze spécialités salées et sucrées"
    rows: tuple[tuple[str, str, Three], ...] = (
        ("twin-a", "18.90", ("Planche apéro, bois foncé", "Dark snack board", "Dunkles Brett")),
        ("LOT-b2", "6.90", ("Lot de bougies, ivoire", "Ivory candles", "Kerzen, elfenbein")),
        ("LOT-B2", "6.90", ("Lot de bougies, rouge", "Red candles", "Kerzen, rot")),
        ("DOUBLE-01", "3.50", ("Sous-verre en liège", "Cork coaster", "Kleiner Korkuntersetzer")),
        ("LONG-NOM", "49.90", (long_name, "Tasting assortment", "Verkostungssortiment")),
        ("CODE/AVEC.SIGNES+1", "2.40", ("Ficelle de cuisine", "Kitchen twine", "Küchengarn")),
    )
    others = [replace(base, code=code, price=Decimal(price), names=names) for code, price, names in rows]
    voucher = replace(base, code="SANS-TVA", names=("Bon d'achat", "Voucher", "Gutschein"), vat="0", tracked=False)
    return [base, *others, replace(voucher, price=Decimal(25), main=Decimal(0))]


def _special() -> list[Article]:
    return [
        Article(code, (name, name, name), "", vat, Decimal(0), tracked=False, published=False, days=300, service=True)
        for code, name, vat in SPECIALS
    ]
