"""A home for the order tabs: a profile with its lists, a reading of each side, a plan that holds three orders."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from atoosync_lab.connectors.base import ReadRequest, Scope
from atoosync_lab.model.reference_lists import ListItem, ListName, ReferenceLists
from atoosync_lab.model.sales import Address, Customer, Order
from atoosync_lab.planning.orders import OrdersContext, plan_orders
from atoosync_lab.planning.plan import Plan, PlanMeta, PlanWriter
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from tests.captures import capture, erp_item
from tests.orders.builders import line

MADE = datetime.now(UTC) - timedelta(days=3)
FOREIGN = '<img src=x onerror="document.title=1">'
"""What a stranger may have typed: it must be read, never run."""
BELGIAN, FRENCH, ZERO = "TVA BE 21%|21", "TVA FR 20%|20", "|0"


def lists() -> tuple[ReferenceLists, ReferenceLists]:
    """Lists of the shop and of the ERP."""

    def items(*pairs: tuple[str, str], **more: Any) -> tuple[ListItem, ...]:
        return tuple(ListItem(id=key, label=label, **more) for key, label in pairs)

    shop = {
        ListName.TAXES: (
            ListItem(id="1", label="TVA FR 20%", rate=Decimal(20)),
            ListItem(id="2", label="TVA BE 21%", rate=Decimal(21)),
            ListItem(id="3", label="USt. AT 20%", rate=Decimal(20)),
        ),
        ListName.COUNTRIES: tuple(
            ListItem(id=c, label=n, code=c, active=a)
            for c, n, a in (("FR", "France", True), ("BE", "Belgique", True), ("CN", "Chine", False))
        ),
        ListName.PAYMENT_METHODS: tuple(
            ListItem(id=c, label=n, code=c) for c, n in (("ps_wirepayment", "Virement bancaire"), ("alma", "Alma"))
        ),
        ListName.CURRENCIES: (
            ListItem(id="1", label="Euro", code="EUR", extra={"default": "1"}),
            ListItem(id="2", label="Livre sterling", code="GBP"),
        ),
        ListName.CARRIERS: items(("3", "Chronopost 24 h"), ("5", FOREIGN)),
        ListName.STATUSES: items(("2", "Paiement accepté"), ("3", "En préparation"), ("6", "Annulé")),
        ListName.SHOPS: items(("1", "Boutique")),
        ListName.TAX_RULE_GROUPS: items(("7", "FR Taux standard (20%)"), ("8", "BE standard (21%)")),
    }
    erp = {
        ListName.VAT_CODES: (
            ListItem(id="V20", label="TVA 20 %", rate=Decimal(20), extra={"TerritorialityId": "FR"}),
            ListItem(id="V21", label="OSS Belgique 21 %", rate=Decimal(21)),
            ListItem(id="V0", label="Sans TVA", rate=Decimal(0)),
        ),
        ListName.TERRITORIALITIES: items(("FR", "France"), ("UE", "Intracommunautaire")),
        ListName.PAYMENT_TERMS: items(("CPT", "Comptant")),
        ListName.PAYMENT_MEANS: items(("VIR", "Virement bancaire"), ("CB", "Carte")),
        ListName.CURRENCIES: items(("EUR", "Euro"), ("GBP", "Livre sterling")),
        ListName.SHIPPING_MODES: items(("CHR", "Chronopost 24 h"), ("COL", "Colissimo")),
        ListName.NUMBER_SERIES: items(("WEB", "Ventes web")),
        ListName.WAREHOUSES: items(("D1", "Dépôt")),
    }
    return ReferenceLists(lists=shop), ReferenceLists(lists=erp)


def profile() -> Profile:
    """A profile that maps what is French."""
    shop, erp = lists()
    return Profile.model_validate(
        {
            "id": "test",
            "name": "Comptoir",
            "orders": {
                "maps": {
                    "taxes": {FRENCH: "V20"},
                    "zero_tax": "V0",
                    "countries": {"FR": {"with_tax": "FR", "without_tax": "FR"}},
                    "payments": {"ps_wirepayment|EUR": {"payment_terms": "CPT", "payment_means": "VIR"}},
                    "carriers_by": "id",
                    "default_carrier": "COL",
                },
                "statuses": {"2": {"kind": "order", "state": "Accepté"}},
            },
            "shop_lists": shop.model_dump(),
            "erp_lists": erp.model_dump(),
        }
    )


def make(root: Path) -> Session:
    """A home with the profile, both readings and a plan of orders."""
    workspace = Workspace.open(root)
    workspace.profiles.create(profile(), who="camille")
    session = Session(workspace, "test")
    read(session)
    plan(session)
    return session


def read(session: Session) -> None:
    """Five orders of the shop; articles and customers of the ERP."""
    folder = session.workspace.home.captures
    erp: list[Any] = [erp_item(name, f"Article {name}") for name in ("A", "ZDIV", "ZPORT")]
    erp.append(Customer(remote_id="WEBINVITE", name="Invités"))
    capture(folder, "erp", *erp, scopes=[(Scope.PRODUCTS, ReadRequest()), (Scope.CUSTOMERS, ReadRequest())])
    records: list[Any] = [
        Customer(remote_id="12", email="ada@example.org", last_name="LEFORT", first_name="Ada"),
        address("7", "FR"), address("8", "BE"), address("9", "NO"),
    ]  # fmt: skip
    records += order("101", "7")
    records += order("102", "8", tax="TVA BE 21%", rate="21")
    records += order("103", "8", tax="TVA BE 21%", rate="21")
    records += order("104", "7", payment_module="alma")
    records += order("105", "9")
    capture(folder, "shop", *records, scopes=[(Scope.ORDERS, ReadRequest())], mode="window")


def address(key: str, country: str) -> Address:
    """An address in a country."""
    return Address(
        remote_id=key, last_name="LEFORT", first_name="Ada", address1="1 rue", postcode="1", city="X", country=country
    )


def order(key: str, place: str, *, tax: str = "TVA FR 20%", rate: str = "20", **more: Any) -> list[Any]:
    """An order of one line of 10.00 without tax."""
    incl = Decimal(10) * (1 + Decimal(rate) / 100)
    head: dict[str, Any] = {
        "remote_id": key, "reference": f"REF{key}", "created_at": MADE, "status_id": "2", "currency": "EUR",
        "customer_id": "12", "payment_module": "ps_wirepayment", "carrier_id": "3", "invoicing_address_id": place,
        "delivery_address_id": place, "total_excl_tax": Decimal(10), "total_incl_tax": incl, "total_paid_real": incl,
    }  # fmt: skip
    own = line("A", excl="10.00", incl=str(incl), rate=rate, tax_name=tax, order_id=key, remote_id=f"l{key}")
    return [Order(**{**head, **more}), own]


def plan(session: Session) -> Plan:
    """Plan the orders of the last readings, as a run would."""
    workspace, settings = session.workspace, session.profile
    shop, erp = (next(c for c in session.captures() if c.side == side) for side in ("shop", "erp"))
    out = PlanWriter(workspace.home.plans, "test")
    vat = {i.id: i.rate for i in settings.erp_lists.get(ListName.VAT_CODES) if i.rate is not None}
    context = OrdersContext(
        profile=settings, flow="orders", shop=shop, erp=erp, now=datetime.now(UTC), vat=vat, erp_currency="EUR"
    )  # fmt: skip
    plan_orders(context, out)
    sides = {"shop": shop.id, "erp": erp.id}
    made = out.finish(PlanMeta(id=out.id, profile="test", flow="orders", made_at=datetime.now(UTC), captures=sides))
    workspace.plans.register(made.meta.id, "test", "orders", made.path.name, who="camille")
    return made


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home, made once: making the store and the readings takes longer than any test."""
    root = tmp_path_factory.mktemp("orders") / "home"
    make(root).workspace.close()
    return root


@pytest.fixture
def session(furnished: Path, tmp_path: Path) -> Iterator[Session]:
    """A copy of the home, opened."""
    shutil.copytree(furnished, tmp_path / "home")
    with Workspace.open(tmp_path / "home") as workspace:
        yield Session(workspace, "test")


def saves(session: Session, who: str, **orders: Any) -> None:
    """Somebody saves settings of the order tabs meanwhile."""
    profiles = session.workspace.profiles
    document = profiles.get("test").model_dump(mode="json")
    for path, value in orders.items():
        *parents, last = path.split("__")
        place = document["orders"]
        for name in parents:
            place = place[name]
        place[last] = value
    profiles.save(Profile.model_validate(document), who=who, expected_revision=profiles.revision("test"))
