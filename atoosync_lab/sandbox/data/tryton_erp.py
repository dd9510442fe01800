"""The demonstration in Tryton: a copy of the database that `sandbox/tryton` sets up; settings said in its ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from atoosync_lab.sandbox.ebp.seed import (
    MAIN_STOREHOUSE,
    SECOND_STOREHOUSE,
    VAT_DOM_2_1,
    VAT_DOM_8_5,
    VAT_EU_0,
    VAT_EXPORT_0,
    VAT_FR_0,
    VAT_FR_2_1,
    VAT_FR_5_5,
    VAT_FR_10,
    VAT_FR_20,
)
from atoosync_lab.sandbox.tryton import facts, template
from atoosync_lab.sandbox.tryton.demo import key_of
from atoosync_lab.sandbox.tryton.rpc import Rpc
from atoosync_lab.sandbox.tryton.server import TrytonServer, database_file, put_database
from atoosync_lab.sandbox.tryton.trade import DETAIL, MAIN, SECOND, WHOLESALE

_RATES: Mapping[str, str] = MappingProxyType(
    {
        VAT_FR_20: "taux_normal",
        VAT_FR_10: "taux_intermediaire",
        VAT_FR_5_5: "5_5",
        VAT_FR_2_1: "2_1",
        VAT_DOM_8_5: "8_5",
        VAT_DOM_2_1: "2_1",
    }
)
"""Rate of the French chart, as its taxes are named in module `account_fr`, for each VAT of the folder."""
_GOODS, _SERVICES = "tva_vente_biens_", "tva_vente_services_"
"""The chart has a tax of each rate for goods, and another one for services."""
_WITHOUT_TAX = (VAT_FR_0, VAT_EU_0, VAT_EXPORT_0)
_NO_TAX = "Sans TVA"
_WAREHOUSES: Mapping[str, str] = MappingProxyType({MAIN_STOREHOUSE: MAIN, SECOND_STOREHOUSE: SECOND})
_TERMS: Mapping[str, str] = MappingProxyType(
    {"COMPT": "Comptant", "WEB": "Comptant", "30J": "30 jours", "30FDM": "30 jours fin de mois"}
)
_MEANS: Mapping[str, str] = MappingProxyType(
    {"CB": "Carte bancaire", "CHQ": "Chèque", "VIR": "Virement", "ESP": "Espèces", "PAYPAL": "PayPal"}
)
"""Journals of bank statements: what is paid in the shop is entered as a line of one."""
_CARRIERS: Mapping[str, str] = MappingProxyType(
    {"COL": "Colissimo", "CHR": "Chronopost", "RETRAIT": "Retrait sur place"}
)
_PRICE_LISTS: Mapping[str, str] = MappingProxyType({"DETAIL": DETAIL, "GROS": WHOLESALE})
_TEXTS: Mapping[str, str] = MappingProxyType(
    {"Caption": "name", "DesCom": "description", "xx_Marque": f"attribute_{key_of('Marque')}"}
)
"""Field of an article by the folder's; what is not named here the database does not hold."""


_BATCH = 20
"""Documents that a run sends before it notes them."""


@dataclass(frozen=True)
class Codes:
    """Ids of the running database by the codes of the first ERP's folder."""

    taxes: Mapping[str, str]
    """Taxes of goods."""
    services: Mapping[str, str]
    """Taxes of services."""
    warehouses: Mapping[str, str]
    terms: Mapping[str, str]
    means: Mapping[str, str]
    carriers: Mapping[str, str]
    price_lists: Mapping[str, str]

    @classmethod
    def read(cls, rpc: Rpc) -> Codes:
        """Ask the database, each list by the name or code that a person knows it by."""
        tops = rpc.read("account.tax", [("parent", "=", None)], ["template", "name"])
        by_template = {row["template"]: str(row["id"]) for row in tops}
        [none] = [str(row["id"]) for row in tops if row["name"] == _NO_TAX]
        goods, services = (
            {
                **{code: by_template[rpc.record_id("account_fr", kind + rate)] for code, rate in _RATES.items()},
                **dict.fromkeys(_WITHOUT_TAX, none),
            }
            for kind in (_GOODS, _SERVICES)
        )
        return cls(
            taxes=goods,
            services=services,
            warehouses=_ids(rpc, "stock.location", "code", _WAREHOUSES),
            terms=_ids(rpc, "account.invoice.payment_term", "name", _TERMS),
            means=_ids(rpc, "account.statement.journal", "name", _MEANS),
            carriers=_ids(rpc, "carrier", "party.name", _CARRIERS),
            price_lists=_ids(rpc, "product.price_list", "name", _PRICE_LISTS),
        )


def _ids(rpc: Rpc, model: str, field: str, names: Mapping[str, str]) -> dict[str, str]:
    """Ids by code, of records known by a field.

    Raises:
        KeyError: the database has no record of that name.
    """
    rows = rpc.read(model, [(field, "in", sorted(set(names.values())))], [field])
    head, _, last = field.partition(".")
    known = {(row[f"{head}."][last] if last else row[head]): str(row["id"]) for row in rows}
    return {code: known[name] for code, name in names.items()}


class TrytonData:
    """See `erp_data.ErpData`."""

    system = "tryton"
    credentials: Mapping[str, str] = MappingProxyType({"erp.login": facts.LOGIN, "erp.password": facts.PASSWORD})
    login_hint = ""
    wanting = ("cli.demo.tryton.territories", "cli.demo.tryton.texts")

    def prepare(self, begun: Callable[[], None]) -> float:
        """See `erp_data.ErpData`."""
        told: list[str] = []

        def say(line: str) -> None:
            if not told:
                begun()
            told.append(line)

        return template.build("demo", say=say).seconds

    def fill_demo(self, state: Path, today: date) -> dict[str, int]:
        """See `erp_data.ErpData`; the company is the same whatever the day."""
        put_database(template.build("demo").template, state)
        return {}

    def files(self, draft: Path, state: Path) -> Iterator[str]:
        """See `erp_data.ErpData`."""
        yield database_file(draft).name

    def start(self, state: Path, *, speed: float) -> TrytonServer:
        """See `erp_data.ErpData`. The server sets no limits that a speed could change."""
        return template.start(state, "demo")

    def demo_settings(self, document: Mapping[str, Any], server: Any) -> dict[str, Any]:
        """See `erp_data.ErpData`."""
        running: TrytonServer = server
        with running.rpc() as rpc:
            codes = Codes.read(rpc)
        return {
            **document,
            "name": str(document["name"]).replace("EBP", "Tryton"),
            # A document takes the server a second or so: after some a run says how far it is, and may be stopped.
            "shop": {**document["shop"], "sizes": {"import_file": _BATCH}},
            "erp": {
                "system": self.system,
                "api_url": running.url,
                "folder": running.database,
                "speed": document["erp"]["speed"],
                "settlements": "import",
            },
            "articles": _articles(document["articles"], codes),
            "customers": {
                **document["customers"],
                "account": facts.RECEIVABLE,
                "group": codes.price_lists[document["customers"]["group"]],
            },
            "orders": _orders(document["orders"], codes),
        }


def _articles(given: Mapping[str, Any], codes: Codes) -> dict[str, Any]:
    products, stocks = given["products"], given["stocks"]
    return {
        **given,
        "products": {
            **products,
            "texts": {text: _TEXTS[field] for text, field in products["texts"].items() if field in _TEXTS},
            # The database is kept in French alone.
            "texts_by_language": {},
            "taxes": {
                kind[vat]: group for kind in (codes.services, codes.taxes) for vat, group in products["taxes"].items()
            },
            "brand_field": _TEXTS[products["brand_field"]],
        },
        "stocks": {**stocks, "warehouses": [codes.warehouses[code] for code in stocks["warehouses"]]},
    }


def _orders(given: Mapping[str, Any], codes: Codes) -> dict[str, Any]:
    header, maps, articles = given["header"], given["maps"], given["articles"]
    return {
        **given,
        "header": {**header, "warehouse": codes.warehouses[header["warehouse"]]},
        "maps": {
            **maps,
            "taxes": {key: codes.taxes[vat] for key, vat in maps["taxes"].items()},
            "zero_tax": codes.taxes[maps["zero_tax"]],
            "payments": {key: _payment(rule, codes) for key, rule in maps["payments"].items()},
            "carriers": {key: codes.carriers[code] for key, code in maps["carriers"].items()},
            "default_carrier": codes.carriers[maps["default_carrier"]],
        },
        "articles": {
            **articles,
            "discounts": {codes.taxes[vat]: item for vat, item in articles["discounts"].items()},
            "difference_vat": codes.taxes[articles["difference_vat"]],
        },
    }


def _payment(rule: Mapping[str, Any], codes: Codes) -> dict[str, Any]:
    """The journal names the account that the money lands on: there is no treasury account beside it."""
    return {
        **{name: value for name, value in rule.items() if name != "treasury"},
        "payment_terms": codes.terms[rule["payment_terms"]],
        "payment_means": codes.means[rule["payment_means"]],
    }


DATA = TrytonData()
