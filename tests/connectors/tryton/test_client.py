"""Calls of a Tryton database: values, sessions, and each way in which a server refuses."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoosync_lab.connectors.erps.tryton import values
from atoosync_lab.model.errors import (
    AtooSyncError,
    ConnectionFailedError,
    OutcomeUnknownError,
    RefusedError,
    RetryError,
    SettingsError,
)
from tests.connectors.tryton.answers import PAGE, PASSWORD, Refusal, Server

READ, WRITE = "sale.sale.search", "sale.sale.create"
RECURSION = "maximum recursion depth exceeded while calling a Python object"


def refused(server: Server, *, repeat: bool = False, database: str = "essai") -> AtooSyncError:
    with pytest.raises(AtooSyncError) as raised:
        server.client(database).call(READ if repeat else WRITE, [], repeat=repeat)
    return raised.value


# --- Values ----------------------------------------------------------------------------------------------------------

MOMENTS = st.datetimes(timezones=st.just(UTC))
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text() | AMOUNTS | MOMENTS | st.dates()
                    | st.binary(max_size=200), st.lists, max_leaves=12))  # fmt: skip
def test_values_come_back_as_they_were_sent(value: Any) -> None:
    assert values.decode(values.encode(value).decode()) == value


def test_moments_are_sent_in_utc_without_a_zone() -> None:
    summer = datetime(2026, 7, 1, 12, 30, 5, 7, tzinfo=timezone(timedelta(hours=2)))
    assert json.loads(values.encode(summer)) == {
        "__class__": "datetime", "year": 2026, "month": 7, "day": 1, "hour": 10, "minute": 30, "second": 5,
        "microsecond": 7,
    }  # fmt: skip
    assert json.loads(values.encode(date(2026, 7, 1))) == {"__class__": "date", "year": 2026, "month": 7, "day": 1}


def test_no_amount_passes_through_a_float() -> None:
    found = values.decode('{"quantity": 0.1, "price": {"__class__": "Decimal", "decimal": "49.9000"}}')
    assert found == {"quantity": Decimal("0.1"), "price": Decimal("49.9000")}
    assert all(isinstance(value, Decimal) for value in found.values())
    with pytest.raises(TypeError):
        values.encode({"quantity": 0.1})
    with pytest.raises(TypeError):
        values.encode(datetime(2026, 1, 1))  # noqa: DTZ001 - a moment without a zone is what is refused


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**6), max_value=10**6))
def test_quantities_are_sent_as_json_numbers_of_the_same_digits(quantity: Decimal) -> None:
    sent = values.encode(values.Number(quantity)).decode()
    assert Decimal(sent) == quantity
    assert '"' not in sent


@pytest.mark.parametrize("text", ["", "{", '{"__class__": "date"}', "[" * 100_000, '{"__class__":"date","year":0}'])
def test_what_is_no_answer_is_told_as_such(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the library's
        values.decode(text)


def test_halves_of_characters_are_replaced() -> None:
    assert values.decode('"a\\ud83d b"') == "a\ufffd b"


def test_dotted_fields_are_found_in_the_records_they_came_in() -> None:
    row = {"template": 4, "template.": {"id": 4, "name": "Pain", "category.": None}, "lines.": [{"id": 1}, None]}
    assert values.text(row, "template.name") == "Pain"
    assert values.text(row, "template.category.code") == ""
    assert values.text(row, "missing.name") == ""
    assert values.rows_of(row, "lines") == [{"id": 1}]


# --- Sessions --------------------------------------------------------------------------------------------------------


def test_every_call_carries_session_and_context() -> None:
    server = Server({f"model.{READ}": lambda params: params})
    client = server.client()
    assert client.ask(READ, [], context={"active_test": False}) == [
        [], {"company": 1, "companies": [1], "language": "fr", "active_test": False}
    ]  # fmt: skip
    assert client.user == 7
    assert server.seen == ["common.db.login", "model.res.user.get_preferences", f"model.{READ}"]


@pytest.mark.parametrize("repeat", [True, False])
@pytest.mark.parametrize("status", [401, 403])
def test_session_that_is_over_is_begun_again_and_the_call_repeated_once(repeat: bool, status: int) -> None:
    lost = [status]

    def answer(params: list[Any]) -> Any:
        return httpx.Response(lost.pop()) if lost else [41]

    method = READ if repeat else WRITE
    server = Server({f"model.{method}": answer})
    assert server.client().call(method, [], repeat=repeat) == [41]
    assert server.sessions == 2
    assert server.seen.count(f"model.{method}") == 2


def test_session_that_is_refused_again_ends_the_call() -> None:
    server = Server({f"model.{WRITE}": httpx.Response(401)})
    error = refused(server)
    assert isinstance(error, ConnectionFailedError)
    assert error.code == "tryton.session_refused"
    assert server.seen.count(f"model.{WRITE}") == 2


def test_no_password_and_no_session_is_shown() -> None:
    class Sink:
        text = ""

        def write(self, trace: Any) -> None:
            self.text += repr(trace)

    sink = Sink()
    server = Server({f"model.{WRITE}": Refusal("UserError", ["non", "", None])})
    client = server.client(trace=sink)
    with pytest.raises(RefusedError) as raised:
        client.act(WRITE, [])
    header = base64.b64encode(b"import:7:secret-session-1").decode()
    shown = sink.text + repr(client) + repr(vars(client)) + repr(raised.value.facts) + str(raised.value)
    assert sink.text
    for secret in (PASSWORD, "secret-session-1", header):
        assert secret not in shown


# --- What a server refuses -------------------------------------------------------------------------------------------

REFUSALS: tuple[tuple[Any, type[AtooSyncError], str, str], ...] = (
    (Refusal("UserError", ["Une valeur est requise.", "Champ « Tiers »", None]), RefusedError, "tryton.refused",
     "Une valeur est requise. Champ « Tiers »"),
    (Refusal("UserWarning", ["payment_past_7", "Date passée", "Continuer ?"]), RefusedError, "tryton.warning",
     "Date passée Continuer ?"),
    (Refusal("ConcurrencyException", "Record 7 modified"), RefusedError, "tryton.moved", "Record 7 modified"),
    (Refusal(RECURSION, ""), RefusedError, "tryton.too_large", ""),
    (httpx.Response(413, text=PAGE), RefusedError, "tryton.too_large", ""),
    (Refusal("UserError", ["Vous n'êtes pas autorisé à accéder à « Vente ».", "", None]), ConnectionFailedError,
     "tryton.no_right", "« Vente »"),
    (Refusal("UserError", ['You are not allowed to access "Sale".', "", None]), ConnectionFailedError,
     "tryton.no_right", '"Sale"'),
    (Refusal("'sale.sale'", ""), ConnectionFailedError, "tryton.no_model", "sale.sale"),
    (httpx.Response(403, text=PAGE), ConnectionFailedError, "tryton.no_method", "model.sale.sale"),
    (httpx.Response(404, text=PAGE), ConnectionFailedError, "tryton.no_database", "essai"),
    (httpx.Response(422, text=PAGE), RefusedError, "tryton.status", "422"),
    (Refusal("LoginException", ["code", "Code reçu par SMS", "char"]), ConnectionFailedError, "tryton.sign_in_more",
     "Code reçu par SMS"),
)  # fmt: skip


@pytest.mark.spec("SVC-05")
@pytest.mark.parametrize("repeat", [True, False])
@pytest.mark.parametrize(
    ("answer", "kind", "code", "part"), REFUSALS, ids=[f"{n}-{r[2]}" for n, r in enumerate(REFUSALS)]
)
def test_each_refusal_has_a_sentence_of_its_own(
    answer: Any, kind: type[AtooSyncError], code: str, part: str, repeat: bool
) -> None:
    method = f"model.{READ if repeat else WRITE}"
    server = Server({method: answer})
    error = refused(server, repeat=repeat)
    assert type(error) is kind
    assert error.code == code
    tries = 2 if isinstance(answer, httpx.Response) and answer.status_code == 403 else 1
    assert server.seen.count(method) == tries, "what was refused is not sent again"
    french, english = error.message.text("fr"), error.message.text("en")
    assert code not in (french, english)
    assert french != english
    assert part in french
    assert part in english


def test_codes_of_refusals_are_told_apart() -> None:
    names = {"UserError": 0, "UserWarning": 1, "ConcurrencyException": 2, "RecursionError": 3}
    for name, place in names.items():
        assert refused(Server({f"model.{WRITE}": REFUSALS[place][0]})).facts.remote_code == name
    assert refused(Server({f"model.{WRITE}": REFUSALS[1][0]})).facts.field == "payment_past_7"


@pytest.mark.spec("ORD-10")
def test_fault_of_the_server_leaves_a_write_in_doubt_and_a_read_refused() -> None:
    answer = Refusal("unsupported operand type(s)", "")
    assert type(refused(Server({f"model.{WRITE}": answer}))) is OutcomeUnknownError
    error = refused(Server({f"model.{READ}": answer}), repeat=True)
    assert type(error) is RefusedError
    assert error.code == "tryton.crashed"


@pytest.mark.spec("ORD-10")
@pytest.mark.parametrize(
    "answer",
    [httpx.Response(500, text=PAGE), httpx.Response(503, text=PAGE), httpx.Response(200, text=PAGE),
     httpx.Response(200, text='{"id": 1, "resu'), httpx.Response(200, text=""), httpx.Response(200, json={"id": 1}),
     httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")],
    ids=["500", "503", "page", "half", "empty", "no_result", "timeout", "dropped"],
)  # fmt: skip
def test_write_whose_answer_is_none_is_in_doubt_and_sent_once(answer: Any) -> None:
    server = Server({f"model.{WRITE}": answer})
    error = refused(server)
    assert isinstance(error, OutcomeUnknownError)
    assert server.seen.count(f"model.{WRITE}") == 1
    assert error.message.text("fr") != error.code


@pytest.mark.parametrize("content", [httpx.Response(500, text=PAGE), httpx.Response(200, text='{"id": 1, "resu')])
def test_read_is_tried_again_after_a_passing_trouble(content: httpx.Response) -> None:
    faults = [content]
    server = Server({f"model.{READ}": lambda params: faults.pop() if faults else [1, 2]})
    assert server.client().ask(READ, []) == [1, 2]


def test_lasting_page_in_place_of_data_ends_a_read() -> None:
    error = refused(Server({f"model.{READ}": httpx.Response(200, text=PAGE)}), repeat=True)
    assert isinstance(error, ConnectionFailedError | RetryError)
    assert error.code == "tryton.not_json"


@pytest.mark.spec("SVC-05")
def test_sign_in_is_refused_with_its_own_words() -> None:
    wrong = refused(Server({"common.db.login": httpx.Response(401, text=PAGE)}))
    assert (type(wrong), wrong.code) == (ConnectionFailedError, "tryton.sign_in_refused")
    assert "import" in wrong.message.text("fr")
    unknown = refused(Server({"common.db.login": httpx.Response(404, text=PAGE)}), database="autre")
    assert (type(unknown), unknown.code) == (ConnectionFailedError, "tryton.no_database")
    more = refused(Server({"common.db.login": Refusal("LoginException", ["code", "Code ?", "char"])}))
    assert more.code == "tryton.sign_in_more"
    for found in (httpx.Response(200, json={"id": 0, "result": None}), httpx.Response(200, json=[1, 2])):
        other = refused(Server({"common.db.login": found}))
        assert (type(other), other.code) == (ConnectionFailedError, "tryton.not_tryton")
    with pytest.raises(SettingsError) as raised:
        Server().client("").company  # noqa: B018 - a property that calls
    assert raised.value.code == "tryton.database_not_chosen"


def test_user_without_company_is_told_before_anything_is_read() -> None:
    server = Server({"model.res.user.get_preferences": {"companies": [], "language": "en"}})
    with pytest.raises(ConnectionFailedError) as raised:
        server.client().company  # noqa: B018
    assert raised.value.code == "tryton.no_company"


# --- Pages -----------------------------------------------------------------------------------------------------------


def searched(count: int, limit: int = 10**9) -> Any:
    """`search_read` over records 1 to `count`, as long as no more than `limit` are asked for."""

    def answer(params: list[Any]) -> Any:
        domain, offset, size, order = params[:4]
        assert (offset, order) == (0, [["id", "ASC"]])
        if size > limit:
            return Refusal(RECURSION, "")
        after = domain[-1][2]
        return [{"id": n} for n in range(after + 1, count + 1)][:size]

    return answer


@pytest.mark.parametrize("count", [0, 1, 10, 11, 25])
def test_pages_hold_every_record_once(count: int) -> None:
    server = Server({"model.party.party.search_read": searched(count)})
    pages = list(server.client().pages("party.party", [["active", "=", True]], ["code"], size=10))
    assert [row["id"] for page in pages for row in page] == list(range(1, count + 1))
    assert server.bodies[-1]["params"][0][0] == [["active", "=", True]], "conditions stay together"


def test_page_that_is_too_large_for_the_server_is_halved() -> None:
    server = Server({"model.party.party.search_read": searched(25, limit=7)})
    pages = list(server.client().pages("party.party", [], ["code"], size=20))
    assert [row["id"] for page in pages for row in page] == list(range(1, 26))
    assert max(len(page) for page in pages) == 5


def test_model_of_a_missing_module_has_no_fields() -> None:
    server = Server({"model.carrier.fields_get": Refusal("'carrier'", "")})
    client = server.client()
    assert not client.has_field("carrier", "name")
    assert not client.has_field("carrier", "party")
    assert server.seen.count("model.carrier.fields_get") == 1
