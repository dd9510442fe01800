"""From what a person types to the root of a site, and back to an address that tells where the API is (SHOP-10)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

_TAIL = re.compile(r"/(wp-json|wp-admin|wp-login\.php)(/.*)?$")


def site_root(url: str) -> str:
    """Root of the site, with a final slash: what follows `wp-json` or `wp-admin`, query and fragment are taken off.

    `https://shop.test/blog/wp-json/wc/v3/` -> `https://shop.test/blog/`.
    """
    url = url.strip()
    if url and "://" not in url:
        url = "https://" + url
    parts = urlsplit(url)
    path = _TAIL.sub("/", parts.path)
    return urlunsplit((parts.scheme, parts.netloc, path if path.endswith("/") else path + "/", "", ""))
