"""Pieces of the connections page: test result, steps to make a key, prerequisites, lists read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from atoosync_lab.connectors.base import ConnectionReport
from atoosync_lab.kit import formats, words
from atoosync_lab.kit.icons import icon
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.i18n import Message, translate
from atoosync_lab.model.reference_lists import ListName, ReferenceLists

_METHODS = {
    "get": "read", "post": "create", "put": "change", "patch": "change", "delete": "delete", "head": "read",
    "read": "read", "write": "write", "read_write": "read_write",
}  # fmt: skip


def report(system: str, found: ConnectionReport | None, failure: Message | None, *, running: bool) -> Html:
    """What the last test said: the answer, then each check with its sentence."""
    if running:
        said = tag("p", icon("clock"), " ", translate("connect.testing", {"system": system}), class_="t2")
        return tag("div", said, class_="report", role="status", aria_live="polite")
    if failure is not None:
        said = words.banner("block", tag("p", str(failure)))
        return tag("div", said, class_="report")
    if found is None:
        return tag("div", class_="report", role="status", aria_live="polite")
    code = "connect.works" if found.ok else "connect.fails"
    facts = {"system": system, "version": found.version}
    head = words.banner("ok" if found.ok else "block", tag("p", translate(code, facts), class_="b"))
    rows = [
        tag(
            "li",
            tag(
                "span",
                icon("tick" if check.ok else "cross"),
                " ",
                translate("connect.check_ok" if check.ok else "connect.check_bad"),
                class_=f"lv {'fg-create' if check.ok else 'fg-block'}",
            ),
            tag("span", translate(check.name), class_="b"),
            tag("span", str(check.message), class_="t2"),
            data_check=check.name,
        )
        for check in found.checks
    ]
    return tag("div", head, tag("ul", *rows, class_="checks"), class_="report", role="status", aria_live="polite")


def key_steps(system: str, title: str, count: int, rights: Mapping[str, Sequence[str]]) -> Html | None:
    """How a key of the system is made, and the rights to tick; None: its plug-in does not say."""
    if not count:
        return None
    steps = [tag("li", translate(f"{system}.key_step.{number}")) for number in range(1, count + 1)]
    heads = [tag("th", translate(f"connect.rights.{name}"), scope="col") for name in ("resource", "methods")]
    rows = [
        tag(
            "tr",
            tag("td", resource, class_="mono"),
            tag("td", ", ".join(f"{translate(f'connect.right.{_METHODS[m]}')} ({m.upper()})" for m in methods)),
        )
        for resource, methods in sorted(rights.items())
    ]
    table = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows))
    return tag(
        "details",
        tag("summary", translate("connect.key_steps", {"system": title}), data_at_key="key-steps"),
        tag("ol", *steps, class_="numbered"),
        join(tag("h4", translate("connect.rights"), class_="b"), tag("div", table, class_="framed"))
        if rights
        else None,
        class_="sep more",
    )


def prerequisites(system: str, needs: int, steps: int) -> Html | None:
    """What an ERP asks for before anything works, and how it is prepared; None: it asks for nothing."""
    if not (needs or steps):
        return None
    before = [tag("li", translate(f"{system}.need.{number}")) for number in range(1, needs + 1)]
    listed = [tag("li", translate(f"{system}.prepare.{number}")) for number in range(1, steps + 1)]
    code = f"{system}.prepare_again"
    again = translate(code)
    return tag(
        "details",
        tag("summary", translate(f"{system}.needs"), data_at_key="erp-needs"),
        tag("ul", *before, class_="numbered dots"),
        tag("h4", translate(f"{system}.prepare"), class_="b") if listed else None,
        tag("ol", *listed, class_="numbered") if listed else None,
        tag("p", icon("info"), tag("span", again), class_="fn-line") if again != code else None,
        class_="sep more",
    )


def debug_warning(on: bool) -> Html | None:
    """As long as traces are kept, the page says so (SVC-10)."""
    return words.banner("warn", tag("p", translate("connect.debug_on"))) if on else None


def list_word(name: str) -> str:
    """The name of a reference list."""
    return translate(f"connect.list.{name}")


def lists_table(lists: ReferenceLists) -> Html:
    """Each list and how many entries it holds."""
    counts = [(name, len(lists.get(name))) for name in ListName if lists.get(name)]
    if not counts:
        return tag("p", translate("connect.never_read"), class_="t2 card-b")
    cells = [
        tag("div", tag("span", list_word(name.value)), tag("span", formats.number(count), class_="num b"))
        for name, count in counts
    ]
    return tag("div", *cells, class_="counts")


def refreshed(added: Mapping[str, Sequence[str]], gone: Mapping[str, Sequence[str]]) -> Html:
    """What a refresh found: new entries, and entries that are gone though the settings name them."""
    parts: list[Html] = []
    for names, code, kind in ((gone, "connect.gone", "warn"), (added, "connect.added", "info")):
        rows = [
            tag("li", tag("strong", list_word(name)), " ", _some(labels), data_list=name)
            for name, labels in sorted(names.items())
        ]
        if rows:
            parts.append(words.banner(kind, tag("p", translate(code), class_="b"), tag("ul", *rows)))
    if not parts:
        parts.append(words.banner("ok", tag("p", translate("connect.nothing_new"))))
    return join(*parts)


def _some(labels: Sequence[str]) -> str:
    """Labels, the first dozen by name."""
    shown = ", ".join(labels[:12])
    more = len(labels) - 12
    return f"{shown} {translate('connect.and_more', {'count': formats.number(more)})}" if more > 0 else shown
