"""The « Commandes » tab: what becomes of a shop order; maps, articles, options, settlements, buyers (SVC-17)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import ipywidgets  # type: ignore[import-untyped]

from atoosync_lab.connectors import plugins
from atoosync_lab.kit import links, words
from atoosync_lab.kit.fields import Field
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.kit.stack import Stack
from atoosync_lab.kit.view import View
from atoosync_lab.mapping import templates
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs.parameters import PageParameters
from atoosync_lab.runs.session import Session
from atoosync_lab.settings import Profile, functions
from atoosync_lab.workbench import map_draft, maps, opening, parameters
from atoosync_lab.workbench import orders_fields as fields
from atoosync_lab.workbench.mapping_rows import MapSpec
from atoosync_lab.workbench.mapping_table import MappingTable, todo
from atoosync_lab.workbench.order_reading import OrderReading
from atoosync_lab.workbench.settings_form import SettingsCard
from atoosync_lab.workbench.tab_page import Block, State, TabPage

_SPECIAL = ("misc", "gift_wrap", "shipping", "difference")


class OrdersParameters(PageParameters):
    """The tab."""

    block: str = ""
    """Block shown first: header, countries, taxes, payments, carriers, currencies, articles, settlements, options,
    customers; empty: the first with work left."""


def check(namespace: Mapping[str, Any]) -> OrdersParameters:
    """The page's parameters: `given = orders_page.check(globals())`.

    Raises:
        SettingsError: a parameter is unknown or has the wrong type.
    """
    return parameters.given(OrdersParameters, namespace)


def show(given: OrdersParameters) -> ipywidgets.DOMWidget:
    """The tab of the profile that was asked for, or what to do where there is no profile at all.

    Raises:
        SettingsError: no such profile; the message lists those there are.
    """
    session = opening.opened(given)
    if session is None:
        return View(opening.no_profile())
    return switched_off(session) or OrdersPage(session, given.block).widget


def switched_off(session: Session) -> View | None:
    """What stands here when the profile imports no orders; None: it does."""
    if functions.is_on(session.profile.functions, "orders"):
        return None
    cure = links.notebook("profile.ipynb", translate("order_settings.off_cure"), class_="btn btn-1")
    return View(opening.empty("eye-off", translate("order_settings.off"), cure))


class CardsAndMaps:
    """Blocks made of cards and mapping tables that know of one another's saves; base of both order pages.

    Args:
        session: the opened profile.
    """

    prefix = ""
    """Beginning of the message codes of cards: `<prefix>.card.<name>`."""

    page: TabPage

    def __init__(self, session: Session) -> None:
        self.session = session
        self.reading = OrderReading(session)
        self.cards: dict[str, list[SettingsCard]] = {}
        self.tables: dict[str, list[MappingTable]] = {}

    @property
    def widget(self) -> ipywidgets.DOMWidget:
        """What a cell shows: the tab, and above it that its lists were never read, if so."""
        profile = self.session.profile
        if profile.shop_lists.lists and profile.erp_lists.lists:
            return self.page.widget
        cure = links.notebook("connect.ipynb", translate("order_settings.lists_cure"), class_="btn btn-s")
        told = words.banner("warn", tag("p", translate("order_settings.lists_missing")), cure)
        return Stack(View(told), self.page.widget)

    def state(self, key: str) -> State:
        """Where a block stands."""
        dirty = any(card.form.dirty() for card in self.cards.get(key, []))
        dirty = dirty or any(table.draft.dirty for table in self.tables.get(key, []))
        return State(todo=self.todo(key), dirty=dirty)

    def todo(self, key: str) -> int:
        """What is left to do in a block."""
        return sum(table.todo for table in self.tables.get(key, []))

    def card(self, key: str, name: str, shown: Sequence[Field], **more: Any) -> ipywidgets.DOMWidget:
        """A card of a block."""
        title, note = translate(f"{self.prefix}.card.{name}"), translate(f"{self.prefix}.card.{name}_note")
        card = SettingsCard(self.session, title, shown, note=note, on_saved=self.saved, card_id=f"card-{name}", **more)
        self.cards.setdefault(key, []).append(card)
        if "after" in more:
            card.paint()  # what stands below may look at the card itself
        return card.view

    def table(self, key: str, spec: MapSpec) -> ipywidgets.DOMWidget:
        """A mapping table of a block."""
        table = MappingTable(self.session, spec, self.reading.usage, self.saved)
        self.tables.setdefault(key, []).append(table)
        return table.widget

    def saved(self, _: Profile | None = None) -> None:
        """A block was saved: the others look at the profile again, what was typed in them stays."""
        for cards in self.cards.values():
            for card in cards:
                card.reload()
        for tables in self.tables.values():
            for table in tables:
                table.reload()
        self.page.paint()

    def facts(self) -> dict[str, str]:
        """Names of both systems."""
        profile = self.session.profile
        return {"erp": words.system_name(profile.erp.system), "shop": words.system_name(profile.shop.system)}


class OrdersPage(CardsAndMaps):
    """The tab of a profile.

    Args:
        session: the opened profile.
        block: key of the block shown first; empty: the first one with something left to relate.
    """

    prefix = "order_settings"

    def __init__(self, session: Session, block: str = "") -> None:
        super().__init__(session)
        self._waiting: dict[str, int] = {}
        self.page = TabPage(
            "orders",
            translate("order_settings.title"),
            crumb=session.profile.name,
            sub=translate("order_settings.sub", self.facts()),
            blocks=self._blocks(),
            start=block,
            tabs=functions.tabs(session.profile.functions),
        )

    def todo(self, key: str) -> int:
        """Rows of a map that orders need; special articles that orders may need."""
        if key in self.tables and key != "articles":
            return super().todo(key)
        if key == "articles":
            return len(missing_articles(self.session.profile))
        spec = maps.all_maps().get(key)
        if spec is None:
            return 0
        if key not in self._waiting:
            self._waiting[key] = todo(map_draft.MapDraft(self.session, spec, self.reading.usage))
        return self._waiting[key]

    def saved(self, _: Profile | None = None) -> None:
        """A block was saved."""
        self._waiting.clear()
        super().saved()

    def _blocks(self) -> Sequence[Block]:
        builders: dict[str, Callable[[], Sequence[ipywidgets.DOMWidget]]] = {
            "header": self._header,
            "countries": lambda: (self.table("countries", maps.COUNTRIES),),
            "taxes": lambda: (self.table("taxes", maps.TAXES),),
            "payments": lambda: (self.table("payments", maps.PAYMENTS),),
            "carriers": self._carriers,
            "currencies": lambda: (self.table("currencies", maps.CURRENCIES),),
            "articles": self._articles,
            "settlements": self._settlements,
            "options": lambda: (self.card("options", "options", fields.options(), after=_not_served),),
            "customers": self._customers,
        }
        return [
            Block(
                key=key, title=translate(f"order_settings.block.{key}"), build=build, state=partial(self.state, key)
            )
            for key, build in builders.items()
            # Only what the profile's functions ask for is shown (SVC-07); its settings are kept.
            if key != "settlements" or functions.is_on(self.session.profile.functions, "orders", "settlements")
            if not self._ignored(key)
        ]  # fmt: skip

    def _ignored(self, key: str) -> bool:
        """The block is a map that the ERP has no place for."""
        spec = maps.all_maps().get(key)
        return spec is not None and spec.path in plugins.erp(self.session.profile.erp.system).ignores

    def _header(self) -> Sequence[ipywidgets.DOMWidget]:
        return (self._templated("header", "header", fields.header(self.session), fields.REFERENCE),)

    def _settlements(self) -> Sequence[ipywidgets.DOMWidget]:
        return (self._templated("settlements", "settlements", fields.settlements(), fields.SETTLEMENT_LABEL),)

    def _templated(self, key: str, name: str, shown: Sequence[Field], path: str) -> ipywidgets.DOMWidget:
        """A card with a template: merge fields to add, and how it comes out on a real order as one types (ORD-02)."""

        def card() -> SettingsCard | None:
            return next(iter(self.cards.get(key, [])), None)

        def add(token: str) -> None:
            own = card()
            if own is not None and token in {f.token for f in templates.fields()}:
                own.form.set(path, f"{own.form.text(path)} {token}".strip())

        def after() -> Html:
            own = card()
            if own is None:
                return Html("")
            visible = any(field.name == path for field in own.form.shown())
            return example(self.reading, own.form.text(path)) if visible else Html("")

        return self.card(
            key, name, shown, after=after, actions={"add-field": add, "another": self.reading.next_order}
        )  # fmt: skip

    def _carriers(self) -> Sequence[ipywidgets.DOMWidget]:
        by = self.card("carriers", "carriers_by", fields.carriers_by())
        return (by, self.table("carriers", maps.CARRIERS))

    def _articles(self) -> Sequence[ipywidgets.DOMWidget]:
        return (
            self.card("articles", "articles", fields.articles(self.reading), after=self._named),
            self.card("articles", "difference_vat", fields.difference_vat(self.session)),
            self.table("articles", maps.discounts(self.reading.articles())),
        )

    def _customers(self) -> Sequence[ipywidgets.DOMWidget]:
        return (
            self.card("customers", "buyers", fields.buyers(self.reading)),
            self.card(
                "customers", "new_customers", fields.new_customers(self.session),
                after=lambda: tag("p", translate("order_settings.not_served_addresses"), class_="cap"),
            ),
        )  # fmt: skip

    def _named(self) -> Html:
        """Names of the articles that are chosen, so that a reference is read as what it is."""
        if self.reading.erp is None:
            return tag("p", icon("info", "s"), " ", translate("order_settings.article_unread"), class_="cap")
        own = next(iter(self.cards.get("articles", [])), None)
        texts = [own.form.text(f"orders.articles.{name}") for name in _SPECIAL] if own else []
        named = [(text, self.reading.item_name(text)) for text in texts if text]
        lines = [
            tag("p", translate("order_settings.article_known", {"reference": text, "name": name}), class_="cap")
            for text, name in named
            if name
        ]
        return join(*lines)


def missing_articles(profile: Profile) -> tuple[str, ...]:
    """Special articles that orders may need and that are not chosen (ORD-08); the difference one with ORD-21 alone."""
    chosen, options = profile.orders.articles, profile.orders.options
    wanted = {"misc": chosen.misc, "gift_wrap": chosen.gift_wrap, "shipping": chosen.shipping}
    if options.difference_line:
        wanted["difference"] = chosen.difference
    wanted["discount"] = chosen.discount
    return tuple(name for name, reference in wanted.items() if not reference)


def example(reading: OrderReading, template: str) -> Html:
    """A template on a real order, with the fields that may be added to it."""
    found = reading.example(template)
    source = (
        translate("order_settings.example_real", {"order": found.order})
        if found.order
        else translate("order_settings.example_invented")
    )
    other = tag(
        "button", icon("refresh", "s"), translate("order_settings.example_next"), type="button",
        class_="btn btn-s btn-q", data_at_do="another", data_at_key="another",
    ) if found.order else None  # fmt: skip
    shown = tag(
        "div",
        tag("span", translate("order_settings.example", {"text": found.text}), class_="b", role="status"),
        tag("span", source, class_="t3"),
        other,
        class_="example",
    )
    buttons = [
        tag(
            "button", tag("span", one.token, class_="mono"), " ", translate(one.label), type="button", class_="chip",
            data_at_do="add-field", data_at_value=one.token, data_at_key=f"add-{one.key}",
            aria_label=translate("order_settings.insert_one", {"field": translate(one.label)}),
        )
        for one in templates.fields()
    ]  # fmt: skip
    title = translate("order_settings.insert")
    return join(shown, tag("div", tag("span", title, class_="sm t2"), *buttons, class_="merge-fields", role="group"))


def _not_served() -> Html:
    return tag("p", icon("info", "s"), " ", translate("order_settings.not_served"), class_="cap")
