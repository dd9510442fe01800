"""Answers made by hand."""

from __future__ import annotations

import httpx


def answer(status: int, body: str) -> httpx.Response:
    """An answer with a text body."""
    return httpx.Response(status, text=body, request=httpx.Request("GET", "http://127.0.0.1/"))
