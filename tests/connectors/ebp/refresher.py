"""A process of its own that asks for a token once: `python -m tests.connectors.ebp.refresher HOME URL [GO]`.

It waits for the file GO, if named, so that several start at the same moment, and prints the token or the error's code.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from atoosync_lab.connectors.erps.ebp.auth import EbpAuth
from atoosync_lab.connectors.http import HttpClient
from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.store.engine import Store
from atoosync_lab.store.home import Home
from atoosync_lab.store.secrets import Secrets
from atoosync_lab.store.tokens import ProfileTokens
from tests.connectors.ebp.helpers import CREDENTIALS

PROFILE = "demo"


def tokens_of(home: Home) -> ProfileTokens:
    """The token store of the test's profile."""
    store = Store.open(home.store)
    return ProfileTokens(store, Secrets.open(store, home), PROFILE, "erp")


def main() -> None:
    """Ask once."""
    home, url = Home.open(sys.argv[1]), sys.argv[2]
    auth = EbpAuth(HttpClient(url, system="ebp", speed=0), url, "http://localhost:3333", CREDENTIALS, tokens_of(home))
    go = Path(sys.argv[3]) if len(sys.argv) > 3 else None
    print("ready", flush=True)
    while go is not None and not go.exists():
        time.sleep(0.005)
    try:
        print(auth.access_token(), flush=True)
    except AtooSyncError as error:
        print(error.code, flush=True)


if __name__ == "__main__":
    main()
