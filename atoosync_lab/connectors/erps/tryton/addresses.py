"""Addresses of documents: Tryton's point to addresses of the party, so that an equal one is used again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from atoosync_lab.connectors.erps.tryton import writes_facts as facts
from atoosync_lab.connectors.erps.tryton.batches import divide, in_parts
from atoosync_lab.connectors.erps.tryton.client import TrytonClient
from atoosync_lab.connectors.erps.tryton.values import Row, text
from atoosync_lab.model.documents import PostalAddress
from atoosync_lab.model.errors import InvalidRecordError, OutcomeUnknownError, RefusedError

Key = tuple[str, ...]
"""What makes two addresses of a party equal, letter case and spaces aside."""

_FIELDS = (
    "party",
    "party_name",
    "attn",
    "street",
    "postal_code",
    "city",
    "country",
    "subdivision",
    "invoice",
    "delivery",
)
_TEXTS = ("party_name", "attn", "street", "postal_code", "city")
_PLACES = ("country", "subdivision")


def _key(row: Mapping[str, Any]) -> Key:
    texts = [" ".join(str(row.get(name) or "").split()).casefold() for name in _TEXTS]
    return (*texts, *(str(row.get(name) or "") for name in _PLACES))


class Geography:
    """Countries and their parts by code and name, read as they are needed.

    Args:
        client: the API.
    """

    def __init__(self, client: TrytonClient) -> None:
        self._client = client
        self._countries: dict[str, int] | None = None
        self._parts: dict[str, list[Row]] = {}
        self._kinds: dict[str, set[str]] = {}
        self._missing: set[str] = set()

    def country(self, code: str) -> int | None:
        """Id of a country by its code of two letters; None when Tryton's list lacks it, which a person is told once."""
        if not code:
            return None
        if self._countries is None:
            rows = self._client.find("country.country", [], ("code",))
            self._countries = {text(row, "code").upper(): int(row["id"]) for row in rows if text(row, "code")}
        found = self._countries.get(code.upper())
        if found is None and code.upper() not in self._missing:
            self._missing.add(code.upper())
            self._client.warn(InvalidRecordError("tryton.no_country", country=code.upper()))
        return found

    def subdivision(self, code: str, state: str) -> int | None:
        """Id of a country's part by name or code, when it is of a sort that addresses of the country show."""
        if not state.strip() or self.country(code) is None:
            return None
        code = code.upper()
        if code not in self._parts:
            fields = ("code", "name", "type")
            self._parts[code] = self._client.find(facts.SUBDIVISION, [["country.code", "=", code]], fields)
            kinds = self._client.find(facts.SUBDIVISION_TYPES, [["country_code", "=", code]], ("types",))
            self._kinds[code] = {str(kind) for row in kinds for kind in row.get("types") or ()}
        wanted = state.strip().casefold()
        for row in self._parts[code]:
            names = (text(row, "name").casefold(), text(row, "code").casefold(), text(row, "code")[3:].casefold())
            if wanted in names and (not self._kinds[code] or text(row, "type") in self._kinds[code]):
                return int(row["id"])
        return None


def address_values(address: PostalAddress, party_name: str, geography: Geography) -> dict[str, Any]:
    """An address as Tryton keeps it; empty when nothing of it is known.

    Args:
        address: as it stands on a document.
        party_name: name of the party, which an address need not repeat.
        geography: countries and their parts.
    """
    street = [address.address1, address.address2, address.address3, address.address4]
    subdivision = geography.subdivision(address.country, address.state)
    if address.state.strip() and subdivision is None:
        # Printed below the street rather than lost.
        street.append(address.state)
    person = " ".join(part for part in (address.contact_first_name.strip(), address.contact_name.strip()) if part)
    name = address.name.strip()
    texts = {
        "party_name": "" if name.casefold() == party_name.strip().casefold() else name,
        "attn": "" if person.casefold() in (name.casefold(), party_name.strip().casefold()) else person,
        "street": "\n".join(part.strip() for part in street if part.strip()),
        "postal_code": address.postcode.strip(),
        "city": address.city.strip(),
    }
    if not any(texts.values()):
        return {}
    return {
        **{name: value or None for name, value in texts.items()},
        "country": geography.country(address.country),
        "subdivision": subdivision,
    }


class Addresses:
    """Addresses of some parties.

    Args:
        client: the API.
        geography: countries and their parts.
    """

    def __init__(self, client: TrytonClient, geography: Geography) -> None:
        self._client = client
        self.geography = geography

    def ids(
        self,
        wanted: Sequence[tuple[int, Mapping[str, Any]]],
        refuse: Callable[[int, RefusedError | OutcomeUnknownError], None],
    ) -> list[int | None]:
        """Ids of addresses, each of a party: an equal one where there is, else a new one.

        Args:
            wanted: party and `address_values`; without values the party's first address is meant.
            refuse: takes the place in `wanted` of each address that the server refuses.

        Returns:
            In the order asked; None for a refused address, and for a party without any.
        """
        rows = self._read(wanted)
        known: dict[tuple[int, Key], int] = {}
        first: dict[int, int] = {}
        for row in rows:
            party = int(row["party"])
            known.setdefault((party, _key(row)), int(row["id"]))
            first.setdefault(party, int(row["id"]))
        new = {
            (party, _key(given)): {"party": party, **given}
            for party, given in wanted
            if given and (party, _key(given)) not in known
        }
        refused: dict[tuple[int, Key], RefusedError | OutcomeUnknownError] = {}

        def make(part: list[tuple[int, Key]]) -> None:
            known.update(zip(part, self._client.create(facts.ADDRESS, [new[asked] for asked in part]), strict=True))

        for part in in_parts(list(new), facts.RECORDS_A_CALL):
            divide(part, make, left=list, refuse=refused.__setitem__)
        found: list[int | None] = []
        for place, (party, given) in enumerate(wanted):
            asked = (party, _key(given))
            if asked in refused:
                refuse(place, refused[asked])
            found.append(known.get(asked) if given else first.get(party))
        return found

    def _read(self, wanted: Sequence[tuple[int, Mapping[str, Any]]]) -> Iterable[Row]:
        """Addresses that may be meant: a party for all buyers has thousands, of which few have the postcode."""
        bare = sorted({party for party, given in wanted if not given})
        codes: set[str | None] = {given["postal_code"] for _, given in wanted if given}
        full = sorted({party for party, given in wanted if given})
        choices: list[Any] = []
        for start in range(0, len(full), facts.TOKENS_A_CALL):
            parties = full[start : start + facts.TOKENS_A_CALL]
            texts: list[Any] = ["OR", ["postal_code", "in", sorted(code for code in codes if code)]]
            if None in codes:
                texts += [["postal_code", "=", None], ["postal_code", "=", ""]]
            choices.append([["party", "in", parties], texts])
        if bare:
            choices.append([["party", "in", bare], ["invoice", "=", True]])
            choices.append([["party", "in", bare]])
        for choice in choices:
            yield from self._client.find(facts.ADDRESS, choice, _FIELDS)
