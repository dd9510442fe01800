"""Several surfaces one under another, as one page: views, tables and charts that share a ground and a width."""

from __future__ import annotations

from typing import Any

import ipywidgets  # type: ignore[import-untyped]

from atoosync_lab.kit.markup import Html


class Stack(ipywidgets.VBox):  # type: ignore[misc]
    """Surfaces under one another.

    Args:
        *widgets: Views, Grids, Charts or Stacks.
        joined: one card: head, table and foot without space between them.
    """

    def __init__(self, *widgets: ipywidgets.DOMWidget, joined: bool = False) -> None:
        super().__init__(children=widgets)
        for name in ("at", "at-stack", *(("at-joined",) if joined else ())):
            self.add_class(name)

    @property
    def html(self) -> Html:
        """All surfaces as plain HTML, for executed copies."""
        return Html("".join(str(getattr(child, "html", "")) for child in self.children))

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        if bundle is None:
            return bundle
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/html": f'<div class="at">{self.html}</div>', "text/plain": "Stack"}, metadata
