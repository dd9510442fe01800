"""What a company trades with, over JSON-RPC: taxes, accounting categories, warehouses, price lists, carriers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from atoosync_lab.sandbox.tryton import facts
from atoosync_lab.sandbox.tryton.company import Company
from atoosync_lab.sandbox.tryton.rpc import Rpc

GOODS, SERVICES, CARRIAGE = "goods", "services", "carriage"
"""Natures of an accounting category: they name the account of revenue."""
_REVENUE = {GOODS: facts.REVENUE, SERVICES: facts.SERVICES, CARRIAGE: facts.CARRIAGE}
_NAMES = {GOODS: "Marchandises", SERVICES: "Services", CARRIAGE: "Ports"}
MAIN, SECOND = "DEP1", "DEP2"
"""Codes of the warehouses."""
DETAIL, WHOLESALE = "Détail", "Gros"
"""Price lists; wholesale is ten percent below (ours)."""
CARRIERS = ("Colissimo", "Chronopost", "Retrait sur place")


@dataclass(frozen=True)
class Trade:
    """Ids of what was set up.

    Attributes:
        taxes: Tax of sale of goods by percent.
        accounting: Accounting category by nature and percent.
        warehouses: Warehouse by code.
        price_lists: Price list by name.
    """

    taxes: Mapping[str, int]
    accounting: Mapping[tuple[str, str], int]
    warehouses: Mapping[str, int]
    price_lists: Mapping[str, int]


def chart_taxes(rpc: Rpc, company: Company) -> tuple[dict[str, int], dict[str, int]]:
    """Taxes of the French chart on sales of goods, and of services, by percent.

    20 % and 10 % are taxes of type `none` whose children hold the rates of their time. The chart knows no line without
    tax inside France: one is added.
    """
    rows = rpc.read("account.tax", [("parent", "=", None)], ["template"])
    by_template = {row["template"]: row["id"] for row in rows}
    names = {"20": "taux_normal", "10": "taux_intermediaire", "8.5": "8_5", "5.5": "5_5", "2.1": "2_1"}
    goods, services = (
        {rate: by_template[rpc.record_id("account_fr", f"tva_vente_{kind}_{name}")] for rate, name in names.items()}
        for kind in ("biens", "services")
    )
    goods["0"] = services["0"] = _own_tax(rpc, company, "Sans TVA", Decimal(0))
    return goods, services


def own_taxes(rpc: Rpc, company: Company, names: Mapping[str, str]) -> dict[str, int]:
    """Add taxes of sale that the chart does not hold; by percent."""
    return {rate: _own_tax(rpc, company, name, Decimal(rate) / 100) for rate, name in names.items()}


def _own_tax(rpc: Rpc, company: Company, name: str, rate: Decimal) -> int:
    account = company.accounts[facts.VAT_DUE]
    [made] = rpc.create(
        "account.tax",
        [
            {
                "name": name, "description": name, "company": company.id, "type": "percentage", "rate": rate,
                "group": rpc.record_id("account_fr", "group_tva_vente_biens"), "invoice_account": account,
                "credit_note_account": account,
            }
        ],
    )  # fmt: skip
    return made


def set_up(rpc: Rpc, company: Company, goods: Mapping[str, int], services: Mapping[str, int]) -> Trade:
    """Set up what the company trades with.

    Args:
        rpc: Signed-in administrator.
        company: The company.
        goods: Tax of sales of goods by percent.
        services: Tax of sales of services by percent.
    """
    accounting = _accounting(rpc, company, goods, services)
    warehouses = _warehouses(rpc)
    lists = rpc.create(
        "product.price_list",
        [
            {"name": name, "company": company.id, "unit": "product_default", "lines": [("create", [{"formula": text}])]}
            for name, text in ((DETAIL, "unit_price"), (WHOLESALE, "unit_price * 0.9"))
        ],
    )
    price_lists = dict(zip((DETAIL, WHOLESALE), lists, strict=True))
    _carriers(rpc, accounting)
    rpc.write("sale.configuration", [1], {"sale_invoice_method": "order", "sale_shipment_method": "order"})
    return Trade(goods, accounting, warehouses, price_lists)


def _accounting(
    rpc: Rpc, company: Company, goods: Mapping[str, int], services: Mapping[str, int]
) -> dict[tuple[str, str], int]:
    keys = [(nature, rate) for nature in _NAMES for rate in goods if nature != CARRIAGE or rate in ("20", "0")]
    rows = [
        {
            "name": f"{_NAMES[nature]} {rate.replace('.', ',')} %",
            "accounting": True,
            "account_revenue": company.accounts[_REVENUE[nature]],
            "account_expense": company.accounts[facts.EXPENSE],
            "customer_taxes": [("add", [(goods if nature == GOODS else services)[rate]])],
        }
        for nature, rate in keys
    ]
    return dict(zip(keys, rpc.create("product.category", rows), strict=True))


def _warehouses(rpc: Rpc) -> dict[str, int]:
    """The warehouse that comes with the module, and a second one with places of its own."""
    main = rpc.record_id("stock", "location_warehouse")
    rpc.write("stock.location", [main], {"name": "Dépôt principal", "code": MAIN})
    places = rpc.create(
        "stock.location",
        [
            {"name": f"Boutique, {name}", "code": f"{SECOND}-{mark}", "type": "storage"}
            for name, mark in (("réception", "IN"), ("expédition", "OUT"), ("rayons", "STO"))
        ],
    )
    inward, outward, storage = places
    second = {"name": "Boutique", "code": SECOND, "type": "warehouse"}
    lost = rpc.record_id("stock", "location_lost_found")
    values = {
        "input_location": inward, "output_location": outward, "storage_location": storage,
        "lost_found_location": lost,
    }  # fmt: skip
    [made] = rpc.create("stock.location", [{**second, **values}])
    rpc.write("stock.location", places, {"parent": made})
    return {MAIN: main, SECOND: made}


def _carriers(rpc: Rpc, accounting: Mapping[tuple[str, str], int]) -> None:
    parties = rpc.create(
        "party.party", [{"name": name, "code": f"TRANSP{number}"} for number, name in enumerate(CARRIERS, 1)]
    )
    category = accounting[CARRIAGE, "20"] if (CARRIAGE, "20") in accounting else accounting[CARRIAGE, "0"]
    products = _carriage(rpc, category)
    rpc.create(
        "carrier",
        [
            {"party": party, "carrier_product": product, "carrier_cost_method": "product"}
            for party, product in zip(parties, products, strict=True)
        ],
    )


def _carriage(rpc: Rpc, category: int) -> Sequence[int]:
    unit = rpc.record_id("product", "uom_unit")
    templates = rpc.create(
        "product.template",
        [
            {
                "name": f"Port {name}", "type": "service", "default_uom": unit, "list_price": Decimal(0),
                "salable": True, "sale_uom": unit, "account_category": category,
                "products": [("create", [{"suffix_code": f"TRANSP{number}", "cost_price": Decimal(0)}])],
            }
            for number, name in enumerate(CARRIERS, 1)
        ],
    )  # fmt: skip
    rows = rpc.read("product.product", [("template", "in", templates)], ["template"])
    by_template = {row["template"]: row["id"] for row in rows}
    return [by_template[template] for template in templates]
