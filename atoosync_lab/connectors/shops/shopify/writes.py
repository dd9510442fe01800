"""Sheets, prices and statuses: absolute values, many mutations a request, a file from a number of prices on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from atoosync_lab.connectors.base import PriceWrite, ProductWrite, StatusWrite, WriteResult
from atoosync_lab.connectors.shops.shopify import answers, bulk, facts, inputs, operations, paging
from atoosync_lab.connectors.shops.shopify.answers import UserError
from atoosync_lab.connectors.shops.shopify.batches import Reply, Run
from atoosync_lab.connectors.shops.shopify.client import ShopifyClient, Warn
from atoosync_lab.connectors.shops.shopify.creation import Creator, publish
from atoosync_lab.connectors.shops.shopify.gids import gid, number
from atoosync_lab.connectors.shops.shopify.lookups import Lookups
from atoosync_lab.connectors.shops.shopify.outcomes import BLOCKED, done, in_doubt, refused, told, unsent
from atoosync_lab.model.errors import OutcomeUnknownError, RefusedError
from atoosync_lab.model.i18n import Message
from atoosync_lab.model.keys import whole_number
from atoosync_lab.model.money import plain


@dataclass
class _Unit:
    """Values of one variant, and the record that wants them."""

    key: str
    target: str
    kind: str
    product: str
    variant: str
    values: dict[str, Any]


@dataclass
class _Group:
    """Variants of one product, written by one mutation."""

    product: str
    units: list[_Unit] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, Any]:
        """As the mutation takes them."""
        variants = [{"id": gid("ProductVariant", u.variant), **u.values} for u in self.units]
        return {"productId": gid("Product", self.product), "variants": variants}


class Writer:
    """Writes the catalogue of one shop.

    A shop that can no longer be written to ends a batch: records already sent keep their results, the others come back
    as not sent. When nothing was sent at all, the cause is raised.
    """

    def __init__(self, client: ShopifyClient, lookups: Lookups, warn: Warn) -> None:
        self._client, self._lookups, self._warn = client, lookups, warn
        self._creator = Creator(client, lookups, warn)

    # --- Sheets ---------------------------------------------------------------------------------------------------

    def products(self, batch: Sequence[ProductWrite]) -> list[WriteResult]:
        """Create and update.

        Raises:
            UnsentError, RateLimitedError, ThrottledError, ConnectionFailedError: nothing was sent.
        """
        run = Run(self._client)
        results = self._creator.create([w for w in batch if not w.target_id], run)
        results.update(self._update([w for w in batch if w.target_id], run))
        return [results[w.key] for w in batch]

    def _update(self, writes: Sequence[ProductWrite], run: Run) -> dict[str, WriteResult]:
        results: dict[str, WriteResult] = {}
        sheets: list[tuple[ProductWrite, dict[str, Any]]] = []
        units: list[_Unit] = []
        for write in writes:
            try:
                sheet = inputs.sheet(write, self._language(write)) if write.kind == "product" else {}
                values = inputs.unit(write)
            except RefusedError as error:
                results[write.key] = refused(write.key, error, write.target_id)
                continue
            if "handle" in sheet:
                # The address that search engines know goes on working.
                sheet["redirectNewHandle"] = True
            if sheet:
                sheets.append((write, sheet))
            if values:
                units.append(_unit(write, values))
            results[write.key] = done(write.key, write.target_id)
        replies = run.send(
            operations.sheets,
            sheets,
            lambda n, item: {f"i{n}": {"id": gid("Product", item[0].target_id), **item[1]}},
            facts.PRICE_ALIASES,
        )
        shown: dict[str, str] = {}
        for (write, sheet), reply in zip(sheets, replies, strict=True):
            if not reply.ok:
                results[write.key] = reply.failed(write.key, write.target_id)
            elif sheet.get("status") == "ACTIVE":
                shown[write.target_id] = write.key
        # What a refused sheet asked of its variant waits with it: a record is written whole, or told as not written.
        left = {key for key, result in results.items() if result.error is not None}
        results.update(self._units([u for u in units if u.key not in left], run))
        for identifier, reply in publish(run, self._lookups, list(shown), self._warn).items():
            if results[shown[identifier]].error is None:
                results[shown[identifier]] = reply.failed(shown[identifier], identifier)
        return results

    def _language(self, write: ProductWrite) -> str:
        return self._lookups.language if len({t.partition("@")[2] for t in write.texts}) > 1 else ""

    # --- Prices ---------------------------------------------------------------------------------------------------

    def prices(self, batch: Sequence[PriceWrite]) -> list[WriteResult]:
        """Prices of products without variants, and of variants.

        Raises:
            UnsentError, RateLimitedError, ThrottledError, ConnectionFailedError: nothing was sent.
        """
        units = [_unit(w, {"price": plain(w.price)}) for w in batch]
        results = self._units(units, Run(self._client))
        return [results[w.key] for w in batch]

    def _units(self, units: Sequence[_Unit], run: Run) -> dict[str, WriteResult]:
        """Write values of variants, one mutation a product."""
        results: dict[str, WriteResult] = {}
        known = self._with_variants(units, run, results)
        groups: dict[tuple[str, int], _Group] = {}
        sizes: dict[str, int] = {}
        for unit in known:
            place = sizes.get(unit.product, 0)
            sizes[unit.product] = place + 1
            groups.setdefault((unit.product, place // facts.MAX_ARRAY), _Group(unit.product)).units.append(unit)
        work = list(groups.values())
        if len(work) >= facts.BULK_PRICES_FROM and run.blocked is None:
            left = self._in_file(work, run, results)
            if left is None:
                return results
            work = left
        replies = run.send(
            operations.prices,
            work,
            lambda n, group: {f"p{n}": group.variables["productId"], f"v{n}": group.variables["variants"]},
            facts.PRICE_ALIASES,
        )
        for group, reply in zip(work, replies, strict=True):
            results.update(_group_results(group, reply))
        return results

    def _with_variants(self, units: Sequence[_Unit], run: Run, results: dict[str, WriteResult]) -> list[_Unit]:
        """The units whose variant is known; that of a product is looked up where the record did not bring it."""
        unknown = [u for u in units if not u.variant]
        if not unknown:
            return list(units)
        ids = [gid("Product", n) for n in dict.fromkeys(u.product for u in unknown) if whole_number(n) is not None]
        found: dict[str, Mapping[str, Any]] = {}
        try:
            for nodes in paging.by_ids(self._client, operations.FIRST_VARIANTS, ids, facts.IDS_PAGE):
                found.update((number(str(node["id"])), node) for node in nodes)
        except (*BLOCKED, OutcomeUnknownError) as error:
            if not run.tried:
                raise
            results.update((u.key, unsent(u.key, error, u.target)) for u in unknown)
            return [u for u in units if u.variant]
        for unit in unknown:
            node = found.get(unit.product)
            if node is None:
                gone = Message("shopify.gone", {"resource": "products", "id": unit.target})
                results[unit.key] = refused(unit.key, gone, unit.target)
            elif not node["hasOnlyDefaultVariant"]:
                several = Message("shopify.several_variants", {"record": unit.key})
                results[unit.key] = refused(unit.key, several, unit.target)
            else:
                unit.variant = number(str(node["variants"]["nodes"][0]["id"]))
        return [u for u in units if u.variant]

    def _in_file(self, work: list[_Group], run: Run, results: dict[str, WriteResult]) -> list[_Group] | None:
        """Write many groups by one bulk operation; None when that settled all, else what is to be written one by one.

        Raises:
            UnsentError, RateLimitedError, ThrottledError, ConnectionFailedError: nothing was sent.
        """
        try:
            lines = bulk.run_mutation(self._client, operations.BULK_PRICES, [group.variables for group in work])
        except (bulk.BusyError, RefusedError):
            return work
        except OutcomeUnknownError:
            run.tried = True
            results.update((u.key, in_doubt(u.key, u.target)) for group in work for u in group.units)
            return None
        except BLOCKED as error:
            if not run.tried:
                raise
            run.blocked = error
            return work
        run.tried = True
        for place, group in enumerate(work):
            line = lines.get(place)
            if line is None:
                results.update((u.key, in_doubt(u.key, u.target)) for u in group.units)
                continue
            payload = next(iter((line.get("data") or {}).values()), None)
            if payload is None:
                failure = answers.error_of(answers.first_error(line), "BulkPrices")
                results.update(_group_results(group, Reply(failure=failure)))
            else:
                results.update(_group_results(group, Reply(payload, tuple(answers.user_errors(payload)))))
        return None

    # --- Statuses -------------------------------------------------------------------------------------------------

    def status(self, batch: Sequence[StatusWrite]) -> list[WriteResult]:
        """Activate and show, or put aside as a draft.

        Raises:
            UnsentError, RateLimitedError, ThrottledError, ConnectionFailedError: nothing was sent.
        """
        run = Run(self._client)
        replies = run.send(
            operations.sheets,
            batch,
            lambda n, w: {f"i{n}": {"id": gid("Product", w.target_id), "status": "ACTIVE" if w.active else "DRAFT"}},
            facts.PRICE_ALIASES,
        )
        results = {}
        shown = []
        for write, reply in zip(batch, replies, strict=True):
            results[write.key] = (
                done(write.key, write.target_id) if reply.ok else reply.failed(write.key, write.target_id)
            )
            if reply.ok and write.active:
                shown.append(write)
        hidden = publish(run, self._lookups, [w.target_id for w in shown], self._warn)
        for write in shown:
            if (reply_of := hidden.get(write.target_id)) is not None:
                results[write.key] = reply_of.failed(write.key, write.target_id)
        return [results[w.key] for w in batch]


def _unit(write: ProductWrite | PriceWrite, values: dict[str, Any]) -> _Unit:
    variant = write.kind == "variant"
    return _Unit(
        key=write.key,
        target=write.target_id,
        kind=write.kind,
        product=write.parent_id if variant else write.target_id,
        variant=write.target_id if variant else write.unit_id,
        values=values,
    )


def _group_results(group: _Group, reply: Reply) -> dict[str, WriteResult]:
    """Results of one mutation: an error that names a variant is that one's alone, any other all of them's."""
    if reply.failure is not None:
        return {u.key: reply.failed(u.key, u.target) for u in group.units}
    own: dict[int, list[UserError]] = {}
    common: list[UserError] = []
    for error in reply.errors:
        place = error.place
        if place is not None and place < len(group.units):
            own.setdefault(place, []).append(error)
        else:
            common.append(error)
    results = {}
    for place, unit in enumerate(group.units):
        errors = own.get(place) or common
        results[unit.key] = told(unit.key, errors, unit.target) if errors else done(unit.key, unit.target)
    return results
