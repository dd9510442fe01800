"""Floor 1: the profile model, one file a tab of the manual. No I/O."""

from atoosync_lab.settings.profile import Profile

__all__ = ["Profile"]
