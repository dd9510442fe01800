"""One block of settings as a card: rows, what is wrong beside each, and a bar to save as soon as something changed.

Credentials go straight to the encrypted store. Only the changed settings are saved, onto the profile as it is then.
When somebody else saved meanwhile nothing is written: the card says who and when, keeps what was typed, and goes on
once it has read the profile again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from atoosync_lab.connectors import plugins
from atoosync_lab.kit import formats, words
from atoosync_lab.kit.form import Field, FieldError, Form, text_of
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.kit.view import View
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import whoami
from atoosync_lab.settings import Profile
from atoosync_lab.store.errors import ConflictError
from atoosync_lab.store.profiles import Change
from atoosync_lab.workbench import drafts

_LOG = logging.getLogger(__name__)

_LISTS = ("shop_lists", "erp_lists")
"""Parts of the profile that a refresh changes: no setting of anybody's."""

State = Literal["", "saved", "wrong", "conflict", "failed"]

OnSaved = Callable[[Profile], None]


class SettingsCard:
    """A card of settings.

    Args:
        session: the opened profile.
        title: head of the card.
        fields: its fields; each name is the dotted path of the setting.
        note: a sentence under the head.
        on_saved: called with the profile after each save.
        before: HTML above the rows, asked for at every paint.
        after: HTML below them.
        card_id: id of the card in the page, for links to it.
        actions: what further controls in `before` and `after` call; the card is painted anew after each.
    """

    def __init__(
        self,
        session: Session,
        title: str,
        fields: Sequence[Field],
        *,
        note: str = "",
        on_saved: OnSaved | None = None,
        before: Callable[[], Html] | None = None,
        after: Callable[[], Html] | None = None,
        card_id: str = "",
        actions: Mapping[str, Callable[[str], None]] | None = None,
    ) -> None:
        self.session, self.title, self.note = session, title, note
        ignored = plugins.erp(session.profile.erp.system).ignores
        fields = [field for field in fields if field.name not in ignored]
        self._on_saved = on_saved
        self._before, self._after, self._card_id = before, after, card_id
        self._secrets = {field.name for field in fields if field.kind == "secret"}
        self._names = [field.name for field in fields]
        self._base, self._revision = self._read()
        self.form = Form(fields, self._values(self._base), secrets_kept=tuple(self._kept()))
        self._state: State = ""
        self._failure: Message | None = None
        self._others: list[Change] = []
        self._theirs: dict[str, Any] = {}
        self._at: datetime | None = None
        self.view = View(
            self.html(),
            {
                **{name: self._then_paint(act) for name, act in (actions or {}).items()},
                "save": self._save,
                "undo": self._undo,
                "reread": self._reread,
                "take": self._take,
            },
            on_field=self._typed,
        )

    def html(self) -> Html:
        """The card as it stands."""
        head = tag("div", tag("h2", self.title), class_="card-h")
        note = tag("p", self.note, class_="sub") if self.note else None
        beside = {name: self._their_value(name) for name in self._theirs}
        rows = tag("div", self.form.html(beside=beside, enter="save"), class_="fields")
        before = self._before() if self._before is not None else None
        after = self._after() if self._after is not None else None
        body = tag("div", note, before, rows, after, class_="card-b")
        return tag(
            "section", head, self._banner(), body, self._bar(), class_="card form-card", id=self._card_id or None
        )

    def paint(self) -> None:
        """Show the card again if anything changed."""
        html = self.html()
        if html != self.view.html:
            self.view.show(html)

    def reload(self) -> None:
        """Take the profile as it is saved now, for example after its lists were read; what was typed stays."""
        self._base, self._revision = self._read()
        self.form.rebase(self._values(self._base))
        self.paint()

    def draft(self) -> Profile:
        """The profile as it would be saved.

        Raises:
            FieldError, FieldErrors: a value on screen is wrong.
        """
        changed = self.form.changed()
        return drafts.apply(self._base, {name: changed[name] for name in changed if name not in self._secrets})

    def typed_secrets(self) -> dict[str, str]:
        """Credentials typed and not saved, by field: for the test of what is on screen alone.

        Raises:
            FieldError: one of them is no credential.
        """
        return {name: value for name, value in self.form.changed().items() if name in self._secrets}

    def save(self) -> bool:
        """Save what changed; whether it was saved. Whatever goes wrong is shown, and nothing typed is lost."""
        self._save("")
        return self._state == "saved"

    # What the page's controls call.

    def _then_paint(self, act: Callable[[str], None]) -> Callable[[str], None]:
        def do(value: str) -> None:
            act(value)
            self.paint()

        return do

    def _typed(self, name: str, text: str) -> None:
        if self.form.set(name, text):
            if self._state != "conflict":
                self._state, self._failure = "", None
            self.paint()

    def _undo(self, _: str) -> None:
        self.form.reset()
        self._state, self._failure, self._theirs, self._others = "", None, {}, []
        self.reload()

    def _reread(self, _: str) -> None:
        """Take in what the others saved, keep what was typed; fields that both changed show their value."""
        try:
            before = self._base
            self._base, self._revision = self._read()
        except AtooSyncError as error:
            self._fail(error.message)
            return
        mine = [name for name in self.form.dirty_names() if name not in self._secrets]
        self._theirs = {
            name: drafts.value_at(self._base, name)
            for name in mine
            if drafts.value_at(self._base, name) != drafts.value_at(before, name)
        }
        self.form.rebase(self._values(self._base))
        self._theirs = {name: value for name, value in self._theirs.items() if name in self.form.dirty_names()}
        self._state, self._others, self._failure = "", [], None
        self.paint()

    def _take(self, name: str) -> None:
        if name in self._theirs:
            self.form.forget(name)
            del self._theirs[name]
            self.paint()

    def _save(self, _: str) -> None:
        if not self.form.dirty():
            return
        try:
            self._try_to_save()
        except drafts.FieldErrors as error:
            self.form.refuse(error.by_path)
            self._state = "wrong"
        except FieldError:
            self._state = "wrong"
        except AtooSyncError as error:
            self._fail(error.message)
            return
        except Exception:  # noqa: BLE001
            # What was typed must survive whatever the machine does; the trace is for the log, not for the page.
            _LOG.info("saving settings failed", exc_info=True)
            self._fail(Message("form.not_saved"))
            return
        self.paint()

    def _try_to_save(self) -> None:
        if self.form.errors():
            self._state = "wrong"
            return
        changed = self.form.changed()
        # The revision first: a profile saved between the two reads is then refused by the store, not overwritten.
        fresh, revision = self._read()
        secrets = {name: changed.pop(name) for name in self._secrets & changed.keys()}
        if revision != self._revision and self._is_conflict(changed):
            return
        profile = drafts.apply(fresh, changed)
        try:
            self._revision = self.session.workspace.profiles.save(profile, who=whoami(), expected_revision=revision)
        except ConflictError:
            self._is_conflict(changed, always=True)
            return
        for name, value in secrets.items():
            self.session.workspace.secrets.set(profile.id, name, value)
        self._base = profile
        self.form.rebase(self._values(profile))
        self.form.reset()
        self.form.secrets_kept = self._kept()
        self._state, self._failure, self._theirs, self._at = "saved", None, {}, datetime.now(UTC)
        if self._on_saved is not None:
            self._on_saved(profile)

    def _is_conflict(self, changed: Mapping[str, Any], *, always: bool = False) -> bool:
        """Whether what was saved since must be looked at first.

        The same person's other blocks of the page, and lists that were read again, are no other opinion.
        """
        since = [
            c for c in self.session.workspace.profiles.history(self.session.profile_id) if c.revision > self._revision
        ]
        settings = [c for c in since if any(not name.startswith(_LISTS) for name in c.fields())]
        mine = all(change.who == whoami() for change in settings)
        touched = any(_covers(path, name) for change in settings for name in change.fields() for path in changed)
        if not always and (not settings or (mine and not touched)):
            return False
        self._state, self._others = "conflict", settings or since
        return True

    # Pieces of the page.

    def _banner(self) -> Html | None:
        if self._state == "conflict":
            last = self._others[0] if self._others else None
            facts = {
                "who": last.who if last else "",
                "at": formats.moment(last.at, self._base.timezone) if last else "",
                "count": formats.number(len(self._others)),
            }
            return words.banner(
                "warn",
                tag("p", translate("form.conflict", facts), class_="b"),
                tag("p", translate("form.conflict_help")),
                tag(
                    "button", icon("refresh"), translate("form.reread"), type="button", class_="btn btn-s",
                    data_at_do="reread", data_at_key="reread",
                ),
                class_="form-banner",
            )  # fmt: skip
        return None

    def _bar(self) -> Html:
        """The bar that appears when something is unsaved; its place is kept for what is announced."""
        parts: list[Html] = []
        wrong = len(self.form.errors())
        if self._failure is not None:
            parts.append(_said("barred", "fg-block", str(self._failure)))
        elif wrong:
            code = "form.one_to_correct" if wrong == 1 else "form.some_to_correct"
            parts.append(_said("barred", "fg-block", translate(code, {"count": formats.number(wrong)})))
        elif self.form.dirty():
            count = len(self.form.dirty_names())
            code = "form.one_unsaved" if count == 1 else "form.some_unsaved"
            parts.append(_said("pencil", "t2", translate(code, {"count": formats.number(count)})))
        elif self._state == "saved" and self._at is not None:
            at = formats.moment(self._at, self._base.timezone)
            parts.append(_said("tick", "fg-create", translate("form.saved", {"at": at})))
        status = tag("div", *parts, class_="grow", role="status", aria_live="polite")
        if not self.form.dirty():
            return tag("div", status, class_="card-f form-bar" if parts else "form-bar quiet")
        buttons = join(
            tag(
                "button", translate("form.undo"), type="button", class_="btn btn-q", data_at_do="undo",
                data_at_key="undo",
            ),
            tag(
                "button", translate("form.save"), type="button", class_="btn btn-1", data_at_do="save",
                data_at_key="save", disabled=self._state == "conflict",
            ),
        )  # fmt: skip
        return tag("div", status, buttons, class_="card-f form-bar")

    def _their_value(self, name: str) -> Html:
        field = self.form.field(name)
        value = text_of(field, self._theirs[name])
        if field.kind == "switch":
            value = translate("form.on" if value else "form.off")
        elif field.kind == "choice":
            value = next((choice.label for choice in field.offered() if choice.value == value), value)
        return tag(
            "p",
            translate("form.theirs", {"value": value or translate("field.empty")}),
            " ",
            tag(
                "button", translate("form.take_theirs"), type="button", class_="btn btn-q btn-s", data_at_do="take",
                data_at_value=name, data_at_key=f"take-{name}",
            ),
            class_="theirs",
        )  # fmt: skip

    # The profile.

    def _read(self) -> tuple[Profile, int]:
        profiles = self.session.workspace.profiles
        revision = profiles.revision(self.session.profile_id)
        return profiles.get(self.session.profile_id), revision

    def _values(self, profile: Profile) -> dict[str, Any]:
        return {name: drafts.value_at(profile, name) for name in self._names if name not in self._secrets}

    def _kept(self) -> set[str]:
        """Secret fields that hold a stored value; the value itself is never read here."""
        return (
            self._secrets & set(self.session.workspace.secrets.names(self.session.profile_id))
            if self._secrets
            else set()
        )

    def _fail(self, message: Message) -> None:
        self._state, self._failure = "failed", message
        self.paint()


def _said(shape: str, look: str, sentence: str) -> Html:
    return tag("span", icon(shape, "s"), " ", sentence, class_=f"said sm {look}")


def _covers(path: str, name: str) -> bool:
    """Whether a change of `name` touches what `path` edits, or the other way round."""
    return path == name or name.startswith(f"{path}.") or path.startswith(f"{name}.")
