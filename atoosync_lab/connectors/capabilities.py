"""What each capability means, and what the product does with a system that lacks it: data for docs/connectors.md.

English, for people who choose or write a connector; what a user reads while working stands in the catalogues.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atoosync_lab.connectors.base import Capability

SHOP, ERP = "shop", "erp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One capability in words."""

    title: str
    """What a system with it can do."""
    without: str
    """What the product does instead for one that cannot."""
    sides: tuple[str, ...] = (SHOP, ERP)
    """Sides that may have it."""
    needs: tuple[Capability, ...] = ()
    """Capabilities without which it means nothing."""


MEANINGS: Mapping[Capability, Meaning] = {
    Capability.READ_PRODUCTS: Meaning(
        title="Products and articles are read, each once",
        without="The flows of articles, prices, stocks and statuses do not start, and say what is missing.",
    ),
    Capability.READ_STOCKS: Meaning(
        title="Quantities are read",
        without="The flow of stocks does not start, and says what is missing.",
    ),
    Capability.READ_ORDERS: Meaning(
        title="Orders are read with lines, payments and people",
        without="The flow of orders does not start; stock that is sent is not reduced by orders still to import.",
        sides=(SHOP,),
    ),
    Capability.READ_CREDIT_SLIPS: Meaning(
        title="Refunds are read with what was returned",
        without="The flow of credit notes does not start; credit notes are entered in the ERP by hand.",
        sides=(SHOP,),
        needs=(Capability.READ_ORDERS,),
    ),
    Capability.READ_CUSTOMERS: Meaning(
        title="Customers are read, to be found again",
        without="Only customers that the workbench made itself are found again; any other buyer becomes a new one.",
        sides=(ERP,),
    ),
    Capability.READ_SINCE: Meaning(
        title="Says what changed since a moment",
        without="Every capture reads everything and compares, so that nothing is missed; with such an ERP a plan an "
        "hour old is refused and made again.",
    ),
    Capability.WRITE_PRODUCTS: Meaning(
        title="Product sheets are created and updated",
        without="The flows of articles do not start; products are made in the shop by hand.",
        sides=(SHOP,),
        needs=(Capability.READ_PRODUCTS,),
    ),
    Capability.WRITE_PRICES: Meaning(
        title="Base prices are written",
        without="The flow of prices does not start.",
        sides=(SHOP,),
        needs=(Capability.READ_PRODUCTS,),
    ),
    Capability.WRITE_STOCKS: Meaning(
        title="Quantities are written",
        without="The flow of stocks does not start.",
        sides=(SHOP,),
        needs=(Capability.READ_PRODUCTS, Capability.READ_STOCKS),
    ),
    Capability.WRITE_STATUS: Meaning(
        title="Products are shown and hidden",
        without="The flow of article statuses does not start; an undone creation stays visible.",
        sides=(SHOP,),
        needs=(Capability.READ_PRODUCTS,),
    ),
    Capability.WRITE_ORDER_STATUS: Meaning(
        title="Orders are moved to a status",
        without="The flow of order statuses does not start; an order keeps its status once it is imported.",
        sides=(SHOP,),
        needs=(Capability.READ_ORDERS,),
    ),
    Capability.READ_IMAGES: Meaning(
        title="Images of articles are read, each content once",
        without="No images are sent from this ERP; those of the shop are left alone.",
        sides=(ERP,),
        needs=(Capability.READ_PRODUCTS,),
    ),
    Capability.WRITE_IMAGES: Meaning(
        title="Products get their images",
        without="Images are given to products in the shop by hand; sheets, prices and stocks go as usual.",
        sides=(SHOP,),
        needs=(Capability.WRITE_PRODUCTS,),
    ),
    Capability.IMAGE_LIBRARY: Meaning(
        title="Images stay in a library and are attached again without being sent",
        without="An image that a product has lost is sent again, where updates may send images.",
        sides=(SHOP,),
        needs=(Capability.WRITE_IMAGES,),
    ),
    Capability.VARIANTS: Meaning(
        title="Products have variants",
        without="Every article is a product of its own.",
        sides=(SHOP,),
        needs=(Capability.READ_PRODUCTS,),
    ),
    Capability.VARIANT_PRICE_IMPACT: Meaning(
        title="A variant keeps what its price adds to its product's",
        without="A variant's own price is written; its product's own is left alone, for the variants keep the prices.",
        sides=(SHOP,),
        needs=(Capability.VARIANTS,),
    ),
    Capability.CREATE_SETTLES_WITHIN: Meaning(
        title="A creation whose answer was lost is settled within a known time",
        without="Such a creation is told as unknown; the next run looks for it, and a person decides what it does not "
        "find.",
    ),
    Capability.IMPORT_DOCUMENTS: Meaning(
        title="Orders become documents of the ERP",
        without="The flows of orders, credit notes and order statuses do not start.",
        sides=(ERP,),
    ),
    Capability.IMPORT_CUSTOMERS: Meaning(
        title="Buyers become customers of the ERP",
        without="Give all orders to one customer (`customers.mode`), or make customers in the ERP first.",
        sides=(ERP,),
    ),
    Capability.IMPORT_SETTLEMENTS: Meaning(
        title="Payments become settlements of the ERP",
        without="Settlements wait in the ledger until the ERP takes them; meanwhile they are entered by hand.",
        sides=(ERP,),
        needs=(Capability.IMPORT_DOCUMENTS,),
    ),
    Capability.CREDIT_NOTES: Meaning(
        title="Refunds become credit notes of the ERP",
        without="Each refund is a held row of the plan, which names it; it is entered by hand.",
        sides=(ERP,),
        needs=(Capability.IMPORT_DOCUMENTS,),
    ),
}
"""By capability; `tools/connectors.py` puts them beside the systems."""


def missing(capabilities: frozenset[Capability], side: str) -> tuple[Capability, ...]:
    """Capabilities that a system of that side could have and has not, in the contract's order."""
    return tuple(c for c, meaning in MEANINGS.items() if side in meaning.sides and c not in capabilities)
