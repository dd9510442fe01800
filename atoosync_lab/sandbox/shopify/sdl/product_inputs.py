"""Inputs about products and stock."""

from __future__ import annotations

SDL = """
input ProductIdentifierInput @oneOf {
  customId: UniqueMetafieldValueInput, handle: String, id: ID
}
input ProductVariantIdentifierInput @oneOf {
  customId: UniqueMetafieldValueInput, id: ID
}
input ProductSetIdentifiers @oneOf {
  customId: UniqueMetafieldValueInput, handle: String, id: ID
}
input ProductSetInput {
  category: ID, collections: [ID!], descriptionHtml: String, files: [FileSetInput!], giftCard: Boolean
  handle: String, id: ID @deprecated, metafields: [MetafieldInput!], productOptions: [OptionSetInput!]
  productType: String, redirectNewHandle: Boolean, seo: SEOInput, status: ProductStatus, tags: [String!]
  templateSuffix: String, title: String, variants: [ProductVariantSetInput!], vendor: String
}
input ProductInput {
  category: ID, collectionsToJoin: [ID!], collectionsToLeave: [ID!], descriptionHtml: String, giftCard: Boolean
  handle: String, id: ID, metafields: [MetafieldInput!], productOptions: [OptionCreateInput!]
  productType: String, redirectNewHandle: Boolean, seo: SEOInput, status: ProductStatus, tags: [String!]
  templateSuffix: String, title: String, vendor: String
}
input ProductCreateInput {
  category: ID, collectionsToJoin: [ID!], descriptionHtml: String, giftCard: Boolean, handle: String
  metafields: [MetafieldInput!], productOptions: [OptionCreateInput!], productType: String, seo: SEOInput
  status: ProductStatus, tags: [String!], templateSuffix: String, title: String, vendor: String
}
input ProductUpdateInput {
  category: ID, collectionsToJoin: [ID!], collectionsToLeave: [ID!], descriptionHtml: String, handle: String
  id: ID, metafields: [MetafieldInput!], productType: String, redirectNewHandle: Boolean, seo: SEOInput
  status: ProductStatus, tags: [String!], templateSuffix: String, title: String, vendor: String
}
input ProductDeleteInput {
  id: ID!
}
input ProductVariantsBulkInput {
  barcode: String, compareAtPrice: Money, id: ID, inventoryItem: InventoryItemInput
  inventoryPolicy: ProductVariantInventoryPolicy, inventoryQuantities: [InventoryLevelInput!], mediaId: ID
  mediaSrc: [String!], metafields: [MetafieldInput!], optionValues: [VariantOptionValueInput!], price: Money
  published: Boolean @in(since: "2026-07")
  quantityAdjustments: [InventoryAdjustmentInput!] @in(since: "2026-01")
  requiresComponents: Boolean, showUnitPrice: Boolean, taxCode: String, taxable: Boolean
  unitPriceMeasurement: UnitPriceMeasurementInput
}
input ProductVariantPositionInput {
  id: ID!, position: Int!
}
input InventorySetQuantitiesInput {
  ignoreCompareQuantity: Boolean = false @deprecated @in(before: "2026-04")
  name: String!, quantities: [InventoryQuantityInput!]!, reason: String!, referenceDocumentUri: String
}
input InventoryAdjustQuantitiesInput {
  changes: [InventoryChangeInput!]!, name: String!, reason: String!, referenceDocumentUri: String
}
input InventoryItemInput {
  cost: Decimal, countryCodeOfOrigin: CountryCode, harmonizedSystemCode: String
  measurement: InventoryItemMeasurementInput, provinceCodeOfOrigin: String, requiresShipping: Boolean
  sku: String, tracked: Boolean
}
input OptionSetInput {
  id: ID, name: String, position: Int, values: [OptionValueSetInput!]
}
input ProductVariantSetInput {
  barcode: String, compareAtPrice: Money, file: FileSetInput, id: ID, inventoryItem: InventoryItemInput
  inventoryPolicy: ProductVariantInventoryPolicy, inventoryQuantities: [ProductSetInventoryInput!]
  metafields: [MetafieldInput!], optionValues: [VariantOptionValueInput!]!, position: Int, price: Money
  requiresComponents: Boolean, showUnitPrice: Boolean, sku: String, taxCode: String, taxable: Boolean
  unitPriceMeasurement: UnitPriceMeasurementInput
  published: Boolean @in(since: "2026-07")
}
input OptionCreateInput {
  name: String, position: Int, values: [OptionValueCreateInput!]
}
input InventoryLevelInput {
  availableQuantity: Int!, locationId: ID!
}
input VariantOptionValueInput {
  id: ID, name: String, optionId: ID, optionName: String
}
input InventoryAdjustmentInput @in(since: "2026-01") {
  adjustment: Int, changeFromQuantity: Int, locationId: ID!
}
input InventoryQuantityInput {
  compareQuantity: Int @deprecated @in(before: "2026-04")
  inventoryItemId: ID!, locationId: ID!, quantity: Int!
  changeFromQuantity: Int @in(since: "2026-01")
}
input InventoryChangeInput {
  delta: Int!, inventoryItemId: ID!, ledgerDocumentUri: String, locationId: ID!
  changeFromQuantity: Int @in(since: "2026-01")
}
input InventoryItemMeasurementInput {
  shippingPackageId: ID, weight: WeightInput
}
input OptionValueSetInput {
  id: ID, name: String
}
input ProductSetInventoryInput {
  locationId: ID!, name: String!, quantity: Int!
}
input OptionValueCreateInput {
  name: String
}
"""
