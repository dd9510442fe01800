"""Ways from one page to another: a notebook opens in JupyterLab, elsewhere the link names its file."""

from __future__ import annotations

import json

from atoosync_lab.kit.markup import Html, Part, tag


def notebook(path: str, *text: Part, class_: str = "link", key: str | None = None, **attributes: str) -> Html:
    """A link that opens a notebook in JupyterLab.

    Args:
        path: file seen from the folder of notebooks, as `orders.ipynb`.
        *text: what the link says.
        class_: its look: `link`, or `btn btn-s` for a button.
        key: its `data-at-key`; the path when left out.
        **attributes: further attributes.
    """
    return tag(
        "a",
        *text,
        href=path,
        class_=class_,
        data_at_key=key or f"open-{path}",
        data_commandlinker_command="docmanager:open",
        data_commandlinker_args=json.dumps({"path": path}),
        **attributes,
    )
