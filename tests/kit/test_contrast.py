"""Every text and every mark of the tokens can be read on every ground it stands on, light and dark (WCAG 2)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import atoosync_lab.kit as kit

CSS = (Path(kit.__file__).parent / "tokens.css").read_text(encoding="utf-8")
THEMES = {"light": ":root, [data-at-theme", "dark": "[data-jp-theme-light", "auto": '[data-at-theme="auto"]'}

STATUS = ("create", "update", "activate", "deactivate", "link", "skip", "block", "warn")
GROUNDS = ("page", "surface", "sunken", "hover", "selected")
TEXT, MARK = 4.5, 3.0


def pairs() -> list[tuple[str, str, float]]:
    texts = [(text, ground) for text in ("text", "text-2", "text-3", "accent", *STATUS) for ground in GROUNDS]
    texts += [("on-accent", "accent-fill"), ("on-accent", "accent-fill-hover"), ("accent", "accent-soft")]
    texts += [("text", f"{ground}-soft") for ground in ("accent", "del", "ins", *STATUS)]
    texts += [("text-2", "accent-soft"), ("text-3", "selected"), ("block", "accent-soft")]
    texts += [(f"{text}", f"{name}-soft") for name in STATUS for text in ("text-2", name)]
    texts += [("del", "del-soft"), ("ins", "ins-soft")]
    marks = [(mark, ground) for mark in ("border-strong", "focus") for ground in GROUNDS]
    marks += [(f"data-{number}", "surface") for number in range(1, 6)]
    return [(a, b, TEXT) for a, b in texts] + [(a, b, MARK) for a, b in marks]


def colours(theme: str) -> dict[str, str]:
    body = CSS[CSS.index(THEMES[theme]) :]
    return dict(re.findall(r"--at-([\w-]+):\s*(#[0-9A-Fa-f]{6})", body[body.index("{") : body.index("}")]))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_pair_of_tokens_can_be_read(theme: str) -> None:
    named = colours(theme)
    poor = [
        f"{mark} on {ground}: {ratio:.2f} < {least}"
        for mark, ground, least in pairs()
        if (ratio := contrast(named[mark], named[ground])) < least
    ]
    assert not poor, "\n".join(poor)


def test_contrast_is_what_the_standard_says() -> None:
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_themes_name_the_same_colours_and_automatic_dark_is_dark() -> None:
    assert colours("light").keys() == colours("dark").keys()
    assert colours("auto") == colours("dark")


def test_style_sheets_take_their_colours_from_the_tokens() -> None:
    """A colour written elsewhere would be right in one theme only."""
    found = [
        f"{path.name}: {colour}"
        for path in Path(kit.__file__).parent.glob("*.css")
        if path.name != "tokens.css"
        for colour in re.findall(r"(?<![\w&%])#[0-9A-Fa-f]{3,8}\b", path.read_text(encoding="utf-8"))
    ]
    assert not found, found
