"""When an article is shown in the shop (ART-05), and which articles are exported (ART-10)."""

from __future__ import annotations


def is_active(published: bool | None, active: bool | None) -> bool:
    """Published on the web and in state active: shown. Every other combination, unknown ones too: hidden.

    Args:
        published: the ERP's "published on the web".
        active: neither dormant nor blocked, not even partly.
    """
    return published is True and active is True


def is_exported(published: bool | None, active: bool | None, *, published_only: bool) -> bool:
    """The article takes part in the export: an active one, published too when the setting asks for it."""
    return active is True and (published is True or not published_only)


def active_sql(published: str = "web_published", active: str = "active") -> str:
    """`is_active` as a DuckDB expression over the named columns; never NULL."""
    return f"({published} IS TRUE AND {active} IS TRUE)"


def exported_sql(*, published_only: bool, published: str = "web_published", active: str = "active") -> str:
    """`is_exported` as a DuckDB expression over the named columns; never NULL."""
    return active_sql(published, active) if published_only else f"({active} IS TRUE)"
