"""The login service: sign-in page, authorization code, token endpoint, discovery."""

from __future__ import annotations

import html
import secrets
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from atoosync_lab.sandbox.ebp.core import core_of
from atoosync_lab.sandbox.ebp.settings import CLIENT_ID, CLIENT_SECRET, USER_EMAIL, USER_PASSWORD
from atoosync_lab.sandbox.ebp.tokens import GrantError

_PAGE = """<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>EBP (bac à sable) - Connexion</title>
<style>body{{font-family:sans-serif;max-width:24rem;margin:4rem auto}}
label,input{{display:block;width:100%;margin:.3rem 0}}
button{{margin-top:1rem;padding:.5rem 1rem}}.error{{color:#a00}}</style></head><body>
<h1>Connexion</h1><p>Bac à sable : aucun compte réel n'est demandé.</p>{error}
<form method="post" action="/connect/authorize">{hidden}
<label for="email">Adresse e-mail</label><input id="email" name="email" type="email" value="{email}"
 autocomplete="username">
<label for="password">Mot de passe</label><input id="password" name="password" type="password"
 autocomplete="current-password">
<button type="submit">Se connecter</button></form></body></html>"""
_KEPT = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)


def _page(values: dict[str, str], error: str = "", status: int = 200) -> Response:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(values[name])}">' for name in _KEPT if name in values
    )
    shown = f'<p class="error" role="alert">{html.escape(error)}</p>' if error else ""
    email = html.escape(values.get("login_hint") or values.get("email") or "")
    return HTMLResponse(_PAGE.format(error=shown, hidden=hidden, email=email), status)


def _problem(values: dict[str, str]) -> str | None:
    """What is wrong with an authorization request, or None."""
    if values.get("client_id") != CLIENT_ID:
        return "Application inconnue (client_id)."
    if values.get("response_type") != "code":
        return "Seul response_type=code est accepté."
    if urlsplit(values.get("redirect_uri", "")).scheme not in ("http", "https"):
        return "Adresse de retour absente ou incorrecte (redirect_uri)."
    if "openid" not in values.get("scope", "").split():
        return "Le scope openid est obligatoire."
    return None


async def authorize(request: Request) -> Response:
    """Show the sign-in page, take its answer, and send the browser back with a code."""
    core = core_of(request)
    values = dict(request.query_params)
    if request.method == "POST":
        values = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    problem = _problem(values)
    if problem:
        return HTMLResponse(f"<!DOCTYPE html><title>Erreur</title><p>{html.escape(problem)}</p>", 400)
    signed_in = core.settings.auto_sign_in and values.get("login_hint") == USER_EMAIL
    if request.method == "POST":
        same_user = values.get("email", "").strip().lower() == USER_EMAIL
        signed_in = same_user and secrets.compare_digest(values.get("password", ""), USER_PASSWORD)
        if not signed_in:
            return _page(values, "Adresse e-mail ou mot de passe incorrect.", 401)
    if not signed_in:
        return _page(values)
    code = core.tokens.issue_code(values["redirect_uri"], values.get("code_challenge"))
    answer = {"code": code, **({"state": values["state"]} if "state" in values else {})}
    joint = "&" if urlsplit(values["redirect_uri"]).query else "?"
    return RedirectResponse(f"{values['redirect_uri']}{joint}{urlencode(answer)}", 302)


async def token(request: Request) -> Response:
    """Exchange a code or a refresh token for new tokens; errors as OAuth states them."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return JSONResponse({"error": "invalid_request"}, 400)
    form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
    if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
        return JSONResponse({"error": "invalid_client"}, 400)
    office = core_of(request).tokens
    try:
        if form.get("grant_type") == "authorization_code":
            content = office.redeem_code(form.get("code", ""), form.get("redirect_uri"), form.get("code_verifier"))
        elif form.get("grant_type") == "refresh_token":
            content = office.refresh(form.get("refresh_token", ""))
        else:
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
    except GrantError as error:
        return JSONResponse({"error": str(error)}, 400)
    return JSONResponse(content, headers={"Cache-Control": "no-store"})


async def discovery(request: Request) -> Response:
    """OpenID discovery document."""
    base = str(request.base_url).rstrip("/")
    return JSONResponse(
        {
            "issuer": base,
            "authorization_endpoint": f"{base}/connect/authorize",
            "token_endpoint": f"{base}/connect/token",
            "jwks_uri": f"{base}/.well-known/openid-configuration/jwks",
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
        }
    )


async def jwks(request: Request) -> Response:
    """Key set; empty, because the sandbox signs with a secret of its own."""
    return JSONResponse({"keys": []})


ROUTES = [
    Route("/connect/authorize", authorize, methods=["GET", "POST"]),
    Route("/connect/token", token, methods=["POST"]),
    Route("/.well-known/openid-configuration", discovery),
    Route("/.well-known/openid-configuration/jwks", jwks),
]
