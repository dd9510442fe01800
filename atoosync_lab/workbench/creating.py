"""The creation wizard: kind, ERP, shop, functions, options of each, name (SVC-02).

Nothing is stored before « Créer mon profil »; going back loses no answer; whatever fails, the answers stay.
"""

from __future__ import annotations

from collections.abc import Callable

from atoosync_lab.connectors import plugins
from atoosync_lab.kit import links
from atoosync_lab.kit.form import Field, FieldError, Form
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.kit.view import View
from atoosync_lab.model.errors import AtooSyncError, SettingsError
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.runs import creating as runs_creating
from atoosync_lab.runs.creating import Answers
from atoosync_lab.runs.workspace import Workspace, whoami
from atoosync_lab.settings import Profile, functions
from atoosync_lab.settings.functions import GROUPS, Functions
from atoosync_lab.settings.profile import ProfileKind
from atoosync_lab.workbench import wizard_pages as pages
from atoosync_lab.workbench.wizard_pages import Card

OnCreated = Callable[[Profile], None]

_FIELDS = ("kind", "erp", "shop")

_OPTIONS = "options/"


class Wizard:
    """One profile in the making.

    Args:
        workspace: the workbench.
        on_created: called with the new profile.
        open: whether the wizard stands open at once.
    """

    def __init__(self, workspace: Workspace, *, on_created: OnCreated | None = None, open: bool = True) -> None:
        self._workspace, self._on_created = workspace, on_created
        self.error: Message | None = None
        self.created: Profile | None = None
        self._start()
        self.step = "kind" if open else "closed"
        self.view = View(
            self.html(),
            {"open": self._open, "next": self._next, "back": self._back, "cancel": self._cancel},
            on_field=self._typed,
        )

    def html(self) -> Html:
        """The wizard as it stands."""
        if self.step == "closed":
            return self._closed()
        if self.step == "done":
            return self._done()
        title, sub, body = self._page()
        steps = self.steps()
        at = steps.index(self.step)
        back = _step_word(steps[at - 1]) if at else ""
        last = at == len(steps) - 1
        onward = translate("wizard.create") if last else _onward(steps[at + 1])
        return pages.page(
            pages.bar(_bar_step(self.step), [_bar_step(step) for step in steps[:at]]),
            title,
            sub,
            body,
            self.error,
            self._summary(steps[at + 1 :]),
            pages.foot(back, onward, last=last),
        )

    def steps(self) -> list[str]:
        """The pages in order; those of a function that is off are left out."""
        chosen = [group for group in GROUPS if functions.is_on(self.functions, group)]
        return ["kind", "erp", "shop", "functions", *(f"{_OPTIONS}{group}" for group in chosen), "name"]

    def paint(self) -> None:
        """Show the wizard again if anything changed."""
        html = self.html()
        if html != self.view.html:
            self.view.show(html)

    def open(self) -> None:
        """Open the wizard at its first page, without answers of an earlier profile."""
        self._open("")

    # What the page's controls call.

    def _open(self, _: str) -> None:
        if self.step in ("closed", "done"):
            self._start()
            self.step = "kind"
        self.paint()

    def _cancel(self, _: str) -> None:
        self._start()
        self.step = "closed"
        self.cancelled = True
        self.paint()

    def _back(self, _: str) -> None:
        steps = self.steps()
        if self.step in steps and steps.index(self.step):
            self.step, self.error = steps[steps.index(self.step) - 1], None
            self.paint()

    def _next(self, _: str) -> None:
        if self.step in ("closed", "done"):
            return
        self.error = self._missing()
        if self.error is None:
            steps = self.steps()
            if self.step == steps[-1]:
                self._create()
            else:
                self.step = steps[steps.index(self.step) + 1]
                if self.step == "name" and not self.name.dirty():
                    self._propose_name()
        self.paint()

    def _typed(self, field: str, text: str) -> None:
        self.error = None
        if field in _FIELDS:
            self._choose(field, text)
        elif field == "name":
            self.name.set(field, text)
        else:
            self._switch(field, text == "1")
        self.paint()

    # Answers.

    def _start(self) -> None:
        self.answers = {"kind": "sales", "erp": "ebp", "shop": "prestashop"}
        self.functions = Functions()
        self.error, self.created = None, None
        self.cancelled = False
        self._propose_name()

    def _propose_name(self) -> None:
        names = [entry.name for entry in self._workspace.profiles.list()]
        name = runs_creating.default_name(self.answers["erp"], self.answers["shop"], names)
        field = Field(
            "name", "text", "wizard.name", "wizard.name.help", max_length=100, required=True, check=self._is_free
        )
        self.name = Form([field], {"name": name})

    def _is_free(self, name: str) -> None:
        if any(entry.name.casefold() == name.casefold() for entry in self._workspace.profiles.list()):
            raise FieldError("wizard.name.taken", name=name)

    def _choose(self, field: str, value: str) -> None:
        if value not in self._served(field):
            self.error = Message("wizard.not_offered")
            return
        _, self.error = _title(field, value)
        if self.error is None:
            self.answers[field] = value

    @staticmethod
    def _served(field: str) -> tuple[str, ...]:
        """What this installation can serve; the others are shown locked, with the reason."""
        if field == "kind":
            return ("sales",)
        return plugins.erp_names() if field == "erp" else plugins.shop_names()

    def _switch(self, path: str, on: bool) -> None:
        group, _, option = path.partition("/")
        if group not in GROUPS or (option and option not in GROUPS[group]):
            return
        if on and functions.locked(self._draft(), group, option) is not None:
            self.error = functions.locked(self._draft(), group, option)
            return
        chosen = getattr(self.functions, group).model_copy(update={option or "enabled": on})
        self.functions = self.functions.model_copy(update={group: chosen})

    def _draft(self) -> Profile:
        return Profile.model_validate({"id": "draft", "name": "draft", "functions": self.functions})

    def _missing(self) -> Message | None:
        """What the page on show still lacks."""
        if self.step == "functions" and not any(functions.is_on(self.functions, group) for group in GROUPS):
            return Message("wizard.no_function")
        if self.step.startswith(_OPTIONS):
            group = self.step.removeprefix(_OPTIONS)
            if not any(functions.is_on(self.functions, group, option) for option in GROUPS[group]):
                return Message("wizard.no_option", {"function": functions.title(group)})
        if self.step == "name":
            try:
                name = self.name.values()["name"]
                self._is_free(name)
            except FieldError as error:
                self.name.refuse({"name": error.message})
                return Message("form.one_to_correct", {"count": 1})
        return None

    def _create(self) -> None:
        answers = Answers(
            name=self.name.values()["name"],
            kind=ProfileKind(self.answers["kind"]),
            erp=self.answers["erp"],
            shop=self.answers["shop"],
            functions=self.functions,
        )
        try:
            self.created = runs_creating.create(self._workspace, answers, who=whoami())
        except AtooSyncError as error:
            self.error = error.message
            return
        self.step = "done"
        if self._on_created is not None:
            self._on_created(self.created)

    # Pages.

    def _page(self) -> tuple[str, str, Html]:
        """Question, sentence under it, body of the page on show."""
        if self.step.startswith(_OPTIONS):
            group = self.step.removeprefix(_OPTIONS)
            title = translate(f"wizard.options.{group}")
            return title, translate("wizard.options.sub"), pages.cards(title, self._options(group))
        title, sub = translate(f"wizard.{self.step}.question"), translate(f"wizard.{self.step}.sub")
        if self.step == "name":
            return title, sub, tag("div", self.name.html(enter="next"), class_="fields", style="margin-top:16px")
        if self.step == "functions":
            return title, sub, pages.cards(title, [self._function(group) for group in GROUPS])
        named = {"kind": ("sales", "accounting"), "erp": pages.ERPS, "shop": pages.SHOPS}[self.step]
        others = (system for system in self._served(self.step) if system not in named)
        shown = [*(self._system(value) for value in named), *(self._system(value, "plugin") for value in others)]
        return title, sub, pages.cards(title, shown, three=len(shown) > 4)

    def _system(self, value: str, described: str = "") -> Card:
        """The card of a kind or system; one whose plug-in does not load is locked, with the cause."""
        title, broken = _title(self.step, value)
        served = value in self._served(self.step)
        return Card(
            field=self.step,
            value=value,
            code=f"wizard.{self.step}.{described or value}",
            title=title,
            shape={"erp": "database", "shop": "store"}.get(self.step) or pages.ICONS[value],
            on=self.answers[self.step] == value,
            locked=broken if served else Message(f"wizard.locked.{self.step}"),
        )

    def _function(self, group: str) -> Card:
        served = [o for o in GROUPS[group] if functions.locked(self._draft(), group, o) is None]
        names = ", ".join(translate(f"wizard.brief.{group}.{option}") for option in served)
        return Card(
            field=group,
            value="",
            code=f"wizard.function.{group}",
            shape=pages.ICONS[group],
            on=functions.is_on(self.functions, group),
            locked=functions.locked(self._draft(), group),
            way={"products": "out", "customers": "out", "orders": "in", "quotes": "both"}[group],
            follows=translate("wizard.follows", {"options": names}),
        )

    def _options(self, group: str) -> list[Card]:
        return [
            Card(
                field=f"{group}/{option}",
                value="",
                code=f"wizard.option.{group}.{option}",
                shape=pages.ICONS[group],
                on=functions.is_on(self.functions, group, option),
                locked=functions.locked(self._draft(), group, option),
            )
            for option in GROUPS[group]
        ]

    def _summary(self, left: list[str]) -> Html:
        answered = {name: self.answers[name] if name not in left else "" for name in ("kind", "erp", "shop")}
        steps = list(dict.fromkeys(_bar_step(step) for step in left))
        name = self.name.text("name") if self.step == "name" else ""
        return pages.summary(answered["kind"], answered["erp"], answered["shop"], self.functions, name, steps)

    def _closed(self) -> Html:
        said = translate("wizard.cancelled") if self.cancelled else translate("wizard.start.text")
        return tag(
            "section",
            tag(
                "div",
                icon("swap", "l"),
                tag("h2", translate("wizard.start")),
                tag("p", said, class_="sub", role="status"),
                tag(
                    "button", icon("plus"), translate("wizard.start.button"), type="button", class_="btn btn-1",
                    data_at_do="open", data_at_key="wz-open",
                ),
                class_="empty",
            ),
            class_="card",
        )  # fmt: skip

    def _done(self) -> Html:
        """The profile is created: where its configuration goes on."""
        name = self.created.name if self.created is not None else ""
        ways = [links.notebook("connect.ipynb", translate("wizard.done.connect"), icon("right"), class_="btn btn-1")]
        if functions.is_on(self.functions, "products"):
            ways.append(links.notebook("articles.ipynb", translate("wizard.done.articles"), class_="btn"))
        if functions.is_on(self.functions, "orders"):
            ways.append(links.notebook("orders.ipynb", translate("wizard.done.orders"), class_="btn"))
        return tag(
            "section",
            tag(
                "div",
                tag("span", icon("tick", "l"), class_="fg-create"),
                tag("h2", translate("wizard.done", {"name": name})),
                tag("p", translate("wizard.done.text"), class_="sub", role="status"),
                tag("div", *ways, class_="row wrap", style="justify-content:center;margin-top:8px"),
                tag(
                    "button", translate("wizard.another"), type="button", class_="btn btn-q", data_at_do="open",
                    data_at_key="wz-open",
                ),
                class_="empty",
            ),
            class_="card",
        )  # fmt: skip


def _title(field: str, value: str) -> tuple[str, Message | None]:
    """The name people know of an answer, and what is wrong with its plug-in, if anything is."""
    try:
        return runs_creating.system_title(field, value), None
    except SettingsError as error:
        return value, error.message


def _bar_step(step: str) -> str:
    return "options" if step.startswith(_OPTIONS) else step


def _step_word(step: str) -> str:
    """The name of a page, on the button that goes back to it."""
    if step.startswith(_OPTIONS):
        return translate(f"wizard.step.{step.removeprefix(_OPTIONS)}")
    return translate(f"wizard.step.{step}")


def _onward(step: str) -> str:
    """« Continuer vers les options des articles »."""
    return translate(f"wizard.onward.{step.removeprefix(_OPTIONS)}")
