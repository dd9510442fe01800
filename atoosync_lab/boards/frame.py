"""What all dashboards share: the address they were asked with, links between them, a look at the exports now and then.

A dashboard shows and never starts anything; what it may show is given by the environment of its process, never by the
address. What the address asks that is not among the shown is left out, and the page says so.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

from atoosync_lab.boards.reading import Journals, folders
from atoosync_lab.boards.records import Shown
from atoosync_lab.kit import formats, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, Part, tag
from atoosync_lab.model.i18n import LANGUAGES, current_language, translate
from atoosync_lab.snapshots import duck

LOOK_EVERY = 2.0
"""Seconds between two looks at the exports."""

LONGEST = 200
"""Characters of a value of the address that are read."""

LONGEST_QUERY = 4000
"""Characters of an address's query that are read."""

_LOG = logging.getLogger(__name__)


def asked(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """What the address asks; waits for a visitor first where the server has started this page in advance."""
    if env is None:
        if os.environ.get("VOILA_PREHEAT") == "True":
            from voila.utils import wait_for_request

            _warm()
            wait_for_request()
        env = os.environ
    pairs = parse_qsl(env.get("QUERY_STRING", "")[:LONGEST_QUERY])
    return {name: value[:LONGEST].replace("\0", "") for name, value in pairs}


def _warm() -> None:
    """Load what every page needs while nobody waits for it."""
    for language in LANGUAGES:
        formats.long_moment(datetime.now(UTC), "Europe/Paris", language)
        translate("board.nav.home", None, language)
    duck.connect().close()


class Frame:
    """The part of a dashboard that is no content.

    Args:
        query: what the address asks.
        journals: the exports; None: those of this process.
        now: gives the present moment; for tests.
    """

    def __init__(
        self,
        query: Mapping[str, str],
        journals: Journals | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.query = dict(query)
        self._given = query.get("lang") if query.get("lang") in LANGUAGES else None
        self.language = self._given or current_language()
        self.journals = journals or Journals(*folders(), language=self.language)
        self.now = now
        self.left_out = False
        """Something that the address asked is not to be had here."""
        self._watch: asyncio.Task[None] | None = None

    def t(self, code: str, params: Mapping[str, object] | None = None) -> str:
        """A sentence in the reader's language."""
        return translate(code, params, self.language)

    def number(self, value: int) -> str:
        """A number as the reader writes it."""
        return formats.number(value, self.language)

    def one_of(self, name: str, known: object) -> str:
        """A value of the address that is among the known ones; another is left out, which the page tells."""
        value = self.query.get(name, "")
        if value and value not in known:  # type: ignore[operator]
            self.left_out = True
            return ""
        return value

    def address(self, **filters: str) -> str:
        """The query of the address that shows these filters again."""
        kept = {"lang": self._given or "", **filters}
        return "?" + urlencode({name: value for name, value in kept.items() if value})

    def link(self, page: str, *parts: Part, class_: str | None = None, **filters: str) -> Html:
        """A link to a sibling dashboard."""
        query = self.address(**filters)
        return tag("a", *parts, href=f"{page}.ipynb{'' if query == '?' else query}", class_=class_)

    def as_of(self, profiles: list[Shown]) -> str:
        """When what is shown was true: the newest export."""
        if not profiles:
            return ""
        newest = max(profiles, key=lambda p: p.exported_at)
        at = formats.moment(newest.exported_at, newest.zone, self.language, now=self.now())
        return self.t("board.as_of", {"at": at})

    def notices(self) -> list[Html]:
        """What the reader must know of the address."""
        if not self.left_out:
            return []
        return [words.banner("info", tag("p", self.t("board.left_out")))]

    def head(self, title: str, sub: str, *actions: Part) -> Html:
        """Title of the page, what it says, what one may choose for all of it."""
        told = tag("div", tag("h1", title), tag("p", sub, class_="sub"))
        return tag("div", told, tag("div", *actions, class_="actions") if actions else None, class_="head")

    def choice(self, name: str, options: list[tuple[str, str]], chosen: str, *, every: str = "") -> Html:
        """A list to choose from; `every`: what choosing nothing is called."""
        first = [tag("option", every, value="", selected=not chosen)] if every else []
        others = [tag("option", text, value=value, selected=value == chosen) for value, text in options]
        return tag(
            "select", *first, *others, class_="input input-s", aria_label=self.t(f"board.by.{name}"),
            data_at_input=name, data_at_key=name,
        )  # fmt: skip

    def empty(self, code: str, *more: Part, params: Mapping[str, object] | None = None) -> Html:
        """What will stand here, why it is empty."""
        return tag("div", icon("info", "l"), tag("p", self.t(code, params)), *more, class_="empty", role="status")

    def follow(self, paint: Callable[[], None]) -> None:
        """Paint again whenever an export is renewed, as long as the page is open."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no kernel: a test, or a page that is executed head-less
            return
        self._watch = loop.create_task(self._look(paint))

    async def _look(self, paint: Callable[[], None]) -> None:
        seen = self.journals.stamp()
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                now = self.journals.stamp()
                if now != seen:
                    paint()
                    seen = now
            except Exception:  # noqa: BLE001  an export that is being renewed: the next look finds it whole
                _LOG.info("a look at the exports failed", exc_info=True)
