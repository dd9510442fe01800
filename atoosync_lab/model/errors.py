"""Every error of the product in one tree. The first branch says what a run does next.

AtooSyncError
├── RetryError                 try the same call again, later
│   ├── UnsentError            proved that nothing reached the remote (DNS, refused connection)
│   ├── OutcomeUnknownError    the remote may have acted (time-out, cut answer, 5xx): look before sending again
│   └── RateLimitedError       429 or the shared limit; `retry_after` seconds
├── RecordError                this record fails, the others go on
│   ├── RefusedError           the remote refused this record or request (4xx)
│   └── InvalidRecordError     what was read cannot be used
├── StopError                  the run ends here, cleanly
│   ├── SettingsError          a setting is missing or wrong
│   │   └── FilterError        a filter expression is not understood
│   ├── ConnectionFailedError  address, TLS, key, folder, version, permission
│   ├── QuotaReachedError      subscription counter used up
│   ├── ApiBudgetError         the remote's own daily quota is used up
│   ├── BusyError              another run of the same task holds the lease
│   ├── StalePlanError         target, settings or another plan have moved on
│   ├── StorageError           disk full, unreadable or half-written file
│   └── StoppedError           a person asked for it
└── AskError                   only a person can go on
    └── SignInRequiredError    the ERP wants a new sign-in
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from atoosync_lab.model.i18n import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What support needs to know; never holds a secret or a full URL with its query."""

    system: str = ""
    operation: str = ""
    record: str = ""
    status: int | None = None
    remote_code: str = ""
    field: str = ""
    request_id: str = ""
    detail: str = ""


class AtooSyncError(Exception):
    """Base of all errors; carries a message id with its fields, and facts.

    Args:
        code: message id, e.g. `connection.key_refused`.
        facts: facts for the log and for support.
        **params: the fields of the sentence.
    """

    exit_status: ClassVar[int] = 1

    def __init__(self, code: str, /, *, facts: Facts | None = None, **params: Any) -> None:
        self.message = Message(code, params)
        self.facts = facts or Facts()
        super().__init__(code, params)

    @property
    def code(self) -> str:
        """The message id."""
        return self.message.code

    def __str__(self) -> str:
        return self.message.text()


class RetryError(AtooSyncError):
    """The same call may succeed later."""

    exit_status = 4


class UnsentError(RetryError):
    """Nothing reached the remote: sending again is safe."""


class OutcomeUnknownError(RetryError):
    """The remote may have acted on the request; look before sending again."""


class RateLimitedError(RetryError):
    """The remote asks to slow down; nothing was done."""

    exit_status = 7

    def __init__(
        self, code: str, /, *, retry_after: float | None = None, facts: Facts | None = None, **params: Any
    ) -> None:
        super().__init__(code, facts=facts, **params)
        self.retry_after = retry_after


class RecordError(AtooSyncError):
    """One record fails; the others go on."""


class RefusedError(RecordError):
    """The remote refused the record or request; nothing was written."""


class InvalidRecordError(RecordError):
    """A record that was read cannot be used as it is."""


class StopError(AtooSyncError):
    """The run ends cleanly; what was done stays done."""


class SettingsError(StopError):
    """A setting is missing or wrong; the message names the page."""

    exit_status = 3


class FilterError(SettingsError):
    """A filter expression is not understood; the message shows the right form."""


class ConnectionFailedError(StopError):
    """The remote cannot be used with these settings; the message names the precise cause."""

    exit_status = 3


class QuotaReachedError(StopError):
    """The subscription's counter covers no further record."""

    exit_status = 7


class ApiBudgetError(StopError):
    """The remote's daily call quota is used up."""

    exit_status = 7


class BusyError(StopError):
    """Another run of the same task is going."""

    exit_status = 6


class StalePlanError(StopError):
    """The plan no longer fits what it was made from."""

    exit_status = 5


class StorageError(StopError):
    """A file of ours cannot be written or read."""


class StoppedError(StopError):
    """A person stopped the run."""

    exit_status = 130


class AskError(AtooSyncError):
    """Only a person can decide or act."""

    exit_status = 3


class SignInRequiredError(AskError):
    """The ERP session is over; a person must sign in again."""
