"""Starting and cancelling bulk operations; the worker carries them out."""

from __future__ import annotations

from atoosync_lab.sandbox.shopify import facts
from atoosync_lab.sandbox.shopify.bulk import BulkDocumentError, check_mutation, check_query
from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.refusals import refuse
from atoosync_lab.sandbox.shopify.uploads import stored_path
from atoosync_lab.sandbox.shopify.values import Row, gid, number_of
from atoosync_lab.sandbox.shopify.writing.registry import mutation


def _room(context: Context, kind: str) -> None:
    limit = facts.BULK_CONCURRENCY.get(context.version, facts.BULK_CONCURRENCY_DEFAULT)
    rows = context.state.rows(
        "bulk_operations", "type = ? AND status IN ('CREATED', 'RUNNING', 'CANCELING') ORDER BY id", kind
    )
    if len(rows) < limit:
        return
    if limit == 1:
        message = f"A bulk {kind.lower()} operation for this app and shop is already in progress: "
        raise refuse(message + f"{gid('BulkOperation', rows[0]['id'])}.", None, "OPERATION_IN_PROGRESS")
    raise refuse(f"The limit of {limit} concurrent bulk operations has been reached.", None, "LIMIT_REACHED")


def _insert(context: Context, kind: str, query: str, args: Args, path: str | None = None) -> Row:
    number = context.state.insert(
        "bulk_operations",
        {
            "type": kind,
            "query": query,
            "version": context.version,
            "staged_path": path,
            "client_identifier": args.get("clientIdentifier"),
            "group_objects": int(bool(args.get("groupObjects"))),
            "scopes": ",".join(sorted(context.scopes)),
            "base": context.base,
            "created_at": context.state.now(),
        },
    )
    return {"bulk_operation": context.state.get("bulk_operations", number)}


@mutation("bulkOperationRunQuery")
def run_query(context: Context, args: Args) -> Row:
    """Begin a bulk query."""
    try:
        check_query(context.version, args["query"])
    except BulkDocumentError as error:
        raise refuse(str(error), ["query"], "INVALID") from error
    _room(context, "QUERY")
    return _insert(context, "QUERY", args["query"], args)


@mutation("bulkOperationRunMutation")
def run_mutation(context: Context, args: Args) -> Row:
    """Begin a bulk mutation of an uploaded file. The same client identifier begins it once."""
    if args.get("clientIdentifier"):
        known = context.state.one("bulk_operations", "client_identifier = ?", args["clientIdentifier"])
        if known is not None:
            return {"bulk_operation": known}
    try:
        check_mutation(context.version, args["mutation"])
    except BulkDocumentError as error:
        raise refuse(str(error), ["mutation"], "INVALID_MUTATION") from error
    path = stored_path(context.state, args["stagedUploadPath"])
    if path is None:
        message = (
            "The JSONL file could not be found. Try uploading the file again, and check that you've entered the URL "
        )
        raise refuse(message + "correctly for the stagedUploadPath mutation argument.", None, "NO_SUCH_FILE")
    if path.stat().st_size > facts.BULK_MAX_INPUT or not path.stat().st_size:
        message = "The JSONL file is empty or larger than the limit."
        raise refuse(message, ["stagedUploadPath"], "INVALID_STAGED_UPLOAD_FILE")
    _room(context, "MUTATION")
    return _insert(context, "MUTATION", args["mutation"], args, args["stagedUploadPath"])


@mutation("bulkOperationCancel")
def cancel(context: Context, args: Args) -> Row:
    """Ask for the end of a bulk operation; what it did so far stays."""
    row = context.state.get("bulk_operations", number_of(args["id"], "BulkOperation"))
    if row is None:
        raise refuse("Bulk operation does not exist", ["id"])
    if row["status"] not in ("CREATED", "RUNNING", "CANCELING"):
        raise refuse("A bulk operation cannot be canceled when it is completed", ["id"])
    context.state.update("bulk_operations", row["id"], {"status": "CANCELING"})
    return {"bulk_operation": context.state.get("bulk_operations", row["id"])}
