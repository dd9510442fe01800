"""Signing in to the EBP sandbox as a browser and a server would."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from atoosync_lab.sandbox.ebp.settings import CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY, USER_EMAIL, USER_PASSWORD
from tests.sandbox.ebp.helpers import GESCOM, Api

pytestmark = pytest.mark.spec("BEY-10")
RETURN = "http://localhost:3333/retour?profil=1"
REQUEST = {
    "client_id": CLIENT_ID,
    "redirect_uri": RETURN,
    "response_type": "code",
    "scope": "openid profile offline_access",
    "state": "s1",
}


def exchange(api: Api, **form: str) -> httpx.Response:
    return httpx.post(
        f"{api.server.url}/connect/token", data={"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **form}
    )


def refresh(api: Api, token: str) -> httpx.Response:
    return exchange(api, grant_type="refresh_token", refresh_token=token)


def call(api: Api, tokens: dict[str, Any]) -> int:
    headers = {"Authorization": f"Bearer {tokens['access_token']}", "ebp-subscription-key": SUBSCRIPTION_KEY}
    return httpx.get(f"{api.server.url}{GESCOM}/Folders", headers=headers).status_code


def submit(api: Api, password: str, **values: str) -> httpx.Response:
    """Fill in the sign-in page."""
    page = httpx.get(f"{api.server.url}/connect/authorize", params={**REQUEST, **values})
    assert page.status_code == 200
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    form = {**hidden, "email": USER_EMAIL, "password": password}
    return httpx.post(f"{api.server.url}/connect/authorize", data=form)


def code_of(answer: httpx.Response) -> str:
    assert answer.status_code == 302
    address = answer.headers["location"]
    assert address.startswith(RETURN)
    values = parse_qs(urlsplit(address).query)
    assert values["state"] == ["s1"]
    return values["code"][0]


def test_sign_in_page_leads_to_tokens_that_work(api: Api) -> None:
    code = code_of(submit(api, USER_PASSWORD))
    tokens = exchange(api, grant_type="authorization_code", code=code, redirect_uri=RETURN).json()
    assert tokens["expires_in"] == 3600
    assert call(api, tokens) == 200


def test_wrong_password_shows_the_page_again(api: Api) -> None:
    answer = submit(api, "wrong")
    assert answer.status_code == 401
    assert "incorrect" in answer.text


def test_code_works_once_and_only_for_its_address(api: Api) -> None:
    code = code_of(submit(api, USER_PASSWORD))
    other = exchange(api, grant_type="authorization_code", code=code, redirect_uri="http://localhost:3333")
    assert other.json() == {"error": "invalid_grant"}
    code = code_of(submit(api, USER_PASSWORD))
    assert exchange(api, grant_type="authorization_code", code=code, redirect_uri=RETURN).status_code == 200
    assert exchange(api, grant_type="authorization_code", code=code, redirect_uri=RETURN).status_code == 400


def test_pkce_verifier_is_checked_when_a_challenge_was_sent(api: Api) -> None:
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    for sent, status in ((verifier, 200), ("other", 400)):
        code = code_of(submit(api, USER_PASSWORD, code_challenge=challenge, code_challenge_method="S256"))
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": RETURN, "code_verifier": sent}
        assert exchange(api, **form).status_code == status


def test_login_hint_signs_in_at_once_only_when_switched_on(api: Api) -> None:
    address = f"{api.server.url}/connect/authorize"
    assert httpx.get(address, params={**REQUEST, "login_hint": USER_EMAIL}).status_code == 200
    api.settings(auto_sign_in=True)
    assert code_of(httpx.get(address, params={**REQUEST, "login_hint": USER_EMAIL}))


@pytest.mark.parametrize("wrong", [{"client_id": "x"}, {"response_type": "token"}, {"redirect_uri": "javascript:1"}])
def test_bad_authorization_request_is_refused(api: Api, wrong: dict[str, str]) -> None:
    assert httpx.get(f"{api.server.url}/connect/authorize", params={**REQUEST, **wrong}).status_code == 400


def test_wrong_client_secret_is_refused(api: Api) -> None:
    answer = httpx.post(
        f"{api.server.url}/connect/token",
        data={"client_id": CLIENT_ID, "client_secret": "x", "grant_type": "refresh_token", "refresh_token": "y"},
    )
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


def test_refresh_token_is_rotated(api: Api) -> None:
    first = api.server.admin("POST", "/_admin/ebp/sign-in")
    second = refresh(api, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert call(api, second) == 200
    assert refresh(api, second["refresh_token"]).status_code == 200


def test_reuse_of_a_refresh_token_kills_the_session(api: Api) -> None:
    first = api.server.admin("POST", "/_admin/ebp/sign-in")
    second = refresh(api, first["refresh_token"]).json()
    assert refresh(api, first["refresh_token"]).json() == {"error": "invalid_grant"}
    assert refresh(api, second["refresh_token"]).json() == {"error": "invalid_grant"}
    assert call(api, second) == 401


def test_access_token_expires(api: Api) -> None:
    api.settings(token_lifetime=0)
    tokens = api.server.admin("POST", "/_admin/ebp/sign-in")
    assert call(api, tokens) == 401
    api.settings(token_lifetime=60)
    assert call(api, refresh(api, tokens["refresh_token"]).json()) == 200


def test_refresh_token_expires(api: Api) -> None:
    api.settings(refresh_lifetime=0)
    tokens = api.server.admin("POST", "/_admin/ebp/sign-in")
    assert refresh(api, tokens["refresh_token"]).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    "headers", [{"ebp-subscription-key": "x"}, {"Authorization": "Bearer x.y.z"}, {"Authorization": ""}]
)
def test_missing_or_forged_credentials_answer_401_with_the_error_body(api: Api, headers: dict[str, str]) -> None:
    answer = api.http.get(f"{GESCOM}/Folders", headers=headers)
    assert answer.status_code == 401
    body = answer.json()
    assert set(body) == {"title", "message", "errorType", "errors", "origin", "systemMessage"}
    assert body["errors"][0]["errorCode"].startswith("ERR_")


def test_discovery_names_the_endpoints(api: Api) -> None:
    found = api.http.get("/.well-known/openid-configuration").json()
    assert found["token_endpoint"] == f"{api.server.url}/connect/token"
