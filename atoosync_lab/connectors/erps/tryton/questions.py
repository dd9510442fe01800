"""The server's questions (`UserWarning`): a call that raises one has written nothing; answered, it passes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from atoosync_lab.connectors.erps.tryton import writes_facts as facts
from atoosync_lab.connectors.erps.tryton.client import TrytonClient
from atoosync_lab.model.errors import RefusedError

_WARNING = "tryton.warning"


class Questions:
    """Answers with yes what `writes_facts.ACCEPTED_WARNINGS` names, and nothing else.

    Args:
        client: the API.
    """

    def __init__(self, client: TrytonClient) -> None:
        self._client = client
        self._expected: set[str] = set()
        """Kinds that were asked before: answered ahead, since a call that is refused has done all of its work."""

    def run(self, method: str, ids: Sequence[int]) -> object:
        """Call an action on records of a model; its result.

        Args:
            method: `account.invoice.post` and the like.
            ids: the records; a question about one of them is answered for all.

        Raises:
            RefusedError: also for a question that must not be answered for a person. As `TrytonClient.act`.
        """
        return self.answered(method.rpartition(".")[0], ids, lambda: self._client.act(method, list(ids)))

    def answered(self, model: str, ids: Sequence[int], act: Callable[[], object]) -> object:
        """As `run`, for any call."""
        self._answer({name for kind in self._expected for name in _names(model, ids, kind)})
        for _ in range(facts.WARNING_ROUNDS):
            try:
                return act()
            except RefusedError as error:
                name = error.facts.field
                kind = name.partition(".")[2]
                if error.code != _WARNING or kind not in facts.ACCEPTED_WARNINGS:
                    raise
                self._expected.add(kind)
                self._answer({name, *_names(model, ids, kind)})
        return act()

    def _answer(self, names: set[str]) -> None:
        if names:
            rows = [{"name": name, "user": self._client.user, "always": False} for name in sorted(names)]
            self._client.create(facts.WARNING, rows)


def _names(model: str, ids: Sequence[int], kind: str) -> set[str]:
    """Names of a question about each record, for the kinds whose name is made of one."""
    if facts.RECORD_WARNINGS.get(kind) != model:
        return set()
    return {f"{_digest(f'{model},{record}')}.{kind}" for record in ids}


def _digest(record: str) -> str:
    return hashlib.md5(record.encode("ascii"), usedforsecurity=False).hexdigest()
