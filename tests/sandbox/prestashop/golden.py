"""Replays recorded exchanges of a real shop against the sandbox and compares the answers.

The rules of comparison: status, the headers that matter, the set of error codes, the shape of the body (node and key
names, JSON types,
empty or not, number of records), the values that follow from the requests, the order of sorted lists. Ids, dates,
hashes, positions and
the wording of messages may differ.
"""

from __future__ import annotations

import base64
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY, READ_KEY
from atoosync_lab.sandbox.servers import RunningSandbox

_PLACEHOLDER = re.compile(r"\$\{([\w.]+)\}")
_FREE_TEXT = frozenset({"position", "position_in_category", "description_text"})
_SEQUENCE = ("reference", "name", "from_quantity", "iso_code", "id_order_state", "product_reference", "quantity")
_AMOUNT = re.compile(r"-?\d+\.\d{2,6}")
_VOUCHERS = {"o_voucher": "vo.id", "o_freeship": "vo_free.id"}
_KEYS = {"rw": DEFAULT_KEY, "ro": READ_KEY, "bad": "UNKNOWNUNKNOWNUNKNOWNUNKNOWN0000", "short": "TENLETTERS"}


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


def closure(exchanges: Sequence[Mapping[str, Any]], name: str) -> set[str]:
    """Names of all exchanges that must have run before the named one: its `after`, theirs, and so on."""
    after = {e["name"]: e.get("after") or () for e in exchanges}
    found: set[str] = set()
    open_names = list(after.get(name, ()))
    while open_names:
        earlier = open_names.pop()
        if earlier not in found:
            found.add(earlier)
            open_names += after.get(earlier, ())
    return found


class Replay:
    """One run through a file of exchanges against one server; ends with its `with` block."""

    def __init__(self, server: RunningSandbox) -> None:
        self._server = server
        self._client = httpx.Client(base_url=server.url, timeout=30)
        self._bound: dict[str, str] = {"base": server.url, "key.rw": DEFAULT_KEY, "key.ro": READ_KEY}
        self._digest = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def run(self, file: Path) -> Iterator[tuple[str, list[str]]]:
        """The name of each exchange and the differences found."""
        with self:
            for exchange in read_exchanges(file):
                yield exchange["name"], self.one(exchange).differences

    def _fill(self, text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: self._bound.get(found.group(1), found.group(0)), text)

    def one(self, exchange: dict[str, Any]) -> Outcome:
        """Set up what is `given`, send one exchange, keep the ids it binds, compare the answer."""
        missing = [
            name
            for name in _PLACEHOLDER.findall(json.dumps(exchange["request"]))
            if name not in self._bound and name != "images"
        ]
        if missing:
            return Outcome(False, [f"needs {missing[0]}, which an earlier exchange did not give"])
        self._given(exchange)
        answer = self._send(exchange)
        found = compare(exchange, answer)
        self._digest = answer.headers.get("content-sha1", self._digest)
        for name, path in exchange.get("bind", {}).items():
            value = value_at(answer, path)
            if value is not None:
                self._bound[f"{exchange['name']}.{name}"] = value
        return Outcome(True, found)

    def _given(self, exchange: dict[str, Any]) -> None:
        if not exchange.get("given"):
            return
        if exchange["name"] in _VOUCHERS:
            cart = re.search(r"<id_cart>(\d+)", self._fill(exchange["request"]["body"]))
            arguments = {
                "cart": int(cart.group(1)) if cart else 0,
                "rule": int(self._bound[_VOUCHERS[exchange["name"]]]),
            }
            self._server.admin("POST", "/_admin/shop/enter_voucher", arguments)
            return
        carrier = re.search(r"<id_carrier>(\d+)", self._fill(exchange["request"]["body"]))
        self._server.admin("POST", "/_admin/shop/open_carrier", {"carrier": int(carrier.group(1)) if carrier else 0})

    def _send(self, exchange: dict[str, Any]) -> httpx.Response:
        request = exchange["request"]
        path, _, query = self._fill(request["path"]).partition("?")
        pairs = [pair.partition("=") for pair in query.split("&")] if query else []
        auth = request.get("auth", "rw")
        if auth == "query":
            pairs.append(("ws_key", "=", DEFAULT_KEY))
        address = quote(path) + (
            "?" + "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, _, value in pairs)
            if pairs
            else ""
        )
        headers = dict(request.get("headers") or {})
        if headers.get("Local-Content-Sha1") and not headers["Local-Content-Sha1"].startswith("000"):
            same = self._client.get(address, auth=(DEFAULT_KEY, ""))
            headers["Local-Content-Sha1"] = same.headers.get("content-sha1", "")
        if auth in _KEYS or auth == "pass":
            pair = ":" + DEFAULT_KEY if auth == "pass" else _KEYS[auth] + ":"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        if request.get("multipart"):
            files = {
                name: (part["filename"], base64.b64decode(part["base64"]), part["type"])
                if "filename" in part
                else (None, part["value"])
                for name, part in request["multipart"].items()
            }
            return self._client.request(request["method"], address, headers=headers, files=files)
        content = self._fill(request["body"]).encode() if request.get("body") else None
        return self._client.request(request["method"], address, headers=headers, content=content)


def compare(exchange: dict[str, Any], answer: httpx.Response) -> list[str]:
    """The differences between a recorded exchange and an answer."""
    recorded = exchange["response"]
    if recorded["status"] != answer.status_code:
        return [f"status {answer.status_code}, recorded {recorded['status']}: {answer.text[:200]!r}"]
    found = _compare_headers(recorded.get("headers") or {}, answer)
    body = recorded.get("body") or ""
    if recorded.get("cut"):
        return found
    if recorded.get("binary"):
        starts = recorded["binary"]["starts"]
        return (
            found
            if answer.content.hex().startswith(starts[:8])
            else [*found, f"body starts {answer.content[:4].hex()}"]
        )
    if not body.strip() or not answer.text.strip():
        return (
            found
            if bool(body.strip()) == bool(answer.text.strip())
            else [*found, f"body {answer.text[:100]!r}, recorded {body[:100]!r}"]
        )
    if recorded.get("json") is not None:
        return found + _compare_json(recorded["json"], answer.json(), "$")
    if not body.lstrip().startswith("<"):
        return found
    ours, theirs = ET.fromstring(answer.text), ET.fromstring(body)
    codes, wanted = ({node.text for node in root.findall("errors/error/code")} for root in (ours, theirs))
    if codes or wanted:
        return (
            found
            if codes == wanted
            else [*found, f"codes {sorted(map(str, codes))}, recorded {sorted(map(str, wanted))}"]
        )
    found += _compare_nodes(theirs, ours, "")
    for path in exchange.get("same", ()):
        if (ours.findtext(path) or "") != (theirs.findtext(path) or ""):
            found.append(f"{path} is {ours.findtext(path)!r}, recorded {theirs.findtext(path)!r}")
    if "sort=" in exchange["request"]["path"]:
        for name in _SEQUENCE:
            mine, known = ([node.text for node in root.findall(f"*/*/{name}")] for root in (ours, theirs))
            # References of orders are drawn at random.
            if mine != known and not any(re.fullmatch("[A-Z]{9}", text or "") for text in known):
                found.append(f"order of {name}: {mine}, recorded {known}")
    return found


def _compare_headers(recorded: dict[str, str], answer: httpx.Response) -> list[str]:
    found = []
    for name in ("Content-Type", "WWW-Authenticate", "PSWS-Version", "Allow"):
        wanted = next((value for key, value in recorded.items() if key.lower() == name.lower()), None)
        ours = answer.headers.get(name)
        if (wanted or "").replace(" ", "").lower() != (ours or "").replace(" ", "").lower():
            found.append(f"{name} is {ours!r}, recorded {wanted!r}")
    for name in ("Content-Sha1", "Execution-Time", "Location"):
        if (name in {key.title() for key in recorded}) != (name.lower() in answer.headers):
            found.append(f"{name} is {'absent' if name.lower() not in answer.headers else 'there'}")
    return found


def _compare_nodes(theirs: ET.Element, ours: ET.Element, path: str) -> list[str]:
    place = f"{path}/{theirs.tag}"
    if theirs.attrib.keys() != ours.attrib.keys():
        return [f"{place} attributes {sorted(ours.attrib)}, recorded {sorted(theirs.attrib)}"]
    known = [node.tag for node in theirs]
    mine = [node.tag for node in ours]
    if sorted(known) != sorted(mine):
        more, less = sorted(set(mine) - set(known)), sorted(set(known) - set(mine))
        return [f"{place} has {len(mine)} nodes (more: {more}, missing: {less}), recorded {len(known)}"]
    if not known:
        empty, wanted = not (ours.text or "").strip(), not (theirs.text or "").strip()
        if empty != wanted and theirs.tag not in _FREE_TEXT:
            return [f"{place} is {(ours.text or '')[:40]!r}, recorded {(theirs.text or '')[:40]!r}"]
        return []
    found: list[str] = []
    rest = list(ours)
    for node in theirs:
        twin = next(item for item in rest if item.tag == node.tag)
        rest.remove(twin)
        found += _compare_nodes(node, twin, place)
    return found


def _compare_json(theirs: Any, ours: Any, path: str) -> list[str]:
    if type(theirs) is not type(ours):
        return [f"{path} is {ours!r}, recorded {theirs!r}"]
    if isinstance(theirs, dict):
        if theirs.keys() != ours.keys():
            more, less = sorted(ours.keys() - theirs.keys()), sorted(theirs.keys() - ours.keys())
            return [f"{path} keys: more {more}, missing {less}"]
        return [text for key in theirs for text in _compare_json(theirs[key], ours[key], f"{path}.{key}")]
    if isinstance(theirs, list):
        if len(theirs) != len(ours):
            return [f"{path} has {len(ours)} items, recorded {len(theirs)}"]
        return [
            text
            for n, pair in enumerate(zip(theirs, ours, strict=True))
            for text in _compare_json(*pair, f"{path}[{n}]")
        ]
    return []


def amounts_that_differ(exchange: dict[str, Any], answer: httpx.Response) -> list[str]:
    """Beyond the rules: amounts of the body that differ (ids do not look like amounts)."""
    try:
        ours, theirs = ET.fromstring(answer.text), ET.fromstring(exchange["response"].get("body") or "")
    except ET.ParseError:
        return []
    mine = [(node.tag, node.text) for node in ours.iter() if _AMOUNT.fullmatch(node.text or "")]
    known = [(node.tag, node.text) for node in theirs.iter() if _AMOUNT.fullmatch(node.text or "")]
    return (
        [f"{a} instead of {b}" for a, b in zip(mine, known, strict=False) if a != b] if len(mine) == len(known) else []
    )


def value_at(answer: httpx.Response, path: str) -> str | None:
    """The value of a bind path in an answer."""
    path, _, _ = path.partition(" + ")
    try:
        if path.startswith("$"):
            value: Any = answer.json()
            for step in re.findall(r"\w+", path[1:]):
                value = value[int(step)] if step.isdecimal() else value[step]
            return str(value)
        return ET.fromstring(answer.text).findtext(path)
    except (ET.ParseError, ValueError, KeyError, IndexError, TypeError):
        return None
