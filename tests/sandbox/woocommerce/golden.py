"""Replays recorded exchanges of a real shop against the sandbox and compares the answers.

The rules of comparison are those of the recordings' own description: status, the headers that matter, the error codes,
the shape of the body (names, JSON types, numbers of records), the values that follow from the requests, the order of
lists where an order is asked for. Ids, times, hashes and the wording of messages may differ. Lists of ids that the shop
draws by lot among all its products (`related_ids`) are compared by type alone.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.sandbox.woocommerce.install import READ_KEY, READ_SECRET, WRITE_KEY, WRITE_SECRET
from tests.sandbox.woocommerce.client import images, signed, tls_of

_PLACEHOLDER = re.compile(r"\$\{([\w.]+)\}")
_NAMED = re.compile(r'"(?:sku|email|code|class|tax_class|name|value)": "([^"]+)"')
_DRAWN = frozenset({"related_ids"})
_HEADERS = ("Content-Type", "WWW-Authenticate", "X-WP-Total", "X-WP-TotalPages", "Allow")
_BASIC = {
    "rw": (WRITE_KEY, WRITE_SECRET),
    "ro": (READ_KEY, READ_SECRET),
    "http-basic": (WRITE_KEY, WRITE_SECRET),
    "badkey": ("ck_" + "f" * 40, WRITE_SECRET),
    "badsecret": (WRITE_KEY, "cs_" + "f" * 40),
}
_PLAIN = ("none", "http-basic", "http-query")


@dataclass(frozen=True)
class Outcome:
    """What one exchange brought.

    Attributes:
        sent: It went out; false when an id was missing that an earlier exchange gives.
        differences: What differs from the recording; empty when it agrees.
    """

    sent: bool
    differences: list[str] = field(default_factory=list)


def read_exchanges(file: Path) -> list[dict[str, Any]]:
    """The exchanges of a recording, in the order to replay them."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return sorted((json.loads(line) for line in lines if line.strip()), key=lambda e: int(e["seq"]))


Needs = Mapping[str, set[str]]


def needs_of(exchanges: Sequence[Mapping[str, Any]]) -> Needs:
    """By name, the exchanges that must have run before: those told by `after`, and the makers of what is named.

    A SKU, an e-mail address, a code, a tax class or the name of a record may be referred to without its id.
    """
    made: dict[str, set[str]] = {}
    found: dict[str, set[str]] = {}
    for exchange in exchanges:
        request = exchange["request"]
        # The shop tells neither SKU nor addresses apart by their case.
        texts = {text.lower() for text in _NAMED.findall(request.get("body") or "")}
        asked = texts | set(re.findall(r"class=([^&]+)", request["path"]))
        found[exchange["name"]] = set(exchange.get("after") or ()).union(*(made.get(text, set()) for text in asked))
        if request["method"] == "POST" and exchange["response"]["status"] == 201:
            if request["path"].endswith("/taxes/classes"):
                texts.add(exchange["response"]["json"]["slug"])
            for text in texts:
                made.setdefault(text, set()).add(exchange["name"])
    return found


def closure(needs: Needs, name: str) -> set[str]:
    """Names of all exchanges that must have run before the named one: what it needs, what those need, and so on."""
    found: set[str] = set()
    open_names = list(needs.get(name, ()))
    while open_names:
        earlier = open_names.pop()
        if earlier not in found:
            found.add(earlier)
            open_names += needs.get(earlier, ())
    return found


class Replay:
    """One run through a file of exchanges against one server with TLS; ends with its `with` block."""

    def __init__(self, server: RunningSandbox) -> None:
        self._open = ExitStack()
        tls = tls_of(server)
        self._plain = self._open.enter_context(httpx.Client(base_url=server.url, timeout=30))
        self._tls = self._open.enter_context(tls.client(auth=None, path=""))
        pictures = self._open.enter_context(images())
        self._start = {"base": server.url, "images": pictures, "key.rw": WRITE_KEY, "key.ro": READ_KEY}
        self._bound = dict(self._start)
        self._url = server.url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def forget(self) -> None:
        """Forget the bound ids: the shop is empty again."""
        self._bound = dict(self._start)

    def _fill(self, text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: self._bound.get(found.group(1), found.group(0)), text)

    def one(self, exchange: dict[str, Any], *, check: bool = True) -> Outcome:
        """Send one exchange, keep the ids it binds, compare the answer."""
        names = _PLACEHOLDER.findall(json.dumps(exchange["request"]))
        missing = [name for name in names if name not in self._bound]
        if missing:
            return Outcome(False, [f"needs {missing[0]}, which an earlier exchange did not give"])
        answer = self._send(exchange["request"])
        for name, path in exchange.get("bind", {}).items():
            value = value_at(answer, path)
            if value is not None:
                self._bound[f"{exchange['name']}.{name}"] = value
        return Outcome(True, compare(exchange, answer) if check else [])

    def _send(self, request: dict[str, Any]) -> httpx.Response:
        path, _, query = self._fill(request["path"]).partition("?")
        pairs = [pair.partition("=")[::2] for pair in query.split("&")] if query else []
        auth = request.get("auth", "rw")
        client = self._plain if auth in _PLAIN or auth.startswith("oauth") else self._tls
        headers = dict(request.get("headers") or {})
        if auth in _BASIC:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(_BASIC[auth]).encode()).decode()
        if auth in ("query", "http-query"):
            pairs += [("consumer_key", WRITE_KEY), ("consumer_secret", WRITE_SECRET)]
        if auth.startswith("oauth"):
            pairs = list(self._oauth(request["method"], path, dict(pairs), auth).items())
        address = quote(path) + (
            "?" + "&".join(f"{quote(n, safe='[]')}={quote(v, safe='')}" for n, v in pairs) if pairs else ""
        )
        content = self._fill(request["body"]).encode() if request.get("body") else None
        if content is not None and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = "application/json"
        if auth == "oauth-replay":
            client.request(request["method"], address, headers=headers, content=content)
        return client.request(request["method"], address, headers=headers, content=content)

    def _oauth(self, method: str, path: str, query: dict[str, str], auth: str) -> dict[str, str]:
        secret = "cs_wrong" if auth == "oauth-bad" else WRITE_SECRET
        digest = "HMAC-SHA1" if auth == "oauth-sha1" else "HMAC-SHA256"
        age = 3600 if auth == "oauth-old" else 0
        params = signed(method, self._url + path, query, secret=secret, digest=digest, age=age)
        return {name: value for name, value in params.items() if auth != "oauth-missing" or name != "oauth_nonce"}


def compare(exchange: dict[str, Any], answer: httpx.Response) -> list[str]:
    """The differences between a recorded exchange and an answer."""
    recorded = exchange["response"]
    if recorded["status"] != answer.status_code:
        return [f"status {answer.status_code}, recorded {recorded['status']}: {answer.text[:200]!r}"]
    found = _compare_headers(recorded.get("headers") or {}, answer)
    body = recorded.get("body") or ""
    if recorded.get("cut"):
        return found
    if not body.strip() or not answer.text.strip():
        return found if bool(body.strip()) == bool(answer.text.strip()) else [*found, f"body {answer.text[:100]!r}"]
    if recorded.get("json") is None and not body.lstrip().startswith(("{", "[")):
        return found
    theirs, ours = json.loads(body) if recorded.get("json") is None else recorded["json"], answer.json()
    if isinstance(theirs, dict) and "code" in theirs and "message" in theirs:
        code = ours.get("code") if isinstance(ours, dict) else None
        return found if code == theirs["code"] else [*found, f"code {code}, recorded {theirs['code']}"]
    found += _compare_json(theirs, ours, "$")
    for path in exchange.get("same", ()):
        mine, known = _without_ids(at(ours, path)), _without_ids(at(theirs, path))
        if mine != known:
            found.append(f"{path} is {mine!r}, recorded {known!r}")
    return found + _compare_order(exchange["request"]["path"], theirs, ours)


def _without_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_ids(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_ids(item) for key, item in value.items() if key != "id"}
    return value


def _compare_headers(recorded: dict[str, str], answer: httpx.Response) -> list[str]:
    theirs = {name.lower(): value for name, value in recorded.items()}
    found = []
    for name in _HEADERS:
        known, mine = theirs.get(name.lower()), answer.headers.get(name)
        if (known or "").replace(" ", "").lower() != (mine or "").replace(" ", "").lower():
            found.append(f"{name} is {mine!r}, recorded {known!r}")
    relations = [
        sorted(re.findall(r'rel="([^"]+)"', text or "")) for text in (theirs.get("link"), answer.headers.get("link"))
    ]
    if relations[0] != relations[1]:
        found.append(f"Link relations {relations[1]}, recorded {relations[0]}")
    if ("location" in theirs) != ("location" in answer.headers):
        found.append(f"Location is {'there' if 'location' in answer.headers else 'absent'}")
    return found


def _compare_json(theirs: Any, ours: Any, path: str) -> list[str]:
    if _kind(theirs) != _kind(ours):
        return [f"{path} is {ours!r}, recorded {theirs!r}"]
    if isinstance(theirs, dict):
        if theirs.keys() != ours.keys():
            more, less = sorted(ours.keys() - theirs.keys()), sorted(theirs.keys() - ours.keys())
            return [f"{path} keys: more {more}, missing {less}"]
        return [
            text
            for key in theirs
            if key not in _DRAWN
            for text in _compare_json(theirs[key], ours[key], f"{path}.{key}")
        ]
    if isinstance(theirs, list):
        if len(theirs) != len(ours):
            return [f"{path} has {len(ours)} items, recorded {len(theirs)}"]
        pairs = enumerate(zip(theirs, ours, strict=True))
        found = [text for n, pair in pairs for text in _compare_json(*pair, f"{path}[{n}]")]
        # Records of one second come in any order where none is asked for: each must have its like.
        return [] if found and path.endswith(".refunds") and _same_records(theirs, ours) else found
    if isinstance(theirs, str) and (theirs == "") != (ours == ""):
        return [f"{path} is {ours!r}, recorded {theirs!r}"]
    return []


def _same_records(theirs: list[Any], ours: list[Any]) -> bool:
    rest = list(ours)
    for item in theirs:
        like = next((other for other in rest if not _compare_json(item, other, "")), None)
        if like is None:
            return False
        rest.remove(like)
    return True


def _kind(value: Any) -> str:
    # PHP writes a whole binary number without a fraction: 10 and 5.5 are of one kind.
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def _compare_order(path: str, theirs: Any, ours: Any) -> list[str]:
    """Where an order other than that of ids is asked for, values that are no ids must come in the recorded order."""
    if "orderby=" not in path or not isinstance(theirs, list) or not isinstance(ours, list):
        return []
    found = []
    for name in ("sku", "price", "name", "slug", "code", "email", "stock_quantity", "status", "total"):
        known, mine = ([item.get(name) for item in rows if isinstance(item, dict)] for rows in (theirs, ours))
        if known != mine:
            found.append(f"order of {name}: {mine}, recorded {known}")
    return found


def at(data: Any, path: str) -> Any:
    """The value of a path such as `$.a[0].b`; None when there is none."""
    value = data
    for step in re.findall(r"\w+", path[1:]):
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return value


def value_at(answer: httpx.Response, path: str) -> str | None:
    """The value of a bind path in an answer, as text; `... + 1 s` moves a time."""
    plain, _, shift = path.replace(" - ", " + -").partition(" + ")
    try:
        value = at(answer.json(), plain)
    except ValueError:
        return None
    if value is None:
        return None
    if shift:
        moved = datetime.fromisoformat(str(value)) + timedelta(seconds=int(shift.split()[0]))
        return moved.isoformat()
    return str(value)


def replayed(server: RunningSandbox, exchanges: Sequence[dict[str, Any]]) -> dict[str, str]:
    """A full replay: the exchanges that do not agree, each with the reason."""
    with Replay(server) as replay:
        outcomes = {e["name"]: replay.one(e) for e in exchanges}
    needs = needs_of(exchanges)
    ran = {name for name, outcome in outcomes.items() if outcome.sent}
    found: dict[str, str] = {}
    for exchange in exchanges:
        name = exchange["name"]
        missing = sorted(closure(needs, name) - ran)
        if missing:
            found[name] = f"ran without {', '.join(missing[:3])}, which must come before"
        elif outcomes[name].differences:
            found[name] = "; ".join(outcomes[name].differences[:3])
    return found


def replayed_alone(
    server: RunningSandbox, exchanges: Sequence[dict[str, Any]], chosen: Sequence[dict[str, Any]]
) -> dict[str, str]:
    """Each chosen exchange in a shop that saw nothing but what it needs: those that do not agree, with the reason.

    Lists then see fewer records than recorded. The server holds an empty shop, and has it again at the end.
    """
    server.admin("POST", "/_admin/keep/empty", timeout=30)
    needs, found = needs_of(exchanges), dict[str, str]()
    with Replay(server) as replay:
        for exchange in chosen:
            needed = closure(needs, exchange["name"])
            replay.forget()
            for earlier in exchanges:
                if earlier["name"] in needed:
                    replay.one(earlier, check=False)
            outcome = replay.one(exchange)
            if outcome.differences:
                found[exchange["name"]] = "; ".join(outcome.differences[:3])
            server.admin("POST", "/_admin/restore/empty", timeout=30)
    return found
