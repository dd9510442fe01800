"""Taxes, carriers, currencies, cart rules, configurations."""

from __future__ import annotations

from atoosync_lab.sandbox.prestashop.errors import WebserviceError, warning
from atoosync_lab.sandbox.prestashop.state import ShopState
from atoosync_lab.sandbox.prestashop.values import int_prefix, language_map
from atoosync_lab.sandbox.prestashop.writing import Rules, Write


class SoftDeleted(Rules):
    """Records that the shop marks instead of deleting, where they have the flag."""

    def remove(self, state: ShopState, record: int) -> None:
        """Mark as deleted."""
        if "deleted" in state.resources[self.name].fields:
            state.update(self.name, record, {"deleted": 1})
        else:
            state.delete(self.name, record)


class Taxes(SoftDeleted):
    """Taxes: one that order lines use is never changed; a new one takes its place in the rules."""

    def check(self, write: Write) -> None:
        """Keep the used tax under its old id, and go on with a new one."""
        state = write.state
        if write.creating or write.number("deleted"):
            return
        used = state.db.execute(
            "SELECT 1 FROM order_details WHERE a_taxes LIKE ? LIMIT 1", (f"%[{write.record}]%",)
        ).fetchone()
        if not used:
            return
        old = write.record
        copy = {name: value for name, value in write.before.items() if name != "id"}
        write.record = state.insert("taxes", copy)
        state.update("taxes", old, {"deleted": 1})
        state.db.execute("UPDATE tax_rules SET id_tax = ? WHERE id_tax = ?", (write.record, old))


class Carriers(SoftDeleted):
    """Carriers: a POST loses the tax rules group; the first id is the reference."""

    def check(self, write: Write) -> None:
        """Forget the tax rules group of a new carrier and give it a place."""
        if write.creating:
            write.set("id_tax_rules_group", 0, show=write.state.at_least("8"))
            if not write.state.at_least("8"):
                write.echo["id_tax_rules_group"] = ""
            row = write.state.db.execute("SELECT COUNT(*) FROM carriers WHERE deleted = 0").fetchone()
            write.set("position", row[0])

    def saved(self, write: Write) -> None:
        """Set the reference of a new carrier."""
        if write.creating:
            write.state.update("carriers", write.record, {"id_reference": write.record})


class Currencies(SoftDeleted):
    """Currencies: the name shown is that of the default language."""

    def check(self, write: Write) -> None:
        """Derive the plain name from the names."""
        names = language_map(write.values.get("names", write.before.get("names")))
        shown = names.get(int_prefix(write.state.config("PS_LANG_DEFAULT", "1")))
        if shown:
            write.set("name", shown)


class CartRules(Rules):
    """Cart rules: amounts are in the default currency unless said otherwise."""

    def check(self, write: Write) -> None:
        """Fill the currency."""
        if write.creating and not write.sent.get("reduction_currency"):
            write.set("reduction_currency", int_prefix(write.state.config("PS_CURRENCY_DEFAULT", "1")))


class Configurations(Rules):
    """Configurations: in version 9 a create shows a warning although it is stored."""

    def finished(self, write: Write) -> None:
        """Leave the warning for the answer."""
        if write.creating and write.state.at_least("9"):
            write.late = WebserviceError(500, [warning("foreach() argument must be of type array|object, null given")])
