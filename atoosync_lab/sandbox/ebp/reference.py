"""Reference data of a fresh folder: what EBP sets up before the first article or customer exists.

Ids that EBP makes as uuids (VAT, warehouses) are fixed here, so that a profile made on one sandbox fits another.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5


def fixed_id(name: str) -> str:
    """A uuid that is the same in every sandbox."""
    return str(uuid5(NAMESPACE_URL, f"atoosync-sandbox:ebp:{name}"))


VAT_FR_20 = fixed_id("vat-fr-20")
VAT_FR_10 = fixed_id("vat-fr-10")
VAT_FR_5_5 = fixed_id("vat-fr-5.5")
VAT_FR_2_1 = fixed_id("vat-fr-2.1")
VAT_FR_0 = fixed_id("vat-fr-0")
VAT_EU_0 = fixed_id("vat-eu-0")
VAT_EXPORT_0 = fixed_id("vat-export-0")
VAT_DOM_8_5 = fixed_id("vat-dom-8.5")
VAT_DOM_2_1 = fixed_id("vat-dom-2.1")

MAIN_STOREHOUSE = fixed_id("storehouse-main")
SECOND_STOREHOUSE = fixed_id("storehouse-second")

TERRITORY_FR, TERRITORY_EU, TERRITORY_EXPORT, TERRITORY_DOM = "FR", "UE", "EXPORT", "DOM"

IMPORT_FORMATS = {
    "Customer": "AtooSync Client",
    "SaleDocument": "AtooSync Document",
    "Settlement": "AtooSync Règlement",
}
"""Names of the installed import formats by category of createImport."""

_VAT = (
    (VAT_FR_20, "20", "TVA 20 % (taux normal)", TERRITORY_FR, True, "44571200"),
    (VAT_FR_10, "10", "TVA 10 % (taux intermédiaire)", TERRITORY_FR, False, "44571100"),
    (VAT_FR_5_5, "5.5", "TVA 5,5 % (taux réduit)", TERRITORY_FR, False, "44571055"),
    (VAT_FR_2_1, "2.1", "TVA 2,1 % (taux particulier)", TERRITORY_FR, False, "44571021"),
    (VAT_FR_0, "0", "Sans TVA", TERRITORY_FR, False, None),
    (VAT_EU_0, "0", "Exonération intracommunautaire", TERRITORY_EU, True, None),
    (VAT_EXPORT_0, "0", "Exonération export", TERRITORY_EXPORT, True, None),
    (VAT_DOM_8_5, "8.5", "TVA DOM 8,5 %", TERRITORY_DOM, True, "44571085"),
    (VAT_DOM_2_1, "2.1", "TVA DOM 2,1 %", TERRITORY_DOM, False, "44571022"),
)
_COUNTRIES = (
    ("FR", "France"), ("BE", "Belgique"), ("CH", "Suisse"), ("DE", "Allemagne"), ("ES", "Espagne"),
    ("GB", "Royaume-Uni"), ("IE", "Irlande"), ("IT", "Italie"), ("LU", "Luxembourg"), ("NL", "Pays-Bas"),
    ("PT", "Portugal"), ("US", "États-Unis"),
    ("GP", "Guadeloupe"), ("MQ", "Martinique"), ("GF", "Guyane"), ("RE", "La Réunion"), ("YT", "Mayotte"),
)  # fmt: skip
_CURRENCIES = (
    ("EUR", "Euro", "€", "1"),
    ("GBP", "Livre sterling", "£", "0.85"),
    ("USD", "Dollar US", "$", "1.10"),
    ("CHF", "Franc suisse", "CHF", "0.95"),
)


def _captions(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"Id": code, "Caption": caption} for code, caption in pairs]


def rows(currency: str) -> dict[str, list[dict[str, Any]]]:
    """Rows by table.

    Args:
        currency: The folder's own currency; its conversion rate is 1.
    """
    currencies = list(_CURRENCIES)
    if currency not in {code for code, *_ in currencies}:
        currencies.append((currency, currency, currency, "1"))
    return {
        "Territoriality": [
            {"Id": code, "Caption": caption, "Inactive": False}
            for code, caption in (
                (TERRITORY_FR, "France"),
                (TERRITORY_EU, "Intracommunautaire"),
                (TERRITORY_EXPORT, "Import / Export"),
                (TERRITORY_DOM, "DOM"),
            )
        ],
        "Vat": [
            {
                "Id": key, "Rate": Decimal(rate), "Description": description, "TerritorialityId": territory,
                "TerritorialityDefaultRate": default, "Inactive": False, "Npr": False, "SaleAccount": account,
            }
            for key, rate, description, territory, default, account in _VAT
        ],
        "Storehouse": [
            {"Id": MAIN_STOREHOUSE, "Caption": "Dépôt principal", "Main": True, "Asleep": False, "Type": 0},
            {"Id": SECOND_STOREHOUSE, "Caption": "Boutique", "Main": False, "Asleep": False, "Type": 0},
        ],
        "DocumentSerial": [
            {"Id": "DF", "Caption": "Souche principale", "DocumentSerialType": 0, "IsDefault": True},
            {"Id": "WE", "Caption": "Ventes web", "DocumentSerialType": 0, "IsDefault": False},
        ],
        "CurrencyTable": [
            {
                "Id": code, "Caption": caption, "Symbol": symbol, "DecimalCount": 2,
                "ConversionRate": Decimal(1) if code == currency else Decimal(rate),
            }
            for code, caption, symbol, rate in currencies
        ],
        "Shipping": [
            {"Id": "COL", "Caption": "Colissimo", "VatId": VAT_FR_20, "CalculationMode": 0},
            {"Id": "CHR", "Caption": "Chronopost", "VatId": VAT_FR_20, "CalculationMode": 0},
            {"Id": "RETRAIT", "Caption": "Retrait sur place", "VatId": VAT_FR_20, "CalculationMode": 0},
            {"Id": "FRANCO", "Caption": "Franco de port", "VatId": VAT_FR_20, "CalculationMode": 0},
        ],
        "SettlementMode": _captions(
            ("COMPT", "Comptant"), ("30J", "30 jours"), ("30FDM", "30 jours fin de mois"), ("WEB", "Payé en ligne")
        ),
        "PaymentType": [
            {"Id": code, "Caption": caption, "Nature": nature}
            for code, caption, nature in (
                ("CB", "Carte bancaire", 0), ("CHQ", "Chèque", 1), ("VIR", "Virement", 2), ("PRE", "Prélèvement", 3),
                ("ESP", "Espèces", 4), ("PAYPAL", "PayPal", 0),
            )
        ],
        "Bank": _captions(("BQ1", "Banque principale")),
        "CustomerFamily": _captions(("WEB", "Clients web"), ("PRO", "Professionnels"), ("PART", "Particuliers")),
        "ItemFamily": [
            {"Id": code, "Caption": caption, "VatId": VAT_FR_20, "ManageStock": True, "AllowPublishOnWeb": True}
            for code, caption in (("DIV", "Divers"), ("DECO", "Décoration"), ("CUISINE", "Cuisine"))
        ],
        "ItemSubFamily": [
            {"Id": "BOUGIES", "Caption": "Bougies", "ItemFamilyId": "DECO"},
            {"Id": "VAISSELLE", "Caption": "Vaisselle", "ItemFamilyId": "CUISINE"},
        ],
        "PriceListCategory": [
            {"Id": code, "Description": caption, "IsPurchasePriceListCategory": False}
            for code, caption in (("DETAIL", "Détail"), ("GROS", "Gros"))
        ],
        "Unit": _captions(("U", "Unité"), ("KG", "Kilogramme"), ("M", "Mètre"), ("L", "Litre")),
        "Colleague": [{"Id": "CO0001", "Name": "Bréval", "FirstName": "Anne", "ActiveState": 0}],
        "Civility": _captions(("M.", "Monsieur"), ("Mme", "Madame"), ("Sté", "Société")),
        "Country": [{"Id": code, "Name": name, "IsoCode": code} for code, name in _COUNTRIES],
        "EbpSysGenericImportSettings": [
            {"Id": fixed_id(f"format-{category}"), "name": name, "export": False,
             "formatId": fixed_id(f"layout-{category}")}
            for category, name in IMPORT_FORMATS.items()
        ],
    }  # fmt: skip
