"""How fast connections are opened, over all threads of a collection."""

from __future__ import annotations

import asyncio
import threading
import time


class Pace:
    """At most `rate` things a second, evenly: a burst is what switches and intrusion detectors notice. Shared by threads."""

    def __init__(self, rate: float) -> None:
        self._step = 1.0 / rate
        self._next = 0.0
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Take the next free moment; -> seconds to wait for it."""
        with self._lock:
            at = max(time.monotonic(), self._next)
            self._next = at + self._step
        return at - time.monotonic()

    async def turn(self) -> None:
        """Wait for the next free moment."""
        wait = self.reserve()
        if wait > 0:
            await asyncio.sleep(wait)
