"""Every GraphQL document that the connector sends, by name; those that differ by version or length are built here.

Selections are as small as their use allows: each object costs a point. `every_operation` gives them all, for a test
that validates each against the official schema of each version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from atoosync_lab.connectors.shops.shopify import facts


@dataclass(frozen=True, slots=True)
class Operation:
    """A named document.

    Attributes:
        name: name of the operation.
        text: the document.
        cost: points it takes before its first answer has said so.
    """

    name: str
    text: str
    cost: int = 1


_VARIANT = (
    "id sku barcode price taxable updatedAt inventoryItem { id tracked measurement { weight { unit value } } }"
)  # fmt: skip
_PRODUCT = (
    "id title descriptionHtml handle vendor status publishedAt createdAt updatedAt hasOnlyDefaultVariant"
    " seo { title description }"
)
_MONEY = "{ presentmentMoney { amount } }"
_BOTH = "{ shopMoney { amount } presentmentMoney { amount } }"
_TAXES = f"taxLines {{ title rate priceSet {_MONEY} }}"
_LINE = (
    "id title variantTitle sku quantity currentQuantity variant { id barcode } product { id hasOnlyDefaultVariant }"
    f" originalUnitPriceSet {_MONEY} discountAllocations {{ allocatedAmountSet {_MONEY} }} {_TAXES}"
)
_SHIPPING = f"id title code isRemoved discountedPriceSet {_MONEY} {_TAXES}"
_ADDRESS = (
    "{ firstName lastName company address1 address2 zip city province countryCodeV2 phone }"
)  # fmt: skip
_STATE = "id cancelledAt closedAt displayFinancialStatus displayFulfillmentStatus"
_ORDER = (
    f"{_STATE} name createdAt updatedAt processedAt currencyCode presentmentCurrencyCode taxesIncluded email phone note"
    " poNumber customerLocale customAttributes { key value } paymentGatewayNames"
    " customer { id firstName lastName email: defaultEmailAddress { emailAddress } locale updatedAt }"
    f" billingAddress {_ADDRESS} shippingAddress {_ADDRESS}"
    f" totalPriceSet {_BOTH} currentTotalPriceSet {_MONEY} totalTipReceivedSet {_MONEY}"
    f" currentTotalDutiesSet {_MONEY} additionalFees {{ id name price {_MONEY} {_TAXES} }}"
    " transactions { id kind status gateway formattedGateway processedAt createdAt paymentId"
    " amountSet { presentmentMoney { amount currencyCode } } }"
    f" refunds {{ id createdAt totalRefundedSet {_MONEY} }}"
)
_PIECE = "id sku currentQuantity variant { id } product { id hasOnlyDefaultVariant }"
_REFUND = (
    f"id createdAt updatedAt totalRefundedSet {_MONEY}"
    " refundLineItems(first: 250) { pageInfo { hasNextPage } nodes {"
    f" quantity subtotalSet {_MONEY} totalTaxSet {_MONEY} lineItem {{ id }} }} }}"
    f" refundShippingLines(first: 5) {{ nodes {{ id subtotalAmountSet {_MONEY} taxAmountSet {_MONEY} }} }}"
)
_PAGE = "pageInfo { hasNextPage endCursor }"
_LEVEL = 'inventoryLevel(locationId: $location) { quantities(names: ["available"]) { quantity } }'

SHOP = Operation(
    "Shop",
    "query Shop { shop { id name myshopifyDomain currencyCode enabledPresentmentCurrencies taxesIncluded"
    " shipsToCountries weightUnit plan { publicDisplayName shopifyPlus } } }",
)
SCOPES = Operation("Scopes", "query Scopes { currentAppInstallation { accessScopes { handle } } }", 20)
LOCALES = Operation("Locales", "query Locales { shopLocales { locale name primary } }", 10)
LOCATIONS = Operation(
    "Locations",
    "query Locations { locations(first: 250, includeInactive: true) {"
    " nodes { id name isActive isPrimary shipsInventory } } }",
    20,
)
PUBLICATIONS = Operation("Publications", "query Publications { publications(first: 50) { nodes { id name } } }", 12)
BUYERS = Operation("Buyers", "query Buyers { customers(first: 1) { nodes { id firstName } } }", 5)
RECENT = Operation(
    "Recent",
    "query Recent($first: Int!) { orders(first: $first, sortKey: CREATED_AT, reverse: true) { nodes {"
    " paymentGatewayNames shippingLine { title code } taxLines { title rate } } } }",
    50,
)

PRODUCT_COUNT = Operation("ProductCount", "query ProductCount { productVariantsCount(limit: 25000) { count } }")
PRODUCTS = Operation(
    "Products",
    "query Products($first: Int!, $after: String, $query: String, $inline: Int!) {"
    " products(first: $first, after: $after, query: $query, sortKey: ID) {"
    f" {_PAGE} nodes {{ {_PRODUCT} variants(first: $inline) {{ {_PAGE} nodes {{ {_VARIANT} }} }} }} }} }}",
    350,
)
PRODUCTS_BY_ID = Operation(
    "ProductsById",
    "query ProductsById($ids: [ID!]!, $inline: Int!) { nodes(ids: $ids) { ... on Product {"
    f" {_PRODUCT} variants(first: $inline) {{ {_PAGE} nodes {{ {_VARIANT} }} }} }} }} }}",
    350,
)
MORE_VARIANTS = Operation(
    "MoreVariants",
    "query MoreVariants($id: ID!, $first: Int!, $after: String) { product(id: $id) {"
    f" variants(first: $first, after: $after) {{ {_PAGE} nodes {{ {_VARIANT} }} }} }} }}",
    50,
)
BULK_PRODUCTS = Operation(
    "BulkProducts",
    f"query BulkProducts {{ products {{ edges {{ node {{ {_PRODUCT} variants {{ edges {{ node {{ {_VARIANT} }} }} }}"
    " } } } }",
)

STOCKS = Operation(
    "Stocks",
    "query Stocks($first: Int!, $after: String, $query: String, $location: ID!) {"
    f" productVariants(first: $first, after: $after, query: $query, sortKey: ID) {{ {_PAGE} nodes {{"
    f" id inventoryPolicy product {{ id hasOnlyDefaultVariant }} inventoryItem {{ id tracked {_LEVEL} }} }} }} }}",
    60,
)
STOCKS_OF = Operation(
    "StocksOf",
    "query StocksOf($ids: [ID!]!, $inline: Int!, $location: ID!) { nodes(ids: $ids) { ... on Product {"
    f" id hasOnlyDefaultVariant variants(first: $inline) {{ {_PAGE} nodes {{"
    f" id inventoryPolicy inventoryItem {{ id tracked {_LEVEL} }} }} }} }} }} }}",
    350,
)
MORE_STOCKS = Operation(
    "MoreStocks",
    "query MoreStocks($id: ID!, $first: Int!, $after: String, $location: ID!) { product(id: $id) {"
    f" variants(first: $first, after: $after) {{ {_PAGE} nodes {{"
    f" id inventoryPolicy inventoryItem {{ id tracked {_LEVEL} }} }} }} }} }}",
    60,
)
QUANTITIES = Operation(
    "Quantities",
    "query Quantities($ids: [ID!]!, $location: ID!) { nodes(ids: $ids) { ... on InventoryItem {"
    f" id tracked {_LEVEL} }} }} }}",
    250,
)

ORDER_SCAN = Operation(
    "OrderScan",
    "query OrderScan($first: Int!, $after: String, $query: String) {"
    f" orders(first: $first, after: $after, query: $query, sortKey: ID) {{ {_PAGE} nodes {{ {_STATE} }} }} }}",
    20,
)
ORDER_COUNT = Operation(
    "OrderCount", "query OrderCount($query: String) { ordersCount(query: $query, limit: 25000) { count } }"
)
_WHOLE = (
    f"{_ORDER} lineItems(first: $lines) {{ {_PAGE} nodes {{ {_LINE} }} }}"
    f" shippingLines(first: 10) {{ nodes {{ {_SHIPPING} }} }}"
)
ORDERS = Operation(
    "Orders",
    "query Orders($first: Int!, $after: String, $query: String, $lines: Int!) {"
    f" orders(first: $first, after: $after, query: $query, sortKey: ID) {{ {_PAGE} nodes {{ {_WHOLE} }} }} }}",
    920,
)
ORDERS_BY_ID = Operation(
    "OrdersById",
    f"query OrdersById($ids: [ID!]!, $lines: Int!) {{ nodes(ids: $ids) {{ ... on Order {{ {_WHOLE} }} }} }}",
    920,
)
MORE_LINES = Operation(
    "MoreLines",
    "query MoreLines($id: ID!, $first: Int!, $after: String) { order(id: $id) {"
    f" lineItems(first: $first, after: $after) {{ {_PAGE} nodes {{ {_LINE} }} }} }} }}",
    150,
)
PIECES = Operation(
    "Pieces",
    "query Pieces($first: Int!, $after: String, $query: String, $lines: Int!) {"
    f" orders(first: $first, after: $after, query: $query, sortKey: ID) {{ {_PAGE} nodes {{"
    f" {_STATE} lineItems(first: $lines) {{ {_PAGE} nodes {{ {_PIECE} }} }} }} }} }}",
    280,
)
PIECES_BY_ID = Operation(
    "PiecesById",
    "query PiecesById($ids: [ID!]!, $lines: Int!) { nodes(ids: $ids) { ... on Order {"
    f" {_STATE} lineItems(first: $lines) {{ {_PAGE} nodes {{ {_PIECE} }} }} }} }} }}",
    920,
)
MORE_PIECES = Operation(
    "MorePieces",
    "query MorePieces($id: ID!, $first: Int!, $after: String) { order(id: $id) {"
    f" lineItems(first: $first, after: $after) {{ {_PAGE} nodes {{ {_PIECE} }} }} }} }}",
    50,
)
REFUNDED = Operation(
    "Refunded",
    "query Refunded($first: Int!, $after: String, $query: String) {"
    f" orders(first: $first, after: $after, query: $query, sortKey: ID) {{ {_PAGE} nodes {{"
    " id refunds { id createdAt updatedAt } } } }",
    30,
)
REFUNDS = Operation(
    "Refunds",
    "query Refunds($ids: [ID!]!) { nodes(ids: $ids) { ... on Order {"
    " id currencyCode presentmentCurrencyCode taxesIncluded customer { id }"
    f" totalPriceSet {_BOTH} refunds {{ {_REFUND} }} }} }} }}",
    500,
)
ORDER_STATES = Operation(
    "OrderStates",
    f"query OrderStates($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Order {{ {_STATE} canMarkAsPaid"
    " fulfillmentOrders(first: 20) { nodes { id status assignedLocation { location { id } } } } } } }",
    900,
)

SKUS = Operation(
    "Skus",
    "query Skus($first: Int!, $after: String, $query: String) {"
    f" productVariants(first: $first, after: $after, query: $query, sortKey: ID) {{ {_PAGE} nodes {{"
    " id sku product { id hasOnlyDefaultVariant } } } }",
    30,
)
FIRST_VARIANTS = Operation(
    "FirstVariants",
    "query FirstVariants($ids: [ID!]!) { nodes(ids: $ids) { ... on Product {"
    " id hasOnlyDefaultVariant variants(first: 1) { nodes { id } } } } }",
    250,
)

DEFINE_KEY = Operation(
    "DefineKey",
    "mutation DefineKey($definition: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $definition) {"
    " userErrors { field message code } } }",
    facts.MUTATION_COST,
)
MARK_PAID = Operation(
    "MarkPaid",
    "mutation MarkPaid($id: ID!) { m0: orderMarkAsPaid(input: { id: $id }) { userErrors { field message } } }",
    facts.MUTATION_COST,
)
CLOSE_ORDER = Operation(
    "CloseOrder",
    "mutation CloseOrder($id: ID!) { m0: orderClose(input: { id: $id }) { userErrors { field message } } }",
    facts.MUTATION_COST,
)
CANCEL_ORDER = Operation(
    "CancelOrder",
    "mutation CancelOrder($id: ID!, $notify: Boolean!) { m0: orderCancel(orderId: $id, reason: OTHER, restock: true,"
    " notifyCustomer: $notify, refundMethod: { originalPaymentMethodsRefund: false }) {"
    " orderCancelUserErrors { field message code } } }",
    facts.MUTATION_COST,
)
STAGE = Operation(
    "Stage",
    "mutation Stage($input: [StagedUploadInput!]!) { stagedUploadsCreate(input: $input) {"
    " stagedTargets { url resourceUrl parameters { name value } } userErrors { field message } } }",
    facts.MUTATION_COST + 5,
)
RUN_MUTATION = Operation(
    "RunMutation",
    "mutation RunMutation($mutation: String!, $path: String!) {"
    " bulkOperationRunMutation(mutation: $mutation, stagedUploadPath: $path) {"
    " bulkOperation { id status } userErrors { field message code } } }",
    facts.MUTATION_COST,
)
RUN_QUERY = Operation(
    "RunQuery",
    "mutation RunQuery($query: String!) { bulkOperationRunQuery(query: $query, groupObjects: false) {"
    " bulkOperation { id status } userErrors { field message code } } }",
    facts.MUTATION_COST,
)
BULK_PRICES = (
    "mutation BulkPrices($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {"
    " productVariantsBulkUpdate(productId: $productId, variants: $variants, allowPartialUpdates: true) {"
    " userErrors { field message code } } }"
)
"""Mutation of a bulk operation, run once a line of its file."""


def bulk_state() -> Operation:
    """State of a bulk operation; `node` finds it in every version."""
    return Operation(
        "BulkState",
        "query BulkState($id: ID!) { node(id: $id) { ... on BulkOperation {"
        " id status errorCode objectCount url partialDataUrl } } }",
    )


def bulk_orders(search: str, *, pieces: bool) -> Operation:
    """Orders of a search in one file: whole, or products and quantities of their lines."""
    lines = f"lineItems {{ edges {{ node {{ {_PIECE if pieces else _LINE} }} }} }}"
    shipping = "" if pieces else f" shippingLines {{ edges {{ node {{ {_SHIPPING} }} }} }}"
    node = _STATE if pieces else _ORDER
    orders = f"orders(query: {_literal(search)}) {{ edges {{ node {{ {node} {lines}{shipping} }} }} }}"
    return Operation("BulkOrders", f"query BulkOrders {{ {orders} }}")


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _many(name: str, count: int, declared: Callable[[int], str], field: Callable[[int], str], cost: int) -> Operation:
    variables = ", ".join(declared(n) for n in range(count))
    fields = " ".join(field(n) for n in range(count))
    kind = "query" if cost < facts.MUTATION_COST else "mutation"
    return Operation(name, f"{kind} {name}({variables}) {{ {fields} }}", cost * count)


def prices(count: int) -> Operation:
    """Prices and other values of the variants of several products: `p0`, `v0`, ..."""
    return _many(
        "Prices",
        count,
        lambda n: f"$p{n}: ID!, $v{n}: [ProductVariantsBulkInput!]!",
        lambda n: (
            f"m{n}: productVariantsBulkUpdate(productId: $p{n}, variants: $v{n}, allowPartialUpdates: true)"
            " { userErrors { field message code } }"
        ),
        facts.MUTATION_COST,
    )


def sheets(count: int) -> Operation:
    """Fields of several products: `i0`, ..."""
    return _many(
        "Sheets",
        count,
        lambda n: f"$i{n}: ProductUpdateInput!",
        lambda n: f"m{n}: productUpdate(product: $i{n}) {{ userErrors {{ field message }} }}",
        facts.MUTATION_COST,
    )


def create(count: int) -> Operation:
    """Several new products, each known by our own number: `k0`, `i0`, ..."""
    return _many(
        "Create",
        count,
        lambda n: f"$k{n}: UniqueMetafieldValueInput!, $i{n}: ProductSetInput!",
        lambda n: (
            f"m{n}: productSet(identifier: {{ customId: $k{n} }}, input: $i{n}, synchronous: true)"
            " { product { id } userErrors { field message code } }"
        ),
        facts.MUTATION_COST,
    )


def publish(count: int) -> Operation:
    """Show several products on a publication: `i0`, ..., and `to`."""
    made = _many(
        "Publish",
        count,
        lambda n: f"$i{n}: ID!",
        lambda n: f"m{n}: publishablePublish(id: $i{n}, input: $to) {{ userErrors {{ field message }} }}",
        facts.MUTATION_COST,
    )
    return Operation(made.name, made.text.replace("Publish(", "Publish($to: [PublicationInput!]!, ", 1), made.cost)


def by_key(count: int) -> Operation:
    """Products by our own number: `k0`, ..."""
    return _many(
        "ByKey",
        count,
        lambda n: f"$k{n}: UniqueMetafieldValueInput!",
        lambda n: (
            f"m{n}: productByIdentifier(identifier: {{ customId: $k{n} }})"
            " { id variants(first: 1) { nodes { sku } } }"
        ),
        4,
    )


def fulfil(count: int) -> Operation:
    """Ship fulfilment orders, one call a location: `f0`, ..."""
    return _many(
        "Fulfil",
        count,
        lambda n: f"$f{n}: FulfillmentInput!",
        lambda n: f"m{n}: fulfillmentCreate(fulfillment: $f{n}) {{ userErrors {{ field message }} }}",
        facts.MUTATION_COST,
    )


HOOKS = Operation(
    "Hooks",
    "query Hooks($first: Int!) { webhookSubscriptions(first: $first) { nodes { id topic uri } } }",
    cost=20,
)
CREATE_HOOK = Operation(
    "CreateHook",
    "mutation CreateHook($topic: WebhookSubscriptionTopic!, $address: String!) {"
    " m0: webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $address, format: JSON }) {"
    " webhookSubscription { id topic uri } userErrors { field message } } }",
    facts.MUTATION_COST,
)


def _once(version: str, key: str) -> tuple[str, str]:
    """Declaration and directive of an idempotency key, where the version knows them."""
    if version < facts.IDEMPOTENT_SINCE:
        return "", ""
    return f", ${key}: String!", f" @idempotent(key: ${key})"


def set_quantities(version: str) -> Operation:
    """Quantities of up to 250 articles; `key` where the version knows it."""
    declared, directive = _once(version, "key")
    return Operation(
        "SetQuantities",
        f"mutation SetQuantities($input: InventorySetQuantitiesInput!{declared}) {{"
        f" m0: inventorySetQuantities(input: $input){directive} {{ userErrors {{ field message code }} }} }}",
        facts.MUTATION_COST,
    )


def activate(version: str, count: int) -> Operation:
    """Begin to stock articles at a location, with a quantity: `i0`, `q0`, `key0`, ..., and `location`."""
    parts, fields = ["$location: ID!"], []
    for n in range(count):
        declared, directive = _once(version, f"key{n}")
        parts.append(f"$i{n}: ID!, $q{n}: Int{declared}")
        fields.append(
            f"m{n}: inventoryActivate(inventoryItemId: $i{n}, locationId: $location, available: $q{n}){directive}"
            " { userErrors { field message } }"
        )
    text = f"mutation Activate({', '.join(parts)}) {{ {' '.join(fields)} }}"
    return Operation("Activate", text, facts.MUTATION_COST * count)


def every_operation(version: str) -> Iterator[Operation]:
    """All documents of a version, those of variable length with one and with three parts."""
    yield from (found for found in globals().values() if isinstance(found, Operation))
    yield Operation("BulkPrices", BULK_PRICES)
    yield bulk_state()
    yield bulk_orders("created_at:>='2026-01-01T00:00:00Z' \"quoted\"", pieces=False)
    yield bulk_orders("", pieces=True)
    yield set_quantities(version)
    for count in (1, 3):
        for build in (prices, sheets, create, publish, by_key, fulfil):
            yield build(count)
        yield activate(version, count)
