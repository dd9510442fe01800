"""Cards of the « Articles » tab with more than fields: how many articles are kept, what a filter may name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from atoosync_lab.kit import formats
from atoosync_lab.kit.fields import Field
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.errors import FilterError
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.runs.session import Session
from atoosync_lab.settings import Profile
from atoosync_lab.workbench.articles_fields import PRICE_FILTER, PRODUCT_FILTER, STATUS_SINCE, STOCK_FILTER
from atoosync_lab.workbench.articles_reading import Reading
from atoosync_lab.workbench.settings_form import OnSaved, SettingsCard

_FLOWS = {PRODUCT_FILTER: "articles", STOCK_FILTER: "stocks", PRICE_FILTER: "prices"}
"""Filter -> flow whose last-transfer mark goes with it."""


class FilterCard(SettingsCard):
    """A card with a filter; it says at every change how many articles of the last capture are kept.

    Args:
        session: the opened profile.
        reading: what the last capture says.
        title: head of the card.
        fields: its fields, the filter among them.
        filter: setting that holds the filter.
        note: a sentence under the head.
        on_saved: called with the profile after each save.
    """

    def __init__(
        self,
        session: Session,
        reading: Reading,
        title: str,
        fields: Sequence[Field],
        *,
        filter: str,
        note: str = "",
        on_saved: OnSaved | None = None,
    ) -> None:
        self._reading, self._filter = reading, filter
        self._group = filter.rpartition(".")[0]
        super().__init__(session, title, fields, note=note, on_saved=on_saved, after=self._articles_kept)

    @property
    def flow(self) -> str:
        """The flow that the filter is about."""
        return _FLOWS[self._filter]

    def uses_mark(self) -> bool:
        """What is on screen asks for articles changed since the last transfer only."""
        return bool(self.form.peek()[f"{self._group}.since_last_transfer"])

    def due(self, since: datetime) -> Html | None:
        """How many articles the filter on screen keeps of those changed since a moment."""
        return self._count(since)

    def _articles_kept(self) -> Html:
        since = self.session.workspace.marks.get(self.session.profile_id, self.flow) if self.uses_mark() else None
        return join(
            tag("div", self._count(since), class_="kept", role="status", aria_live="polite"), columns(self._base)
        )

    def _count(self, since: datetime | None) -> Html | None:
        values = self.form.peek()
        if self._filter in self.form.errors():
            return None
        try:
            found = self._reading.kept(
                str(values[self._filter]),
                published_only=bool(values[f"{self._group}.published_only"]),
                since=since,
                strictly_after=self.flow == "stocks",
            )
        except FilterError as error:
            return _said("triangle", "fg-warn", str(error))
        if found is None:
            return _said("info", "t2", translate("articles.kept.not_read"))
        facts = {
            "kept": formats.number(found.kept),
            "total": formats.number(found.total),
            "at": formats.moment(found.at, self._base.timezone),
        }
        if found.kept == 0:
            return _said("triangle", "fg-warn", translate("articles.kept.none", facts))
        return _said("tick", "fg-create", translate("articles.kept.since" if since else "articles.kept.some", facts))


class StatusCard(SettingsCard):
    """The card of what is shown or hidden; it knows its last-transfer mark.

    Args:
        session: the opened profile.
        reading: what the last capture says.
        title: head of the card.
        fields: its fields.
        note: a sentence under the head.
        on_saved: called with the profile after each save.
    """

    flow = "article-status"

    def __init__(
        self,
        session: Session,
        reading: Reading,
        title: str,
        fields: Sequence[Field],
        *,
        note: str = "",
        on_saved: OnSaved | None = None,
    ) -> None:
        self._reading = reading
        super().__init__(session, title, fields, note=note, on_saved=on_saved)

    def uses_mark(self) -> bool:
        """What is on screen asks for articles modified since the last status update only."""
        return bool(self.form.peek()[STATUS_SINCE])

    def due(self, since: datetime) -> Html | None:
        """How many articles were modified since a moment: dormant and blocked ones count, they are to be hidden."""
        found = self._reading.kept("", published_only=False, active_only=False, since=since)
        if found is None:
            return _said("info", "t2", translate("articles.kept.not_read"))
        facts = {
            "kept": formats.number(found.kept),
            "total": formats.number(found.total),
            "at": formats.moment(found.at, self._base.timezone),
        }
        return _said("tick", "fg-create", translate("articles.kept.modified", facts))


def columns(profile: Profile) -> Html | None:
    """The fields that a filter may name, folded away; None while the ERP's lists were not read."""
    items = profile.erp_lists.get(ListName.PRODUCT_FIELDS)
    if not items:
        return None
    listed = [
        tag("div", tag("span", item.id, class_="mono"), " ", tag("span", item.label, class_="t3"), class_="cut")
        for item in items
    ]
    return tag(
        "details",
        tag("summary", translate("articles.columns", {"count": formats.number(len(items))}), data_at_key="columns"),
        tag("div", *listed, class_="columns sm"),
        class_="sm",
    )


def _said(shape: str, look: str, sentence: str) -> Html:
    return tag("p", icon(shape, "s"), " ", sentence, class_=f"sm {look}")
