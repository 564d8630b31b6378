"""A host behind a cable that takes 50 ms and loses one packet in a hundred: the same results, and sessions that last."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cluster_programs as programs
import poor_cables
import pytest
from cluster_hosts import Hosts, not_permitted
from cluster_processes import Cluster, until

_reason = not_permitted() or poor_cables.not_permitted()

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(_reason is not None, reason=f"no hosts with poor cables: {_reason}"),
    pytest.mark.timeout(240),
]


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    made = Hosts("head", "far", poor={"far": (0.05, 0.01)})
    yield made
    made.close()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    made.close()


def test_a_slow_and_lossy_link_costs_time_only(cluster: Cluster, hosts: Hosts, tmp_path: Path) -> None:
    """Values go over it in both directions: through the scheduler, and from host to host."""
    listen = f"tcp://{hosts.address('head')}:7437"
    cluster.scheduler("--heartbeat", "0.25", "--silence", "5", listen=listen, within=hosts.on("head"))
    for name, place in (("far", "far"), ("near", "head")):
        cluster.host("--slots", "1", "--label", name, name=name, within=hosts.on(place))
    until(lambda: len(hosts.call_on("head", cluster.situation)["workers"]) == 2, "two hosts")
    cable, head = hosts.cables["far"], hosts.on("head")
    echo = programs.write(tmp_path, programs.ECHO)
    far = cluster.program(echo, name="echo", within=head, PYDRON_EXECUTOR=f"{cluster.url}?labels=far")
    assert cluster.result(far, "echo", patience=200) == "True\n"
    assert cable.lost > 3 and cable.carried > 1000
    between = cluster.program(programs.write(tmp_path, programs.BETWEEN), 300_000, 4, within=head)
    assert cluster.result(between, patience=200) == "right 1200000\n"
