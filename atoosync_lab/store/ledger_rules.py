"""The ledger's states and the arrows between them (engine.md, section 6). Pure: no database.

From the moment a record may have left (SENDING, SENT, UNKNOWN), only a refusal by the target, the proof that nothing
left, a connector's promise that creation settles in a known time, or a person leads back to a send.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum


class State(StrEnum):
    """States of a ledger row."""

    INTENT = "INTENT"
    """To be sent, after a look-up."""
    SENDING = "SENDING"
    """Committed before the first byte leaves."""
    SENT = "SENT"
    """Accepted by the target, not yet seen there."""
    UNKNOWN = "UNKNOWN"
    """May have left; nobody knows."""
    DONE = "DONE"
    """Found at the target, or closed by a person."""
    REFUSED = "REFUSED"
    """The target refused it, or it never left and is wanted no more."""
    REVIEW = "REVIEW"
    """Only a person can decide."""


class Proof(StrEnum):
    """Why a row may go back to be sent, or be closed."""

    UNSENT = "unsent"
    """Nothing left: refused connection, DNS."""
    REFUSED = "refused"
    """The target said no."""
    SETTLED = "settled"
    """The target creates within a known time, which is over, and a fresh look-up found nothing."""
    FOUND = "found"
    """A look-up found it at the target."""
    PERSON = "person"
    """A person decided; `who` names them."""


OPEN = frozenset({State.INTENT, State.SENDING, State.SENT, State.UNKNOWN, State.REVIEW})
"""States that a run resolves before it plans."""
IN_DOUBT = frozenset({State.SENDING, State.SENT, State.UNKNOWN, State.REVIEW})
"""States in which the record may be at the target already."""

_ANY: frozenset[Proof | None] = frozenset({None, *Proof})

ARROWS: dict[tuple[State, State], frozenset[Proof | None]] = {
    (State.INTENT, State.DONE): _ANY,
    (State.INTENT, State.SENDING): _ANY,
    (State.INTENT, State.REFUSED): _ANY,
    (State.INTENT, State.REVIEW): _ANY,
    (State.SENDING, State.SENT): _ANY,
    (State.SENDING, State.UNKNOWN): _ANY,
    (State.SENDING, State.DONE): _ANY,
    (State.SENDING, State.REFUSED): frozenset({Proof.UNSENT, Proof.REFUSED}),
    (State.SENDING, State.REVIEW): _ANY,
    (State.SENDING, State.INTENT): frozenset({Proof.UNSENT, Proof.REFUSED}),
    (State.SENT, State.DONE): _ANY,
    (State.SENT, State.UNKNOWN): _ANY,
    (State.SENT, State.REVIEW): _ANY,
    (State.SENT, State.REFUSED): frozenset({Proof.REFUSED}),
    (State.UNKNOWN, State.DONE): _ANY,
    (State.UNKNOWN, State.REVIEW): _ANY,
    (State.UNKNOWN, State.REFUSED): frozenset({Proof.REFUSED}),
    (State.UNKNOWN, State.INTENT): frozenset({Proof.SETTLED}),
    (State.REVIEW, State.DONE): frozenset({Proof.FOUND, Proof.PERSON}),
    (State.REVIEW, State.REFUSED): frozenset({Proof.REFUSED}),
    (State.REVIEW, State.INTENT): frozenset({Proof.PERSON}),
    (State.REFUSED, State.INTENT): _ANY,
    (State.REFUSED, State.DONE): _ANY,
}
"""Allowed arrows, each with the proofs it asks for (None among them: it asks for none)."""


def check_arrow(before: State, after: State, proof: Proof | None) -> None:
    """Make sure that an arrow is allowed.

    Raises:
        ValueError: it is not, or it asks for a proof that is not given.
    """
    proofs = ARROWS.get((before, after))
    if proofs is None:
        raise ValueError(f"the ledger has no arrow from {before} to {after}")
    if proof not in proofs:
        wanted = ", ".join(sorted(p for p in proofs if p))
        raise ValueError(f"{before} to {after} needs a proof: {wanted}; given: {proof}")


_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a token read aloud or typed is not mistaken."""
TOKEN_LENGTH = 14


def make_token(profile: str, flow: str, key: str, generation: int) -> str:
    """The token by which a record is found again at the target: 14 Crockford characters, 70 bits (ebp.md A25)."""
    # The unit separator keeps ("a", "bc") and ("ab", "c") apart.
    text = "\x1f".join((profile, flow, key, str(generation)))
    number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big") >> (256 - 5 * TOKEN_LENGTH)
    return "".join(_CROCKFORD[(number >> (5 * place)) & 31] for place in reversed(range(TOKEN_LENGTH)))
