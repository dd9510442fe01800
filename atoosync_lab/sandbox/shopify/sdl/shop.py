"""The shop, its locations and publications."""

from __future__ import annotations

SDL = """
type Shop implements HasMetafields & Node {
  id: ID!, name: String!, email: String!, contactEmail: String!, myshopifyDomain: String!
  currencyCode: CurrencyCode!, enabledPresentmentCurrencies: [CurrencyCode!]!, taxesIncluded: Boolean!
  taxShipping: Boolean!, weightUnit: WeightUnit!, ianaTimezone: String!, timezoneOffset: String!
  timezoneOffsetMinutes: Int!, unitSystem: UnitSystem!, plan: ShopPlan!, primaryDomain: Domain!, url: URL!
  createdAt: DateTime!, updatedAt: DateTime!, shopOwnerName: String!, shipsToCountries: [CountryCode!]!
  billingAddress: ShopAddress! @deprecated
  shopAddress: ShopAddress! @in(since: "2026-01")
  resourceLimits: ShopResourceLimits!
  metafield(key: String!, namespace: String): Metafield
  metafields(<page>, keys: [String!], namespace: String): MetafieldConnection!
  orderNumberFormatPrefix: String!, orderNumberFormatSuffix: String!
}
type ShopLocale {
  locale: String!, name: String!, primary: Boolean!, published: Boolean!
}
type ShopPlan {
  partnerDevelopment: Boolean!, publicDisplayName: String!, shopifyPlus: Boolean!
  displayName: String! @deprecated
}
type Domain implements Node {
  id: ID!, host: String!, url: URL!, sslEnabled: Boolean!
}
type ShopAddress implements Node {
  id: ID!, address1: String, address2: String, city: String, company: String, countryCodeV2: CountryCode
  country: String, phone: String, province: String, provinceCode: String, zip: String, name: String @deprecated
}
type ShopResourceLimits {
  locationLimit: Int!, maxProductOptions: Int!, maxProductVariants: Int!, redirectLimitReached: Boolean!
}
type Location implements HasMetafields & LegacyInteroperability & Node {
  id: ID!, legacyResourceId: UnsignedInt64!, name: String!, isActive: Boolean!, activatable: Boolean!
  deactivatable: Boolean!, deactivatedAt: String, addressVerified: Boolean!, address: LocationAddress!
  fulfillsOnlineOrders: Boolean!, shipsInventory: Boolean!, hasActiveInventory: Boolean!
  hasUnfulfilledOrders: Boolean!, isFulfillmentService: Boolean!, isPrimary: Boolean! @deprecated
  createdAt: DateTime!, updatedAt: DateTime!
  inventoryLevel(inventoryItemId: ID!): InventoryLevel @in(before: "2026-04")
  inventoryLevel(includeInactive: Boolean = false, inventoryItemId: ID!): InventoryLevel @in(since: "2026-04")
  inventoryLevels(<page>): InventoryLevelConnection! @in(before: "2026-04")
  inventoryLevels(<page>, includeInactive: Boolean = false): InventoryLevelConnection! @in(since: "2026-04")
  metafield(key: String!, namespace: String): Metafield
  metafields(<page>, keys: [String!], namespace: String): MetafieldConnection!
}
type LocationAddress {
  address1: String, address2: String, city: String, country: String, countryCode: String, formatted: [String!]!
  latitude: Float, longitude: Float, phone: String, province: String, provinceCode: String, zip: String
}
type Publication implements Node {
  id: ID!, name: String! @deprecated, autoPublish: Boolean!, supportsFuturePublishing: Boolean!, catalog: Catalog
  products(<page>): ProductConnection!
  collections(<page>): CollectionConnection!
}
type MetafieldConnection {
  edges: [MetafieldEdge!]!, nodes: [Metafield!]!, pageInfo: PageInfo!
}
type InventoryLevelConnection {
  edges: [InventoryLevelEdge!]!, nodes: [InventoryLevel!]!, pageInfo: PageInfo!
}
type MetafieldEdge {
  cursor: String!, node: Metafield!
}
type InventoryLevelEdge {
  cursor: String!, node: InventoryLevel!
}
"""
