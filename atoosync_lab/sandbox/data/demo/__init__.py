"""The demonstration: an invented delicatessen, its shop and its folder, made from fixed seeds and one date."""

from atoosync_lab.sandbox.data.demo.facts import facts
from atoosync_lab.sandbox.data.demo.profile import demo_settings

__all__ = ["demo_settings", "facts"]
