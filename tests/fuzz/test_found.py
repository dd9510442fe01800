"""What fuzzing found, said as it should be: the value or the refusal, where the targets only say "no crash"."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from atoosync_lab.cli.validation import from_file
from atoosync_lab.connectors import http_answers
from atoosync_lab.connectors.erps.ebp import values
from atoosync_lab.connectors.redaction import MASK, Redactor
from atoosync_lab.connectors.shops.prestashop import wire
from atoosync_lab.model.errors import SettingsError
from atoosync_lab.model.keys import digits, whole_number
from atoosync_lab.model.money import parse_decimal
from atoosync_lab.orders.bundle import id_order

HEAD = '<?xml version="1.0" encoding="ISO-8859-1"?><prestashop>'


def read(records: str) -> wire.Document:
    return wire.parse(f"{HEAD}<products>{records}</products></prestashop>".encode())


@pytest.mark.pitfall("PB-32")
def test_comments_are_no_fields_and_cut_no_text() -> None:
    (record,) = read("<product><!-- x --><?y z?><id>1</id><price>10<!-- x -->.5</price></product>").records
    assert record.values == {"id": "1", "price": "10.5"}


@pytest.mark.pitfall("PB-32")
def test_declared_encoding_does_not_garble_what_is_utf8() -> None:
    (record,) = read("<product><id>1</id><name>Épicerie</name></product>").records
    assert record["name"] == "Épicerie"


def test_record_without_a_number_is_broken_and_its_page_goes_on() -> None:
    page = read(
        "<product id='3'><id>3</id></product><product id='²'><id>²</id></product><product id=''><id/></product>"
    )
    found = wire.identified(page)
    assert [r["id"] for r in found.records] == ["3"]
    assert [remote_id for remote_id, _ in found.broken] == ["", ""]


def test_pieces_of_a_broken_page_are_the_records_that_close() -> None:
    order = "<order><id>{0}</id><note><![CDATA[<order>]]></note></order>"
    broken = "<order><id>2</id><note>a & b</note></order>"
    found = wire.parse(f"{HEAD}<orders>{order.format(1)}{broken}{order.format(3)}</orders></prestashop>".encode())
    assert [r["id"] for r in found.records] == ["1", "3"]
    assert [remote_id for remote_id, _ in found.broken] == ["2"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("999999999999.999999", Decimal("999999999999.999999")), ("-12.5", Decimal("-12.5")), ("1e3", Decimal(1000)),
        ("1000000000000", None), ("-1e30", None), ("1e999999", None), ("1e-999999", Decimal(0)),
        ("0e999999", Decimal(0)), ("NaN", None), ("Infinity", None), ("1,5", None), ("", None),
    ],
)  # fmt: skip
def test_amount_that_no_record_can_hold_is_none(text: str, value: Decimal | None) -> None:
    assert parse_decimal(text) == value


def test_only_plain_digits_are_a_number() -> None:
    texts = ("12", "007", "", "²", "٣", "1_0", " 1", "-1", "9" * 19)
    assert [whole_number(text) for text in texts] == [12, 7, None, None, None, None, None, None, None]
    assert sorted(["10", "²", "9"], key=id_order) == ["9", "10", "²"]
    assert digits("FR 12²3") == "123"


def test_answers_of_the_erp_are_whole_texts_of_bounded_depth() -> None:
    assert values.parse_json('{"a\\ud800": ["\\udc00x", "\\ud83d\\ude00"]}') == {"a\ufffd": ["\ufffdx", "😀"]}
    with pytest.raises(ValueError, match="deep"):
        values.parse_json("[" * 50_000)
    assert values.moment({"d": "0001-01-01T00:00:00"}, "d", ZoneInfo("Europe/Paris")) is None
    assert values.moment({"d": "2026-11-25T11:00:00"}, "d", ZoneInfo("Europe/Paris")) == datetime(
        2026, 11, 25, 10, tzinfo=UTC
    )


def test_date_beyond_all_calendars_is_no_advice_to_wait() -> None:
    answer = httpx.Response(429, headers={"retry-after": "99999999999995 Nov 2 1:2 10"})
    assert http_answers.retry_after(answer) is None


@pytest.mark.spec("SEC-01")
def test_secrets_are_masked_where_their_element_never_ends() -> None:
    redactor = Redactor()
    assert (
        redactor.text("<a><passwd>hidden</passwd><b/><passwd>again") == f"<a><passwd>{MASK}</passwd><b/><passwd>{MASK}"
    )
    assert redactor.text("<passwd /><id>7</id>") == "<passwd /><id>7</id>"
    assert redactor.text("see https://me:pw@shop.test/x") == f"see https://{MASK}@shop.test/x"
    shown = Redactor(["s3cr3t-value"]).body(b"x" * 39_994 + b"s3cr3t-value" + b"x" * 100)
    assert "s3cr3t" not in shown
    assert len(shown) < 20_010


@pytest.mark.spec("SVC-01")
@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe", b"a: 2026-13-45", b"id: &a [*a]", b"[" * 3_000, b"a: !!timestamp 9", b"2026-01-01: x", b"- a", b""],
)
def test_file_that_is_no_profile_is_named(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "profil.yaml"
    file.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        from_file(file)
    assert caught.value.code == "settings.unreadable_file"
    assert "profil.yaml" in caught.value.message.text("fr")
