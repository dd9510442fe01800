"""Goods of documents: shipments leave and returns come in, each state one call for all of a part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from atoosync_lab.connectors.erps.tryton import values
from atoosync_lab.connectors.erps.tryton import writes_facts as facts
from atoosync_lab.connectors.erps.tryton.batches import Refusals, divide
from atoosync_lab.connectors.erps.tryton.client import TrytonClient
from atoosync_lab.connectors.erps.tryton.lookups import Part, Sale
from atoosync_lab.connectors.erps.tryton.questions import Questions


@dataclass(slots=True)
class Parcel:
    """A shipment or a return of a document."""

    key: str
    id: int
    state: str
    day: dt.date


class Shipping:
    """Ships what documents ask for.

    Args:
        client: the API.
        questions: answers what the server asks.
    """

    def __init__(self, client: TrytonClient, questions: Questions) -> None:
        self._client = client
        self._questions = questions
        self._out: list[Parcel] = []
        self._back: list[Parcel] = []

    def add(self, key: str, sale: Sale, day: dt.date) -> None:
        """Take what is open of a sale, to be shipped as of a day."""
        self._out += _open(key, sale.shipments, day)
        self._back += _open(key, sale.returns, day)

    def run(self, refusals: Refusals) -> None:
        """Ship all; a document of which something is refused keeps what was done of it."""
        # A day to come would be refused; Tryton's own is today then.
        today = self._client.today()
        for parcels, model, steps in (
            (self._out, facts.SHIPMENT, facts.SHIPMENT_STEPS),
            (self._back, facts.RETURN, facts.RETURN_STEPS),
        ):
            if not parcels:
                continue
            dated: list[object] = []
            for parcel in parcels:
                dated += [[parcel.id], {"effective_date": min(parcel.day, today)}]
            self._client.act(f"{model}.write", *dated)
            for state, action in steps:
                self._step(model, state, action, parcels, refusals)

    def _step(self, model: str, state: str, action: str, parcels: Sequence[Parcel], refusals: Refusals) -> None:
        def press(part: list[Parcel]) -> None:
            ids = [parcel.id for parcel in part]
            result = self._questions.run(f"{model}.{action}", ids)
            if action == "assign_try" and result is not True:
                # Some may be assigned and some not.
                self._reread(model, part)
                return
            for parcel in part:
                parcel.state = facts.AFTER.get(action, "assigned")

        def left(part: list[Parcel]) -> list[Parcel]:
            self._reread(model, part)
            return [parcel for parcel in part if parcel.state == state]

        ready = [parcel for parcel in parcels if parcel.state == state and parcel.key not in refusals]
        divide(ready, press, left, lambda parcel, error: refusals.add(parcel.key, error))

    def _reread(self, model: str, parcels: Sequence[Parcel]) -> None:
        rows = self._client.find(model, [["id", "in", [parcel.id for parcel in parcels]]], ("state",))
        states = {int(row["id"]): values.text(row, "state") for row in rows}
        for parcel in parcels:
            parcel.state = states.get(parcel.id, parcel.state)


def _open(key: str, parts: Sequence[Part], day: dt.date) -> list[Parcel]:
    return [Parcel(key, part.id, part.state, day) for part in parts if part.state not in facts.SHIPMENT_OVER]
