"""A workbench made by hand for the pages: a profile, two captures, a plan with every action, a journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from atoosync_lab.model.events import Level, Stage
from atoosync_lab.model.i18n import Message
from atoosync_lab.planning.plan import Action, Plan, PlanMeta, PlanRow, PlanWriter
from atoosync_lab.runs.exporting import export_journal
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.store.journal import Journal
from atoosync_lab.store.journal_records import Counts, Entry, RunState
from tests.captures import capture, erp_item, shop_product

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
CANARY = "CANARI-4f1e9b7c-jamais-visible"
FOREIGN = '<img src=x onerror="document.title=1">'
"""A product name as a stranger may have typed it: it must be read, never run."""


def make_home(root: Path) -> Plan:
    """Fill a home folder; the plan in it."""
    with Workspace.open(root) as workspace:
        for profile, name in (("calanques", "Comptoir des Calanques"), ("velo", "Vélo Nord")):
            workspace.profiles.create(Profile.model_validate({"id": profile, "name": name}), who="camille")
        workspace.secrets.set("calanques", "shop.key", CANARY)
        plan = make_plan(workspace)
        fill_journal(workspace)
        for profile in ("calanques", "velo"):
            export_journal(workspace, profile)
    return plan


def make_plan(workspace: Workspace) -> Plan:
    """A plan over two captures, registered: 60 updates and one or two rows of every other action."""
    folder = workspace.home.captures
    erp = capture(folder, "erp", erp_item("MIEL-LAV-500", "Miel"), profile="calanques")
    shop = capture(folder, "shop", shop_product("7", "MIEL-LAV-500", "Miel"), profile="calanques")
    out = PlanWriter(workspace.home.plans, "calanques")
    for number, row in enumerate(rows(), 1):
        out.add(PlanRow(seq=number, **{"units": 1, **row}))  # type: ignore[arg-type]
    for number in range(1_655):
        out.add_unchanged("product", f"PAREIL-{number:04d}", str(number), "plan.unchanged")
    meta = PlanMeta(
        id=out.id,
        profile="calanques",
        flow="articles",
        made_at=NOW,
        who="camille",
        captures={"erp": erp.id, "shop": shop.id},
        calls=64,
        minutes=5.2,
    )
    plan = out.finish(meta)
    workspace.plans.register(plan.meta.id, "calanques", "articles", plan.path.name, who="camille")
    return plan


def rows() -> Sequence[dict[str, object]]:
    """One row of each kind, then many alike."""
    long_before = "Miel de lavande AOP récolté en 2025 sur le plateau de Valensole, non chauffé."
    long_after = "Miel de lavande IGP Provence récolté en 2026 sur le plateau de Valensole, non chauffé."
    return [
        {
            "action": Action.CREATE,
            "entity": "product",
            "key": "HUI-OLIV-75",
            "label": "Huile d’olive vierge extra, 75 cl",
            "reason": "product.new",
            "params": {"reference": "HUI-OLIV-75"},
            "changes": (
                ("name@1", None, "Huile d’olive"),
                ("price_excl_tax", None, "12.500000"),
                ("brand", None, "Moulin"),
            ),
        },
        {
            "action": Action.UPDATE,
            "entity": "product",
            "key": "MIEL-LAV-500",
            "label": "Miel de lavande IGP, 500 g",
            "target_id": "7",
            "reason": "product.changed_in_erp",
            "params": {"reference": "MIEL-LAV-500"},
            "changes": (
                ("price_excl_tax", "8.900000", "9.400000"),
                ("summary@1", long_before, long_after),
                ("barcode", None, "3760123450172"),
            ),
        },
        {
            "action": Action.UPDATE,
            "entity": "product",
            "key": "FOREIGN-1",
            "label": FOREIGN,
            "reason": "product.differs",
            "params": {"reference": FOREIGN},
            "changes": (("name@1", FOREIGN, "Propre"),),
        },
        {
            "action": Action.ACTIVATE,
            "entity": "status",
            "key": "CAL-NOIR-200",
            "label": "Calissons d’Aix",
            "reason": "status.published",
            "changes": (("active", "false", "true"),),
        },
        {
            "action": Action.DEACTIVATE,
            "entity": "status",
            "key": "BOU-CITR-20",
            "label": "Bougie citron",
            "reason": "status.not_published",
            "changes": (("active", "true", "false"),),
        },
        {
            "action": Action.BLOCK,
            "entity": "product",
            "key": "TAP-OLIV-90",
            "label": "Tapenade noire, 90 g",
            "reason": "product.tax_not_mapped",
            "params": {"reference": "TAP-OLIV-90", "vat": "RED-5,5B"},
            "units": 0,
        },
        {
            "action": Action.SKIP,
            "entity": "product",
            "key": "NAP-LIN-150",
            "label": "Nappe en lin",
            "reason": "product.not_published",
            "units": 0,
        },
        *(
            {
                "action": Action.UPDATE,
                "entity": "product",
                "key": f"THE-{number:03d}",
                "label": f"Théière nº {number}",
                "reason": "product.differs",
                "params": {"reference": f"THE-{number:03d}"},
                "changes": (("quantity", "14.000000", str(number)),),
            }
            for number in range(60)
        ),
    ]


def fill_journal(workspace: Workspace) -> None:
    """Runs of both profiles, of every result, and one with a record in error."""
    moments = iter(NOW + timedelta(minutes=10 * number) for number in range(100))
    clock = [next(moments)]
    journal = Journal(workspace.store, clock=lambda: clock[0])

    def one(
        profile: str, flow: str, state: RunState, counts: Counts, *lines: Entry, message: Message | None = None
    ) -> None:
        clock[0] = next(moments)
        run = journal.start(profile, flow, who="camille")
        journal.append(run.id, [said("run.started", zone="Europe/Paris", who="camille", flow=flow), *lines])
        clock[0] += timedelta(seconds=72)
        if state is not RunState.RUNNING:
            journal.finish(run.id, state, counts=counts, message=message)

    def said(code: str, level: Level = Level.INFO, record: str = "", **params: object) -> Entry:
        return Entry(at=clock[0], stage=Stage.APPLY, code=code, params=params, level=level, record=record)

    for number in range(14):
        one("velo", "stocks", RunState.SUCCEEDED, Counts(total=905 + number, ok=905 + number))
    one("calanques", "articles", RunState.SUCCEEDED, Counts(total=1842, ok=168, ignored=1674))
    one("calanques", "prices", RunState.STOPPED, Counts(total=31, ok=12), message=Message("run.stopped"))
    missing = {"field": "shop.key", "profile": "velo"}
    one("velo", "orders", RunState.FAILED, Counts(), message=Message("settings.secret_missing", missing))
    one(
        "calanques",
        "orders",
        RunState.PARTIAL,
        Counts(total=14, ok=12, failed=1, ignored=1, blocked=1),
        said("order.new", order="10661"),
        said("order.customer_missing", Level.ERROR, "10662", order="10662", customer=FOREIGN),
        said("product.tax_not_mapped", Level.WARNING, "10663", vat="TVA BE 6 %", reference="TAP-OLIV-90"),
    )
