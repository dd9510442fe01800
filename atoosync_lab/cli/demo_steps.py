"""The main job from start to end on the sandboxes, step by step; `atoosync demo` shows it, the bench times it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from atoosync_lab.connectors import plugins
from atoosync_lab.model.errors import SettingsError, SignInRequiredError
from atoosync_lab.model.events import OnEvent, ignore
from atoosync_lab.runs import refreshing, systems
from atoosync_lab.runs.reconciling import Reconciliation, reconcile
from atoosync_lab.runs.run import RunRequest, RunResult, apply_saved, run
from atoosync_lab.runs.workspace import Workspace
from atoosync_lab.sandbox import servers
from atoosync_lab.sandbox.data.erp_data import RunningErp, erp_data
from atoosync_lab.sandbox.data.load import load
from atoosync_lab.sandbox.data.shop_data import shop_data
from atoosync_lab.settings import Profile

WHO = "demo"
SPEED = 200.0
"""The demonstration's ERP answers this much faster than the real one's limits allow."""
EXPORTS = ("articles", "prices", "stocks", "article-status")


@dataclass(slots=True)
class Demo:
    """A demonstration under way."""

    home: Path
    workspace: Workspace
    profile: Profile
    shop: servers.RunningSandbox
    erp: RunningErp
    seconds: dict[str, float] = field(default_factory=dict)
    """Phase -> seconds."""

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time a phase."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(time.monotonic() - begun, 2)

    def plan(self, flow: str, on_event: OnEvent = ignore) -> RunResult:
        """Capture and plan a flow; nothing is written."""
        request = RunRequest(profile=self.profile.id, flow=flow, dry_run=True, who=WHO)
        return run(self.workspace, request, on_event)

    def apply(self, planned: RunResult, on_event: OnEvent = ignore) -> RunResult:
        """Apply a plan just read."""
        if planned.plan is None:
            raise SettingsError("plan.missing", plan="")
        return apply_saved(self.workspace, self.profile.id, planned.plan.meta.id, WHO, on_event)

    def run(self, flow: str, on_event: OnEvent = ignore) -> RunResult:
        """Run a flow whole."""
        return run(self.workspace, RunRequest(profile=self.profile.id, flow=flow, who=WHO), on_event)

    def reconcile(self) -> Reconciliation:
        """Shop against ERP."""
        return reconcile(self.workspace, self.profile.id)


@contextmanager
def started(
    home: Path,
    *,
    shop: str = "prestashop",
    erp: str = "ebp",
    today: date | None = None,
    version: str | None = None,
    speed: float = SPEED,
) -> Iterator[Demo]:
    """Sandboxes with the demonstration's data, a profile with its credentials, signed in.

    Args:
        home: an empty folder.
        shop: system of the shop.
        erp: system of the ERP.
        today: the day the demonstration's dates count back from; None: today.
        version: version of the shop; None takes its usual one.
        speed: factor on the ERP's limits.

    Raises:
        ValueError: the demonstration has no such shop or ERP, or the shop no such version.
        AtooSyncError: the ERP's server cannot be installed here.
    """
    seconds: dict[str, float] = {}
    begun = time.monotonic()
    data, books = shop_data(shop), erp_data(erp)
    states = {name: home / "sandbox" / name for name in (shop, erp)}
    load("demo", states[shop], states[erp], shop=shop, erp=erp, version=version, today=today)
    seconds["load"] = round(time.monotonic() - begun, 2)
    begun = time.monotonic()
    with (
        servers.start(servers.kind_of(shop), states[shop], version=version, args=data.args) as server,
        books.start(states[erp], speed=speed) as erp_server,
        Workspace.open(home) as workspace,
    ):
        document = books.demo_settings(data.demo_settings(server.url, erp_server.url, speed=speed), erp_server)
        profile = Profile.model_validate(without(document, plugins.erp(erp).ignores))
        workspace.profiles.create(profile, who=WHO)
        give_credentials(workspace, profile)
        sign_in(workspace, profile)
        refreshing.refresh(workspace, profile.id, who=WHO)
        seconds["connect"] = round(time.monotonic() - begun, 2)
        yield Demo(home, workspace, workspace.profiles.get(profile.id), server, erp_server, seconds)


def without(document: Mapping[str, Any], paths: Collection[str], above: str = "") -> dict[str, Any]:
    """Settings as plain data, less those at some dotted paths."""
    return {
        name: without(value, paths, f"{above}{name}.") if isinstance(value, Mapping) else value
        for name, value in document.items()
        if f"{above}{name}" not in paths
    }


def give_credentials(workspace: Workspace, profile: Profile) -> None:
    """Store the sandboxes' public credentials for a profile, encrypted like any other."""
    both = (shop_data(profile.shop.system), erp_data(profile.erp.system))
    for name, value in (pair for side in both for pair in side.credentials.items()):
        workspace.secrets.set(profile.id, name, value)


def sign_in(workspace: Workspace, profile: Profile, *, get: Callable[[str], httpx.Response] | None = None) -> None:
    """Sign in at the sandbox's ERP as a browser would; its page answers at once. Nothing where nobody signs in so.

    Raises:
        SignInRequiredError: the page gave no code.
    """
    if not plugins.erp(profile.erp.system).signs_in:
        return
    connector = systems.open_sign_in(profile, workspace.wiring)
    try:
        begun = connector.begin_sign_in(login_hint=erp_data(profile.erp.system).login_hint)
        answer = (get or httpx.get)(begun.url)
        given = parse_qs(urlsplit(answer.headers.get("location", "")).query)
        if "code" not in given:
            raise SignInRequiredError("signin.no_answer")
        connector.finish_sign_in(begun, state=given["state"][0], code=given["code"][0])
    finally:
        connector.close()
