"""Customers, companies, catalogs and price lists."""

from __future__ import annotations

SDL = """
type Customer implements HasMetafields & LegacyInteroperability & Node {
  id: ID!, legacyResourceId: UnsignedInt64!, firstName: String, lastName: String, displayName: String!
  email: String @deprecated, phone: String @deprecated, note: String, tags: [String!]!, state: CustomerState!
  locale: String!, taxExempt: Boolean!, taxExemptions: [TaxExemption!]!, verifiedEmail: Boolean!
  createdAt: DateTime!, updatedAt: DateTime!, numberOfOrders: UnsignedInt64!, amountSpent: MoneyV2!
  defaultAddress: MailingAddress
  addresses(first: Int): [MailingAddress!]! @deprecated
  addressesV2(<page>): MailingAddressConnection!
  defaultEmailAddress: CustomerEmailAddress, defaultPhoneNumber: CustomerPhoneNumber, lastOrder: Order
  orders(<page>, query: String, sortKey: OrderSortKeys = ID): OrderConnection!
  metafield(key: String!, namespace: String): Metafield
  metafields(<page>, keys: [String!], namespace: String): MetafieldConnection!
  companyContactProfiles: [CompanyContact!]!
  emailMarketingConsent: CustomerEmailMarketingConsentState @deprecated, canDelete: Boolean!
}
type CustomerEmailAddress {
  emailAddress: String!, marketingState: CustomerEmailAddressMarketingState!
  marketingOptInLevel: CustomerMarketingOptInLevel, marketingUpdatedAt: DateTime, validFormat: Boolean!
}
type CustomerPhoneNumber {
  phoneNumber: String!, marketingState: CustomerSmsMarketingState! @deprecated
  marketingOptInLevel: CustomerMarketingOptInLevel @deprecated, marketingUpdatedAt: DateTime @deprecated
}
type CustomerEmailMarketingConsentState {
  consentUpdatedAt: DateTime, marketingOptInLevel: CustomerMarketingOptInLevel
  marketingState: CustomerEmailMarketingState!, sourceLocation: Location
}
type MailingAddress implements Node {
  id: ID!, address1: String, address2: String, city: String, company: String, country: String
  countryCode: String @deprecated, countryCodeV2: CountryCode, firstName: String, lastName: String, name: String
  phone: String, province: String, provinceCode: String, zip: String
  formatted(withCompany: Boolean = true, withName: Boolean = false): [String!]!
  formattedArea: String, latitude: Float, longitude: Float, coordinatesValidated: Boolean!, timeZone: String
}
type Company implements HasMetafields & Node {
  id: ID!, name: String!, externalId: String, note: String, createdAt: DateTime!, updatedAt: DateTime!
  customerSince: DateTime!
  locations(<page>): CompanyLocationConnection!
  contacts(<page>): CompanyContactConnection!
  contactsCount: Count, locationsCount: Count, mainContact: CompanyContact, ordersCount: Count
  totalSpent: MoneyV2!
  metafield(key: String!, namespace: String): Metafield
  metafields(<page>, keys: [String!], namespace: String): MetafieldConnection!
}
type CompanyLocation implements HasMetafields & Node {
  id: ID!, name: String!, externalId: String, note: String, phone: String, company: Company!
  currency: CurrencyCode!, locale: String, billingAddress: CompanyAddress, shippingAddress: CompanyAddress
  createdAt: DateTime!, updatedAt: DateTime!
  catalogs(<page>): CatalogConnection!
  ordersCount: Count, totalSpent: MoneyV2!
  metafield(key: String!, namespace: String): Metafield
  metafields(<page>, keys: [String!], namespace: String): MetafieldConnection!
}
type CompanyAddress implements Node {
  id: ID!, address1: String!, address2: String, city: String, companyName: String!, country: String
  countryCode: CountryCode!, firstName: String, lastName: String, phone: String, province: String
  recipient: String, zip: String, zoneCode: String, createdAt: DateTime!, updatedAt: DateTime!
  formattedAddress(withCompanyName: Boolean = true, withName: Boolean = false): [String!]!
  formattedArea: String
}
type CompanyContact implements Node {
  id: ID!, company: Company!, customer: Customer!, isMainContact: Boolean!, title: String, locale: String
  createdAt: DateTime!, updatedAt: DateTime!
}
type PurchasingCompany {
  company: Company!, contact: CompanyContact, location: CompanyLocation!
}
union PurchasingEntity = Customer | PurchasingCompany
interface Catalog implements Node {
  id: ID!, title: String!, status: CatalogStatus!, priceList: PriceList, publication: Publication
}
type CompanyLocationCatalog implements Catalog & Node {
  id: ID!, title: String!, status: CatalogStatus!, priceList: PriceList, publication: Publication
  companyLocations(<page>): CompanyLocationConnection!
  companyLocationsCount: Count
}
type PriceList implements Node {
  id: ID!, name: String!, currency: CurrencyCode!, fixedPricesCount: Int!, catalog: Catalog
  parent: PriceListParent
  prices(<page>, originType: PriceListPriceOriginType): PriceListPriceConnection!
}
type PriceListParent {
  adjustment: PriceListAdjustment!
}
type PriceListAdjustment {
  type: PriceListAdjustmentType!, value: Float!
}
type PriceListPrice {
  compareAtPrice: MoneyV2, originType: PriceListPriceOriginType!, price: MoneyV2!, variant: ProductVariant!
}
type MailingAddressConnection {
  edges: [MailingAddressEdge!]!, nodes: [MailingAddress!]!, pageInfo: PageInfo!
}
type CompanyContactConnection {
  edges: [CompanyContactEdge!]!, nodes: [CompanyContact!]!, pageInfo: PageInfo!
}
type PriceListPriceConnection {
  edges: [PriceListPriceEdge!]!, nodes: [PriceListPrice!]!, pageInfo: PageInfo!
}
type MailingAddressEdge {
  cursor: String!, node: MailingAddress!
}
type CompanyContactEdge {
  cursor: String!, node: CompanyContact!
}
type PriceListPriceEdge {
  cursor: String!, node: PriceListPrice!
}
"""
