"""JSON in: exact numbers, notices around it, cut documents, pages."""

from __future__ import annotations

from decimal import Decimal

import pytest

from atoosync_lab.connectors.shops.woocommerce import wire

LIST = '[{"id":1,"categories":[{"id":7,"name":"A"}]},{"id":2,"categories":[]}]'


def test_numbers_with_a_point_are_exact() -> None:
    value = wire.parse(b'{"price":1.1145669999999999,"rate_percent":5.5,"total":"24.691356"}').value
    assert value["price"] == Decimal("1.1145669999999999")
    assert isinstance(value["rate_percent"], Decimal)
    assert wire.amount(value, "total") == Decimal("24.691356")


@pytest.mark.pitfall("PB-32")
@pytest.mark.parametrize(
    "notice",
    [
        '<br />\n<b>Warning</b>: Undefined array key "x" in <b>/srv/a.php</b> on line <b>3</b><br />\n',
        "Deprecated: foo() is [old], use {bar} in /srv/b.php on line 7\n",
        "\ufeff\n",
    ],
)
def test_notice_before_the_document_is_set_aside(notice: str) -> None:
    found = wire.parse((notice + LIST).encode())
    assert [r["id"] for r in wire.records(found.value)] == [1, 2]
    assert "<" not in found.notice


def test_notice_after_the_document_is_set_aside() -> None:
    found = wire.parse((LIST + "\n<br /><b>Notice</b>: late").encode())
    assert len(found.value) == 2
    assert found.notice == "Notice : late"


@pytest.mark.parametrize("length", range(1, len(LIST)))
def test_document_cut_anywhere_is_never_taken_for_a_whole_one(length: int) -> None:
    for start in ("", "<b>Warning</b>: x\n"):
        with pytest.raises(wire.WireError):
            wire.parse((start + LIST[:length]).encode())


@pytest.mark.parametrize(
    "content", [b"", b"   ", b"<html><body>[]</body></html>", b'<!DOCTYPE html><script>{"a":1}</script>']
)
def test_page_is_no_document(content: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.parse(content)


def test_gmt_dates_have_no_zone_of_their_own() -> None:
    found = wire.moment({"at": "2026-10-25T00:30:00"}, "at")
    assert found is not None
    assert found.isoformat() == "2026-10-25T00:30:00+00:00"
    assert wire.moment({"at": None}, "at") is None


def test_bytes_that_are_no_utf8_do_not_lose_a_page() -> None:
    assert wire.parse(b'[{"id":1,"name":"D\xe9v"}]').value[0]["id"] == 1


def test_meta_takes_the_first_filled_key_and_no_structures() -> None:
    record = {"meta_data": [{"key": "b", "value": {"x": 1}}, {"key": "a", "value": ""}, {"key": "c", "value": "FR1"}]}
    assert wire.meta(record, ("a", "b", "c")) == "FR1"


def test_keys_are_split_by_number_and_length() -> None:
    assert list(wire.split(["aa", "bb", "cc"], 2, 100)) == [["aa", "bb"], ["cc"]]
    assert list(wire.split(["aaaa", "bbbb"], 9, 6)) == [["aaaa"], ["bbbb"]]
