"""The address of a shop: what people paste, completed to the one where the API answers (SHOP-10)."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from atoosync_lab.connectors.shops.shopify import facts
from atoosync_lab.model.errors import ConnectionFailedError


def base_address(url: str) -> str:
    """Scheme and host of the API: from `name`, `name.myshopify.com`, or an address of the back office.

    A host of this machine is left as it is, port and scheme too: sandboxes answer there without TLS.

    Raises:
        ConnectionFailedError: there is no address.
    """
    text = url.strip()
    if text and "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ConnectionFailedError("shopify.address", address=url) from None
    if not host or parts.scheme not in ("http", "https"):
        raise ConnectionFailedError("shopify.address", address=url)
    if _local(host):
        shown = f"[{host}]" if ":" in host else host
        return f"{parts.scheme}://{shown}" + (f":{port}" if port else "") + "/"
    if host == facts.ADMIN_HOST:
        steps = [step for step in parts.path.split("/") if step]
        if len(steps) < 2 or steps[0] != "store":
            raise ConnectionFailedError("shopify.address", address=url)
        host = steps[1]
    if "." not in host:
        host += facts.DOMAIN_SUFFIX
    # A token never leaves without TLS, whatever scheme was pasted.
    return f"https://{host}/"


def own_domain(base: str) -> bool:
    """The address is a domain of the merchant's, where the API does not answer."""
    host = urlsplit(base).hostname or ""
    return not host.endswith(facts.DOMAIN_SUFFIX) and not _local(host)


def local(url: str) -> bool:
    """The address is this machine's."""
    return _local(urlsplit(url).hostname or "")


def _local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
