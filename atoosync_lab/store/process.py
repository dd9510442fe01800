"""Who holds something: a process that can be told from a later one with the same number."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """A process of some host."""

    host: str
    """Host name and, on Linux, the process namespace: containers may share a name but not their processes."""
    pid: int
    start: str
    """When it started, in the system's own unit; empty where the system does not say."""

    def is_here(self) -> bool:
        """It ran where this process runs, so that `is_dead` can tell."""
        return self.host == _host()

    def is_dead(self) -> bool:
        """Proved to have ended. False when it is on another host: nobody here can know."""
        if not self.is_here():
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        # A number is used again after some time, and a killed child stays in the list until it is fetched.
        state, start = _stat(self.pid)
        return state == "Z" or (bool(self.start) and bool(start) and start != self.start)

    def works(self) -> bool:
        """Seen to be alive on this host, and not stopped (SIGSTOP, a debugger)."""
        return self.is_here() and not self.is_dead() and _stat(self.pid)[0] not in ("", "T", "t")


def current() -> Process:
    """This process."""
    return Process(_host(), os.getpid(), _stat(os.getpid())[1])


@cache
def _host() -> str:
    try:
        space = os.readlink("/proc/self/ns/pid")
    except OSError:
        space = ""
    return f"{socket.gethostname()}/{space}"


def _stat(pid: int) -> tuple[str, str]:
    """State letter and start time of a process (proc(5), fields 3 and 22); empty where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return "", ""
    return fields[0], fields[19]
