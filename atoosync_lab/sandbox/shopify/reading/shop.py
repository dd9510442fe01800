"""The shop, its locations, its publications, and the app."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.facts import MAX_OPTIONS, MAX_VARIANTS, VERSIONS
from atoosync_lab.sandbox.shopify.install import CLIENT_ID, SHOP_DOMAIN
from atoosync_lab.sandbox.shopify.paging import TableSpec, child_pages, count_of, list_page, table_page
from atoosync_lab.sandbox.shopify.reading.registry import field
from atoosync_lab.sandbox.shopify.search import SearchSpec, date_field, flag_field, number_field, text_field, word_field
from atoosync_lab.sandbox.shopify.state import IN, ids
from atoosync_lab.sandbox.shopify.values import Row, gid, number_of, opened

COUNTRIES = {"FR": "France", "BE": "Belgium", "CH": "Switzerland", "DE": "Germany", "ES": "Spain", "IT": "Italy",
             "LU": "Luxembourg", "GB": "United Kingdom", "NL": "Netherlands", "US": "United States", "PT": "Portugal",
             "AT": "Austria", "IE": "Ireland", "CA": "Canada", "MC": "Monaco", "RE": "Reunion"}  # fmt: skip
"""English names of the countries that the sandbox knows; others keep their code as name."""
_LOCATIONS = TableSpec(
    "locations",
    SearchSpec(
        {"id": number_field("id"), "name": text_field("name"), "active": flag_field("active"),
         "created_at": date_field("created_at")},
        word_field("name"),
    ),
    {"ID": "id", "NAME": "name"},
    "NAME",
)  # fmt: skip
_PUBLICATIONS = TableSpec("publications", SearchSpec({}, word_field("name")))


@field("QueryRoot", "shop")
def shop(context: Context, parents: list[Any], _args: Args) -> Sequence[Any]:
    """The shop itself."""
    held = context.settings
    address = {"id": "gid://shopify/ShopAddress/1", "address1": "1 rue du Port", "city": "Lyon", "zip": "69002",
               "countryCode": held["country"]}  # fmt: skip
    names = {"basic": "Basic", "advanced": "Advanced", "plus": "Shopify Plus"}
    return [
        {
            "id": 1,
            "name": held["name"],
            "email": held["email"],
            "contact_email": held["email"],
            "myshopify_domain": SHOP_DOMAIN,
            "currency_code": held["currency"],
            "enabled_presentment_currencies": [held["currency"]],
            "taxes_included": held["taxes_included"],
            "tax_shipping": held["tax_shipping"],
            "weight_unit": held["weight_unit"],
            "iana_timezone": held["timezone"],
            "timezone_offset": "+0100",
            "timezone_offset_minutes": 60,
            "unit_system": "METRIC_SYSTEM",
            "url": f"https://{SHOP_DOMAIN}",
            "created_at": held["created_at"],
            "updated_at": held["created_at"],
            "shop_owner_name": held["name"],
            "ships_to_countries": sorted(COUNTRIES),
            "order_number_format_prefix": held["order_prefix"],
            "order_number_format_suffix": "",
            "billing_address": address,
            "shop_address": address,
            "plan": {
                "partner_development": False,
                "public_display_name": names[held["plan"]],
                "display_name": names[held["plan"]],
                "shopify_plus": held["plan"] == "plus",
            },
            "primary_domain": {
                "id": "gid://shopify/Domain/1",
                "host": SHOP_DOMAIN,
                "url": f"https://{SHOP_DOMAIN}",
                "ssl_enabled": True,
            },
            "resource_limits": {
                "location_limit": 10,
                "max_product_options": MAX_OPTIONS,
                "max_product_variants": MAX_VARIANTS,
                "redirect_limit_reached": False,
            },
        }
    ] * len(parents)


def _address_part(name: str) -> Any:
    def answer(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
        return [parent.get(name) for parent in parents]

    return answer


for _name in ("address1", "address2", "city", "phone", "province", "provinceCode", "zip", "company", "name",
              "latitude", "longitude", "countryCode"):  # fmt: skip
    field("ShopAddress LocationAddress FulfillmentOrderAssignedLocation", _name)(_address_part(_name))


@field("ShopAddress", "countryCodeV2")
def shop_country_code(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The country's code."""
    return [parent.get("countryCode") for parent in parents]


@field("ShopAddress LocationAddress", "country")
def country(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The country's name."""
    return [country_name(parent.get("countryCode")) for parent in parents]


def country_name(code: str | None) -> str | None:
    """English name of a country."""
    return COUNTRIES.get(code, code) if code else None


@field("LocationAddress", "formatted")
def formatted(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The lines of an address."""
    return [
        [
            text
            for text in (row.get("address1"), f"{row.get('zip', '')} {row.get('city', '')}", row.get("country"))
            if text
        ]
        for row in parents
    ]


@field("QueryRoot", "locations")
def locations(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """Locations; active ones unless told otherwise."""
    return [table_page(context, _LOCATIONS, args, "1" if args.get("includeInactive") else "active = 1")]


@field("QueryRoot", "locationsCount")
def locations_count(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """How many."""
    return [count_of(context, _LOCATIONS, args)]


@field("QueryRoot", "location")
def location(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One location; the primary one without an id."""
    if args.get("id") is None:
        return [context.state.one("locations", "1 ORDER BY id")]
    return [context.state.get("locations", number_of(args["id"], "Location"))]


@field("Location", "isActive")
def is_active(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Whether stock may be kept there."""
    return [row["active"] for row in parents]


@field("Location", "activatable", "deactivatable", "addressVerified", "shipsInventory")
def yes(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """True for every location of the sandbox."""
    return [True] * len(parents)


@field("Location", "isFulfillmentService")
def no(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """False: the sandbox has no fulfillment services."""
    return [False] * len(parents)


@field("Location", "deactivatedAt")
def deactivated_at(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """When it was closed."""
    return [None if row["active"] else row["updated_at"] for row in parents]


@field("Location", "isPrimary")
def is_primary(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The first location."""
    first = context.state.value("SELECT MIN(id) FROM locations")
    return [row["id"] == first for row in parents]


@field("Location", "address")
def location_address(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Its address."""
    return [opened(row, "address") for row in parents]


@field("Location", "hasActiveInventory", "hasUnfulfilledOrders")
def has_inventory(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Whether anything is stocked there."""
    sql = "SELECT EXISTS (SELECT 1 FROM inventory_levels WHERE location_id = ?)"
    return [context.state.value(sql, row["id"]) for row in parents]


@field("Location", "inventoryLevel")
def location_level(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """The level of one item there."""
    item = number_of(args["inventoryItemId"], "InventoryItem")
    return [
        context.state.one("inventory_levels", "item_id = ? AND location_id = ?", item, row["id"]) for row in parents
    ]


@field("Location", "inventoryLevels")
def location_levels(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """All levels there."""
    spec = TableSpec(
        "(SELECT *, item_id AS id FROM inventory_levels)", SearchSpec({}, word_field("item_id")), {"ID": "item_id"}
    )
    return [table_page(context, spec, args, "location_id = ?", [row["id"]]) for row in parents]


@field("QueryRoot", "publications")
def publications(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """Where things can be published."""
    return [table_page(context, _PUBLICATIONS, args)]


@field("QueryRoot", "publication")
def publication(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One of them."""
    return [context.state.get("publications", number_of(args["id"], "Publication"))]


@field("Publication", "supportsFuturePublishing")
def future(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Only the online store."""
    return [row["name"] == "Online Store" for row in parents]


@field("Publication", "catalog")
def publication_catalog(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The catalog that the publication belongs to."""
    found = context.load("catalogs", [row["catalog_id"] for row in parents])
    return [{**row, "__typename": "CompanyLocationCatalog"} if row else None for row in found]


@field("Publication", "products")
def published_products(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """Products published there."""
    return child_pages(context, parents, args, _published("products", "Product"), "_owner")


@field("Publication", "collections")
def published_collections(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """Collections published there."""
    return child_pages(context, parents, args, _published("collections", "Collection"), "_owner")


def _published(table: str, kind: str) -> str:
    return (
        f"SELECT t.*, e.publication_id AS _owner FROM publication_entries e JOIN {table} t ON t.id = e.resource_id "
        f"WHERE e.kind = '{kind}' AND e.publication_id {{in}} ORDER BY t.id"
    )


def _register_publishing(kind: str) -> None:
    @field(kind, "resourcePublicationsV2")
    def entries(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
        rows = _entries(context, kind, parents, bool(args.get("onlyPublished", True)))
        return [list_page(rows.get(row["id"], []), args) for row in parents]

    @field(kind, "resourcePublicationsCount")
    def count(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
        rows = _entries(context, kind, parents, bool(args.get("onlyPublished", True)))
        return [{"count": len(rows.get(row["id"], [])), "precision": "EXACT"} for row in parents]

    @field(kind, "publishedOnPublication")
    def published_on(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
        wanted = number_of(args["publicationId"], "Publication")
        rows = _entries(context, kind, parents, True)
        return [any(entry["publication_id"] == wanted for entry in rows.get(row["id"], [])) for row in parents]


def _entries(context: Context, kind: str, parents: list[Row], published: bool) -> dict[int, list[Row]]:
    rows = context.state.rows(
        "publication_entries",
        f"kind = ? AND resource_id {IN} ORDER BY publication_id",
        kind,
        ids(p["id"] for p in parents),
    )
    now = context.state.now()
    found: dict[int, list[Row]] = {}
    for row in rows:
        row["is_published"] = row["publish_date"] is None or row["publish_date"] <= now
        row["kind"] = kind
        if row["is_published"] or not published:
            found.setdefault(row["resource_id"], []).append(row)
    return found


for _kind in ("Product", "Collection"):
    _register_publishing(_kind)


@field("ResourcePublicationV2", "publication")
def entry_publication(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Where."""
    return context.load("publications", [row["publication_id"] for row in parents])


@field("ResourcePublicationV2", "publishable")
def entry_publishable(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """What."""
    tables = {"Product": "products", "Collection": "collections"}
    return [
        {**(context.state.get(tables[row["kind"]], row["resource_id"]) or {}), "__typename": row["kind"]}
        for row in parents
    ]


@field("QueryRoot", "shopLocales")
def locales(context: Context, parents: list[Any], _args: Args) -> Sequence[Any]:
    """The shop's only language, that of its country."""
    country = str(context.state.setting("country"))
    locale, name = _LANGUAGES.get(country, ("en", "English"))
    return [[{"locale": locale, "name": name, "primary": True, "published": True}]]


_LANGUAGES = {"FR": ("fr", "French"), "DE": ("de", "German"), "ES": ("es", "Spanish"), "IT": ("it", "Italian")}
"""Language of a country whose shops have another one than English."""


@field("QueryRoot", "currentAppInstallation")
def installation(context: Context, parents: list[Any], _args: Args) -> Sequence[Any]:
    """The app that asks, with its scopes."""
    scopes = [{"handle": scope, "description": scope.replace("_", " ")} for scope in sorted(context.scopes)]
    app = {"id": gid("App", 1), "title": "ERP", "api_key": CLIENT_ID, "handle": "erp"}
    return [{"id": gid("AppInstallation", 1), "access_scopes": scopes, "app": app}]


@field("QueryRoot", "publicApiVersions")
def versions(context: Context, parents: list[Any], _args: Args) -> Sequence[Any]:
    """Versions served."""
    return [[version_row(name) for name in VERSIONS]]


def version_row(name: str) -> Row:
    """A version as an object."""
    return {"display_name": name, "handle": name, "supported": True}
