"""Products, variants and stocks of the shop as records."""

from __future__ import annotations

from decimal import Decimal

import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.connectors.shops.shopify import bulk, facts, paging
from atoosync_lab.connectors.shops.shopify.client import ShopifyClient
from atoosync_lab.model.catalogue import Product, Stock
from atoosync_lab.model.errors import RetryError
from atoosync_lab.sandbox.shopify.seed import SeedProduct, SeedVariant
from tests.connectors.shopify.helpers import Shop, fresh, read, shirt, simple

D = Decimal


@pytest.mark.spec("SHOP-04")
def test_product_with_its_default_variant_is_one_record(shop: Shop) -> None:
    key = f"ONE-{next(fresh)}"
    ((product, variant),) = shop.products(simple(f" {key} ", taxable=False))
    (record,) = read(shop.connect(), Scope.PRODUCTS, ReadRequest(ids=(product,)))[Product]
    assert (record.kind, record.remote_id, record.unit_id, record.parent_id) == ("product", product, variant, None)
    assert (record.reference, record.key) == (f" {key} ", key)
    assert (record.price_incl_tax, record.price_excl_tax) == (D("12.50"), None)
    assert (record.weight, record.barcode, record.brand) == (D("0.25"), "3760000000017", "Marque")
    assert (record.tax_id, record.active, record.stock_tracked) == ("exempt", True, True)
    assert record.texts["name@fr"] == f"Article  {key} "
    assert record.texts["link_rewrite@fr"]
    assert record.modified_at is not None
    (row,) = read(shop.connect(), Scope.STOCKS, ReadRequest(ids=(product,)))[Stock]
    assert (row.product_id, row.variant_id, row.quantity, row.out_of_stock) == (product, None, D(5), "DENY")


@pytest.mark.pitfall("PB-28")
def test_product_with_choices_is_a_product_and_its_variants(shop: Shop) -> None:
    ((product, _),) = shop.products(shirt(f"C{next(fresh)}"))
    parent, *variants = read(shop.connect(), Scope.PRODUCTS, ReadRequest(ids=(product,)))[Product]
    assert (parent.kind, parent.reference, parent.price_incl_tax, parent.unit_id) == ("product", "", None, "")
    assert parent.tax_id == "taxable"
    assert {v.parent_id for v in variants} == {product}
    assert [(v.kind, v.reference[-1], v.price_incl_tax) for v in variants] == [
        ("variant", s, D("19.90")) for s in "SML"
    ]
    rows = read(shop.connect(), Scope.STOCKS, ReadRequest(ids=(product,)))[Stock]
    assert [(r.variant_id, r.quantity) for r in rows] == [(v.remote_id, D(n)) for n, v in enumerate(variants)]


def test_single_variant_with_a_choice_is_a_variant(shop: Shop) -> None:
    made = SeedProduct("Taille unique", [SeedVariant(f"TU{next(fresh)}", "5.00", options=("U",))], options=("Taille",))
    ((product, variant),) = shop.products(made)
    found = read(shop.connect(), Scope.PRODUCTS, ReadRequest(ids=(product,)))[Product]
    assert [(p.kind, p.remote_id) for p in found] == [("product", product), ("variant", variant)]


@pytest.mark.parametrize("values", [{"status": "DRAFT"}, {"status": "ARCHIVED"}, {"published_at": None}])
def test_product_that_is_not_shown_is_inactive(shop: Shop, values: dict[str, str]) -> None:
    ((product, _),) = shop.products(simple(f"H-{next(fresh)}"))
    shop.change("products", product, **values)
    (record,) = read(shop.connect(), Scope.PRODUCTS, ReadRequest(ids=(product,)))[Product]
    assert record.active is False


def test_weights_are_kilograms(shop: Shop) -> None:
    ((product, variant),) = shop.products(simple(f"W-{next(fresh)}", weight="250"))
    shop.change("variants", variant, weight_unit="GRAMS")
    (record,) = read(shop.connect(), Scope.PRODUCTS, ReadRequest(ids=(product,)))[Product]
    assert record.weight == D("0.25")


def test_every_variant_of_a_wide_product_is_read(shop: Shop) -> None:
    count = facts.VARIANTS_INLINE + 7
    name = f"W{next(fresh)}"
    variants = [SeedVariant(f"{name}-{n}", "1.00", options=(str(n),), stock=(n,)) for n in range(count)]
    ((product, _),) = shop.products(SeedProduct("Large", variants, options=("Numéro",)))
    found = read(shop.connect(), Scope.PRODUCTS, ReadRequest(ids=(product,)))[Product]
    assert [v.reference for v in found[1:]] == [f"{name}-{n}" for n in range(count)]
    rows = read(shop.connect(), Scope.STOCKS, ReadRequest(ids=(product,)))[Stock]
    assert [int(r.quantity) for r in rows] == list(range(count))


def test_one_file_gives_the_same_catalogue_as_pages(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    paged = read(shop.connect(), Scope.PRODUCTS)
    monkeypatch.setattr(facts, "BULK_PRODUCTS_FROM", 1)
    before = len(shop.rows("bulk_operations"))
    connector = shop.connect()
    assert read(connector, Scope.PRODUCTS) == paged
    assert connector.warnings == []
    assert len(shop.rows("bulk_operations")) == before + 1


def test_catalogue_is_read_by_pages_while_others_run_bulk_operations(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    paged = read(shop.connect(), Scope.PRODUCTS)
    monkeypatch.setattr(facts, "BULK_PRODUCTS_FROM", 1)
    errors = [{"field": None, "message": "A bulk query operation for this app and shop is already in progress"}]
    body = {"data": {"bulkOperationRunQuery": {"bulkOperation": None, "userErrors": errors}}}
    shop.server.faults([{"kind": "status", "body": "RunQuery", "value": {"status": 200, "body": body}}])
    assert read(shop.connect(), Scope.PRODUCTS) == paged


def test_paging_goes_on_behind_the_last_object_that_it_reaches(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read(shop.connect(), Scope.PRODUCTS)
    monkeypatch.setattr(facts, "MAX_PAGED", 120)
    assert read(shop.connect(sizes={"page_size": 50}), Scope.PRODUCTS) == expected


def test_record_that_cannot_be_used_is_told_and_takes_no_other_with_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((product, _),) = shop.products(simple(f"BAD-{next(fresh)}"))
    whole = read(shop.connect(), Scope.PRODUCTS)[Product]
    pages = paging.pages

    def spoilt(client: ShopifyClient, *more: object, **named: object) -> object:
        for nodes in pages(client, *more, **named):  # type: ignore[arg-type]
            yield [{**n, "status": n["status"], "createdAt": "soon"} if n["id"].endswith(product) else n for n in nodes]

    monkeypatch.setattr(paging, "pages", spoilt)
    connector = shop.connect()
    found = read(connector, Scope.PRODUCTS)[Product]
    assert {p.remote_id for p in whole} - {p.remote_id for p in found} == {product}
    (told,) = connector.warnings
    assert told.code == "shopify.unreadable_record"
    assert product in told.message.text("fr")


def test_children_of_a_file_may_stand_anywhere_behind_their_parent() -> None:
    lines = (
        b'{"id":"gid://shopify/Product/1"}\n{"id":"gid://shopify/Product/2"}\n'
        b'{"id":"gid://shopify/ProductVariant/9","__parentId":"gid://shopify/Product/2"}\n'
        b'{"id":"gid://shopify/ProductVariant/8","__parentId":"gid://shopify/Product/1","price":"1.10"}\n'
    )
    result = bulk.ResultFile(lines)
    children = result.children()
    assert [p["id"][-1] for p in result.parents()] == ["1", "2"]
    assert [c["id"][-1] for c in children.of("gid://shopify/Product/1")] == ["8"]
    assert children.of("gid://shopify/Product/3") == []


def test_cut_file_is_told_when_its_line_is_asked_for() -> None:
    cut = b'{"id":"gid://shopify/Product/1"}\n{"id":"x","title":"a","__parentId":"gid://shopify/Product/1"'
    children = bulk.ResultFile(cut).children()
    with pytest.raises(RetryError):
        children.of("gid://shopify/Product/1")
    with pytest.raises(RetryError):
        bulk.ResultFile(b'{"id":"x","__parentId":').children()
