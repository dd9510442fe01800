"""The « Articles » tab: what is sent of an article, and what an update may rewrite (SVC-17)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import ipywidgets  # type: ignore[import-untyped]

from atoosync_lab.connectors import plugins
from atoosync_lab.connectors.base import Capability
from atoosync_lab.kit import links, words
from atoosync_lab.kit.fields import Field
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.kit.stack import Stack
from atoosync_lab.kit.view import View
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.runs.parameters import PageParameters
from atoosync_lab.runs.session import Session
from atoosync_lab.settings import Profile, functions
from atoosync_lab.workbench import articles_fields as fields
from atoosync_lab.workbench import articles_reading, maps, opening, parameters
from atoosync_lab.workbench.articles_cards import FilterCard, StatusCard
from atoosync_lab.workbench.articles_reading import Reading
from atoosync_lab.workbench.articles_texts import TextsCard
from atoosync_lab.workbench.effect_card import EffectCard
from atoosync_lab.workbench.map_draft import MapDraft
from atoosync_lab.workbench.mapping_table import MappingTable, todo
from atoosync_lab.workbench.mark_card import MarkCard
from atoosync_lab.workbench.settings_form import SettingsCard
from atoosync_lab.workbench.tab_page import Block, State, TabPage
from atoosync_lab.workbench.usage import Usage


class ArticlesParameters(PageParameters):
    """The tab."""

    block: str = ""
    """Block shown first: products, texts, taxes, brand, filters, images, stocks, prices; empty: the first with work
    left."""


def check(namespace: Mapping[str, Any]) -> ArticlesParameters:
    """The page's parameters: `given = articles_page.check(globals())`.

    Raises:
        SettingsError: a parameter is unknown or has the wrong type.
    """
    return parameters.given(ArticlesParameters, namespace)


def show(given: ArticlesParameters) -> ipywidgets.DOMWidget:
    """The tab of the profile that was asked for, or what to do where there is no profile at all.

    Raises:
        SettingsError: no such profile; the message lists those there are.
    """
    session = opening.opened(given)
    if session is None:
        return View(opening.no_profile())
    if not functions.is_on(session.profile.functions, "products"):
        cure = links.notebook("profile.ipynb", translate("articles.off_cure"), class_="btn btn-1")
        return View(opening.empty("eye-off", translate("articles.off"), cure))
    return ArticlesPage(session, given.block).widget


class ArticlesPage:
    """The tab of a profile.

    Args:
        session: the opened profile.
        block: key of the block shown first; empty: the first one with something left to map.
    """

    def __init__(self, session: Session, block: str = "") -> None:
        self.session = session
        self.reading = Reading(session)
        self.cards: dict[str, list[SettingsCard]] = {}
        self.marks: dict[str, MarkCard] = {}
        self.effects: dict[str, EffectCard] = {}
        self.vat: MappingTable | None = None
        self._counts: dict[str, int] = {}
        profile = session.profile
        facts = {"erp": words.system_name(profile.erp.system), "shop": words.system_name(profile.shop.system)}
        self.page = TabPage(
            "articles",
            translate("articles.title"),
            crumb=profile.name,
            sub=translate("articles.sub", facts),
            blocks=self._blocks(),
            start=block,
            tabs=functions.tabs(profile.functions),
        )
        self._widget = self.page.widget if lists_read(profile) else Stack(View(_lists_missing()), self.page.widget)

    @property
    def widget(self) -> ipywidgets.DOMWidget:
        """What a cell shows."""
        return self._widget

    def _blocks(self) -> Sequence[Block]:
        on = self.session.profile.functions
        builders: dict[str, Callable[[], Sequence[ipywidgets.DOMWidget]]] = {
            "products": self._products,
            "texts": self._texts,
            "taxes": self._taxes,
            "brand": self._brand,
            "filters": self._filters,
            "images": self._images,
            "stocks": self._stocks,
            "prices": self._prices,
        }
        # Only what the profile's functions ask for is shown (SVC-07); its settings are kept.
        hidden = {key for key in ("images", "stocks", "prices") if not functions.is_on(on, "products", key)}
        return [
            Block(key=key, title=translate(f"articles.block.{key}"), build=build, state=partial(self._state, key))
            for key, build in builders.items()
            if key not in hidden
        ]

    def _state(self, key: str) -> State:
        dirty = any(card.form.dirty() for card in self.cards.get(key, []))
        marks = ("filters", "statuses") if key == "filters" else (key,)
        dirty = dirty or any(self.marks[mark].form.dirty() for mark in marks if mark in self.marks)
        if key == "taxes" and self.vat is not None:
            return State(todo=self.vat.todo, dirty=self.vat.draft.dirty)
        return State(todo=self._todo(key), dirty=dirty)

    def _todo(self, key: str) -> int:
        """Entries to map as the profile is saved; counted again after each save."""
        if key not in self._counts:
            self._counts[key] = self._count(key)
        return self._counts[key]

    def _count(self, key: str) -> int:
        if key == "taxes":
            return todo(MapDraft(self.session, maps.ARTICLE_TAXES, vat_usage(self.session, self.reading)))
        return int(key == "texts" and not self.session.profile.articles.products.texts.name)

    def _products(self) -> Sequence[ipywidgets.DOMWidget]:
        cards = self._shown(
            "products",
            self._card("export", fields.export()),
            self._card("creation", fields.creation()),
            self._card("update", fields.update()),
        )
        return (*cards, self._effect("products", "articles"))

    def _texts(self) -> Sequence[ipywidgets.DOMWidget]:
        card = TextsCard(self.session, self.reading, on_saved=self._saved)
        self.cards["texts"] = [card]
        return (card.widget, self._effect("texts", "articles"))

    def _taxes(self) -> Sequence[ipywidgets.DOMWidget]:
        self.vat = MappingTable(self.session, maps.ARTICLE_TAXES, vat_usage(self.session, self.reading), self._saved)
        return (self.vat.widget,)

    def _brand(self) -> Sequence[ipywidgets.DOMWidget]:
        card = self._card("brand", fields.brand(self.session, self.reading))
        return (*self._shown("brand", card), self._effect("brand", "articles"))

    def _filters(self) -> Sequence[ipywidgets.DOMWidget]:
        card = self._filter_card("filters", fields.filters(self.reading), fields.PRODUCT_FILTER)
        shown = (*self._shown("filters", card), self._effect("filters", card.flow), self._mark("filters", card))
        title, note = translate("articles.card.statuses"), translate("articles.card.statuses_note")
        statuses = StatusCard(self.session, self.reading, title, fields.statuses(), note=note, on_saved=self._saved)
        return (*shown, *self._shown("filters", statuses), self._mark("statuses", statuses))

    def _images(self) -> Sequence[ipywidgets.DOMWidget]:
        able = capable(self.session)
        card = self._card("images", fields.images(library=Capability.IMAGE_LIBRARY in able))
        lacks = [
            words.banner("warn", tag("p", translate(code)))
            for needed, code in (
                (Capability.READ_IMAGES, "articles.card.images_off_erp"),
                (Capability.WRITE_IMAGES, "articles.card.images_off_shop"),
            )
            if needed not in able
        ]
        return (*(View(banner) for banner in lacks), *self._shown("images", card), self._effect("images", "articles"))

    def _stocks(self) -> Sequence[ipywidgets.DOMWidget]:
        card = self._filter_card("stocks", fields.stocks(self.session, self.reading), fields.STOCK_FILTER)
        return (*self._shown("stocks", card), self._effect("stocks", card.flow), self._mark("stocks", card))

    def _prices(self) -> Sequence[ipywidgets.DOMWidget]:
        card = self._filter_card("prices", fields.prices(self.reading), fields.PRICE_FILTER)
        return (*self._shown("prices", card), self._effect("prices", card.flow), self._mark("prices", card))

    def _card(self, name: str, shown: Sequence[Field]) -> SettingsCard:
        title, note = translate(f"articles.card.{name}"), translate(f"articles.card.{name}_note")
        return SettingsCard(self.session, title, shown, note=note, on_saved=self._saved, card_id=f"articles-{name}")

    def _filter_card(self, name: str, shown: Sequence[Field], path: str) -> FilterCard:
        title, note = translate(f"articles.card.{name}"), translate(f"articles.card.{name}_note")
        return FilterCard(self.session, self.reading, title, shown, filter=path, note=note, on_saved=self._saved)

    def _mark(self, key: str, card: FilterCard | StatusCard) -> ipywidgets.DOMWidget:
        mark = MarkCard(self.session, card.flow, count=card.due, used=card.uses_mark)
        card.view.observe(lambda _: mark.paint(), "html")
        self.marks[key] = mark
        return mark.view

    def _effect(self, key: str, flow: str) -> ipywidgets.DOMWidget:
        """The comparison of the cards that the block has so far."""
        cards = tuple(self.cards[key])
        effect = EffectCard(self.session, flow, lambda: cards)
        for card in cards:
            card.view.observe(lambda _: effect.paint(), "html")
        self.effects[key] = effect
        return effect.view

    def _shown(self, key: str, *cards: SettingsCard) -> Sequence[ipywidgets.DOMWidget]:
        self.cards.setdefault(key, []).extend(cards)
        return tuple(card.view for card in cards)

    def _saved(self, _: Profile | None = None) -> None:
        self._counts.clear()
        self.page.paint()


def capable(session: Session) -> frozenset[Capability]:
    """What the profile's two systems can do, as they are set up now; nothing is called."""
    profile = session.profile
    found: frozenset[Capability] = frozenset()
    for side, plugin in (("shop", plugins.shop(profile.shop.system)), ("erp", plugins.erp(profile.erp.system))):
        try:
            opened = session.workspace.shop(profile) if side == "shop" else session.workspace.erp(profile)
            with opened as connector:
                found |= connector.capabilities
        except AtooSyncError:
            # Nothing is known of it yet but its name.
            found |= plugin.capabilities
    return found


def vat_usage(session: Session, reading: Reading) -> Usage:
    """Articles by VAT code in the last reading of the ERP: codes that no article carries can wait."""
    capture = articles_reading.last_capture(session)
    found = reading.vat
    if capture is None or found is None:
        return Usage()
    return Usage(capture=capture, counts={maps.ARTICLE_TAXES.name: found})


def lists_read(profile: Profile) -> bool:
    """The lists that this tab chooses from were read at least once."""
    return bool(profile.erp_lists.get(ListName.PRODUCT_FIELDS) and profile.shop_lists.get(ListName.TAX_RULE_GROUPS))


def _lists_missing() -> Html:
    cure = links.notebook("connect.ipynb", translate("articles.lists_cure"), class_="btn btn-s")
    return words.banner("warn", tag("p", translate("articles.lists_missing")), cure)
