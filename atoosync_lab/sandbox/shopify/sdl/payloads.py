"""What mutations answer."""

from __future__ import annotations

SDL = """
type UserError implements DisplayableError {
  field: [String!], message: String!
}
type ProductSetPayload {
  product: Product, productSetOperation: ProductSetOperation, userErrors: [ProductSetUserError!]!
}
type ProductCreatePayload {
  product: Product, userErrors: [UserError!]!
}
type ProductUpdatePayload {
  product: Product, userErrors: [UserError!]!
}
type ProductDeletePayload {
  deletedProductId: ID, productDeleteOperation: ProductDeleteOperation, userErrors: [UserError!]!
}
type ProductVariantsBulkCreatePayload {
  product: Product, productVariants: [ProductVariant!], userErrors: [ProductVariantsBulkCreateUserError!]!
}
type ProductVariantsBulkUpdatePayload {
  product: Product, productVariants: [ProductVariant!], userErrors: [ProductVariantsBulkUpdateUserError!]!
}
type ProductVariantsBulkDeletePayload {
  product: Product, userErrors: [ProductVariantsBulkDeleteUserError!]!
}
type ProductVariantsBulkReorderPayload {
  product: Product, userErrors: [ProductVariantsBulkReorderUserError!]!
}
type InventorySetQuantitiesPayload {
  inventoryAdjustmentGroup: InventoryAdjustmentGroup, userErrors: [InventorySetQuantitiesUserError!]!
}
type InventoryAdjustQuantitiesPayload {
  inventoryAdjustmentGroup: InventoryAdjustmentGroup, userErrors: [InventoryAdjustQuantitiesUserError!]!
}
type InventoryActivatePayload {
  inventoryLevel: InventoryLevel, userErrors: [UserError!]!
}
type InventoryItemUpdatePayload {
  inventoryItem: InventoryItem, userErrors: [UserError!]!
}
type MetafieldsSetPayload {
  metafields: [Metafield!], userErrors: [MetafieldsSetUserError!]!
}
type MetafieldsDeletePayload {
  deletedMetafields: [MetafieldIdentifier], userErrors: [UserError!]!
}
type MetafieldDefinitionCreatePayload {
  createdDefinition: MetafieldDefinition, userErrors: [MetafieldDefinitionCreateUserError!]!
}
type TagsAddPayload {
  node: Node, userErrors: [UserError!]!
}
type TagsRemovePayload {
  node: Node, userErrors: [UserError!]!
}
type CollectionCreatePayload {
  collection: Collection, userErrors: [UserError!]!
}
type CollectionUpdatePayload {
  collection: Collection, job: Job, userErrors: [UserError!]!
}
type CollectionDeletePayload {
  deletedCollectionId: ID, userErrors: [UserError!]!
}
type CollectionAddProductsPayload {
  collection: Collection, userErrors: [UserError!]!
}
type CollectionRemoveProductsPayload {
  job: Job, userErrors: [UserError!]!
}
type PublishablePublishPayload {
  publishable: Publishable, userErrors: [UserError!]!
}
type PublishableUnpublishPayload {
  publishable: Publishable, userErrors: [UserError!]!
}
type StagedUploadsCreatePayload {
  stagedTargets: [StagedMediaUploadTarget!], userErrors: [UserError!]!
}
type FileCreatePayload {
  files: [File!], userErrors: [FilesUserError!]!
}
type FileUpdatePayload {
  files: [File!], userErrors: [FilesUserError!]!
}
type FileDeletePayload {
  deletedFileIds: [ID!], userErrors: [FilesUserError!]!
}
type CustomerSetPayload {
  customer: Customer, userErrors: [CustomerSetUserError!]!
}
type CustomerCreatePayload {
  customer: Customer, userErrors: [UserError!]!
}
type CustomerUpdatePayload {
  customer: Customer, userErrors: [UserError!]!
}
type CustomerDeletePayload {
  deletedCustomerId: ID, userErrors: [UserError!]!
}
type OrderUpdatePayload {
  order: Order, userErrors: [UserError!]!
}
type OrderMarkAsPaidPayload {
  order: Order, userErrors: [UserError!]!
}
type OrderCapturePayload {
  transaction: OrderTransaction, userErrors: [UserError!]!
}
type OrderClosePayload {
  order: Order, userErrors: [UserError!]!
}
type OrderOpenPayload {
  order: Order, userErrors: [UserError!]!
}
type OrderCancelPayload {
  job: Job, orderCancelUserErrors: [OrderCancelUserError!]!, userErrors: [UserError!]! @deprecated
  jobResult: OrderCancelJobResult @in(since: "2026-10")
}
type FulfillmentCreatePayload {
  fulfillment: Fulfillment, userErrors: [UserError!]!
}
type FulfillmentTrackingInfoUpdatePayload {
  fulfillment: Fulfillment, userErrors: [UserError!]!
}
type FulfillmentCancelPayload {
  fulfillment: Fulfillment, userErrors: [UserError!]!
}
type FulfillmentEventCreatePayload {
  fulfillmentEvent: FulfillmentEvent, userErrors: [UserError!]!
}
type RefundCreatePayload {
  order: Order, refund: Refund, userErrors: [UserError!]!
}
type BulkOperationRunQueryPayload {
  bulkOperation: BulkOperation, userErrors: [BulkOperationUserError!]!
}
type BulkOperationRunMutationPayload {
  bulkOperation: BulkOperation, userErrors: [BulkMutationUserError!]!
}
type BulkOperationCancelPayload {
  bulkOperation: BulkOperation, userErrors: [UserError!]!
}
type WebhookSubscriptionCreatePayload {
  userErrors: [UserError!]!, webhookSubscription: WebhookSubscription
}
type WebhookSubscriptionDeletePayload {
  deletedWebhookSubscriptionId: ID, userErrors: [UserError!]!
}
type CompanyCreatePayload {
  company: Company, userErrors: [BusinessCustomerUserError!]!
}
type CompanyUpdatePayload {
  company: Company, userErrors: [BusinessCustomerUserError!]!
}
type CompanyAssignCustomerAsContactPayload {
  companyContact: CompanyContact, userErrors: [BusinessCustomerUserError!]!
}
type CatalogCreatePayload {
  catalog: Catalog, userErrors: [CatalogUserError!]!
}
type PriceListCreatePayload {
  priceList: PriceList, userErrors: [PriceListUserError!]!
}
type PriceListFixedPricesAddPayload {
  prices: [PriceListPrice!], userErrors: [PriceListPriceUserError!]!
}
type PriceListFixedPricesDeletePayload {
  deletedFixedPriceVariantIds: [ID!], userErrors: [PriceListPriceUserError!]!
}
type PublicationCreatePayload {
  publication: Publication, userErrors: [PublicationUserError!]!
}
type ProductSetUserError implements DisplayableError {
  code: ProductSetUserErrorCode, field: [String!], message: String!
}
type OrderCancelUserError implements DisplayableError {
  code: OrderCancelUserErrorCode, field: [String!], message: String!
}
type ProductVariantsBulkCreateUserError implements DisplayableError {
  code: ProductVariantsBulkCreateUserErrorCode, field: [String!], message: String!
}
type ProductVariantsBulkUpdateUserError implements DisplayableError {
  code: ProductVariantsBulkUpdateUserErrorCode, field: [String!], message: String!
}
type ProductVariantsBulkDeleteUserError implements DisplayableError {
  code: ProductVariantsBulkDeleteUserErrorCode, field: [String!], message: String!
}
type ProductVariantsBulkReorderUserError implements DisplayableError {
  code: ProductVariantsBulkReorderUserErrorCode, field: [String!], message: String!
}
type InventorySetQuantitiesUserError implements DisplayableError {
  code: InventorySetQuantitiesUserErrorCode, field: [String!], message: String!
}
type InventoryAdjustQuantitiesUserError implements DisplayableError {
  code: InventoryAdjustQuantitiesUserErrorCode, field: [String!], message: String!
}
type MetafieldsSetUserError implements DisplayableError {
  code: MetafieldsSetUserErrorCode, elementIndex: Int, field: [String!], message: String!
}
type MetafieldDefinitionCreateUserError implements DisplayableError {
  code: MetafieldDefinitionCreateUserErrorCode, elementIndex: Int, field: [String!], message: String!
  elementKey: String @in(since: "2026-04")
}
type FilesUserError implements DisplayableError {
  code: FilesErrorCode, field: [String!], message: String!
}
type CustomerSetUserError implements DisplayableError {
  code: CustomerSetUserErrorCode, field: [String!], message: String!
}
type BulkOperationUserError implements DisplayableError {
  code: BulkOperationUserErrorCode, field: [String!], message: String!
}
type BulkMutationUserError implements DisplayableError {
  code: BulkMutationErrorCode, field: [String!], message: String!
}
type BusinessCustomerUserError implements DisplayableError {
  code: BusinessCustomerErrorCode, field: [String!], message: String!
}
type CatalogUserError implements DisplayableError {
  code: CatalogUserErrorCode, field: [String!], message: String!
}
type PriceListUserError implements DisplayableError {
  code: PriceListUserErrorCode, field: [String!], message: String!
}
type PriceListPriceUserError implements DisplayableError {
  code: PriceListPriceUserErrorCode, field: [String!], message: String!
}
type PublicationUserError implements DisplayableError {
  code: PublicationUserErrorCode, field: [String!], message: String!
}
"""
