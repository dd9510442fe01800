"""atoosync_lab: an open workbench that links web shops to ERPs by capture, plan and apply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atoosync_lab.runs.workspace import open_profile as open

__version__ = "0.1.0"
__all__ = ["__version__", "open"]


def __getattr__(name: str) -> Any:
    """Load `open` on first use, so that importing the package stays cheap."""
    if name == "open":
        from atoosync_lab.runs.workspace import open_profile

        return open_profile
    raise AttributeError(f"module 'atoosync_lab' has no attribute {name!r}")
