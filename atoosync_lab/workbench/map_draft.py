"""A map while it is worked on: what is saved, what was chosen since, what that frees, and how it is saved.

Nothing chosen is lost: neither when the store fails nor when somebody else saved meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from pydantic import ValidationError

from atoosync_lab.connectors import plugins
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.model.i18n import Message
from atoosync_lab.runs.session import Session
from atoosync_lab.runs.workspace import whoami
from atoosync_lab.settings import Profile
from atoosync_lab.store.errors import ConflictError
from atoosync_lab.store.profiles import Change
from atoosync_lab.workbench import map_values, mapping_rows
from atoosync_lab.workbench.held import Effect
from atoosync_lab.workbench.map_values import Conflict
from atoosync_lab.workbench.mapping_rows import Kind, MapRow, MapSpec, Option, State, Target, Values
from atoosync_lab.workbench.usage import Usage, usage

_LOG = logging.getLogger(__name__)

LONGEST = 200
"""Characters of a typed cell; the settings' own limits are shorter and judged when it is saved."""


class MapDraft:
    """One map of an opened profile.

    Args:
        session: the profile.
        spec: the map; columns that the ERP has no place for are left out.
        counts: usage already counted, shared by the maps of a page; None: counted here.
        only: a row that must be there, whatever lists and orders hold; its effect is not asked for.
    """

    def __init__(self, session: Session, spec: MapSpec, counts: Usage | None = None, *, only: str = "") -> None:
        self.session, self._only = session, only
        self.spec = spec.without(plugins.erp(session.profile.erp.system).ignores)
        self.usage = counts if counts is not None else usage(session)
        self.changes: Values = {}
        self.fallback: dict[str, str] = {}
        """Changed defaults, setting -> value."""
        self.errors: dict[str, Message] = {}
        self.failure: Message | None = None
        self.others: tuple[Change, ...] = ()
        """What somebody else saved meanwhile; nothing is saved before it was read."""
        self.theirs = Conflict()
        self.saved_at: datetime | None = None
        self._held = () if only else self.usage.held(session, spec.flow)
        self.load()

    def load(self) -> None:
        """Read the profile as it is saved now; what was chosen stays."""
        profiles = self.session.workspace.profiles
        # The revision first: a profile saved between the two reads is then refused by the store, not overwritten.
        self.revision = profiles.revision(self.session.profile_id)
        self.base: Profile = profiles.get(self.session.profile_id)
        lacking = [key for _, reasons in self._held for name, key, _ in reasons if name == self.spec.name and key]
        self._waited = frozenset(lacking)
        seen = [*self.usage.of(self.spec.name), *lacking]
        found = self.spec.rows(self.base, [*seen, self._only] if self._only else seen)
        self.options: Mapping[str, Sequence[Option]] = self.spec.options(self.base)
        self.known: dict[str, dict[str, Option]] = {
            column: {o.value: o for o in options} for column, options in self.options.items()
        }
        self.rows: dict[str, MapRow] = {row.id: row for row in found}
        self.saved: Values = map_values.read(self.spec, self.base, found)
        self.saved_defaults = map_values.defaults(self.spec, self.base)
        self.changes = {r: self._still(r, cells) for r, cells in self.changes.items() if r in self.rows}
        self.changes = {r: cells for r, cells in self.changes.items() if cells}
        self.fallback = {p: v for p, v in self.fallback.items() if v != self.saved_defaults.get(p, "")}
        self.order = self._sorted(found)

    # What is on screen.

    def values(self, row_id: str) -> dict[str, str]:
        """Values of a row, chosen ones first."""
        return {**self.saved.get(row_id, {}), **self.changes.get(row_id, {})}

    def default(self, target: Target) -> str:
        """The default of a column, as chosen."""
        return self.fallback.get(target.default, self.saved_defaults.get(target.default, ""))

    def state(self, row_id: str) -> State:
        """Where a row stands."""
        return self._state(row_id, self.values(row_id), {**self.saved_defaults, **self.fallback})

    def used(self, row_id: str) -> int:
        """Orders of the last reading that used it."""
        return self.usage.orders(self.spec.name, row_id)

    @property
    def counts_usage(self) -> bool:
        """There is a reading to count in, and it says something of this map."""
        return self.usage.capture is not None and self.spec.name in self.usage.counts

    def rows_in(self, wanted: str) -> list[str]:
        """Ids shown under a filter: `all`, `missing`, `rate`, `unused`, `gone`."""
        return [row_id for row_id in self.order if self._is(row_id, wanted)]

    def _is(self, row_id: str, wanted: str) -> bool:
        if wanted == "unused":
            return self.counts_usage and not self.used(row_id)
        if wanted == "all":
            return True
        return self.state(row_id).value == wanted

    @property
    def dirty(self) -> bool:
        """Something is to be saved."""
        return bool(self.changes or self.fallback)

    @property
    def count(self) -> int:
        """Changed rows and defaults."""
        return len(self.changes) + len(self.fallback)

    # What a person does.

    def set(self, row_id: str, column: str, value: str) -> bool:
        """Choose a value; False for anything the page does not offer."""
        target = self.spec.target(column)
        row = self.rows.get(row_id)
        if target is None or row is None or (row.path and target is not self.spec.targets[0]):
            return False
        saved = self.saved[row_id].get(column, "")
        if not self._may(target, value, saved):
            return False
        cells = dict(self.changes.get(row_id, {}))
        if value == saved:
            cells.pop(column, None)
        else:
            cells[column] = value
        if cells:
            self.changes[row_id] = cells
        else:
            self.changes.pop(row_id, None)
        self._touched(row_id)
        return True

    def set_default(self, path: str, value: str) -> bool:
        """Choose a default; False for anything the page does not offer."""
        target = next((t for t in self.spec.targets if t.default and t.default == path), None)
        saved = self.saved_defaults.get(path, "")
        if target is None or not self._may(target, value, saved):
            return False
        if value == saved:
            self.fallback.pop(path, None)
        else:
            self.fallback[path] = value
        self._touched()
        return True

    def apply(self, column: str, value: str, row_ids: Sequence[str]) -> int:
        """Give several rows one value; how many took it."""
        return sum(self.set(row_id, column, value) for row_id in row_ids)

    def relate_certain(self, row_ids: Sequence[str] | None = None) -> int:
        """Relate what needs no asking among rows that have no value: equal rate or name, and one candidate."""
        done = 0
        for row_id in row_ids or self.order:
            for target in self.spec.targets:
                if target.kind is Kind.CHOICE and not self.values(row_id).get(target.column):
                    found = mapping_rows.certain(self.spec, self.rows[row_id], self.options.get(target.column, ()))
                    done += bool(found) and self.set(row_id, target.column, found)
        return done

    def undo(self) -> None:
        """Back to what is saved."""
        self.changes, self.fallback, self.errors = {}, {}, {}
        self.failure, self.others, self.theirs = None, (), Conflict()
        self.load()

    def suggestions(self, row_id: str, column: str) -> tuple[str, ...]:
        """Values that suit a row best."""
        return mapping_rows.suggested(self.spec, self.rows[row_id], self.options.get(column, ()))

    # Saving.

    def draft(self) -> Profile:
        """The profile as it would be saved.

        Raises:
            ValidationError: a value does not fit its setting.
        """
        return self._written(self.base)

    def save(self) -> bool:
        """Save the changed rows onto the newest profile, with their history; False: nothing was saved, see why in
        `errors`, `others` or `failure`.
        """
        self.failure, self.errors, self.saved_at = None, {}, None
        if not self.dirty:
            return False
        try:
            return self._try_to_save()
        except ValidationError as error:
            self._refused(error)
        except AtooSyncError as error:
            self.failure = error.message
        except OSError:
            _LOG.info("saving a map failed", exc_info=True)
            self.failure = Message("form.not_saved")
        return False

    def reread(self) -> None:
        """Take in what others saved, keep what was chosen here; rows that both changed show the other's value."""
        before, base_defaults = self.saved, self.saved_defaults
        mine, my_defaults = {r: dict(c) for r, c in self.changes.items()}, dict(self.fallback)
        try:
            self.load()
        except AtooSyncError as error:
            self.failure = error.message
            return
        self.theirs = map_values.conflicts(before, self.saved, mine)
        self.theirs.defaults = {
            path: self.saved_defaults[path]
            for path, value in my_defaults.items()
            if self.saved_defaults[path] not in (base_defaults[path], value)
        }
        self.others, self.failure = (), None

    def _try_to_save(self) -> bool:
        profiles = self.session.workspace.profiles
        revision = profiles.revision(self.session.profile_id)
        fresh = profiles.get(self.session.profile_id)
        if revision != self.revision and self._conflict():
            return False
        try:
            profiles.save(self._written(fresh), who=whoami(), expected_revision=revision)
        except ConflictError:
            self._conflict(always=True)
            return False
        self.changes, self.fallback, self.theirs, self.others = {}, {}, Conflict(), ()
        self.saved_at = datetime.now(UTC)
        self.load()
        return True

    def _conflict(self, *, always: bool = False) -> bool:
        """Whether what was saved since must be read first."""
        paths = (self.spec.path, *(t.default for t in self.spec.targets if t.default))
        found = map_values.saved_since(self.session, self.revision, paths, always=always)
        self.others = found or self.others
        return bool(found)

    def _written(self, profile: Profile) -> Profile:
        return map_values.write(self.spec, profile, self.rows, self.changes, self.fallback)

    def _refused(self, error: ValidationError) -> None:
        """The settings' own objection, beside the row it is about."""
        for found in error.errors(include_url=False, include_input=False):
            loc = [str(part) for part in found["loc"]]
            row_id = next((r for r in self.changes if r in loc), "")
            most = found.get("ctx", {}).get("max_length")
            self.errors[row_id] = Message("form.longer_than", {"most": most}) if most else Message("form.not_taken")
        if "" in self.errors:
            self.failure = self.errors.pop("")

    # What it frees.

    def effect(self) -> Effect:
        """Records held for nothing but what the changes relate."""
        if not self.dirty:
            return Effect()
        freed = [
            key
            for key, reasons in self._held
            if all(self._relates(name, row, columns) for name, row, columns in reasons)
        ]
        amounts = [self.usage.amounts[key] for key in freed if key in self.usage.amounts]
        currencies = {currency for _, currency in amounts}
        if len(amounts) != len(freed) or len(currencies) != 1:
            return Effect(tuple(freed))
        return Effect(tuple(freed), sum((amount for amount, _ in amounts), Decimal(0)), currencies.pop())

    def waiting(self) -> int:
        """Records held, in the last plan, for something of this map."""
        return sum(1 for _, reasons in self._held if any(name == self.spec.name for name, _, _ in reasons))

    def _relates(self, name: str, row_id: str, columns: tuple[str, ...]) -> bool:
        """The changes give this row what it lacked."""
        if name != self.spec.name or row_id not in self.rows:
            return False
        targets = [t for t in self.spec.targets if t.column in columns or (not columns and t.required)]
        has = [self._has(row_id, target, self.values(row_id), {**self.saved_defaults, **self.fallback})
               for target in targets]  # fmt: skip
        had = [self._has(row_id, target, self.saved[row_id], self.saved_defaults) for target in targets]
        enough = any if self.spec.one_is_enough else all
        return enough(has) and not enough(had)

    def _has(self, row_id: str, target: Target, values: Mapping[str, str], fallback: Mapping[str, str]) -> bool:
        value = values.get(target.column, "") or (
            "" if self.rows[row_id].path else fallback.get(target.default, "") if target.default else ""
        )
        option = self.known.get(target.column, {}).get(value)
        if option is None or option.gone:
            return False
        # Another rate most often makes a difference that holds the order again: that frees nothing for sure.
        rate = self.rows[row_id].rate
        return not self.spec.rated or None in (rate, option.rate) or option.rate == rate

    # Helpers.

    def _may(self, target: Target, value: str, saved: str) -> bool:
        if target.kind is Kind.SWITCH:
            return value in ("", "1")
        if target.kind is Kind.TEXT:
            return len(value) <= LONGEST
        option = self.known.get(target.column, {}).get(value)
        return value in ("", saved) or (option is not None and not option.gone)

    def _touched(self, row_id: str = "") -> None:
        self.failure = None
        self.saved_at = None
        self.errors.pop(row_id, None)

    def _still(self, row_id: str, cells: Mapping[str, str]) -> dict[str, str]:
        return {c: v for c, v in cells.items() if v != self.saved.get(row_id, {}).get(c, "")}

    def _state(self, row_id: str, values: Mapping[str, str], fallback: Mapping[str, str]) -> State:
        row = self.rows[row_id]
        serving = self.values(row.like) if row.like in self.rows else {}
        served = {t.default: serving[t.column] for t in self.spec.targets if t.default and serving.get(t.column)}
        saved = self.saved.get(row_id, {})
        found = mapping_rows.state(self.spec, row, values, saved, {**fallback, **served}, self.known)
        # What no order uses asks for nothing: a shop lists the taxes and countries of half the world.
        idle = found is State.MISSING and self.counts_usage and not self.used(row_id) and row_id not in self._waited
        return State.IDLE if idle else found

    def _sorted(self, rows: Sequence[MapRow]) -> list[str]:
        """Rows that orders need and that have no answer first; the order stays while one works."""
        weight = {State.GONE: 0, State.MISSING: 0, State.RATE: 1}

        def place(numbered: tuple[int, MapRow]) -> tuple[int, int, int]:
            number, row = numbered
            now = self._state(row.id, self.saved[row.id], self.saved_defaults)
            used = self.used(row.id)
            trouble = weight.get(now, 2) if used or not self.counts_usage or now is State.GONE else 2
            return (trouble, -used if trouble < 2 else 0 if used else 1, number)

        return [row.id for _, row in sorted(enumerate(rows), key=place)]
