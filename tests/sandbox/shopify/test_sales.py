"""Orders, customers, payments, refunds, fulfillments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from atoosync_lab.sandbox.servers import RunningSandbox
from atoosync_lab.sandbox.shopify.install import READ_TOKEN
from tests.sandbox.shopify.helpers import FIRST_LOCATION, SET_PRODUCT, Api, sized

pytestmark = pytest.mark.spec("BEY-10")

ORDER = """
query($id: ID!) { order(id: $id) { id name displayFinancialStatus displayFulfillmentStatus cancelledAt closed
  totalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
  currentTotalPriceSet { shopMoney { amount } } subtotalPriceSet { shopMoney { amount } }
  totalTaxSet { shopMoney { amount } } totalDiscountsSet { shopMoney { amount } }
  totalShippingPriceSet { shopMoney { amount } } totalRefundedSet { shopMoney { amount } }
  totalOutstandingSet { shopMoney { amount } } customer { id } discountCodes
  taxLines { title rate priceSet { shopMoney { amount } } }
  lineItems(first: 10) { nodes { id quantity currentQuantity refundableQuantity unfulfilledQuantity
    originalUnitPriceSet { shopMoney { amount } } discountedUnitPriceAfterAllDiscountsSet { shopMoney { amount } }
    discountAllocations { allocatedAmountSet { shopMoney { amount } } discountApplication { index targetType
      ... on DiscountCodeApplication { code } } } taxLines { rate priceSet { shopMoney { amount } } } } }
  shippingLines(first: 3) { nodes { title code discountedPriceSet { shopMoney { amount } } } }
  transactions { id kind status gateway amountSet { shopMoney { amount } } }
  refunds { id totalRefundedSet { shopMoney { amount } } refundLineItems(first: 5) { nodes { quantity restockType
    subtotalSet { shopMoney { amount } } totalTaxSet { shopMoney { amount } } } } }
  fulfillmentOrders(first: 3) { nodes { id status lineItems(first: 5) { nodes { id remainingQuantity } } } }
  fulfillments { id name displayStatus trackingInfo { company number url } }
} }
"""


def _seed(shop: RunningSandbox, **order: Any) -> str:
    (made,) = shop.admin("POST", "/_admin/seed/orders", {"orders": [order]})["result"]
    return f"gid://shopify/Order/{made}"


def _order(api: Api, order: str) -> Any:
    return api.data(ORDER, {"id": order})["order"]


def _amount(bag: Any) -> str:
    return str(bag["shopMoney"]["amount"])


def _two_lines() -> list[dict[str, Any]]:
    return [{"title": "Tea", "quantity": 3, "price": "12.00"}, {"title": "Cup", "price": "7.77"}]


def test_amounts_of_an_order_add_up(api: Api, shop: RunningSandbox) -> None:
    code = {"kind": "code", "title": "TEN", "value": "10"}
    given = _seed(shop, lines=_two_lines(), shipping=[{}], discounts=[code], presentment=["USD", "2"])
    row = _order(api, given)
    assert _amount(row["subtotalPriceSet"]) == "39.39"
    assert _amount(row["totalDiscountsSet"]) == "4.38"
    assert _amount(row["totalShippingPriceSet"]) == "5.9"
    assert _amount(row["totalPriceSet"]) == "45.29"
    assert row["totalPriceSet"]["presentmentMoney"] == {"amount": "90.58", "currencyCode": "USD"}
    taxes = [_amount(tax["priceSet"]) for line in row["lineItems"]["nodes"] for tax in line["taxLines"]]
    assert taxes == ["5.4", "1.17"]
    assert row["taxLines"] == [{"title": "TVA", "rate": 0.2, "priceSet": {"shopMoney": {"amount": "7.55"}}}]
    shares = [line["discountAllocations"][0] for line in row["lineItems"]["nodes"]]
    assert [_amount(share["allocatedAmountSet"]) for share in shares] == ["3.6", "0.78"]
    assert shares[0]["discountApplication"] == {"index": 0, "targetType": "LINE_ITEM", "code": "TEN"}
    assert row["discountCodes"] == ["TEN"]
    assert row["customer"] is None
    assert row["displayFinancialStatus"] == "PAID"


def test_prices_without_tax(api: Api, shop: RunningSandbox) -> None:
    row = _order(api, _seed(shop, lines=_two_lines(), taxes_included=False))
    assert _amount(row["subtotalPriceSet"]) == "43.77"
    assert _amount(row["totalTaxSet"]) == "8.75"
    assert _amount(row["totalPriceSet"]) == "52.52"


def test_old_orders_stand_behind_a_wall(api: Api, shop: RunningSandbox) -> None:
    old = (datetime.now(UTC) - timedelta(days=61)).isoformat()
    order = _seed(shop, lines=[{"title": "Tea"}], at=old, tags=["walled"])
    query = '{ orders(first: 5, query: "tag:walled") { nodes { id } } ordersCount(query: "tag:walled") { count } }'
    assert api.data(query) == {"orders": {"nodes": [{"id": order}]}, "ordersCount": {"count": 1}}
    reader = Api(shop, READ_TOKEN)
    assert reader.data(query) == {"orders": {"nodes": []}, "ordersCount": {"count": 0}}
    assert reader.data("query($id: ID!) { order(id: $id) { id } node(id: $id) { id } }", {"id": order}) == {
        "order": None,
        "node": None,
    }


def test_orders_are_found_by_state_date_and_tag(api: Api, shop: RunningSandbox) -> None:
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)
    common: dict[str, Any] = {"lines": [{"title": "Tea"}], "tags": ["hunt"]}
    paid = _seed(shop, **common, at=start.isoformat())
    unpaid = _seed(shop, **common, at=(start + timedelta(days=1)).isoformat(), payments=[])
    sent = _seed(shop, **common | {"tags": ["hunt", "done"]}, at=(start + timedelta(days=2)).isoformat(), sent=True)
    name = _order(api, sent)["name"]
    number = paid.rsplit("/", 1)[-1]
    for text, found in (
        ("", [paid, unpaid, sent]),
        ("financial_status:paid", [paid, sent]),
        ("financial_status:pending", [unpaid]),
        ("fulfillment_status:shipped", [sent]),
        ("-fulfillment_status:fulfilled", [paid, unpaid]),
        ("-tag:done", [paid, unpaid]),
        ("NOT tag:DONE financial_status:paid", [paid]),
        ("created_at:2026-03-02", [unpaid]),
        ("created_at:>=2026-03-02 created_at:<'2026-03-03T12:00:00Z'", [unpaid]),
        ("created_at:>2026-03-02", [sent]),
        ("updated_at:<=2026-03-01", [paid]),
        (f"id:>{number}", [unpaid, sent]),
        (f"name:'{name}'", [sent]),
        (f"id:{number} OR name:{name}", [paid, sent]),
        ("status:open", [paid, unpaid, sent]),
        ("status:closed", []),
        ("nonsense:x financial_status:pending", [unpaid]),
    ):
        query = "query($q: String) { orders(first: 50, query: $q, sortKey: CREATED_AT) { nodes { id } } }"
        answer = api.full(query, {"q": f"tag:hunt ({text})" if text else "tag:hunt"})
        assert [row["id"] for row in answer["data"]["orders"]["nodes"]] == found, text
        assert ("search" in answer["extensions"]) == ("nonsense" in text)


def test_goods_are_sent_in_parts_with_tracking(api: Api, shop: RunningSandbox) -> None:
    order = _seed(shop, lines=_two_lines(), email="a@example.test")
    (todo,) = _order(api, order)["fulfillmentOrders"]["nodes"]
    first = todo["lineItems"]["nodes"][0]["id"]
    query = "mutation($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) { fulfillment { id name trackingInfo "
    query += "{ company number } } userErrors { field message } } }"

    def given(*lines: tuple[str, int], **more: Any) -> dict[str, Any]:
        parts = [{"id": line, "quantity": count} for line, count in lines]
        group: dict[str, Any] = {"fulfillmentOrderId": todo["id"]}
        return {
            "f": {
                "lineItemsByFulfillmentOrder": [group | ({"fulfillmentOrderLineItems": parts} if parts else {})],
                **more,
            }
        }

    assert api.refusals(query, given((first, 4))) == ["Invalid fulfillment order line item quantity requested."]
    tracking = {"company": "Colissimo", "number": "6A1"}
    sent = api.payload(query, given((first, 2), trackingInfo=tracking, notifyCustomer=True))["fulfillment"]
    assert sent["trackingInfo"] == [tracking]
    row = _order(api, order)
    assert row["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert row["fulfillmentOrders"]["nodes"][0]["status"] == "IN_PROGRESS"
    assert [line["unfulfilledQuantity"] for line in row["lineItems"]["nodes"]] == [1, 1]
    api.payload(query, given())
    row = _order(api, order)
    assert row["displayFulfillmentStatus"] == "FULFILLED"
    assert row["fulfillmentOrders"]["nodes"][0]["status"] == "CLOSED"
    assert api.refusals(query, given())[0].startswith("Fulfillment order")
    change = "mutation($id: ID!, $t: FulfillmentTrackingInput!) { fulfillmentTrackingInfoUpdate(fulfillmentId: $id, "
    change += "trackingInfoInput: $t) { fulfillment { trackingInfo { number } } userErrors { message } } }"
    numbers = api.payload(change, {"id": sent["id"], "t": {"numbers": ["1", "2"]}})["fulfillment"]["trackingInfo"]
    assert [item["number"] for item in numbers] == ["1", "2"]
    mails = shop.admin("POST", "/_admin/rows", {"table": "notifications", "where": "kind = 'shipping_confirmation'"})
    assert mails["rows"][-1]["recipient"] == "a@example.test"


def test_payments_by_hand_and_captures(api: Api, shop: RunningSandbox) -> None:
    order = _seed(shop, lines=_two_lines(), payments=[{"gateway": "manual", "status": "PENDING"}])
    assert _order(api, order)["displayFinancialStatus"] == "PENDING"
    paid = "mutation($id: ID!) { orderMarkAsPaid(input: {id: $id}) { order { displayFinancialStatus } userErrors "
    paid += "{ message } } }"
    assert api.payload(paid, {"id": order})["order"]["displayFinancialStatus"] == "PAID"
    assert api.refusals(paid, {"id": order}) == ["Order cannot be marked as paid."]
    held = _seed(shop, lines=_two_lines(), payments=[{"kind": "AUTHORIZATION"}])
    row = _order(api, held)
    assert row["displayFinancialStatus"] == "AUTHORIZED"
    capture = (
        "mutation($i: OrderCaptureInput!) { orderCapture(input: $i) { transaction { kind } userErrors { message } } }"
    )
    given = {"id": held, "parentTransactionId": row["transactions"][0]["id"], "amount": "20.00"}
    assert api.payload(capture, {"i": given})["transaction"]["kind"] == "CAPTURE"
    row = _order(api, held)
    assert row["displayFinancialStatus"] == "PARTIALLY_PAID"
    assert _amount(row["totalOutstandingSet"]) == "23.77"


REFUND = """
mutation($i: RefundInput!) { refundCreate(input: $i) @idempotent(key: "%s") { refund { id totalRefundedSet { shopMoney
  { amount } } } order { displayFinancialStatus currentTotalPriceSet { shopMoney { amount } } }
  userErrors { field message } } }
"""


def test_refunds_move_goods_and_money_apart(api: Api, shop: RunningSandbox) -> None:
    product = api.payload(SET_PRODUCT, {"in": {"title": "Returned", **sized("S", price="12", inventoryQuantities=[
        {"locationId": FIRST_LOCATION, "name": "available", "quantity": 5}])}})["product"]  # fmt: skip
    variant = int(product["variants"]["nodes"][0]["id"].rsplit("/", 1)[-1])
    order = _seed(
        shop, lines=[{"title": "Returned", "quantity": 3, "price": "12.00", "variant": variant}], shipping=[{}]
    )
    row = _order(api, order)
    line, sale = row["lineItems"]["nodes"][0]["id"], row["transactions"][0]["id"]
    goods = {"orderId": order, "refundLineItems": [{"lineItemId": line, "quantity": 1, "restockType": "RETURN"}]}
    without = api.payload(REFUND % f"{order}-1", {"i": goods})
    assert _amount(without["refund"]["totalRefundedSet"]) == "0.0"
    assert without["order"]["displayFinancialStatus"] == "PAID"
    assert _amount(without["order"]["currentTotalPriceSet"]) == "29.9"
    stock = api.data("query($id: ID!) { productVariant(id: $id) { inventoryQuantity } }",
                     {"id": product["variants"]["nodes"][0]["id"]})  # fmt: skip
    assert stock["productVariant"]["inventoryQuantity"] == 6
    money = {"orderId": order, "kind": "REFUND", "gateway": "shopify_payments", "amount": "17.90", "parentId": sale}
    given = {**goods, "shipping": {"fullRefund": True}, "transactions": [money]}
    first = api.payload(REFUND % f"{order}-2", {"i": given})
    assert first["order"]["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
    again = api.payload(REFUND % f"{order}-2", {"i": given})
    assert again["refund"]["id"] == first["refund"]["id"]
    row = _order(api, order)
    assert len(row["refunds"]) == 2
    assert row["lineItems"]["nodes"][0]["refundableQuantity"] == 1
    assert _amount(row["totalRefundedSet"]) == "17.9"
    assert _amount(row["currentTotalPriceSet"]) == "12.0"
    too_much = {**goods, "refundLineItems": [{"lineItemId": line, "quantity": 2}]}
    assert api.refusals(REFUND % f"{order}-3", {"i": too_much}) == [
        "Quantity cannot refund more items than were purchased"
    ]
    over = {"orderId": order, "transactions": [{**money, "amount": "100"}]}
    assert api.refusals(REFUND % f"{order}-4", {"i": over}) == ["Refund amount cannot refund more than 24.00"]


def test_pieces_refunded_one_by_one_add_up_to_the_line(api: Api, shop: RunningSandbox) -> None:
    discount = {"kind": "code", "title": "C", "value": "1.00", "value_kind": "fixed_amount"}
    order = _seed(shop, lines=[{"title": "Odd", "quantity": 3, "price": "3.33"}], discounts=[discount])
    line = _order(api, order)["lineItems"]["nodes"][0]["id"]
    for number in range(3):
        api.payload(REFUND % f"{order}-{number}", {"i": {"orderId": order, "refundLineItems": [
            {"lineItemId": line, "quantity": 1}]}})  # fmt: skip
    row = _order(api, order)
    parts = [part for refund in row["refunds"] for part in refund["refundLineItems"]["nodes"]]
    cents = [round(float(_amount(part["subtotalSet"])) * 100) for part in parts]
    assert sum(cents) == 899
    assert _amount(row["currentTotalPriceSet"]) == "0.0"


def test_cancelled_order_gives_goods_and_money_back(api: Api, shop: RunningSandbox) -> None:
    order = _seed(shop, lines=_two_lines(), shipping=[{}])
    query = "mutation($id: ID!) { orderCancel(orderId: $id, reason: CUSTOMER, restock: true, "
    query += "refundMethod: {originalPaymentMethodsRefund: true}) { job { id done } orderCancelUserErrors { code } } }"
    answer = api.data(query, {"id": order})["orderCancel"]
    assert answer["orderCancelUserErrors"] == []
    assert answer["job"]["done"]
    row = _order(api, order)
    assert row["cancelledAt"]
    assert row["displayFinancialStatus"] == "REFUNDED"
    assert _amount(row["currentTotalPriceSet"]) == "0.0"
    assert row["fulfillmentOrders"]["nodes"][0]["status"] == "CANCELLED"
    assert api.data(query, {"id": order})["orderCancel"]["orderCancelUserErrors"][0]["code"] == "INVALID"


def test_order_update_overwrites_lists_and_adds_metafields(api: Api, shop: RunningSandbox) -> None:
    order = _seed(shop, lines=[{"title": "Tea"}], tags=["a", "b"], attributes=[["gift", "yes"]])
    query = "mutation($i: OrderInput!) { orderUpdate(input: $i) { order { tags note customAttributes { key value } "
    query += 'metafield(namespace: "erp", key: "document_number") { value } } userErrors { message } } }'
    field = {"namespace": "erp", "key": "document_number", "type": "single_line_text_field", "value": "BC1"}
    found = api.payload(query, {"i": {"id": order, "tags": ["c"], "metafields": [field]}})["order"]
    assert found == {
        "tags": ["c"],
        "note": None,
        "customAttributes": [{"key": "gift", "value": "yes"}],
        "metafield": {"value": "BC1"},
    }


CUSTOMER = """
mutation($who: CustomerSetIdentifiers, $in: CustomerSetInput!) { customerSet(identifier: $who, input: $in) {
  customer { id displayName tags defaultAddress { city countryCodeV2 } addresses { city } }
  userErrors { code field message } } }
"""


def test_customers_are_set_by_mail_and_their_addresses_are_declarative(api: Api) -> None:
    homes = [{"address1": f"{n} rue", "city": city, "countryCode": "FR"} for n, city in enumerate(("Lyon", "Nantes"))]
    who = {"email": "set@example.test"}
    first = api.payload(CUSTOMER, {"who": who, "in": {**who, "firstName": "Anne", "addresses": homes}})["customer"]
    assert [row["city"] for row in first["addresses"]] == ["Lyon", "Nantes"]
    second = api.payload(CUSTOMER, {"who": who, "in": {**who, "lastName": "Martin", "addresses": homes[1:]}})[
        "customer"
    ]
    assert second["id"] == first["id"]
    assert second["displayName"] == "Anne Martin"
    assert [row["city"] for row in second["addresses"]] == ["Nantes"]
    assert api.refusals(CUSTOMER, {"who": who, "in": {"firstName": "x"}}) == ["MISSING_FIELD_REQUIRED"]
    assert api.refusals(CUSTOMER, {"in": {"email": "SET@example.test"}}) == ["TAKEN"]
    assert api.refusals(CUSTOMER, {"in": {"email": "no"}}) == ["INVALID"]
    found = api.data('{ customers(first: 5, query: "email:set@example.test") { nodes { id } } }')
    assert [row["id"] for row in found["customers"]["nodes"]] == [first["id"]]


def test_features_of_plan_plus_are_refused_below(api: Api, shop: RunningSandbox) -> None:
    query = (
        "mutation($i: CompanyCreateInput!) { companyCreate(input: $i) { company { locations(first: 3) { nodes { id } } "
    )
    query += "mainContact { customer { email } } } userErrors { code message } } }"
    given = {
        "i": {"company": {"name": "Thés du Sud", "externalId": "C7"}, "companyContact": {"email": "b2b@example.test"}}
    }
    assert api.refusals(query, given) == ["INVALID"]
    shop.admin("POST", "/_admin/settings", {"plan": "plus"})
    try:
        company = api.payload(query, given)["company"]
    finally:
        shop.admin("POST", "/_admin/settings", {"plan": "basic"})
    assert company["mainContact"]["customer"]["email"] == "b2b@example.test"
    assert len(company["locations"]["nodes"]) == 1


def test_persons_at_the_shop_change_rows(api: Api, shop: RunningSandbox) -> None:
    product = api.payload(SET_PRODUCT, {"in": {"title": "By hand"}})["product"]["id"]
    number = int(product.rsplit("/", 1)[-1])
    shop.admin(
        "POST", "/_admin/rows", {"table": "products", "id": number, "change": {"title": "Changed", "tags": ["x"]}}
    )
    found = api.data("query($id: ID!) { product(id: $id) { title tags } }", {"id": product})["product"]
    assert found == {"title": "Changed", "tags": ["x"]}
    rows = shop.admin("POST", "/_admin/rows", {"table": "products", "where": "id = ?", "values": [number]})["rows"]
    assert rows[0]["title"] == "Changed"
    assert shop.admin("POST", "/_admin/rows", {"table": "products", "id": number, "delete": True}) == {"deleted": True}
    assert api.data("query($id: ID!) { product(id: $id) { id } }", {"id": product})["product"] is None
