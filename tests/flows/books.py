"""What the demonstration's folder holds of ours, read from its own file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atoosync_lab.cli.demo_steps import Demo
from atoosync_lab.sandbox.data.demo.facts import FOLDER
from atoosync_lab.sandbox.ebp.seed import FolderState


@dataclass(frozen=True)
class Books:
    """What the folder holds, read from its own file."""

    documents: dict[str, dict[str, Any]]
    """By number."""
    lines: dict[str, list[dict[str, Any]]]
    """By document id."""
    settlements: dict[str, list[dict[str, Any]]]
    """By document id."""

    @classmethod
    def read(cls, demo: Demo) -> Books:
        with FolderState.open(demo.home / "sandbox" / "ebp", FOLDER) as folder:
            documents = {d["DocumentNumber"]: dict(d) for d in folder.rows("SaleDocument") if d["xx_AtooKey"]}
            lines: dict[str, list[dict[str, Any]]] = {}
            for row in sorted(folder.rows("SaleDocumentLine"), key=lambda r: r["LineOrder"]):
                lines.setdefault(row["DocumentId"], []).append(dict(row))
            settlements: dict[str, list[dict[str, Any]]] = {}
            for row in folder.rows("SaleSettlement"):
                if row["xx_AtooKey"]:
                    settlements.setdefault(row["AssociatedOrderId"], []).append(dict(row))
        return cls(documents, lines, settlements)

    def of(self, demo: Demo, key: str) -> Document:
        """The document of an order of the shop."""
        return self.made(demo, "orders", key)

    def made(self, demo: Demo, flow: str, key: str) -> Document:
        """The document that a flow made for a record of the shop."""
        number = demo.workspace.ledger.find("demo", flow, [key])[key].target_number
        head = self.documents[number]
        return Document(head, self.lines[head["Id"]], self.settlements.get(head["Id"], []))


@dataclass(frozen=True)
class Document:
    """One document of the folder."""

    head: dict[str, Any]
    lines: list[dict[str, Any]]
    settlements: list[dict[str, Any]]

    @property
    def totals(self) -> tuple[str, str, str]:
        """Without tax, tax, with tax."""
        names = ("AmountVatExcludedWithDiscountAndShipping", "VatAmount", "AmountVatIncluded")
        return tuple(f"{self.head[name]:.2f}" for name in names)  # type: ignore[return-value]

    @property
    def items(self) -> list[tuple[str, str]]:
        """(article, net amount) line by line."""
        return [(r["ItemId"], f"{r['NetAmountVatExcludedWithDiscount']:.2f}") for r in self.lines]

    @property
    def paid(self) -> list[str]:
        return sorted(f"{r['Amount']:.2f}" for r in self.settlements)

    def vat(self, code: str) -> tuple[str, str]:
        """(base, tax) of a VAT code at the foot of the document."""
        for slot in range(6):
            if self.head.get(f"DetailVatAmount{slot}_DetailVatId") == code:
                foot = f"DetailVatAmount{slot}_Detail"
                return f"{self.head[foot + 'AmountVatExcluded']:.2f}", f"{self.head[foot + 'VatAmount']:.2f}"
        return "", ""
