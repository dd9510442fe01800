"""The sums of an order: taxes per line, negative fees, tax lines, totals.

Source: `abstract-wc-order.php` (`calculate_totals`, `update_taxes`), `class-wc-order-item-fee.php`, and the orders that
a shop of version 9.9.5 answered with rounding per line and in the sum, net and gross prices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from atoosync_lab.sandbox.woocommerce.state import Row, ShopState
from atoosync_lab.sandbox.woocommerce.taxing import Place, Rules, sum_of, taxes_of
from atoosync_lab.sandbox.woocommerce.texts import ZERO, amount, plain, rounded


@dataclass(frozen=True)
class Bench:
    """What calculations need of the shop. Make one for many orders.

    Attributes:
        rules: Tax settings and rates.
        next_id: Gives the ids of new tax lines.
        taxable: Tax status of products and variations by id; None: read when needed.
    """

    rules: Rules
    next_id: Callable[[], int]
    taxable: Mapping[int, str] | None = None


def calculate(state: ShopState, order: Row, *, bench: Bench | None = None) -> None:
    """Set all sums of an order from its lines; taxes are worked out anew."""
    bench = bench or Bench(Rules(state), lambda: state.reserve("item"))
    rules = bench.rules
    cart, subtotal = (_lines_total(rules, order, name) for name in ("total", "subtotal"))
    shipping = sum((rounded(amount(line["total"]), rules.decimals) for line in order["shipping_lines"]), ZERO)
    fees = _fees(rules, order, cart, shipping)
    _set_taxes(state, bench, order)
    cart_tax, shipping_tax = _tax_lines(bench, order)
    before = sum((amount(tax["subtotal"]) for line in order["line_items"] for tax in line["taxes"]), ZERO)
    after = sum((amount(tax["total"]) for line in order["line_items"] for tax in line["taxes"]), ZERO)
    order["discount_total"] = plain(rounded(subtotal - cart, rules.decimals))
    order["discount_tax"] = plain(rules.rounded_tax(before - after))
    order["shipping_total"], order["shipping_tax"] = plain(shipping), plain(shipping_tax)
    order["cart_tax"], order["total_tax"] = plain(cart_tax), plain(cart_tax + shipping_tax)
    total = cart + fees + shipping + cart_tax + shipping_tax
    order["total"] = plain(rounded(total, rules.decimals))
    order["prices_include_tax"] = bool(order.get("prices_include_tax"))


def _lines_total(rules: Rules, order: Row, name: str) -> Decimal:
    values = [amount(line[name]) for line in order["line_items"]]
    return sum((value if rules.at_subtotal else rounded(value, rules.decimals) for value in values), ZERO)


def _fees(rules: Rules, order: Row, cart: Decimal, shipping: Decimal) -> Decimal:
    """The sum of the fees; a negative one is cut where the order would fall below zero."""
    fees = ZERO
    for fee in order["fee_lines"]:
        value = amount(fee["total"])
        if value < 0:
            lowest = -rounded(cart + fees + shipping, rules.decimals)
            if value < lowest < 0:
                value = lowest
                fee["total"] = plain(value)
        fees += value
    return fees


def _set_taxes(state: ShopState, bench: Bench, order: Row) -> None:
    rules = bench.rules
    place = rules.place(order)
    active = rules.active and not is_exempt(order)
    statuses = bench.taxable
    if statuses is None:
        numbers = [line["variation_id"] or line["product_id"] for line in order["line_items"]]
        statuses = {n: row.get("tax_status") or "taxable" for n, row in state.by_ids("products", numbers).items()}
    for line in order["line_items"]:
        line["tax_status"] = statuses.get(line["variation_id"] or line["product_id"], "taxable")
        if active and line["tax_status"] == "taxable":
            rates = rules.rates(place, line["tax_class"])
            total = taxes_of(amount(line["total"]), rates)
            whole = line["total"] == line["subtotal"]
            set_line_taxes(rules, line, total, total if whole else taxes_of(amount(line["subtotal"]), rates))
        else:
            set_line_taxes(rules, line, {}, {})
    classes = {line["tax_class"] for line in order["line_items"] if line["tax_status"] == "taxable"}
    shipping_class = _shipping_class(rules, classes)
    for fee in order["fee_lines"]:
        set_line_taxes(rules, fee, _fee_taxes(rules, place, order, fee, shipping_class) if active else {}, None)
    for line in order["shipping_lines"]:
        taxable = active and line.get("tax_status", "taxable") == "taxable" and shipping_class is not None
        rates = rules.rates(place, shipping_class or "", shipping=True) if taxable else []
        set_line_taxes(rules, line, taxes_of(amount(line["total"]), rates), None)


def is_exempt(order: Row) -> bool:
    """The buyer pays no tax: the mark that plug-ins for VAT numbers set, which the shop obeys (`calculate_taxes`)."""
    return any(meta["key"] == "is_vat_exempt" and meta["value"] == "yes" for meta in order["meta_data"])


def _shipping_class(rules: Rules, classes: set[str]) -> str | None:
    if rules.shipping_class != "inherit":
        return rules.shipping_class
    return next((name for name in rules.classes if name in classes), None)


def _fee_taxes(rules: Rules, place: Place, order: Row, fee: Row, shipping_class: str | None) -> dict[int, Decimal]:
    value = amount(fee["total"])
    if value >= 0:
        if fee.get("tax_status", "taxable") != "taxable":
            return {}
        return taxes_of(value, rules.rates(place, fee["tax_class"]))
    # A negative fee is spread over what is taxed otherwise; its own class does not count.
    costs: dict[str | None, Decimal] = {}
    for line in (*order["line_items"], *order["fee_lines"], *order["shipping_lines"]):
        cost = amount(line["total"])
        if cost < 0:
            continue
        taxable = line.get("tax_status", "taxable") == "taxable"
        name = line.get("tax_class", shipping_class) if taxable else None
        costs[name] = costs.get(name, ZERO) + cost
    total = sum(costs.values(), ZERO)
    found: dict[int, Decimal] = {}
    for tax_class, cost in costs.items():
        if tax_class is None or not total:
            continue
        for number, tax in taxes_of(value * cost / total, rules.rates(place, tax_class)).items():
            found[number] = found.get(number, ZERO) + tax
    return found


def set_line_taxes(
    rules: Rules, line: Row, total: Mapping[int, Decimal], subtotal: Mapping[int, Decimal] | None
) -> None:
    """Store the taxes of a line by rate, and their sums."""
    line["taxes"] = [
        {"id": number, "total": plain(tax), "subtotal": "" if subtotal is None else plain(subtotal.get(number, ZERO))}
        for number, tax in total.items()
    ]
    line["total_tax"] = plain(_sum(rules, total))
    if subtotal is not None:
        line["subtotal_tax"] = line["total_tax"] if subtotal is total else plain(_sum(rules, subtotal))


def _sum(rules: Rules, taxes: Mapping[int, Decimal]) -> Decimal:
    return sum((rules.rounded_line(tax) for tax in taxes.values()), ZERO)


def _tax_lines(bench: Bench, order: Row) -> tuple[Decimal, Decimal]:
    rules = bench.rules
    cart: dict[int, Decimal] = {}
    shipping: dict[int, Decimal] = {}
    for lines, sums in ((order["line_items"], cart), (order["fee_lines"], cart), (order["shipping_lines"], shipping)):
        for line in lines:
            for tax in line["taxes"]:
                sums[tax["id"]] = sums.get(tax["id"], ZERO) + rules.rounded_line(amount(tax["total"]))
    held = {line["rate_id"]: line for line in order["tax_lines"]}
    wanted = list(dict.fromkeys([*(n for n in held if n in cart or n in shipping), *cart, *shipping]))
    lines = []
    for number in wanted:
        line = held.get(number) or {"id": bench.next_id(), "rate_id": number, "meta_data": []}
        rate = rules.rate(number)
        if rate is not None:
            line.update(rate_facts(rate))
        line["tax_total"] = plain(cart.get(number, ZERO))
        line["shipping_tax_total"] = plain(shipping.get(number, ZERO))
        lines.append(line)
    order["tax_lines"] = lines
    return sum_of(cart), sum_of(shipping)


def rate_facts(rate: Row) -> Row:
    """What a tax line tells about its rate."""
    label = rate["name"] or "Tax"
    parts = [rate["country"], rate["state"], label, str(abs(int(rate["priority"])))]
    return {
        "rate_code": "-".join(part for part in parts if part).upper(),
        "label": label,
        "compound": bool(rate["compound"]),
        "rate_percent": plain(amount(rate["rate"])),
    }
