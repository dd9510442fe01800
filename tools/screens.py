"""Pictures of every notebook and dashboard, light, dark and as on a phone, into `docs/screens/`: `make screens`.

Over a demonstration that has been worked with. Not a test: people look at them beside the mock-ups.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from tests.pages import browsing, furnished  # noqa: E402
from tests.pages.servers import lab  # noqa: E402

FOLDER = ROOT / "docs" / "screens"
COLOURS = 128
"""Pictures are kept with so many colours: a fifth of their size, and the eye sees no difference on flat pages."""


@dataclass(frozen=True, slots=True)
class Look:
    """One way to look at a page."""

    name: str
    width: int
    height: int
    dark: bool = False


LOOKS = (Look("light", 1280, 900), Look("dark", 1280, 900, dark=True), Look("phone", 390, 844))
TALLEST = 4200
"""Pixels of the tallest picture: a long page is cut there."""


def main(wanted: Sequence[str]) -> int:
    """Take the pictures of the pages named (`notebooks/preview`), or of all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="screens-") as name,
        furnished.demonstration(Path(name) / "home") as demo,
        sync_playwright() as playwright,
    ):
        folder = Path(name)
        chromium = playwright.chromium.launch(executable_path=str(browsing.CHROMIUM), args=list(browsing.ARGUMENTS))
        notebooks = folder / "notebooks"
        notebooks.mkdir()
        names = furnished.copy_notebooks(notebooks, demo)
        with lab(folder / "lab", demo.home, notebooks, whole=True) as server:
            for page in names:
                if not wanted or f"notebooks/{page}" in wanted:

                    def opened(tab: Page, look: Look, page: str = page) -> int:
                        browsing.open_in_lab(tab, server, page, dark=look.dark)
                        browsing.run_all(tab)
                        return int(tab.evaluate(browsing.LAB_HEIGHT))

                    _pictures(chromium, f"notebooks-{page}", opened)
        dashboards = folder / "dashboards"
        boards = furnished.copy_dashboards(dashboards)
        with furnished.boards(folder / "voila", demo.home, dashboards) as server:
            for page in boards:
                if not wanted or f"dashboards/{page}" in wanted:

                    def shown(tab: Page, look: Look, page: str = page) -> int:
                        furnished.open_board(tab, server, page)
                        return int(tab.evaluate("() => document.documentElement.scrollHeight"))

                    _pictures(chromium, f"dashboards-{page}", shown)
        chromium.close()
    return 0


def _pictures(chromium: Browser, name: str, opened: Callable[[Page, Look], int]) -> None:
    """One picture a look; `opened` shows the page and says how tall it would like to be."""
    for look in LOOKS:
        context = chromium.new_context(
            viewport={"width": look.width, "height": look.height},
            locale="fr-FR",
            color_scheme="dark" if look.dark else "light",
            reduced_motion="reduce",
        )
        tab = context.new_page()
        try:
            tall = min(max(opened(tab, look), look.height), TALLEST)
            tab.set_viewport_size({"width": look.width, "height": tall})
            tab.wait_for_timeout(400)
            _keep(tab.screenshot(), FOLDER / f"{name}-{look.name}.png")
            print(f"{name}-{look.name}.png", flush=True)
        except Exception as error:  # noqa: BLE001  one page that fails must not keep the others from being seen
            print(f"{name}-{look.name}: {error}", file=sys.stderr, flush=True)
        finally:
            context.close()


def _keep(picture: bytes, path: Path) -> None:
    with Image.open(io.BytesIO(picture)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
