"""Nothing here can run before the package is installed: `pip install .[test]`."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("atoosync_shop_carnet") else ["test_carnet.py"]
