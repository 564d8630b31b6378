"""Hosts and schedulers are killed, frozen and cut off at random while a program runs: right result, every effect once and in order.

``PYDRON_CHAOS_SECONDS`` makes it longer, ``PYDRON_CHAOS_SEED`` another one; pytest -s tells what happened.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import cluster_programs as programs
import pytest
from cluster_hosts import Hosts, not_permitted
from cluster_processes import Cluster, gone, until

_reason = not_permitted()
SECONDS = float(os.environ.get("PYDRON_CHAOS_SECONDS", "12"))
NAMES = ("a", "b", "c")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(_reason is not None, reason=f"no hosts: {_reason}"),
    pytest.mark.timeout(SECONDS * 4 + 200),
]


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    made = Hosts("head", *NAMES)
    yield made
    made.close()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    made.close()


class Chaos:
    """What goes wrong, in an order that a seed decides."""

    def __init__(self, cluster: Cluster, hosts: Hosts, scheduler: subprocess.Popen[str], seed: int) -> None:
        self.scheduler = scheduler
        self.cluster, self.hosts, self.chance = cluster, hosts, random.Random(seed)
        self.running = {name: self._start(name) for name in NAMES}
        self.done: list[str] = []

    def _start(self, name: str) -> subprocess.Popen[str]:
        options = ("--slots", "1", "--frozen-limit", "1", "--lease", "60")
        return self.cluster.host(*options, name=name, within=self.hosts.on(name))

    def strike(self) -> None:
        """One thing goes wrong, and is mended a little later."""
        name = self.chance.choice(NAMES)
        process = self.running[name]
        kind = self.chance.choice(
            ["worker", "worker", "stop worker", "host", "freeze", "cut", "scheduler", "freeze scheduler"]
        )
        self.done.append(f"{kind} {name}")
        children = self.cluster.children(process)
        pause = self.chance.choice([0.2, 1.0, 3.5])
        if kind in ("worker", "stop worker") and len(children) > 1:
            with contextlib.suppress(ProcessLookupError):
                os.kill(children[-1], signal.SIGKILL if kind == "worker" else signal.SIGSTOP)
        elif kind == "host":
            process.kill()
            process.wait()
            until(lambda: gone(children), "a killed host's workers end")
            self.running[name] = self._start(name)
        elif kind == "freeze":
            os.kill(process.pid, signal.SIGSTOP)
            time.sleep(pause)
            os.kill(process.pid, signal.SIGCONT)
        elif kind == "cut":
            self.hosts.cut(name)
            time.sleep(pause)
            self.hosts.mend(name)
        elif kind == "scheduler":
            self.scheduler.kill()
            self.scheduler.wait()
            time.sleep(pause)
            self.scheduler = self.cluster.scheduler_again()
        elif kind == "freeze scheduler":
            os.kill(self.scheduler.pid, signal.SIGSTOP)
            time.sleep(pause)
            os.kill(self.scheduler.pid, signal.SIGCONT)
        time.sleep(self.chance.random())


def test_chaos(cluster: Cluster, hosts: Hosts, tmp_path: Path) -> None:
    """The program and its host live; whatever else may die, does."""
    listen = f"tcp://{hosts.address('head')}:7437"
    scheduler = cluster.scheduler("--heartbeat", "0.2", "--silence", "2", listen=listen, within=hosts.on("head"))
    chaos = Chaos(cluster, hosts, scheduler, int(os.environ.get("PYDRON_CHAOS_SEED", "1")))
    script = programs.write(tmp_path, programs.MIXED)
    count = 300 if SECONDS < 60 else 2000
    process = cluster.program(script, count, "cluster", within=hosts.on("head"), PYDRON_PATIENCE="120")
    plain = subprocess.run(
        [sys.executable, str(script), str(count), "plain"], capture_output=True, text=True, timeout=200
    )
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        chaos.strike()
    assert cluster.result(process, patience=SECONDS * 3 + 100) == plain.stdout, chaos.done
    assert len(chaos.done) >= 3
    kinds = Counter(one.rpartition(" ")[0] for one in chaos.done)
    print(f"{count} calls, {len(chaos.done)} faults: {dict(kinds)}")
    until(lambda: len(hosts.call_on("head", cluster.situation)["workers"]) == len(NAMES), "all hosts are there again")
    everything = [pid for one in chaos.running.values() for pid in [one.pid, *cluster.children(one)]]
    chaos.scheduler.send_signal(signal.SIGINT)
    until(lambda: gone(everything), "the hosts end with their scheduler")
    assert list((tmp_path / "tmp").iterdir()) == []
