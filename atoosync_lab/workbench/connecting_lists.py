"""The reference lists of both sides: what they hold, and what a new reading found (SVC-06)."""

from __future__ import annotations

from collections.abc import Callable

from atoosync_lab.kit import words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.kit.view import View
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.runs import refreshing
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import whoami
from atoosync_lab.workbench import connecting_parts as parts
from atoosync_lab.workbench.waiting import Waiting


class ListsCard:
    """The reference lists of both sides, read again on demand (SVC-06)."""

    def __init__(self, session: Session, on_read: Callable[[], None]) -> None:
        self._session, self._on_read = session, on_read
        self._reading = ""
        self._found: refreshing.Refreshed | None = None
        self._failure: Message | None = None
        self.waiting = Waiting()
        self.view = View(self.html(), {"refresh": self._refresh})

    def html(self) -> Html:
        """The card."""
        profile = self._session.profile
        blocks: list[Html] = []
        for side, lists in (("shop", profile.shop_lists), ("erp", profile.erp_lists)):
            running = self._reading == side
            button = tag(
                "button", icon("clock" if running else "refresh", "s"),
                translate("connect.reading" if running else f"connect.refresh.{side}"), type="button",
                class_="btn btn-s", data_at_do="refresh", data_at_value=side, data_at_key=f"refresh-{side}",
                disabled=bool(self._reading),
            )  # fmt: skip
            title = translate(f"connect.lists.{side}", {"system": words.system_name(getattr(profile, side).system)})
            blocks.append(tag("div", tag("h3", title, class_="grow"), button, class_="card-h sep"))
            blocks.append(parts.lists_table(lists))
        found = parts.refreshed(self._found.added, self._found.gone) if self._found is not None else None
        wrong = words.banner("block", tag("p", str(self._failure))) if self._failure is not None else None
        return tag(
            "section",
            tag("div", tag("h2", translate("connect.lists")), class_="card-h"),
            tag("p", translate("connect.lists_note"), class_="card-b sub"),
            tag("div", found, wrong, role="status", aria_live="polite"),
            *blocks,
            class_="card form-card",
        )

    def _refresh(self, side: str) -> None:
        if side not in ("shop", "erp") or self._reading:
            return
        self._reading, self._found, self._failure = side, None, None
        self.view.show(self.html())
        session = self._session

        def read(found: refreshing.Refreshed) -> None:
            self._reading, self._found = "", found
            self.view.show(self.html())
            self._on_read()

        def failed(message: Message) -> None:
            self._reading = ""
            secret = message.code == "settings.secret_missing"
            self._failure = Message("connect.save_first") if secret else message
            self.view.show(self.html())

        self.waiting.start(
            lambda: refreshing.refresh(session.workspace, session.profile_id, who=whoami(), sides=(side,)), read, failed
        )
