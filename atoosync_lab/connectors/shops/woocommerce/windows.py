"""What a request means in dates of the API: strict bounds, whole seconds, GMT from 5.8 and the site's time before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from atoosync_lab.connectors.base import ReadRequest
from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.connectors.shops.woocommerce.wire import Json
from atoosync_lab.model.keys import whole_number

Pairs = list[tuple[str, str]]

_SECOND = timedelta(seconds=1)
_OVERLAP = timedelta(seconds=facts.OVERLAP)
_CLOCKS_BACK = timedelta(hours=1)
"""In the hour when clocks go back two instants share one wall time: old versions are asked for an hour more."""


class Window:
    """The dates of one request for one shop.

    Args:
        request: what is asked for.
        version: decides how dates may be given.
        zone: IANA name of the site's zone.
    """

    def __init__(self, request: ReadRequest, version: facts.Version, zone: str) -> None:
        self._request, self._gmt, self._zone = request, version.modified_filter, ZoneInfo(zone)

    @cached_property
    def changed(self) -> Pairs:
        """Fields that list what changed since; none where the version cannot: then everything is listed."""
        if self._request.since is None or not self._gmt:
            return []
        return [("modified_after", self._text(self._request.since - _OVERLAP)), ("dates_are_gmt", "true")]

    @cached_property
    def listed(self) -> Pairs:
        """Fields that list orders or refunds: by change when `since` is given, else by creation."""
        if self._request.since is not None:
            return self.changed
        return self._bounds("after", "before", self._request.created_from, self._request.created_to)

    @cached_property
    def changed_since_creation(self) -> Pairs:
        """Fields that list orders whose refunds may lie in the window: a refund changes its order."""
        first = self._request.since or self._request.created_from
        if first is None or not self._gmt:
            return []
        return [("modified_after", self._text(first - _OVERLAP)), ("dates_are_gmt", "true")]

    def takes(self, record: Json, request: ReadRequest) -> bool:
        """The record lies in the window of creation; an unreadable date is left to whoever makes the record."""
        if request.ids:
            return True
        if request.since is not None:
            return self._gmt or self._changed_since(record, request.since)
        try:
            created = wire.moment(record, "date_created_gmt")
        except ValueError:
            return True
        first, last = request.created_from, request.created_to
        return created is None or ((first is None or created >= first) and (last is None or created <= last))

    @staticmethod
    def _changed_since(record: Json, since: datetime) -> bool:
        try:
            changed = wire.moment(record, "date_modified_gmt")
        except ValueError:
            return True
        return changed is None or changed >= since - _OVERLAP

    def _bounds(self, low: str, high: str, first: datetime | None, last: datetime | None) -> Pairs:
        """Bounds are strict to the second [LIVE], so each goes one second out."""
        found: Pairs = []
        if first is not None:
            found.append((low, self._text(first.replace(microsecond=0) - _SECOND)))
        if last is not None:
            found.append((high, self._text(last + _SECOND, up=True)))
        return [*found, ("dates_are_gmt", "true")] if found and self._gmt else found

    def _text(self, instant: datetime, *, up: bool = False) -> str:
        if self._gmt:
            moment = instant.astimezone(UTC)
        else:
            moment = instant.astimezone(self._zone) + (_CLOCKS_BACK if up else -_CLOCKS_BACK)
        return moment.replace(tzinfo=None, microsecond=0).isoformat()


def numeric(text: str) -> tuple[int, str]:
    """Sort key of ids."""
    number = whole_number(text)
    return (number, "") if number is not None else (1 << 62, text)
