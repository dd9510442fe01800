"""ERP customers as an order finds them: by SIRET, e-mail, VAT number, or as created by an earlier run (CLI-20)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from atoosync_lab.model.keys import digits, email_key, vat_number_key
from atoosync_lab.snapshots import duck


class CapturedCustomers:
    """Look-up over the ERP capture. Where several match, the smallest code wins, so that runs agree.

    Args:
        capture: an ERP capture with customers.
        linked: key of a buyer -> code of the customer that an earlier run created for it.
    """

    def __init__(self, capture: Path, linked: Mapping[str, str]) -> None:
        self._linked = linked
        self._codes: set[str] = set()
        self._siret: dict[str, str] = {}
        self._email: dict[str, str] = {}
        self._vat: dict[str, str] = {}
        self.names: dict[str, str] = {}
        con = duck.connect()
        try:
            duck.attach(con, capture, "erp")
            rows = con.execute(
                "SELECT remote_id, name, siret, email, vat_number FROM erp.customer ORDER BY remote_id"
            ).fetchall()
        finally:
            con.close()
        for code, name, siret, email, vat in rows:
            self._codes.add(code)
            self.names[code] = name or ""
            self._note(code, siret, email, vat)

    def _note(self, code: str, siret: str | None, email: str | None, vat: str | None) -> None:
        for index, key in (
            (self._siret, digits(siret)),
            (self._email, email_key(email)),
            (self._vat, vat_number_key(vat)),
        ):
            if key:
                index.setdefault(key, code)

    def by_siret(self, siret: str) -> str | None:
        """Customer code of a SIRET."""
        return self._siret.get(digits(siret))

    def by_email(self, email: str) -> str | None:
        """Customer code of an e-mail, case ignored."""
        return self._email.get(email_key(email))

    def by_vat_number(self, vat_number: str) -> str | None:
        """Customer code of a VAT number."""
        return self._vat.get(vat_number_key(vat_number))

    def has_code(self, code: str) -> bool:
        """The code is taken."""
        return code in self._codes

    def linked(self, key: str) -> str | None:
        """Code of the customer an earlier run created for this buyer."""
        return self._linked.get(key)
