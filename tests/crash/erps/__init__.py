"""The ERP's part of a case: one module a system, seen past the connector."""

from __future__ import annotations

from tests.crash.erps.base import Erp
from tests.crash.erps.ebp import Ebp
from tests.crash.erps.tryton import Tryton

__all__ = ["Ebp", "Erp", "Tryton"]
