"""Batches in halves, addresses and the server's questions, without a server."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.connectors.base import Token
from atoosync_lab.connectors.erps.tryton.addresses import Geography, address_values
from atoosync_lab.connectors.erps.tryton.batches import Refusals, divide, in_parts
from atoosync_lab.connectors.erps.tryton.payments import Account, Job, Journal, statement_values
from atoosync_lab.connectors.erps.tryton.questions import Questions
from atoosync_lab.model.documents import DocumentKind, PostalAddress, Settlement
from atoosync_lab.model.errors import OutcomeUnknownError, RefusedError, UnsentError
from tests.connectors.tryton.answers import Refusal, Server

FIND = "search_read"


@given(st.lists(st.integers(1, 300), max_size=60))
def test_parts_hold_all_items_in_order_within_their_limits(weights: list[int]) -> None:
    parts = list(in_parts(weights, 20, lambda weight: weight, 250))
    assert [weight for part in parts for weight in part] == weights
    assert all(len(part) <= 20 and (sum(part) <= 250 or len(part) == 1) for part in parts)


@pytest.mark.pitfall("PB-58")
@given(st.integers(1, 40), st.sets(st.integers(0, 39)), st.booleans())
def test_every_good_item_is_done_once_and_every_bad_one_named(count: int, bad: set[int], crashes: bool) -> None:
    done: list[int] = []
    refused: dict[int, str] = {}
    error = OutcomeUnknownError("tryton.crashed") if crashes else RefusedError("tryton.refused")

    def act(part: list[int]) -> None:
        if bad & set(part):
            raise error
        done.extend(part)

    divide(
        list(range(count)),
        act,
        lambda part: [i for i in part if i not in done],
        lambda i, e: refused.update({i: e.code}),
    )
    assert sorted(done) == [i for i in range(count) if i not in bad]
    assert set(refused) == {i for i in range(count) if i in bad}


def test_other_errors_are_no_refusals() -> None:
    for error in (OutcomeUnknownError("http.timeout"), UnsentError("http.unreachable")):

        def act(part: list[int], error: Exception = error) -> None:
            raise error

        with pytest.raises(type(error)):
            divide([1, 2], act, list, lambda item, error: None)


def test_work_done_although_the_server_failed_afterwards_is_done() -> None:
    done: list[int] = []

    def act(part: list[int]) -> None:
        done.extend(part)
        raise OutcomeUnknownError("tryton.crashed")

    divide([1, 2, 3], act, lambda part: [i for i in part if i not in done], lambda item, error: pytest.fail(str(item)))
    assert done == [1, 2, 3]


def test_first_reason_of_a_record_is_kept() -> None:
    refusals = Refusals()
    refusals.say("1", "tryton.no_customer", customer="A")
    refusals.add("1", RefusedError("tryton.refused", text="later"))
    assert [r.code for r in refusals.records()] == ["tryton.no_customer"]
    assert "1" in refusals
    assert "2" not in refusals


def geography(**answers: Any) -> tuple[Geography, Server]:
    server = Server({
        f"model.country.country.{FIND}": [{"id": 3, "code": "FR"}, {"id": 4, "code": "US"}],
        f"model.country.subdivision.{FIND}": [
            {"id": 9, "code": "US-CA", "name": "California", "type": "state"},
            {"id": 8, "code": "US-XX", "name": "Some county", "type": "county"},
        ],
        f"model.party.address.subdivision_type.{FIND}": [{"id": 1, "types": ["state"]}],
        **answers,
    })  # fmt: skip
    return Geography(server.client()), server


@pytest.mark.pitfall("PB-18")
def test_address_of_a_state() -> None:
    places, _ = geography()
    address = PostalAddress(
        name="Ann Lee", address1="1 Main St", address3="Apt 2", postcode="02108", city="Fresno", state="ca",
        country="US", contact_name="Lee", contact_first_name="Ann",
    )  # fmt: skip
    assert address_values(address, "Company", places) == {
        "party_name": "Ann Lee", "attn": None, "street": "1 Main St\nApt 2", "postal_code": "02108", "city": "Fresno",
        "country": 4, "subdivision": 9,
    }  # fmt: skip


def test_state_that_the_country_does_not_show_is_printed() -> None:
    places, _ = geography()
    found = address_values(PostalAddress(address1="1 Main St", state="Some county", country="US"), "C", places)
    assert found["street"] == "1 Main St\nSome county"
    assert found["subdivision"] is None


def test_unknown_country_is_told_once() -> None:
    places, server = geography()
    for _ in range(2):
        assert address_values(PostalAddress(city="Oslo", country="NO"), "C", places)["country"] is None
    assert [w.code for w in server.warnings] == ["tryton.no_country"]
    assert address_values(PostalAddress(country="FR"), "C", places) == {}, "nothing to write"


def test_known_questions_are_answered_for_the_whole_batch_and_then_ahead() -> None:
    asked = [Refusal("UserWarning", ["0" * 32 + ".invoice_taxes", "Other taxes?", ""]), None]
    server = Server({"model.account.invoice.post": lambda _: asked.pop(0), "model.res.user.warning.create": [1, 2]})
    questions = Questions(server.client())
    questions.run("account.invoice.post", [5, 6])
    methods = [m for m in server.seen if m.startswith("model.account.invoice") or "warning" in m]
    assert methods == ["model.account.invoice.post", "model.res.user.warning.create", "model.account.invoice.post"]
    made = next(b for b in server.bodies if b["method"] == "model.res.user.warning.create")["params"][0]
    assert len(made) == 3, "the one asked, and that of each record"
    assert all(row["name"].endswith(".invoice_taxes") and row["always"] is False for row in made)
    asked.append(None)
    questions.run("account.invoice.post", [7])
    assert [m for m in server.seen if "warning" in m or "invoice" in m][-2:] == [
        "model.res.user.warning.create", "model.account.invoice.post",
    ]  # fmt: skip


def test_other_questions_are_refusals() -> None:
    question = Refusal("UserWarning", ["0" * 32 + ".invoice_date_future", "A day to come?", ""])
    server = Server({"model.account.invoice.post": question})
    with pytest.raises(RefusedError) as caught:
        Questions(server.client()).run("account.invoice.post", [5])
    assert caught.value.code == "tryton.warning"
    assert "model.res.user.warning.create" not in server.seen


def test_statement_shares_what_is_due_among_the_payments_of_an_invoice() -> None:
    place = Account(party=1, account=2, invoice=3, due=Decimal(100))

    def job(amount: str, kind: DocumentKind = DocumentKind.INVOICE, where: Account = place) -> Job:
        paid = Settlement(key=amount, amount=Decimal(amount), date=dt.date(2026, 11, 3), payment_means="1")
        return Job(paid, Token(key=amount, token=amount, reference="CB"), kind, where)

    back = Account(party=1, account=2, invoice=4, due=Decimal(-30))
    jobs = [job("60"), job("50"), job("30", DocumentKind.CREDIT_NOTE, back)]
    record = statement_values(Journal(1, "EUR", "balance", Decimal(5)), jobs, 1)
    lines = record["lines"][0][1]
    assert [(row["amount"], row.get("related_to")) for row in lines] == [
        (60, "account.invoice,3"), (40, "account.invoice,3"), (10, None), (-30, "account.invoice,4"),
    ]  # fmt: skip
    assert (record["start_balance"], record["end_balance"]) == (5, 85)
