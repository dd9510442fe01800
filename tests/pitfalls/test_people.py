"""The kinds of complaints about buyers, references and what must wait for what."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from atoosync_lab.applying.context import Tally
from atoosync_lab.applying.orders import apply_statuses
from atoosync_lab.connectors.base import Capability, OrderStatusWrite, Outcome, WriteResult
from atoosync_lab.mapping.customers import cut
from atoosync_lab.model.keys import product_key
from atoosync_lab.model.sales import Address, Customer
from atoosync_lab.orders.context import CustomerChoice, item_finder
from atoosync_lab.orders.customers import CustomerResolver
from atoosync_lab.settings.customers import CustomerSettings
from atoosync_lab.store.ledger import State
from tests.orders.builders import address, bundle, line, make, settings, with_order
from tests.orders.test_customers import Index

few = hypothesis_settings(max_examples=60, deadline=None)
MAYBE = st.sampled_from(["", "  ", "Doe", "Ömer", "Camille"])


@pytest.mark.spec("ORD-29", "CLI-20")
@pytest.mark.pitfall("PB-16")
@few
@given(MAYBE, MAYBE, MAYBE, MAYBE, st.sampled_from(["", "Test@Example.org", "test@example.org"]), st.booleans())
def test_any_buyer_has_a_name_and_one_address_of_mail_is_one_customer(
    company: str, last: str, first: str, city: str, mail: str, guest: bool
) -> None:
    resolver = CustomerResolver(CustomerSettings(), settings(), Index())
    choices = []
    for number, email in enumerate((mail, mail.upper()), 31):
        where = Address(remote_id="7", company=company, last_name=last, first_name=first, city=city, country="FR")
        buyer = Customer(remote_id=str(number), email=email, is_guest=guest)
        order = bundle([line()], "12.00", customer=buyer, invoicing=where, delivery=where)
        choice = resolver.resolve(with_order(order, customer_id=str(number), remote_id=str(number), is_guest=guest))
        assert isinstance(choice, CustomerChoice)
        assert choice.name.strip()
        assert choice.new is not None
        choices.append(choice)
    assert (choices[0].code == choices[1].code) == bool(mail)


@pytest.mark.spec("ORD-03", "CLI-24")
@pytest.mark.pitfall("PB-18")
def test_corsica_is_france_and_a_leading_zero_stays() -> None:
    for postcode in ("20090", "20200", "01000"):
        made = make(
            bundle([line()], "12.00", delivery=address(postcode=postcode), invoicing=address(postcode=postcode))
        )
        assert (made.document.delivery.postcode, made.document.invoicing.postcode) == (postcode, postcode)
        assert made.document.territoriality == "T"
        assert made.warnings == ()


@pytest.mark.spec("ORD-03", "CLI-24")
@pytest.mark.pitfall("PB-18")
@few
@given(
    st.from_regex(r"\A[0-9]{5}\Z") | st.integers(97000, 98899).map(str),
    st.sampled_from(["06.12.34.56.78", "+33 6 12 34 56 78", "0612345678", "0033612345678"]),
)
def test_postcodes_and_phones_are_texts_and_overseas_is_said(postcode: str, phone: str) -> None:
    where = address(postcode=postcode, phone=phone)
    made = make(bundle([line()], "12.00", delivery=where, invoicing=where))
    assert (made.document.delivery.postcode, made.document.delivery.phone) == (postcode, phone)
    overseas = {w.code for w in made.warnings} == {"orders.overseas_postcode"}
    assert overseas == (postcode[:3] in OVERSEAS)


OVERSEAS = frozenset({"971", "972", "973", "974", "975", "976", "977", "978", "984", "986", "987", "988"})
"""Beginnings of postcodes of overseas departments and territories (La Poste)."""


@pytest.mark.spec("ART-05", "SHOP-11")
@pytest.mark.pitfall("PB-27")
@few
@given(st.lists(st.text("aA1 -", min_size=1, max_size=4), max_size=6), st.text("aA1 -", max_size=4), st.booleans())
def test_references_are_found_without_their_spaces_and_never_guessed(ids: list[str], wanted: str, fold: bool) -> None:
    found = item_finder(ids, case_insensitive=fold)((wanted,))
    if found is None:
        assert product_key(wanted) not in {product_key(i) for i in ids} - {""}
    else:
        assert found in ids
        assert product_key(found) == product_key(wanted) or (
            fold and product_key(found).casefold() == product_key(wanted).casefold()
        )
        if product_key(found) != product_key(wanted):
            same = {product_key(i) for i in ids if product_key(i).casefold() == product_key(wanted).casefold()}
            assert len(same) == 1


@pytest.mark.spec("CLI-25")
@pytest.mark.pitfall("PB-33")
@few
@given(st.text(max_size=80), st.integers(1, 60))
def test_text_that_is_cut_is_a_beginning_of_itself(text: str, length: int) -> None:
    kept = cut(text, length)
    assert len(kept) <= length
    assert text.strip().startswith(kept.strip())


class Ledger:
    """Documents and status rows in memory."""

    def __init__(self, documents: dict[str, State]) -> None:
        self.documents = {
            k: SimpleNamespace(key=k, state=s, target_number="CC1", target_id="1") for k, s in documents.items()
        }
        self.waiting = {k: SimpleNamespace(key=k, payload='{"status": "3", "from": "2"}', units=1, state=State.INTENT)
                        for k in documents}  # fmt: skip

    def open_rows(self, profile: str, flows: Any, states: Any) -> list[Any]:
        return list(self.waiting.values())

    def find(self, profile: str, flow: str, keys: Any) -> dict[str, Any]:
        return {k: self.documents[k] for k in keys}

    def move(self, rows: Any, to: State, **values: Any) -> list[Any]:
        for row in rows:
            row.state = to
        return list(rows)


@pytest.mark.spec("ORD-01", "ORD-10", "ORD-24")
@pytest.mark.pitfall("PB-55")
@few
@given(st.dictionaries(st.integers(1, 99).map(str), st.sampled_from(State), max_size=12))
def test_shop_is_never_told_of_an_order_without_document(documents: dict[str, State]) -> None:
    told: list[str] = []

    def write(batch: list[OrderStatusWrite]) -> list[WriteResult]:
        told.extend(w.order_id for w in batch)
        return [WriteResult(key=w.key, outcome=Outcome.DONE, target_id=w.order_id) for w in batch]

    sizes = SimpleNamespace(stocks=5)
    profile = SimpleNamespace(id="test", shop=SimpleNamespace(sizes=sizes))
    shop = SimpleNamespace(capabilities={Capability.WRITE_ORDER_STATUS}, write_order_status=write)
    ctx = SimpleNamespace(
        profile=profile, ledger=Ledger(documents), tally=Tally(), check=lambda: None, progress=lambda tally: None,
        done=lambda *_, **__: None, failed=lambda *_, **__: None, in_doubt=lambda *_, **__: None,
        plan=SimpleNamespace(rows=lambda **_: iter(())),
    )  # fmt: skip
    apply_statuses(ctx, shop)  # type: ignore[arg-type]
    assert sorted(told) == sorted(k for k, s in documents.items() if s is State.DONE)
