"""XML in and out. JSON is never used: it loses zeros, languages and empty lists in ways that change with the version.

What comes in may be broken: control characters, Latin-1 bytes, PHP warnings before the document (PB-32). What can be
read is read; a record that cannot is given apart and does not take its page with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from atoosync_lab.model.keys import whole_number

_WITHOUT_CONTROLS = bytes(32 if byte < 32 and byte not in b"\t\n\r" else byte for byte in range(256))
_NONCHARACTERS = ("\ufffe".encode(), "\uffff".encode())
_BAD_REFERENCE = re.compile(rb"&#(?:x(?:0?[0-8bcefBCEF]|1[0-9a-fA-F])|(?:[0-8]|1[124-9]|2\d|3[01]));")
_END = b"</prestashop>"
_UNSENDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PARSER_OPTIONS = {
    "resolve_entities": False, "no_network": True, "huge_tree": True, "load_dtd": False,
    # No data, but they would be nodes among the fields, and cut a text in two.
    "remove_comments": True, "remove_pis": True,
}  # fmt: skip

Values = dict[str, str]


class WireError(ValueError):
    """The answer is no document of the Webservice."""


class CutError(WireError):
    """The document stops before its end."""


class Record:
    """One record of an answer.

    Attributes:
        values: Plain fields; an empty node is an empty text.
        languages: Fields with languages: field -> language id -> text.
        links: Associations: name -> rows.
    """

    __slots__ = ("languages", "links", "values")

    def __init__(self) -> None:
        self.values: Values = {}
        self.languages: dict[str, Values] = {}
        self.links: dict[str, list[Values]] = {}

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def get(self, name: str) -> str:
        """A plain field, empty when absent."""
        return self.values.get(name, "")


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed answer.

    Attributes:
        records: Readable records, in order.
        broken: Raw starts of records that could not be read, with their ids where these can be seen.
        errors: Codes and sentences of an error answer, in order.
    """

    records: list[Record] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def clean(content: bytes) -> bytes:
    """UTF-8 without control characters and without what stands before the document; bad bytes are read as Windows-1252.

    The declaration goes too, since it may name another encoding, and so does a document type: it could declare
    entities that grow without bound, even where none is resolved.
    """
    start = content.find(b"<prestashop", max(content.find(b"<?xml"), 0))
    if start < 0:
        raise WireError("no document")
    if start:
        content = content[start:]
    content = content.translate(_WITHOUT_CONTROLS)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        content = _decode_mixed(content).encode("utf-8")
    for bad in _NONCHARACTERS:
        content = content.replace(bad, b" ")
    return content


def _decode_mixed(content: bytes) -> str:
    """UTF-8 where it is, Windows-1252 for the bytes that are not: shops hold old imports in Latin-1."""
    text = content.decode("utf-8", "surrogateescape")
    return re.sub("[\udc80-\udcff]", lambda bad: bytes([ord(bad[0]) - 0xDC00]).decode("cp1252", "replace"), text)


def parse(content: bytes) -> Document:
    """Read an answer: a list, siblings (batch), a single record or errors.

    Raises:
        CutError: the document ends too early.
        WireError: this is no document of the Webservice.
    """
    content, rest = _ended(clean(content))
    try:
        root = _root(content)
    except etree.XMLSyntaxError as error:
        if rest.strip():
            raise CutError("the end is only quoted in a text") from error
        return _parse_pieces(_BAD_REFERENCE.sub(b" ", content))
    document = Document(errors=_errors(root))
    for element in _record_elements(root):
        document.records.append(to_record(element))
    return document


def identified(document: Document) -> Document:
    """A list in which every record has its number; one that has none, or another text, counts as broken."""
    lost = [r for r in document.records if whole_number(r.get("id")) is None]
    if not lost:
        return document
    kept = [r for r in document.records if whole_number(r.get("id")) is not None]
    return Document(kept, [*document.broken, *(("", f"id {r.get('id')[:40]!r}") for r in lost)], document.errors)


def elements(content: bytes) -> list[etree._Element]:
    """The records of an answer as elements, to be changed and sent back whole.

    Raises:
        WireError: this is no document of the Webservice.
    """
    content, _ = _ended(clean(content))
    try:
        return _record_elements(_root(content))
    except etree.XMLSyntaxError:
        pass
    try:
        # Only now: in CDATA such a reference is plain text, which must go back as it came.
        return _record_elements(_root(_BAD_REFERENCE.sub(b" ", content)))
    except etree.XMLSyntaxError as error:
        raise WireError(str(error)) from error


def _ended(content: bytes) -> tuple[bytes, bytes]:
    """The document and what follows it: a host that shows PHP notices may add some there too.

    Raises:
        CutError: the document has no end.
    """
    end = content.rfind(_END)
    if end < 0:
        raise CutError("document without end") if b"<prestashop" in content else WireError("no document")
    end += len(_END)
    return content[:end], content[end:]


def _root(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(**_PARSER_OPTIONS))  # type: ignore[arg-type]


def _record_elements(root: etree._Element) -> list[etree._Element]:
    """Records below the root: the children of a list, or siblings that are records themselves."""
    found: list[etree._Element] = []
    for child in root:
        if child.tag == "errors":
            continue
        # A record carries its id, as attribute or as node; the node round a list carries none. Names would not tell:
        # `order_slip` is a resource, and also the node of one record. [LIVE]
        if child.get("id") is not None or child.find("id") is not None:
            found.append(child)
        else:
            found.extend(child)
    return found


def to_record(element: etree._Element) -> Record:
    """One record from its element."""
    record = Record()
    values = record.values
    for name, text in element.attrib.items():
        if name == "id":
            values["id"] = str(text)
    for node in element:
        tag = node.tag
        if len(node) == 0:
            values[tag] = node.text or ""
        elif tag == "associations":
            for links in node:
                record.links[links.tag] = [{str(f.tag): f.text or "" for f in row} for row in links]
        elif node[0].tag == "language":
            record.languages[tag] = {child.get("id", ""): child.text or "" for child in node}
    return record


def _errors(root: etree._Element) -> list[tuple[int, str]]:
    found = []
    for error in root.iterfind("errors/error"):
        code = (error.findtext("code") or "").strip()
        found.append((whole_number(code) or 0, (error.findtext("message") or "").strip()))
    return found


def _parse_pieces(content: bytes) -> Document:
    """Read a page record by record when the page as a whole is not well formed."""
    try:
        root = _root(content)
    except etree.XMLSyntaxError:
        pass
    else:
        document = Document(errors=_errors(root))
        document.records.extend(to_record(e) for e in _record_elements(root))
        return document
    wrapper = re.match(rb"<prestashop[^>]*>\s*<(\w+)[^>]*>\s*<(\w+)", content)
    if wrapper is None:
        raise WireError("no list")
    node = wrapper.group(2)
    document = Document()
    for piece in _pieces(content, node):
        try:
            # Own root with the prefix that links use.
            root = _root(b'<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">' + piece + b"</prestashop>")
        except etree.XMLSyntaxError as error:
            seen = re.search(rb"<id>\s*(?:<!\[CDATA\[)?(\d+)", piece)
            document.broken.append((seen.group(1).decode() if seen else "", str(error)))
        else:
            document.records.append(to_record(root[0]))
    if not document.records and not document.broken:
        raise WireError("no records")
    return document


def _pieces(content: bytes, node: bytes) -> Iterator[bytes]:
    """Each record as it stands: from its start to the end that another record, or the end of the list, follows."""
    starts = re.finditer(rb"<" + node + rb"(?:\s[^<>]*)?>", content)
    ends = re.finditer(rb"</" + node + rb">(?=\s*(?:<" + node + rb"[\s>]|</))", content)
    end = 0
    for start in starts:
        if start.start() < end:
            continue  # a node of the same name inside the record
        while end <= start.start():
            found = next(ends, None)
            if found is None:
                return
            end = found.end()
        yield content[start.start() : end]


def rights(content: bytes) -> dict[str, frozenset[str]]:
    """Resource -> methods in lower case, from the root document that lists what the key may do.

    Raises:
        WireError: this is no document of the Webservice.
    """
    try:
        root = _root(clean(content))
    except etree.XMLSyntaxError as error:
        raise WireError(str(error)) from error
    api = root.find("api")
    if api is None:
        raise WireError("no list of resources")
    return {
        str(node.tag): frozenset(str(name) for name, value in node.attrib.items() if value == "true") for node in api
    }


def build(node: str, records: Sequence[Mapping[str, object]]) -> bytes:
    """A request body: records as siblings under the root, which is how the shop takes batches.

    A value is a text, a mapping language id -> text, or under `associations` a mapping name -> (node, ids).
    Characters that XML cannot hold become spaces.
    """
    root = etree.Element("prestashop")
    for values in records:
        element = etree.SubElement(root, node)
        for name, value in values.items():
            _add(element, name, value)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add(parent: etree._Element, name: str, value: object) -> None:
    if name == "associations":
        block = etree.SubElement(parent, name)
        for link, (node, ids) in cast("Mapping[str, tuple[str, Sequence[str]]]", value).items():
            holder = etree.SubElement(block, link)
            for link_id in ids:
                etree.SubElement(etree.SubElement(holder, node), "id").text = link_id
        return
    element = etree.SubElement(parent, name)
    if isinstance(value, Mapping):
        for language, text in value.items():
            child = etree.SubElement(element, "language", id=str(language))
            child.text = _sendable(str(text))
    else:
        element.text = _sendable(str(value))


def _sendable(text: str) -> str:
    return _UNSENDABLE.sub(" ", text)


def rebuild(
    originals: Sequence[etree._Element], strip: frozenset[str], change: Callable[[etree._Element], None]
) -> bytes:
    """Whole records to send back: as read, less the nodes the shop refuses, with `change` applied to each."""
    root = etree.Element("prestashop")
    for original in originals:
        for node in list(original):
            if node.tag in strip:
                original.remove(node)
            else:
                _drop_attributes(node)
        _drop_attributes(original)
        change(original)
        root.append(original)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _drop_attributes(node: etree._Element) -> None:
    for element in node.iter():
        for name in list(element.attrib):
            if name != "id":
                del element.attrib[name]
        # Whitespace between nodes would be stored nowhere, inside values it would be.
        element.tail = None


def set_node(element: etree._Element, name: str, value: object) -> None:
    """Set a plain field of a record, or the languages of a text; languages not given keep what was read."""
    node = element.find(name)
    if node is None:
        node = etree.SubElement(element, name)
    if not isinstance(value, Mapping):
        for child in list(node):
            node.remove(child)
        node.text = _sendable(str(value))
        return
    for language, text in value.items():
        held = next((c for c in node if c.get("id") == language), None)
        if held is None:
            held = etree.SubElement(node, "language", id=language)
        held.text = _sendable(str(text))
