"""The errors of the Webservice: a status and numbered messages."""

from __future__ import annotations

from collections.abc import Iterable


class WebserviceError(Exception):
    """An answer with `<errors>`.

    Attributes:
        status: HTTP status.
        errors: Codes and messages, in order.
    """

    def __init__(self, status: int, errors: Iterable[tuple[int, str]]) -> None:
        self.status = status
        self.errors = list(errors)
        super().__init__(f"{status}: {self.errors}")


class PlainError(Exception):
    """An answer that is not from the Webservice's own error path: empty or plain text, as when PHP stops.

    Attributes:
        status: HTTP status.
        text: Body.
        webservice_headers: Whether `PSWS-Version` and `Execution-Time` are sent.
    """

    def __init__(self, status: int, text: str = "", *, webservice_headers: bool = False) -> None:
        self.status = status
        self.text = text
        self.webservice_headers = webservice_headers
        super().__init__(f"{status}: {text}")


def refuse(status: int, code: int, message: str) -> WebserviceError:
    """An error with one message."""
    return WebserviceError(status, [(code, message)])


def warning(message: str = "Trying to access array offset on value of type null") -> tuple[int, str]:
    """A PHP warning as the Webservice reports it when the host displays errors (code 3)."""
    return 3, f"[PHP Warning #2] {message}"
