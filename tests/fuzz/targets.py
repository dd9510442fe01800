"""What is fuzzed: functions of bytes that pass, or raise what their room does not promise.

Each takes any bytes. It returns when the room gave a value or its own typed error, and raises when the room did
something else, or when what it gave contradicts itself. `tests/fuzz/test_targets.py` runs them on examples,
`tests/fuzz/guided.py` on inputs that atheris finds.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

import duckdb
import httpx
from lxml import etree

from atoosync_lab.boards import access
from atoosync_lab.cli.validation import changed, from_text
from atoosync_lab.connectors import http_answers
from atoosync_lab.connectors.erps.ebp import csv_file, values
from atoosync_lab.connectors.erps.ebp import filters as erp_filters
from atoosync_lab.connectors.erps.ebp.errors import problem_of
from atoosync_lab.connectors.redaction import Redactor
from atoosync_lab.connectors.shops.prestashop import wire
from atoosync_lab.mapping import filters, texts
from atoosync_lab.mapping.rtf import clean_html, convert
from atoosync_lab.model.errors import FilterError, SettingsError
from atoosync_lab.model.filters import Filter
from atoosync_lab.sandbox.ebp import headings as erp_headings
from atoosync_lab.sandbox.ebp.errors import ApiError
from atoosync_lab.sandbox.ebp.filters import compile_where
from atoosync_lab.sandbox.ebp.importfile import FileRefusedError, RecordRefusedError, read_file, read_value
from atoosync_lab.sandbox.ebp.schema import Column, Kind
from atoosync_lab.sandbox.prestashop import writing
from atoosync_lab.sandbox.prestashop.errors import PlainError, WebserviceError
from atoosync_lab.sandbox.prestashop.fields import catalogue
from atoosync_lab.sandbox.prestashop.values import stored
from tests.fuzz.hostile import COLUMNS, PROFILE

LONGEST: Final = 64_000
"""Bytes of an input: beyond what a person writes; what is slow at this size is slow by its shape."""

_NAMES: Final[Mapping[str, str]] = {name.lower(): name for name in COLUMNS}
_RULES: Final = (
    texts.TextRules(max_length=128, forbidden="<>;=#{}", four_bytes=False),
    texts.TextRules(max_length=40, html=True, single_line=False),
)
_ZONE: Final = ZoneInfo("Europe/Paris")


def rtf(data: bytes) -> None:
    """Texts of the ERP: read, cleaned, cut; what comes out is clean already."""
    text = data.decode("utf-8", "replace")
    read = convert(text)
    if clean_html(read.html) != read.html:
        raise AssertionError("cleaning the clean text changed it")
    for rules in _RULES:
        fitted = texts.clean(text, rules).text
        if rules.max_length is not None and len(fitted) > rules.max_length:
            raise AssertionError(f"{len(fitted)} characters, {rules.max_length} allowed")
        fitted.encode("utf-8")


def filter_text(data: bytes) -> None:
    """A filter expression: what is understood goes to the database, to the ERP, and back to the same text."""
    text = data.decode("utf-8", "replace")
    try:
        found = filters.parse(text, _NAMES, "Id")
    except FilterError as error:
        for language in ("fr", "en"):
            error.message.text(language)
        return
    if found is None:
        return
    again = filters.to_text(found)
    if filters.parse(again, _NAMES, "Id") != found:
        raise AssertionError(f"not read back the same: {again!r}")
    sql, given = filters.to_duckdb(found, lambda column: f'"{column}"')
    _table().execute(f"SELECT count(*) FROM items WHERE {sql}", list(given)).fetchall()
    _to_erp(found)


def _to_erp(found: Filter) -> None:
    """The ERP's own reader takes what is sent, with the same values."""
    sent = erp_filters.sendable(found)
    if sent is None:
        return
    try:
        compile_where(erp_filters.to_yaml(sent), lambda name: (f'"{name}"', Column(name, Kind.TEXT)))
    except ApiError as error:
        raise AssertionError(f"the ERP would refuse what is sent: {error}") from error


_CONNECTION: list[duckdb.DuckDBPyConnection] = []


def _table() -> duckdb.DuckDBPyConnection:
    if not _CONNECTION:
        connection = duckdb.connect()
        columns = ", ".join(f'"{name}" VARCHAR' for name in COLUMNS)
        connection.execute(f"CREATE TABLE items ({columns})")
        connection.execute(f"INSERT INTO items VALUES ({', '.join(['?'] * len(COLUMNS))})", ["1"] * len(COLUMNS))
        _CONNECTION.append(connection)
    return _CONNECTION[0]


def shop_xml(data: bytes) -> None:
    """Answers of the shop: records, rights, and whole records sent back."""
    for read in (wire.parse, wire.rights):
        try:
            read(data)
        except wire.WireError:
            continue
    try:
        found = wire.elements(data)
    except wire.WireError:
        return
    for element in found:
        record = wire.to_record(element)
        if not all(isinstance(name, str) and isinstance(value, str) for name, value in record.values.items()):
            raise AssertionError(f"no texts: {record.values}")
    sent = wire.rebuild(found, frozenset({"manufacturer_name"}), lambda element: wire.set_node(element, "price", "1"))
    if b"<!DOCTYPE" in sent or b"<!ENTITY" in sent:
        raise AssertionError("a document type is sent back")
    etree.fromstring(sent, etree.XMLParser(resolve_entities=False, huge_tree=True))


def sandbox_xml(data: bytes) -> None:
    """Bodies that a client sends to the shop's sandbox: objects, or one of the shop's errors."""
    resource = _RESOURCES["products"]
    try:
        for node in writing.parse_body(data):
            writing.check_ids("PUT", [node])
            write = writing.Write(None, resource, "POST", 0, {})  # type: ignore[arg-type]
            writing.read_object(write, node, _Open("products"))
            for known in resource.fields.values():
                if known.name in write.sent:
                    stored(known, write.sent[known.name])
    except (WebserviceError, PlainError):
        return


class _Open(writing.Rules):
    """Rules that let every field in."""

    def writable(self, state: Any) -> frozenset[str]:
        return frozenset(_RESOURCES["products"].fields)


_RESOURCES: Final = catalogue("9")


def import_file(data: bytes) -> None:
    """An import file: what we write is read back by the sandbox as it was; what others write is read or refused."""
    text = data.decode("utf-8", "replace")
    cells = text.split("\x1f")
    written = csv_file.file_bytes(["A", *cells[1:]], [csv_file.row(csv_file.cell(cell) for cell in cells)])
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))
    if [len(row) for row in rows if row] != [len(cells)] * len([row for row in rows if row]):
        raise AssertionError(f"{len(cells)} cells became {[len(row) for row in rows]}")
    for content in (data, b"\xef\xbb\xbf" + data):
        try:
            read = read_file(content, erp_headings.CUSTOMER, atoo_key=True)
        except FileRefusedError:
            continue
        for heading, position in read.picks(erp_headings.CUSTOMER):
            for row in read.rows:
                if row[position] and heading.form not in ("code", "storehouse"):
                    try:
                        read_value(heading, row[position], None)  # type: ignore[arg-type]
                    except RecordRefusedError:
                        continue


def erp_answer(data: bytes) -> None:
    """Answers of the ERP: JSON whose numbers stay text, dates, switches, sentences of its errors."""
    response = httpx.Response(400, content=data, headers={"content-type": "application/json"})
    problem_of(response)
    try:
        found = values.parse_json(response.text)
    except ValueError:
        return
    rows = found if isinstance(found, list) else [found]
    for row in rows:
        if not isinstance(row, dict):
            continue
        for name in row:
            values.text(row, name)
            values.flag(row, name)
            values.moment(row, name, _ZONE)
            values.field_text(row[name])
            values.number_text(row[name])
            number = values.number(row, name)
            if number is not None:
                csv_file.number(number)
                if len(csv_file.number(number)) > 60:
                    raise AssertionError("a number of no amount")


def settings_file(data: bytes) -> None:
    """A profile as a file, or one of its settings typed: a profile, or an error that names what is wrong."""
    text = data.decode("utf-8", "replace")
    head, _, tail = text.partition("\n")
    try:
        changed(json.loads(PROFILE), head, tail)
    except SettingsError as error:
        str(error)
    for given in (text, f"id: fuzz\nname: Fuzz\n{text}"):
        try:
            from_text(given, "x.yaml")
        except SettingsError as error:
            str(error)


def page_message(data: bytes) -> None:
    """A message on the channel between a page and its kernel: read and judged, or not taken for one."""
    for protocol in (access.V1, None):
        for message in (data, data.decode("utf-8", "replace")):
            try:
                channel, header, content = access.read(message, protocol)
            except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
                continue  # what the channel closes on
            access.offered(channel, header, content)


def log_text(data: bytes) -> None:
    """Texts for logs: secrets masked in bounded time, whatever stands round them."""
    secret = "s3cr3t-Key-of-32-characters-0001"
    redactor = Redactor([secret])
    text = data.decode("utf-8", "replace")
    for shown in (redactor.text(f"{text} {secret} {text}"), redactor.body(data + secret.encode() + data)):
        if secret in shown:
            raise AssertionError("a secret shows")


def http_head(data: bytes) -> None:
    """Headers of an answer: when to come back, the date, a request id; never what is not a time."""
    text = data.decode("latin-1").replace("\r", "").replace("\n", "").replace("\x00", "")
    headers = {"retry-after": text, "date": text, "x-request-id": text, "content-type": text}
    answer = httpx.Response(429, headers=[(name.encode(), value.encode("latin-1")) for name, value in headers.items()])
    wait = http_answers.retry_after(answer)
    if wait is not None and not 0 <= wait < float("inf"):
        raise AssertionError(f"waits {wait}")
    http_answers.looks_like_html(answer)
    http_answers.request_id(answer)


def where_tree(data: bytes) -> None:
    """Filters that a client sends to the ERP's sandbox: SQL, or one of the ERP's errors."""

    def resolve(name: str) -> tuple[str, Column]:
        if name not in COLUMNS:
            raise ApiError(400, "ERR_COLUMN", "x")
        return f'"{name}"', Column(name, Kind.DEC if name.startswith("Sale") else Kind.TEXT)

    try:
        compile_where(data.decode("utf-8", "replace"), resolve)
    except ApiError:
        return


TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = MappingProxyType(
    {
        "rtf": rtf,
        "filter": filter_text,
        "shop_xml": shop_xml,
        "sandbox_xml": sandbox_xml,
        "import_file": import_file,
        "erp_answer": erp_answer,
        "settings_file": settings_file,
        "page_message": page_message,
        "log_text": log_text,
        "http_head": http_head,
        "where_tree": where_tree,
    }
)
"""Targets by name."""
