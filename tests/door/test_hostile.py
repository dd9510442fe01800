"""Whatever is thrown at the door: an answer of its list, and nothing noted without proof."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atoosync_lab.door.receiving import Caller, Receiver
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.store.deliveries import Deliveries
from tests.door.helpers import SECRET, basic, create, signed

pytestmark = pytest.mark.spec("SHOP-12")
SYSTEMS = ("shopify", "woocommerce", "prestashop")
NAMES = (
    "content-type", "authorization", "x-shopify-topic", "x-shopify-hmac-sha256", "x-shopify-webhook-id",
    "x-shopify-shop-domain", "x-wc-webhook-topic", "x-wc-webhook-signature", "x-wc-webhook-delivery-id",
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(("", "application/json", "application/x-www-form-urlencoded", "orders/create", "order.updated",
                     basic("")["Authorization"], basic("x" * 12)["Authorization"], "Basic", "\u00e9", "=" * 44)),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60),
)  # fmt: skip
NINES = b'{"id": %s}'
BODIES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        (b"", b"{}", b"[]", b'{"id": 41}', b'{"id": "41"}', b'{"id": 1e999}', b'{"order": "41"}', b"order=41",
         NINES % (b"9" * 30), NINES % (b"9" * 5000), b"webhook_id=7", b"webhook_id=x", b"null", b'{"id": true}')
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with Workspace.open(tmp_path_factory.mktemp("hostile") / "home") as opened:
        for system in SYSTEMS:
            create(opened, system, system, "boutique" if system == "shopify" else "https://shop.example/")
            if system != "prestashop":
                opened.secrets.set(system, "shop.webhook_secret", SECRET)
        yield opened


@settings(max_examples=150)
@given(
    system=st.sampled_from(SYSTEMS), headers=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6), body=BODIES
)
def test_nothing_unproved_is_noted_and_no_call_breaks_the_door(
    workspace: Workspace, system: str, headers: dict[str, str], body: bytes
) -> None:
    receiver = Receiver(workspace)
    caller = receiver.admit(system, "203.0.113.9")
    assert isinstance(caller, Caller)
    reply = receiver.receive(caller, headers, body)
    assert reply.status in (200, 400, 401, 429)
    assert reply.message.text() != reply.message.code
    noted = Deliveries(workspace.store).list(system, limit=10)
    assert [each for each in noted if each.topic != "ping"] == []
    if reply.status == 200:
        assert system == "woocommerce"
        assert body == b"webhook_id=7"


@settings(max_examples=60)
@given(topic=VALUES, body=BODIES)
def test_signed_nonsense_runs_nothing_and_signed_orders_are_whole_numbers(
    workspace: Workspace, topic: str, body: bytes
) -> None:
    receiver = Receiver(workspace)
    caller = receiver.admit("shopify", "203.0.113.9")
    assert isinstance(caller, Caller)
    headers = {"x-shopify-topic": topic, "x-shopify-hmac-sha256": signed(body)}
    assert receiver.receive(caller, headers, body).status in (200, 400)
    for each in Deliveries(workspace.store).list("shopify", limit=3):
        assert each.order == "" or (each.order.isdigit() and len(each.order) < 6)
    with workspace.store.begin() as tx:
        tx.exec_driver_sql("DELETE FROM deliveries WHERE profile = 'shopify'")
