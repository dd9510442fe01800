"""The orders of the Shopify demonstration that need care, one case each."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from atoosync_lab.sandbox.data.shopify_demo.facts import (
    ABROAD,
    CARD,
    CHEQUE,
    CHRONOPOST,
    COURIER,
    GIFT_CARD,
    INSTALMENTS,
    PAYPAL,
    PICK_UP,
    RELAY,
    WIRE,
)
from atoosync_lab.sandbox.data.shopify_demo.goods import AMBIGUOUS, GONE, NO_SKU
from atoosync_lab.sandbox.data.shopify_demo.tools import CLOSED, FULFILLED, Case, Line, Maker
from atoosync_lab.sandbox.shopify.amounts import Discount
from atoosync_lab.sandbox.shopify.seed import SeedPayment

_D = Decimal
WELCOME = Discount("code", "BIENVENUE10", _D(10))
FREE_SHIPPING = Discount("code", "PORTOFFERT", _D(100), target="shipping")
THANKS = Discount("code", "MERCI5", _D(5), "fixed_amount")
NET_PRICES = {"taxes_included": False, "source_name": "wholesale"}
"""A channel to other traders: prices are without tax there."""


def special_cases(make: Maker) -> Iterator[Case]:
    """All of them; names are stable, days are at most 14 unless age matters."""
    yield from _amounts(make)
    yield from _discounts()
    yield from _buyers()
    yield from _abroad()
    yield from _goods()
    yield from _payments()
    yield from _statuses()


def _amounts(make: Maker) -> Iterator[Case]:
    jars = [Line("TRA-0001", 3), Line("PRE-0002", 1), Line("TRA-0004", 7)]
    yield Case("taxes_rounded_on_each_line", 13, 2, jars)
    yield Case("shipping_with_tax", 12, 6, [Line("CAV-0005", 1, _D("24.00"))])
    # Taxes of 7.15 and 0.63 are each rounded: the ERP, which rounds their sum once, comes to a cent less.
    net = [Line("CAV-0002", 1, _D("35.73"))]
    yield Case("prices_without_tax", 12, 10, net, shipping=_D("3.13"), more=NET_PRICES)
    yield Case("prices_without_tax_rounded", 11, 14, [Line("SUC-0001", 4, _D("15.59"))], carrier=PICK_UP,
               more=NET_PRICES)  # fmt: skip
    yield Case("many_small_pieces", 11, 17, [Line("CAV-0002", 2334, _D("0.12"))], carrier=PICK_UP, more=NET_PRICES)
    yield Case("many_tea_bags", 10, 18, [Line("THE-0005", 250)])
    yield Case("packing_fee", 9, 21, [Line("MUG-02", 2), Line("TRA-0002", 1)],
               more={"fees": (("Emballage cadeau", _D("2.50")),),
                     "attributes": (("Message cadeau", "Joyeux anniversaire, Solène !"),)})  # fmt: skip
    yield Case("tip", 9, 22, [Line("ATE-0005", 1, _D("60.00"))], carrier="")
    simple = sorted(code for code in make.shop.sold if code.partition("-")[0] in ("TRA", "PRE", "CAV", "UST", "HUI"))
    lines = [Line(code, 1 + place % 3) for place, code in enumerate(simple[:60])]
    yield Case("sixty_lines", 8, 20, lines, gateway=WIRE, carrier=CHRONOPOST)


def _discounts() -> Iterator[Case]:
    two = [Line("CAV-0002", 1, _D("60.00")), Line("SUC-0001", 1, _D("21.10"))]
    ten = Discount("code", "MERCI10", _D(10), "fixed_amount")
    yield Case("coupon_over_two_rates", 13, 23, two, carrier=PICK_UP, discounts=(ten,))
    rates = [Line("ELE-0003", 1), Line("TRA-0005", 2), Line("FRO-0001", 1), Line("PRE-0006", 1)]
    yield Case("coupon_over_four_rates", 12, 24, rates, discounts=(WELCOME,))
    yield Case("free_shipping", 11, 25, [Line("COCOTTE-01", 2)], discounts=(FREE_SHIPPING,))
    yield Case("two_coupons", 10, 26, rates, discounts=(WELCOME, FREE_SHIPPING))
    third = Discount("automatic", "3 pour le prix de 2", _D("33.33"), target="line", lines=(0,))
    yield Case("three_for_two_percent", 9, 27, [Line("BOCAL-01", 3), Line("TRA-0006", 1)], discounts=(third,))
    unit = Discount("automatic", "Le troisième bocal offert", _D("5.90"), "fixed_amount", "line", (0,))
    yield Case("three_for_two_amount", 9, 28, [Line("BOCAL-02", 3), Line("TRA-0007", 1)], discounts=(unit,))
    loyal = Discount("manual", "Remise fidélité", _D("4.00"), "fixed_amount")
    yield Case("lowered_by_hand", 9, 8, [Line("TABLIER-05", 2), Line("TRA-0003", 1)], discounts=(loyal,))
    gift = [Line("MUG-01", 1, _D("30.00")), Line("CAV-0005", 1, _D("12.00"))]
    free = Discount("automatic", "Un article offert", _D(100), target="line", lines=(1,))
    yield Case("fully_discounted_line", 8, 29, gift, carrier=PICK_UP, discounts=(free,))
    house = (Discount("code", "CADEAU100", _D(100)), Discount("code", "CADEAU100", _D(100), target="shipping"))
    yield Case("zero_order", 7, 30, [Line("TRA-0008", 1, _D("42.00"))], payments=(), discounts=house)


def _buyers() -> Iterator[Case]:
    yield Case("guest", 13, 83, [Line("SERVIETTE-01", 4)],
               more={"note": "Sonnette en panne : appelez en arrivant.\nMerci d'avance."})  # fmt: skip
    yield Case("guest_same_email", 12, 85, [Line("SERVIETTE-02", 2)])
    yield Case("guest_same_email_other_case", 11, 87, [Line("SERVIETTE-03", 2)])
    yield Case("guest_without_name", 10, 89, [Line("TRA-0001", 1)], carrier=PICK_UP)
    yield Case("long_names", 9, 5, [Line("TRA-0009", 1)])
    yield Case("long_address", 8, 9, [Line("TRA-0010", 2)], carrier=CHRONOPOST)
    yield Case("long_company", 7, 16, [Line("TRA-0011", 12)], gateway=WIRE)
    yield Case("email_in_capitals", 7, 3, [Line("TRA-0012", 1)])
    yield Case("without_email", 6, 13, [Line("TRA-0013", 1)])
    yield Case("dormant_customer", 6, 7, [Line("TRA-0014", 1)])
    yield Case("blocked_customer", 5, 11, [Line("TRA-0015", 1)])
    yield Case("new_company", 5, 60, [Line("TRA-0016", 6)], gateway=WIRE, more={"po_number": "BC-2041"})
    other = {"firstName": "Zélie", "lastName": "Ferronnier", "address1": "1 place de la Halle",
             "city": "Tours", "zip": "37000", "countryCode": "FR"}  # fmt: skip
    yield Case("two_addresses", 4, 12, [Line("PANIER-02", 1)], more={"delivery": other})


def _abroad() -> Iterator[Case]:
    goods = [Line("ELE-0005", 1), Line("TRA-0002", 2)]
    exempt = {"tax_exempt": True, "attributes": (("Numéro de TVA", "DE999999901"),)}
    yield Case("intra_eu_without_tax", 13, 105, goods, gateway=WIRE, carrier=ABROAD, more=exempt)
    yield Case("eu_private_with_french_tax", 12, 111, [Line("TRA-0003", 1)], carrier=ABROAD)
    yield Case("german_tax", 11, 106, [Line("ELE-0004", 1)], carrier=ABROAD)
    yield Case("belgian_tax", 10, 108, [Line("ELE-0005", 1)], carrier=ABROAD)
    yield Case("belgian_company", 10, 107, goods, carrier=ABROAD, more={"tax_exempt": True})
    yield Case("pounds", 9, 113, [Line("MUG-03", 2)], gateway=PAYPAL, carrier=ABROAD, currency="GBP")
    yield Case("northern_ireland", 8, 114, [Line("MUG-04", 1)], carrier=ABROAD)
    yield Case("dollars", 8, 116, [Line("CABAS-01", 1), Line("TABLIER-01", 1)], carrier=ABROAD, currency="USD")
    yield Case("dollars_with_tax", 7, 4, [Line("CAV-0005", 1, _D("100.00"))], carrier=PICK_UP, currency="USD")
    yield Case("francs_not_mapped", 7, 115, [Line("MUG-01", 1)], carrier=ABROAD, currency="CHF")
    overseas = [Line("ELE-0006", 1, _D("108.50"))]
    yield Case("overseas_postcode", 6, 91, overseas)
    yield Case("overseas_country", 5, 117, overseas, carrier=ABROAD)
    yield Case("monaco", 5, 118, [Line("TRA-0007", 1)])
    yield Case("country_without_rule", 4, 119, [Line("TRA-0008", 1)], carrier=ABROAD)
    yield Case("virtual_product", 3, 31, [Line("ATE-0005", 1)], carrier="")


def _goods() -> Iterator[Case]:
    yield Case("deleted_product", 9, 32, [Line("TRA-0009", 1), Line(GONE, 1)])
    yield Case("unknown_sku", 8, 33, [Line("TRA-0010", 1), Line("VIEUX-002", 1)])
    yield Case("no_sku", 7, 34, [Line(NO_SKU, 1)])
    yield Case("ambiguous_sku", 6, 35, [Line(f"{AMBIGUOUS} ", 6)])
    yield Case("sku_with_spaces_in_erp", 5, 36, [Line("CAV-0003", 2), Line("HUI-0002", 1), Line("TAB-0007", 1)])
    yield Case("case_twin", 4, 37, [Line("TWIN-A", 1)])
    yield Case("many_variants", 4, 38, [Line(f"TABLIER-{number:02d}", 1) for number in range(1, 10)])
    yield Case("without_tax", 3, 39, [Line("SANS-TVA", 1)], carrier="")


def _payments() -> Iterator[Case]:
    several = (SeedPayment(GIFT_CARD, _D(20)), SeedPayment(PAYPAL, _D("5.50")), SeedPayment(CARD))
    yield Case("several_payments", 5, 41, [Line("COCOTTE-02", 2)], payments=several)
    yield Case("part_paid", 5, 42, [Line("COCOTTE-03", 3)], payments=(SeedPayment(WIRE, _D(60)),))
    held = SeedPayment(CARD, kind="AUTHORIZATION")
    wine = [Line("CAV-0002", 1, _D("95.00"))]
    yield Case("authorised_not_captured", 5, 40, wine, carrier=PICK_UP, payments=(held,))
    captured = (held, SeedPayment(CARD, _D(60), "CAPTURE"))
    yield Case("captured_in_part", 4, 6, wine, carrier=PICK_UP, payments=captured)
    yield Case("payment_not_mapped", 4, 43, [Line("ELE-0006", 1)], gateway=INSTALMENTS)
    yield Case("cheque", 14, 44, [Line("TRA-0011", 4)], gateway=CHEQUE)
    yield Case("message_with_emoji", 3, 45, [Line("TRA-0012", 2)],
               more={"note": "Merci ❤️🎁 ! Laissez le colis chez la voisine 👵, code 12A4."})  # fmt: skip
    yield Case("carrier_not_mapped", 3, 46, [Line("TRA-0013", 2)], carrier=COURIER)
    yield Case("carrier_gone", 2, 47, [Line("TRA-0014", 2)], carrier=RELAY)


def _statuses() -> Iterator[Case]:
    waiting = (SeedPayment(WIRE, status="PENDING"),)
    yield Case("cancelled", 13, 48, [Line("TRA-0015", 1)])
    yield Case("cancelled_unpaid", 9, 49, [Line("TRA-0016", 1)], payments=waiting, more={"cancelled": True})
    yield Case("payment_failed", 8, 50, [Line("MUG-02", 1)], payments=(SeedPayment(CARD, status="FAILURE"),))
    voided = (SeedPayment(CARD, kind="AUTHORIZATION"), SeedPayment(CARD, kind="VOID"))
    yield Case("authorisation_voided", 8, 51, [Line("MUG-02", 1)], payments=voided)
    yield Case("awaiting_wire", 2, 51, [Line("MUG-03", 1)], payments=waiting)
    yield Case("sent_in_part", 3, 52, [Line("GANT-02", 3), Line("TRA-0004", 1)])
    sixty = SeedPayment(CARD, _D("60.00"))
    yield Case("edited_before_import", 3, 56, [Line("CAV-0005", 2, _D("60.00"))], carrier=PICK_UP, payments=(sixty,))
    yield Case("returned_in_part", 12, 53, [Line("TABLIER-02", 3), Line("TRA-0001", 2)], reached=CLOSED)
    yield Case("returned_with_shipping", 13, 54, [Line("COCOTTE-04", 1)], reached=CLOSED)
    yield Case("returned_in_two_refunds", 11, 55, [Line("BOITE-01", 4)], reached=FULFILLED)
    both = [Line("CAV-0002", 1, _D(150)), Line("CAV-0005", 1, _D(60))]
    twenty = Discount("code", "VINGT", _D(20))
    yield Case("returned_after_a_coupon", 12, 57, both, carrier=PICK_UP, discounts=(twenty,), reached=CLOSED)
    yield Case("refunded_goodwill", 10, 58, [Line("TRA-0004", 2), Line("MUG-01", 1)], reached=FULFILLED)
    yield Case("returned_without_tax", 14, 109, [Line("ELE-0007", 2)], carrier=ABROAD, reached=CLOSED,
               more={"tax_exempt": True})  # fmt: skip
