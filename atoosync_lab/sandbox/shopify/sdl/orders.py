"""Orders, their lines, transactions and refunds."""

from __future__ import annotations

SDL = """
type Order implements HasMetafields & LegacyInteroperability & Node {
  id: ID!, legacyResourceId: UnsignedInt64!, name: String!, number: Int!, createdAt: DateTime!
  updatedAt: DateTime!, processedAt: DateTime!, cancelledAt: DateTime, cancelReason: OrderCancelReason
  closedAt: DateTime, closed: Boolean!, confirmed: Boolean!, test: Boolean!
  displayFinancialStatus: OrderDisplayFinancialStatus, displayFulfillmentStatus: OrderDisplayFulfillmentStatus!
  returnStatus: OrderReturnStatus!, fullyPaid: Boolean!, unpaid: Boolean!, currencyCode: CurrencyCode!
  presentmentCurrencyCode: CurrencyCode!, taxesIncluded: Boolean!, taxExempt: Boolean!, estimatedTaxes: Boolean!
  dutiesIncluded: Boolean!, email: String, phone: String, note: String, tags: [String!]!
  customAttributes: [Attribute!]!, poNumber: String, sourceName: String, sourceIdentifier: String
  customer: Customer, purchasingEntity: PurchasingEntity, customerLocale: String, billingAddress: MailingAddress
  shippingAddress: MailingAddress, displayAddress: MailingAddress, billingAddressMatchesShippingAddress: Boolean!
  lineItems(<page>): LineItemConnection!
  shippingLine: ShippingLine
  shippingLines(<page>, includeRemovals: Boolean = false): ShippingLineConnection!
  taxLines: [TaxLine!]!, currentTaxLines: [TaxLine!]!, discountCode: String, discountCodes: [String!]!
  discountApplications(<page>): DiscountApplicationConnection!
  additionalFees: [AdditionalFee!]!, subtotalPriceSet: MoneyBag, totalDiscountsSet: MoneyBag
  cartDiscountAmountSet: MoneyBag, totalTaxSet: MoneyBag, totalShippingPriceSet: MoneyBag!
  totalPriceSet: MoneyBag!, originalTotalPriceSet: MoneyBag!, totalTipReceivedSet: MoneyBag!
  totalRefundedSet: MoneyBag!, totalRefundedShippingSet: MoneyBag!, totalReceivedSet: MoneyBag!
  totalOutstandingSet: MoneyBag!, totalCapturableSet: MoneyBag!, netPaymentSet: MoneyBag!
  currentSubtotalPriceSet: MoneyBag!, currentTotalDiscountsSet: MoneyBag!, currentTotalTaxSet: MoneyBag!
  currentTotalPriceSet: MoneyBag!, currentShippingPriceSet: MoneyBag!, currentTotalDutiesSet: MoneyBag
  currentTotalAdditionalFeesSet: MoneyBag, totalCashRoundingAdjustment: CashRoundingAdjustment!
  currentSubtotalLineItemsQuantity: Int!, subtotalLineItemsQuantity: Int!, totalWeight: UnsignedInt64
  transactions(capturable: Boolean, first: Int): [OrderTransaction!]!
  transactionsCount: Count, paymentGatewayNames: [String!]!
  refunds(first: Int): [Refund!]!
  refundable: Boolean!, capturable: Boolean!, canMarkAsPaid: Boolean!, fulfillable: Boolean!
  restockable: Boolean!, requiresShipping: Boolean!, edited: Boolean!, merchantEditable: Boolean!
  fulfillmentOrders(<page>, displayable: Boolean = false): FulfillmentOrderConnection!
  fulfillments(first: Int): [Fulfillment!]!
  fulfillmentsCount: Count
  suggestedRefund(refundLineItems: [RefundLineItemInput!], refundShipping: Boolean, shippingAmount: Money
    suggestFullRefund: Boolean = false): SuggestedRefund
  metafield(key: String!, namespace: String): Metafield
  metafields(<page>, keys: [String!], namespace: String): MetafieldConnection!
  confirmationNumber: String
  statusPageUrl(audience: Audience, notificationUsage: NotificationUsage): URL!
  clientIp: String, publication: Publication, cancellation: OrderCancellation, retailLocation: Location
}
type CashRoundingAdjustment {
  paymentSet: MoneyBag!, refundSet: MoneyBag!
}
type OrderCancellation {
  staffNote: String
}
type LineItem implements Node {
  id: ID!, title: String!, variantTitle: String, name: String!, sku: String, vendor: String, quantity: Int!
  currentQuantity: Int!, refundableQuantity: Int!, unfulfilledQuantity: Int!, nonFulfillableQuantity: Int!
  requiresShipping: Boolean!, restockable: Boolean!, taxable: Boolean!, isGiftCard: Boolean!
  merchantEditable: Boolean!, customAttributes: [Attribute!]!, variant: ProductVariant, product: Product
  image(crop: CropRegion, maxHeight: Int, maxWidth: Int, scale: Int = 1): Image
  originalUnitPriceSet: MoneyBag!, originalTotalSet: MoneyBag!, discountedUnitPriceSet: MoneyBag!
  discountedUnitPriceAfterAllDiscountsSet: MoneyBag!
  discountedTotalSet(withCodeDiscounts: Boolean = false): MoneyBag!
  totalDiscountSet: MoneyBag!, discountAllocations: [DiscountAllocation!]!
  taxLines(first: Int): [TaxLine!]!
  unfulfilledOriginalTotalSet: MoneyBag!, unfulfilledDiscountedTotalSet: MoneyBag!
}
type ShippingLine {
  id: ID, title: String!, code: String, source: String, carrierIdentifier: String, custom: Boolean!
  deliveryCategory: String, phone: String, isRemoved: Boolean!, originalPriceSet: MoneyBag!
  discountedPriceSet: MoneyBag!, currentDiscountedPriceSet: MoneyBag!, taxLines: [TaxLine!]!
  discountAllocations: [DiscountAllocation!]!
}
type TaxLine {
  title: String!, rate: Float, ratePercentage: Float, priceSet: MoneyBag!, source: String, channelLiable: Boolean
}
type DiscountAllocation {
  allocatedAmountSet: MoneyBag!, discountApplication: DiscountApplication!
}
interface DiscountApplication {
  allocationMethod: DiscountApplicationAllocationMethod!, index: Int!
  targetSelection: DiscountApplicationTargetSelection!, targetType: DiscountApplicationTargetType!
  value: PricingValue!
}
type DiscountCodeApplication implements DiscountApplication {
  allocationMethod: DiscountApplicationAllocationMethod!, code: String!, index: Int!
  targetSelection: DiscountApplicationTargetSelection!, targetType: DiscountApplicationTargetType!
  value: PricingValue!
}
type ManualDiscountApplication implements DiscountApplication {
  allocationMethod: DiscountApplicationAllocationMethod!, description: String, index: Int!
  targetSelection: DiscountApplicationTargetSelection!, targetType: DiscountApplicationTargetType!
  title: String!, value: PricingValue!
}
type AutomaticDiscountApplication implements DiscountApplication {
  allocationMethod: DiscountApplicationAllocationMethod!, index: Int!
  targetSelection: DiscountApplicationTargetSelection!, targetType: DiscountApplicationTargetType!
  title: String!, value: PricingValue!
}
union PricingValue = MoneyV2 | PricingPercentageValue
type PricingPercentageValue {
  percentage: Float!
}
type AdditionalFee implements Node {
  id: ID!, name: String!, price: MoneyBag!, taxLines: [TaxLine!]!
}
type OrderTransaction implements Node {
  id: ID!, kind: OrderTransactionKind!, status: OrderTransactionStatus!, gateway: String
  formattedGateway: String, amountSet: MoneyBag!, amountRoundingSet: MoneyBag, createdAt: DateTime!
  processedAt: DateTime, paymentId: String, test: Boolean!, errorCode: OrderTransactionErrorCode
  manualPaymentGateway: Boolean!, manuallyCapturable: Boolean!, multiCapturable: Boolean!
  parentTransaction: OrderTransaction, order: Order, accountNumber: String, authorizationCode: String @deprecated
  authorizationExpiresAt: DateTime, totalUnsettledSet: MoneyBag, settlementCurrency: CurrencyCode
  settlementCurrencyRate: Decimal, receiptJson: JSON, fees: [TransactionFee!]!
}
type TransactionFee implements Node {
  amount: MoneyV2!, flatFee: MoneyV2!, flatFeeName: String, id: ID!, rate: Decimal!, rateName: String
  taxAmount: MoneyV2!, type: String!
}
type Refund implements LegacyInteroperability & Node {
  id: ID!, legacyResourceId: UnsignedInt64!, createdAt: DateTime, updatedAt: DateTime!
  processedAt: DateTime! @in(since: "2026-01")
  note: String, order: Order!, totalRefundedSet: MoneyBag!
  refundLineItems(<page>): RefundLineItemConnection!
  refundShippingLines(<page>): RefundShippingLineConnection!
  orderAdjustments(<page>): OrderAdjustmentConnection!
  transactions(<page>): OrderTransactionConnection!
}
type RefundLineItem {
  id: ID, lineItem: LineItem!, location: Location, priceSet: MoneyBag!, quantity: Int!
  restockType: RefundLineItemRestockType!, restocked: Boolean!, subtotalSet: MoneyBag!, totalTaxSet: MoneyBag!
}
type RefundShippingLine implements Node {
  id: ID!, shippingLine: ShippingLine!, subtotalAmountSet: MoneyBag!, taxAmountSet: MoneyBag!
}
type OrderAdjustment implements Node {
  id: ID!, amountSet: MoneyBag!, reason: OrderAdjustmentDiscrepancyReason, taxAmountSet: MoneyBag!
}
type SuggestedRefund {
  amountSet: MoneyBag!, discountedSubtotalSet: MoneyBag!, maximumRefundableSet: MoneyBag!
  refundLineItems: [RefundLineItem!]!, shipping: ShippingRefund!, subtotalSet: MoneyBag!
  suggestedTransactions: [SuggestedOrderTransaction!]!, totalTaxSet: MoneyBag!
}
type ShippingRefund {
  amountSet: MoneyBag!, maximumRefundableSet: MoneyBag!, taxSet: MoneyBag!
}
type SuggestedOrderTransaction {
  amountSet: MoneyBag!, gateway: String, kind: SuggestedOrderTransactionKind!, maximumRefundableSet: MoneyBag
  parentTransaction: OrderTransaction, formattedGateway: String
}
type OrderCancelJobResult implements Node @in(since: "2026-10") {
  done: Boolean!, errors: [OrderCancelUserError!]!, id: ID!, order: Order, status: OrderCancelStatus!
}
type LineItemConnection {
  edges: [LineItemEdge!]!, nodes: [LineItem!]!, pageInfo: PageInfo!
}
type ShippingLineConnection {
  edges: [ShippingLineEdge!]!, nodes: [ShippingLine!]!, pageInfo: PageInfo!
}
type DiscountApplicationConnection {
  edges: [DiscountApplicationEdge!]!, nodes: [DiscountApplication!]!, pageInfo: PageInfo!
}
type RefundLineItemConnection {
  edges: [RefundLineItemEdge!]!, nodes: [RefundLineItem!]!, pageInfo: PageInfo!
}
type RefundShippingLineConnection {
  edges: [RefundShippingLineEdge!]!, nodes: [RefundShippingLine!]!, pageInfo: PageInfo!
}
type OrderAdjustmentConnection {
  edges: [OrderAdjustmentEdge!]!, nodes: [OrderAdjustment!]!, pageInfo: PageInfo!
}
type OrderTransactionConnection {
  edges: [OrderTransactionEdge!]!, nodes: [OrderTransaction!]!, pageInfo: PageInfo!
}
type LineItemEdge {
  cursor: String!, node: LineItem!
}
type ShippingLineEdge {
  cursor: String!, node: ShippingLine!
}
type DiscountApplicationEdge {
  cursor: String!, node: DiscountApplication!
}
type RefundLineItemEdge {
  cursor: String!, node: RefundLineItem!
}
type RefundShippingLineEdge {
  cursor: String!, node: RefundShippingLine!
}
type OrderAdjustmentEdge {
  cursor: String!, node: OrderAdjustment!
}
type OrderTransactionEdge {
  cursor: String!, node: OrderTransaction!
}
"""
