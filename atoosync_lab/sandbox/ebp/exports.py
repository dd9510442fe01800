"""Routes under `/export/api/v1`: order the PDF of a sale document, ask whether it is ready, fetch it."""

from __future__ import annotations

import json
import time

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from atoosync_lab.sandbox.ebp.core import Core, core_of, parameter
from atoosync_lab.sandbox.ebp.errors import ApiError
from atoosync_lab.sandbox.ebp.folder import FolderState
from atoosync_lab.sandbox.ebp.gescom import guarded
from atoosync_lab.sandbox.ebp.pdf import text_pdf
from atoosync_lab.sandbox.ebp.tables import DOCUMENT_TYPES
from atoosync_lab.sandbox.ebp.values import IdMaker

_TITLES = {
    "SaleQuote": "Devis",
    "SaleInvoice": "Facture",
    "SaleOrder": "Commande",
    "SaleDeliveryOrder": "Bon de livraison",
    "SaleCreditMemo": "Avoir",
}
_TYPES = {kind: number for number, kind in DOCUMENT_TYPES.items()}
_BASE = "/export/api/v1"


def _enter(core: Core, request: Request, folder: str, kind: str, entity: str) -> str:
    core.admit(request)
    if kind not in _TYPES:
        raise ApiError(400, "ERR_KIND", f"kind {kind!r} inconnu : {', '.join(_TYPES)}")
    if not entity:
        raise ApiError(400, "ERR_PARAMETER", "entityId est obligatoire")
    with core.folder(folder):
        export_id = IdMaker()()
    due = time.time() + core.settings.delay(core.settings.export_delay)
    core.connection.execute("INSERT INTO export VALUES (?, ?, ?, ?, ?)", (export_id, folder, kind, entity, due))
    return export_id


async def create_pdf(request: Request) -> Response:
    """Accept an order for a PDF: kind, entityId (the document's number), folderId."""
    try:
        body = json.loads(await request.body())
        kind, entity, folder = (str(body.get(name) or "") for name in ("kind", "entityId", "folderId"))
    except (ValueError, AttributeError) as error:
        raise ApiError(400, "ERR_BODY", "Corps JSON illisible") from error
    export_id = await run_in_threadpool(_enter, core_of(request), request, folder, kind, entity)
    return JSONResponse({"exportId": export_id}, 202)


def _find(request: Request) -> tuple[str, str, str, bool]:
    export_id = parameter(request, "exportId", required=True)
    found = (
        core_of(request)
        .connection.execute("SELECT folder, kind, entity, due FROM export WHERE id = ?", (export_id,))
        .fetchone()
    )
    if found is None:
        raise ApiError(404, "ERR_EXPORT", f"L'export {export_id} n'existe pas")
    return found[0], found[1], found[2], found[3] <= time.time()


def _document(state: FolderState, kind: str, number: str) -> tuple[str, ...] | None:
    found = state.connection.execute(
        "SELECT Id, DocumentNumber, DocumentDate, CustomerName, Reference, AmountVatExcludedWithDiscountAndShipping,"
        " VatAmount, AmountVatIncluded, CurrencyId FROM SaleDocument WHERE DocumentNumber = ? AND DocumentType = ?",
        (number, _TYPES[kind]),
    )
    row: tuple[str, ...] | None = found.fetchone()
    return row


@guarded
def status(request: Request) -> Response:
    """Waiting, Completed, or OperationError when the document does not exist."""
    folder, kind, number, ready = _find(request)
    shown = "Waiting"
    if ready:
        with core_of(request).folder(folder) as state:
            shown = "Completed" if _document(state, kind, number) else "OperationError"
    return JSONResponse({"exportId": parameter(request, "exportId"), "status": shown})


@guarded
def result(request: Request) -> Response:
    """The file."""
    folder, kind, number, ready = _find(request)
    with core_of(request).folder(folder) as state:
        document = _document(state, kind, number) if ready else None
        if document is None:
            raise ApiError(404, "ERR_EXPORT", "Le fichier n'est pas disponible")
        lines = state.connection.execute(
            "SELECT ItemId, DescriptionClear, Quantity, NetAmountVatExcludedWithDiscount FROM SaleDocumentLine"
            " WHERE DocumentId = ? ORDER BY LineOrder",
            (document[0],),
        ).fetchall()
    content = text_pdf(_print(_TITLES[kind], document, lines))
    disposition = f'attachment; filename="{number}.pdf"'
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": disposition})


def _amount(stored: object) -> str:
    return f"{int(str(stored or 0)) / 1_000_000:,.2f}".replace(",", " ").replace(".", ",")


def _print(title: str, document: tuple[str, ...], lines: list[tuple[str, str, int, int]]) -> list[str]:
    _, number, day, customer, reference, excluded, vat, included, currency = document
    body = [f"{item}   {text or ''}   {_amount(quantity)}   {_amount(net)}" for item, text, quantity, net in lines]
    year, month, date = day[:10].split("-")
    return [
        f"{title} {number}",
        f"Date : {date}/{month}/{year}",
        f"Client : {customer}",
        f"Référence : {reference}",
        "",
        *body,
        "",
        f"Total HT : {_amount(excluded)} {currency}",
        f"TVA : {_amount(vat)} {currency}",
        f"Total TTC : {_amount(included)} {currency}",
    ]


ROUTES = [
    Route(f"{_BASE}/CreateExport/Pdf", create_pdf, methods=["POST"]),
    Route(f"{_BASE}/Status", status),
    Route(f"{_BASE}/Result", result),
]
