"""Images of products: uploaded one by one; the shop keeps neither name nor digest of what it was sent.

So what is there and of which nobody knows where it came from is fetched and compared by what it shows, before anything
is sent: a run that was killed between an upload and its note does not send that image again (PB-30).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from atoosync_lab.connectors.base import Outcome, WriteResult
from atoosync_lab.connectors.images import file_name
from atoosync_lab.connectors.likeness import alike
from atoosync_lab.connectors.picturing import ImagesWrite, ImageWrite
from atoosync_lab.connectors.shops.prestashop import facts
from atoosync_lab.connectors.shops.prestashop.client import PrestaShopClient
from atoosync_lab.connectors.shops.prestashop.image_records import listed_images
from atoosync_lab.connectors.shops.prestashop.outcomes import BLOCKED, in_doubt, refused, unsent
from atoosync_lab.connectors.shops.prestashop.writes import Writer
from atoosync_lab.model.errors import AtooSyncError, OutcomeUnknownError, RefusedError
from atoosync_lab.model.i18n import Message


@dataclass
class _Product:
    """A product while its images are written."""

    write: ImagesWrite
    present: list[str]
    main: str
    found: dict[str, str] = field(default_factory=dict)
    """Digest -> image id, of those that are there."""

    @property
    def resource(self) -> str:
        return f"images/products/{self.write.target_id}"

    @property
    def learned(self) -> dict[str, str]:
        return {image: digest for digest, image in self.found.items()}

    def strangers(self, known: set[str]) -> list[str]:
        """Images of which nobody knows where they came from."""
        return [i for i in self.present if i not in known and i not in self.write.remove]


class ImageWriter:
    """Writes the images of one shop's products.

    Args:
        client: the Webservice.
        writer: sets the main image.
    """

    def __init__(self, client: PrestaShopClient, writer: Writer) -> None:
        self._client, self._writer = client, writer

    def write(self, batch: Sequence[ImagesWrite]) -> list[WriteResult]:
        """Product by product; see `connectors.picturing.WritesImages`.

        Raises:
            UnsentError, RateLimitedError, ConnectionFailedError: nothing was sent.
        """
        there = self._present([w.target_id for w in batch])
        results: dict[str, WriteResult] = {}
        for write in batch:
            held = there.get(write.target_id)
            if held is None:
                gone = Message("prestashop.gone", {"resource": "products", "id": write.target_id})
                results[write.key] = refused(write.key, gone, write.target_id)
                continue
            product = _Product(write, list(held[0]), held[1])
            try:
                results[write.key] = self._one(product)
            except BLOCKED as error:
                if not results and not product.found:
                    raise
                results[write.key] = _with(product, unsent(write.key, error, write.target_id))
                return [results.get(w.key) or unsent(w.key, error, w.target_id) for w in batch]
        return [results[w.key] for w in batch]

    def _present(self, products: Sequence[str]) -> dict[str, tuple[list[str], str]]:
        """Images and main image of each product."""
        wanted = "|".join(dict.fromkeys(products))
        query = [("display", f"[{facts.IMAGE_FIELDS}]"), ("filter[id]", f"[{wanted}]")]
        found = self._client.get("products", query).records
        return {r["id"]: (listed_images(r), r.get("id_default_image")) for r in found}

    def _one(self, product: _Product) -> WriteResult:
        write = product.write
        product.found = {i.digest: i.image_id for i in write.images if i.image_id in product.present}
        missing = [i for i in write.images if i.digest not in product.found]
        try:
            if missing:
                self._recognise(product, missing, product.strangers(set(product.found.values())))
            for image in missing if write.upload else ():
                if image.digest not in product.found:
                    self._upload(product, image)
            for gone in [i for i in write.remove if i in product.present]:
                self._remove(product, gone)
            self._choose_main(product)
        except OutcomeUnknownError:
            return _with(product, in_doubt(write.key, write.target_id))
        except RefusedError as error:
            return _with(product, refused(write.key, error, write.target_id))
        if any(i.digest not in product.found for i in write.images):
            none = Message("image.not_in_library", {"record": write.key})
            return _with(product, refused(write.key, none, write.target_id))
        return _with(product, WriteResult(key=write.key, outcome=Outcome.DONE, target_id=write.target_id))

    def _recognise(self, product: _Product, missing: Sequence[ImageWrite], strangers: Sequence[str]) -> None:
        """Images of the product that show what is to be sent are what is to be sent."""
        left = {i.digest: i for i in missing if i.digest not in product.found}
        for image in strangers[: facts.IMAGES_COMPARED]:
            if not left:
                return
            try:
                shown = self._client.file(f"{product.resource}/{image}")
            except RefusedError:
                continue
            for digest, wanted in left.items():
                if alike(shown, wanted.content()):
                    product.found[digest] = image
                    del left[digest]
                    break

    def _upload(self, product: _Product, image: ImageWrite) -> None:
        name = file_name(image.digest, image.mime_type)
        try:
            number = self._client.upload(product.resource, name, image.mime_type, image.content())
        except RefusedError:
            self._drop_empty(product)
            raise
        except OutcomeUnknownError:
            # It may be there: what the product has now, and had not before, is looked at.
            before = set(product.present)
            self._look_again(product)
            self._recognise(product, [image], [i for i in product.present if i not in before])
            if image.digest not in product.found:
                raise
            return
        product.present.append(number)
        product.main = product.main or number
        product.found[image.digest] = number

    def _look_again(self, product: _Product) -> None:
        try:
            product.present, product.main = self._present([product.write.target_id])[product.write.target_id]
        except (AtooSyncError, KeyError) as error:
            raise OutcomeUnknownError("prestashop.not_confirmed", record=product.write.key) from error

    def _drop_empty(self, product: _Product) -> None:
        """A file that is refused leaves an image without a file behind. [C: images]"""
        before = set(product.present)
        self._look_again(product)
        for image in [i for i in product.present if i not in before]:
            try:
                self._client.file(f"{product.resource}/{image}")
            except RefusedError:
                self._remove(product, image)

    def _remove(self, product: _Product, image: str) -> None:
        try:
            self._client.delete(f"{product.resource}/{image}")
        except RefusedError as error:
            if error.facts.remote_code not in facts.IMAGE_GONE_CODES:
                raise
        product.present.remove(image)
        if product.main == image:
            product.main = ""

    def _choose_main(self, product: _Product) -> None:
        """Ours is the main image unless somebody chose another one of theirs."""
        first = next((product.found[i.digest] for i in product.write.images if i.digest in product.found), "")
        theirs = product.main and product.main not in product.found.values()
        if not first or theirs or first == product.main:
            return
        result = self._writer.main_image(product.write.key, product.write.target_id, first)
        if result.outcome is not Outcome.DONE:
            text = str(result.error or "")
            raise RefusedError("prestashop.record_refused", record=product.write.key, text=text)


def _with(product: _Product, result: WriteResult) -> WriteResult:
    """The result with what the product holds of ours."""
    there: Mapping[str, str] = {i: d for i, d in product.learned.items() if i in product.present}
    return WriteResult(
        key=result.key, outcome=result.outcome, target_id=result.target_id, error=result.error,
        remote_code=result.remote_code, images=there,
    )  # fmt: skip
