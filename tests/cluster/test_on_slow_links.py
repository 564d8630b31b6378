"""A host behind a link of 50 ms and one per cent of loss: the same results, and sessions that last."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cluster_programs as programs
import pytest
from cluster_processes import Cluster, pydron
from slow_links import SlowLink

from pydron_runtime.cluster.keys import read_connection

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    made.close()


def test_a_slow_and_lossy_link_costs_time_only(cluster: Cluster, tmp_path: Path) -> None:
    cluster.scheduler("--heartbeat", "0.25", "--silence", "3")
    address = read_connection(str(cluster.file)).address
    link = SlowLink((address.host, address.port), 0.05, 0.01)
    try:
        far = f"tcp://127.0.0.1:{link.port}"
        cluster.start(pydron("worker", far, "--connection", cluster.file, "--slots", "1"), "far")
        cluster.await_slots(1)
        process = cluster.program(programs.write(tmp_path, programs.ECHO))
        assert cluster.result(process) == "True\n"
        assert link.lost > 3
        assert cluster.log("far").count("offering") == 1
    finally:
        link.close()
