"""A form: fields, what is saved, what was typed since, and what is wrong with it. Pure: no page, no store.

What a person typed is kept as typed until it is saved or undone, whatever is wrong with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from atoosync_lab.kit.fields import Field, FieldError, Kind, parse, text_of
from atoosync_lab.kit.form_rows import PART, row
from atoosync_lab.kit.markup import Html, join, tag
from atoosync_lab.model.i18n import Message, translate

__all__ = ["Field", "FieldError", "Form", "Kind", "parse", "row", "text_of"]

LONGEST = 100_000
"""Characters of one entry; more is no typing."""


class Form:
    """The draft of some fields.

    Args:
        fields: the fields, in order.
        values: what is saved, by field name.
        secrets_kept: names of secret fields that hold a stored value.
        language: language of the reader.
    """

    def __init__(
        self,
        fields: Sequence[Field],
        values: Mapping[str, Any],
        *,
        secrets_kept: Sequence[str] = (),
        language: str | None = None,
    ) -> None:
        self.fields = tuple(fields)
        self._by_name = {field.name: field for field in self.fields}
        self._saved = {field.name: values.get(field.name) for field in self.fields}
        self._language = language
        self._texts: dict[str, str] = {}
        self._refused: dict[str, Message] = {}
        self._turn = 0
        self.secrets_kept = set(secrets_kept)

    def __repr__(self) -> str:
        return f"Form({', '.join(self._by_name)})"

    def field(self, name: str) -> Field:
        """The field of that name.

        Raises:
            KeyError: there is none.
        """
        return self._by_name[name]

    def set(self, name: str, text: str) -> bool:
        """Take what the browser says a control holds; an unknown name is dropped.

        Args:
            name: the field; `name::value` for one box of several choices.
            text: what it holds; `1` or empty for a box.
        """
        name, several, value = name.partition(PART)
        field = self._by_name.get(name)
        if field is None or len(text) > LONGEST:
            return False
        if several:
            if field.kind != "choices":
                return False
            try:
                chosen = [item for item in json.loads(self.text(name) or "[]") if item != value]
            except ValueError:
                chosen = []
            text = json.dumps([*chosen, value] if text == "1" else chosen, ensure_ascii=False)
        self._texts[name] = text
        self._refused.pop(name, None)
        return True

    def text(self, name: str) -> str:
        """What the control of a field holds."""
        if name in self._texts:
            return self._texts[name]
        return text_of(self._by_name[name], self._saved[name], self._language)

    def saved(self, name: str) -> Any:
        """The value that is saved."""
        return self._saved[name]

    def error(self, name: str) -> Message | None:
        """What is wrong with what was typed; None: nothing, or nothing was typed."""
        if name in self._refused:
            return self._refused[name]
        if not self._is_changed(name):
            return None
        try:
            self._parsed(name)
        except FieldError as error:
            return error.message
        return None

    def errors(self) -> dict[str, Message]:
        """What is wrong, by field; fields that are not shown are not judged."""
        shown = {field.name for field in self.shown()}
        found = {name: self.error(name) for name in self._by_name if name in shown}
        return {name: message for name, message in found.items() if message is not None}

    def refuse(self, errors: Mapping[str, Message]) -> None:
        """Put the model's own sentences beside the fields they are about."""
        self._refused.update({name: message for name, message in errors.items() if name in self._by_name})

    def peek(self) -> dict[str, Any]:
        """Values on screen; where an entry is wrong, the saved one."""
        values = {}
        for name in self._by_name:
            try:
                values[name] = self._parsed(name) if self._is_changed(name) else self._saved[name]
            except FieldError:
                values[name] = self._saved[name]
        return values

    def shown(self) -> list[Field]:
        """The fields that the values on screen ask for."""
        values = self.peek()
        return [field for field in self.fields if field.when is None or field.when(values)]

    def values(self) -> dict[str, Any]:
        """Every value on screen.

        Raises:
            FieldError: an entry is wrong; the first one.
        """
        return {name: self._parsed(name) if self._is_changed(name) else self._saved[name] for name in self._by_name}

    def changed(self) -> dict[str, Any]:
        """Values that differ from what is saved, by name; those of fields that are not shown are left alone.

        Raises:
            FieldError: one of them is wrong.
        """
        return {name: self._parsed(name) for name in self.dirty_names()}

    def dirty(self) -> bool:
        """Something was typed that is not saved, right or wrong."""
        return bool(self.dirty_names())

    def dirty_names(self) -> list[str]:
        """Fields whose entry differs from what is saved."""
        return [field.name for field in self.shown() if self._is_changed(field.name)]

    def reset(self) -> None:
        """Back to what is saved."""
        self._texts.clear()
        self._turn += 1
        self._refused.clear()

    def forget(self, name: str) -> None:
        """One field back to what is saved."""
        self._texts.pop(name, None)
        self._refused.pop(name, None)

    def rebase(self, values: Mapping[str, Any]) -> None:
        """Take other values as the saved ones; what was typed stays typed."""
        self._saved = {name: values.get(name) for name in self._by_name}
        for name in list(self._texts):
            if not self._is_changed(name):
                self.forget(name)

    def html(
        self,
        *,
        notes: Mapping[str, Message] | None = None,
        beside: Mapping[str, Html] | None = None,
        enter: str = "",
        disabled: bool = False,
    ) -> Html:
        """Every row that is shown.

        Args:
            notes: further sentences by field.
            beside: more HTML by field, below its control.
            enter: action that Enter in a control sends.
            disabled: rows are shown but not editable.
        """
        parts: list[Html] = []
        for fold, fields in groupby(self.shown(), lambda field: field.fold):
            rows = [
                self.row(
                    field.name,
                    note=(notes or {}).get(field.name),
                    beside=(beside or {}).get(field.name),
                    enter=enter,
                    disabled=disabled,
                )
                for field in fields
            ]
            parts.extend([self._folded(fold, rows)] if fold else rows)
        return join(*parts)

    def _folded(self, fold: str, rows: Sequence[Html]) -> Html:
        title = translate(fold, None, self._language)
        return tag("details", tag("summary", title, data_at_key=f"fold-{fold}"), *rows, class_="fold")

    def row(
        self,
        name: str,
        *,
        note: Message | None = None,
        beside: Html | None = None,
        enter: str = "",
        disabled: bool = False,
    ) -> Html:
        """One row, for forms that lay out their fields themselves."""
        field = self._by_name[name]
        text = self.text(name)
        return row(
            field,
            text,
            self.error(name),
            note=note or (field.gone(text) if field.gone is not None and text else None),
            beside=beside,
            secret_kept=name in self.secrets_kept,
            turn=self._turn,
            enter=enter,
            disabled=disabled,
            language=self._language,
        )

    def _is_changed(self, name: str) -> bool:
        if name not in self._texts:
            return False
        field = self._by_name[name]
        text = self._texts[name]
        if field.kind == "secret":
            return bool(text)
        if text == text_of(field, self._saved[name], self._language):
            return False
        try:
            return bool(self._parsed(name) != _comparable(self._saved[name]))
        except FieldError:
            return True

    def _parsed(self, name: str) -> Any:
        field = self._by_name[name]
        saved = _comparable(self._saved[name])
        kept: Sequence[str] = saved if isinstance(saved, tuple) else [str(saved)] if saved else []
        return parse(field, self._texts.get(name, self.text(name)), kept=kept)


def _comparable(value: Any) -> Any:
    """A saved value in the shape that parsing gives."""
    if isinstance(value, list):
        return tuple(value)
    return getattr(value, "value", value)
