"""A page with every surface of the kit, as the source of a notebook cell: it is run in a kernel, not imported."""

from __future__ import annotations

import time

from atoosync_lab.kit.chart import Chart, Series, bars
from atoosync_lab.kit.choices import Choice
from atoosync_lab.kit.grid import Column, Grid
from atoosync_lab.kit.links import notebook
from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.kit.pieces import button
from atoosync_lab.kit.stack import Stack
from atoosync_lab.kit.view import View

FOREIGN = '<img src=x onerror="document.title=1">'
CODES = [
    Choice("", "Aucun"),
    Choice("FR-20", "France 20,00 %", "FR-20"),
    Choice("OSS-DE-7", "OSS Allemagne 7,00 %", "OSS-DE-7"),
    Choice("OSS-LU-17", "OSS Luxembourg 17,00 %", "OSS-LU-17"),
    Choice("EX", "Exonéré", "EX"),
]
COUNTRIES = ("France", "Allemagne", "Belgique", "Italie", "Espagne")


def row(number: int) -> dict[str, str | int | list[str]]:
    name = FOREIGN if number == 2 else f"Taxe {number:05d}"
    code = "" if number % 5 == 1 else "FR-20"
    state = "create|tick|Reliée" if code else "block|chain|À relier"
    country = COUNTRIES[number % 5]
    return {"id": f"t{number}", "tax": name, "country": country, "orders": number, "code": code, "state": state,
            "code__first": ["OSS-DE-7"] if country == "Allemagne" else [], "code__why": "Même taux"}  # fmt: skip


heard: list[str] = []
draft = {"name": "", "kind": "a"}


def form() -> Html:
    return tag(
        "div",
        tag("label", "Nom", for_="kit-name"),
        tag("input", id="kit-name", class_="input", data_at_field="name", data_at_key="name", value=draft["name"]),
        tag("label", "Clé", for_="kit-key"),
        tag("input", id="kit-key", type="password", class_="input", data_at_field="key", data_at_key="key-1"),
        tag("details", tag("summary", "Plus"), tag("p", "détail")),
        tag("button", "Enregistrer", type="button", class_="btn", data_at_do="save", data_at_key="save"),
        notebook("other.ipynb", "Ouvrir l’autre page"),
        tag("p", " ; ".join(heard), id="heard"),
        class_="card-b stack",
    )


def typed(name: str, value: str) -> None:
    if name != "key":
        draft[name] = value
    heard.append(f"{name}={len(value) if name == 'key' else value}")
    view.show(form())


def saved(_: str) -> None:
    heard.append("saved")
    view.show(form())


def say(what: object) -> None:
    foot.show(tag("div", tag("p", str(what), id="said"), class_="tools"))


def bulk(_: str) -> None:
    table.patch({name: {"code": "EX", "state": "update|pencil|À enregistrer"} for name in table.selected})
    say(f"{len(table.changes)} changements")


view = View(form(), {"save": saved}, typed)
foot = View(tag("div", tag("p", "rien", id="said"), class_="tools"))
columns = [
    Column("tax", "Taxe de la boutique", "strong", filter=True),
    Column("country", "Pays", filter="list", optional=True),
    Column("orders", "Commandes, 90 j", "num", width=150),
    Column("code", "Code TVA de l’ERP", "choice", choices="codes", placeholder="Choisir un code TVA"),
    Column("state", "État", "pill", width=150, filter=True),
]
table = Grid(
    columns, [row(number) for number in range(10_000)], label="Taxes", select=True, filters=True,
    choices={"codes": CODES}, actions={"codes": "Relire les codes TVA de l’ERP"},
    on_change=lambda changes: say(f"{len(changes)} changements, t1 = {changes.get('t1', {}).get('code')}"),
    on_select=lambda rows: say(f"{len(rows)} cochées"), on_action=lambda name: say(f"relire {name}"),
)  # fmt: skip
tools = View(
    tag(
        "div",
        tag("h2", "Taxes", class_="grow"),
        tag("input", class_="input search", aria_label="Chercher", data_at_input="search", data_at_key="search"),
        button("bulk", "Appliquer aux valeurs sélectionnées"),
        class_="tools",
    ),
    {"search": table.search, "bulk": bulk},
)
series = [Series("Stocks", [10, 20, 30]), Series(FOREIGN, [1, 2, 3])]
chart = Chart(
    bars(["1", "2", "3"], series), title="Exports", description="Les stocks dominent.", height=160,
    heads=("Jour", "Stocks"), table=[("1", 10), ("2", 20)], legend=[(one.name, one.total, "data-1") for one in series],
)  # fmt: skip
boxes = {"taken": False, "refused": False}
kinds = {"kind": "a"}


def slow_form() -> Html:
    """Its work takes half a second; the box « refused » is never on in what Python shows."""
    options = [tag("option", value, value=value, selected=value == kinds["kind"]) for value in ("a", "b")]
    return tag(
        "div",
        tag("button", "Travailler", type="button", class_="btn", data_at_do="work", data_at_key="work"),
        *(
            tag("label", tag("input", type="checkbox", checked=on, data_at_field=name, data_at_key=name), f" {name}")
            for name, on in boxes.items()
        ),
        tag("label", "Sorte ", tag("select", *options, data_at_field="kind", data_at_key="kind")),
        tag("p", f"{boxes} {kinds}", id="slow-said"),
        class_="card-b stack",
    )


def worked(_: str) -> None:
    time.sleep(0.5)
    slow.show(slow_form())


def boxed(name: str, value: str) -> None:
    time.sleep(0.5)
    if name == "kind":
        kinds["kind"] = value
    else:
        boxes[name] = value == "1" and name == "taken"
    slow.show(slow_form())


slow = View(slow_form(), {"work": worked}, boxed)
page = Stack(Stack(tools, table, foot, joined=True), chart, slow, view)
