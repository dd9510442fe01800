"""Headings of the import files, as data: which column each fills, how long it may be, what must exist.

This restates docs/ebp-import.md for the sandbox alone; the product has its own statement of the same page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal["text", "bool", "date", "number", "code", "storehouse"]


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading.

    Attributes:
        title: Text of the first row of the file.
        column: Column it fills.
        form: How its text is read; `code` must exist in `table`, `storehouse` may also be a caption.
        length: Longest text, 0 without limit.
        table: Table of a code.
        required: Whether the heading and a value must be given.
        error: Error code when a code does not exist.
    """

    title: str
    column: str
    form: Form = "text"
    length: int = 0
    table: str = ""
    required: bool = False
    error: str = "ERR_UNKNOWN_CODE"


_ADDRESS = (
    ("Nom (adresse) ({0})", "Address_ThirdName", 60),
    ("Adresse 1 ({0})", "Address_Address1", 40),
    ("Adresse 2 ({0})", "Address_Address2", 40),
    ("Adresse 3 ({0})", "Address_Address3", 40),
    ("Adresse 4 ({0})", "Address_Address4", 40),
    ("Code postal ({0})", "Address_ZipCode", 10),
    ("Ville ({0})", "Address_City", 35),
    ("Département ({0})", "Address_State", 50),
    ("Code Pays ({0})", "Address_CountryIsoCode", 3),
    ("Nom (contact) ({0})", "Contact_Name", 60),
    ("Prénom ({0})", "Contact_FirstName", 60),
    ("Téléphone fixe ({0})", "Contact_Phone", 20),
    ("Téléphone portable ({0})", "Contact_CellPhone", 20),
    ("E-mail ({0})", "Contact_Email", 100),
)


def _addresses(prefix: str, column_prefix: str) -> tuple[Heading, ...]:
    return tuple(
        Heading(f"{prefix} - {title.format(place)}", f"{column_prefix}{side}{column}", length=length)
        for place, side in (("facturation", "Invoicing"), ("livraison", "Delivery"))
        for title, column, length in _ADDRESS
    )


CUSTOMER = (
    Heading("Client - Code", "Id", length=20, required=True),
    Heading("Client - Nom", "Name", length=60, required=True),
    Heading("Client - Civilité", "Civility", length=25),
    Heading("Client - Particulier", "NaturalPerson", "bool"),
    Heading("Client - SIREN", "Siren", length=20),
    Heading("Client - NIC", "Nic", length=5),
    Heading("Client - NAF", "NAF", length=8),
    Heading("Client - N° TVA intracommunautaire", "IntracommunityVATNumber", length=20),
    Heading("Client - Code famille", "FamilyId", "code", 10, "CustomerFamily"),
    Heading("Client - Code catégorie tarifaire", "PriceListCategoryId", "code", 8, "PriceListCategory"),
    Heading("Client - Code commercial", "ColleagueId", "code", 20, "Colleague"),
    Heading("Client - Code territorialité", "TerritorialityId", "code", 40, "Territoriality"),
    Heading("Client - Compte comptable", "Accounts_Account", length=20),
    Heading("Client - Compte auxiliaire", "Accounts_AuxiliaryAccount", length=20),
    Heading("Client - Clé Atoo", "xx_AtooKey", length=40),
    *_addresses("Client", "Main"),
)

DOCUMENT = (
    Heading("Document - Type", "DocumentType", required=True),
    Heading("Document - Numéro du document", "DocumentNumber", length=30),
    Heading("Document - Date", "DocumentDate", "date", required=True),
    Heading("Document - Référence", "Reference", length=70, required=True),
    Heading("Document - Clé Atoo", "xx_AtooKey", length=40),
    Heading("Document - Souche", "SerialId", "code", 2, "DocumentSerial"),
    Heading("Document - Code dépôt", "StorehouseId", "storehouse", 40, "Storehouse"),
    Heading("Document - État", "DocumentState", length=20),
    Heading("Document - Code client", "CustomerId", "code", 20, "Customer", required=True, error="ERR_CUSTOMER"),
    Heading("Document - Nom du client", "CustomerName", length=60),
    Heading("Document - Code commercial", "ColleagueId", "code", 20, "Colleague"),
    Heading("Document - Code territorialité", "TerritorialityId", "code", 40, "Territoriality"),
    Heading("Document - Facturation TTC", "PriceWithTaxBased", "bool"),
    Heading("Document - Code devise", "CurrencyId", "code", 3, "CurrencyTable"),
    Heading("Document - Code mode de règlement", "SettlementModeId", "code", 6, "SettlementMode"),
    Heading("Document - Code moyen de paiement", "PaymentTypeId", "code", 6, "PaymentType"),
    Heading("Document - Code frais de port", "ShippingId", "code", 8, "Shipping"),
    Heading("Document - Frais de port HT", "ShippingAmountVatExcluded", "number"),
    Heading("Document - Frais de port TTC", "(shipping incl.)", "number"),
    Heading("Document - Code TVA port", "ShippingVatId", "code", 60, "Vat", error="ERR_VAT"),
    Heading("Document - Notes", "Notes", length=2000),
    *_addresses("Document", ""),
)

LINE = (
    Heading("Ligne - Code article", "ItemId", length=40, required=True),
    Heading("Ligne - Description", "DescriptionClear", length=2000),
    Heading("Ligne - Quantité", "Quantity", "number", required=True),
    Heading("Ligne - PV HT", "SalePriceVatExcluded", "number"),
    Heading("Ligne - PV TTC", "SalePriceVatIncluded", "number"),
    Heading("Ligne - % remise", "Discounts0_UnitDiscountRate", "number"),
    Heading("Ligne - Remise unitaire", "Discounts0_UnitDiscountAmount", "number"),
    Heading("Ligne - Code TVA", "VatId", length=60, required=True),
    Heading("Ligne - Code dépôt", "StorehouseId", "storehouse", 40, "Storehouse"),
)

SETTLEMENT = (
    Heading("Règlement - Code client", "ThirdId", "code", 20, "Customer", required=True, error="ERR_CUSTOMER"),
    Heading("Règlement - Date", "SettlementDate", "date", required=True),
    Heading("Règlement - Montant", "Amount", "number", required=True),
    Heading("Règlement - Code moyen de paiement", "PaymentTypeId", "code", 6, "PaymentType"),
    Heading("Règlement - Code banque", "BankId", length=6),
    Heading("Règlement - Code devise", "CurrencyId", "code", 3, "CurrencyTable"),
    Heading("Règlement - Référence", "Reference", length=70, required=True),
    Heading("Règlement - Clé Atoo", "xx_AtooKey", length=40),
    Heading("Règlement - Numéro du document", "(document)", length=30),
    Heading("Règlement - Acompte", "IsDeposit", "bool"),
)
