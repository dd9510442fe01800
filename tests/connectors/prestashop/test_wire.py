"""Documents of the Webservice: broken ones are read as far as they go, written ones always parse."""

from __future__ import annotations

import gc
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from atoosync_lab.connectors.shops.prestashop import wire

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">\n'


def page(*names: bytes) -> bytes:
    """A page of products with these names."""
    rows = b"".join(
        b"<product><id><![CDATA[%d]]></id><name><![CDATA[%s]]></name></product>\n" % (n, name)
        for n, name in enumerate(names, start=1)
    )
    return HEAD + b"<products>\n" + rows + b"</products>\n</prestashop>\n"


def names_of(content: bytes) -> list[str]:
    """Names in a page."""
    return [r["name"] for r in wire.parse(content).records]


class TestReading:
    @pytest.mark.pitfall("PB-32")
    def test_control_character_becomes_a_space_and_takes_no_page_with_it(self) -> None:
        found = names_of(page(*[b"Th\xc3\xa9"] * 99, b"Ligne 1\x0bLigne 2"))
        assert len(found) == 100
        assert found[-1] == "Ligne 1 Ligne 2"

    @pytest.mark.pitfall("PB-32")
    def test_latin_bytes_are_read_among_utf8(self) -> None:
        assert names_of(page("Été ❤️🎁".encode(), b"Caf\xe9 \x80 12")) == ["Été ❤️🎁", "Café € 12"]

    @pytest.mark.pitfall("PB-32")
    def test_page_full_of_latin_bytes_is_read_in_linear_time(self) -> None:
        content = page(*[b"\xe9t\xe9 " * 200] * 500)
        started = time.process_time()
        assert len(names_of(content)) == 500
        assert time.process_time() - started < 2

    def test_reference_to_a_forbidden_character_is_a_space(self) -> None:
        content = page(b"A").replace(b"<![CDATA[A]]>", b"A&#x0b;B")
        assert names_of(content) == ["A B"]

    def test_php_text_round_the_document_is_ignored(self) -> None:
        noise = b"\nWarning: Undefined variable $x in /shop/a.php on line 3\n"
        assert names_of(noise + page(b"A") + noise) == ["A"]

    def test_broken_record_is_named_and_the_others_are_read(self) -> None:
        content = page(b"A", b"B", b"C").replace(b"<name><![CDATA[B]]></name>", b"<name>B & C</name>")
        found = wire.parse(content)
        assert [r["id"] for r in found.records] == ["1", "3"]
        assert [remote_id for remote_id, _ in found.broken] == ["2"]

    @pytest.mark.parametrize("kept", [0.3, 0.6, 0.99])
    def test_document_without_end_is_never_taken_for_a_short_list(self, kept: float) -> None:
        content = page(*[b"A"] * 50)
        with pytest.raises(wire.CutError):
            wire.parse(content[: int(len(content) * kept)])

    def test_end_that_is_only_quoted_is_no_end(self) -> None:
        with pytest.raises(wire.CutError):
            wire.parse(page(b"a </prestashop> b", b"B")[:-40])

    @pytest.mark.parametrize("content", [b"", b"<html><body>404</body></html>", b"401 Unauthorized", b"{}"])
    def test_what_is_no_document_is_told(self, content: bytes) -> None:
        with pytest.raises(wire.WireError):
            wire.parse(content)

    def test_errors_keep_their_order(self) -> None:
        body = b"<errors><error><code>32</code><message>A</message></error><error><code>3</code></error></errors>"
        assert wire.parse(HEAD + body + b"</prestashop>").errors == [(32, "A"), (3, "")]

    def test_empty_list_has_no_records(self) -> None:
        assert wire.parse(HEAD + b"<products>\n</products>\n</prestashop>").records == []

    def test_list_of_slips_and_a_single_slip_are_told_apart(self) -> None:
        slip = b"<order_slip><id>7</id><id_order>3</id_order></order_slip>"
        for body in (b"<order_slips>" + slip + b"</order_slips>", slip):
            assert [r["id_order"] for r in wire.parse(HEAD + body + b"</prestashop>").records] == ["3"]

    def test_entities_are_not_expanded(self) -> None:
        evil = b'<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        content = HEAD.replace(b"?>\n", b"?>" + evil, 1) + b"<products><product><id>1</id><name>&e;</name></product>"
        try:
            found = wire.parse(content + b"</products></prestashop>")
        except wire.WireError:
            return
        assert all("root:" not in r.get("name") for r in found.records)

    def test_five_times_the_lines_take_no_more_than_their_share(self) -> None:
        fields = b"".join(b"<f%d><![CDATA[12.345678]]></f%d>" % (n, n) for n in range(20))
        row = (
            b"<order_detail><id>1</id>" + fields + b"<associations><taxes><tax><id>1</id></tax></taxes></associations>"
        )

        def seconds(lines: int) -> float:
            """Processor time of a page of so many lines, undisturbed: the least of three."""
            content = HEAD + b"<order_details>" + (row + b"</order_detail>") * lines + b"</order_details></prestashop>"
            took = []
            for _ in range(3):
                started = time.process_time()
                found = wire.parse(content).records
                took.append(time.process_time() - started)
                assert len(found) == lines
                assert found[-1].links == {"taxes": [{"id": "1"}]}
            return min(took)

        gc.disable()
        try:
            few, many = seconds(1_000), seconds(5_000)
        finally:
            gc.enable()
        # Linear work gives 5; reading a page anew for each of its lines would give 25.
        assert many / few < 12


class TestWriting:
    @given(st.text(), st.text())
    def test_any_text_makes_a_body_that_parses(self, name: str, reference: str) -> None:
        body = wire.build("product", [{"id": "1", "reference": reference, "name": {"1": name, "2": "é"}}])
        root = etree.fromstring(body)
        held = root.findtext("product/reference") or ""
        assert len(held) == len(reference)
        printable = [(a, b) for a, b in zip(held, reference, strict=True) if b > " " and b.isprintable()]
        assert all(a == b for a, b in printable)

    def test_records_are_siblings_without_a_plural_wrapper(self) -> None:
        root = etree.fromstring(wire.build("product", [{"id": "1"}, {"id": "2"}]))
        assert [child.tag for child in root] == ["product", "product"]

    def test_whole_record_goes_back_without_what_the_shop_refuses(self) -> None:
        content = (
            HEAD + b"<products><product><id>5</id><quantity notFilterable='true'>9</quantity><price>1</price>"
            b"<name><language id='1' xlink:href='x'>A</language><language id='2'>B</language></name>"
            b"<associations><combinations><combination><id/></combination></combinations></associations>"
            b"</product></products></prestashop>"
        )

        def change(element: etree._Element) -> None:
            wire.set_node(element, "price", "2")
            wire.set_node(element, "name", {"2": "C"})

        body = wire.rebuild(wire.elements(content), frozenset({"quantity", "associations"}), change)
        product = etree.fromstring(body)[0]
        assert [node.tag for node in product] == ["id", "price", "name"]
        assert product.findtext("price") == "2"
        assert [(n.get("id"), n.text, len(n.attrib)) for n in product.find("name")] == [("1", "A", 1), ("2", "C", 1)]

    def test_text_that_looks_like_a_reference_goes_back_as_it_came(self) -> None:
        content = HEAD + b"<products><product><id>5</id><name><![CDATA[a &#11; b]]></name></product></products>"
        (element,) = wire.elements(content + b"</prestashop>\nNotice: x")
        assert element.findtext("name") == "a &#11; b"
