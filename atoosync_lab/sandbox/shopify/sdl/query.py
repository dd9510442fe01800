"""Roots of reading, and the types every part uses."""

from __future__ import annotations

SDL = """
type QueryRoot {
  shop: Shop!
  shopLocales(published: Boolean): [ShopLocale!]!
  location(id: ID): Location
  locations(<page>, includeInactive: Boolean = false, query: String
    sortKey: LocationSortKeys = NAME): LocationConnection!
  locationsCount(limit: Int = 10000, query: String): Count
  product(id: ID!): Product
  products(<page>, query: String, sortKey: ProductSortKeys = ID): ProductConnection!
  productsCount(limit: Int = 10000, query: String): Count
  productByIdentifier(identifier: ProductIdentifierInput!): Product
  productByHandle(handle: String!): Product @deprecated
  productVariant(id: ID!): ProductVariant
  productVariants(<page>, query: String, sortKey: ProductVariantSortKeys = ID): ProductVariantConnection!
  productVariantsCount(limit: Int = 10000, query: String): Count
  productVariantByIdentifier(identifier: ProductVariantIdentifierInput!): ProductVariant
  inventoryItem(id: ID!): InventoryItem
  inventoryItems(<page>, query: String): InventoryItemConnection!
  inventoryLevel(id: ID!): InventoryLevel
  collection(id: ID!): Collection
  collections(<page>, query: String, sortKey: CollectionSortKeys = ID): CollectionConnection!
  collectionByHandle(handle: String!): Collection @deprecated
  collectionByIdentifier(identifier: CollectionIdentifierInput!): Collection
  customer(id: ID!): Customer
  customers(<page>, query: String, sortKey: CustomerSortKeys = ID): CustomerConnection!
  customerByIdentifier(identifier: CustomerIdentifierInput!): Customer
  customersCount(limit: Int = 10000, query: String): Count
  order(id: ID!): Order
  orders(<page>, query: String, sortKey: OrderSortKeys = PROCESSED_AT): OrderConnection!
  ordersCount(limit: Int = 10000, query: String): Count
  orderByIdentifier(identifier: OrderIdentifierInput!): Order
  fulfillmentOrder(id: ID!): FulfillmentOrder
  fulfillmentOrders(<page>, includeClosed: Boolean = false, query: String
    sortKey: FulfillmentOrderSortKeys = ID): FulfillmentOrderConnection!
  fulfillment(id: ID!): Fulfillment
  refund(id: ID!): Refund
  publications(<page>): PublicationConnection!
  publication(id: ID!): Publication
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  bulkOperation(id: ID!): BulkOperation @in(since: "2026-01")
  bulkOperations(<page>, query: String
    sortKey: BulkOperationsSortKeys = CREATED_AT): BulkOperationConnection! @in(since: "2026-01")
  currentBulkOperation(type: BulkOperationType = QUERY): BulkOperation @deprecated
  productOperation(id: ID!): ProductOperation
  job(id: ID!): Job
  webhookSubscriptions(<page>, topics: [WebhookSubscriptionTopic!], uri: String): WebhookSubscriptionConnection!
  webhookSubscription(id: ID!): WebhookSubscription
  companies(<page>, query: String, sortKey: CompanySortKeys = ID): CompanyConnection!
  company(id: ID!): Company
  companyLocations(<page>, query: String, sortKey: CompanyLocationSortKeys = ID): CompanyLocationConnection!
  companyLocation(id: ID!): CompanyLocation
  catalogs(<page>, query: String, sortKey: CatalogSortKeys = ID): CatalogConnection!
  catalog(id: ID!): Catalog
  priceLists(<page>, sortKey: PriceListSortKeys = ID): PriceListConnection!
  priceList(id: ID!): PriceList
  metafieldDefinitions(<page>, key: String, namespace: String, ownerType: MetafieldOwnerType!
    query: String): MetafieldDefinitionConnection!
  metafieldDefinition(id: ID, identifier: MetafieldDefinitionIdentifierInput): MetafieldDefinition
  files(<page>, query: String, sortKey: FileSortKeys = ID): FileConnection!
  currentAppInstallation: AppInstallation!, publicApiVersions: [ApiVersion!]!
  companiesCount(limit: Int = 10000): Count
}
interface Node {
  id: ID!
}
type Job {
  done: Boolean!, id: ID!
}
type Count {
  count: Int!, precision: CountPrecision!
}
type PageInfo {
  endCursor: String, hasNextPage: Boolean!, hasPreviousPage: Boolean!, startCursor: String
}
type ApiVersion {
  displayName: String!, handle: String!, supported: Boolean!
}
type AppInstallation implements Node {
  id: ID!, accessScopes: [AccessScope!]!, app: App!
}
type App implements Node {
  id: ID!, title: String!, apiKey: String!, handle: String
}
type AccessScope {
  handle: String!, description: String!
}
interface LegacyInteroperability {
  legacyResourceId: UnsignedInt64!
}
interface DisplayableError {
  field: [String!], message: String!
}
type MoneyBag {
  presentmentMoney: MoneyV2!, shopMoney: MoneyV2!
}
type MoneyV2 {
  amount: Decimal!, currencyCode: CurrencyCode!
}
type Attribute {
  key: String!, value: String
}
type StringConnection {
  edges: [StringEdge!]!, nodes: [String!]!, pageInfo: PageInfo!
}
type LocationConnection {
  edges: [LocationEdge!]!, nodes: [Location!]!, pageInfo: PageInfo!
}
type ProductConnection {
  edges: [ProductEdge!]!, nodes: [Product!]!, pageInfo: PageInfo!
}
type ProductVariantConnection {
  edges: [ProductVariantEdge!]!, nodes: [ProductVariant!]!, pageInfo: PageInfo!
}
type InventoryItemConnection {
  edges: [InventoryItemEdge!]!, nodes: [InventoryItem!]!, pageInfo: PageInfo!
}
type CollectionConnection {
  edges: [CollectionEdge!]!, nodes: [Collection!]!, pageInfo: PageInfo!
}
type CustomerConnection {
  edges: [CustomerEdge!]!, nodes: [Customer!]!, pageInfo: PageInfo!
}
type OrderConnection {
  edges: [OrderEdge!]!, nodes: [Order!]!, pageInfo: PageInfo!
}
type FulfillmentOrderConnection {
  edges: [FulfillmentOrderEdge!]!, nodes: [FulfillmentOrder!]!, pageInfo: PageInfo!
}
type PublicationConnection {
  edges: [PublicationEdge!]!, nodes: [Publication!]!, pageInfo: PageInfo!
}
type BulkOperationConnection @in(since: "2026-01") {
  edges: [BulkOperationEdge!]!, nodes: [BulkOperation!]!, pageInfo: PageInfo!
}
type WebhookSubscriptionConnection {
  edges: [WebhookSubscriptionEdge!]!, nodes: [WebhookSubscription!]!, pageInfo: PageInfo!
}
type CompanyConnection {
  edges: [CompanyEdge!]!, nodes: [Company!]!, pageInfo: PageInfo!
}
type CompanyLocationConnection {
  edges: [CompanyLocationEdge!]!, nodes: [CompanyLocation!]!, pageInfo: PageInfo!
}
type CatalogConnection {
  edges: [CatalogEdge!]!, nodes: [Catalog!]!, pageInfo: PageInfo!
}
type PriceListConnection {
  edges: [PriceListEdge!]!, nodes: [PriceList!]!, pageInfo: PageInfo!
}
type MetafieldDefinitionConnection {
  edges: [MetafieldDefinitionEdge!]!, nodes: [MetafieldDefinition!]!, pageInfo: PageInfo!
}
type FileConnection {
  edges: [FileEdge!]!, nodes: [File!]!, pageInfo: PageInfo!
}
type StringEdge {
  cursor: String!, node: String!
}
type LocationEdge {
  cursor: String!, node: Location!
}
type ProductEdge {
  cursor: String!, node: Product!
}
type ProductVariantEdge {
  cursor: String!, node: ProductVariant!
}
type InventoryItemEdge {
  cursor: String!, node: InventoryItem!
}
type CollectionEdge {
  cursor: String!, node: Collection!
}
type CustomerEdge {
  cursor: String!, node: Customer!
}
type OrderEdge {
  cursor: String!, node: Order!
}
type FulfillmentOrderEdge {
  cursor: String!, node: FulfillmentOrder!
}
type PublicationEdge {
  cursor: String!, node: Publication!
}
type BulkOperationEdge @in(since: "2026-01") {
  cursor: String!, node: BulkOperation!
}
type WebhookSubscriptionEdge {
  cursor: String!, node: WebhookSubscription!
}
type CompanyEdge {
  cursor: String!, node: Company!
}
type CompanyLocationEdge {
  cursor: String!, node: CompanyLocation!
}
type CatalogEdge {
  cursor: String!, node: Catalog!
}
type PriceListEdge {
  cursor: String!, node: PriceList!
}
type MetafieldDefinitionEdge {
  cursor: String!, node: MetafieldDefinition!
}
type FileEdge {
  cursor: String!, node: File!
}
"""
