"""What both sandboxes really hold, read from their own files: the judge of every case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from atoosync_lab.store.ledger import State
from tests.crash.shops import Fact
from tests.crash.world import PROFILE, World

ONCE = ("document", "settlement", "customer", "history", "product", "variant", "stock row", "brand", "mail", "invoice")
"""Kinds of records of which the second one is a double, whatever it holds."""


def truth(world: World) -> Counter[Fact]:
    """Every record of ours in the ERP, and everything of the shop that a run may write."""
    world.erp.idle(world.erp_state)
    return Counter([*world.erp.holds(world.erp_state), *world.shop.holds(world.shop_state)])


def twice(found: Counter[Fact], wanted: Counter[Fact]) -> list[Fact]:
    """Records there are more of than there may be; the values they hold do not count."""
    have, may = _names(found), _names(wanted)
    return sorted(name for name, number in have.items() if number > max(may[name], 1) or (number > may[name] > 0))


def _names(facts: Counter[Fact]) -> Counter[Fact]:
    names: Counter[Fact] = Counter()
    for fact, number in facts.items():
        if fact[0] in ONCE:
            width = 3 if fact[0] in ("history", "mail") else 2
            names[fact[:width]] += number
    return names


@dataclass(slots=True)
class Verdict:
    """What one case came to."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    """Where the journal, the marks or a later run say something that is not so."""
    in_review: int = 0
    signed_in: int = 0
    """Times that a person had to sign in again."""

    @property
    def good(self) -> bool:
        """Nothing to complain of."""
        return not (self.lost or self.doubled or self.untrue)

    def compare(self, found: Counter[Fact], wanted: Counter[Fact], when: str) -> None:
        """Every record that should be there, with the values of an undisturbed run, and no other."""
        self.doubled += [f"{when}: {fact}" for fact in twice(found, wanted)]
        self.lost += [f"{when}: missing {fact}" for fact in (wanted - found).elements()]
        gone = set(_names(wanted - found))
        self.untrue += [
            f"{when}: unexpected {fact}" for fact in (found - wanted).elements() if fact[:2] not in gone
        ]  # fmt: skip


def journal(world: World, verdict: Verdict) -> None:
    """Every run has ended, says of itself what its lines say, and claims no record that is not there."""
    with world.workspace() as space:
        there = {"customers": set[str](), "orders": set[str](), "credit-notes": set[str](), "settlements": set[str]()}
        tokens = world.erp.tokens(world.erp_state)
        for flow in there:
            rows = space.ledger.open_rows(PROFILE, [flow], [State.DONE])
            there[flow] = {row.key for row in rows if row.token in tokens or row.reference in tokens or row.who}
        said: set[tuple[str, str]] = set()
        for run in space.journal.list(profile=PROFILE):
            if run.ended_at is None or run.state.value in ("running", "waiting"):
                verdict.untrue.append(f"journal: run {run.flow} is {run.state}")
            written = [e for e in space.journal.entries(run.id) if e.level == "success" and e.stage == "apply"]
            if run.state.value != "lost" and len(written) != run.counts.ok:
                verdict.untrue.append(f"journal: {run.flow} counts {run.counts.ok}, its lines say {len(written)}")
            if run.state.value == "lost" and run.counts.ok > len(written):
                verdict.untrue.append(f"journal: the lost {run.flow} counts more than its lines say")
            found = [e for e in space.journal.entries(run.id) if e.code == "resolve.found"]
            said |= {(str(e.params["flow"]), e.record) for e in (*found, *written) if "flow" in e.params}
            for entry in written:
                kind = _KINDS.get(entry.code.split(".")[1] if entry.code.startswith("apply.") else "", "")
                said.add((kind, entry.record))
                if kind and entry.record not in there[kind]:
                    verdict.untrue.append(f"journal: {entry.code} of {entry.record}, which is not there")
        for flow, keys in there.items():
            mine = {row.key for row in space.ledger.open_rows(PROFILE, [flow], [State.DONE]) if row.who}
            silent = {key for key in keys - mine if (flow, key) not in said}
            verdict.untrue += [f"journal: no line says that {flow} {key} is there" for key in sorted(silent)]


_KINDS: Mapping[str, str] = {
    "customer": "customers", "order": "orders", "credit_note": "credit-notes", "settlement": "settlements",
}  # fmt: skip
