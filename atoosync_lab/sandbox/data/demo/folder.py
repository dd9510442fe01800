"""Fill the folder of the demonstration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.data.demo import pictures, texts
from atoosync_lab.sandbox.data.demo.catalogue import Article, articles
from atoosync_lab.sandbox.data.demo.facts import COLLEAGUE, GUEST_CODE, VAT_BY_RATE
from atoosync_lab.sandbox.data.demo.people import Person, people, siret
from atoosync_lab.sandbox.data.demo.words import words
from atoosync_lab.sandbox.ebp.seed import MAIN_STOREHOUSE, SECOND_STOREHOUSE, FolderState, Kind, fixed_id

NAME = "Le Vieux Fournil"
ATTRIBUTES = 2
"""How many attributes an article with variants has at most."""
_FIELDS = (
    ("xx_MetaDescription", 255),
    ("xx_Origine", 60),
    ("xx_RefMaitre", 40),
    ("xx_LibelleMaitre", 80),
    *((f"xx_{word}{number}", 40) for number in range(1, ATTRIBUTES + 1) for word in ("Attribut", "Valeur")),
)
_CAPTION = 80


def fill_folder(folder: FolderState, today: date) -> None:
    """Add families, articles, stock and customers to a fresh folder.

    Args:
        folder: Folder with its reference data only.
        today: Date from which the dates of changes are counted back.
    """
    for name, length in _FIELDS:
        folder.add_custom_field("Item", name, length=length)
    folder.add_custom_field("Item", "xx_Fragile", kind=Kind.BOOL)
    listed = articles()
    folder.insert_many("ItemFamily", _families())
    folder.insert_many("Item", (_item(article, today) for article in listed))
    folder.insert_many("StockItem", _stocks(listed, today))
    folder.insert_many("Customer", _customers(today))


def _families() -> Iterator[dict[str, Any]]:
    for family in words().families:
        yield {
            "Id": family.code,
            "Caption": family.names[0],
            "VatId": VAT_BY_RATE[family.vat],
            "ManageStock": family.tracked,
            "AllowPublishOnWeb": True,
        }


def _moment(today: date, days: int, hour: int = 9) -> datetime:
    return datetime.combine(today - timedelta(days=days), time(hour))


def _item(article: Article, today: date) -> dict[str, Any]:
    french, english, german = (name[:_CAPTION] for name in article.names)
    rate = Decimal(article.vat)
    master = article.names[0].partition(",")[0]
    pairs = [*article.values, *[((("",) * 3), (("",) * 3))] * (ATTRIBUTES - len(article.values))]
    row: dict[str, Any] = {
        "Id": article.code,
        "UniqueId": fixed_id(f"demo-item-{article.code}"),
        "Caption": french,
        "LocalizableCaption_2": english,
        "LocalizableCaption_3": german,
        "DesCom": texts.rtf(article.paragraphs) if article.paragraphs else None,
        "DesComClear": texts.plain(article.paragraphs) or None,
        "LocalizableDesCom_2": texts.rtf((f"*{english}*, selected by our house.",)) if article.family else None,
        "LocalizableDesCom_3": texts.rtf((f"*{german}*, ausgewählt von unserem Haus.",)) if article.family else None,
        "ItemType": int(article.service),
        "ActiveState": article.state,
        "AllowPublishOnWeb": article.published,
        "BarCode": article.barcode or None,
        "FamilyId": article.family or "DIV",
        "SalePriceVatExcluded": article.price,
        "SalePriceVatIncluded": (article.price * (1 + rate / 100)).quantize(Decimal("0.01")),
        "PurchasePrice": (article.price * Decimal("0.55")).quantize(Decimal("0.01")),
        "VatId": VAT_BY_RATE[article.vat],
        "PriceDecimalNumber": 6 if article.price != article.price.quantize(Decimal("0.01")) else 2,
        "EcotaxId": f"ECO{int(article.ecotax * 100):03d}" if article.ecotax else None,
        "ManageStock": article.tracked,
        "RealStock": article.main + article.second,
        "VirtualStock": article.main + article.second - article.ordered + article.incoming,
        "OrderedQuantity": article.ordered,
        "SuppliersOrderedQuantity": article.incoming,
        "AllowNegativeStock": True,
        "Weight": Decimal(article.grams + 40) / 1000,
        "NetWeight": Decimal(article.grams) / 1000,
        "WeightUnitId": "KG",
        "UnitId": "KG" if article.family == "FRO" else "U",
        "sysCreatedDate": _moment(today, article.days + 30),
        "sysModifiedDate": _moment(today, article.days, 8 + article.days % 10),
        "xx_Marque": article.brand or None,
        "xx_MetaTitle": f"{french[:90]} | {NAME}" if article.family else None,
        "xx_MetaDescription": f"{french[:90]} : livraison rapide partout en France." if article.family else None,
        "xx_RefMaitre": article.master or None,
        "xx_LibelleMaitre": master if article.master else None,
        "xx_Fragile": article.family == "TAB",
    }
    row |= pictures.columns(article)
    for number, (name, value) in enumerate(pairs, 1):
        row[f"xx_Attribut{number}"], row[f"xx_Valeur{number}"] = name[0] or None, value[0] or None
    return row


def _stocks(listed: list[Article], today: date) -> Iterator[dict[str, Any]]:
    for article in listed:
        if not article.tracked:
            continue
        for storehouse, real in ((MAIN_STOREHOUSE, article.main), (SECOND_STOREHOUSE, article.second)):
            main = storehouse == MAIN_STOREHOUSE
            ordered, incoming = (article.ordered, article.incoming) if main else (Decimal(0), Decimal(0))
            yield {
                "Id": fixed_id(f"demo-stock-{article.code}-{storehouse}"),
                "ItemId": article.code,
                "StorehouseId": storehouse,
                "RealStock": real,
                "VirtualStock": real - ordered + incoming,
                "OrderedQuantity": ordered,
                "SuppliersOrderedQuantity": incoming,
                "StorageEnable": True,
                "sysCreatedDate": _moment(today, article.days + 30),
                "sysModifiedDate": _moment(today, 1 + article.days % 20, 7),
            }


def _customers(today: date) -> Iterator[dict[str, Any]]:
    for person in people():
        if person.known:
            yield _customer(person, today)
    yield from _others(today)


def _customer(person: Person, today: date) -> dict[str, Any]:
    name = person.company or f"{person.last} {person.first}"
    place = person.place
    # The same buyer, written as the office writes it: other case, no accents here and there.
    email = person.email.lower() if person.number % 3 else person.email.title()
    return {
        "Id": person.code,
        "UniqueId": fixed_id(f"demo-customer-{person.number}"),
        "Name": name[:60],
        "Type": 0,
        "NaturalPerson": not person.company,
        "ActiveState": person.inactive,
        "Siren": person.siret[:9] or None,
        "Nic": person.siret[9:] or None,
        "IntracommunityVATNumber": person.vat_number or None,
        "FamilyId": "PRO" if person.company else "PART",
        "PriceListCategoryId": "GROS" if person.company else "DETAIL",
        "ColleagueId": COLLEAGUE,
        "TerritorialityId": "FR" if place.country == "FR" else "UE",
        "SettlementModeId": "30J" if person.company else "COMPT",
        "CurrencyId": "EUR",
        "MainInvoicingAddress_ThirdName": name[:60],
        "MainInvoicingAddress_Address1": place.street[:40],
        "MainInvoicingAddress_Address2": place.street[40:80] or None,
        "MainInvoicingAddress_ZipCode": place.postcode,
        "MainInvoicingAddress_City": place.city,
        "MainInvoicingAddress_CountryIsoCode": place.country,
        "MainInvoicingContact_Name": person.last[:60],
        "MainInvoicingContact_FirstName": person.first[:60],
        "MainInvoicingContact_Email": email,
        "MainInvoicingContact_Phone": place.phone or None,
        "MainInvoicingContact_CellPhone": place.mobile or None,
        "UseInvoicingAddressAsDeliveryAddress": True,
        "sysCreatedDate": _moment(today, 500 - person.number),
        "sysModifiedDate": _moment(today, 120 - person.number % 90),
    }


def _others(today: date) -> Iterator[dict[str, Any]]:
    """Customers that the shop does not know; two of them share an e-mail."""
    base = {"Type": 0, "ActiveState": 0, "FamilyId": "PRO", "CurrencyId": "EUR", "ColleagueId": COLLEAGUE}
    dates = {"sysCreatedDate": _moment(today, 700), "sysModifiedDate": _moment(today, 200)}
    guest = {**base, **dates, "FamilyId": "WEB", "MainInvoicingAddress_CountryIsoCode": "FR"}
    yield {**guest, "Id": GUEST_CODE, "UniqueId": fixed_id("demo-guest"), "Name": "Clients web sans compte"}
    for number in range(1, 26):
        registration = siret(500 + number)
        shared = number if number != 7 else 6
        yield {
            **base,
            **dates,
            "Id": f"PRO{number:05d}",
            "UniqueId": fixed_id(f"demo-other-{number}"),
            "Name": f"Comptoir n° {number}",
            "ActiveState": 1 if number % 9 == 0 else 0,
            "Siren": registration[:9],
            "Nic": registration[9:],
            "MainInvoicingAddress_City": "Rennes",
            "MainInvoicingAddress_ZipCode": "35000",
            "MainInvoicingAddress_CountryIsoCode": "FR",
            "MainInvoicingContact_Email": f"comptoir{shared}@exemple.test",
        }
