"""What an answer means: a document, or the cause why there is none."""

from __future__ import annotations

import httpx

from atoosync_lab.connectors.shops.woocommerce import facts, wire
from atoosync_lab.model.errors import AtooSyncError, ConnectionFailedError, Facts, OutcomeUnknownError, RefusedError


class Judge:
    """Reads the answers of one shop.

    Args:
        host: for sentences.
        answered: the API has answered at that address before: a page in its place is a passing trouble then.
    """

    def __init__(self, host: str, *, answered: bool) -> None:
        self._host, self.answered = host, answered
        self.notice = ""
        """What a plug-in printed around an answer; empty: nothing."""

    def document(self, answer: httpx.Response, resource: str, *, wrote: bool) -> wire.Document:
        """The document of an answer.

        Raises:
            ConnectionFailedError: key, right, address, firewall.
            RefusedError: the shop refuses the request.
            OutcomeUnknownError: the answer cannot be read: a write may have happened, a read may be tried again.
        """
        noted = self._facts(answer, resource)
        try:
            found = wire.parse(answer.content)
        except wire.CutError as error:
            raise OutcomeUnknownError("woocommerce.cut", resource=resource, facts=noted) from error
        except wire.WireError as error:
            raise self._no_document(answer, resource, noted, wrote) from error
        if answer.status_code >= 400:
            raise self.error(answer, found.value, resource, wrote=wrote)
        self.answered = True
        self.notice = found.notice or self.notice
        return found

    def _no_document(self, answer: httpx.Response, resource: str, noted: Facts, wrote: bool) -> AtooSyncError:
        status = answer.status_code
        if answer.is_success:
            if not answer.content.strip():
                # PHP died before its first word, or a proxy lost the content.
                return OutcomeUnknownError("woocommerce.cut", resource=resource, facts=noted)
            if wrote or self.answered:
                return OutcomeUnknownError("woocommerce.page_instead", host=self._host, facts=noted)
        if status == 403:
            return ConnectionFailedError("woocommerce.firewall", host=self._host, facts=noted)
        if status == 401:
            return ConnectionFailedError("woocommerce.site_locked", host=self._host, facts=noted)
        if status == facts.TOO_LARGE:
            return RefusedError("woocommerce.too_large", text=str(status), facts=noted)
        return ConnectionFailedError("woocommerce.no_api", host=self._host, status=status, facts=noted)

    def error(self, answer: httpx.Response, value: object, resource: str, *, wrote: bool) -> AtooSyncError:
        """The error that an error document states."""
        body = value if isinstance(value, dict) else {}
        code, text = wire.text(body, "code"), wire.words(wire.text(body, "message"))
        status = answer.status_code
        noted = self._facts(answer, resource, code)
        if status == 401 and (code in facts.KEY_CODES or not wrote):
            # A key that reads and may not write is refused with the same code.
            kind = "woocommerce.key_reads_only" if wrote and self.answered else "woocommerce.key_refused"
            return ConnectionFailedError(kind, facts=noted)
        if status in (401, 403):
            if not code:
                return ConnectionFailedError("woocommerce.firewall", host=self._host, facts=noted)
            return ConnectionFailedError("woocommerce.right_missing", resource=resource, facts=noted)
        if code == facts.NO_ROUTE:
            return RefusedError("woocommerce.no_route", resource=resource, facts=noted)
        if status == 404 and not code:
            return ConnectionFailedError("woocommerce.no_api", host=self._host, status=status, facts=noted)
        return RefusedError("woocommerce.refused", text=text or code, code=code, facts=noted)

    @staticmethod
    def _facts(answer: httpx.Response, resource: str, code: str = "") -> Facts:
        operation = f"{answer.request.method} {resource}"
        return Facts(system=facts.SYSTEM, operation=operation, status=answer.status_code, remote_code=code)
