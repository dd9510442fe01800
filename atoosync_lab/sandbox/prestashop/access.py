"""Keys and rights: who may do what on which resource."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping

from atoosync_lab.sandbox.prestashop.answers import Call
from atoosync_lab.sandbox.prestashop.errors import PlainError, WebserviceError, refuse
from atoosync_lab.sandbox.prestashop.state import ShopState

KEY_LENGTH = 32
READ = ("GET", "HEAD")
SPECIAL = ("images", "search")
"""Resources without a table of fields."""
FORBIDDEN: Mapping[str, tuple[str, ...]] = {
    "search": ("POST", "PUT", "PATCH", "DELETE"),
    "stock_availables": ("POST", "DELETE"),
    "stock_movements": ("POST", "PUT", "PATCH", "DELETE"),
    "stocks": ("POST", "PUT", "PATCH", "DELETE"),
    "warehouses": ("DELETE",),
}
"""Methods that a resource never takes (code 101)."""


def methods(state: ShopState) -> tuple[str, ...]:
    """The methods that the version knows."""
    return (
        ("GET", "PUT", "POST", "PATCH", "DELETE", "HEAD")
        if state.at_least("8")
        else ("GET", "PUT", "POST", "DELETE", "HEAD")
    )


def resource_names(state: ShopState) -> list[str]:
    """All resources of the version, in alphabetical order."""
    return sorted([*state.resources, *SPECIAL])


def set_key(state: ShopState, key: str, rights: str | Mapping[str, Iterable[str]] = "all") -> None:
    """Create or change a key.

    Args:
        state: The shop.
        key: 32 characters.
        rights: `all`, `read`, or methods by resource (`{"products": ["GET", "PUT"]}`).

    Raises:
        ValueError: when the key has not 32 characters.
    """
    if len(key) != KEY_LENGTH:
        raise ValueError(f"a webservice key has {KEY_LENGTH} characters, not {len(key)}")
    text = rights if isinstance(rights, str) else json.dumps({name: list(given) for name, given in rights.items()})
    state.db.execute("INSERT OR REPLACE INTO _keys VALUES (?, ?)", (key, text))


def authenticate(call: Call, *, strip: bool = False) -> None:
    """Find the key of a request and its rights.

    Args:
        call: The request; key and rights are set on it.
        strip: Whether the host drops the `Authorization` header.

    Raises:
        PlainError: 401 in plain text when no key came.
        WebserviceError: 17, 18, 20 and 21 for a key that is empty, of wrong length, or unknown.
    """
    key = None if strip else _basic_user(call.headers.get("authorization", ""))
    if key is None:
        key = call.params.get("ws_key")
    if key is None:
        raise PlainError(401, "401 Unauthorized")
    if not key:
        raise refuse(401, 17, "Authentication key is empty")
    if len(key) != KEY_LENGTH:
        raise refuse(401, 18, "Invalid authentication key format")
    row = call.state.db.execute("SELECT rights FROM _keys WHERE key = ?", (key,)).fetchone()
    if row is None:
        raise WebserviceError(
            401, [(20, "Authentification key is not active"), (21, "No permission for this authentication key")]
        )
    call.key, call.rights, call.authenticated = key, _rights(call.state, row[0]), True


def _basic_user(header: str) -> str | None:
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(rest, validate=True).decode("latin-1").partition(":")[0]
    except (binascii.Error, ValueError):
        return ""


def _rights(state: ShopState, text: str) -> dict[str, tuple[str, ...]]:
    if text == "all":
        return dict.fromkeys(resource_names(state), methods(state))
    if text == "read":
        return dict.fromkeys(resource_names(state), READ)
    return {name: tuple(given) for name, given in json.loads(text).items()}


def permit(call: Call) -> str:
    """Check the method and the resource, and return the resource's name (empty for the root).

    Raises:
        WebserviceError: 23, 25, 26, 27, 101.
    """
    if call.method not in methods(call.state):
        raise refuse(405, 23, f"Method {call.method} is not valid")
    if not call.parts:
        return ""
    name = call.parts[0]
    known = resource_names(call.state)
    if name not in known:
        listed = ", ".join(f'"{item}"' for item in known)
        raise refuse(400, 27, f'Resource of type "{name}" does not exists. The full list is: {listed}')
    given = call.rights.get(name)
    if not given:
        raise refuse(401, 26, f'Resource of type "{name}" is not allowed with this authentication key')
    if call.method not in given:
        raise refuse(
            405, 25, f"Method {call.method} is not allowed for the resource {name} with this authentication key"
        )
    if call.method in FORBIDDEN.get(name, ()):
        raise refuse(405, 101, f"Method {call.method} is not allowed for the resource {name}")
    return name


def rights_xml(call: Call) -> str:
    """The root document: the resources of the key, with a true or false for each method."""
    lines = [f'<api shopName="{call.state.config("PS_SHOP_NAME")}">\n']
    order = (
        ("GET", "PUT", "POST", "PATCH", "DELETE", "HEAD")
        if call.state.at_least("8")
        else ("GET", "PUT", "POST", "DELETE", "HEAD")
    )
    for name in resource_names(call.state):
        given = call.rights.get(name)
        if not given:
            continue
        flags = " ".join(f'{item.lower()}="{"true" if item in given else "false"}"' for item in order)
        address = f'xlink:href="{call.base}/api/{name}" {flags}'
        lines.append(
            f"<{name} {address}>\n<description {address}>\n{name.replace('_', ' ').capitalize()}</description>\n"
        )
        if name not in SPECIAL and name != "attachments":
            lines += [
                f'<schema xlink:href="{call.base}/api/{name}?schema={kind}" type="{kind}"/>\n'
                for kind in ("blank", "synopsis")
            ]
        lines.append(f"</{name}>\n")
    lines.append("</api>\n")
    return "".join(lines)
