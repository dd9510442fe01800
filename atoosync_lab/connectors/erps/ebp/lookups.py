"""Finding again what an import file created: by our token, in as few calls as the address allows (A25)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from atoosync_lab.connectors.base import Token
from atoosync_lab.connectors.erps.ebp import facts
from atoosync_lab.connectors.erps.ebp.client import EbpClient
from atoosync_lab.connectors.erps.ebp.paging import Query
from atoosync_lab.connectors.erps.ebp.reads import found_document, split_values, token_of
from atoosync_lab.connectors.erps.ebp.schema import FolderSchema
from atoosync_lab.connectors.erps.ebp.values import Row, text
from atoosync_lab.model.documents import DocumentKind, FoundDocument
from atoosync_lab.model.errors import InvalidRecordError, SettingsError

_LEVELS = 3
"""Steps from a quote to its invoice."""


class EbpLookups:
    """Look-ups in a folder.

    Args:
        client: the API.
        schema: tells where tokens are held.
        warn: takes what a person should look at.
    """

    def __init__(self, client: EbpClient, schema: FolderSchema, warn: Callable[[InvalidRecordError], None]) -> None:
        self._client = client
        self._schema = schema
        self._warn = warn

    def documents(self, tokens: Sequence[Token]) -> dict[str, FoundDocument]:
        """Documents by token. Where EBP has copied the token to the next document, the earlier one is meant.

        Raises:
            SettingsError: the folder has lost the field that held the tokens: nothing can be said.
            As `EbpClient.rows`.
        """
        found: dict[str, FoundDocument] = {}
        for row in self._by_token(facts.DOCUMENT, facts.DOCUMENT_COLUMNS, tokens):
            document = found_document(row, self._client)
            other = found.get(document.token)
            if other is not None and other.kind is document.kind and other.remote_id != document.remote_id:
                self._warn(InvalidRecordError("ebp.found_twice", first=other.number, second=document.number))
            if other is None or _step(document) < _step(other):
                found[document.token] = document
        return found

    def customers(self, tokens: Sequence[Token]) -> dict[str, str]:
        """Customer codes by token; without a field for tokens, by the code itself, which is `Token.reference` then."""
        if self._schema.has_key_field(facts.CUSTOMER):
            rows = self._rows(facts.CUSTOMER, ("Id", facts.KEY_FIELD), facts.KEY_FIELD, [t.token for t in tokens])
            wanted = {t.token for t in tokens}
            return {token: text(row, "Id") for row in rows if (token := token_of(row)) in wanted}
        by_code = {t.reference: t.token for t in tokens if t.reference}
        rows = self._rows(facts.CUSTOMER, ("Id",), "Id", list(by_code))
        return {by_code[code]: code for row in rows if (code := text(row, "Id")) in by_code}

    def settlements(self, tokens: Sequence[Token]) -> dict[str, str]:
        """Settlement ids by token.

        Raises:
            As `documents`.
        """
        found: dict[str, str] = {}
        for row in self._by_token(facts.SETTLEMENT, ("Id", "Reference"), tokens):
            found.setdefault(token_of(row), text(row, "Id"))
        return found

    def documents_after(self, numbers: Sequence[str]) -> dict[str, DocumentKind]:
        """The furthest kind that documents have become, for those that were transformed (A24).

        Followed are `TransferedDocumentId` of the document, `OriginDocumentNumber` of later ones, and later ones with
        the same reference.
        """
        columns = ("Id", "DocumentNumber", "DocumentType", "Reference", "OriginDocumentNumber", "TransferedDocumentId")
        originals = list(self._rows(facts.DOCUMENT, columns, "DocumentNumber", list(dict.fromkeys(numbers))))
        roots: dict[str, set[str]] = {}
        # Names of a document (number, id, reference) -> numbers of the documents it comes from.
        start: dict[str, int] = {}
        references, targets = set[str](), set[str]()
        for row in originals:
            number = text(row, "DocumentNumber")
            start[number] = _type_step(row)
            roots.setdefault("n:" + number, set()).add(number)
            if text(row, "Reference"):
                roots.setdefault("r:" + text(row, "Reference"), set()).add(number)
                references.add(text(row, "Reference"))
            if text(row, "TransferedDocumentId"):
                roots.setdefault("i:" + text(row, "TransferedDocumentId"), set()).add(number)
                targets.add(text(row, "TransferedDocumentId"))
        best: dict[str, DocumentKind] = {}
        later = [
            *self._rows(facts.DOCUMENT, columns, "Id", sorted(targets)),
            *self._rows(facts.DOCUMENT, columns, "Reference", sorted(references)),
        ]
        frontier = set(start)
        for _ in range(_LEVELS):
            later.extend(self._rows(facts.DOCUMENT, columns, "OriginDocumentNumber", sorted(frontier)))
            frontier = self._advance(later, roots, start, best)
            later = []
            if not frontier:
                break
        return best

    def _advance(
        self, later: Sequence[Row], roots: dict[str, set[str]], start: dict[str, int], best: dict[str, DocumentKind]
    ) -> set[str]:
        """Note how far `later` documents bring their roots; the numbers to follow next."""
        frontier: set[str] = set()
        for row in later:
            number, kind = text(row, "DocumentNumber"), facts.DOCUMENT_KINDS.get(text(row, "DocumentType"))
            if kind not in facts.PROGRESS or not number:
                continue
            names = ("n:" + text(row, "OriginDocumentNumber"), "r:" + text(row, "Reference"), "i:" + text(row, "Id"))
            origins = {root for name in names for root in roots.get(name, ()) if root != number}
            step = facts.PROGRESS.index(kind)
            origins = {root for root in origins if step > start[root]}
            if not origins:
                continue
            known = roots.setdefault("n:" + number, set())
            if not origins <= known:
                known.update(origins)
                frontier.add(number)
            for root in origins:
                if root not in best or step > facts.PROGRESS.index(best[root]):
                    best[root] = kind
        return frontier

    def _by_token(self, table: str, columns: Sequence[str], tokens: Sequence[Token]) -> Iterable[Row]:
        wanted = {token.token for token in tokens}
        left = list(tokens)
        found: list[Row] = []
        if self._schema.has_key_field(table):
            held = self._rows(table, (*columns, facts.KEY_FIELD), facts.KEY_FIELD, sorted(wanted))
            found = [row for row in held if token_of(row) in wanted]
            seen = {token_of(row) for row in found}
            # Written before the folder got the field: the reference holds the token.
            left = [token for token in tokens if token.token not in seen and _in_reference(token)]
        elif lost := [token for token in tokens if not _in_reference(token)]:
            raise SettingsError("ebp.key_field_gone", field=facts.KEY_FIELD, table=table, records=len(lost))
        rows = self._rows(table, columns, "Reference", list(dict.fromkeys(token.reference for token in left)))
        return [*found, *(row for row in rows if token_of(row) in wanted)]

    def _rows(self, table: str, columns: Sequence[str], column: str, wanted: Sequence[str]) -> Iterable[Row]:
        query = Query(table=table, columns=tuple(columns))
        for part in split_values(self._client, query, column, wanted):
            for page in self._client.rows(part):
                yield from page


def _in_reference(token: Token) -> bool:
    found = facts.TOKEN_IN_REFERENCE.search(token.reference)
    return found is not None and found[1] == token.token


def _step(document: FoundDocument) -> tuple[int, str]:
    known = document.kind in facts.PROGRESS
    return (facts.PROGRESS.index(document.kind) if known and document.kind else len(facts.PROGRESS), document.number)


def _type_step(row: Row) -> int:
    kind = facts.DOCUMENT_KINDS.get(text(row, "DocumentType"))
    return facts.PROGRESS.index(kind) if kind in facts.PROGRESS else len(facts.PROGRESS)
