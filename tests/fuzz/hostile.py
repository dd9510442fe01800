"""Values that break careless code, and seeds to start from."""

from __future__ import annotations

import json
from typing import Final

COLUMNS: Final = ("Id", "Caption", "FamilyId", "SalePriceVatExcluded", "xx_Web rayon", "Order", "Left")
"""Columns that filters may name."""

PROFILE: Final = json.dumps({"id": "fuzz", "name": "Fuzz"})
"""The least profile."""

TEXTS: Final = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ufeff",
    "\ufffe",
    "\u202e",
    "\u2028",
    "é" * 300,
    "😀" * 70,
    "x" * 5_000,
    "]]>",
    "<b>",
    "<script>alert(1)</script>",
    "&amp;&#0;&#x1f;",
    "';--",
    '"',
    ";",
    "=cmd|' /C calc'!A0",
    "\r\n",
    "\t",
    "%OI %CF",
    "{0}",
    "{name}",
    "null",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "1e-999",
    "-0",
    "0x1f",
    "1_000",
    "１２",
    "²",
    "٣",
    "1,5",
    "1.5.5",
    " 1 ",
    "+1",
    "9" * 40,
    "9" * 5_000,
    "0." + "1" * 60,
    "-1",
    "0",
    "0000-00-00 00:00:00",
    "2026-13-45 99:99:99",
    "9999-12-31 23:59:59",
    "0001-01-01 00:00:00",
    "2026-10-25 02:30:00",
    "2026-03-29 02:30:00",
    "{\\rtf1 x",
    "\\",
    "../..",
    "a" * 64 + "@" + "b" * 260,
    "@",
    "é@é.fr",
)
"""Values of a field."""

NUMBERS: Final = (
    "",
    "0",
    "-0",
    "-1",
    "1",
    "0.000001",
    "0.0000001",
    "99999999999.999999",
    "999999999999999999",
    "1e17",
    "1E+30",
    "-1e30",
    "1e-30",
    "NaN",
    "sNaN",
    "Infinity",
    "1,5",
    "1_0",
    "１２",
    "²",
    "9" * 40,
    "9" * 5_000,
    "0." + "3" * 60,
    "abc",
    " ",
    "\x00",
)
"""Values of an amount or a quantity."""

_XML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">\n'
    '<products>\n<product>\n<id><![CDATA[1]]></id>\n<price><![CDATA[10.5]]></price>\n<name><language id="1">'
    "<![CDATA[Nom]]></language></name><associations><categories><category><id>2</id></category></categories>"
    "</associations>\n</product>\n</products>\n</prestashop>\n"
)
_V1 = json.dumps({"channel": "shell", "header": {"msg_type": "comm_msg"}, "content": {"data": {"method": "custom"}}})

SEEDS: Final = {
    "rtf": [
        rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Arial;}}\f0\b Gras\b0\par \u8364? \'e9{\*\x y}\pard}",
        b"<p>Un <b>texte</b> &eacute;</p><table><tr><td>a</td></tr></table>",
        b"Ligne un\n\nLigne deux <3",
    ],
    "filter": [
        b"ID LIKE 'EM%' AND NOT (Caption = 'L''eau' OR SalePriceVatExcluded BETWEEN 1 AND 2.5)",
        b"startswith(Caption,'M') OR FamilyId NOT IN ('A','B')",
        b"caption LIKE '10!%' ESCAPE '!' AND \"xx_web RAYON\" IS NOT NULL",
    ],
    "shop_xml": [
        _XML.encode(),
        _XML.replace("<name>", "<!-- x --><?pi y?><name>").encode(),
        _XML.replace("10.5", "10\x01").encode("latin-1"),
        b'<prestashop xmlns:xlink="http://www.w3.org/1999/xlink"><errors><error><code>32</code><message>x</message>'
        b"</error></errors></prestashop>",
        b'<prestashop><api shopName="x"><products get="true" post="false"/></api></prestashop>',
    ],
    "sandbox_xml": [_XML.replace("<products>\n", "").replace("</products>\n", "").encode(), b"xml=<prestashop/>"],
    "import_file": [
        b'Code (tiers);Nom;Montant\r\nC1;"Du;pont";1,50\r\n',
        ";".join(f'"{n}"' for n in ("Code", "Nom")).encode() + b"\r\n",
        b'a"b\x1fc;d\x1fe\r\nf',
    ],
    "erp_answer": [
        b'{"Id": "A1", "Price": 12.340000000000, "Ok": true, "Date": "2026-11-25T10:00:00", "X": null, "N": -1e3}',
        b'{"errors": [{"errorCode": "ERR_X", "message": "x"}], "statusCode": 400}',
        b"[" * 200 + b"]" * 200,
    ],
    "settings_file": [
        b"id: fuzz\nname: Fuzz\narticles:\n  stocks:\n    warehouses: [D1]\norders:\n  totals: {ceiling: '0.05'}\n",
        b'articles.stocks.warehouses\n["D1"]',
        b'orders.maps.taxes\n{"1": "TVA20"}',
    ],
    "page_message": [_V1.encode(), b"\x07" + b"\x00" * 70],
    "log_text": [
        b'Authorization: Bearer abc.def\r\n{"token": "x", "password": "y\\"z"} https://u:p@h/x?ws_key=AAA&b=1',
        b"<passwd>x</passwd><secure_key>y</secure_key>",
        b"Traceback x\nhttpx.ConnectError: https://a:b@c/",
    ],
    "http_head": [b"120", b"Wed, 25 Nov 2026 10:00:00 GMT", b"Wed, 99 Nov 99999 10:00:00 +9999", b"1e400"],
    "where_tree": [
        b"type: ImbricationFilter\noperator: And\nleft: {type: CustomFilter, column: Id, operator: In,"
        b" valueType: String, value: ['a']}\nright: {type: CustomFilter, column: SalePriceVatExcluded,"
        b" operator: Between, valueType: Decimal, value: ['1', '2.5']}\n",
        b"&a [*a]",
    ],
}
"""Inputs that atheris and hypothesis start from."""

_LAUGH = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_ALIASES = "".join(f"{c}: &{c} [{','.join(['*' + b] * 9)}]\n" for b, c in zip("abcdefgh", "bcdefghi", strict=True))

KNOWN: Final = {
    "shop_xml": [
        # Comments, instructions and references of entities were taken for fields.
        _XML.replace("<price>", "<!-- x --><price>").replace("10.5", "10<!-- x -->.5").encode(),
        # Entities in attributes grow even where none is resolved.
        f'<?xml version="1.0"?><!DOCTYPE prestashop [<!ENTITY l0 "lol">{_LAUGH}]><prestashop><products>'
        '<product id="&l9;">'
        "<id>1</id><name>&l9;</name></product></products></prestashop>".encode(),
        "<prestashop><errors><error><code>²</code><message>x</message></error></errors></prestashop>".encode(),
        f"<prestashop><errors><error><code>{'9' * 5_000}</code></error></errors></prestashop>".encode(),
    ],
    "sandbox_xml": [
        f'<?xml version="1.0"?><!DOCTYPE prestashop [<!ENTITY l0 "lol">{_LAUGH}]><prestashop><product x="&l9;">'
        "<id>1</id><price>&l9;</price></product></prestashop>".encode(),
        f"<prestashop><product><id>1</id><price>{'9' * 5_000}</price></product></prestashop>".encode(),
        b"<prestashop><product><id>1</id><price>Infinity</price></product></prestashop>",
        f"<prestashop><product><id>1</id><id_category_default>{'9' * 5_000}</id_category_default></product>"
        "</prestashop>".encode(),
    ],
    "erp_answer": [
        b"[" * 50_000,
        b'{"a": "\\ud800", "\\udfff": ["\\ud83d\\ude00"]}',
        b'{"a": "0001-01-01T00:00:00+23:00", "b": "9999-12-31T23:59:59-23:00"}',
        b'{"a": 123456789012345678901234567.1234567, "b": 1e999999, "c": 1e-999999, "d": 0e999999}',
    ],
    "settings_file": [
        b"a: 2026-13-45",
        b"id: &a [*a]",
        b"[" * 3_000,
        b"a: !!timestamp 9",
        b"orders: {2020-01-01: 1}",
        b"2020-01-01: 1",
        _ALIASES.encode(),
        b"name: {2020-01-01: 1}",
        f"keep_days\n{'9' * 5_000}".encode(),
        b"name\n" + b"[" * 3_000,
    ],
    "where_tree": [
        b"a: !!timestamp 9",
        b"[" * 20_000,
        b"left: &a {type: ImbricationFilter, operator: And, left: *a, right: *a}",
    ],
    "http_head": [b"99999999999995 Nov 2 1:2 10", b"1e999", b"nan", b"-5"],
    "log_text": [b"<passwd>" * 5_000, b"a" * 100_000, b'"token": \'' * 5_000, b"<passwd " * 5_000],
}
"""Inputs that broke a target once."""
