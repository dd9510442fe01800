"""The shape of an answer: bodies, headers, JSON or XML, the schemas and the list of resources."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from atoosync_lab.sandbox.prestashop.errors import WebserviceError
from atoosync_lab.sandbox.prestashop.fields import FULL_VERSION, Resource
from atoosync_lab.sandbox.prestashop.reading import document, dump_json
from atoosync_lab.sandbox.prestashop.state import ShopState
from atoosync_lab.sandbox.prestashop.values import clean

XML_TYPE = "text/xml;charset=utf-8"
JSON_TYPE = "application/json"
HTML_TYPE = "text/html; charset=utf-8"
REALM = (
    'Basic realm="Welcome to PrestaShop Webservice, please enter the authentication key as the'
    ' login. No password required."'
)


@dataclass
class Call:
    """One request on its way through the Webservice.

    Attributes:
        state: The shop.
        method: GET, HEAD, POST, PUT, PATCH or DELETE, after `ps_method`.
        parts: Path below `/api`, split.
        params: Query parameters (the last of several equal ones wins).
        headers: Request headers in lower case.
        base: Address of the shop without trailing slash.
        json: Whether the answer is JSON.
        key: The webservice key, once known.
        rights: What the key may do.
    """

    state: ShopState
    method: str
    parts: list[str]
    params: Mapping[str, str]
    headers: Mapping[str, str]
    base: str
    json: bool
    key: str = ""
    rights: Mapping[str, Any] = field(default_factory=dict)
    authenticated: bool = False

    def body(self, xml: str, value: Any, status: int = 200) -> Response:
        """An answer with content in the asked format."""
        if self.json:
            return self.content(dump_json(value).encode(), JSON_TYPE, status)
        return self.content(document(xml).encode(), XML_TYPE, status)

    def content(self, content: bytes, media: str, status: int = 200) -> Response:
        """An answer with bytes; 304 when the client names the hash of the same bytes (from version 8)."""
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        headers = {**self.common(), "Content-Sha1": digest}
        if self.headers.get("local-content-sha1") == digest and self.state.at_least("8"):
            return Response(b"", 304, headers)
        return Response(b"" if self.method == "HEAD" else content, status, {**headers, "Content-Type": media})

    def empty(self, status: int) -> Response:
        """An answer without body, as for an unknown id."""
        return Response(b"", status, self.common())

    def error(self, error: WebserviceError) -> Response:
        """An answer with `<errors>`."""
        if self.json:
            value = {"errors": [{"code": code, "message": message} for code, message in error.errors]}
            return Response(dump_json(value).encode(), error.status, {**self.common(), "Content-Type": JSON_TYPE})
        nodes = "".join(_error_node(code, clean(message)) for code, message in error.errors)
        headers = {**self.common(), "Content-Type": XML_TYPE}
        if error.status == 401:
            headers["WWW-Authenticate"] = REALM
        return Response(document(f"<errors>\n{nodes}</errors>\n").encode(), error.status, headers)

    def common(self) -> dict[str, str]:
        """Headers of every answer of the Webservice."""
        known = self.authenticated or not self.state.at_least("8")
        version = FULL_VERSION[self.state.version] if known else "0"
        return {"PSWS-Version": version, "Execution-Time": "0.01"}


def _error_node(code: int, message: str) -> str:
    return f"<error>\n<code><![CDATA[{code}]]></code>\n<message><![CDATA[{message}]]></message>\n</error>\n"


def blank_schema(state: ShopState, resource: Resource) -> str:
    """`schema=blank`: every node, empty."""
    return _schema(state, resource, blank=True)


def synopsis_schema(state: ShopState, resource: Resource) -> str:
    """`schema=synopsis`: every node with its rules."""
    return _schema(state, resource, blank=False)


def _schema(state: ShopState, resource: Resource, *, blank: bool) -> str:
    languages = state.languages()
    lines = [f"<{resource.node}>\n"]
    if blank:
        lines.append("\t<id><![CDATA[]]></id>\n")
    for known in resource.fields.values():
        marks = ""
        if not blank:
            marks += ' notFilterable="true"' if known.computed else ""
            marks += ' required="true"' if known.required else ""
            marks += f' maxSize="{known.size}"' if known.size else ""
            marks += f' format="{known.format}"' if known.format else ""
            marks += ' read_only="true" readOnly="true"' if known.read_only else ""
        inner = "<![CDATA[]]>"
        if known.language:
            rule = "" if blank else ' format="isUnsignedId"'
            inner = "".join(f'<language id="{item}"{rule}><![CDATA[]]></language>' for item in languages)
        lines.append(f"\t<{known.name}{marks}>{inner}</{known.name}>\n")
    if resource.associations:
        lines.append("<associations>\n")
        for item in resource.associations.values():
            kind = ' virtualEntity="true"' if item.virtual else f' api="{item.api}"'
            lines.append(f'<{item.name} nodeType="{item.node}"{kind}>\n\t<{item.node}>\n')
            for part in item.parts:
                marks = "" if blank else (' required="true"' if part.required else "")
                marks += "" if blank or not part.read_only else ' read_only="true" readOnly="true"'
                lines.append(f"\t<{part.name}{marks}><![CDATA[]]></{part.name}>\n")
            lines.append(f"\t</{item.node}>\n</{item.name}>\n")
        lines.append("</associations>\n")
    lines.append(f"</{resource.node}>\n")
    return "".join(lines)
