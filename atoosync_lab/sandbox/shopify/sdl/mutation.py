"""The mutations."""

from __future__ import annotations

SDL = """
type Mutation {
  productSet(identifier: ProductSetIdentifiers, input: ProductSetInput!
    synchronous: Boolean = true): ProductSetPayload
  productCreate(input: ProductInput, media: [CreateMediaInput!], product: ProductCreateInput): ProductCreatePayload
  productUpdate(input: ProductInput, media: [CreateMediaInput!], product: ProductUpdateInput): ProductUpdatePayload
  productDelete(input: ProductDeleteInput!, synchronous: Boolean = true): ProductDeletePayload
  productVariantsBulkCreate(media: [CreateMediaInput!], productId: ID!
    strategy: ProductVariantsBulkCreateStrategy = DEFAULT
    variants: [ProductVariantsBulkInput!]!): ProductVariantsBulkCreatePayload
  productVariantsBulkUpdate(allowPartialUpdates: Boolean = false, media: [CreateMediaInput!], productId: ID!
    variants: [ProductVariantsBulkInput!]!): ProductVariantsBulkUpdatePayload
  productVariantsBulkDelete(productId: ID!, variantsIds: [ID!]!): ProductVariantsBulkDeletePayload
  productVariantsBulkReorder(positions: [ProductVariantPositionInput!]!
    productId: ID!): ProductVariantsBulkReorderPayload
  inventorySetQuantities(input: InventorySetQuantitiesInput!): InventorySetQuantitiesPayload
  inventoryAdjustQuantities(input: InventoryAdjustQuantitiesInput!): InventoryAdjustQuantitiesPayload
  inventoryActivate(available: Int, inventoryItemId: ID!, locationId: ID!, onHand: Int): InventoryActivatePayload
  inventoryItemUpdate(id: ID!, input: InventoryItemInput!): InventoryItemUpdatePayload
  metafieldsSet(metafields: [MetafieldsSetInput!]!): MetafieldsSetPayload
  metafieldsDelete(metafields: [MetafieldIdentifierInput!]!): MetafieldsDeletePayload
  metafieldDefinitionCreate(definition: MetafieldDefinitionInput!): MetafieldDefinitionCreatePayload
  tagsAdd(id: ID!, tags: [String!]!): TagsAddPayload
  tagsRemove(id: ID!, tags: [String!]!): TagsRemovePayload
  collectionCreate(input: CollectionInput!): CollectionCreatePayload @in(before: "2026-07")
  collectionCreate(collection: CollectionCreateInput, input: CollectionInput): CollectionCreatePayload
    @in(since: "2026-07")
  collectionUpdate(input: CollectionInput!): CollectionUpdatePayload @in(before: "2026-07")
  collectionUpdate(collection: CollectionUpdateInput, input: CollectionInput): CollectionUpdatePayload
    @in(since: "2026-07")
  collectionDelete(input: CollectionDeleteInput!): CollectionDeletePayload
  collectionAddProducts(id: ID!, productIds: [ID!]!): CollectionAddProductsPayload @deprecated
  collectionRemoveProducts(id: ID!, productIds: [ID!]!): CollectionRemoveProductsPayload @deprecated
  publishablePublish(id: ID!, input: [PublicationInput!]!): PublishablePublishPayload
  publishableUnpublish(id: ID!, input: [PublicationInput!]!): PublishableUnpublishPayload
  stagedUploadsCreate(input: [StagedUploadInput!]!): StagedUploadsCreatePayload
  fileCreate(files: [FileCreateInput!]!): FileCreatePayload
  fileUpdate(files: [FileUpdateInput!]!): FileUpdatePayload
  fileDelete(fileIds: [ID!]!): FileDeletePayload
  customerSet(identifier: CustomerSetIdentifiers, input: CustomerSetInput!): CustomerSetPayload
  customerCreate(input: CustomerInput!): CustomerCreatePayload
  customerUpdate(input: CustomerInput!): CustomerUpdatePayload
  customerDelete(input: CustomerDeleteInput!): CustomerDeletePayload
  orderUpdate(input: OrderInput!): OrderUpdatePayload
  orderMarkAsPaid(input: OrderMarkAsPaidInput!): OrderMarkAsPaidPayload
  orderCapture(input: OrderCaptureInput!): OrderCapturePayload
  orderClose(input: OrderCloseInput!): OrderClosePayload
  orderOpen(input: OrderOpenInput!): OrderOpenPayload
  orderCancel(notifyCustomer: Boolean = false, orderId: ID!, reason: OrderCancelReason!, refund: Boolean
    refundMethod: OrderCancelRefundMethodInput, restock: Boolean!, staffNote: String = null): OrderCancelPayload
  fulfillmentCreate(fulfillment: FulfillmentInput!, message: String): FulfillmentCreatePayload
  fulfillmentTrackingInfoUpdate(fulfillmentId: ID!, notifyCustomer: Boolean
    trackingInfoInput: FulfillmentTrackingInput!): FulfillmentTrackingInfoUpdatePayload
  fulfillmentCancel(id: ID!): FulfillmentCancelPayload
  fulfillmentEventCreate(fulfillmentEvent: FulfillmentEventInput!): FulfillmentEventCreatePayload
  refundCreate(input: RefundInput!): RefundCreatePayload
  bulkOperationRunQuery(groupObjects: Boolean! = true, query: String!): BulkOperationRunQueryPayload
    @in(before: "2026-01")
  bulkOperationRunQuery(groupObjects: Boolean! = false, query: String!): BulkOperationRunQueryPayload
    @in(since: "2026-01")
  bulkOperationRunMutation(clientIdentifier: String, groupObjects: Boolean! = true, mutation: String!
    stagedUploadPath: String!): BulkOperationRunMutationPayload @in(before: "2026-01")
  bulkOperationRunMutation(clientIdentifier: String, groupObjects: Boolean = true, mutation: String!
    stagedUploadPath: String!): BulkOperationRunMutationPayload @in(since: "2026-01")
  bulkOperationCancel(id: ID!): BulkOperationCancelPayload
  webhookSubscriptionCreate(topic: WebhookSubscriptionTopic!
    webhookSubscription: WebhookSubscriptionInput!): WebhookSubscriptionCreatePayload
  webhookSubscriptionDelete(id: ID!): WebhookSubscriptionDeletePayload
  companyCreate(input: CompanyCreateInput!): CompanyCreatePayload
  companyUpdate(companyId: ID!, input: CompanyInput!): CompanyUpdatePayload
  companyAssignCustomerAsContact(companyId: ID!, customerId: ID!): CompanyAssignCustomerAsContactPayload
  catalogCreate(input: CatalogCreateInput!): CatalogCreatePayload
  priceListCreate(input: PriceListCreateInput!): PriceListCreatePayload
  priceListFixedPricesAdd(priceListId: ID!, prices: [PriceListPriceInput!]!): PriceListFixedPricesAddPayload
  priceListFixedPricesDelete(priceListId: ID!, variantIds: [ID!]!): PriceListFixedPricesDeletePayload
  publicationCreate(input: PublicationCreateInput!): PublicationCreatePayload
}
"""
