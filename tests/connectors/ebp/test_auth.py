"""Sign-in and refresh: one refresh call, no pair lost, no token sent twice."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.erps.ebp import EbpConnector, EbpCredentials
from atoosync_lab.model.errors import (
    ConnectionFailedError,
    RateLimitedError,
    SignInRequiredError,
    UnsentError,
)
from atoosync_lab.model.ports import Tokens
from atoosync_lab.model.sales import Customer
from atoosync_lab.sandbox.ebp.settings import CLIENT_ID, SUBSCRIPTION_KEY, USER_EMAIL, USER_PASSWORD
from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.store.home import Home
from tests.connectors.ebp.helpers import CREDENTIALS, MemoryTokens, connect, read_all, settings_of, signed_in
from tests.connectors.ebp.refresher import tokens_of

pytestmark = pytest.mark.spec("SEC-03")


@pytest.fixture
def counted(sandbox: RunningSandbox) -> RunningSandbox:
    sandbox.reset_calls()
    return sandbox


def _token_calls(server: RunningSandbox) -> int:
    return sum(n for route, n in server.calls().items() if "/connect/token" in route)


def _ended(server: RunningSandbox) -> Tokens:
    return signed_in(server, expires_in=30)


def _answer(url: str) -> dict[str, str]:
    """Fill in the sign-in page and return what the browser is sent back with."""
    form = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
    page = httpx.post(
        url.partition("?")[0], data={**form, "email": USER_EMAIL, "password": USER_PASSWORD}, follow_redirects=False
    )
    return {name: value[0] for name, value in parse_qs(urlsplit(page.headers["location"]).query).items()}


@pytest.mark.spec("ERP-01")
@pytest.mark.parametrize("pkce", [False, True])
def test_sign_in_gives_folders_before_one_is_chosen(sandbox: RunningSandbox, pkce: bool) -> None:
    tokens = MemoryTokens()
    connector = connect(sandbox, "", tokens=tokens, pkce=pkce)
    started = connector.begin_sign_in()
    assert ("code_challenge" in started.url) is pkce
    back = _answer(started.url)
    connector.finish_sign_in(started, state=back["state"], code=back["code"])
    assert "184976" in [folder.id for folder in connector.folders()]
    assert len(tokens.saved) == 1


def test_answer_of_another_sign_in_is_refused(counted: RunningSandbox) -> None:
    connector = connect(counted, tokens=MemoryTokens())
    started = connector.begin_sign_in()
    back = _answer(started.url)
    with pytest.raises(SignInRequiredError, match="ne correspond pas"):
        connector.finish_sign_in(connector.begin_sign_in(), state=back["state"], code=back["code"])
    assert _token_calls(counted) == 0


def test_code_works_once(sandbox: RunningSandbox) -> None:
    connector = connect(sandbox, tokens=MemoryTokens())
    started = connector.begin_sign_in()
    back = _answer(started.url)
    connector.finish_sign_in(started, state=back["state"], code=back["code"])
    with pytest.raises(SignInRequiredError) as refused:
        connector.finish_sign_in(started, state=back["state"], code=back["code"])
    assert refused.value.code == "ebp.code_refused"


def test_wrong_client_secret_is_a_setting_to_mend_and_costs_no_session(sandbox: RunningSandbox) -> None:
    tokens = MemoryTokens(_ended(sandbox))
    wrong = EbpCredentials(CLIENT_ID, "wrong", SUBSCRIPTION_KEY)
    with pytest.raises(ConnectionFailedError) as refused:
        connect(sandbox, tokens=tokens, credentials=wrong).folders()
    assert refused.value.code == "ebp.client_refused"
    assert connect(sandbox, tokens=tokens).folders()


def test_pair_is_refreshed_a_minute_before_it_ends_and_saved_before_use(counted: RunningSandbox) -> None:
    tokens = MemoryTokens(_ended(counted))
    connector = connect(counted, tokens=tokens)
    connector.folders()
    connector.folders()
    assert _token_calls(counted) == 1
    assert len(tokens.saved) == 1
    assert tokens.pair is not None
    assert tokens.pair.expires_at > datetime.now(UTC) + timedelta(minutes=50)
    assert not tokens.refreshing


def test_refused_token_is_refreshed_once_and_the_call_replayed_once(counted: RunningSandbox) -> None:
    connector = connect(counted)
    counted.reset_calls()
    counted.faults([{"path": "GenericQuery", "kind": "expired_token", "times": 1}])
    assert read_all(connector, Scope.CUSTOMERS, Customer)
    assert _token_calls(counted) == 1


def test_token_refused_again_after_a_refresh_asks_for_a_sign_in(counted: RunningSandbox) -> None:
    connector = connect(counted)
    counted.reset_calls()
    counted.faults([{"path": "GenericQuery", "kind": "expired_token", "times": 5}])
    with pytest.raises(SignInRequiredError):
        list(connector.read(Scope.CUSTOMERS, ReadRequest()))
    assert _token_calls(counted) == 1


def test_refused_subscription_key_spends_no_refresh_token(counted: RunningSandbox) -> None:
    wrong = EbpCredentials(CLIENT_ID, "x", "wrong-key")
    with pytest.raises(ConnectionFailedError) as refused:
        connect(counted, credentials=wrong).folders()
    assert refused.value.code == "ebp.key_refused"
    assert _token_calls(counted) == 0


def test_ended_session_is_forgotten_and_a_sign_in_asked_for(sandbox: RunningSandbox) -> None:
    tokens = MemoryTokens(_ended(sandbox))
    sandbox.admin("DELETE", "/_admin/ebp/sessions")
    with pytest.raises(SignInRequiredError) as over:
        connect(sandbox, tokens=tokens).folders()
    assert over.value.code == "ebp.session_over"
    assert tokens.pair is None


def test_refresh_without_answer_is_never_sent_again(counted: RunningSandbox) -> None:
    tokens = MemoryTokens(_ended(counted))
    connector = connect(counted, tokens=tokens)
    counted.faults([{"path": "/connect/token", "kind": "cut", "times": 1}])
    for _ in range(2):
        with pytest.raises(SignInRequiredError) as interrupted:
            connector.folders()
        assert interrupted.value.code == "ebp.refresh_interrupted"
    assert _token_calls(counted) == 1


@pytest.mark.parametrize(
    ("status", "error"), [(429, RateLimitedError)], ids=["rate limited"]
)  # fmt: skip
def test_refresh_that_was_not_done_may_be_tried_later(
    sandbox: RunningSandbox, status: int, error: type[Exception]
) -> None:
    tokens = MemoryTokens(_ended(sandbox))
    connector = connect(sandbox, tokens=tokens)
    sandbox.faults([{"path": "/connect/token", "kind": "status", "value": 429, "times": 1}])
    with pytest.raises(RateLimitedError):
        connector.folders()
    assert connector.folders()


def test_unreachable_login_service_keeps_the_session(sandbox: RunningSandbox) -> None:
    tokens = MemoryTokens(_ended(sandbox))
    settings = settings_of(sandbox).model_copy(update={"login_url": "http://127.0.0.1:9"})
    with pytest.raises(UnsentError):
        EbpConnector(settings, CREDENTIALS, tokens).folders()
    assert connect(sandbox, tokens=tokens).folders()


def _run(home: Path, url: str, *rest: str, fault: str = "") -> subprocess.Popen[str]:
    environment = {**os.environ, "ATOOSYNC_FAULT": fault} if fault else dict(os.environ)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.connectors.ebp.refresher", str(home), url, *rest],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def test_processes_that_refresh_at_once_make_one_call_and_share_its_pair(
    counted: RunningSandbox, tmp_path: Path
) -> None:
    tokens = tokens_of(Home.open(tmp_path / "home"))
    tokens.save(_ended(counted))
    go = tmp_path / "go"
    processes = [_run(tmp_path / "home", counted.url, str(go)) for _ in range(4)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    go.touch()
    printed = {process.communicate(timeout=60)[0].strip() for process in processes}
    held = tokens.load()
    assert held is not None
    assert printed == {held.access}
    assert _token_calls(counted) == 1
    assert connect(counted, tokens=tokens).folders()


@pytest.mark.parametrize(
    "place", ["ebp.refresh.before", "http.before", "http.sent", "http.after", "ebp.refresh.answered"]
)
def test_crash_in_a_refresh_asks_for_a_sign_in_and_replays_nothing(
    counted: RunningSandbox, tmp_path: Path, place: str
) -> None:
    tokens = tokens_of(Home.open(tmp_path / "home"))
    tokens.save(_ended(counted))
    crashed = _run(tmp_path / "home", counted.url, fault=f"{place}:1")
    crashed.communicate(timeout=60)
    assert crashed.returncode == -9
    before = _token_calls(counted)
    printed, _ = _run(tmp_path / "home", counted.url).communicate(timeout=60)
    assert printed.splitlines()[-1] == "ebp.refresh_interrupted"
    assert _token_calls(counted) == before <= 1


def test_crash_after_the_new_pair_was_saved_loses_nothing(counted: RunningSandbox, tmp_path: Path) -> None:
    tokens = tokens_of(Home.open(tmp_path / "home"))
    tokens.save(_ended(counted))
    crashed = _run(tmp_path / "home", counted.url, fault="ebp.refresh.saved:1")
    crashed.communicate(timeout=60)
    assert crashed.returncode == -9
    printed, _ = _run(tmp_path / "home", counted.url).communicate(timeout=60)
    held = tokens.load()
    assert held is not None
    assert printed.splitlines()[-1] == held.access
    assert _token_calls(counted) == 1
    tokens.save(Tokens(held.access, held.refresh, datetime.now(UTC)))
    assert connect(counted, tokens=tokens).folders()


@pytest.mark.spec("SEC-01")
def test_no_secret_is_shown(sandbox: RunningSandbox) -> None:
    connector = connect(sandbox)
    shown = repr(connector) + repr(connector.begin_sign_in()) + repr(connector._auth)
    assert CLIENT_ID not in repr(EbpCredentials(CLIENT_ID, "secret", "key"))
    assert SUBSCRIPTION_KEY not in shown
