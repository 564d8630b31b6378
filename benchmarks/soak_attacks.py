"""Attacks: a thread that kills and freezes workers, and the process that starts them, at moments left to chance."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter

from soak_census import nurseries, workers

KINDS = {
    "worker killed": 60,
    "all workers killed": 8,
    "worker frozen": 10,
    "nursery killed": 8,
    "nursery frozen": 3,
    "worker terminated": 5,
    "worker aborted": 6,
}
"""What is done, and how often in a hundred."""

LEAST = 0.6
"""Seconds between two attacks at least. A call is given up when three workers have died of it: what makes it again, on
a new worker that first has to import its modules, should not be hit each time."""

SIGNALS = {"frozen": signal.SIGSTOP, "terminated": signal.SIGTERM, "aborted": signal.SIGSEGV}


class Attacks:
    """Runs until :meth:`end`.

    Attributes:
        made: How many of each kind.
        resting: Whether there are none now. May be set at any time.
    """

    def __init__(self, chance: random.Random, pause: float) -> None:
        """
        Args:
            chance: Decides what and when.
            pause: Mean seconds between two attacks.
        """
        self.made: Counter[str] = Counter()
        self.resting = False
        self._chance = chance
        self._pause = pause
        self._program = os.getpid()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def begin(self) -> None:
        """Begin. Returns at once."""
        self._thread.start()

    def end(self) -> None:
        """No attack follows. Blocks until a current one is made."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(LEAST + self._chance.expovariate(1 / max(0.01, self._pause - LEAST))):
            kind = self._chance.choices(list(KINDS), list(KINDS.values()))[0]
            victims = nurseries(self._program) if "nursery" in kind else workers(self._program)
            if not victims or self.resting:
                continue
            if not kind.startswith("all"):
                victims = [self._chance.choice(victims)]
            for victim in victims:
                try:
                    os.kill(victim, SIGNALS.get(kind.split()[-1], signal.SIGKILL))
                except ProcessLookupError:
                    continue
            self.made[kind] += 1
