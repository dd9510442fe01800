"""One request as resolvers see it: the state, the caller's rights, what went wrong, rows already read."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.shopify import facts
from atoosync_lab.sandbox.shopify.engine import FieldError
from atoosync_lab.sandbox.shopify.state import IN, ShopState, ids
from atoosync_lab.sandbox.shopify.values import Row


@dataclass
class Context:
    """A request.

    Attributes:
        state: The shop.
        version: Version served.
        scopes: Scopes of the token, with what they imply.
        base: Address of this server, for links to files.
        settings: The shop's settings as they were when the request came.
        unlimited: Set for bulk operations, which page without limits.
        speed: Divides waiting times; 0 means none.
        errors: Errors of the answer.
        searches: Warnings about search texts.
        idempotency_key: Key of the mutation that runs.
        single_product: Set when one product is asked for by its id: more of its variants may be read at once.
        memo: What resolvers worked out for rows of this request.
    """

    state: ShopState
    version: str
    scopes: frozenset[str]
    base: str
    settings: dict[str, Any]
    unlimited: bool = False
    speed: float = 1.0
    errors: list[dict[str, Any]] = field(default_factory=list)
    searches: list[dict[str, Any]] = field(default_factory=list)
    idempotency_key: str | None = None
    single_product: bool = False
    memo: dict[str, Any] = field(default_factory=dict)
    _rows: dict[str, dict[int, Row]] = field(default_factory=dict)

    def guard(self, kind: str, name: str) -> None:
        """Refuse a field that the token's scopes or the shop's switches do not allow.

        Raises:
            FieldError: the code is ACCESS_DENIED.
        """
        if kind == "QueryRoot":
            self._need(name, facts.QUERY_SCOPES.get(name))
        elif kind == "Mutation":
            prefix = next((scope for word, scope in facts.MUTATION_SCOPES if name.startswith(word)), None)
            self._need(name, prefix)
        elif (kind, name) in facts.OBJECT_SCOPES:
            self._need(name, facts.OBJECT_SCOPES[kind, name])
        if not self.settings["protected_customer_data"] and name in facts.PROTECTED_FIELDS.get(kind, ()):
            raise FieldError(
                f"This app is not approved to use the {name} field. See {facts.DOC_PROTECTED} for more details.",
                {"code": "ACCESS_DENIED", "documentation": facts.DOC_PROTECTED},
            )

    def _need(self, name: str, scope: str | None) -> None:
        if scope is None or scope in self.scopes:
            return
        needed = f"`{scope}` access scope."
        raise FieldError(
            f"Access denied for {name} field. Required access: {needed}",
            {"code": "ACCESS_DENIED", "documentation": facts.DOC_ACCESS, "requiredAccess": needed},
        )

    def note_search(self, query: str | None, warnings: list[dict[str, str]]) -> None:
        """Remember what a search text could not use; it is told in `extensions.search`."""
        if warnings:
            self.searches.append({"query": query, "warnings": warnings})

    def load(self, table: str, records: list[Any]) -> list[Row | None]:
        """Rows by id, each read once a request."""
        known = self._rows.setdefault(table, {})
        missing = {record for record in records if record is not None and record not in known}
        if missing:
            for row in self.state.rows(table, f"id {IN}", ids(missing)):
                known[row["id"]] = row
        return [known.get(record) if record is not None else None for record in records]

    def forget(self) -> None:
        """Drop rows read so far: a mutation has changed some."""
        self._rows.clear()
        self.memo.clear()

    @property
    def currency(self) -> str:
        """The shop's currency."""
        return str(self.settings["currency"])

    def bag(self, amount: Any, row: Row | None = None) -> tuple[str, str, str | None, str | None]:
        """An amount as a MoneyBag; the order's row tells the currency that the customer saw."""
        if row is None:
            return str(amount), self.currency, None, None
        return str(amount), row["currency"], row["presentment_rate"], row["presentment_currency"]

    def tax_rate(self) -> Decimal:
        """The shop's usual tax rate (0.20)."""
        return Decimal(str(self.settings["default_tax_rate"]))


def implied(scopes: frozenset[str] | set[str] | list[str]) -> frozenset[str]:
    """Scopes with those they hold: `write_x` holds `read_x`."""
    found = set(scopes)
    found |= {"read_" + scope[6:] for scope in found if scope.startswith("write_")}
    return frozenset(found)
