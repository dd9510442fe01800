"""Inventory items, levels and their changes."""

from __future__ import annotations

SDL = """
type InventoryItem implements LegacyInteroperability & Node {
  id: ID!, legacyResourceId: UnsignedInt64!, sku: String, tracked: Boolean!, requiresShipping: Boolean!
  unitCost: MoneyV2, measurement: InventoryItemMeasurement!, countryCodeOfOrigin: CountryCode
  provinceCodeOfOrigin: String, harmonizedSystemCode: String, duplicateSkuCount: Int!, createdAt: DateTime!
  updatedAt: DateTime!
  variant: ProductVariant! @in(before: "2026-01")
  variant: ProductVariant! @deprecated @in(since: "2026-01")
  inventoryLevel(locationId: ID!): InventoryLevel @in(before: "2026-04")
  inventoryLevel(includeInactive: Boolean = false, locationId: ID!): InventoryLevel @in(since: "2026-04")
  inventoryLevels(<page>): InventoryLevelConnection! @in(before: "2026-04")
  inventoryLevels(<page>, includeInactive: Boolean = false): InventoryLevelConnection! @in(since: "2026-04")
  locationsCount: Count, trackedEditable: EditableProperty!
}
type EditableProperty {
  locked: Boolean!, reason: FormattedString
}
type InventoryItemMeasurement implements Node {
  id: ID!, weight: Weight
}
type Weight {
  unit: WeightUnit!, value: Float!
}
type InventoryLevel implements Node {
  id: ID!, item: InventoryItem!, location: Location!
  quantities(names: [String!]!): [InventoryQuantity!]!
  isActive: Boolean! @in(since: "2026-04")
  canDeactivate: Boolean!, createdAt: DateTime!, updatedAt: DateTime!
}
type InventoryQuantity implements Node {
  id: ID!, name: String!, quantity: Int!, updatedAt: DateTime
}
type InventoryAdjustmentGroup implements Node {
  id: ID!, createdAt: DateTime!, reason: String!, referenceDocumentUri: String
  changes(inventoryItemIds: [ID!], locationIds: [ID!], quantityNames: [String!]): [InventoryChange!]!
}
type InventoryChange {
  delta: Int!, item: InventoryItem, location: Location, name: String!, quantityAfterChange: Int
  ledgerDocumentUri: String
}
"""
