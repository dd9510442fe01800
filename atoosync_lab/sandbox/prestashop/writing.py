"""POST, PUT and PATCH: several sibling objects, in order, without a transaction around them.

Source: core method WebserviceRequest::saveEntityFromXml. The order of its steps decides which error shows and what
    is stored in
spite of an error: read-only and required fields, modifiers, language texts (84), other fields (85), save (46),
associations (86).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from atoosync_lab.sandbox.prestashop.errors import WebserviceError, refuse, warning
from atoosync_lab.sandbox.prestashop.fields import Field, Resource
from atoosync_lab.sandbox.prestashop.links import DERIVED
from atoosync_lab.sandbox.prestashop.state import ShopState, association_text
from atoosync_lab.sandbox.prestashop.validation import fault
from atoosync_lab.sandbox.prestashop.values import int_prefix, language_map, language_text, stored

Texts = dict[int, str] | str
# Without `huge_tree`: the parser itself then refuses entities that grow without bound.
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


@dataclass
class Write:
    """One object on its way into the shop.

    Attributes:
        state: The shop.
        resource: Its resource.
        method: POST, PUT or PATCH.
        record: Its id; 0 before a POST has stored it.
        before: The row as stored until now; empty on POST.
        sent: Plain fields of the body, as sent.
        texts: Language fields of the body: by language id, or one plain text.
        lists: Associations of the body: name and items (part by part).
        values: What will be stored, by column.
        echo: What the answer shows where it differs from what was sent.
        params: Query parameters of the request.
    """

    state: ShopState
    resource: Resource
    method: str
    record: int
    before: Mapping[str, Any]
    sent: dict[str, str] = field(default_factory=dict)
    texts: dict[str, Texts] = field(default_factory=dict)
    lists: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    unknown_list: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    echo: dict[str, Any] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    late: WebserviceError | None = None
    """An error that the answer shows although the object is stored."""

    @property
    def creating(self) -> bool:
        """Whether the object is new."""
        return self.method == "POST"

    def given(self, name: str, default: str = "") -> str:
        """A plain field as it will be: sent, else (PATCH) as stored, else the default."""
        if name in self.sent:
            return self.sent[name]
        if self.method == "PATCH":
            return str(self.before.get(name) if self.before.get(name) is not None else default)
        return default

    def number(self, name: str) -> int:
        """A plain field as a whole number."""
        return int_prefix(self.given(name))

    def set(self, name: str, value: Any, *, show: bool = True) -> None:
        """Store a value that the shop decides, and show it in the answer."""
        if name in self.resource.fields:
            self.values[name] = value
            if show:
                self.echo[name] = value


class Rules:
    """What a resource does beyond the general rules. Each method may raise WebserviceError or PlainError.

    Attributes:
        name: The resource.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def writable(self, state: ShopState) -> frozenset[str]:
        """Fields that the schema calls read-only although this version takes them."""
        return frozenset()

    def create(self, write: Write) -> int:
        """Store a new object and return its id."""
        return write.state.insert(write.resource.name, write.values)

    def modify(self, write: Write) -> None:
        """Change the object before it is checked (the shop's modifiers and setters)."""

    def check(self, write: Write) -> None:
        """Refuse an object that passed the general checks."""

    def saved(self, write: Write) -> None:
        """Follow up a stored object, before its associations."""

    def associate(self, write: Write, name: str, items: list[dict[str, str]]) -> bool:
        """Store an association that is worked out from other tables; False leaves it ignored."""
        return False

    def finished(self, write: Write) -> None:
        """Follow up a stored object with its associations."""

    def remove(self, state: ShopState, record: int) -> None:
        """Delete a record."""
        state.delete(self.name, record)


def parse_body(body: bytes) -> list[etree._Element]:
    """The objects of a request body.

    Raises:
        WebserviceError: code 127 when the body is not well-formed.
    """
    content = body.strip()
    if content.startswith(b"xml="):
        content = content[4:]
    try:
        root = etree.fromstring(content, _PARSER)
    except (etree.XMLSyntaxError, ValueError) as error:
        message = f"XML error : String could not be parsed as XML\nXML length : {len(body)}"
        warnings = [warning(f"SimpleXMLElement::__construct(): {error}")] if content else []
        raise WebserviceError(500, [*warnings, (127, message)]) from error
    return [child for child in root if isinstance(child.tag, str)]


def _text(node: etree._Element) -> str:
    return node.text or ""


def body_id(node: etree._Element) -> str:
    """The `<id>` of an object, or an empty text."""
    return (node.findtext("id") or "").strip()


def check_ids(method: str, nodes: list[etree._Element]) -> None:
    """Refuse ids that are forbidden, missing or double (91, 90, 89) before anything is stored."""
    ids = [body_id(node) for node in nodes if body_id(node)]
    if method == "POST":
        if ids:
            raise refuse(400, 91, "id is forbidden when adding a new resource")
        return
    if len(set(ids)) != len(ids):
        raise refuse(400, 89, "id is duplicate in request")
    if len(ids) != len(nodes) or not nodes:
        raise refuse(400, 90, "id is required when modifying a resource")


def read_object(write: Write, node: etree._Element, rules: Rules) -> None:
    """Take the fields, texts and associations out of a body's object.

    Raises:
        WebserviceError: 93 for a read-only field, 41 for an absent required one.
    """
    children = {child.tag: child for child in node if isinstance(child.tag, str)}
    writable = rules.writable(write.state)
    for name, known in write.resource.fields.items():
        child = children.get(name)
        if known.language:
            if child is not None:
                write.texts[name] = _texts(child)
            continue
        if child is not None:
            if known.read_only and name not in writable:
                raise refuse(400, 93, f'parameter "{name}" not writable. Please remove this attribute of this XML')
            write.sent[name] = _text(child)
        elif known.required and write.method != "PATCH":
            raise refuse(400, 41, f'parameter "{name}" required')
    lists = children.get("associations")
    for item in lists if lists is not None else ():
        if not isinstance(item.tag, str):
            continue
        if item.tag not in write.resource.associations:
            write.unknown_list = write.unknown_list or item.tag
            continue
        rows = [
            {part.tag: _text(part) for part in row if isinstance(part.tag, str)}
            for row in item
            if isinstance(row.tag, str)
        ]
        if write.unknown_list is None:
            write.lists[item.tag] = rows


def _texts(node: etree._Element) -> Texts:
    languages = [child for child in node if child.tag == "language"]
    if not languages:
        return _text(node)
    return {int_prefix(child.get("id", "")): _text(child) for child in languages}


def validate(write: Write) -> None:
    """Check texts (84), then the other fields (85).

    Raises:
        WebserviceError: 400 with the first fault.
    """
    newest = write.state.at_least("9")
    default = int_prefix(write.state.config("PS_LANG_DEFAULT", "1"))
    for known in write.resource.fields.values():
        if not known.language:
            continue
        texts = write.texts.get(
            known.name, "" if write.method != "PATCH" else language_map(write.before.get(known.name))
        )
        by_language = texts if isinstance(texts, dict) else {default: texts}
        for language in sorted({default, *by_language}):
            required = known.required and language == default
            wrong = fault(write.resource, known, by_language.get(language, ""), newest=newest, required=required)
            if wrong:
                raise refuse(400, 84, f'Validation error: "{wrong}"')
    for known in write.resource.fields.values():
        if known.language or (known.name not in write.sent and write.method == "PATCH"):
            continue
        wrong = fault(write.resource, known, _for_check(known, write.sent.get(known.name, "")), newest=newest)
        if wrong and (known.name in write.sent or known.required):
            raise refuse(400, 85, f'Validation error: "{wrong}"')


def _for_check(known: Field, text: str) -> str:
    # The zero date passes the shop's date rules.
    return "2000-01-01" if known.kind in ("datetime", "date") and text.startswith("0000-00-00") else text


def collect(write: Write) -> None:
    """Work out the stored values: PUT and POST reset what is absent, PATCH leaves it."""
    languages = write.state.languages()
    partial = write.method == "PATCH"
    for name, known in write.resource.fields.items():
        if known.language:
            texts = write.texts.get(name)
            if texts is None and partial:
                continue
            if isinstance(texts, str):
                texts = dict.fromkeys(languages, texts)
            # A language that the body does not list is emptied, an unknown one ignored.
            write.values[name] = language_text({item: (texts or {}).get(item, "") for item in languages})
        elif name in write.sent:
            write.values[name] = stored(known, write.sent[name])
        elif not partial:
            write.values[name] = stored(known, None)


def stamp(write: Write) -> None:
    """Set the dates that the shop keeps: `date_upd` always, `date_add` when it is empty (also after a PUT without
    it).
    """
    now = write.state.now()
    known = write.resource.fields
    if "date_add" in known and not (
        write.sent.get("date_add") or (write.method == "PATCH" and write.before.get("date_add"))
    ):
        write.set("date_add", now)
    if "date_upd" in known:
        write.set("date_upd", now)


def save(write: Write, rules: Rules) -> None:
    """Check and store one object and its associations."""
    rules.modify(write)
    validate(write)
    collect(write)
    stamp(write)
    rules.check(write)
    if write.creating:
        write.record = rules.create(write)
    else:
        write.state.update(write.resource.name, write.record, write.values)
    rules.saved(write)
    for name, items in write.lists.items():
        if (write.resource.name, name) in DERIVED:
            rules.associate(write, name, items)
        elif not rules.associate(write, name, items):
            parts = [part.name for part in write.resource.associations[name].parts]
            rows = [[_number(item.get(part, "")) for part in parts] for item in items]
            write.state.update(write.resource.name, write.record, {f"a_{name}": association_text(rows)})
    if write.unknown_list:
        write.late = refuse(400, 86, f'The association "{write.unknown_list}" does not exists')
        return
    rules.finished(write)


def _number(text: str) -> Any:
    return int(text) if text.isdecimal() else text
