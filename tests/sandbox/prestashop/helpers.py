"""Short ways to talk to the sandbox in tests."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import httpx


def codes(answer: httpx.Response) -> set[int]:
    """The error codes of an answer."""
    return {int(node.text or 0) for node in ET.fromstring(answer.text).findall("errors/error/code")}


def names(answer: httpx.Response, node: str, field: str = "name") -> list[str]:
    """The values of a field in a list, in order."""
    return [item.findtext(field) or "" for item in ET.fromstring(answer.text).iter(node)]


def ids(answer: httpx.Response) -> list[int]:
    """The ids of a list without display."""
    root = ET.fromstring(answer.text)
    return [int(item.get("id", "0")) for item in root[0]]


def create(client: httpx.Client, resource: str, body: str) -> int:
    """POST a record and return its id."""
    answer = client.post(f"/api/{resource}", content=body)
    assert answer.status_code == 201, answer.text
    return int(ET.fromstring(answer.text).findtext("*/id") or 0)


def wrap(node: str, **fields: object) -> str:
    """A body with one object; a value that begins with `<` is taken as XML."""
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return f"<prestashop><{node}>{inner}</{node}></prestashop>"


def tag(name: str) -> str:
    """The body of a tag."""
    return wrap("tag", id_lang=1, name=name)


def texts(english: str, french: str | None = None) -> str:
    """The nodes of a language field."""
    french = english if french is None else french
    return f'<language id="1">{english}</language><language id="2">{french}</language>'


def product(reference: str, **more: object) -> str:
    """The body of a product that can be bought."""
    usual: dict[str, object] = {
        "reference": reference,
        "price": "10",
        "active": 1,
        "state": 1,
        "available_for_order": 1,
        "minimal_quantity": 1,
        "id_tax_rules_group": 1,
        "name": texts(reference),
        "link_rewrite": texts(reference.lower()),
    }
    return wrap("product", **{**usual, **more})
