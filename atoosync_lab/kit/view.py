"""The one widget of the pages: Python renders escaped HTML, the browser shows it and tells what was pressed.

The ESM is one class for all surfaces (it travels once a class), it downloads nothing, and it works alike in JupyterLab,
in Voila and in an executed copy: beside the widget, the output holds the same page as plain HTML.

What content may carry (every control has its own `data-at-key`, by which focus and typing survive a repaint):

| Attribute | What happens |
| --- | --- |
| `data-at-do`, `data-at-value` | a click calls that action with the value |
| `data-at-input` | typing calls that action with what stands there |
| `data-at-field` | a form control calls `on_field(name, value)`: text after a pause or on leaving, a choice at once; a check box says "1" or "", a list of several its values by line |
| `data-at-enter` | Enter calls that action with `data-at-value`, else with what stands there |
| `data-at-reveal` | a click shows or hides what was typed in the password field of that name |
| `data-commandlinker-…` | left to JupyterLab, see `kit/links.py` |

What was typed is sent before the click that follows it. A password stays in the browser's field until the field gets
another `data-at-key`; its value is never part of the HTML.
"""  # noqa: E501

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from atoosync_lab.kit.markup import Html, tag
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import translate

_HERE = Path(__file__).resolve().parent
STYLES = (
    "tokens.css",
    "components.css",
    "view.css",
    "pieces.css",
    "form.css",
    "runs.css",
    "maps.css",
    "tab.css",
    "schedule.css",
)
"""Style sheets of all surfaces, in their order."""

LONGEST = 200_000
"""Characters of a value that a page takes from the browser."""

Do = Callable[[str], None]
"""What a control does; given the value it carries, or what was typed."""

OnField = Callable[[str, str], None]
"""What a form control does; given the name of its field and what it says now."""

_LOG = logging.getLogger(__name__)


def styles(*more: str) -> str:
    """The style sheets as one text; `more`: files of this folder after them."""
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in (*STYLES, *more))


class View(anywidget.AnyWidget):
    """A surface that shows `html` and calls `actions` by name.

    Args:
        html: first content.
        actions: what `data-at-do`, `data-at-input` and `data-at-enter` of the content may call.
        on_field: what hears the controls with `data-at-field` that the content shows.
    """

    _esm = _HERE / "view.js"
    _css = styles()

    html = traitlets.Unicode("").tag(sync=True)
    revision = traitlets.Int(0).tag(sync=True)
    heard = traitlets.Int(0).tag(sync=True)
    notice = traitlets.Unicode("").tag(sync=True)
    address = traitlets.Unicode("").tag(sync=True)

    def __init__(self, html: Html, actions: Mapping[str, Do] | None = None, on_field: OnField | None = None) -> None:
        super().__init__(html=str(html))
        self._actions = dict(actions or {})
        self._on_field = on_field
        self.on_msg(self._received)

    def show(self, html: Html) -> None:
        """Replace the content."""
        with self.hold_sync():
            self.html = str(html)
            self.revision += 1

    def show_address(self, query: str) -> None:
        """Write filters into the address of a dashboard (`?etat=failed`); a notebook's address stays as it is."""
        self.address = query

    def _received(self, _: object, content: Mapping[str, Any], buffers: object) -> None:
        """A message of the browser; anything but a known action or a shown field with a text is dropped."""
        try:
            self._dispatch(content)
            if self.notice:
                self.notice = ""
        except Exception as error:  # noqa: BLE001  a page stays in use whatever one of its actions does
            self.notice = str(failure(error))
        finally:
            self.heard += 1

    def _dispatch(self, content: Mapping[str, Any]) -> None:
        action, field, value = content.get("do"), content.get("field"), content.get("value")
        if not isinstance(value, str) or len(value) > LONGEST:
            return
        if isinstance(action, str) and action in self._actions:
            self._actions[action](value)
        elif isinstance(field, str) and self._on_field is not None and self._shows(field):
            self._on_field(field, value)

    def _shows(self, field: str) -> bool:
        return f'data-at-field="{escape(field, quote=True)}"' in self.html

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        if bundle is None:
            return bundle
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/html": f'<div class="at">{self.html}</div>', "text/plain": "View"}, metadata


def failure(error: Exception) -> Html:
    """What a page says of an action that failed: the sentence of ours, else that something unexpected happened."""
    if isinstance(error, AtooSyncError):
        sentence = str(error)
    else:
        # What went wrong is for the log: a trace may quote values, and a page shows none.
        _LOG.info("an action of a page failed", exc_info=error)
        sentence = translate("kit.unexpected")
    return tag("div", tag("p", sentence), class_="banner banner-block at-notice")
