"""From two captures to a saved plan: gathers what a planner needs, runs it, adds what applying will cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from atoosync_lab.connectors import plugins
from atoosync_lab.connectors.base import Capability, ErpConnector, Scope, ShopConnector
from atoosync_lab.connectors.picturing import WritesImages
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.planning.context import IMAGES, CatalogueContext, ImageTerms, PriceTerms
from atoosync_lab.planning.order_status import StatusContext, plan_order_status
from atoosync_lab.planning.orders import OrdersContext, plan_credit_notes, plan_orders
from atoosync_lab.planning.plan import Action, Plan, PlanMeta, PlanRow, PlanWriter
from atoosync_lab.runs.capturing import image_warnings
from atoosync_lab.runs.flows import Flow
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile, functions
from atoosync_lab.settings.base import BEGINNING
from atoosync_lab.snapshots import duck
from atoosync_lab.snapshots.captures import Capture
from atoosync_lab.store.ledger import State
from atoosync_lab.store.profiles import settings_fingerprint

SHOP_SECONDS_A_CALL = 1.0
"""Rough time of a shop call, for the estimate shown in a plan; the shop's real answer time decides."""
ERP_SECONDS_A_CALL = 0.5
"""The same for an ERP that counts no calls."""
MARK_OVERLAP = timedelta(minutes=5)
"""Marks move to the capture's beginning less this: clocks of two systems differ by seconds."""

OnDecided = Callable[[int, int], None]


def make_plan(
    workspace: Workspace,
    profile: Profile,
    flow: Flow,
    *,
    erp: ErpConnector,
    shop: ShopConnector,
    captures: Mapping[str, Capture],
    who: str,
    keys: tuple[str, ...] = (),
    extra_filter: str = "",
    check: OnDecided = lambda done, total: None,
) -> Plan:
    """Plan a flow over its captures and register the plan.

    Raises:
        SettingsError: a setting the flow needs is missing, or a system cannot serve it.
        FilterError: a filter is not understood.
        StorageError: the plan cannot be written.
    """
    require(flow, erp, shop)
    profile = functions.effective(profile)
    out = PlanWriter(workspace.home.plans, profile.id)
    now = datetime.now(UTC)
    try:
        marks: dict[str, str] = {}
        if flow.kind == "catalogue":
            ctx = catalogue_context(workspace, profile, flow, shop, captures, keys, extra_filter, now)
            if flow.plan is None:
                raise SettingsError("flow.unknown", flow=flow.name, known="")
            with duck.writing("plans"):
                flow.plan(ctx, out)
            if flow.moves_mark and not keys and not extra_filter:
                marks[flow.mark] = (captures["erp"].started_at - MARK_OVERLAP).isoformat()
        elif flow.kind == "order-status":
            plan_order_status(status_context(workspace, profile, erp), out)
        else:
            orders = orders_context(workspace, profile, flow, erp, captures, keys, now)
            (plan_credit_notes if flow.name == "credit-notes" else plan_orders)(orders, out, check)
        hold_unreadable(out, captures, keys)
        meta = PlanMeta(
            id=out.id,
            profile=profile.id,
            flow=flow.name,
            made_at=now,
            who=who,
            captures={side: capture.id for side, capture in captures.items()},
            settings=settings_fingerprint(profile),
            marks=marks,
            filter=extra_filter,
            warnings=(
                *(w for capture in captures.values() for w in capture.warnings),
                *image_warnings(profile, flow, erp, shop),
            ),
        )
        calls, minutes = cost(profile, out.tallied(), erp, shop)
        plan = out.finish(replace(meta, calls=calls, minutes=minutes))
    except BaseException:
        out.abandon()
        raise
    workspace.plans.register(plan.meta.id, profile.id, flow.name, plan.path.name, who=who)
    return plan


_ENTITIES = {"orders": "order", "order_slip": "credit_note"}


def hold_unreadable(out: PlanWriter, captures: Mapping[str, Capture], keys: tuple[str, ...]) -> None:
    """Records that a system gave and that could not be read are held rows: nothing is silently left out."""
    found = [w for capture in captures.values() for w in capture.warnings if w["record"]]
    wanted = [w for w in found if not keys or w["record"] in keys]
    first = out.next_seq() if wanted else 0
    for number, warning in enumerate(wanted):
        resource = str(warning["params"].get("resource", ""))
        out.add(
            PlanRow(
                seq=first + number,
                action=Action.BLOCK,
                entity=_ENTITIES.get(resource, "product"),
                key=warning["record"],
                label=resource,
                reason=warning["code"],
                params=warning["params"],
            )
        )


def require(flow: Flow, erp: ErpConnector, shop: ShopConnector) -> None:
    """Make sure both systems can serve the flow.

    Raises:
        SettingsError: one cannot; the message names what is missing.
    """
    for connector, needs in ((shop, flow.shop_needs), (erp, flow.erp_needs)):
        missing = needs - connector.capabilities
        if missing:
            raise SettingsError("flow.not_served", system=connector.system, needs=", ".join(sorted(missing)))


def catalogue_context(
    workspace: Workspace,
    profile: Profile,
    flow: Flow,
    shop: ShopConnector,
    captures: Mapping[str, Capture],
    keys: tuple[str, ...],
    extra_filter: str,
    now: datetime,
) -> CatalogueContext:
    """Input of an article planner."""
    sent_as = "articles" if flow.name == "articles-new" else flow.name
    rules = shop.text_rules
    languages = profile.shop_lists.get(ListName.LANGUAGES)
    ordered = sorted(languages, key=lambda i: (i.extra.get("default") != "1", not i.active))
    return CatalogueContext(
        profile=profile,
        flow=flow.name,
        erp=captures["erp"],
        shop=captures["shop"],
        now=now,
        fingerprints=workspace.links.fingerprints(profile.id, sent_as),
        mark=workspace.marks.get(profile.id, flow.mark) if flow.mark else BEGINNING,
        keys=keys,
        filter=extra_filter,
        languages=tuple(i.id for i in ordered) or ("1",),
        text_rules=rules,
        reference_length=int(rules.get("reference", {}).get("max_length") or 64),
        price_terms=PriceTerms(
            incl_tax=profile.shop.prices_incl_tax,
            decimals=profile.shop.price_decimals,
            impact=Capability.VARIANT_PRICE_IMPACT in shop.capabilities,
            vat=_vat_rates(profile),
        ),
        images=_image_terms(workspace, profile, flow, shop, captures),
    )


def _image_terms(
    workspace: Workspace, profile: Profile, flow: Flow, shop: ShopConnector, captures: Mapping[str, Capture]
) -> ImageTerms | None:
    """What the images of an article plan depend on; None: none are planned, or not both sides' were read."""
    read = all(Scope.IMAGES.value in capture.scopes for capture in captures.values())
    if not (flow.images and read and profile.articles.images.create):
        return None
    if Capability.WRITE_IMAGES not in shop.capabilities or not isinstance(shop, WritesImages):
        return None
    noted = workspace.links.fingerprints(profile.id, IMAGES).select(["key", "md5"]).to_pylist()
    return ImageTerms(
        rules=shop.image_rules,
        library=Capability.IMAGE_LIBRARY in shop.capabilities,
        sent=workspace.links.by_shop_id(profile.id, "image"),
        notes={row["key"]: row["md5"] for row in noted},
    )


def _vat_rates(profile: Profile) -> dict[str, Decimal]:
    """Percent of each VAT id of the ERP, as its lists say."""
    return {i.id: i.rate for i in profile.erp_lists.get(ListName.VAT_CODES) if i.rate is not None}


def orders_context(
    workspace: Workspace,
    profile: Profile,
    flow: Flow,
    erp: ErpConnector,
    captures: Mapping[str, Capture],
    keys: tuple[str, ...],
    now: datetime,
) -> OrdersContext:
    """Input of the order planner: settings, captures, and what the ledger knows."""
    states = workspace.ledger.states(profile.id, flow.name)
    customers = workspace.ledger.states(profile.id, "customers")
    currencies = profile.erp_lists.get(ListName.CURRENCIES)
    return OrdersContext(
        profile=profile,
        flow=flow.name,
        shop=captures["shop"],
        erp=captures["erp"],
        now=now,
        ledger={key: state.value for key, (state, _) in states.items()},
        imported={key: number for key, (state, number) in states.items() if state is State.DONE},
        contents=workspace.ledger.payloads(profile.id, flow.name) if flow.name == "orders" else {},
        linked_customers={key: code for key, (state, code) in customers.items() if state is State.DONE},
        keys=keys,
        vat=_vat_rates(profile),
        erp_currency=next((c.id for c in currencies if c.extra.get("default") == "1"), ""),
        rules=erp.rules,
        credit_notes=Capability.CREDIT_NOTES in erp.capabilities,
        territories="orders.maps.countries" not in plugins.erp(profile.erp.system).ignores,
    )


def imported_orders(workspace: Workspace, profile: Profile) -> frozenset[str]:
    """Shop orders whose document stands in the ERP: its stock counts them."""
    states = workspace.ledger.states(profile.id, "orders")
    return frozenset(key for key, (state, _) in states.items() if state is State.DONE)


def status_context(workspace: Workspace, profile: Profile, erp: ErpConnector) -> StatusContext:
    """Input of the order-status planner: what became of the documents we created."""
    states = workspace.ledger.states(profile.id, "orders")
    numbers = {number: key for key, (state, number) in states.items() if state is State.DONE and number}
    after = erp.documents_after(sorted(numbers)) if numbers else {}
    sent = workspace.links.fingerprints(profile.id, "order-status").select(["key", "md5"]).to_pylist()
    return StatusContext(
        profile=profile,
        documents={numbers[number]: (number, kind) for number, kind in after.items() if number in numbers},
        sent={row["key"]: row["md5"] for row in sent},
    )


_SHOP_KINDS = {
    ("create", "product"): "product_create",
    ("update", "product"): "product_update",
    ("create", "image"): "images",
    ("update", "image"): "images",
    ("update", "price"): "price",
    ("update", "stock"): "stock",
    ("activate", "status"): "status",
    ("deactivate", "status"): "status",
    ("update", "order_status"): "order_status",
}
_ERP_KINDS = {
    (Action.CREATE.value, "order"): "document",
    (Action.CREATE.value, "credit_note"): "document",
    (Action.CREATE.value, "customer"): "customer",
    (Action.CREATE.value, "settlement"): "settlement",
}


def cost(
    profile: Profile, counts: Mapping[tuple[str, str], int], erp: ErpConnector, shop: ShopConnector
) -> tuple[int, float]:
    """Calls that applying will take, and the minutes they take under the systems' own limits (BEY-01)."""
    shop_calls = sum(shop.calls_for(_SHOP_KINDS[k], n) for k, n in counts.items() if k in _SHOP_KINDS)
    erp_calls = sum(erp.calls_for(_ERP_KINDS[k], n) for k, n in counts.items() if k in _ERP_KINDS)
    counted = plugins.erp(profile.erp.system).budget
    per_second = profile.erp.calls_per_second if counted else 1 / ERP_SECONDS_A_CALL
    seconds = shop_calls * SHOP_SECONDS_A_CALL + erp_calls / per_second
    return shop_calls + erp_calls, round(seconds / 60, 1)
