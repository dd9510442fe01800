"""The one widget of the pages: Python renders escaped HTML, the browser shows it and tells what was pressed.

The ESM is one class for all surfaces (it travels once a class), it downloads nothing, and it works alike in JupyterLab,
in Voila and in an executed copy: beside the widget, the output holds the same page as plain HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from atoosync_lab.kit.markup import Html

_HERE = Path(__file__).resolve().parent
_STYLES = ("tokens.css", "components.css", "view.css")

Do = Callable[[str], None]
"""What a control does; given the value it carries, or what was typed."""


class View(anywidget.AnyWidget):
    """A surface that shows `html` and calls `actions` by name.

    Args:
        html: first content.
        actions: what `data-at-do` and `data-at-input` of the content may call.
    """

    _esm = _HERE / "view.js"
    _css = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in _STYLES)

    html = traitlets.Unicode("").tag(sync=True)
    revision = traitlets.Int(0).tag(sync=True)

    def __init__(self, html: Html, actions: Mapping[str, Do] | None = None) -> None:
        super().__init__(html=str(html))
        self._actions = dict(actions or {})
        self.on_msg(self._heard)

    def show(self, html: Html) -> None:
        """Replace the content."""
        with self.hold_sync():
            self.html = str(html)
            self.revision += 1

    def _heard(self, _: object, content: Mapping[str, Any], buffers: object) -> None:
        """A message of the browser; anything but a known action with a text is dropped."""
        action, value = content.get("do"), content.get("value")
        if isinstance(action, str) and isinstance(value, str) and action in self._actions:
            self._actions[action](value)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        if bundle is None:
            return bundle
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/html": f'<div class="at">{self.html}</div>', "text/plain": "View"}, metadata
