"""`python -m atoosync_lab.sandbox.tryton --state DIR [--port N] [--variant demo|retail] [--fresh]`.

Installs Tryton and builds the template where that has not been done, copies the template where the folder has no
database, and becomes the server: the process that others see is Tryton's own.
"""

from __future__ import annotations

import json
import os
import sys

from atoosync_lab.model.errors import AtooSyncError
from atoosync_lab.sandbox.common.runner import ADDRESS_FILE, base_parser
from atoosync_lab.sandbox.tryton import server, template
from atoosync_lab.sandbox.tryton.facts import VARIANTS

DEFAULT_PORT = 8705


def main() -> None:
    """Read the command line, prepare, and serve."""
    parser = base_parser("tryton", DEFAULT_PORT)
    parser.add_argument("--variant", choices=VARIANTS, default=VARIANTS[0], help="what the database holds")
    parser.add_argument("--fresh", action="store_true", help="begin with a new copy of the variant")
    parser.add_argument("--version", help="taken for the sake of the other sandboxes: there is one version")
    given = parser.parse_args()
    try:
        built = template.build(given.variant)
    except AtooSyncError as error:
        sys.exit(str(error))
    state = given.state
    if given.fresh or not server.database_file(state).is_file():
        server.put_database(built.template, state)
    port = given.port or server.free_port()
    command = server.server_command(built.place, state, port)
    content = {"kind": "tryton", "pid": os.getpid(), "port": port, "url": f"http://{server.HOST}:{port}"}
    draft = (state / ADDRESS_FILE).with_suffix(".tmp")
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(state / ADDRESS_FILE)
    os.execve(command[0], command, server.server_env())


if __name__ == "__main__":
    main()
