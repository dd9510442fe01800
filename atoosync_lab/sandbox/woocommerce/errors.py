"""The errors of the REST API: a status, a code, a message, and further data."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer `{code, message, data: {status, ...}}`.

    Attributes:
        status: HTTP status.
        code: The API's code (`woocommerce_rest_...`, `rest_...`).
        message: Text for people; may hold HTML, as the shop's does.
        data: Further keys of `data`; or, with `bare`, nothing else.
        bare: When given, `data` is this number instead of an object (refunds do so).
        allowed: Whether the header `Allow` goes with it; not where the shop stopped or refused the whole address.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        data: dict[str, Any] | None = None,
        *,
        bare: int | None = None,
        allowed: bool = True,
    ) -> None:
        self.status = status
        self.code = code
        self.message = message
        self.data = data or {}
        self.bare = bare
        self.allowed = allowed
        super().__init__(f"{status} {code}: {message}")

    def body(self) -> dict[str, Any]:
        """The JSON object."""
        data: Any = {"status": self.status, **self.data} if self.bare is None else self.bare
        return {"code": self.code, "message": self.message, "data": data}


class StateVersionError(RuntimeError):
    """The folder holds the shop of another version."""


def critical() -> ApiError:
    """What a shop answers when PHP stops: the page of a broken site, in JSON."""
    return ApiError(
        500, "internal_server_error", "<p>There has been a critical error on this website.</p>", allowed=False
    )


def no_route() -> ApiError:
    """No route of that address and method."""
    return ApiError(404, "rest_no_route", "No route was found matching the URL and request method.", allowed=False)


def invalid_id(kind: str, status: int) -> ApiError:
    """There is no record of that id; `kind` is the post type (`product`, `shop_order`)."""
    allowed = kind != "product_variation"
    return ApiError(status, f"woocommerce_rest_{kind}_invalid_id", "Invalid ID.", allowed=allowed)


def no_trash(what: str = "Resource") -> ApiError:
    """Deletion without `force` of a record that has no trash."""
    return ApiError(501, "woocommerce_rest_trash_not_supported", f"{what} does not support trashing.")


def invalid_param(name: str, message: str, code: str = "rest_invalid_param") -> ApiError:
    """One argument is not valid."""
    details = {name: {"code": code, "message": message, "data": None}}
    return ApiError(
        400, "rest_invalid_param", f"Invalid parameter(s): {name}", {"params": {name: message}, "details": details}
    )


def unknown_attribute() -> ApiError:
    """There is no attribute of that id."""
    return ApiError(404, "woocommerce_rest_taxonomy_invalid", "Taxonomy does not exist.")
