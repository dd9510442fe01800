"""Orders: heads and amounts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args, FieldError
from atoosync_lab.sandbox.shopify.facts import DOC_PROTECTED, ORDER_WINDOW
from atoosync_lab.sandbox.shopify.install import SHOP_DOMAIN
from atoosync_lab.sandbox.shopify.paging import child_pages, count_of, grouped, list_page, table_page
from atoosync_lab.sandbox.shopify.reading.products import by_custom_id
from atoosync_lab.sandbox.shopify.reading.registry import column, constant, each, field
from atoosync_lab.sandbox.shopify.reading.tables import ORDERS
from atoosync_lab.sandbox.shopify.state import IN, ids
from atoosync_lab.sandbox.shopify.values import Row, money, number_of, opened


def wall(context: Context) -> tuple[str, list[Any]]:
    """The condition that hides orders older than sixty days from tokens without `read_all_orders`."""
    if "read_all_orders" in context.scopes:
        return "1", []
    return "created_at >= ?", [context.state.now(-ORDER_WINDOW)]


def find_order(context: Context, number: int | None) -> Row | None:
    """The order of a number, unless it lies behind the wall."""
    where, values = wall(context)
    return None if number is None else context.state.one("orders", f"id = ? AND {where}", number, *values)


@field("QueryRoot", "orders")
def orders(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """A page of orders."""
    where, values = wall(context)
    return [table_page(context, ORDERS, args, where, values)]


@field("QueryRoot", "ordersCount")
def orders_count(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """How many."""
    where, values = wall(context)
    return [count_of(context, ORDERS, args, where, values)]


@field("QueryRoot", "order")
def order(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """One order."""
    return [find_order(context, number_of(args["id"], "Order"))]


@field("QueryRoot", "orderByIdentifier")
def order_by_identifier(context: Context, parents: list[Any], args: Args) -> Sequence[Any]:
    """The order of an id or a custom id."""
    given = args["identifier"]
    if given.get("customId") is not None:
        return [find_order(context, by_custom_id(context, "ORDER", given["customId"]))]
    return [find_order(context, number_of(given["id"], "Order"))]


# Plain fields

column("Order", "currencyCode", "currency")
column("Order", "displayFinancialStatus", "financial_status")
column("Order", "displayFulfillmentStatus", "fulfillment_status")
constant("Order", False, "estimatedTaxes", "dutiesIncluded", "edited")
constant("Order", None, "currentTotalDutiesSet", "publication")
constant("Order", "NO_RETURN", "returnStatus")
constant("Order", "0", "totalWeight")
constant("Order", True, "requiresShipping")


@each("Order", "closed")
def closed(_context: Context, row: Row, _args: Args) -> bool:
    """Whether it was closed."""
    return row["closed_at"] is not None


@each("Order", "presentmentCurrencyCode")
def presentment_currency(_context: Context, row: Row, _args: Args) -> str:
    """The currency that the customer saw."""
    return str(row["presentment_currency"] or row["currency"])


@each("Order", "confirmationNumber")
def confirmation_number(_context: Context, row: Row, _args: Args) -> str:
    """A short code of the order."""
    return f"{row['id'] % 2**40:09X}"


@each("Order", "statusPageUrl")
def status_page_url(_context: Context, row: Row, _args: Args) -> str:
    """The customer's page of the order."""
    return f"https://{SHOP_DOMAIN}/orders/{row['id']:x}"


@each("Order", "cancellation")
def cancellation(_context: Context, row: Row, _args: Args) -> Row | None:
    """What was noted at the cancellation."""
    return {"staff_note": row["staff_note"]} if row["cancelled_at"] else None


@each("Order LineItem", "customAttributes")
def custom_attributes(_context: Context, row: Row, _args: Args) -> list[Row]:
    """Keys and values that the shop adds."""
    return list(opened(row, "custom_attributes"))


@each("Order", "discountCodes")
def discount_codes(_context: Context, row: Row, _args: Args) -> list[str]:
    """Codes entered."""
    return list(opened(row, "discount_codes"))


@each("Order", "discountCode")
def discount_code(_context: Context, row: Row, _args: Args) -> str | None:
    """The first of them."""
    return next(iter(opened(row, "discount_codes")), None)


def _address(name: str) -> Any:
    def answer(_context: Context, row: Row, _args: Args) -> Row | None:
        found = opened(row, name)
        return {**found, "id": row["id"], "model": "Address"} if found else None

    return answer


each("Order", "billingAddress")(_address("billing_address"))
each("Order", "shippingAddress")(_address("shipping_address"))
each("Order", "displayAddress")(_address("shipping_address"))


@each("Order", "billingAddressMatchesShippingAddress")
def addresses_match(_context: Context, row: Row, _args: Args) -> bool:
    """Whether both are the same."""
    return bool(row["billing_address"] == row["shipping_address"])


@field("Order", "customer")
def customer(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The customer; none for a guest."""
    if not context.settings["protected_customer_data"]:
        raise FieldError(
            f"This app is not approved to access the Customer object. See {DOC_PROTECTED} for more details.",
            {"code": "ACCESS_DENIED", "documentation": DOC_PROTECTED},
        )
    return context.load("customers", [row["customer_id"] for row in parents])


@field("Order", "purchasingEntity")
def purchasing_entity(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The company that bought, or the customer."""
    buyers = context.load("customers", [row["customer_id"] for row in parents])
    found: list[Any] = []
    for row, buyer in zip(parents, buyers, strict=True):
        if row["company_id"] is not None:
            found.append({"__typename": "PurchasingCompany", **row})
        else:
            found.append({"__typename": "Customer", **buyer} if buyer else None)
    return found


@field("Order", "retailLocation")
def retail_location(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The shop where it was sold."""
    return context.load("locations", [row["location_id"] for row in parents])


@each("Order", "additionalFees")
def additional_fees(_context: Context, row: Row, _args: Args) -> list[Row]:
    """Fees beside the lines."""
    return [{**fee, "order": row} for fee in opened(row, "additional_fees")]


@each("AdditionalFee", "price")
def fee_price(context: Context, row: Row, _args: Args) -> Any:
    """Amount of a fee."""
    return context.bag(row["price"], row["order"])


# Amounts


def _amount(stored: str) -> Any:
    def answer(context: Context, row: Row, _args: Args) -> Any:
        return context.bag(row[stored], row)

    return answer


for _name, _stored in (
    ("subtotalPriceSet", "subtotal"), ("totalDiscountsSet", "total_discounts"),
    ("cartDiscountAmountSet", "total_discounts"), ("totalTaxSet", "total_tax"),
    ("totalShippingPriceSet", "total_shipping"), ("totalPriceSet", "total"), ("originalTotalPriceSet", "total"),
    ("totalTipReceivedSet", "tip"), ("totalRefundedSet", "refunded"),
    ("totalRefundedShippingSet", "refunded_shipping"), ("totalReceivedSet", "received"),
    ("currentSubtotalPriceSet", "current_subtotal"), ("currentTotalDiscountsSet", "current_discounts"),
    ("currentTotalTaxSet", "current_tax"), ("currentTotalPriceSet", "current_total"),
    ("currentShippingPriceSet", "current_shipping"),
):  # fmt: skip
    each("Order", _name)(_amount(_stored))


def outstanding(row: Row) -> Decimal:
    """What is still to be paid: the current total less what came in, not below zero."""
    if row["cancelled_at"]:
        return Decimal(0)
    paid = Decimal(row["received"]) - Decimal(row["refunded"])
    return max(Decimal(0), Decimal(row["current_total"]) - paid)


@each("Order", "totalOutstandingSet")
def total_outstanding(context: Context, row: Row, _args: Args) -> Any:
    """What is still to be paid."""
    return context.bag(money(outstanding(row)), row)


@each("Order", "netPaymentSet")
def net_payment(context: Context, row: Row, _args: Args) -> Any:
    """What came in, less refunds."""
    return context.bag(money(Decimal(row["received"]) - Decimal(row["refunded"])), row)


@each("Order", "totalCashRoundingAdjustment")
def cash_rounding(context: Context, row: Row, _args: Args) -> Row:
    """None in this shop."""
    return {"payment_set": context.bag("0.00", row), "refund_set": context.bag("0.00", row)}


@each("Order", "currentTotalAdditionalFeesSet")
def current_fees(context: Context, row: Row, _args: Args) -> Any:
    """Fees together, or none."""
    fees = opened(row, "additional_fees")
    return context.bag(money(sum((Decimal(fee["price"]) for fee in fees), Decimal(0))), row) if fees else None


@each("Order", "fullyPaid")
def fully_paid(_context: Context, row: Row, _args: Args) -> bool:
    """Whether nothing is left to pay."""
    return bool(row["financial_status"] in ("PAID", "REFUNDED", "PARTIALLY_REFUNDED"))


@each("Order", "unpaid", "canMarkAsPaid")
def unpaid(_context: Context, row: Row, _args: Args) -> bool:
    """Whether something is left to pay."""
    return outstanding(row) > 0


@each("Order", "refundable")
def refundable(_context: Context, row: Row, _args: Args) -> bool:
    """Whether anything could still be refunded."""
    return Decimal(row["received"]) > Decimal(row["refunded"])


@each("Order", "fulfillable")
def fulfillable(_context: Context, row: Row, _args: Args) -> bool:
    """Whether goods are still to be sent."""
    return not row["cancelled_at"] and row["fulfillment_status"] in ("UNFULFILLED", "PARTIALLY_FULFILLED")


@each("Order", "restockable", "merchantEditable")
def restockable(_context: Context, row: Row, _args: Args) -> bool:
    """Whether lines can still be changed."""
    return not row["cancelled_at"]


# Taxes


@each("Order", "taxLines")
def tax_lines(_context: Context, row: Row, _args: Args) -> list[Row]:
    """Taxes of the whole order."""
    return with_order(opened(row, "tax_lines"), row)


@field("Order", "currentTaxLines")
def current_tax_lines(_context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """The same, in proportion to what is left of the order."""
    found = []
    for row in parents:
        total = Decimal(row["total_tax"])
        share = Decimal(row["current_tax"]) / total if total else Decimal(1)
        lines = [{**line, "price": money(Decimal(line["price"]) * share)} for line in opened(row, "tax_lines")]
        found.append(with_order(lines, row))
    return found


def with_order(lines: list[Row], order_row: Row) -> list[Row]:
    """Parts with the order that they belong to, which has the currency."""
    return [{**line, "order": order_row} for line in lines]


@each("TaxLine", "priceSet")
def tax_price(context: Context, row: Row, _args: Args) -> Any:
    """Amount of a tax."""
    return context.bag(row["price"], row["order"])


@each("TaxLine", "rate")
def tax_rate(_context: Context, row: Row, _args: Args) -> float:
    """Share of the price (0.2)."""
    return float(row["rate"])


@each("TaxLine", "ratePercentage")
def tax_percentage(_context: Context, row: Row, _args: Args) -> float:
    """The same in percent."""
    return float(Decimal(str(row["rate"])) * 100)


@each("TaxLine", "source", "channelLiable")
def unknown(_context: Context, _row: Row, _args: Args) -> None:
    """Not kept here."""


# Lines below the head


@field("Order", "lineItems")
def line_items(context: Context, parents: list[Row], args: Args) -> Sequence[Any]:
    """Lines of all the orders."""
    pages = child_pages(
        context, parents, args, "SELECT * FROM line_items WHERE order_id {in} ORDER BY order_id, id", "order_id"
    )
    for row, found in zip(parents, pages, strict=True):
        for line in found["nodes"]:
            line["order"] = row
    return pages


def _quantities(context: Context, parents: list[Row]) -> dict[int, tuple[int, int]]:
    memo: dict[int, tuple[int, int]] = context.memo.setdefault("order_quantities", {})
    missing = [row["id"] for row in parents if row["id"] not in memo]
    if missing:
        sql = "SELECT order_id, SUM(quantity), SUM(current_quantity) FROM line_items WHERE order_id " + IN
        sql += " GROUP BY order_id"
        memo.update(dict.fromkeys(missing, (0, 0)))
        memo.update({row[0]: (row[1], row[2]) for row in context.state.db.execute(sql, (ids(missing),))})
    return memo


@field("Order", "subtotalLineItemsQuantity")
def quantity(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Pieces ordered."""
    found = _quantities(context, parents)
    return [found[row["id"]][0] for row in parents]


@field("Order", "currentSubtotalLineItemsQuantity")
def current_quantity(context: Context, parents: list[Row], _args: Args) -> Sequence[Any]:
    """Pieces that are left."""
    found = _quantities(context, parents)
    return [found[row["id"]][1] for row in parents]


@each("Order", "shippingLines")
def shipping_lines(_context: Context, row: Row, args: Args) -> Row:
    """Ways of delivery."""
    lines = with_order(opened(row, "shipping_lines"), row)
    if not args.get("includeRemovals"):
        lines = [line for line in lines if not line.get("removed")]
    return list_page(lines, args)


@each("Order", "shippingLine")
def shipping_line(_context: Context, row: Row, _args: Args) -> Row | None:
    """The first of them."""
    return next(iter(with_order(opened(row, "shipping_lines"), row)), None)


@each("Order", "discountApplications")
def discount_applications(_context: Context, row: Row, args: Args) -> Row:
    """Discounts that were used."""
    return list_page(applications(row), args)


def applications(row: Row) -> list[Row]:
    """The discounts of an order as objects."""
    found = []
    for index, item in enumerate(opened(row, "discount_applications")):
        kind = {"code": "DiscountCodeApplication", "automatic": "AutomaticDiscountApplication"}.get(
            item["kind"], "ManualDiscountApplication"
        )
        found.append({**item, "index": index, "__typename": kind, "order": row})
    return found


def by_order(context: Context, table: str, parents: list[Row]) -> dict[Any, list[Row]]:
    """Rows of a table by order, each with its order."""
    rows = grouped(
        context.state.rows(table, f"order_id {IN} ORDER BY id", ids(row["id"] for row in parents)), "order_id"
    )
    for row in parents:
        for item in rows.get(row["id"], []):
            item["order"] = row
    return rows
