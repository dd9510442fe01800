"""One request as the handlers see it, and what they answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from atoosync_lab.sandbox.woocommerce.state import ShopState

Json = dict[str, Any]
PREFIX = "/wp-json"


@dataclass
class Call:
    """A request.

    Attributes:
        state: The shop's data.
        method: HTTP method.
        path: Path below the API's prefix, with slash (`/wc/v3/products`).
        home: The site's own address, without trailing slash.
        url: Values of the path (`id`, `product_id`).
        query: Parameters of the query.
        body: Parameters of the body; empty when there is none.
        content: The body as parsed, where it is a list.
        params: All parameters, validated, with defaults; the body wins.
        edit: Whether the answer is in the context `edit`, as those to writes are.
        batch: Whether this is an item of a batch: arguments were not validated.
        user: The user of the key; 0 without.
    """

    state: ShopState
    method: str
    path: str
    home: str
    url: dict[str, str] = field(default_factory=dict)
    query: Json = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    content: Any = None
    params: Json = field(default_factory=dict)
    edit: bool = False
    batch: bool = False
    user: int = 0

    def number(self, name: str) -> int:
        """A whole number of the path."""
        return int(self.url[name])

    def link(self, path: str) -> str:
        """The address of a route below `/wc/v3/`."""
        return f"{self.home}{PREFIX}/wc/v3/{path}"

    @property
    def version(self) -> tuple[int, ...]:
        """Version of the shop."""
        return self.state.version_parts

    @property
    def decimals(self) -> int:
        """Decimals of amounts in the answer (`dp`; that of the shop by default)."""
        asked = self.params.get("dp")
        return int(asked) if asked is not None else int(self.state.option("woocommerce_price_num_decimals"))


@dataclass
class Answer:
    """What a handler gives back.

    Attributes:
        data: JSON value.
        status: HTTP status.
        headers: Headers beside the common ones.
        pause: Milliseconds that the shop takes for the items of this request.
    """

    data: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0


Handler = Callable[[Call], Answer]


def links(call: Call, own: str, collection: str, allow: tuple[str, ...], **more: list[Any]) -> dict[str, Any]:
    """The `_links` of a record."""
    return {
        "self": [{"href": call.link(own), "targetHints": {"allow": list(allow)}}],
        "collection": [{"href": call.link(collection)}],
        **more,
    }


ALL = ("GET", "POST", "PUT", "PATCH", "DELETE")
