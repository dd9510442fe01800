"""Fulfillment orders and fulfillments."""

from __future__ import annotations

SDL = """
type FulfillmentOrder implements Node {
  id: ID!, status: FulfillmentOrderStatus!, requestStatus: FulfillmentOrderRequestStatus!, createdAt: DateTime!
  updatedAt: DateTime!, fulfillAt: DateTime, fulfillBy: DateTime, order: Order!, orderId: ID!, orderName: String!
  orderProcessedAt: DateTime!, assignedLocation: FulfillmentOrderAssignedLocation!
  destination: FulfillmentOrderDestination, deliveryMethod: DeliveryMethod
  lineItems(<page>): FulfillmentOrderLineItemConnection!
  fulfillments(<page>): FulfillmentConnection!
  supportedActions: [FulfillmentOrderSupportedAction!]!, fulfillmentHolds: [FulfillmentHold!]!
}
type FulfillmentOrderAssignedLocation {
  address1: String, address2: String, city: String, countryCode: CountryCode!, location: Location, name: String!
  phone: String, province: String, zip: String
}
type FulfillmentOrderDestination implements Node {
  id: ID!, address1: String, address2: String, city: String, company: String, countryCode: CountryCode
  email: String, firstName: String, lastName: String, phone: String, province: String, zip: String
}
type FulfillmentOrderSupportedAction {
  action: FulfillmentOrderAction!, externalUrl: URL
}
type FulfillmentHold implements Node {
  id: ID!, handle: String, reason: FulfillmentHoldReason!, reasonNotes: String
}
type DeliveryMethod implements Node {
  id: ID!, methodType: DeliveryMethodType!, serviceCode: String, presentedName: String
}
type FulfillmentOrderLineItem implements Node {
  id: ID!, lineItem: LineItem!, sku: String, productTitle: String!, variantTitle: String, vendor: String
  totalQuantity: Int!, remainingQuantity: Int!, requiresShipping: Boolean!, inventoryItemId: ID
  variant: ProductVariant
}
type Fulfillment implements LegacyInteroperability & Node {
  id: ID!, legacyResourceId: UnsignedInt64!, name: String!, status: FulfillmentStatus!
  displayStatus: FulfillmentDisplayStatus, createdAt: DateTime!, updatedAt: DateTime!, deliveredAt: DateTime
  estimatedDeliveryAt: DateTime, inTransitAt: DateTime, location: Location, order: Order!
  requiresShipping: Boolean!, totalQuantity: Int!
  trackingInfo(first: Int): [FulfillmentTrackingInfo!]!
  fulfillmentLineItems(<page>): FulfillmentLineItemConnection!
  fulfillmentOrders(<page>): FulfillmentOrderConnection!
  events(<page>): FulfillmentEventConnection!
}
type FulfillmentTrackingInfo {
  company: String, number: String, url: URL
}
type FulfillmentLineItem implements Node {
  id: ID!, lineItem: LineItem!, quantity: Int, originalTotalSet: MoneyBag!, discountedTotalSet: MoneyBag!
}
type FulfillmentEvent implements Node {
  id: ID!, status: FulfillmentEventStatus!, happenedAt: DateTime!, message: String, estimatedDeliveryAt: DateTime
  createdAt: DateTime!, city: String, country: String, province: String, zip: String
}
type FulfillmentOrderLineItemConnection {
  edges: [FulfillmentOrderLineItemEdge!]!, nodes: [FulfillmentOrderLineItem!]!, pageInfo: PageInfo!
}
type FulfillmentConnection {
  edges: [FulfillmentEdge!]!, nodes: [Fulfillment!]!, pageInfo: PageInfo!
}
type FulfillmentLineItemConnection {
  edges: [FulfillmentLineItemEdge!]!, nodes: [FulfillmentLineItem!]!, pageInfo: PageInfo!
}
type FulfillmentEventConnection {
  edges: [FulfillmentEventEdge!]!, nodes: [FulfillmentEvent!]!, pageInfo: PageInfo!
}
type FulfillmentOrderLineItemEdge {
  cursor: String!, node: FulfillmentOrderLineItem!
}
type FulfillmentEdge {
  cursor: String!, node: Fulfillment!
}
type FulfillmentLineItemEdge {
  cursor: String!, node: FulfillmentLineItem!
}
type FulfillmentEventEdge {
  cursor: String!, node: FulfillmentEvent!
}
"""
