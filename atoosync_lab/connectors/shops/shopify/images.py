"""Images of products: files are staged, then `productSet` names all media of a product, in order, in one mutation.

A file carries the mark of its content in its name: what the product or the library holds is found again and never sent
twice (PB-30). Shopify works on a new file after its answer; one that fails is taken away again and told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from atoosync_lab.connectors.base import Chunk, Outcome, ReadRequest, WriteResult
from atoosync_lab.connectors.images import arranged, file_name, mark, marked
from atoosync_lab.connectors.picturing import ImagesWrite, ImageWrite
from atoosync_lab.connectors.shops.shopify import answers, facts, image_operations, operations, paging
from atoosync_lab.connectors.shops.shopify.client import ShopifyClient
from atoosync_lab.connectors.shops.shopify.gids import gid, kind, number
from atoosync_lab.connectors.shops.shopify.outcomes import BLOCKED, done, in_doubt, refused, told, unsent
from atoosync_lab.connectors.shops.shopify.reads import full_ids
from atoosync_lab.model.catalogue import ArticleImage
from atoosync_lab.model.errors import AtooSyncError, OutcomeUnknownError, RefusedError, RetryError
from atoosync_lab.model.i18n import Message

Node = Mapping[str, Any]
IMAGE = "MediaImage"


def read(client: ShopifyClient, request: ReadRequest) -> Iterator[Chunk]:
    """Which images each product has; those whose file carries our mark say what they hold.

    Raises:
        ConnectionFailedError, RetryError: they cannot be read.
    """
    for nodes in _products(client, request.ids):
        yield {ArticleImage: [image for node in nodes for image in _records(node["id"], _media(client, node))]}


def _products(client: ShopifyClient, ids: Sequence[str]) -> Iterator[list[Node]]:
    inline = {"inline": facts.IMAGES_INLINE}
    if ids:
        wanted = full_ids("Product", ids)
        return paging.by_ids(client, image_operations.IMAGES_OF, wanted, facts.PRODUCTS_BY_ID, inline)
    return paging.pages(
        client, image_operations.PRODUCT_IMAGES, "products", facts.IMAGES_PAGE, variables=inline
    )  # fmt: skip


def _media(client: ShopifyClient, product: Node) -> list[Node]:
    return paging.rest(client, image_operations.MORE_IMAGES, "product", "media", product)


def _records(product: str, media: Sequence[Node]) -> Iterator[ArticleImage]:
    """The images among the media of a product; films and models are none of ours."""
    for place, node in enumerate(media):
        if kind(node["id"]) == IMAGE:
            yield ArticleImage(
                article_id=number(product), image_id=number(node["id"]), position=place, digest=_mark_of(node)
            )


def _mark_of(node: Node) -> str:
    """The beginning of the digest that a file's address carries; a file that is worked on has its source alone."""
    shown, source = node.get("image") or {}, node.get("originalSource") or {}
    return marked(str(shown.get("url") or ""), str(source.get("url") or ""))


@dataclass
class _Product:
    """A product while its images are written."""

    write: ImagesWrite
    present: list[str]
    """Full ids of its media, in order."""
    found: dict[str, str] = field(default_factory=dict)
    """Digest -> full id."""
    staged: dict[str, str] = field(default_factory=dict)
    """Digest -> address of a file that waits to be taken."""

    @property
    def wanted(self) -> list[str]:
        """All media of the product in order: full ids, and digests of those that are new."""
        ours = [self.found.get(i.digest, i.digest) for i in self.write.images]
        known = {gid(IMAGE, i.image_id) for i in self.write.images if i.image_id}
        return arranged(self.present, ours, known, [gid(IMAGE, i) for i in self.write.remove])


class ImageWriter:
    """Writes the images of one shop's products."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    def write(self, batch: Sequence[ImagesWrite]) -> list[WriteResult]:
        """Product by product, one mutation each; see `connectors.picturing.WritesImages`.

        Raises:
            UnsentError, RateLimitedError, ThrottledError, ConnectionFailedError: nothing was sent.
        """
        there = self._present([w.target_id for w in batch])
        unknown = {
            i.digest for w in batch for i in w.images
            if gid(IMAGE, i.image_id) not in [n["id"] for n in there.get(w.target_id, ())]
        }  # fmt: skip
        library = self._library(sorted(unknown))
        results: dict[str, WriteResult] = {}
        for write in batch:
            if write.target_id not in there:
                gone = Message("shopify.gone", {"resource": "products", "id": write.target_id})
                results[write.key] = refused(write.key, gone, write.target_id)
                continue
            product = _Product(write, [node["id"] for node in there[write.target_id]])
            try:
                results[write.key] = self._one(product, library)
            except BLOCKED as error:
                if not results:
                    raise
                return [results.get(w.key) or unsent(w.key, error, w.target_id) for w in batch]
            library.update(product.found)
        return [results[w.key] for w in batch]

    def _present(self, products: Sequence[str]) -> dict[str, list[Node]]:
        pages = _products(self._client, list(dict.fromkeys(products)))
        return {number(node["id"]): _media(self._client, node) for nodes in pages for node in nodes}

    def _library(self, digests: Sequence[str]) -> dict[str, str]:
        """Which contents the library holds: digest -> full id."""
        found: dict[str, str] = {}
        for start in range(0, len(digests), facts.FILES_LOOKED_UP):
            part = digests[start : start + facts.FILES_LOOKED_UP]
            search = " OR ".join(f"filename:{mark(digest)}*" for digest in part)
            answer = self._client.query(image_operations.FILES, {"first": facts.MAX_ARRAY, "query": search})
            held = {
                _mark_of(node): str(node["id"]) for node in answer.data["files"]["nodes"]
                if kind(str(node["id"])) == IMAGE and node["fileStatus"] != facts.FILE_FAILED
            }  # fmt: skip
            found |= {digest: held[key] for digest in part if (key := marked(mark(digest))) in held}
        return found

    def _one(self, product: _Product, library: Mapping[str, str]) -> WriteResult:
        write = product.write
        for image in write.images:
            if gid(IMAGE, image.image_id) in product.present:
                product.found[image.digest] = gid(IMAGE, image.image_id)
            elif image.digest in library:
                product.found[image.digest] = library[image.digest]
        new = [i for i in write.images if i.digest not in product.found]
        if new and not write.upload:
            return refused(write.key, Message("image.not_in_library", {"record": write.key}), write.target_id)
        if product.wanted == product.present:
            return _with(product, done(write.key, write.target_id))
        try:
            self._stage(product, new)
        except (RefusedError, OutcomeUnknownError, RetryError) as error:
            # A staged file is nothing yet: the product is as it was.
            return refused(write.key, error, write.target_id)
        return self._set(product)

    def _stage(self, product: _Product, images: Sequence[ImageWrite]) -> None:
        """Bring files to where Shopify takes them from."""
        if not images:
            return
        contents = {i.digest: i.content() for i in images}
        wanted = [
            {
                "resource": facts.IMAGE_RESOURCE, "filename": file_name(i.digest, i.mime_type), "mimeType": i.mime_type,
                "fileSize": str(len(contents[i.digest])), "httpMethod": "POST",
            }
            for i in images
        ]  # fmt: skip
        staged = self._client.mutate(operations.STAGE, {"input": wanted}, absolute=True)
        payload = staged.data.get("stagedUploadsCreate")
        targets = (payload or {}).get("stagedTargets") or []
        if len(targets) != len(images) or not all(t.get("url") for t in targets):
            errors = answers.user_errors(payload)
            raise RefusedError("shopify.refused", text=errors[0].message if errors else "", code="")
        for image, target in zip(images, targets, strict=True):
            fields = {str(p["name"]): str(p["value"]) for p in target["parameters"]}
            name = file_name(image.digest, image.mime_type)
            self._client.upload(target["url"], fields, name, contents[image.digest], image.mime_type)
            product.staged[image.digest] = str(target["resourceUrl"])

    def _set(self, product: _Product) -> WriteResult:
        """Name all media of the product."""
        write, wanted = product.write, product.wanted
        kinds = {i.digest: i for i in write.images}
        files = [
            {
                "originalSource": product.staged[entry], "contentType": "IMAGE", "alt": kinds[entry].name,
                "filename": file_name(entry, kinds[entry].mime_type),
            }
            if entry in product.staged
            else {"id": entry}
            for entry in wanted
        ]  # fmt: skip
        try:
            payload = self._named(write.target_id, files)
        except RefusedError as error:
            return refused(write.key, error, write.target_id)
        except OutcomeUnknownError:
            return self._after_doubt(product)
        if errors := answers.user_errors(payload):
            return told(write.key, errors, write.target_id)
        self._learn(product, wanted, payload["product"]["media"]["nodes"])
        if any(i.digest not in product.found for i in write.images):
            return self._after_doubt(product)
        return self._settled(product, [product.found[d] for d in product.staged])

    def _named(self, target: str, files: Sequence[Mapping[str, str]]) -> Mapping[str, Any]:
        variables = {"id": gid("Product", target), "files": files, "inline": facts.MAX_ARRAY}
        # A new file sent twice would be two: never repeated.
        answer = self._client.mutate(image_operations.SET_IMAGES, variables, absolute=False)
        payload: Mapping[str, Any] | None = answer.data.get("m0")
        if payload is None:
            error = answer.error_at("m0")
            if error is not None:
                raise answers.error_of(error, "SetImages")
            raise OutcomeUnknownError("shopify.not_confirmed", record=target)
        return payload

    def _learn(self, product: _Product, wanted: Sequence[str], nodes: Sequence[Node]) -> None:
        """Ids of the new files: by their mark, else by their place."""
        marks = {_mark_of(node): str(node["id"]) for node in nodes if _mark_of(node)}
        for digest in product.staged:
            if (key := marked(mark(digest))) in marks:
                product.found[digest] = marks[key]
            elif len(nodes) == len(wanted):
                product.found[digest] = str(nodes[wanted.index(digest)]["id"])

    def _after_doubt(self, product: _Product) -> WriteResult:
        """The answer was lost: what the product shows tells what was taken."""
        write = product.write
        try:
            nodes = self._present([write.target_id]).get(write.target_id, [])
        except AtooSyncError:
            return in_doubt(write.key, write.target_id)
        ids = [str(node["id"]) for node in nodes]
        product.found = {digest: image for digest, image in product.found.items() if image in ids}
        self._learn(product, [], nodes)
        if any(i.digest not in product.found for i in write.images):
            return _with(product, in_doubt(write.key, write.target_id))
        return self._settled(product, [product.found[d] for d in product.staged])

    def _settled(self, product: _Product, new: Sequence[str]) -> WriteResult:
        """Wait until the new files are ready; those that failed are taken off the product and told."""
        write = product.write
        failed = self._failed(new)
        if not failed:
            return _with(product, done(write.key, write.target_id))
        product.found = {digest: image for digest, image in product.found.items() if image not in failed}
        left = [{"id": image} for image in product.wanted if image.startswith("gid:")]
        try:
            self._named(write.target_id, left)
        except (RefusedError, OutcomeUnknownError):
            return _with(product, in_doubt(write.key, write.target_id))
        text = "; ".join(dict.fromkeys(failed.values()))
        message = Message("shopify.file_failed", {"record": write.key, "text": text})
        return _with(product, refused(write.key, message, write.target_id))

    def _failed(self, files: Sequence[str]) -> dict[str, str]:
        """Files that Shopify could not make an image of, with its sentence."""
        waiting, failed = list(files), dict[str, str]()
        for wait in (0.0, *facts.FILE_WAITS):
            if not waiting:
                break
            self._client.sleep(wait)
            nodes = self._client.query(image_operations.FILE_STATES, {"ids": waiting}).data["nodes"]
            for node in nodes:
                if node and node["fileStatus"] == facts.FILE_FAILED:
                    errors = [str(e["message"]) for e in node["fileErrors"]]
                    failed[str(node["id"])] = "; ".join(errors) or facts.FILE_FAILED
            waiting = [str(n["id"]) for n in nodes if n and n["fileStatus"] not in facts.FILE_ENDED]
        return failed


def _with(product: _Product, result: WriteResult) -> WriteResult:
    """The result with what the product holds of ours."""
    held = {number(image): digest for digest, image in product.found.items()}
    return replace(result, images=held if result.outcome is not Outcome.UNSENT else {})
