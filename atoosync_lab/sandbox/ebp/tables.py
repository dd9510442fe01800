"""The tables of a folder, as data: names and lengths of EBP's columns for the slice that a web shop needs.

Source: public database schemas of the same product line (names, lengths); that the API answers with the same names
is an assumption.
"""

from __future__ import annotations

from atoosync_lab.sandbox.ebp.schema import Table, table

_ADDRESS = (
    "{0}_Civility=text25 {0}_ThirdName=text60 {0}_Address1=text40 {0}_Address2=text40 {0}_Address3=text40 "
    "{0}_Address4=text40 "
    "{0}_ZipCode=text10 {0}_City=text35 {0}_State=text50 {0}_CountryIsoCode=text3 {0}_Description=text50 "
)
_CONTACT = (
    "{0}_Civility=text25 {0}_Name=text60 {0}_FirstName=text60 {0}_Phone=text20 {0}_CellPhone=text20 {0}_Fax=text20 "
    "{0}_Email=text100 {0}_Function=text40 {0}_OptIn=bool "
)
_DOCUMENT_ADDRESSES = (
    _ADDRESS.format("InvoicingAddress")
    + _ADDRESS.format("DeliveryAddress")
    + _CONTACT.format("InvoicingContact")
    + _CONTACT.format("DeliveryContact")
)
VAT_SLOTS = 6
"""How many VAT rates the header of a document can hold."""

_VAT_DETAIL = " ".join(
    f"DetailVatAmount{slot}_DetailVatId=uuid DetailVatAmount{slot}_DetailVatRate=dec "
    f"DetailVatAmount{slot}_DetailAmountVatExcluded=dec DetailVatAmount{slot}_DetailVatAmount=dec"
    for slot in range(VAT_SLOTS)
)

_ITEM = (
    "Id=code40 UniqueId=uuid Caption=text80 "
    "LocalizableCaption_2=text80 LocalizableCaption_3=text80 LocalizableCaption_4=text80 LocalizableCaption_5=text80 "
    "DesCom=text DesComClear=text LocalizableDesCom_2=text LocalizableDesCom_3=text LocalizableDesCom_4=text "
    "LocalizableDesCom_5=text LocalizableDesCom_Clear_2=text LocalizableDesCom_Clear_3=text "
    "LocalizableDesCom_Clear_4=text "
    "LocalizableDesCom_Clear_5=text Notes=text NotesClear=text ItemType=int ActiveState=int AllowPublishOnWeb=bool "
    "BarCode=text40 SupplierId=code20 IntrastatNc8NomenclatureId=text20 FamilyId=code10>ItemFamily "
    "SubFamilyId=code10>ItemSubFamily "
    "SalePriceVatExcluded=decx SalePriceVatIncluded=decx VatId=uuid>Vat VatAmount=dec PurchasePrice=dec "
    "CostPrice=dec "
    "AdvisedSalePriceVATExcluded=dec PriceDecimalNumber=int SalePriceModifiedDate=date EcotaxId=text20 "
    "EcotaxFurnitureId=text20 "
    "ManageStock=bool RealStock=dec VirtualStock=dec OrderedQuantity=dec SuppliersOrderedQuantity=dec "
    "BookedQuantity=dec "
    "AllowNegativeStock=bool TrackingMode=int Weight=dec NetWeight=dec WeightUnitId=code4 Volume=dec Height=dec "
    "Width=dec "
    "Length=dec DimensionUnitId=code4 UnitId=code4>Unit ParentRangeItemId=code40 RangeTypeElementId0=uuid "
    "RangeTypeElementId1=uuid "
    "RangeTypeElementId2=uuid RangeTypeElementId3=uuid RangeTypeElementId4=uuid ComponentCalculationType=int "
    "PrintComponentDetail=bool HasAssociatedFiles=bool ItemImage=bin ImageVersion=int"
)
_CUSTOMER = (
    "Id=code20 UniqueId=uuid Name=text60 Type=int Civility=text25 NaturalPerson=bool ActiveState=int Siren=text20 "
    "Nic=text5 "
    "NAF=text8 IntracommunityVATNumber=text20 FamilyId=code10>CustomerFamily SubFamilyId=code10 "
    "PriceListCategoryId=code8>PriceListCategory DiscountRate=dec SecondDiscountRate=dec PriceWithTaxBased=bool "
    "SettlementModeId=code6>SettlementMode ShippingId=code8>Shipping CurrencyId=code3>CurrencyTable "
    "ColleagueId=code20>Colleague "
    "TerritorialityId=code40>Territoriality StorehouseId=uuid>Storehouse DocumentSerialId=code2>DocumentSerial "
    "Accounts_Account=text20 Accounts_AuxiliaryAccount=text20 UseInvoicingAddressAsDeliveryAddress=bool "
    "HasAssociatedFiles=bool Notes=text "
    "NotesClear=text "
    + _ADDRESS.format("MainInvoicingAddress")
    + _ADDRESS.format("MainDeliveryAddress")
    + _CONTACT.format("MainInvoicingContact")
    + _CONTACT.format("MainDeliveryContact")
)
_SALE_DOCUMENT = (
    "Id=uuid DocumentType=int DocumentNumber=code30 NumberPrefix=text10 NumberSuffix=int "
    "SerialId=code2>DocumentSerial "
    "DocumentDate=date Reference=text70 CustomerId=code20>Customer CustomerName=text60 ColleagueId=code20>Colleague "
    "StorehouseId=uuid>Storehouse TerritorialityId=code40>Territoriality VatMode=int PriceWithTaxBased=bool "
    "SettlementModeId=code6>SettlementMode PaymentTypeId=code6>PaymentType ShippingId=code8>Shipping "
    "ShippingAmountVatExcluded=dec "
    "ShippingVatId=uuid>Vat DiscountRate=dec DiscountAmount=dec FinancialDiscountRate=dec "
    "CurrencyId=code3>CurrencyTable "
    "CurrencyConversionRate=dec PriceListCategory=code8 Notes=text NotesClear=text DeliveryDate=date "
    "SendedByMail=bool "
    "AmountVatExcluded=dec AmountVatExcludedWithDiscount=dec AmountVatExcludedWithDiscountAndShipping=dec "
    "VatAmount=dec "
    "AmountVatIncluded=dec DepositAmount=dec TotalDueAmount=decx CommitmentsBalanceDue=dec ValidationState=int "
    "DocumentState=text20 "
    "DeliveryState=int ReturnState=int RemainingAmountToDeliver=dec OriginDocumentType=int "
    "OriginDocumentNumber=text110 "
    "TransferedDocumentId=uuid " + _DOCUMENT_ADDRESSES + _VAT_DETAIL
)
_SALE_DOCUMENT_LINE = (
    "Id=uuid DocumentId=uuid>SaleDocument LineOrder=int LineType=int ItemId=code40>Item Description=text "
    "DescriptionClear=text2000 "
    "Quantity=dec RealQuantity=dec UnitId=code4>Unit SalePriceVatExcluded=dec SalePriceVatIncluded=dec "
    "Discounts0_UnitDiscountRate=dec Discounts0_UnitDiscountAmount=dec NetPriceVatExcluded=decx "
    "NetPriceVatIncluded=decx "
    "NetAmountVatExcludedWithDiscount=dec NetAmountVatIncludedWithDiscount=dec VatId=uuid>Vat VatAmount=dec "
    "StorehouseId=uuid>Storehouse TrackingNumber=text40 DeliveryDate=date DeliveryState=int DeliveredQuantity=dec "
    "InvoicedQuantity=dec RemainingQuantityToDeliver=dec RemainingQuantityToInvoice=dec"
)
_PRICE_LIST_LINES = (
    "Id=uuid PriceListId=code10>PriceList ItemId=code40>Item RangeItemId=code40 Threshold=dec CalculationType=int "
    "DiscountValue=dec "
    "PriceValue=dec VatId=uuid>Vat FreeItemId=code40 FreeQuantity=dec"
)

_ALL = (
    table("Customer", _CUSTOMER, indexes="sysModifiedDate"),
    table(
        "Address",
        "Id=uuid AssociatedCustomerId=code20>Customer IsInvoicingType=bool IsDeliveryType=bool IsMainInvoicing=bool "
        "IsMainDelivery=bool " + _ADDRESS.format("AddressFields"),
        indexes="AssociatedCustomerId",
    ),
    table(
        "Contact",
        "Id=uuid AssociatedCustomerId=code20>Customer IsMainInvoicing=bool IsMainDelivery=bool IsWebContact=bool "
        + _CONTACT.format("ContactFields")
        + _ADDRESS.format("AddressFields"),
        indexes="AssociatedCustomerId",
    ),
    table(
        "CustomerFamily",
        "Id=code10 Caption=text40 PriceListCategoryId=code8>PriceListCategory DiscountRate=dec "
        "SettlementModeId=code6>SettlementMode "
        "ShippingId=code8>Shipping TerritorialityId=code40>Territoriality",
    ),
    table("Item", _ITEM, indexes="sysModifiedDate FamilyId"),
    table("ItemFamily", "Id=code10 Caption=text40 VatId=uuid>Vat ManageStock=bool AllowPublishOnWeb=bool"),
    table("ItemSubFamily", "Id=code10 Caption=text40 ItemFamilyId=code10>ItemFamily"),
    table(
        "ItemComponent",
        "Id=uuid ParentItemId=code40>Item ComponentItemId=code40 ComponentOrder=int Quantity=dec UnitId=code4>Unit",
        indexes="ParentItemId",
    ),
    table(
        "StockItem",
        "Id=uuid ItemId=code40>Item StorehouseId=uuid>Storehouse RealStock=decx VirtualStock=decx "
        "OrderedQuantity=dec "
        "SuppliersOrderedQuantity=dec BookedQuantity=dec MinStock=dec MaxStock=dec StorageEnable=bool Pump=dec",
        indexes="ItemId sysModifiedDate",
    ),
    table("Storehouse", "Id=uuid Caption=text40 Main=bool Asleep=bool Type=int"),
    table("Unit", "Id=code4 Caption=text40 UnitTypeId=code10 DecimalNumber=int"),
    table(
        "Vat",
        "Id=uuid Rate=dec Description=text60 TerritorialityId=code40>Territoriality TerritorialityDefaultRate=bool "
        "Inactive=bool Npr=bool "
        "RERate=dec SaleAccount=text20 PurchaseAccount=text20",
    ),
    table("Territoriality", "Id=code40 Caption=text40 Inactive=bool"),
    table("SaleDocument", _SALE_DOCUMENT, indexes="DocumentNumber Reference CustomerId DocumentDate sysModifiedDate"),
    table("SaleDocumentLine", _SALE_DOCUMENT_LINE, indexes="DocumentId"),
    table("DocumentSerial", "Id=code2 Caption=text40 DocumentSerialType=int IsDefault=bool"),
    table(
        "Shipping",
        "Id=code8 Caption=text32 VatId=uuid>Vat CalculationMode=int CalculationValue=dec CarrierContact_Name=text60 "
        "CarrierContact_Email=text100 CarrierAddress_City=text35",
    ),
    table("SettlementMode", "Id=code6 Caption=text60"),
    table("PaymentType", "Id=code6 Caption=text60 Nature=int"),
    table("Bank", "Id=code6 Caption=text60"),
    table(
        "CurrencyTable",
        "Id=code3 Caption=text40 Symbol=text5 ConversionRate=dec DecimalCount=int ConversionRateDate=date",
    ),
    table(
        "SaleSettlement",
        "Id=uuid ThirdId=code20>Customer ThirdName=text60 SettlementDate=date PaymentTypeId=code6>PaymentType "
        "Amount=dec "
        "RemainingAmount=dec CurrencyId=code3>CurrencyTable CurrencyAmount=dec BankId=code6>Bank Reference=text70 "
        "IsDeposit=bool "
        "IsUnpaid=bool ValidationState=int AssociatedQuoteId=uuid AssociatedOrderId=uuid AssociatedDeliveryId=uuid "
        "AssociatedInvoiceId=uuid AssociatedCreditMemoId=uuid",
        indexes="Reference ThirdId",
    ),
    table(
        "SaleSettlementCommitmentAssociation",
        "Id=uuid SettlementId=uuid>SaleSettlement CommitmentId=uuid AssignedAmount=dec",
        indexes="SettlementId",
    ),
    table(
        "PriceList",
        "Id=code10 Description=text60 Type=int IsPromotion=bool IsPurchasePriceList=bool CalculationBase=int "
        "StartValidityDate=date "
        "EndValidityDate=date CurrencyId=code3>CurrencyTable CanBeAccumulated=bool ThirdPriceType=int",
    ),
    table("PriceListCategory", "Id=code8 Description=text40 IsPurchasePriceListCategory=bool"),
    table("PriceListCalculationLine", _PRICE_LIST_LINES, indexes="PriceListId ItemId"),
    table(
        "PriceListInclusionLine",
        "Id=uuid PriceListId=code10>PriceList InclusionType=int StartElementId=code40 EndElementId=code40 "
        "IsExcluded=bool InclusionOrder=int",
        indexes="PriceListId",
    ),
    table("Colleague", "Id=code20 Name=text60 FirstName=text60 Email=text100 ActiveState=int"),
    table("Civility", "Id=code25 Caption=text40"),
    table("Country", "Id=code3 Name=text60 IsoCode=text2"),
    table(
        "EbpSysGenericImportSettings",
        "Id=uuid name=text80 categoryId=uuid export=bool formatId=uuid serializedEntity=text",
    ),
)

TABLES: dict[str, Table] = {each.name: each for each in _ALL}
"""All tables by name, without the custom fields of a folder."""

DOCUMENT_TYPES = {1: "SaleQuote", 2: "SaleInvoice", 4: "SaleOrder", 6: "SaleDeliveryOrder", 9: "SaleCreditMemo"}
"""Numbers of DocumentType that can be imported, and the kind of export that prints them."""


def find_table(name: str) -> Table | None:
    """A table by its name, whose case does not matter."""
    wanted = name.casefold()
    return next((each for each in _ALL if each.name.casefold() == wanted), None)
