"""Hosts with little memory: what their workers keep goes to disk, and a value that was lost is made again."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import cluster_programs as programs
import pytest
from cluster_processes import Cluster, kill, until

pytestmark = pytest.mark.slow

MEGABYTES = 4
PARTS = 36


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    made.close()


def _on_disk(pids: list[int], folder: Path) -> int:
    """Bytes of files without a name, in a folder, that processes have open."""
    found = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            for descriptor in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    place = f"/proc/{pid}/fd/{descriptor}"
                    if os.readlink(place).startswith(str(folder)):
                        state = os.stat(place)
                        found[state.st_ino] = state.st_size
    return sum(found.values())


def test_values_beyond_the_memory_limit_lie_on_disk_and_no_worker_is_ended(cluster: Cluster) -> None:
    """More than the limit is kept. Each value is made once; one whose worker is killed is made again."""
    log, gate = cluster.folder / "made", cluster.folder / "gate"
    cluster.scheduler("--heartbeat", "0.25")
    host = cluster.host("--slots", "1", "--memory-limit", "96M")
    cluster.await_slots(1)
    text = programs.KEEPING.replace("LOG", repr(str(log))).replace("GATE", repr(str(gate)))
    process = cluster.program(programs.write(cluster.folder, text), PARTS, MEGABYTES * 1024**2)
    until(lambda: process.poll() is not None or (log.exists() and len(log.read_text().split()) == PARTS), "all values")
    worker = cluster.children(host)
    assert _on_disk(worker, cluster.folder / "tmp") > PARTS * MEGABYTES * 1024**2 // 3
    assert sorted(map(int, log.read_text().split())) == list(range(PARTS)), "each was made once"
    kill(worker[-1:])
    gate.touch()
    assert cluster.result(process) == "right\n"
    assert len(log.read_text().split()) > PARTS, "what was lost was made again"
    assert not _on_disk(cluster.children(host), cluster.folder / "tmp")
