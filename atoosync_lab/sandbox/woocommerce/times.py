"""Times of the shop: kept in GMT to the second, shown twice, in the site's zone and in GMT, without a zone suffix."""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Paris")
_FORM = "%Y-%m-%dT%H:%M:%S"
_DATE_TIME = re.compile(r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?$")


def text_of(moment: datetime) -> str:
    """A moment (aware) as it is stored."""
    return moment.astimezone(UTC).strftime(_FORM)


@functools.lru_cache(maxsize=65536)
def local(stored: str) -> str:
    """A stored time in the site's zone."""
    return datetime.fromisoformat(stored).replace(tzinfo=UTC).astimezone(ZONE).strftime(_FORM)


def pair(name: str, stored: str | None) -> dict[str, str | None]:
    """`date_x` and `date_x_gmt` of an answer."""
    return {name: local(stored) if stored else None, f"{name}_gmt": stored or None}


def is_date_time(text: str) -> bool:
    """Whether the API takes the text as a time: a date alone is none."""
    if not _DATE_TIME.match(text):
        return False
    try:
        datetime.fromisoformat(text.upper().replace(" ", "T"))
    except ValueError:
        return False
    return True


def stored_of(text: str, *, gmt: bool = False) -> str | None:
    """A given time as it is stored; one without a zone is in the site's zone, or in GMT. None when it is no time."""
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text.upper().replace(" ", "T"))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC if gmt else ZONE)
    return text_of(moment)
