"""The fields of the « Articles » tab as data, block by block (ART-01, 06 to 11, 30, 40, 50; SHP-01, 02).

Label and help of a field are the messages `<setting>.label` and `<setting>.help`: the help says why the default is the
safe one (SVC-18). Choices are asked for at every paint, so that a list read again is seen at once.
"""

from __future__ import annotations

from functools import partial

from atoosync_lab.kit.choices import Choice
from atoosync_lab.kit.fields import Field, FieldError, Kind
from atoosync_lab.model.errors import FilterError
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.reference_lists import ListItem, ListName
from atoosync_lab.runs.session import Session
from atoosync_lab.settings.articles import TEXT_FIELDS, ShopUpdate, StockKind
from atoosync_lab.workbench import lists
from atoosync_lab.workbench.articles_reading import Reading

TEXTS = "articles.products.texts"
LANGUAGES = "articles.products.texts_by_language"
BRAND = "articles.products.brand_field"
PRODUCT_FILTER = "articles.products.filter"
STOCK_FILTER = "articles.stocks.filter"
PRICE_FILTER = "articles.prices.filter"
STATUS_SINCE = "articles.products.status_since_last_transfer"
FILTERS = (PRODUCT_FILTER, STOCK_FILTER, PRICE_FILTER)
FILTER_LENGTH = 1000
MOST_DECIMALS = 6

NOT_SENT = frozenset(
    {"special_prices", "weight", "size", "supplier", "documents", "features", "category",
     "parent_categories", "reindex"}
)  # fmt: skip
"""Switches that are kept and not served yet; their help says so."""


def _field(path: str, kind: Kind, *, text: str = "", **more: object) -> Field:
    """A field whose label and help are named after its setting, or after `text`."""
    named = text or path
    return Field(path, kind, f"{named}.label", f"{named}.help", **more)  # type: ignore[arg-type]


def export() -> tuple[Field, ...]:
    """Whether articles are sent at all (ART-01)."""
    return (_field("articles.products.create", "switch"),)


def creation() -> tuple[Field, ...]:
    """What a new product of the shop is like (SHP-01)."""
    return (
        _field("articles.creation.active", "switch"),
        _field("articles.creation.category", "text", max_length=20, check=_digits),
    )


def update() -> tuple[Field, ...]:
    """The 19 switches of what an update rewrites, in the manual's order (SHP-02)."""
    return tuple(_field(f"articles.update.{name}", "switch") for name in ShopUpdate.model_fields)


def texts(session: Session, reading: Reading, language: str = "") -> tuple[Field, ...]:
    """Texts of the shop's main language (ART-06), or of another one by its id (ART-07)."""
    place = f"{LANGUAGES}.{language}" if language else TEXTS
    return tuple(_erp_field(session, reading, f"{place}.{name}", f"{TEXTS}.{name}") for name in TEXT_FIELDS)


def brand(session: Session, reading: Reading) -> tuple[Field, ...]:
    """ERP field that holds the brand (ART-09)."""
    return (_erp_field(session, reading, BRAND, BRAND),)


def filters(reading: Reading) -> tuple[Field, ...]:
    """Which articles are sent (ART-10)."""
    return (
        _field("articles.products.published_only", "switch"),
        _filter(reading, PRODUCT_FILTER),
        _field("articles.products.since_last_transfer", "switch"),
    )


def images(*, library: bool) -> tuple[Field, ...]:
    """Which images go, and what becomes of those that are there (ART-30, SHP-08).

    Args:
        library: the shop keeps images in a library, so that they can be attached again.
    """
    names = ("create", "from_sheet", "delete_first", *(("reattach",) if library else ()))
    return tuple(_field(f"articles.images.{name}", "switch") for name in names)


def statuses() -> tuple[Field, ...]:
    """Which articles are shown or hidden (ART-11)."""
    return (_field(STATUS_SINCE, "switch"),)


def stocks(session: Session, reading: Reading) -> tuple[Field, ...]:
    """Which stock is sent (ART-40)."""
    return (
        _field(
            "articles.stocks.warehouses",
            "choices",
            choices=partial(lists.choices, session, "erp", ListName.WAREHOUSES),
        ),
        _field("articles.stocks.kind", "choice", choices=stock_kinds, required=True),
        _field("articles.stocks.default_quantity", "integer", least=0, most=10_000_000, required=False),
        _field("articles.stocks.allow_negative", "switch"),
        _field("articles.stocks.published_only", "switch"),
        _filter(reading, STOCK_FILTER),
        _field("articles.stocks.since_last_transfer", "switch"),
    )


def prices(reading: Reading) -> tuple[Field, ...]:
    """Which prices are sent (ART-50)."""
    return (
        _field("articles.prices.precision", "choice", choices=decimals, required=True),
        _field("articles.prices.published_only", "switch"),
        _filter(reading, PRICE_FILTER),
        _field("articles.prices.since_last_transfer", "switch"),
    )


def every(session: Session) -> tuple[Field, ...]:
    """Every field of the tab, for walks over all forms."""
    reading = Reading(session)
    others = [language.id for language in languages(session)[1:]]
    return (
        *export(),
        *creation(),
        *update(),
        *texts(session, reading),
        *(field for language in others for field in texts(session, reading, language)),
        *brand(session, reading),
        *filters(reading),
        *statuses(),
        *images(library=True),
        *stocks(session, reading),
        *prices(reading),
    )


def languages(session: Session) -> tuple[ListItem, ...]:
    """Languages of the shop, the main one first; none while its lists were not read."""
    known = session.profile.shop_lists.get(ListName.LANGUAGES)
    return tuple(sorted(known, key=lambda item: (item.extra.get("default") != "1", not item.active)))


def stock_kinds() -> tuple[Choice, ...]:
    """The three kinds of stock."""
    return tuple(Choice(kind.value, translate(f"articles.stock_kind.{kind.value}")) for kind in StockKind)


def decimals() -> tuple[Choice, ...]:
    """Numbers of decimals a price may be sent with."""
    words = {0: translate("articles.decimals_none"), 1: translate("articles.decimals_one")}
    return tuple(
        Choice(str(count), words.get(count) or translate("articles.decimals", {"count": count}))
        for count in range(MOST_DECIMALS, -1, -1)
    )


def erp_fields(session: Session, reading: Reading) -> tuple[Choice, ...]:
    """Fields of the ERP's articles: name, technical name, what a real article holds; none first, then by kind."""
    held = reading.sample.fields if reading.sample else {}
    items = session.profile.erp_lists.get(ListName.PRODUCT_FIELDS)
    listed = [
        Choice(
            item.id,
            item.label,
            note=item.id,
            group=translate("articles.group.custom" if item.extra.get("custom") else "articles.group.standard"),
            sample=held.get(item.id, ""),
        )
        for item in items
    ]
    return (Choice("", translate("articles.none")), *listed)


def _erp_field(session: Session, reading: Reading, path: str, text: str) -> Field:
    return _field(
        path,
        "choice",
        text=text,
        choices=partial(erp_fields, session, reading),
        gone=partial(lists.gone, session, "erp", ListName.PRODUCT_FIELDS),
    )


def _filter(reading: Reading, path: str) -> Field:
    return _field(path, "text", max_length=FILTER_LENGTH, check=partial(_understood, reading))


def _understood(reading: Reading, expression: str) -> None:
    try:
        reading.check(expression)
    except FilterError as error:
        raise FieldError(error.message.code, **error.message.params) from error


def _digits(value: str) -> None:
    if value and not (value.isascii() and value.isdigit()):
        raise FieldError("articles.category_digits")
