"""From what a person types to the root of the site (SHOP-10)."""

from __future__ import annotations

import pytest

from atoosync_lab.connectors.shops.woocommerce.address import site_root


@pytest.mark.spec("SHOP-10")
@pytest.mark.parametrize(
    ("typed", "root"),
    [
        ("shop.test", "https://shop.test/"),
        ("https://shop.test", "https://shop.test/"),
        ("https://shop.test/blog", "https://shop.test/blog/"),
        ("https://shop.test/wp-json/wc/v3/", "https://shop.test/"),
        ("https://shop.test/blog/wp-json", "https://shop.test/blog/"),
        ("https://shop.test/wp-admin/admin.php?page=wc-settings#x", "https://shop.test/"),
        ("http://127.0.0.1:8080/?x=1", "http://127.0.0.1:8080/"),
    ],
)
def test_root_of_the_site_is_found(typed: str, root: str) -> None:
    assert site_root(typed) == root
