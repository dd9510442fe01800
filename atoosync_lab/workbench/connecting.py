"""The page of connections: each side alone, tested with what is on screen, saved or not (SVC-05, SVC-06, SVC-10).

`page = connecting.page(globals())`, then one call a cell: `page.shop()`, `page.erp()`, `page.lists()`.
Credentials go from the browser to the encrypted store; no HTML, trait or output holds one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from atoosync_lab.connectors import plugins
from atoosync_lab.connectors.base import ConnectionReport
from atoosync_lab.kit import formats, links, words
from atoosync_lab.kit.fields import Field
from atoosync_lab.kit.form import FieldError
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.kit.view import View
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.model.reference_lists import ListItem
from atoosync_lab.runs import refreshing
from atoosync_lab.runs.parameters import PageParameters
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.signing import PendingSignIn
from atoosync_lab.runs.workspace import Workspace, whoami
from atoosync_lab.workbench import connecting_fields, drafts, parameters
from atoosync_lab.workbench import connecting_parts as parts
from atoosync_lab.workbench.connecting_lists import ListsCard
from atoosync_lab.workbench.settings_form import SettingsCard
from atoosync_lab.workbench.waiting import Waiting


def page(namespace: Mapping[str, Any]) -> ConnectionsPage:
    """The page, for the parameters of its notebook.

    Raises:
        SettingsError: a parameter is unknown or wrong, or there is no such profile.
    """
    given = parameters.given(PageParameters, namespace)
    workspace = Workspace.open()
    wanted = workspace.profiles.get(given.profile).id if given.profile else workspace.profiles.default()
    return ConnectionsPage(Session(workspace, wanted) if wanted else None)


class ConnectionsPage:
    """Both connections of a profile; None: there is no profile yet."""

    def __init__(self, session: Session | None) -> None:
        self.sides: dict[str, Side] = {}
        self.lists_card: ListsCard | None = None
        if session is not None:
            self.sides = {"shop": ShopSide(session), "erp": ErpSide(session)}
            self.lists_card = ListsCard(session, self._lists_read)

    def shop(self) -> View:
        """Address and key of the shop."""
        return self.sides["shop"].card.view if self.sides else _no_profile()

    def erp(self) -> View:
        """Credentials, sign-in and folder of the ERP."""
        return self.sides["erp"].card.view if self.sides else _no_profile()

    def lists(self) -> View:
        """The lists that the pages of settings choose from."""
        return self.lists_card.view if self.lists_card is not None else _no_profile()

    def _lists_read(self) -> None:
        for side in self.sides.values():
            side.card.reload()


class Side:
    """One side: its form, and the test of what the form says."""

    def __init__(
        self,
        session: Session,
        side: str,
        fields: Sequence[Field],
        actions: Mapping[str, Callable[[str], None]],
    ) -> None:
        self.session, self.side = session, side
        self.report: ConnectionReport | None = None
        self.failure: Message | None = None
        self.testing = False
        self._tested: tuple[str, ...] = ()
        self.waiting = Waiting()
        self.card = SettingsCard(
            session,
            translate(f"connect.title.{side}", {"system": self.system()}),
            fields,
            note=self._note(),
            before=self._before,
            after=self._after,
            actions={"test": self._test, **actions},
        )

    def _note(self) -> str:
        """What the card says under its title."""
        return translate(f"connect.note.{self.side}")

    def system(self) -> str:
        """Name of the system on this side."""
        return words.system_name(getattr(self.session.profile, self.side).system)

    def _before(self) -> Html:
        return join(parts.debug_warning(getattr(self.session.profile, self.side).debug))

    def _after(self) -> Html:
        button = tag(
            "button", icon("swap"), translate("connect.test"), type="button", class_="btn", data_at_do="test",
            data_at_key=f"test-{self.side}", disabled=self.testing,
        )  # fmt: skip
        note = tag("span", translate("connect.test_note"), class_="sm t3")
        # What another address or key was told is no answer for this one.
        fits = hasattr(self, "card") and self._tested == self._screen_texts()
        said = (self.report, self.failure) if fits else (None, None)
        found = parts.report(self.system(), *said, running=self.testing)
        return join(tag("div", button, note, class_="acts-line"), found)

    def _screen_texts(self) -> tuple[str, ...]:
        form = self.card.form
        return tuple(form.text(field.name) for field in form.fields if field.kind != "secret" or form.text(field.name))

    def _test(self, _: str) -> None:
        """Test the values on screen; nothing of them is saved."""
        self.report, self.failure = None, None
        screen = self.on_screen()
        if screen is None:
            return
        profile, typed = screen
        self.testing, self._tested = True, self._screen_texts()
        workspace, side = self.session.workspace, self.side

        def tested(found: ConnectionReport) -> None:
            self.testing, self.report = False, found
            self.card.paint()

        def failed(message: Message) -> None:
            self.testing, self.failure = False, message
            self.card.paint()

        self.waiting.start(lambda: refreshing.check_side(workspace, profile, side, typed=typed), tested, failed)

    def lacking(self, given: Mapping[str, str]) -> Sequence[str]:
        """Credentials that the system needs besides those given."""
        plugin = plugins.erp(self.session.profile.erp.system)
        return [field.name for field in plugin.secrets if field.name not in given]

    def on_screen(self) -> tuple[Any, dict[str, str]] | None:
        """The profile and the credentials as on screen; None: something is missing, and the form says what."""
        form = self.card.form
        secrets = [field.name for field in form.fields if field.kind == "secret"]
        given = {name: "given" for name in secrets if name in form.secrets_kept or form.text(name)}
        missing = list(self.lacking(given))
        form.refuse({name: Message("connect.secret_needed") for name in missing})
        if self.side == "shop" and not form.text("shop.url").strip():
            form.refuse({"shop.url": Message("connect.address_needed")})
            missing.append("shop.url")
        try:
            profile, typed = self.card.draft(), self.card.typed_secrets()
        except drafts.FieldErrors as error:
            form.refuse(error.by_path)
            return None
        except FieldError:
            return None
        return None if missing else (profile, typed)


class ShopSide(Side):
    """The shop: its address can be completed, its key is made in its own back office."""

    def __init__(self, session: Session) -> None:
        self._plugin = plugins.shop(session.profile.shop.system)
        super().__init__(session, "shop", connecting_fields.shop(session), {"complete": self._complete})

    def _complete(self, _: str) -> None:
        """Fill in scheme, slash and API path (SHOP-10)."""
        self.card.form.set("shop.url", self._plugin.complete(self.card.form.text("shop.url")))

    def lacking(self, given: Mapping[str, str]) -> Sequence[str]:
        """See `Side.lacking`; a shop may have several ways to sign in."""
        return self._plugin.missing(given)

    def _before(self) -> Html:
        complete = tag(
            "button", icon("pencil", "s"), translate("connect.complete"), type="button", class_="btn btn-s",
            data_at_do="complete", data_at_key="complete",
        )  # fmt: skip
        help_ = tag("span", translate("connect.complete_note"), class_="sm t3")
        return join(super()._before(), tag("div", complete, help_, class_="acts-line"))

    def _after(self) -> Html:
        rights = refreshing.needed_rights(self.session.profile)
        steps = parts.key_steps(self._plugin.system, self.system(), self._plugin.key_steps, rights)
        return join(super()._after(), steps)


class ErpSide(Side):
    """The ERP: its address, or a sign-in at its publisher and then a folder."""

    def __init__(self, session: Session) -> None:
        self.pending: PendingSignIn | None = None
        self.said: Message | None = None
        self.refused: Message | None = None
        self._plugin = plugins.erp(session.profile.erp.system)
        fields = (*connecting_fields.erp(session), *connecting_fields.advanced(session))
        actions = {"sign-in": self._sign_in, "stop": self._stop, "folders": self._folders}
        super().__init__(session, "erp", fields, actions)

    def _after(self) -> Html:
        needs = parts.prerequisites(self._plugin.system, self._plugin.needs, self._plugin.prepare_steps)
        sign_in = self._signing_in() if self._plugin.signs_in else None
        return join(sign_in, super()._after(), needs)

    def _note(self) -> str:
        code = "connect.note.erp" if self._plugin.signs_in else "connect.note.erp_address"
        return translate(code, {"system": self.system()})

    def _signing_in(self) -> Html:
        signed_in = refreshing.is_signed_in(self.session.workspace, self.session.profile_id)
        state = tag(
            "span",
            icon("tick" if signed_in else "dash"),
            translate("connect.signed_in" if signed_in else "connect.not_signed_in"),
            class_=f"pill {'create' if signed_in else 'skip'}",
        )
        if self.pending is None:
            acts = [
                self._button("sign-in", "key", "connect.sign_in_again" if signed_in else "connect.sign_in"),
                self._button("folders", "refresh", "connect.read_folders") if signed_in else None,
                state,
            ]
            help_ = tag("p", translate("connect.sign_in_note"), class_="help")
        else:
            acts = [
                tag(
                    "a", icon("outside"), translate("connect.open_sign_in"), href=self.pending.local_url,
                    target="_blank", rel="noopener noreferrer", class_="btn btn-1", data_at_key="open-sign-in",
                ),
                self._button("stop", "close", "connect.stop_waiting"),
                tag("span", icon("clock"), translate("connect.waiting"), class_="pill run"),
            ]  # fmt: skip
            help_ = tag("p", translate("connect.waiting_note"), class_="help")
        said: list[Html] = []
        if self.refused is not None:
            said.append(words.banner("block", tag("p", str(self.refused))))
        if self.said is not None:
            said.append(words.banner("ok", tag("p", str(self.said))))
        return tag(
            "div",
            tag("h3", translate("connect.sign_in_title")),
            tag("div", *acts, class_="acts-line"),
            help_,
            *said,
            class_="sep",
        )

    def _button(self, act: str, shape: str, code: str) -> Html:
        return tag("button", icon(shape), translate(code), type="button", class_="btn", data_at_do=act, data_at_key=act)

    def _sign_in(self, _: str) -> None:
        """Wait for the browser in a thread; then the folders fill in by themselves."""
        self.said = self.refused = None
        screen = self.on_screen()
        if screen is None or self.pending is not None:
            return
        profile, typed = screen
        try:
            self.pending = pending = PendingSignIn(self.session.workspace, profile, typed)
        except AtooSyncError as error:
            self.refused = error.message
            return

        def work() -> tuple[ListItem, ...]:
            pending.finish()
            return refreshing.read_folders(self.session.workspace, profile, who=whoami(), typed=typed)

        self.waiting.start(work, self._folders_read, self._failed)

    def _stop(self, _: str) -> None:
        if self.pending is not None:
            self.pending.cancel()

    def _folders(self, _: str) -> None:
        self.said = self.refused = None
        screen = self.on_screen()
        if screen is not None:
            profile, typed = screen
            read = refreshing.read_folders
            self.waiting.start(
                lambda: read(self.session.workspace, profile, who=whoami(), typed=typed),
                self._folders_read,
                self._failed,
            )

    def _folders_read(self, folders: tuple[ListItem, ...]) -> None:
        self.pending = None
        self.card.reload()
        if len(folders) == 1 and not self.card.form.text("erp.folder"):
            self.card.form.set("erp.folder", folders[0].id)
        code = "connect.one_folder" if len(folders) == 1 else "connect.some_folders"
        self.said = Message(code, {"count": formats.number(len(folders))})
        self.card.paint()

    def _failed(self, message: Message) -> None:
        self.pending, self.refused = None, message
        self.card.paint()


def _no_profile() -> View:
    link = links.notebook("profile.ipynb", icon("plus"), translate("connect.create_profile"), class_="btn btn-1")
    body = (icon("folder", "l"), tag("h2", translate("connect.no_profile")), link)
    return View(tag("section", tag("div", *body, class_="empty"), class_="card"))
