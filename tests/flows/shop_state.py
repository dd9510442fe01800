"""The sandbox shop seen and changed from outside the product, as its own back office would."""

from __future__ import annotations

from decimal import Decimal

import httpx
from lxml import etree

from atoosync_lab.cli.demo_steps import Demo
from atoosync_lab.sandbox.prestashop.install import DEFAULT_KEY

Records = dict[str, dict[str, str]]


def _call(demo: Demo, method: str, path: str, content: str = "") -> etree._Element:
    answer = httpx.request(
        method, f"{demo.shop.url}/api/{path}", auth=(DEFAULT_KEY, ""), content=content.encode(), timeout=60
    )
    answer.raise_for_status()
    return etree.fromstring(answer.content)


def records(demo: Demo, resource: str) -> Records:
    """Every record of a resource by id; texts in several languages as `node@language`."""
    found: Records = {}
    for element in _call(demo, "GET", f"{resource}?display=full")[0]:
        held = {}
        for node in element:
            languages = node.findall("language")
            for language in languages:
                held[f"{node.tag}@{language.get('id')}"] = language.text or ""
            if not languages and node.tag != "associations":
                held[str(node.tag)] = node.text or ""
        found[held["id"]] = held
    return found


def change(demo: Demo, resource: str, node: str, remote_id: str, **values: str) -> None:
    """Somebody changes a record in the shop's back office."""
    body = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in values.items())
    _call(demo, "PATCH", resource, f"<prestashop><{node}><id>{remote_id}</id>{body}</{node}></prestashop>")


def prices(demo: Demo) -> dict[str, Decimal]:
    """Price (or impact) of every product and variant by `kind/id`."""
    return {
        f"{resource}/{key}": Decimal(record["price"])
        for resource in ("products", "combinations")
        for key, record in records(demo, resource).items()
    }
