"""The orders of the WooCommerce demonstration that need care, one case each."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from atoosync_lab.sandbox.data.woocommerce_demo.facts import (
    ABROAD,
    CHRONOPOST,
    COURIER,
    FREE,
    NOT_MAPPED_METHOD,
    PICK_UP,
    RATE_META,
)
from atoosync_lab.sandbox.data.woocommerce_demo.goods import AMBIGUOUS, FREE_GIFT, GONE, NO_SKU
from atoosync_lab.sandbox.data.woocommerce_demo.tools import COMPLETED, Case, Line, Maker

AT_SUBTOTAL = {"woocommerce_tax_round_at_subtotal": "yes"}
NET_PRICES = {"woocommerce_prices_include_tax": "no"}
EXEMPT = {"is_vat_exempt": "yes"}
"""Mark that a plug-in for VAT numbers puts on orders of companies within the EU."""
_D = Decimal


def special_cases(make: Maker) -> Iterator[Case]:
    """All of them; names are stable, days are at most 14 unless age matters."""
    yield from _amounts(make)
    yield from _coupons()
    yield from _buyers()
    yield from _abroad()
    yield from _goods()
    yield from _payments()
    yield from _statuses()


def _amounts(make: Maker) -> Iterator[Case]:
    jars = [Line("TRA-0001", 3), Line("PRE-0002", 1), Line("TRA-0004", 7)]
    yield Case("taxes_rounded_on_each_line", 13, 2, jars)
    yield Case("taxes_rounded_in_the_sum", 12, 6, jars, options=AT_SUBTOTAL)
    # The shop charged 46.63, while the taxes of its lines are 7.15 and 0.63 in cents: one cent more.
    shown = [Line("CAV-0002", 1, net=_D("35.73"))]
    yield Case(
        "line_taxes_above_the_sum", 12, 10, shown, options={**AT_SUBTOTAL, **NET_PRICES}, shipping_total=_D("3.13")
    )
    yield Case("prices_without_tax", 11, 14, [Line("SUC-0001", 4, net=_D("15.59"))], options=NET_PRICES)
    yield Case("shipping_beside_gross_prices", 11, 15, [Line("CAV-0005", 1, gross=_D("24.00"))])
    yield Case(
        "many_small_pieces", 11, 17, [Line("CAV-0002", 2334, net=_D("0.12"))], options=NET_PRICES, carrier=PICK_UP
    )
    yield Case("many_tea_bags", 10, 18, [Line("THE-0005", 250)])
    yield Case(
        "gift_wrap_fee", 9, 21, [Line("MUG-02", 2), Line("TRA-0002", 1)], fees=(("Emballage cadeau", _D("2.50")),)
    )
    yield Case("negative_fee", 9, 22, [Line("TABLIER-05", 2), Line("TRA-0003", 1)],
               fees=(("Remise fidélité", _D("-4.00")),))  # fmt: skip
    yield Case("lowered_by_hand", 9, 23, [Line("COCOTTE-02", 1, gross=_D("60.00"), charged=_D("41.666667"))])
    simple = sorted(code for code in make.shop.products if code in make.articles)
    lines = [Line(code, 1 + place % 3) for place, code in enumerate(simple[20:80])]
    yield Case("sixty_lines", 8, 20, lines, method="bacs", carrier=CHRONOPOST, statuses=("on-hold", "processing"))


def _coupons() -> Iterator[Case]:
    two = [Line("CAV-0002", 1, gross=_D("60.00")), Line("SUC-0001", 1, gross=_D("21.10"))]
    yield Case("coupon_over_two_rates", 13, 23, two, coupons=("MERCI10",), carrier=PICK_UP)
    rates = [Line("ELE-0003", 1), Line("TRA-0005", 2), Line("FRO-0001", 1), Line("PRE-0006", 1)]
    yield Case("coupon_over_four_rates", 12, 24, rates, coupons=("BIENVENUE10",))
    yield Case("free_shipping", 11, 25, [Line("COCOTTE-01", 2)], coupons=("PORTOFFERT",), carrier=FREE)
    yield Case("two_coupons", 10, 26, rates, coupons=("BIENVENUE10", "PORTOFFERT"), carrier=FREE)
    jars = [Line("BOCAL-01", 3), Line("TRA-0006", 1)]
    yield Case("three_for_two_percent", 9, 27, jars, coupons=("TROISPOURDEUX",))
    yield Case("three_for_two_amount", 9, 28, [Line("BOCAL-02", 3), Line("TRA-0007", 1)], coupons=("BOCALOFFERT",))
    gift = [Line("MUG-01", 1, gross=_D("30.00")), Line(FREE_GIFT, 1, gross=_D("12.00"))]
    yield Case("fully_discounted_line", 8, 29, gift, carrier=PICK_UP, coupons=("UNOFFERT",))
    yield Case(
        "zero_order", 7, 30, [Line("TRA-0008", 1, gross=_D("42.00"))], method="", carrier=FREE, coupons=("CADEAU100",)
    )


def _buyers() -> Iterator[Case]:
    yield Case("guest", 13, 83, [Line("SERVIETTE-01", 4)],
               more={"customer_note": "Sonnette en panne : appelez en arrivant.\nMerci d'avance."})  # fmt: skip
    yield Case("guest_same_email", 12, 85, [Line("SERVIETTE-02", 2)])
    yield Case("guest_same_email_other_case", 11, 87, [Line("SERVIETTE-03", 2)])
    yield Case("guest_without_name", 10, 89, [Line("TRA-0001", 1)], carrier=PICK_UP)
    yield Case("long_names", 9, 5, [Line("TRA-0009", 1)])
    yield Case("long_address", 8, 9, [Line("TRA-0010", 2)], carrier=CHRONOPOST)
    yield Case("long_company", 7, 16, [Line("TRA-0011", 12)], method="bacs", statuses=("on-hold", "processing"))
    yield Case("email_in_capitals", 7, 3, [Line("TRA-0012", 1)])
    yield Case("email_not_valid", 6, 13, [Line("TRA-0013", 1)])
    yield Case("dormant_customer", 6, 7, [Line("TRA-0014", 1)])
    yield Case("blocked_customer", 5, 11, [Line("TRA-0015", 1)])
    yield Case("new_company", 5, 60, [Line("TRA-0016", 6)], method="bacs", statuses=("on-hold", "processing"))
    other = {"first_name": "Zélie", "last_name": "Ferronnier", "address_1": "1 place de la Halle",
             "city": "Tours", "postcode": "37000", "country": "FR"}  # fmt: skip
    yield Case("two_addresses", 4, 12, [Line("PANIER-02", 1)], more={"shipping": other})


def _abroad() -> Iterator[Case]:
    goods = [Line("ELE-0005", 1), Line("TRA-0002", 2)]
    yield Case("intra_eu_without_tax", 13, 105, goods, method="bacs", carrier=ABROAD, meta=EXEMPT,
               statuses=("on-hold", "processing"))  # fmt: skip
    yield Case("eu_private_with_french_tax", 12, 111, [Line("TRA-0003", 1)], carrier=ABROAD)
    yield Case("german_tax", 11, 106, [Line("ELE-0004", 1)], carrier=ABROAD)
    yield Case("belgian_tax", 10, 108, [Line("ELE-0005", 1)], carrier=ABROAD)
    yield Case("belgian_company", 10, 107, goods, carrier=ABROAD, meta=EXEMPT)
    yield Case("pounds", 9, 113, [Line("MUG-03", 2)], method="ppcp-gateway", carrier=ABROAD, currency="GBP")
    yield Case("northern_ireland", 8, 114, [Line("MUG-04", 1)], carrier=ABROAD)
    yield Case("dollars", 8, 116, [Line("CABAS-01", 1), Line("TABLIER-01", 1)], carrier=ABROAD, currency="USD")
    taxed = [Line("CAV-0005", 1, gross=_D("125.00"))]
    yield Case("dollars_with_tax", 7, 8, taxed, carrier=PICK_UP, currency="USD")
    yield Case("dollars_without_rate", 7, 116, [Line("MUG-02", 1)], carrier=ABROAD, currency="USD",
               meta={RATE_META: ""})  # fmt: skip
    yield Case("francs_not_mapped", 7, 115, [Line("MUG-01", 1)], carrier=ABROAD, currency="CHF")
    overseas = [Line("ELE-0006", 1, net=_D(100))]
    yield Case("overseas_postcode", 6, 91, overseas)
    yield Case("overseas_country", 5, 117, overseas, carrier=ABROAD)
    yield Case("monaco", 5, 118, [Line("TRA-0007", 1)])
    yield Case("country_without_rule", 4, 119, [Line("TRA-0008", 1)], carrier=ABROAD)
    yield Case("virtual_product", 3, 31, [Line("ATE-0005", 1)], carrier="", statuses=COMPLETED)


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
    card = [Line("CAV-0002", 1, gross=_D("95.00"))]
    yield Case("authorised_not_captured", 5, 41, card, carrier=PICK_UP, statuses=("on-hold",))
    yield Case("payment_not_mapped", 4, 43, [Line("ELE-0006", 1)], method=NOT_MAPPED_METHOD)
    yield Case("cheque", 14, 44, [Line("TRA-0011", 4)], method="cheque", statuses=("on-hold", "processing"))
    yield Case("message_with_emoji", 3, 45, [Line("TRA-0012", 2)],
               more={"customer_note": "Merci ❤️🎁 ! Laissez le colis chez la voisine 👵, code 12A4."})  # fmt: skip
    yield Case("carrier_not_mapped", 3, 46, [Line("TRA-0013", 2)], carrier=COURIER)
    yield Case("carrier_gone", 2, 47, [Line("TRA-0014", 2)], carrier="mondial_relay:99")


def _statuses() -> Iterator[Case]:
    yield Case("cancelled", 13, 48, [Line("TRA-0015", 1)], statuses=("processing", "cancelled"))
    yield Case("cancelled_unpaid", 9, 49, [Line("TRA-0016", 1)], method="bacs", statuses=("on-hold", "cancelled"))
    yield Case("payment_failed", 8, 50, [Line("MUG-02", 1)], statuses=("failed",))
    yield Case("pending_payment", 1, 51, [Line("MUG-02", 1)], statuses=())
    yield Case("awaiting_wire", 2, 51, [Line("MUG-03", 1)], method="bacs", statuses=("on-hold",))
    yield Case("edited_before_import", 3, 56, [Line("CAV-0005", 2, gross=_D("60.00"))], carrier=PICK_UP)
    yield Case("returned_in_part", 12, 53, [Line("TABLIER-02", 3), Line("TRA-0001", 2)], statuses=COMPLETED)
    yield Case("returned_with_shipping", 13, 54, [Line("COCOTTE-04", 1)], statuses=COMPLETED)
    yield Case("returned_in_two_refunds", 11, 55, [Line("BOITE-01", 4)], statuses=COMPLETED)
    both = [Line("CAV-0002", 1, gross=_D(150)), Line("CAV-0005", 1, gross=_D(60))]
    yield Case("returned_after_a_coupon", 12, 57, both, carrier=PICK_UP, coupons=("VINGT",), statuses=COMPLETED)
    yield Case("refunded_goodwill", 10, 58, [Line("TRA-0004", 2), Line("MUG-01", 1)], statuses=COMPLETED)
    yield Case("returned_without_tax", 14, 109, [Line("ELE-0007", 2)], statuses=COMPLETED, carrier=ABROAD, meta=EXEMPT)
