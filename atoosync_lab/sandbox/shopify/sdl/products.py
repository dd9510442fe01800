"""Products, variants and collections."""

from __future__ import annotations

SDL = """
type Product implements HasMetafields & LegacyInteroperability & Node & Publishable {
  id: ID!, legacyResourceId: UnsignedInt64!, title: String!, handle: String!
  description(truncateAt: Int): String!
  descriptionHtml: HTML!, vendor: String!, productType: String!, status: ProductStatus!, tags: [String!]!
  templateSuffix: String, isGiftCard: Boolean!, giftCardTemplateSuffix: String, requiresSellingPlan: Boolean!
  hasOnlyDefaultVariant: Boolean!, totalInventory: Int!, tracksInventory: Boolean!
  hasOutOfStockVariants: Boolean!, createdAt: DateTime!, updatedAt: DateTime!, publishedAt: DateTime, seo: SEO!
  category: TaxonomyCategory
  options(first: Int): [ProductOption!]!
  priceRangeV2: ProductPriceRangeV2!
  variants(<page>, sortKey: ProductVariantSortKeys = POSITION): ProductVariantConnection!
  variantsCount: Count
  media(<page>): MediaConnection!
  mediaCount: Count, featuredMedia: Media
  collections(<page>): CollectionConnection!
  inCollection(id: ID!): Boolean!
  metafield(key: String!, namespace: String): Metafield
  metafields(<page>, keys: [String!], namespace: String): MetafieldConnection!
  resourcePublicationsV2(<page>, onlyPublished: Boolean = true): ResourcePublicationV2Connection!
  resourcePublicationsCount(onlyPublished: Boolean = true): Count
  publishedOnPublication(publicationId: ID!): Boolean!
  onlineStoreUrl: URL
}
type SEO {
  description: String, title: String
}
type TaxonomyCategory implements Node {
  id: ID!, name: String!, fullName: String!, isLeaf: Boolean!, level: Int!
}
type ProductOption implements Node {
  id: ID!, name: String!, position: Int!, values: [String!]!, optionValues: [ProductOptionValue!]!
}
type ProductOptionValue implements Node {
  id: ID!, name: String!, hasVariants: Boolean!
}
type ProductPriceRangeV2 {
  maxVariantPrice: MoneyV2!, minVariantPrice: MoneyV2!
}
type ProductVariant implements HasMetafields & LegacyInteroperability & Node {
  id: ID!, legacyResourceId: UnsignedInt64!, title: String!, displayName: String!, sku: String, barcode: String
  price: Money!, compareAtPrice: Money, position: Int!, taxable: Boolean!, taxCode: String @deprecated
  inventoryPolicy: ProductVariantInventoryPolicy!, inventoryQuantity: Int, sellableOnlineQuantity: Int!
  availableForSale: Boolean!, selectedOptions: [SelectedOption!]!, inventoryItem: InventoryItem!
  product: Product!
  image(crop: CropRegion, maxHeight: Int, maxWidth: Int, scale: Int = 1): Image @deprecated
  createdAt: DateTime!, updatedAt: DateTime!, requiresComponents: Boolean!, showUnitPrice: Boolean!
  unitPrice: MoneyV2, unitPriceMeasurement: UnitPriceMeasurement
  media(<page>): MediaConnection!
  metafield(key: String!, namespace: String): Metafield
  metafields(<page>, keys: [String!], namespace: String): MetafieldConnection!
}
type SelectedOption {
  name: String!, value: String!, optionValue: ProductOptionValue!
}
type UnitPriceMeasurement {
  measuredType: UnitPriceMeasurementMeasuredType, quantityUnit: UnitPriceMeasurementMeasuredUnit
  quantityValue: Float!, referenceUnit: UnitPriceMeasurementMeasuredUnit, referenceValue: Int!
}
interface Publishable {
  resourcePublicationsV2(<page>, onlyPublished: Boolean = true): ResourcePublicationV2Connection!
  resourcePublicationsCount(onlyPublished: Boolean = true): Count
  publishedOnPublication(publicationId: ID!): Boolean!
}
type ResourcePublicationV2 {
  isPublished: Boolean!, publication: Publication!, publishDate: DateTime, publishable: Publishable!
}
type Collection implements HasMetafields & Node & Publishable {
  id: ID!, legacyResourceId: UnsignedInt64!, title: String!, handle: String!
  description(truncateAt: Int): String!
  descriptionHtml: HTML!, sortOrder: CollectionSortOrder!, templateSuffix: String, updatedAt: DateTime!
  seo: SEO!
  products(<page>, sortKey: ProductCollectionSortKeys = COLLECTION_DEFAULT): ProductConnection!
  productsCount: Count
  hasProduct(id: ID!): Boolean!
  metafield(key: String!, namespace: String): Metafield
  metafields(<page>, keys: [String!], namespace: String): MetafieldConnection!
  resourcePublicationsV2(<page>, onlyPublished: Boolean = true): ResourcePublicationV2Connection!
  resourcePublicationsCount(onlyPublished: Boolean = true): Count
  publishedOnPublication(publicationId: ID!): Boolean!
}
interface ProductOperation {
  product: Product, status: ProductOperationStatus!
}
type ProductSetOperation implements Node & ProductOperation {
  id: ID!, product: Product, status: ProductOperationStatus!, userErrors: [ProductSetUserError!]!
}
type ProductDeleteOperation implements Node & ProductOperation {
  deletedProductId: ID, id: ID!, product: Product, status: ProductOperationStatus!, userErrors: [UserError!]!
}
type MediaConnection {
  edges: [MediaEdge!]!, nodes: [Media!]!, pageInfo: PageInfo!
}
type ResourcePublicationV2Connection {
  edges: [ResourcePublicationV2Edge!]!, nodes: [ResourcePublicationV2!]!, pageInfo: PageInfo!
}
type MediaEdge {
  cursor: String!, node: Media!
}
type ResourcePublicationV2Edge {
  cursor: String!, node: ResourcePublicationV2!
}
"""
