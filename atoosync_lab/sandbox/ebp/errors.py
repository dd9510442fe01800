"""Errors of the API and the body that carries them."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import JSONResponse

_TITLES = {
    400: "Paramètre incorrect", 401: "Non authentifié", 403: "Accès refusé", 404: "Introuvable",
    409: "Pas encore disponible",
    413: "Fichier trop grand", 414: "Adresse trop longue", 429: "Quota dépassé", 500: "Erreur interne",
}  # fmt: skip


class ApiError(Exception):
    """A refusal that becomes an answer.

    Args:
        status: HTTP status.
        code: EBP-like error code (`ERR_...`).
        message: Sentence in French, as the server would say it.
        headers: Further headers of the answer.
    """

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """The answer, in EBP's shape."""
        body = {
            "title": _TITLES.get(self.status, "Erreur"),
            "message": self.message,
            "errorType": "Functional" if self.status < 500 else "Technical",
            "errors": [{"errorCode": self.code, "errorMessage": self.message}],
            "origin": "atoosync-sandbox",
            "systemMessage": None,
        }
        return JSONResponse(body, self.status, self.headers)
