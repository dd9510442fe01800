"""Which scopes a flow reads of each side, and when a full capture is due rather than what changed since the last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from atoosync_lab.connectors.base import Capability, Connector, ErpConnector, ReadRequest, Scope, ShopConnector
from atoosync_lab.mapping import periods
from atoosync_lab.model.documents import DocumentKind
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.sales import CreditSlip
from atoosync_lab.runs.flows import Flow
from atoosync_lab.settings import Profile, functions
from atoosync_lab.settings.orders import Period
from atoosync_lab.snapshots import captures
from atoosync_lab.snapshots.captures import Capture, CaptureWriter
from atoosync_lab.store.home import Home

_TAKE_NOTHING = (DocumentKind.QUOTE, DocumentKind.CREDIT_NOTE)
"""Kinds of documents that sell no pieces."""
FULL_EVERY = timedelta(days=1)
"""Deletions are seen by full captures only: one a day."""
OVERLAP = timedelta(minutes=5)
"""What changed is asked for from so long before the base began: its moment by the remote's clock is known to the second
only, and a record may be stamped before it can be seen."""
_AHEAD = timedelta(minutes=5)
"""A capture dated so far in the future was written under a wrong clock."""

OnRows = Callable[[str, Scope, int], None]


def sends_images(profile: Profile, flow: Flow, erp: Connector, shop: Connector) -> bool:
    """Whether a run of the flow reads and plans images: the profile asks for it and both systems can (ART-30)."""
    on = functions.effective(profile).articles.images.create
    able = Capability.READ_IMAGES in erp.capabilities and Capability.WRITE_IMAGES in shop.capabilities
    return flow.images and on and able


def image_warnings(profile: Profile, flow: Flow, erp: Connector, shop: Connector) -> tuple[dict[str, Any], ...]:
    """Why the images that the profile asks for are not sent, in the form of a capture's warnings."""
    if not (flow.images and functions.effective(profile).articles.images.create):
        return ()
    lacks = ((erp, Capability.READ_IMAGES, "image.erp_lacks"), (shop, Capability.WRITE_IMAGES, "image.shop_lacks"))
    return tuple(
        {"code": code, "params": {"system": system.system}, "record": ""}
        for system, needed, code in lacks
        if needed not in system.capabilities
    )


def capture_erp(
    home: Home,
    profile: Profile,
    flow: Flow,
    erp: ErpConnector,
    *,
    full: bool = False,
    images: bool = False,
    on_rows: OnRows = lambda side, scope, rows: None,
    check: Callable[[], None] = lambda: None,
) -> Capture:
    """A complete capture of what the flow needs of the ERP; with `images` their contents too, each read once."""
    scopes = (*flow.erp_scopes, *((Scope.IMAGES,) if images else ()))
    base = None if full else _base(home, profile, "erp", scopes, erp)
    request = ReadRequest(since=base.started_at - OVERLAP) if base else ReadRequest()
    requests = dict.fromkeys(scopes, request)
    if images:
        requests[Scope.IMAGES] = replace(request, images=captures.known_images(home.captures, profile.id))
    return captures.take(
        erp,
        home.captures,
        profile=profile.id,
        side="erp",
        scopes=list(requests.items()),
        mode="since" if base else "full",
        base=base,
        on_rows=lambda scope, rows: on_rows("erp", scope, rows),
        check=check,
    )


def capture_shop(
    home: Home,
    profile: Profile,
    flow: Flow,
    shop: ShopConnector,
    *,
    on_rows: OnRows = lambda side, scope, rows: None,
    check: Callable[[], None] = lambda: None,
    keys: tuple[str, ...] = (),
    imported: frozenset[str] = frozenset(),
    images: bool = False,
) -> Capture:
    """A capture of what the flow needs of the shop: all of the catalogue, or the orders or slips of the period.

    Args:
        home: where captures are kept.
        profile: whose shop.
        flow: what it is read for.
        shop: the shop.
        on_rows: told what was read.
        check: called between pages; raises to stop.
        keys: only these orders.
        imported: orders that the ERP had before its own capture began: its stock counts them already.
        images: which images the products have is read too.
    """
    scopes: list[tuple[Scope, ReadRequest | Callable[[CaptureWriter], ReadRequest]]]
    mode = "full"
    if flow.kind == "catalogue":
        scopes = [(scope, ReadRequest()) for scope in (*flow.shop_scopes, *((Scope.IMAGES,) if images else ()))]
        waiting = _waiting(profile, flow, shop, imported)
        if waiting is not None:
            scopes.append((Scope.ORDER_PIECES, waiting))
    elif flow.name == "credit-notes":
        mode = "window"
        scopes = [
            (Scope.CREDIT_SLIPS, _window(profile, profile.orders.credit_notes.period, shop.server_time())),
            (Scope.ORDERS, lambda writer: ReadRequest(ids=writer.values(CreditSlip, "order_id") or ("0",))),
        ]
    else:
        if not profile.orders.statuses:
            raise SettingsError("orders.no_status_selected", page="orders.statuses")
        mode = "window"
        request = (
            ReadRequest(ids=keys) if keys else _window(profile, profile.orders.period, shop.server_time(), orders=True)
        )
        scopes = [(Scope.ORDERS, request)]
    return captures.take(
        shop,
        home.captures,
        profile=profile.id,
        side="shop",
        scopes=scopes,
        mode=mode,
        on_rows=lambda scope, rows: on_rows("shop", scope, rows),
        check=check,
    )


def _waiting(profile: Profile, flow: Flow, shop: ShopConnector, imported: frozenset[str]) -> ReadRequest | None:
    """Orders whose pieces are sold and that the ERP does not have; None: this profile imports none."""
    sold = [status for status, rule in profile.orders.statuses.items() if rule.kind not in _TAKE_NOTHING]
    wanted = flow.counts_orders and profile.articles.stocks.warehouses and sold
    if not wanted or not functions.allows(profile.functions, "orders"):
        return None
    if Capability.READ_ORDERS not in shop.capabilities:
        return None
    window = _window(profile, profile.orders.period, shop.server_time(), orders=True)
    return replace(window, statuses=tuple(sold), known=imported)


def _window(profile: Profile, period: Period, moment: datetime, *, orders: bool = False) -> ReadRequest:
    """What a period asks for at a moment of the shop's clock: this machine's own may be wrong."""
    first, after = periods.window(period, moment, profile.timezone)
    shops = profile.orders.shops
    if orders:
        statuses = tuple(profile.orders.statuses)
        if profile.orders.reading.date_field == "modified":
            return ReadRequest(since=first, statuses=statuses, shops=shops)
        return ReadRequest(created_from=first, created_to=after, statuses=statuses, shops=shops)
    return ReadRequest(created_from=first, created_to=after, shops=shops)


def _base(home: Home, profile: Profile, side: str, scopes: tuple[Scope, ...], connector: Connector) -> Capture | None:
    """The capture to complete: the newest one, when a full read is not due yet."""
    if Capability.READ_SINCE not in connector.capabilities:
        return None
    wanted, now = {s.value for s in scopes}, datetime.now(UTC)
    # Images are a scope of their own that only some flows ask for: the others go on from captures with them, too.
    besides = {Scope.IMAGES.value} - wanted
    newest: Capture | None = None
    for capture in captures.each(home.captures, profile.id, side):
        if capture.mode == "window" or capture.finished_at > now + _AHEAD or not wanted <= set(capture.scopes):
            continue
        if not capture.current:
            return None
        held = set(capture.scopes) - besides
        if newest is None and (held != wanted or capture.system != connector.system):
            return None
        newest = newest or capture
        if capture.mode == "full" and held == wanted:
            return newest if now - capture.finished_at <= FULL_EVERY else None
    return None
