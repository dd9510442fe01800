"""The other inputs."""

from __future__ import annotations

SDL = """
input CollectionIdentifierInput @oneOf {
  customId: UniqueMetafieldValueInput, handle: String, id: ID
}
input CustomerIdentifierInput @oneOf {
  customId: UniqueMetafieldValueInput, emailAddress: String, id: ID, phoneNumber: String
}
input OrderIdentifierInput @oneOf {
  customId: UniqueMetafieldValueInput, id: ID
}
input MetafieldDefinitionIdentifierInput {
  key: String!, namespace: String, ownerType: MetafieldOwnerType!
}
input CreateMediaInput {
  alt: String, mediaContentType: MediaContentType!, originalSource: String!
}
input MetafieldsSetInput {
  compareDigest: String, key: String!, namespace: String, ownerId: ID!, type: String, value: String!
}
input MetafieldIdentifierInput {
  key: String!, namespace: String!, ownerId: ID!
}
input MetafieldDefinitionInput {
  capabilities: MetafieldCapabilityCreateInput, description: String, key: String!, name: String!
  namespace: String, ownerType: MetafieldOwnerType!, pin: Boolean = false, type: String!
}
input CollectionInput {
  descriptionHtml: String, handle: String, id: ID, metafields: [MetafieldInput!], products: [ID!]
  redirectNewHandle: Boolean = false, seo: SEOInput, sortOrder: CollectionSortOrder, templateSuffix: String
  title: String
}
input CollectionCreateInput @in(since: "2026-07") {
  descriptionHtml: String, handle: String, metafields: [MetafieldInput!], seo: SEOInput
  sortOrder: CollectionSortOrder, templateSuffix: String, title: String!
}
input CollectionUpdateInput @in(since: "2026-07") {
  descriptionHtml: String, handle: String, id: ID, metafields: [MetafieldInput!]
  redirectNewHandle: Boolean = false, seo: SEOInput, sortOrder: CollectionSortOrder, templateSuffix: String
  title: String
}
input CollectionDeleteInput {
  id: ID!
}
input PublicationInput {
  publicationId: ID, publishDate: DateTime
}
input StagedUploadInput {
  fileSize: UnsignedInt64, filename: String!, httpMethod: StagedUploadHttpMethodType = PUT, mimeType: String!
  resource: StagedUploadTargetGenerateUploadResource!
}
input FileCreateInput {
  alt: String, contentType: FileContentType
  duplicateResolutionMode: FileCreateInputDuplicateResolutionMode = APPEND_UUID, filename: String
  originalSource: String!
}
input FileUpdateInput {
  alt: String, filename: String, id: ID!, originalSource: String, previewImageSource: String
  referencesToAdd: [ID!], referencesToRemove: [ID!]
}
input CustomerSetIdentifiers @oneOf {
  customId: UniqueMetafieldValueInput, email: String, id: ID, phone: String
}
input CustomerSetInput {
  addresses: [MailingAddressInput!], email: String, firstName: String, id: ID @deprecated, lastName: String
  locale: String, note: String, phone: String, tags: [String!], taxExempt: Boolean
  taxExemptions: [TaxExemption!]
}
input CustomerInput {
  addresses: [MailingAddressInput!] @deprecated, email: String
  emailMarketingConsent: CustomerEmailMarketingConsentInput, firstName: String, id: ID, lastName: String
  locale: String, metafields: [MetafieldInput!], note: String, phone: String, tags: [String!], taxExempt: Boolean
  taxExemptions: [TaxExemption!]
}
input CustomerDeleteInput {
  id: ID!
}
input OrderInput {
  customAttributes: [AttributeInput!], email: String, id: ID!, metafields: [MetafieldInput!], note: String
  phone: String @in(since: "2026-01")
  poNumber: String, shippingAddress: MailingAddressInput, tags: [String!]
}
input OrderMarkAsPaidInput {
  id: ID!
}
input OrderCaptureInput {
  amount: Money!, currency: CurrencyCode, finalCapture: Boolean, id: ID!, parentTransactionId: ID!
}
input OrderCloseInput {
  id: ID!
}
input OrderOpenInput {
  id: ID!
}
input OrderCancelRefundMethodInput @oneOf {
  originalPaymentMethodsRefund: Boolean
}
input FulfillmentInput {
  lineItemsByFulfillmentOrder: [FulfillmentOrderLineItemsInput!]!, notifyCustomer: Boolean = false
  originAddress: FulfillmentOriginAddressInput, trackingInfo: FulfillmentTrackingInput
}
input FulfillmentTrackingInput {
  company: String, number: String, numbers: [String!], url: URL, urls: [URL!]
}
input FulfillmentEventInput {
  address1: String, city: String, country: String, estimatedDeliveryAt: DateTime, fulfillmentId: ID!
  happenedAt: DateTime, latitude: Float, longitude: Float, message: String, province: String
  status: FulfillmentEventStatus!, zip: String
}
input RefundInput {
  allowOverRefunding: Boolean = false, currency: CurrencyCode, note: String, notify: Boolean, orderId: ID!
  processedAt: DateTime @in(since: "2026-01")
  refundLineItems: [RefundLineItemInput!], shipping: ShippingRefundInput, transactions: [OrderTransactionInput!]
}
input WebhookSubscriptionInput {
  callbackUrl: URL @deprecated, filter: String, format: WebhookSubscriptionFormat, includeFields: [String!]
  metafieldNamespaces: [String!]
  name: String @in(since: "2026-04")
  uri: String
}
input CompanyCreateInput {
  company: CompanyInput!, companyContact: CompanyContactInput, companyLocation: CompanyLocationInput
}
input CompanyInput {
  customerSince: DateTime, externalId: String, name: String, note: String
}
input CatalogCreateInput {
  context: CatalogContextInput!, priceListId: ID, publicationId: ID, status: CatalogStatus!, title: String!
}
input PriceListCreateInput {
  catalogId: ID, currency: CurrencyCode!, name: String!, parent: PriceListParentCreateInput!
}
input PriceListPriceInput {
  compareAtPrice: MoneyInput, price: MoneyInput!, variantId: ID!
}
input PublicationCreateInput {
  autoPublish: Boolean = false, catalogId: ID
  defaultState: PublicationCreateInputPublicationDefaultState = EMPTY
}
input ImageTransformInput {
  crop: CropRegion, maxHeight: Int, maxWidth: Int, preferredContentType: ImageContentType, scale: Int = 1
}
input RefundLineItemInput {
  lineItemId: ID!, locationId: ID, quantity: Int!, restockType: RefundLineItemRestockType
}
input UniqueMetafieldValueInput {
  key: String!, namespace: String, value: String!
}
input FileSetInput {
  alt: String, contentType: FileContentType
  duplicateResolutionMode: FileCreateInputDuplicateResolutionMode = APPEND_UUID, filename: String, id: ID
  originalSource: String
}
input MetafieldInput {
  id: ID, key: String, namespace: String, type: String, value: String
}
input SEOInput {
  description: String, title: String
}
input UnitPriceMeasurementInput {
  quantityUnit: UnitPriceMeasurementMeasuredUnit, quantityValue: Float
  referenceUnit: UnitPriceMeasurementMeasuredUnit, referenceValue: Int
}
input MetafieldCapabilityCreateInput {
  uniqueValues: MetafieldCapabilityUniqueValuesInput, adminFilterable: MetafieldCapabilityAdminFilterableInput
}
input MailingAddressInput {
  address1: String, address2: String, city: String, company: String, country: String @deprecated
  countryCode: CountryCode, firstName: String, id: ID @deprecated, lastName: String, phone: String
  province: String @deprecated, provinceCode: String, zip: String
}
input CustomerEmailMarketingConsentInput {
  consentUpdatedAt: DateTime, marketingOptInLevel: CustomerMarketingOptInLevel
  marketingState: CustomerEmailMarketingState!, sourceLocationId: ID
}
input AttributeInput {
  key: String!, value: String!
}
input FulfillmentOrderLineItemsInput {
  fulfillmentOrderId: ID!, fulfillmentOrderLineItems: [FulfillmentOrderLineItemInput!]
}
input FulfillmentOriginAddressInput {
  address1: String, address2: String, city: String, countryCode: String!, provinceCode: String, zip: String
}
input ShippingRefundInput {
  amount: Money, fullRefund: Boolean
}
input OrderTransactionInput {
  amount: Money!, gateway: String!, kind: OrderTransactionKind!, orderId: ID!, parentId: ID
}
input CompanyContactInput {
  email: String, firstName: String, lastName: String, locale: String, phone: String, title: String
}
input CompanyLocationInput {
  billingAddress: CompanyAddressInput, billingSameAsShipping: Boolean, externalId: String, locale: String
  name: String, note: String, phone: String, shippingAddress: CompanyAddressInput, taxExempt: Boolean
}
input CatalogContextInput {
  companyLocationIds: [ID!]
}
input PriceListParentCreateInput {
  adjustment: PriceListAdjustmentInput!, settings: PriceListAdjustmentSettingsInput
}
input MoneyInput {
  amount: Decimal!, currencyCode: CurrencyCode!
}
input WeightInput {
  unit: WeightUnit!, value: Float!
}
input MetafieldCapabilityUniqueValuesInput {
  enabled: Boolean!
}
input MetafieldCapabilityAdminFilterableInput {
  enabled: Boolean!
}
input FulfillmentOrderLineItemInput {
  id: ID!, quantity: Int!
}
input CompanyAddressInput {
  address1: String, address2: String, city: String, countryCode: CountryCode, firstName: String, lastName: String
  phone: String, recipient: String, zip: String, zoneCode: String
}
input PriceListAdjustmentInput {
  type: PriceListAdjustmentType!, value: Float!
}
input PriceListAdjustmentSettingsInput {
  compareAtMode: PriceListCompareAtMode! = ADJUSTED
}
"""
