"""`python -m atoosync_lab.sandbox.data demo --shop DIR --erp DIR`: load a data set from a terminal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from atoosync_lab.sandbox.data.load import DATA_SETS, SandboxRunningError, load
from atoosync_lab.sandbox.data.shop_data import SHOPS

USAGE, BUSY = 2, 6


def main(arguments: Sequence[str] | None = None) -> int:
    """Load, print the report as JSON and return 0.

    2: no file of the real year, or an unknown version; 6: a server runs on a state folder.
    """
    parser = argparse.ArgumentParser(prog="python -m atoosync_lab.sandbox.data", description=__doc__)
    parser.add_argument("kind", choices=DATA_SETS, help="data set")
    parser.add_argument("--shop", type=Path, required=True, help="state folder of the shop's sandbox")
    parser.add_argument("--erp", type=Path, required=True, help="state folder of the ERP's sandbox")
    parser.add_argument("--system", choices=SHOPS, default=SHOPS[0], help="system of the shop")
    parser.add_argument("--version", help="version of the shop; its usual one by default")
    parser.add_argument("--shared", type=Path, help="folder of the recordings (online-retail)")
    parser.add_argument("--today", type=date.fromisoformat, help="date from which the demonstration counts back")
    parser.add_argument("--limit", type=int, help="documents of the real year to load")
    parser.add_argument("--ignore-case", action="store_true", help="the folder of the real year ignores case in codes")
    given = parser.parse_args(arguments)
    try:
        report = load(
            given.kind,
            given.shop,
            given.erp,
            shop=given.system,
            version=given.version,
            shared=given.shared,
            today=given.today,
            limit=given.limit,
            case_sensitive=not given.ignore_case,
        )
    except SandboxRunningError as error:
        print(error, file=sys.stderr)
        return BUSY
    except (FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return USAGE
    print(json.dumps(asdict(report), ensure_ascii=False, indent=2, default=str))
    return 0


if __name__ == "__main__":
    sys.exit(main())
