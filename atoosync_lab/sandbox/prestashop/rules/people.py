"""Customers and addresses."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from atoosync_lab.sandbox.prestashop.errors import WebserviceError
from atoosync_lab.sandbox.prestashop.state import ZONE, ShopState, association_text
from atoosync_lab.sandbox.prestashop.values import int_prefix
from atoosync_lab.sandbox.prestashop.writing import Rules, Write

_MAIL_USED = "The email is already used, please choose another one"
_HASH_LETTERS = 53


def password_hash(clear: str) -> str:
    """A value with the look of the shop's password hashes (it is none: nobody signs in here)."""
    digest = hashlib.sha256((secrets.token_hex(8) + clear).encode()).hexdigest()
    return "$2y$10$" + (digest * 2)[:_HASH_LETTERS]


class Customers(Rules):
    """Customers: password, key, groups, e-mail in use."""

    def writable(self, state: ShopState) -> frozenset[str]:
        """Before version 9 the key is taken although the schema calls it read-only."""
        return frozenset() if state.at_least("9") else frozenset({"secure_key"})

    def modify(self, write: Write) -> None:
        """Hash a password that is not the stored hash; the rules then see the hash, so that any clear text passes."""
        clear = write.sent.get("passwd", "")
        if clear and clear != write.before.get("passwd"):
            write.sent["passwd"] = password_hash(clear)

    def check(self, write: Write) -> None:
        """Refuse an e-mail in use, set what the shop decides."""
        state = write.state
        self._refuse_used_mail(write)
        changed = state.clock().astimezone(ZONE) - timedelta(hours=6)
        if not write.creating:
            if write.method == "PUT":
                write.values["last_passwd_gen"] = changed.strftime("%Y-%m-%d %H:%M:%S")
            return
        write.set("last_passwd_gen", changed.strftime("%Y-%m-%d %H:%M:%S"))
        write.set("secure_key", secrets.token_hex(16))
        write.set("id_shop", 1)
        write.set("id_shop_group", 1)
        if not write.number("id_lang"):
            write.set("id_lang", int_prefix(state.config("PS_LANG_DEFAULT", "1")))
        if write.number("newsletter"):
            write.set("newsletter_date_add", state.now())
        if write.number("is_guest"):
            write.set("id_default_group", int_prefix(state.config("PS_GUEST_GROUP", "2")))

    def _refuse_used_mail(self, write: Write) -> None:
        # From 1.7.8 on; guests may share the address of a customer.
        if not write.state.at_least("8") or write.number("is_guest") or "email" not in write.sent:
            return
        sql = "fold(email) = fold(?) AND is_guest = 0 AND deleted = 0 AND id <> ?"
        if write.state.one("customers", sql, write.sent["email"], write.record):
            raise WebserviceError(500, [(140 if write.creating else 141, _MAIL_USED), (46, "Unable to save resource")])

    def saved(self, write: Write) -> None:
        """Put a new customer into the default group."""
        group = write.values.get("id_default_group")
        if write.creating and group:
            write.state.update("customers", write.record, {"a_groups": association_text([[group]])})

    def remove(self, state: ShopState, record: int) -> None:
        """Delete the customer and the addresses that no order uses."""
        for (address,) in state.db.execute("SELECT id FROM addresses WHERE id_customer = ?", (record,)).fetchall():
            Addresses("addresses").remove(state, address)
        state.delete("customers", record)


class Addresses(Rules):
    """Addresses: one that an order uses is only marked as deleted."""

    def remove(self, state: ShopState, record: int) -> None:
        """Delete or mark."""
        if state.one("orders", "id_address_delivery = ?1 OR id_address_invoice = ?1", record):
            state.update("addresses", record, {"deleted": 1})
        else:
            state.delete("addresses", record)
