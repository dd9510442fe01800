"""Registers mutations: each runs in one transaction, and a refusal undoes all it did."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from atoosync_lab.sandbox.shopify import facts
from atoosync_lab.sandbox.shopify.context import Context
from atoosync_lab.sandbox.shopify.engine import Args
from atoosync_lab.sandbox.shopify.reading.registry import field
from atoosync_lab.sandbox.shopify.refusals import RefusedError, user_error
from atoosync_lab.sandbox.shopify.values import Row, compact, instant

Mutation = Callable[[Context, Args], Row]
NAMES: set[str] = set()
"""Names of all mutations that are served."""


def mutation(name: str, errors: str = "user_errors") -> Callable[[Mutation], Mutation]:
    """Register a mutation.

    Args:
        name: Its field.
        errors: Key of user errors in its payload.
    """

    def register(function: Mutation) -> Mutation:
        def answer(context: Context, _parents: list[Any], args: Args) -> Sequence[Any]:
            return [_once(context, name, args, function, errors)]

        field("Mutation", name)(answer)
        NAMES.add(name)
        return function

    return register


def _once(context: Context, name: str, args: Args, function: Mutation, errors: str) -> Row:
    if name in facts.PLUS_ONLY and context.settings["plan"] != "plus":
        return {errors: [user_error("This shop's plan does not include this feature.", None, "INVALID")]}
    key = context.idempotency_key if name in facts.IDEMPOTENT_MUTATIONS else None
    if key is None:
        return _run(context, args, function, errors)
    arguments = json.dumps(args, sort_keys=True, default=str)
    since = instant(context.state.clock() - facts.IDEMPOTENCY_LIFE)
    known = context.state.one("idempotency", "key = ? AND field = ? AND at >= ?", key, name, since)
    if known is not None and known["arguments"] != arguments:
        message = "The same idempotency key cannot be used with different parameters."
        return {errors: [user_error(message, None, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")]}
    if known is not None:
        found: Row = json.loads(known["answer"])
        return found
    with context.state.writing():
        payload = _run(context, args, function, errors)
        if not payload.get(errors):
            context.state.db.execute(
                "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?)",
                (key, name, arguments, compact(payload), context.state.now()),
            )
    return payload


def _run(context: Context, args: Args, function: Mutation, errors: str) -> Row:
    context.forget()
    nested = context.state.db.in_transaction
    if nested:
        context.state.db.execute("SAVEPOINT mutation")
    try:
        with context.state.writing():
            payload = function(context, args)
    except RefusedError as refusal:
        if nested:
            context.state.db.execute("ROLLBACK TO mutation")
        payload = {errors: refusal.errors}
    finally:
        if nested:
            context.state.db.execute("RELEASE mutation")
    context.forget()
    payload.setdefault(errors, [])
    payload.setdefault("user_errors", [])
    return payload
