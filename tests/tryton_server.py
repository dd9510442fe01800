"""Pytest plugin: a real Tryton server for tests. It is installed and set up once a machine, and copied for each start.

A run of all tests by several processes begins with that, beside the first tests: else all processes would come to wait
for the one that builds. The time it took is printed at the end. Where no package index can be reached, tests that need
the server skip.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from atoosync_lab.model.errors import AtooSyncError, ConnectionFailedError
from atoosync_lab.sandbox.tryton import template
from atoosync_lab.sandbox.tryton.server import TrytonServer
from atoosync_lab.sandbox.tryton.template import Built

_TOLD = pytest.StashKey[list[str]]()
_AHEAD = pytest.StashKey[threading.Thread]()
_OUTPUT = "tryton_told"


@pytest.fixture(scope="session")
def tryton_template(pytestconfig: pytest.Config) -> Built:
    """Tryton, installed, and the database of the demonstration."""
    try:
        built = template.build("demo")
    except ConnectionFailedError as error:
        pytest.skip(str(error))
    pytestconfig.stash.setdefault(_TOLD, []).append(built.told())
    return built


@pytest.fixture(scope="module")
def tryton(tryton_template: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrytonServer]:
    """A server of this test module, on a database of its own."""
    state = tmp_path_factory.mktemp("tryton")
    with template.start(state, "demo", place=tryton_template.place) as server:
        yield server


def pytest_sessionstart(session: pytest.Session) -> None:
    """Build ahead of the tests, in the process that hands them out."""
    config = session.config
    option = config.option
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not option.keyword
    hands_out = getattr(option, "numprocesses", None) and not hasattr(config, "workerinput")
    if everything and hands_out and not option.collectonly:
        config.stash[_AHEAD] = threading.Thread(target=_build_ahead, args=(config,), daemon=True)
        config.stash[_AHEAD].start()


def _build_ahead(config: pytest.Config) -> None:
    # What goes wrong here goes wrong again for the test that needs it, which tells.
    with suppress(AtooSyncError, FileNotFoundError):
        config.stash.setdefault(_TOLD, []).append(template.build("demo").told())
        template.build("sample")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what a worker process has to tell to the process that prints."""
    if (ahead := session.config.stash.get(_AHEAD, None)) is not None:
        # A server of the build would outlive this process.
        ahead.join()
    told = session.config.stash.get(_TOLD, [])
    output = getattr(session.config, "workeroutput", None)
    if output is not None and told:
        output[_OUTPUT] = told


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: pytest.Item) -> None:
    """Take over what a worker process has told."""
    told = getattr(node, "workeroutput", {}).get(_OUTPUT, [])
    node.config.stash.setdefault(_TOLD, []).extend(told)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how long the server took to build, or that it was there."""
    # One process builds while the others wait for it: all of them tell how long that was.
    for line in sorted(set(config.stash.get(_TOLD, [])), reverse=True)[:1]:
        terminalreporter.write_line(line)
