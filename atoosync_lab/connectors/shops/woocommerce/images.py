"""Images of products: files go to the site's library once; products name them by id, in lists that replace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from atoosync_lab.connectors.base import Chunk, Outcome, ReadRequest, WriteResult
from atoosync_lab.connectors.images import arranged, marked
from atoosync_lab.connectors.picturing import ImagesWrite
from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.connectors.shops.woocommerce.batches import Batcher, Item
from atoosync_lab.connectors.shops.woocommerce.client import WooClient
from atoosync_lab.connectors.shops.woocommerce.media import MediaLibrary
from atoosync_lab.connectors.shops.woocommerce.outcomes import BLOCKED, in_doubt, refused, unsent
from atoosync_lab.connectors.shops.woocommerce.paging import Pager
from atoosync_lab.connectors.shops.woocommerce.windows import numeric
from atoosync_lab.connectors.shops.woocommerce.wire import Json
from atoosync_lab.model.catalogue import ArticleImage
from atoosync_lab.model.errors import AtooSyncError, OutcomeUnknownError, RefusedError
from atoosync_lab.model.i18n import Message


def read(pager: Pager, request: ReadRequest) -> Iterator[Chunk]:
    """Which images each product has; those whose file carries our mark say what they hold."""
    if request.ids:
        pages = pager.chosen("products", facts.IMAGE_FIELDS, sorted(request.ids, key=numeric))
    else:
        pages = pager.pages("products", facts.IMAGE_FIELDS)
    for page in pages:
        yield {ArticleImage: [image for product in page for image in _records(product)]}


def _records(product: Json) -> Iterator[ArticleImage]:
    for place, image in enumerate(_listed(product)):
        yield ArticleImage(
            article_id=wire.identifier(product),
            image_id=wire.identifier(image),
            position=place,
            digest=marked(wire.text(image, "src")),
        )


def _listed(product: Json) -> list[Json]:
    """Images of a product; the placeholder of one that has none carries the id 0. [C]"""
    return [i for i in wire.rows(product, "images") if wire.identifier(i) not in ("", "0")]


@dataclass
class _Product:
    """A product while its images are gathered."""

    write: ImagesWrite
    present: list[str]
    found: dict[str, str] = field(default_factory=dict)
    """Digest -> media id."""

    @property
    def wanted(self) -> list[str]:
        """Media ids of the product, in order."""
        ours = [self.found[i.digest] for i in self.write.images if i.digest in self.found]
        known = {i.image_id for i in self.write.images}
        return arranged(self.present, ours, known, self.write.remove)


class ImageWriter:
    """Writes the images of one shop's products.

    Args:
        client: the shop's API.
        batcher: sends the batches.
        library: the site's media.
    """

    def __init__(self, client: WooClient, batcher: Batcher, library: MediaLibrary) -> None:
        self._client, self._batcher, self._library = client, batcher, library

    def write(self, batch: Sequence[ImagesWrite]) -> list[WriteResult]:
        """Look up, upload what is new, then name all images of the products in one batch.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        there = self._present([w.target_id for w in batch])
        known = {d for w in batch for d in _unknown(w, there.get(w.target_id, []))}
        library = self._library.find(sorted(known)) if known else {}
        results: dict[str, WriteResult] = {}
        ready: list[_Product] = []
        blocked: AtooSyncError | None = None
        for write in batch:
            present = there.get(write.target_id)
            if present is None:
                gone = Message("woocommerce.gone", {"id": write.target_id, "record": write.key})
                results[write.key] = refused(write.key, gone, write.target_id)
                continue
            product = _Product(write, present)
            try:
                if blocked is not None:
                    raise blocked
                failure = self._gather(product, library)
            except BLOCKED as error:
                if blocked is None and not results and not ready and not product.found:
                    raise
                blocked, failure = error, unsent(write.key, error, write.target_id)
            if failure is not None:
                results[write.key] = failure
            else:
                ready.append(product)
        results.update(self._attach(ready))
        return [results[w.key] for w in batch]

    def _present(self, products: Sequence[str]) -> dict[str, list[str]]:
        """Media ids of each product, in order."""
        wanted = ",".join(dict.fromkeys(products))
        query = [("include", wanted), ("per_page", str(facts.PAGE_MAX)), ("_fields", facts.IMAGE_FIELDS)]
        found = self._client.get("products", query).records
        return {wire.identifier(p): [wire.identifier(i) for i in _listed(p)] for p in found}

    def _gather(self, product: _Product, library: dict[str, str]) -> WriteResult | None:
        """Media ids of all wanted images; a failure, or None."""
        write = product.write
        for image in write.images:
            if image.image_id in product.present:
                product.found[image.digest] = image.image_id
            elif image.digest in library:
                product.found[image.digest] = library[image.digest]
            elif not write.upload:
                none = Message("image.not_in_library", {"record": write.key})
                return refused(write.key, none, write.target_id)
            else:
                try:
                    number = self._library.upload(image.digest, image.mime_type, image.content(), image.name)
                except RefusedError as error:
                    return refused(write.key, error, write.target_id)
                except OutcomeUnknownError:
                    return in_doubt(write.key, write.target_id)
                # Another product of this run may show the same picture.
                product.found[image.digest] = library[image.digest] = number
        return None

    def _attach(self, products: Sequence[_Product]) -> dict[str, WriteResult]:
        """One batch names the images of all products; those whose images are right already are left out."""
        results = {
            p.write.key: WriteResult(key=p.write.key, outcome=Outcome.DONE, target_id=p.write.target_id)
            for p in products
            if p.wanted == p.present
        }
        work = [p for p in products if p.write.key not in results]
        if work:
            items = [Item(p.write.key, p.write.target_id, {"images": [{"id": int(i)} for i in p.wanted]}) for p in work]
            try:
                results.update((r.key, r) for r in self._batcher.send("images", "products", items))
            except BLOCKED as error:
                # Files were sent already; the library keeps them, and the next run finds them there.
                results.update((i.key, unsent(i.key, error, i.target)) for i in items)
        return {p.write.key: _with(p, results[p.write.key]) for p in products}


def _unknown(write: ImagesWrite, present: Sequence[str]) -> list[str]:
    """Contents that the product does not show under an id we know."""
    return [i.digest for i in write.images if i.image_id not in present]


def _with(product: _Product, result: WriteResult) -> WriteResult:
    """The result with what the product holds of ours."""
    held: Mapping[str, str] = {}
    if result.outcome is Outcome.DONE:
        held = {image: digest for digest, image in product.found.items()}
    return WriteResult(
        key=result.key, outcome=result.outcome, target_id=result.target_id, error=result.error,
        remote_code=result.remote_code, images=held,
    )  # fmt: skip
