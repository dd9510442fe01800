"""VAT codes of the ERP as tax rules of the shop, and maps that outlive a refresh of the lists (ART-08, SVC-06)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from atoosync_lab.settings.articles import ProductSettings


def tax_rule_for(vat_id: str | None, settings: ProductSettings) -> str | None:
    """Shop tax rule of an ERP VAT code: the map's, else the default; None when there is neither.

    An empty entry of the map means "not chosen": the default serves it.
    """
    return settings.taxes.get(vat_id or "") or settings.default_tax or None


def unmapped(known: Iterable[str], mapped: Mapping[str, str]) -> tuple[str, ...]:
    """Ids of a refreshed list that the map does not name: they take the default and are shown to a person."""
    return tuple(item for item in known if not mapped.get(item))


def stale_keys(known: Iterable[str], mapped: Mapping[str, str]) -> tuple[str, ...]:
    """Keys of a map that the refreshed list no longer has; they stay in the map, marked."""
    present = set(known)
    return tuple(key for key in mapped if key not in present)


def stale_values(known: Iterable[str], mapped: Mapping[str, str]) -> dict[str, str]:
    """Entries of a map whose value has gone from the refreshed list; they stay in the map, marked."""
    present = set(known)
    return {key: value for key, value in mapped.items() if value and value not in present}
