"""The leaky bucket of points, as the answers describe it: how long to wait before the next request may pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from atoosync_lab.connectors.shops.shopify import facts


@dataclass
class Bucket:
    """What is known of one app's points in one shop. Nothing is taken for granted: plans differ, and change.

    Attributes:
        maximum: points of a full bucket; 0 before the first answer.
        restore: points given back a second; 0 before the first answer.
        clock: steady clock in seconds.
    """

    maximum: float = 0.0
    restore: float = 0.0
    clock: Callable[[], float] = time.monotonic
    _available: float = 0.0
    _at: float = 0.0
    _costs: dict[str, int] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """An answer has described the bucket."""
        return self.restore > 0

    @property
    def available(self) -> float:
        """Points that there are now, by what the last answer said."""
        return min(self.maximum, self._available + (self.clock() - self._at) * self.restore)

    def wait_for(self, name: str, guess: int) -> float:
        """Seconds until a request may pass.

        Args:
            name: of the request; what it cost the last time is known by it.
            guess: points, where it was never sent.
        """
        if not self.known:
            return 0.0
        wanted = min(self._costs.get(name, guess), int(self.maximum))
        return max(0.0, (wanted - self.available) / self.restore)

    def note(self, name: str, cost: Mapping[str, Any] | None) -> None:
        """Learn from the `extensions.cost` of an answer."""
        if not cost:
            return
        requested = cost.get("requestedQueryCost")
        if requested is not None:
            self._costs[name] = int(requested)
        status = cost.get("throttleStatus")
        if status:
            self.maximum = float(status["maximumAvailable"])
            self.restore = float(status["restoreRate"])
            self._available = float(status["currentlyAvailable"])
            self._at = self.clock()

    def after_throttled(self, cost: Mapping[str, Any] | None) -> float:
        """Seconds to wait after THROTTLED: (requested - available) / restore rate."""
        requested = Decimal(str((cost or {}).get("requestedQueryCost") or facts.MAX_COST))
        if not self.known:
            return facts.RATE_WAIT
        return max(facts.THROTTLE_WAIT_LEAST, (float(requested) - self._available) / self.restore)

    def seconds_for(self, points: float) -> float:
        """Seconds that so many points take, beyond those that are there now."""
        return max(0.0, points - self.available) / self.restore if self.known else 0.0
