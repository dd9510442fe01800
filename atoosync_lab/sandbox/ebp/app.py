"""The application of the EBP sandbox: all services on one port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from atoosync_lab.sandbox.common.faults import FaultMiddleware
from atoosync_lab.sandbox.ebp import admin, exports, gescom, imports, login
from atoosync_lab.sandbox.ebp.core import Core
from atoosync_lab.sandbox.ebp.errors import ApiError
from atoosync_lab.sandbox.ebp.settings import Settings
from atoosync_lab.sandbox.ebp.worker import ImportWorker


def create_app(directory: Path, settings: Settings | None = None) -> FaultMiddleware:
    """The ASGI application.

    Args:
        directory: State folder; it outlives the process.
        settings: Switches; defaults imitate the real service.
    """
    core = Core(directory, settings or Settings())
    worker = ImportWorker(core)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        worker.start()
        yield
        worker.stop()
        core.close()

    routes = [*login.ROUTES, *gescom.ROUTES, *imports.ROUTES, *exports.ROUTES, *admin.ROUTES]
    app = Starlette(
        routes=routes, lifespan=lifespan, exception_handlers={ApiError: _refused, HTTPException: _not_served}
    )
    app.state.core = core
    app.state.worker = worker
    return FaultMiddleware(app, speed=core.settings.speed)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return error.response()


async def _not_served(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return ApiError(error.status_code, "ERR_ROUTE", f"{request.method} {request.url.path} : {error.detail}").response()
