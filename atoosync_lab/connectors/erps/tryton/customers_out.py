"""New customers as parties of Tryton, known by their code, which Tryton keeps unique."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from atoosync_lab.connectors.base import Token
from atoosync_lab.connectors.erps.tryton import facts as read_facts
from atoosync_lab.connectors.erps.tryton import writes_facts as facts
from atoosync_lab.connectors.erps.tryton.addresses import Geography, address_values
from atoosync_lab.connectors.erps.tryton.batches import Refusals, divide, in_parts
from atoosync_lab.connectors.erps.tryton.client import TrytonClient
from atoosync_lab.connectors.erps.tryton.lookups import TrytonLookups
from atoosync_lab.connectors.erps.tryton.values import text
from atoosync_lab.model.documents import NewCustomer, PostalAddress
from atoosync_lab.model.errors import InvalidRecordError, OutcomeUnknownError, RefusedError
from atoosync_lab.model.keys import digits, vat_number_key, whole_number

Job = tuple[NewCustomer, Token]


def party_values(
    customer: NewCustomer, geography: Geography, *, account: int | None, with_siret: bool, with_price_list: bool
) -> dict[str, Any]:
    """A customer as a party with its addresses, means of contact and identifiers.

    Args:
        customer: what is known of it.
        geography: countries and their parts.
        account: id of its receivable account; None: the company's own.
        with_siret: the database knows SIREN and SIRET (module `party_siret`).
        with_price_list: parties have a price list (module `sale_price_list`).
    """
    name = customer.name.strip() or customer.code
    record: dict[str, Any] = {"code": customer.code, "name": name}
    addresses = _addresses(customer, name, geography)
    if addresses:
        record["addresses"] = [["create", addresses]]
    contacts = _contacts((customer.invoicing, customer.delivery))
    if contacts:
        record["contact_mechanisms"] = [["create", contacts]]
    named = _identifiers(customer, with_siret=with_siret)
    if named:
        record["identifiers"] = [["create", named]]
    if account is not None:
        record["account_receivable"] = account
    prices = whole_number(customer.price_category)
    if with_price_list and prices:
        record[read_facts.PRICE_LIST_FIELD] = prices
    return record


def without_identifiers(record: Mapping[str, Any]) -> dict[str, Any]:
    """The party without what the server checks by rules of its own: numbers and means of contact."""
    return {name: value for name, value in record.items() if name not in ("identifiers", "contact_mechanisms")}


def _addresses(customer: NewCustomer, name: str, geography: Geography) -> list[dict[str, Any]]:
    invoicing = address_values(customer.invoicing, name, geography)
    delivery = address_values(customer.delivery, name, geography)
    if not invoicing or not delivery or invoicing == delivery:
        one = invoicing or delivery
        return [{**one, "invoice": True, "delivery": True}] if one else []
    return [{**invoicing, "invoice": True}, {**delivery, "delivery": True}]


def _contacts(addresses: Sequence[PostalAddress]) -> list[dict[str, str]]:
    """E-mail, phone and mobile of both addresses, each once."""
    found = [
        (kind, value.strip())
        for address in addresses
        for kind, value in (("email", address.email), ("phone", address.phone), ("mobile", address.mobile))
        if value.strip()
    ]
    return [{"type": kind, "value": value} for kind, value in dict.fromkeys(found)]


def _identifiers(customer: NewCustomer, *, with_siret: bool) -> list[dict[str, str]]:
    found = []
    vat = vat_number_key(customer.vat_number)
    if facts.VAT_NUMBER.match(vat):
        found.append({"type": facts.VAT_TYPE, "code": vat})
    siren = digits(customer.siren)
    if with_siret and siren:
        found.append({"type": facts.SIREN_TYPE, "code": siren})
    return found


class TrytonCustomers:
    """Creates parties.

    Args:
        client: the API.
        lookups: finds those that are there.
        geography: countries and their parts.
    """

    def __init__(self, client: TrytonClient, lookups: TrytonLookups, geography: Geography) -> None:
        self._client = client
        self._lookups = lookups
        self._geography = geography

    def submit(self, customers: Sequence[Job], refusals: Refusals) -> None:
        """Create those that are not there yet."""
        there = set(self._lookups.customers([token for _, token in customers]).values())
        new = [job for job in customers if job[0].code not in there]
        accounts = self._accounts({customer.account for customer, _ in new if customer.account})
        with_siret = self._client.has_module("party_siret")
        with_price_list = self._client.has_field(read_facts.PARTY, read_facts.PRICE_LIST_FIELD)
        records: dict[str, dict[str, Any]] = {}
        ready: list[Job] = []
        for customer, token in new:
            if customer.account and customer.account not in accounts:
                refusals.say(token.key, "tryton.no_account", account=customer.account)
                continue
            records[token.key] = party_values(
                customer,
                self._geography,
                account=accounts.get(customer.account),
                with_siret=with_siret,
                with_price_list=with_price_list,
            )
            ready.append((customer, token))
        for part in in_parts(ready, facts.RECORDS_A_CALL):
            self._create(part, records, refusals, with_siret=with_siret)

    def _create(
        self, jobs: Sequence[Job], records: Mapping[str, Mapping[str, Any]], refusals: Refusals, *, with_siret: bool
    ) -> None:
        doubtful: dict[str, tuple[Job, str]] = {}

        def create(part: list[Job]) -> None:
            self._client.create(read_facts.PARTY, [records[token.key] for _, token in part])

        def bare(part: list[Job]) -> None:
            self._client.create(read_facts.PARTY, [without_identifiers(records[token.key]) for _, token in part])
            for customer, token in part:
                said = doubtful[token.key][1]
                self._client.warn(InvalidRecordError("tryton.customer_bare", customer=customer.code, text=said))

        def refuse(job: Job, error: RefusedError | OutcomeUnknownError) -> None:
            refusals.add(job[1].key, error)

        def doubt(job: Job, error: RefusedError | OutcomeUnknownError) -> None:
            if without_identifiers(records[job[1].key]) == records[job[1].key]:
                refuse(job, error)
                return
            doubtful[job[1].key] = (job, error.facts.detail or error.message.text())

        divide(list(jobs), create, left=self._left, refuse=doubt)
        # A wrong VAT number or e-mail address is no reason to leave an order: the party is made without them.
        divide([job for job, _ in doubtful.values()], bare, left=self._left, refuse=refuse)
        if with_siret:
            self._add_sirets([job for job in jobs if job[1].key not in doubtful and job[1].key not in refusals])

    def _add_sirets(self, jobs: Sequence[Job]) -> None:
        """Give new parties their SIRET: it belongs to an address, which has no id before the party has one."""
        wanted = {
            customer.code: digits(customer.siren) + digits(customer.nic)
            for customer, _ in jobs
            if digits(customer.siren) and digits(customer.nic)
        }
        if not wanted:
            return
        domain = [["party.code", "in", sorted(wanted)], ["invoice", "=", True]]
        rows = {
            text(row, "party.code"): row for row in self._client.find(facts.ADDRESS, domain, ("party", "party.code"))
        }
        records = [
            {"party": rows[code]["party"], "address": rows[code]["id"], "type": facts.SIRET_TYPE, "code": number}
            for code, number in wanted.items()
            if code in rows
        ]

        def refuse(record: dict[str, Any], error: RefusedError | OutcomeUnknownError) -> None:
            said = error.facts.detail or error.message.text()
            code = next((code for code, row in rows.items() if row["id"] == record["address"]), "")
            self._client.warn(InvalidRecordError("tryton.customer_bare", customer=code, text=said))

        divide(records, lambda part: self._make(facts.IDENTIFIER, part), left=list, refuse=refuse)

    def _make(self, model: str, records: Sequence[Mapping[str, Any]]) -> None:
        self._client.create(model, records)

    def _left(self, jobs: list[Job]) -> list[Job]:
        there = set(self._lookups.customers([token for _, token in jobs]).values())
        return [job for job in jobs if job[0].code not in there]

    def _accounts(self, codes: set[str]) -> dict[str, int]:
        """Receivable accounts by code."""
        if not codes:
            return {}
        domain = [["code", "in", sorted(codes)], ["type.receivable", "=", True], ["company", "=", self._client.company]]
        return {text(row, "code"): int(row["id"]) for row in self._client.find("account.account", domain, ("code",))}
