"""Fields of the two connections: addresses, credentials, what each side is told apart by (SHOP-10, ERP-01)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from atoosync_lab.connectors import plugins
from atoosync_lab.connectors.plugins import OptionField, SecretField
from atoosync_lab.kit.choices import Choice
from atoosync_lab.kit.form import Field, FieldError
from atoosync_lab.model.i18n import translate
from atoosync_lab.model.reference_lists import ListName
from atoosync_lab.runs.session import Session
from atoosync_lab.workbench import lists
from atoosync_lab.workbench.profile_fields import zones

_LONGEST_SECRET = 400
_HOST = re.compile(r"[A-Za-z0-9.\-_\[\]:]+")


def address(value: str) -> None:
    """Refuse what cannot be an address of a server.

    Raises:
        FieldError: it has spaces, another scheme, or no host.
    """
    if not value:
        return
    parts = urlsplit(value if "://" in value else f"https://{value}")
    if parts.scheme not in ("http", "https") or not parts.netloc or not _HOST.fullmatch(parts.netloc):
        raise FieldError("connect.not_an_address")
    try:
        _ = parts.port
    except ValueError as error:
        raise FieldError("connect.not_an_address") from error


def shop(session: Session) -> Sequence[Field]:
    """The shop: address, credentials and settings of its system, which shop of several, its time zone, traces."""
    plugin = plugins.shop(session.profile.shop.system)
    return (
        Field(
            "shop.url", "text", "connect.field.shop_url", "connect.help.shop_url", max_length=500,
            placeholder="connect.example.shop_url", check=address,
        ),
        *_secrets(plugin.secrets),
        *(_option(session, option) for option in plugin.options),
        *_which_shop(session),
        Field(
            "shop.timezone", "choice", "connect.field.timezone", "connect.help.timezone", choices=zones, required=True
        ),
        Field("shop.debug", "switch", "connect.field.debug", "connect.help.debug"),
    )  # fmt: skip


def erp(session: Session) -> Sequence[Field]:
    """The ERP: credentials of its API and folder; its address, where a publisher does not run all of them."""
    plugin = plugins.erp(session.profile.erp.system)
    folder = (
        Field(
            "erp.folder", "choice", "connect.field.folder", "connect.help.folder",
            choices=lambda: _folders(session), gone=lambda v: lists.gone(session, "erp", ListName.FOLDERS, v),
        )
        if plugin.signs_in
        else Field("erp.folder", "text", f"{plugin.system}.field.folder", f"{plugin.system}.field.folder.help",
                   max_length=100, required=True)
    )  # fmt: skip
    own = Field(
        "erp.api_url", "text", f"{plugin.system}.field.api_url", f"{plugin.system}.field.api_url.help", max_length=500,
        required=True, check=address,
    )  # fmt: skip
    return (
        *(() if plugin.signs_in else (own,)),
        *_secrets(plugin.secrets),
        folder,
        Field("erp.debug", "switch", "connect.field.debug", "connect.help.debug"),
    )  # fmt: skip


def advanced(session: Session) -> Sequence[Field]:
    """What only a sandbox or another registration at the ERP's publisher changes."""
    case = Field("erp.case_sensitive", "switch", "connect.field.case_sensitive", "connect.help.case_sensitive")
    if not plugins.erp(session.profile.erp.system).signs_in:
        return (replace(case, fold="connect.advanced"),)
    fields = (
        Field(
            "erp.login_url", "text", "connect.field.login_url", "connect.help.login_url", required=True, check=address
        ),
        Field("erp.api_url", "text", "connect.field.api_url", "connect.help.api_url", required=True, check=address),
        Field(
            "erp.redirect_uri", "text", "connect.field.redirect_uri", "connect.help.redirect_uri", required=True,
            check=address,
        ),
        Field("erp.pkce", "switch", "connect.field.pkce", "connect.help.pkce"),
        case,
    )  # fmt: skip
    return tuple(replace(field, fold="connect.advanced") for field in fields)


def _secrets(fields: Sequence[SecretField]) -> tuple[Field, ...]:
    return tuple(Field(f.name, "secret", f.label, f"{f.label}.help", max_length=_LONGEST_SECRET) for f in fields)


def _option(session: Session, option: OptionField) -> Field:
    """A setting of one system alone; where it has choices, nothing chosen is its default."""
    name = f"shop.options.{option.name}"
    words = {value: _word(option, value) for value in option.choices}
    found = [Choice(value, words[value]) for value in option.choices]
    if option.choices_from is not None:
        found = list(lists.choices(session, "shop", option.choices_from))
    if not found:
        return Field(name, "text", option.label, f"{option.label}.help", max_length=200)
    default = words.get(option.default, option.default)
    first = translate("connect.option_default", {"default": default}) if default else translate("connect.option_none")
    choices = (Choice("", first), *found)
    return Field(name, "choice", option.label, f"{option.label}.help", choices=lambda: choices)


def _word(option: OptionField, value: str) -> str:
    """How a value is shown."""
    code = f"{option.label}.{value}"
    word = translate(code)
    return value if word == code else word


def _which_shop(session: Session) -> tuple[Field, ...]:
    """Which shop of an installation; a system that has been read and lists no second one holds one."""
    read = lists.of(session, "shop")
    if read.lists and len(read.get(ListName.SHOPS)) < 2 and not session.profile.shop.shop_id:
        return ()
    return (
        Field(
            "shop.shop_id", "choice", "connect.field.shop_id", "connect.help.shop_id",
            choices=lambda: _shops(session), gone=lambda v: lists.gone(session, "shop", ListName.SHOPS, v),
        ),
    )  # fmt: skip


def _shops(session: Session) -> tuple[Choice, ...]:
    return lists.choices(session, "shop", ListName.SHOPS, empty_label=translate("connect.shop_of_address"))


def _folders(session: Session) -> tuple[Choice, ...]:
    """Folders as number and name."""
    return tuple(
        Choice(item.id, f"{item.id} - {item.label}" if item.label != item.id else item.id)
        for item in lists.of(session, "erp").get(ListName.FOLDERS)
    )
