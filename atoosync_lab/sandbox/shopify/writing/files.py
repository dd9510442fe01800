"""Staged uploads and files."""

from __future__ import annotations

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.facts import BULK_MAX_INPUT
from atoosync_lab.sandbox.shopify.reading.files import file_row, status_of
from atoosync_lab.sandbox.shopify.refusals import RefusedError, refuse, user_error
from atoosync_lab.sandbox.shopify.uploads import stage
from atoosync_lab.sandbox.shopify.values import Row, gid, number_of, split_gid
from atoosync_lab.sandbox.shopify.writing.file_rows import new_file
from atoosync_lab.sandbox.shopify.writing.product_rows import attach
from atoosync_lab.sandbox.shopify.writing.registry import mutation


@mutation("stagedUploadsCreate")
def staged_uploads_create(context: Context, args: Args) -> Row:
    """Addresses where files can be put."""
    targets: list[Row] = []
    errors: list[Row] = []
    for place, item in enumerate(args["input"]):
        field = ["input", str(place)]
        if item["resource"] == "BULK_MUTATION_VARIABLES" and item["mimeType"] != "text/jsonl":
            errors.append(user_error("Mime type must be text/jsonl", [*field, "mimeType"]))
        if item.get("fileSize") and int(item["fileSize"]) > BULK_MAX_INPUT:
            errors.append(user_error("File size is too large", [*field, "fileSize"]))
        targets.append(stage(context.state, context.base, item))
    if errors:
        raise RefusedError(errors)
    return {"staged_targets": targets}


@mutation("fileCreate")
def file_create(context: Context, args: Args) -> Row:
    """New files; they are ready a moment later."""
    made = [
        new_file(context, item, ["files", str(place)], "INVALID_IMAGE_SOURCE_URL")
        for place, item in enumerate(args["files"])
    ]
    return {"files": [_shown(context, number) for number in made]}


def _shown(context: Context, number: int) -> Row:
    row = context.state.get("files", number)
    assert row is not None
    return file_row(row)


def _file(context: Context, given: str, field: list[str]) -> Row:
    parts = split_gid(given)
    row = context.state.get("files", number_of(given, parts[0])) if parts else None
    if row is None or parts is None or row["kind"] != parts[0]:
        raise refuse(f"File id {given} does not exist.", field, "FILE_DOES_NOT_EXIST")
    return row


@mutation("fileUpdate")
def file_update(context: Context, args: Args) -> Row:
    """Change names, texts and references of files that are ready."""
    changed = []
    for place, item in enumerate(args["files"]):
        field = ["files", str(place), "id"]
        row = _file(context, item["id"], field)
        if status_of(context, row) != "READY":
            raise refuse("Non-ready files cannot be updated.", field, "NON_READY_STATE")
        values: Row = {"updated_at": context.state.now()}
        for name in ("alt", "filename"):
            if item.get(name) is not None:
                values[name] = item[name]
        if item.get("originalSource"):
            values |= {"source": item["originalSource"], "stored": None}
        context.state.update("files", row["id"], values)
        for reference in item.get("referencesToAdd") or []:
            product = number_of(reference, "Product")
            if product is None or context.state.get("products", product) is None:
                raise refuse("Reference target does not exist.", field, "REFERENCE_TARGET_DOES_NOT_EXIST")
            attach(context, product, row["id"], row["id"])
        for reference in item.get("referencesToRemove") or []:
            context.state.db.execute(
                "DELETE FROM product_files WHERE product_id = ? AND file_id = ?",
                (number_of(reference, "Product"), row["id"]),
            )
        changed.append(row["id"])
    return {"files": [_shown(context, number) for number in changed]}


@mutation("fileDelete")
def file_delete(context: Context, args: Args) -> Row:
    """Delete files, also from the products that show them."""
    deleted = []
    for given in args["fileIds"]:
        row = _file(context, given, ["fileIds"])
        context.state.delete("files", row["id"])
        context.state.db.execute("DELETE FROM product_files WHERE file_id = ?", (row["id"],))
        context.state.db.execute("UPDATE variants SET file_id = NULL WHERE file_id = ?", (row["id"],))
        deleted.append(gid(row["kind"], row["id"]))
    return {"deleted_file_ids": deleted}
