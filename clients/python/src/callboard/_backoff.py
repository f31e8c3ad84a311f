"""How long to wait between two tries."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double, half of each by chance, so that a thousand clients cut at once do not return at once.

    ``base`` is the first ceiling and ``cap`` the highest one, in seconds. A stream adds what the server asks for
    with ``retry:``, unless ``honour_server`` is off.
    """

    base: float = 0.5
    cap: float = 15.0
    honour_server: bool = True

    def seconds(self, attempt: int) -> float:
        """The wait before try number ``attempt``; 0 is the first."""
        ceiling = min(self.cap, self.base * float(2 ** min(attempt, 20)))
        return ceiling / 2 + ceiling / 2 * random.random()
