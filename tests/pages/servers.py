"""JupyterLab and Voila on free ports, each with its own folders, ended with everything they started."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers."""

    url: str
    token: str
    log: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, home: Path) -> dict[str, str]:
    """Nothing of the person's own Jupyter: settings, themes and extensions would change what the tests see."""
    own = {
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "IPYTHONDIR": folder / "ipython",
        "JUPYTERLAB_SETTINGS_DIR": folder / "lab-settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / "lab-workspaces",
        "ATOOSYNC_HOME": home,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "ATOOSYNC"))}
    return {**kept, "JUPYTER_NO_CONFIG": "", **{name: str(path) for name, path in own.items()}}


@contextmanager
def serve(command: list[str], env: Mapping[str, str], folder: Path, url: str, token: str) -> Iterator[Server]:
    """Start a server, wait until it answers, end it and its kernels."""
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env=dict(env), stdout=out, stderr=subprocess.STDOUT, start_new_session=True, cwd=folder
        )
    try:
        deadline = time.monotonic() + 60
        while not answers(f"{url}?token={token}"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(encoding="utf-8")[-3000:])
            time.sleep(0.2)
        yield Server(url, token, log)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status < 500)
    except OSError:
        return False


@contextmanager
def lab(folder: Path, home: Path, notebooks: Path, language: str = "fr_FR", *, whole: bool = False) -> Iterator[Server]:
    """JupyterLab on a folder of notebooks; `whole`: all cells stay in the page, for pictures."""
    port, token = free_port(), secrets.token_hex(16)
    settings = folder / "app-settings"
    settings.mkdir(parents=True)
    overrides = {
        "@jupyterlab/translation-extension:plugin": {"locale": language},
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    }
    if whole:
        overrides["@jupyterlab/notebook-extension:tracker"] = {"windowingMode": "none"}
    (settings / "overrides.json").write_text(json.dumps(overrides), encoding="utf-8")
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={notebooks}",
        f"--LabApp.app_settings_dir={settings}",
        "--LabApp.expose_app_in_browser=True", "--ServerApp.port_retries=0",
    ]  # fmt: skip
    url = f"http://127.0.0.1:{port}/lab"
    with serve(command, environment(folder, home), folder, url, token) as server:
        yield server


@contextmanager
def voila(
    folder: Path, exports: Path, dashboards: Path = ROOT / "dashboards", client: Path | None = None
) -> Iterator[Server]:
    """The dashboards as a client sees them: our server, a token, and a folder of exports as its only data."""
    port, token = free_port(), secrets.token_hex(16)
    env = environment(folder, folder / "no-home")
    del env["ATOOSYNC_HOME"]
    env |= {"ATOOSYNC_BOARD": str(exports), "ATOOSYNC_BOARD_TOKEN": token}
    if client is not None:
        env["ATOOSYNC_BOARD_CLIENT"] = str(client)
    command = [sys.executable, "-m", "atoosync_lab.boards.server", str(dashboards), f"--port={port}"]
    with serve(command, env, folder, f"http://127.0.0.1:{port}/", token) as server:
        yield server
