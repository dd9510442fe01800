"""Lines, shipping lines and discounts of orders."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.reading.orders import applications, with_order
from atoosync_lab.sandbox.shopify.reading.registry import constant, each, field
from atoosync_lab.sandbox.shopify.values import Row, money, opened

constant("LineItem", None, "image")
constant("LineItem", True, "merchantEditable", "restockable")


@field("LineItem", "variant")
def line_variant(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The variant, unless it was deleted since."""
    return context.load("variants", [row["variant_id"] for row in parents])


@field("LineItem", "product")
def line_product(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The product, unless it was deleted since."""
    return context.load("products", [row["product_id"] for row in parents])


@each("LineItem", "name")
def line_name(_context: Context, row: Row, _args: Args) -> str:
    """Title of the product and of the variant."""
    return f"{row['title']} - {row['variant_title']}" if row["variant_title"] else str(row["title"])


@each("LineItem", "refundableQuantity")
def refundable_quantity(_context: Context, row: Row, _args: Args) -> int:
    """Pieces that can still be refunded."""
    return int(row["quantity"]) - int(row["refunded_quantity"])


@each("LineItem", "unfulfilledQuantity")
def unfulfilled_quantity(_context: Context, row: Row, _args: Args) -> int:
    """Pieces still to be sent."""
    return _unsent(row)


def _unsent(row: Row) -> int:
    return max(0, int(row["current_quantity"]) - int(row["fulfilled_quantity"]))


@each("LineItem", "nonFulfillableQuantity")
def non_fulfillable(_context: Context, row: Row, _args: Args) -> int:
    """Pieces that will not be sent."""
    return int(row["quantity"]) - _unsent(row) - int(row["fulfilled_quantity"])


def allocated(row: Row, *, codes: bool | None = None) -> Decimal:
    """Discounts of a line together.

    Args:
        row: The line, with its order.
        codes: True for those of discounts on the whole order and codes, False for those of the line alone, None all.
    """
    given = opened(row, "discount_allocations")
    if codes is None or not given:
        return sum((Decimal(item["amount"]) for item in given), Decimal(0))
    uses = opened(row["order"], "discount_applications")
    return sum(
        (
            Decimal(item["amount"])
            for item in given
            if (uses[item["application"]]["target_selection"] == "ALL") == codes
        ),
        Decimal(0),
    )


@each("LineItem", "originalUnitPriceSet")
def unit_price(context: Context, row: Row, _args: Args) -> Any:
    """Price of one piece, before discounts."""
    return context.bag(row["price"], row["order"])


@each("LineItem", "originalTotalSet")
def original_total(context: Context, row: Row, _args: Args) -> Any:
    """Price of the line, before discounts."""
    return context.bag(money(Decimal(row["price"]) * row["quantity"]), row["order"])


@each("LineItem", "discountedTotalSet")
def discounted_total(context: Context, row: Row, args: Args) -> Any:
    """Price of the line less its own discounts; on demand also less its share in those of the order."""
    less = allocated(row, codes=None if args.get("withCodeDiscounts") else False)
    return context.bag(money(Decimal(row["price"]) * row["quantity"] - less), row["order"])


@each("LineItem", "discountedUnitPriceSet")
def discounted_unit_price(context: Context, row: Row, _args: Args) -> Any:
    """The same for one piece, without the discounts of the order."""
    return context.bag(_each(row, allocated(row, codes=False)), row["order"])


@each("LineItem", "discountedUnitPriceAfterAllDiscountsSet")
def final_unit_price(context: Context, row: Row, _args: Args) -> Any:
    """Price of one piece less all discounts, rounded to the cent: lines need the allocations to be exact."""
    return context.bag(_each(row, allocated(row)), row["order"])


def _each(row: Row, less: Decimal) -> str:
    quantity = Decimal(row["quantity"])
    return money((Decimal(row["price"]) * quantity - less) / quantity) if quantity else "0.00"


@each("LineItem", "totalDiscountSet")
def total_discount(context: Context, row: Row, _args: Args) -> Any:
    """Discounts of the line itself."""
    return context.bag(money(allocated(row, codes=False)), row["order"])


@each("LineItem", "unfulfilledOriginalTotalSet")
def unfulfilled_original(context: Context, row: Row, _args: Args) -> Any:
    """Price of what is still to be sent."""
    return context.bag(money(Decimal(row["price"]) * _unsent(row)), row["order"])


@each("LineItem", "unfulfilledDiscountedTotalSet")
def unfulfilled_discounted(context: Context, row: Row, _args: Args) -> Any:
    """The same less its discounts."""
    left = _unsent(row)
    share = allocated(row) * left / row["quantity"] if row["quantity"] else Decimal(0)
    return context.bag(money(Decimal(row["price"]) * left - share), row["order"])


@each("LineItem ShippingLine", "discountAllocations")
def discount_allocations(_context: Context, row: Row, _args: Args) -> list[Row]:
    """Share of each discount."""
    given = opened(row, "discount_allocations") if isinstance(row, dict) and "discount_allocations" in row else []
    if not given:
        return []
    uses = applications(row["order"])
    return [{"amount": item["amount"], "use": uses[item["application"]], "order": row["order"]} for item in given]


@each("LineItem", "taxLines")
def line_taxes(_context: Context, row: Row, args: Args) -> list[Row]:
    """Taxes of the line."""
    found = with_order(opened(row, "tax_lines"), row["order"])
    return found[: args["first"]] if args.get("first") is not None else found


@each("DiscountAllocation", "allocatedAmountSet")
def allocated_amount(context: Context, row: Row, _args: Args) -> Any:
    """Amount of the share."""
    return context.bag(row["amount"], row["order"])


@each("DiscountAllocation", "discountApplication")
def allocation_use(_context: Context, row: Row, _args: Args) -> Row:
    """The discount."""
    return dict(row["use"])


_USES = "DiscountCodeApplication ManualDiscountApplication AutomaticDiscountApplication"


@each(_USES, "value")
def discount_value(context: Context, row: Row, _args: Args) -> Any:
    """An amount, or a percentage."""
    if row["value_kind"] == "percentage":
        return {"__typename": "PricingPercentageValue", "percentage": float(row["value"])}
    return context.bag(row["value"], row["order"])


@each(_USES, "description")
def discount_description(_context: Context, row: Row, _args: Args) -> str | None:
    """What the merchant wrote."""
    return row.get("description")


@each(_USES, "title")
def discount_title(_context: Context, row: Row, _args: Args) -> str:
    """Its name."""
    return str(row.get("title") or row.get("code") or "")


# Shipping lines


@each("ShippingLine", "originalPriceSet")
def shipping_price(context: Context, row: Row, _args: Args) -> Any:
    """Price before discounts."""
    return context.bag(row["price"], row["order"])


@each("ShippingLine", "discountedPriceSet", "currentDiscountedPriceSet")
def shipping_discounted(context: Context, row: Row, _args: Args) -> Any:
    """Price less discounts."""
    less = sum((Decimal(item["amount"]) for item in row.get("discount_allocations", ())), Decimal(0))
    return context.bag(money(Decimal(row["price"]) - less), row["order"])


@each("ShippingLine", "taxLines")
def shipping_taxes(_context: Context, row: Row, _args: Args) -> list[Row]:
    """Taxes of the line."""
    return with_order(row.get("tax_lines", []), row["order"])


@each("ShippingLine", "carrierIdentifier", "deliveryCategory", "phone")
def shipping_unknown(_context: Context, _row: Row, _args: Args) -> None:
    """Not kept here."""


@each("ShippingLine", "code", "source")
def shipping_code(_context: Context, row: Row, _args: Args) -> str | None:
    """The code of the way of delivery; it is its own source."""
    return row.get("code")


@each("ShippingLine", "isRemoved")
def is_removed(_context: Context, row: Row, _args: Args) -> bool:
    """Whether it was taken off."""
    return bool(row.get("removed"))


@each("ShippingLine", "custom")
def is_custom(_context: Context, row: Row, _args: Args) -> bool:
    """Whether the merchant made it up."""
    return not row.get("code")
