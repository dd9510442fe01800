"""The fields of the tabs « Commandes », « Clients » and « Import des commandes » as data, block by block.

Label and help of a field are the messages `<setting>.label` and `<setting>.help`: the help says why the default is the
safe one (SVC-18). Choices are asked for at every paint, so that a list read again is seen at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from atoosync_lab.kit.choices import Choice
from atoosync_lab.kit.fields import Field, Kind
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.runs.session import Session
from atoosync_lab.settings.customers import AccountMode
from atoosync_lab.settings.orders import DateSource, Period, SettlementDate, SettlementTotal
from atoosync_lab.workbench import lists
from atoosync_lab.workbench.order_reading import OrderReading

REFERENCE = "orders.header.reference"
SETTLEMENT_LABEL = "orders.settlements.label"
DIFFERENCE_LINE = "orders.options.difference_line"
MOST_DECIMALS = 6
CEILING_MOST = 1_000_000
NOT_SERVED = ("ORD-11", "ORD-14", "ORD-15", "ORD-19", "ORD-20")
"""Options of the manual that this version does not serve yet; the page says so."""

Gone = Callable[[str], Any]


def _field(path: str, kind: Kind, **more: object) -> Field:
    return Field(path, kind, f"{path}.label", f"{path}.help", **more)  # type: ignore[arg-type]


def _listed(session: Session, path: str, side: lists.Side, name: ListName, empty: str) -> Field:
    """A field that chooses from a reference list, with words for none."""
    return _field(
        path,
        "choice",
        choices=lambda: lists.choices(session, side, name, empty_label=translate(empty)),
        gone=partial(lists.gone, session, side, name),
    )


def _words(prefix: str, values: type[DateSource | Period | SettlementTotal | SettlementDate]) -> tuple[Choice, ...]:
    return tuple(Choice(v.value, translate(f"order_settings.{prefix}.{v.value}")) for v in values)


def header(session: Session) -> tuple[Field, ...]:
    """Head of the documents (ORD-02)."""
    return (
        _field("orders.header.date", "choice", choices=partial(_words, "date", DateSource), required=True),
        _field("orders.header.price_precision", "choice", choices=decimals, required=True),
        _listed(session, "orders.header.series", "erp", ListName.NUMBER_SERIES, "order_settings.series_none"),
        _listed(session, "orders.header.warehouse", "erp", ListName.WAREHOUSES, "order_settings.warehouse_none"),
        _field(REFERENCE, "text", max_length=200, required=True),
    )


def decimals() -> tuple[Choice, ...]:
    """Numbers of decimals a price may have."""
    return tuple(
        Choice(str(n), translate("order_settings.decimals", {"count": n}))
        for n in range(MOST_DECIMALS, -1, -1)
    )  # fmt: skip


def carriers_by() -> tuple[Field, ...]:
    """How a carrier is found in the map (ORD-06)."""
    return (
        _field(
            "orders.maps.carriers_by",
            "choice",
            choices=lambda: tuple(Choice(v, translate(f"order_settings.carriers_by.{v}")) for v in ("id", "name")),
            required=True,
        ),
    )


def articles(reading: OrderReading) -> tuple[Field, ...]:
    """Articles of lines that are no goods (ORD-08)."""
    return tuple(
        _field(
            f"orders.articles.{name}", "text", max_length=40, suggest=reading.find_items, check=reading.check_item
        )
        for name in ("misc", "gift_wrap", "shipping", "difference")
    )  # fmt: skip


def difference_vat(session: Session) -> tuple[Field, ...]:
    """VAT code of the difference line (ORD-21): one without tax."""

    def without_tax() -> tuple[Choice, ...]:
        items = session.profile.erp_lists.get(ListName.VAT_CODES)
        free = [Choice(i.id, i.label) for i in items if i.rate == 0]
        return (Choice("", translate("order_settings.first_free_vat")), *free)

    return (
        _field(
            "orders.articles.difference_vat",
            "choice",
            choices=without_tax,
            gone=partial(lists.gone, session, "erp", ListName.VAT_CODES),
        ),
    )


def options() -> tuple[Field, ...]:
    """The options that are served (ORD-10, 12, 13, 16, 17, 18, 21)."""
    names = (
        "skip_existing", "misc_for_unknown", "use_shop_number", "tax_inclusive", "shipping_as_line", "net_prices",
        "difference_line",
    )  # fmt: skip
    return (
        *(_field(f"orders.options.{name}", "switch") for name in names),
        _field("orders.options.ceiling", "decimal", least=0, most=CEILING_MOST, places=6),
    )


def settlements() -> tuple[Field, ...]:
    """Settlements (ORD-22)."""
    made, whole = _is("orders.settlements.create", True), _is("orders.settlements.from_payments", False)
    return (
        _field("orders.settlements.create", "switch"),
        _field("orders.settlements.from_payments", "switch", when=made),
        _field(
            "orders.settlements.total",
            "choice",
            choices=partial(_words, "total", SettlementTotal),
            required=True,
            when=lambda values: made(values) and whole(values),
        ),
        _field(
            "orders.settlements.date",
            "choice",
            choices=partial(_words, "settled", SettlementDate),
            required=True,
            when=made,
        ),
        _field(SETTLEMENT_LABEL, "text", max_length=200, required=True, when=made),
        _field("orders.settlements.differences", "switch", when=made),
    )


def buyers(reading: OrderReading) -> tuple[Field, ...]:
    """How a buyer is found, or becomes a customer of the ERP (CLI-20 to 22)."""
    single, each = _is("customers.mode", AccountMode.SINGLE), _is("customers.mode", AccountMode.PER_CUSTOMER)
    one_account = _is("customers.account_mode", AccountMode.SINGLE)
    own_account = _is("customers.account_mode", AccountMode.PER_CUSTOMER)
    return (
        *(_field(f"customers.{name}", "switch") for name in ("find_by_siret", "find_by_email", "find_by_vat_number")),
        _field("customers.mode", "choice", choices=partial(_modes, "mode"), required=True),
        _field(
            "customers.single_account", "text", max_length=20, suggest=reading.find_customers,
            check=reading.check_customer, when=single,
        ),
        _field("customers.prefix", "text", max_length=10, when=each),
        _field("customers.length", "integer", least=4, most=20, when=each),
        _field("customers.account_mode", "choice", choices=partial(_modes, "account_mode"), required=True, when=each),
        _field("customers.account", "text", max_length=20, when=lambda v: each(v) and one_account(v)),
        _field("customers.account_prefix", "text", max_length=10, when=lambda v: each(v) and own_account(v)),
        _field(
            "customers.account_length", "integer", least=0, most=20, when=lambda v: each(v) and own_account(v)
        ),
    )  # fmt: skip


def _modes(name: str) -> tuple[Choice, ...]:
    order = (AccountMode.PER_CUSTOMER, AccountMode.SINGLE, AccountMode.NONE)
    return tuple(Choice(m.value, translate(f"order_settings.{name}.{m.value}")) for m in order)


def new_customers(session: Session) -> tuple[Field, ...]:
    """Defaults of new customers, and how names are written (CLI-23, CLI-25)."""
    return (
        _listed(session, "customers.representative", "erp", ListName.REPRESENTATIVES, "order_settings.none"),
        _listed(session, "customers.family", "erp", ListName.CUSTOMER_FAMILIES, "order_settings.none"),
        _listed(session, "customers.group", "erp", ListName.PRICE_CATEGORIES, "order_settings.none"),
        *(
            _field(f"customers.{name}", "switch")
            for name in ("strip_accents", "upper_name", "upper_addresses", "territoriality_from_document")
        ),
    )


def period(session: Session) -> tuple[Field, ...]:
    """Which orders are read (ORD-01, ORD-29)."""
    return (
        _field("orders.period", "choice", choices=partial(_words, "period", Period), required=True),
        _field(
            "orders.reading.date_field",
            "choice",
            choices=lambda: tuple(
                Choice(v, translate(f"order_settings.date_field.{v}")) for v in ("created", "modified")
            ),
            required=True,
        ),
        _field("orders.shops", "choices", choices=partial(lists.choices, session, "shop", ListName.SHOPS)),
    )


def reading_options(reading: OrderReading) -> tuple[Field, ...]:
    """Guests, and where the payment method is read (ORD-29)."""
    return (
        _field(
            "orders.reading.guest_account", "text", max_length=20, suggest=reading.find_customers,
            check=reading.check_customer,
        ),
        _field(
            "orders.reading.method_source", "choice", required=True,
            choices=lambda: tuple(
                Choice(v, translate(f"order_settings.method_source.{v}")) for v in ("module", "label", "payment")
            ),
        ),
    )  # fmt: skip


def credit_notes() -> tuple[Field, ...]:
    """Credit slips become credit notes (ORD-33)."""
    return (
        _field("orders.credit_notes.enabled", "switch"),
        _field(
            "orders.credit_notes.period",
            "choice",
            choices=partial(_words, "period", Period),
            required=True,
            when=_is("orders.credit_notes.enabled", True),
        ),
    )


def status_update(session: Session) -> tuple[Field, ...]:
    """Shop status once the ERP document has become the next one (ORD-24)."""
    return tuple(
        _listed(session, f"orders.status_update.{kind}", "shop", ListName.STATUSES, "order_settings.status_kept")
        for kind in ("quote", "order", "delivery_note", "invoice")
    )


def every(session: Session) -> tuple[Field, ...]:
    """Every field of the tabs, for walks over all forms."""
    reading = OrderReading(session)
    return (
        *header(session), *carriers_by(), *articles(reading), *difference_vat(session), *options(), *settlements(),
        *buyers(reading), *new_customers(session), *period(session), *reading_options(reading), *credit_notes(),
        *status_update(session),
    )  # fmt: skip


def _is(name: str, wanted: object) -> Callable[[Mapping[str, Any]], bool]:
    return lambda values: bool(values.get(name) == wanted)
