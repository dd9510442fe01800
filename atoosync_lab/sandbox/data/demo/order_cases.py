"""The orders of the demonstration that need care, one case each."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from atoosync_lab.sandbox.data.demo.facts import (
    BELGIAN_TAX,
    CHRONOPOST,
    COURIER,
    DOLLAR,
    ENGLISH,
    FRANC,
    GERMAN_TAX,
    OVERSEAS_TAX,
    PICK_UP,
    POUND,
    STATES,
)
from atoosync_lab.sandbox.data.demo.order_tools import DELIVERED, PAID, PREPARING, SHIPPED, TWENTY, Case, Maker
from atoosync_lab.sandbox.data.demo.shop_goods import AMBIGUOUS
from atoosync_lab.sandbox.prestashop.seed import SeedLine, SeedVoucher

SHARED_REFERENCE = "PARTAGEAB"
"""Reference of the two orders that one cart became."""
_D = Decimal


def special_cases(make: Maker) -> Iterator[Case]:
    """All of them; names are stable, days are at most 14 unless age matters."""
    yield from _amounts(make)
    yield from _vouchers(make)
    yield from _buyers(make)
    yield from _abroad(make)
    yield from _goods(make)
    yield from _payments(make)
    yield from _states(make)


def _amounts(make: Maker) -> Iterator[Case]:
    line = make.line
    jars = [line("TRA-0001", 3), line("PRE-0002", 1), line("TRA-0004", 7)]
    yield Case("round_each_item", 13, 2, [line("PRE-0001", 4, price=_D("15.59"))], more={"round_type": 1})
    yield Case("round_each_line", 12, 6, jars, more={"round_type": 2})
    yield Case("round_total", 12, 10, [*jars, line("PRE-0003", 2, price=_D("4.123456"))], more={"round_type": 3})
    yield Case("four_decimals", 11, 14, [line("THE-0005", 250)])
    yield Case("many_small_pieces", 11, 17, [line("PRE-0004", 2334, price=_D("0.12"))], more={"round_type": 3})
    yield Case(
        "quantity_break", 10, 18, [line("PRE-0005", 50, price=_D("1.79"), percent=_D(10))], more={"round_type": 1}
    )
    yield Case("ecotax", 10, 19, [line("ELE-0001", 3), line("ELE-0004", 1)])
    wrap = {"wrapping": _D("2.50"), "wrapping_rate": TWENTY, "gift_message": "Joyeux anniversaire, Solène !"}
    yield Case("gift_wrap", 9, 21, [line("MUG-02", 2), line("TRA-0002", 1)], more=wrap)
    yield Case("line_discount_percent", 9, 22, [line("TABLIER-05", 2, price=_D("18.90"), percent=_D("12.5"))])
    simple = sorted(code for code in make.shop.products if code in make.articles)
    lines = [line(code, 1 + place % 3) for place, code in enumerate(simple[20:80])]
    yield Case("sixty_lines", 8, 20, lines, module="ps_wirepayment", carrier=CHRONOPOST)


def _vouchers(make: Maker) -> Iterator[Case]:
    line, rule = make.line, make.shop.rules
    welcome = SeedVoucher("Bienvenue : 10 %", percent=_D(10), rule=rule["BIENVENUE10"])
    two = [
        line("ELE-0002", 1, price=_D(50), ecotax=_D(0)),
        line("TRA-0003", 1, price=_D(20), taxes=(make.shop.tax("TVA FR 5.5%"),)),
    ]
    ten = SeedVoucher("Merci : 10 €", amount=_D(10), rule=rule["MERCI5"])
    yield Case("voucher_two_rates", 13, 23, two, more={"vouchers": (ten,)})
    rates = [line("ELE-0003", 1), line("TRA-0005", 2), line("FRO-0001", 1), line("PRE-0006", 1)]
    yield Case("voucher_four_rates", 12, 24, rates, more={"vouchers": (welcome,)})
    free = SeedVoucher("Livraison offerte", free_shipping=True, rule=rule["PORTOFFERT"])
    yield Case("free_shipping", 11, 25, [line("COCOTTE-01", 2)], more={"vouchers": (free,)})
    yield Case("two_vouchers", 10, 26, rates, more={"vouchers": (welcome, free)})
    third = SeedVoucher("3 pour le prix de 2", percent=_D("33.333333"), line=0, rule=rule["TROISPOURDEUX"])
    yield Case("three_for_two_percent", 9, 27, [line("BOCAL-01", 3), line("TRA-0006", 1)], more={"vouchers": (third,)})
    unit = SeedVoucher("3 pour le prix de 2", amount=_D("4.92"), line=0, rule=rule["BOCALOFFERT"])
    yield Case("three_for_two_amount", 9, 28, [line("BOCAL-02", 3), line("TRA-0007", 1)], more={"vouchers": (unit,)})
    gift = line("PRE-0007", 1, percent=_D(100))
    yield Case("fully_discounted_line", 8, 29, [line("MUG-01", 1, price=_D(25)), gift], carrier=PICK_UP)
    all_of_it = SeedVoucher("Offert par la maison", percent=_D(100), free_shipping=True, rule=rule["CADEAU100"])
    yield Case(
        "zero_order", 7, 30, [line("TRA-0008", 1)], module="free_order", paid=False, more={"vouchers": (all_of_it,)}
    )


def _buyers(make: Maker) -> Iterator[Case]:
    line = make.line
    yield Case("guest", 13, 83, [line("SERVIETTE-01", 4)])
    yield Case("guest_same_email", 12, 85, [line("SERVIETTE-02", 2)])
    yield Case("guest_same_email_other_case", 11, 87, [line("SERVIETTE-03", 2)])
    yield Case("guest_without_name", 10, 89, [line("TRA-0001", 1)], carrier=PICK_UP)
    yield Case("long_names", 9, 5, [line("TRA-0009", 1)])
    yield Case("long_address", 8, 9, [line("TRA-0010", 2)], carrier=CHRONOPOST)
    yield Case("long_company", 7, 16, [line("TRA-0011", 12)], module="ps_wirepayment")
    yield Case("email_in_capitals", 7, 3, [line("TRA-0012", 1)])
    yield Case("email_not_valid", 6, 13, [line("TRA-0013", 1)])
    yield Case("dormant_customer", 6, 7, [line("TRA-0014", 1)])
    yield Case("blocked_customer", 5, 11, [line("TRA-0015", 1)])
    yield Case("new_company", 5, 60, [line("TRA-0016", 6)], module="ps_wirepayment")
    yield Case("two_addresses", 4, 12, [line("PANIER-02", 1)])


def _abroad(make: Maker) -> Iterator[Case]:
    line, tax = make.line, make.shop.tax
    exempt = {"shipping_rate": _D(0)}
    goods = [make.priced("ELE-0005", 1, ()), make.priced("TRA-0002", 2, ())]
    yield Case("intra_eu_without_tax", 13, 105, goods, module="ps_wirepayment", carrier=CHRONOPOST, more=exempt)
    yield Case("eu_private_with_french_tax", 12, 111, [line("TRA-0003", 1)])
    yield Case("german_tax", 11, 106, [make.priced("TRA-0004", 1, (tax(GERMAN_TAX[0]),))])
    yield Case("belgian_tax", 10, 108, [make.priced("TRA-0005", 1, (tax(BELGIAN_TAX[0]),))])
    yield Case("belgian_company", 10, 107, goods, more=exempt)
    pounds = {"currency": POUND, "language": ENGLISH, **exempt}
    yield Case("pounds", 9, 113, [line("MUG-03", 2)], module="paypal", carrier=CHRONOPOST, more=pounds)
    yield Case("northern_ireland", 8, 114, [make.priced("MUG-04", 1, ())], carrier=CHRONOPOST, more=exempt)
    dollars = {"currency": DOLLAR, "language": ENGLISH, **exempt}
    yield Case("dollars", 8, 116, [line("CABAS-01", 1), line("TABLIER-01", 1)], carrier=CHRONOPOST, more=dollars)
    yield Case("francs_not_mapped", 7, 115, [line("MUG-01", 1)], carrier=CHRONOPOST, more={"currency": FRANC, **exempt})
    overseas = make.priced("TRA-0006", 1, (tax(OVERSEAS_TAX[0]),))
    yield Case("overseas_postcode", 6, 91, [overseas], more={"shipping_rate": _D("8.5")})
    yield Case("overseas_country", 5, 117, [overseas], more={"shipping_rate": _D("8.5")})
    reduced = make.priced("TRA-0007", 1, (tax("TVA FR 10%"),))
    yield Case("monaco", 5, 118, [reduced], more={"shipping_rate": TWENTY})
    yield Case("country_without_rule", 4, 119, [make.priced("TRA-0008", 1, ())], carrier=CHRONOPOST, more=exempt)
    virtual = make.priced("ATE-0005", 1, (tax("VAT FR 20%"),))
    yield Case("second_tax_of_one_rate", 3, 31, [virtual], carrier=0, more={"shipping": _D(0)})


def _goods(make: Maker) -> Iterator[Case]:
    line = make.line
    gone = SeedLine(
        0, 1, name="Ancien modèle de tamis", reference="OLD-1", price=_D(10), taxes=(make.shop.tax("TVA FR 20%"),)
    )
    yield Case("deleted_product", 9, 32, [line("TRA-0009", 1), gone])
    yield Case("unknown_sku", 8, 33, [line("TRA-0010", 1), line("VIEUX-002", 1)])
    yield Case("no_reference", 7, 34, [line("SANS-REFERENCE", 1)])
    yield Case("ambiguous_reference", 6, 35, [line(f"{AMBIGUOUS} ", 6)])
    yield Case("reference_with_spaces_in_erp", 5, 36, [line("CAV-0003", 2), line("HUI-0002", 1), line("TAB-0007", 1)])
    yield Case("case_twin", 4, 37, [line("TWIN-A", 1)])
    yield Case("many_variants", 4, 38, [line(f"TABLIER-{number:02d}", 1) for number in range(1, 10)])
    yield Case("without_tax_group", 3, 39, [line("SANS-TVA", 1)], carrier=0, more={"shipping": _D(0)})


def _payments(make: Maker) -> Iterator[Case]:
    line = make.line
    yield Case("shared_reference_a", 6, 40, [line("MUG-01", 2)], paid=False, more={"reference": SHARED_REFERENCE})
    yield Case("shared_reference_b", 6, 40, [line("GANT-01", 1)], paid=False, more={"reference": SHARED_REFERENCE})
    yield Case("several_payments", 5, 41, [line("COCOTTE-02", 2)], paid=False)
    yield Case("part_paid", 5, 42, [line("COCOTTE-03", 3)], module="ps_wirepayment", paid=False)
    yield Case("payment_not_mapped", 4, 43, [line("ELE-0006", 1)], module="alma")
    yield Case(
        "cheque", 14, 44, [line("TRA-0011", 4)], module="ps_checkpayment", states=(STATES["awaiting_cheque"], PAID)
    )
    yield Case("message_with_emoji", 3, 45, [line("TRA-0012", 2)])
    yield Case("carrier_not_mapped", 3, 46, [line("TRA-0013", 2)], carrier=COURIER)
    yield Case("carrier_deleted", 2, 47, [line("TRA-0014", 2)], carrier=99, more={"shipping_rate": TWENTY})


def _states(make: Maker) -> Iterator[Case]:
    line = make.line
    cancelled, error = STATES["cancelled"], STATES["payment_error"]
    yield Case("cancelled", 13, 48, [line("TRA-0015", 1)], states=(PAID, cancelled))
    yield Case(
        "cancelled_unpaid", 9, 49, [line("TRA-0016", 1)], states=(STATES["awaiting_wire"], cancelled), paid=False
    )
    yield Case("payment_error", 8, 50, [line("MUG-02", 1)], states=(error,), paid=False)
    waiting = (STATES["awaiting_wire"],)
    yield Case("awaiting_wire", 2, 51, [line("MUG-03", 1)], module="ps_wirepayment", states=waiting, paid=False)
    yield Case("backorder", 2, 52, [line("GANT-02", 3)], states=(STATES["backorder_paid"],))
    done = (PAID, PREPARING, SHIPPED, DELIVERED)
    yield Case("returned_in_part", 12, 53, [line("TABLIER-02", 3), line("TRA-0001", 2)], states=done)
    yield Case("returned_with_shipping", 13, 54, [line("COCOTTE-04", 1)], states=(*done, STATES["refunded"]))
    yield Case("returned_in_two_slips", 11, 55, [line("BOITE-01", 4)], states=done)
    exempt = [make.priced("ELE-0007", 2, ())]
    yield Case("returned_without_tax", 14, 109, exempt, states=done, carrier=CHRONOPOST, more={"shipping_rate": _D(0)})
