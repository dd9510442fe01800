"""Line icons, 16 px, drawn in the current colour; always beside a word, hence hidden from screen readers."""

from __future__ import annotations

from atoosync_lab.kit.markup import Html, join, tag

_CIRCLE = ((8, 8, 6),)
_PATHS: dict[str, tuple[tuple[str, ...], tuple[tuple[float, float, float], ...]]] = {
    "plus": (("M8 3v10M3 8h10",), ()),
    "pencil": (("M3 13l.8-3.2L10.6 3l2.4 2.4-6.8 6.8L3 13z",), ()),
    "eye": (("M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8z",), ((8, 8, 2),)),
    "eye-off": (("M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8z", "M2.5 13.5l11-11"), ()),
    "chain": (("M6.5 9.5l3-3", "M7 4.5l1.2-1.2a3 3 0 014.5 4.2L11.5 9", "M9 11.5l-1.2 1.2a3 3 0 01-4.5-4.2L4.5 7"), ()),
    "dash": (("M5 8h6",), _CIRCLE),
    "barred": (("M3.8 3.8l8.4 8.4",), _CIRCLE),
    "tick": (("M3 8.5l3.2 3.2L13 5",), ()),
    "cross": (("M6 6l4 4M10 6l-4 4",), _CIRCLE),
    "clock": (("M8 4.5V8l2.5 1.5",), _CIRCLE),
    "square": (("M4.5 4.5h7v7h-7z",), ()),
    "triangle": (("M8 2.5l6 10.5H2L8 2.5z", "M8 6.5v3M8 11.2v.1"), ()),
    "play": (("M5 3.5l7.5 4.5L5 12.5z",), ()),
    "question": (("M6.3 6.3a1.8 1.8 0 113 1.5c-.9.6-1.3.900-1.3 1.7M8 11.6v.1",), _CIRCLE),
    "info": (("M8 7.5v3.5M8 5v.1",), _CIRCLE),
    "right": (("M6 3.5L10.5 8 6 12.5",), ()),
    "down": (("M3.5 6L8 10.5 12.5 6",), ()),
    "left": (("M10 3.5L5.5 8l4.5 4.5",), ()),
    "arrow": (("M2.5 8h11M9.5 4l4 4-4 4",), ()),
    "refresh": (("M13 8a5 5 0 11-1.5-3.6", "M13.2 2v3h-3"), ()),
}  # fmt: skip


def icon(name: str, size: str = "") -> Html:
    """An icon by name; `size`: `s` or `l`."""
    paths, circles = _PATHS[name]
    shapes = [tag("path", d=d) for d in paths] + [tag("circle", cx=str(x), cy=str(y), r=str(r)) for x, y, r in circles]
    return tag("svg", join(*shapes), class_=f"ic ic-{size}" if size else "ic", viewBox="0 0 16 16", aria_hidden="true")
