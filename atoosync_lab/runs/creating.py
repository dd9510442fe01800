"""From the wizard's answers to a stored profile (SVC-02); nothing is stored before `create`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from atoosync_lab.connectors import plugins
from atoosync_lab.model.i18n import translate
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.settings import Profile
from atoosync_lab.settings.functions import Functions
from atoosync_lab.settings.profile import ProfileKind

_LONGEST_ID = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the wizard was told."""

    name: str
    kind: ProfileKind = ProfileKind.SALES
    erp: str = "ebp"
    shop: str = "prestashop"
    functions: Functions = field(default_factory=Functions)


def system_title(side: str, system: str) -> str:
    """The name people know of a system.

    Args:
        side: `kind`, `erp` or `shop`.
        system: its name in settings; one that the catalogues do not know takes its plug-in's title.

    Raises:
        SettingsError: nothing knows it.
    """
    code = f"wizard.{side}.{system}"
    known = translate(code)
    if known != code:
        return known
    return plugins.erp(system).title if side == "erp" else plugins.shop(system).title


def default_name(erp: str, shop: str, taken: Collection[str] = ()) -> str:
    """`EBP SaaS x PrestaShop`, with a number when that name is taken.

    Args:
        erp: name of the ERP's system.
        shop: name of the shop's system.
        taken: names in use.
    """
    name = f"{system_title('erp', erp)} x {system_title('shop', shop)}"
    return _free(name, {other.casefold() for other in taken}, " ")


def slug(name: str, taken: Collection[str] = ()) -> str:
    """An id for a profile: lower-case letters, figures and dashes, unlike those in use."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_ID].strip("-") or "profil"
    return _free(base, set(taken), "-")


def _free(base: str, taken: Collection[str], between: str) -> str:
    number, found = 1, base
    while found.casefold() in taken:
        number += 1
        found = f"{base}{between}{number}"
    return found


def with_defaults(document: dict[str, Any]) -> dict[str, Any]:
    """A new profile's settings with those that its two systems set; what the document says itself stays.

    Raises:
        SettingsError: a system is not known.
    """
    both = (plugins.shop(document["shop"]["system"]), plugins.erp(document["erp"]["system"]))
    for path, value in (pair for plugin in both for pair in plugin.defaults.items()):
        *parents, last = path.split(".")
        place = document
        for name in parents:
            place = place.setdefault(name, {})
        place.setdefault(last, value)
    return document


def create(workspace: Workspace, answers: Answers, *, who: str) -> Profile:
    """Store the profile.

    Args:
        workspace: the workbench.
        answers: what the wizard was told.
        who: person at work.

    Raises:
        SettingsError: the name is taken.
        StorageError: the store cannot be written.
    """
    taken = [entry.id for entry in workspace.profiles.list()]
    orders = {"settlements": {"create": answers.functions.orders.enabled and answers.functions.orders.settlements}}
    document = {
        "id": slug(answers.name, taken),
        "name": answers.name,
        "kind": answers.kind,
        "functions": answers.functions,
        "shop": {"system": answers.shop},
        "erp": {"system": answers.erp},
        "orders": orders,
    }
    profile = Profile.model_validate(with_defaults(document))
    workspace.profiles.create(profile, who=who)
    return profile
