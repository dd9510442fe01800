"""Fill a shop with the real year: pounds, one tax, every code a product, every line of a sale an order row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from atoosync_lab.sandbox.data.retail_profile import (
    CURRENCY,
    STATE_CANCELLED,
    STATE_SOLD,
    TAX,
    TAX_GROUP,
    TAX_NAME,
)
from atoosync_lab.sandbox.data.retail_source import CANCELLATION, SALE, Code, RetailSource
from atoosync_lab.sandbox.data.shop_tools import country_ids, keep_slip_line, known_fields, last_slip_line
from atoosync_lab.sandbox.prestashop.seed import (
    ShopState,
    association_text,
    bulk_insert,
    fixed,
    insert_many,
    language_text,
    set_config,
)
from atoosync_lab.sandbox.prestashop.values import slug

COUNTRIES: Mapping[str, str] = {
    "Australia": "AU", "Austria": "AT", "Bahrain": "BH", "Belgium": "BE", "Brazil": "BR", "Canada": "CA",
    "Channel Islands": "JE", "Cyprus": "CY", "Czech Republic": "CZ", "Denmark": "DK", "EIRE": "IE",
    "European Community": "EU", "Finland": "FI", "France": "FR", "Germany": "DE", "Greece": "GR", "Hong Kong": "HK",
    "Iceland": "IS", "Israel": "IL", "Italy": "IT", "Japan": "JP", "Lebanon": "LB", "Lithuania": "LT", "Malta": "MT",
    "Netherlands": "NL", "Norway": "NO", "Poland": "PL", "Portugal": "PT", "RSA": "ZA", "Saudi Arabia": "SA",
    "Singapore": "SG", "Spain": "ES", "Sweden": "SE", "Switzerland": "CH", "USA": "US", "United Arab Emirates": "AE",
    "United Kingdom": "GB", "Unspecified": "ZZ",
}  # fmt: skip
"""ISO code by the file's name. EU and ZZ are no countries: the file names none for some buyers."""
_EXTRA = (("EU", "European Community"), ("ZZ", "Unspecified"))
_FORBIDDEN = str.maketrans("", "", "<>;=#{}")
METHOD = "Bank wire"


def _columns(names: str) -> tuple[str, ...]:
    return tuple(names.split())


_ORDER = _columns(
    "id id_address_delivery id_address_invoice id_currency id_lang id_customer current_state module "
    "payment invoice_number invoice_date valid date_add date_upd id_shop_group id_shop secure_key "
    "total_paid total_paid_tax_incl total_paid_tax_excl total_paid_real total_products total_products_wt "
    "round_mode round_type conversion_rate reference"
)
_INVOICE = _columns("id_order number total_paid_tax_excl total_paid_tax_incl total_products total_products_wt date_add")
_LINE = _columns(
    "id id_order id_order_invoice id_shop product_id product_name product_quantity "
    "product_quantity_in_stock product_reference product_price original_product_price id_tax_rules_group "
    "unit_price_tax_excl unit_price_tax_incl total_price_tax_excl total_price_tax_incl a_taxes"
)
_SLIP = _columns(
    "id id_customer id_order conversion_rate total_products_tax_excl total_products_tax_incl amount "
    "order_slip_type date_add date_upd a_order_slip_details"
)
_NO_TAX, _TAXED = association_text([]), association_text([[TAX]])
_ZERO = fixed(0)
_FIRST_MOMENT = "2010-12-01 00:00:00"
_SECURE_KEY = "0" * 32


class RetailShop:
    """Writes the year into a freshly installed shop.

    Args:
        state: The shop.
        source: The file.
    """

    def __init__(self, state: ShopState, source: RetailSource) -> None:
        self.state = state
        self.source = source
        self.products: dict[str, int] = {}
        self.buyers: dict[tuple[str | None, str], tuple[int, int]] = {}

    def fill(self) -> None:
        """Write everything, in one transaction."""
        with self.state.writing():
            self._settings()
            self._products(self.source.codes())
            self._buyers()
            headers = self.source.headers()
            self._orders(headers)
            self._lines({row[0]: row for row in headers})

    def _settings(self) -> None:
        state = self.state
        for table in ("taxes", "tax_rules", "tax_rule_groups"):
            state.db.execute(f"DELETE FROM {table}")
        for iso, name in _EXTRA:
            insert_many(state, "countries", [{"iso_code": iso, "name": name, "id_zone": 1, "active": 1}])
        countries = country_ids(state)
        state.db.executemany(
            "UPDATE countries SET active = 1 WHERE id = ?", [(countries[iso],) for iso in COUNTRIES.values()]
        )
        insert_many(state, "taxes", [{"id": TAX, "name": TAX_NAME, "rate": "20", "active": 1}])
        insert_many(state, "tax_rule_groups", [{"id": TAX_GROUP, "name": "UK Standard Rate (20%)", "active": 1}])
        rule = {"id_tax_rules_group": TAX_GROUP, "id_country": countries["GB"], "id_tax": TAX}
        insert_many(state, "tax_rules", [{**rule, "zipcode_from": "0", "zipcode_to": "0"}])
        names, symbol = (language_text(dict.fromkeys(state.languages(), text)) for text in ("Pound sterling", "£"))
        pound = {"name": "Pound sterling", "names": names, "symbol": symbol, "iso_code": CURRENCY}
        state.update("currencies", 1, {**pound, "numeric_iso_code": "826"})
        for name, value in (
            ("PS_COUNTRY_DEFAULT", str(countries["GB"])),
            ("PS_TIMEZONE", "Europe/London"),
            ("PS_ROUND_TYPE", "3"),
            ("PS_SHOP_NAME", "Online Retail"),
        ):
            set_config(state, name, value)
        state.update("shops", 1, {"name": "Online Retail"})

    def _products(self, codes: Sequence[Code]) -> None:
        rows = (
            {
                "id": number,
                "reference": code.code,
                "name": code.name.translate(_FORBIDDEN),
                "link_rewrite": slug(code.name) or "product",
                "price": code.price,
                "id_tax_rules_group": TAX_GROUP,
                "categories": [2],
                "is_virtual": int(not code.goods),
                "product_type": "standard" if code.goods else "virtual",
                "date_add": _FIRST_MOMENT,
                "date_upd": _FIRST_MOMENT,
            }
            for number, code in enumerate(codes, 1)
        )
        insert_many(self.state, "products", (known_fields(self.state, "products", row) for row in rows))
        self.products = {code.code: number for number, code in enumerate(codes, 1)}

    def _buyers(self) -> None:
        """One customer a number, with an address for each country; one guest for each country."""
        countries = country_ids(self.state)
        customers: dict[int, dict[str, Any]] = {}
        addresses: list[dict[str, Any]] = []
        guests = 0
        for party in self.source.parties():
            customer, country = party
            iso = COUNTRIES[country]
            if customer is None:
                guests += 1
                number, email, company = guests, f"guest-{iso.lower()}@retail.test", ""
            else:
                number, email, company = int(customer), f"{customer}@retail.test", f"Retail {customer}"
            group = 2 if customer is None else 3
            customers[number] = {
                "id": number,
                "email": email,
                "company": company,
                "firstname": "Online",
                "lastname": "Buyer",
                "id_default_group": group,
                "groups": [group],
                "is_guest": int(customer is None),
                "id_lang": 1,
                "passwd": "$2y$10$" + "0" * 53,
                "date_add": _FIRST_MOMENT,
                "date_upd": _FIRST_MOMENT,
            }
            address = len(addresses) + 1
            addresses.append(
                {
                    "id": address,
                    "id_customer": number,
                    "id_country": countries[iso],
                    "alias": country,
                    "company": company,
                    "firstname": "Online",
                    "lastname": "Buyer",
                    "address1": "1 Market Street",
                    "city": country,
                    "date_add": _FIRST_MOMENT,
                    "date_upd": _FIRST_MOMENT,
                }
            )
            self.buyers[party] = (number, address)
        insert_many(self.state, "customers", customers.values())
        insert_many(self.state, "addresses", addresses)

    def _orders(self, headers: Sequence[tuple[Any, ...]]) -> None:
        state = self.state
        bulk_insert(state, "orders", _ORDER, (self._order(row) for row in headers))
        sold = [row for row in headers if row[2] == SALE]
        bulk_insert(
            state, "order_histories", ("id_order", "id_order_state", "date_add"),
            ((row[0], STATE_SOLD if row[2] == SALE else STATE_CANCELLED, row[3]) for row in headers),
        )  # fmt: skip
        # The number of an invoice is the document's; its id too, so that lines can name it.
        bulk_insert(
            state, "order_invoices", ("id", *_INVOICE),
            ((*(row[0],) * 3, *(fixed(row[7]), fixed(row[8])) * 2, row[3]) for row in sold),
        )  # fmt: skip
        bulk_insert(
            state,
            "order_payments",
            ("order_reference", "id_currency", "amount", "payment_method", "conversion_rate", "date_add"),
            ((row[1], 1, fixed(row[8]), METHOD, fixed(1), row[3]) for row in sold if row[8]),
        )

    def _order(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        number, reference, kind, moment, customer, country, _, total, total_incl = row
        buyer, address = self.buyers[customer, country]
        sold = kind == SALE
        excl, incl = fixed(total), fixed(total_incl)
        module, method = ("ps_wirepayment", METHOD) if total_incl else ("free_order", "Free order")
        invoice = (number, moment) if sold else (0, "0000-00-00 00:00:00")
        entered = STATE_SOLD if sold else STATE_CANCELLED
        head = (number, address, address, 1, 1, buyer, entered, module, method, *invoice, int(sold), moment, moment)
        amounts = (incl, incl, excl, incl if sold else _ZERO, excl, incl)
        return (*head, 1, 1, _SECURE_KEY, *amounts, 2, 3, fixed(1), reference)

    def _lines(self, headers: Mapping[int, tuple[Any, ...]]) -> None:
        state = self.state
        slip_lines: dict[int, list[list[Any]]] = {}
        last = last_slip_line(state)
        for chunk in self.source.lines():
            bulk_insert(state, "order_details", _LINE, self._details(chunk))
            for row in chunk:
                if row[2] == CANCELLATION:
                    last += 1
                    slip_lines.setdefault(row[1], []).append([last, row[0], row[5], row[8], row[9]])
            # All but the last document of the chunk are complete: the file holds each in one piece.
            done = [number for number in slip_lines if number != chunk[-1][1]]
            bulk_insert(state, "order_slip", _SLIP, self._slips({n: slip_lines.pop(n) for n in done}, headers))
        bulk_insert(state, "order_slip", _SLIP, self._slips(slip_lines, headers))
        keep_slip_line(state, last)

    def _details(self, chunk: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        for number, document, kind, code, name, quantity, price, price_incl, amount, amount_incl, taxed in chunk:
            invoice = document if kind == SALE else 0
            what = (self.products[code], name or code, quantity, quantity, code, price, price, TAX_GROUP)
            taxes = _TAXED if taxed else _NO_TAX
            yield (number, document, invoice, 1, *what, price, price_incl, amount, amount_incl, taxes)

    def _slips(
        self, lines: Mapping[int, list[list[Any]]], headers: Mapping[int, tuple[Any, ...]]
    ) -> Iterator[tuple[Any, ...]]:
        for number, rows in lines.items():
            _, _, _, moment, customer, country, _, total, total_incl = headers[number]
            buyer, _ = self.buyers[customer, country]
            excl, incl = fixed(total), fixed(total_incl)
            yield number, buyer, number, fixed(1), excl, incl, incl, 1, moment, moment, association_text(rows)
