"""What each shop's side of images must be, beyond the runs: documents, rules, refusals of the library."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from graphql import parse, validate

from atoosync_lab.connectors import plugins
from atoosync_lab.connectors.base import Capability
from atoosync_lab.connectors.picturing import ImagesWrite, WritesImages
from atoosync_lab.connectors.shops.prestashop import facts as prestashop
from atoosync_lab.connectors.shops.shopify import facts as shopify
from atoosync_lab.connectors.shops.shopify import image_operations
from atoosync_lab.model.errors import ConnectionFailedError
from atoosync_lab.sandbox.shopify.schema import schema_of
from atoosync_lab.sandbox.woocommerce.install import MEDIA_PASSWORD, MEDIA_USER
from tests.images.world import SHOPS, World, photo
from tests.sandbox.shopify import official


@pytest.mark.spec("SHOP-04")
@pytest.mark.parametrize("version", shopify.VERSIONS)
def test_documents_about_images_are_valid_in_each_version(version: str) -> None:
    for schema in (schema_of(version), official.schema(version)):
        faults = {
            (operation.name, error.message)
            for operation in image_operations.EVERY
            for error in validate(schema, parse(operation.text))
        }
        assert faults == set()
    assert all(operation.cost <= shopify.MAX_COST for operation in image_operations.EVERY)


@pytest.mark.spec("ART-30")
@pytest.mark.parametrize("kind", SHOPS)
def test_shop_that_says_it_takes_images_does(shops: Any, kind: str) -> None:
    world: World = shops(kind)
    world.begin()
    assert Capability.WRITE_IMAGES in plugins.shop(kind).capabilities
    with world.connected() as shop:
        assert isinstance(shop, WritesImages)
        assert "image/jpeg" in shop.image_rules.mime_types
        assert shop.write_images([]) == []
        assert shop.calls_for("images", 25) >= 25
        (gone,) = shop.write_images([ImagesWrite(key="NOPE", target_id="99999999")])
        assert gone.error is not None
        assert gone.error.code == f"{kind}.gone"


@pytest.mark.spec("ART-30")
def test_prestashop_takes_webp_from_9_0_3_alone() -> None:
    taken = {v: "image/webp" in prestashop.image_rules(prestashop.Version.parse(v)).mime_types
             for v in ("1.7.8", "9.0.2", "9.0.3", "9.1.4")}  # fmt: skip
    assert taken == {"1.7.8": False, "9.0.2": False, "9.0.3": True, "9.1.4": True}


@pytest.mark.spec("SHOP-02")
def test_library_of_wordpress_answers_as_wordpress_does(shops: Any) -> None:
    world: World = shops("woocommerce")
    address, signed = f"{world.server.url}/wp-json/wp/v2/media", (MEDIA_USER, MEDIA_PASSWORD)
    sent = {"content": photo("Médiathèque"), "params": {"slug": "atoo-media", "title": "Médiathèque"}}
    named = {"Content-Type": "image/jpeg", "Content-Disposition": 'attachment; filename="a b.jpg"'}

    def post(**options: Any) -> httpx.Response:
        return httpx.post(address, **{**sent, "headers": named, "auth": signed, **options})

    assert (post(auth=None).status_code, post(auth=None).json()["code"]) == (401, "rest_cannot_create")
    assert post(auth=(MEDIA_USER, "no")).json()["code"] == "incorrect_password"
    assert post(headers={"Content-Type": "image/jpeg"}).json()["code"] == "rest_upload_no_content_disposition"
    assert post(content=b"").json()["code"] == "rest_upload_no_data"
    assert post(content=b"text").json()["code"] == "rest_upload_unknown_error"
    made = post()
    assert made.status_code == 201
    assert made.json()["slug"] == "atoo-media"
    assert made.json()["source_url"].endswith("a-b.jpg")
    assert post().json()["slug"] == "atoo-media-2", "a slug that is taken gets a number"
    found = httpx.get(address, params={"slug[]": ["atoo-media", "none"], "_fields": "id,slug"})
    assert found.json() == [{"id": made.json()["id"], "slug": "atoo-media"}]
    form = httpx.post(address, auth=signed, files={"file": ("c.jpg", photo("Formulaire"), "image/jpeg")})
    assert (form.status_code, form.json()["mime_type"]) == (201, "image/jpeg")


@pytest.mark.spec("SHOP-02")
def test_connector_without_an_application_password_writes_no_images(shops: Any) -> None:
    world: World = shops("woocommerce")
    world.begin()
    world.media = ("", "")
    try:
        with world.connected() as shop:
            assert Capability.WRITE_IMAGES not in shop.capabilities
            with pytest.raises(ConnectionFailedError) as refused:
                shop.write_images([ImagesWrite(key="A", target_id="1")])
    finally:
        world.media = (MEDIA_USER, MEDIA_PASSWORD)
    assert refused.value.code == "woocommerce.media_password"


@pytest.mark.spec("SVC-05", "SHOP-02")
def test_connection_test_says_whether_images_can_be_sent(shops: Any) -> None:
    world: World = shops("woocommerce")
    world.begin()
    found = {}
    for password in (MEDIA_PASSWORD, "zzzz", ""):
        world.media = (MEDIA_USER, password)
        try:
            with world.connected() as shop:
                found[password] = [(c.ok, c.message.code) for c in shop.check().checks if "media" in c.name]
        finally:
            world.media = (MEDIA_USER, MEDIA_PASSWORD)
    assert found == {
        MEDIA_PASSWORD: [(True, "woocommerce.media_ok")],
        "zzzz": [(False, "woocommerce.media_refused")],
        "": [],
    }
