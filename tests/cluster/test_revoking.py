"""Keys are revoked while programs and hosts use them: they end with one clear error, everybody else goes on."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import cluster_programs as programs
import pytest
from cluster_processes import Cluster, pydron, until

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    made.scheduler("--heartbeat", "0.2", "--silence", "5")
    yield made
    made.close()


def run(cluster: Cluster, *arguments: object) -> str:
    done = subprocess.run(pydron(*arguments), env=cluster.environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_revoked_program_ends_with_an_error_and_the_others_go_on(cluster: Cluster) -> None:
    cluster.host("--slots", "2")
    cluster.await_slots(2)
    run(cluster, "cluster", "grant", "anna", "--connection-file", cluster.folder / "anna.json")
    script = programs.write(cluster.folder, programs.SQUARES)
    anna = {"PYDRON_CONNECTION": str(cluster.folder / "anna.json")}
    hers = cluster.program(script, 1000, 0.1, name="hers", **anna)
    ours = cluster.program(script, 30, 0.1, name="ours")
    until(lambda: len(cluster.situation()["programs"]) == 2, "both programs")
    assert run(cluster, "cluster", "keys").split() == ["anna", "connection"]
    run(cluster, "cluster", "revoke", "anna")
    assert hers.wait(60) == 1 and "it was revoked (pydron cluster revoke)" in cluster.log("hers")
    assert "total 8555" in cluster.result(ours, "ours")
    again = cluster.program(script, 2, 0, name="again", **anna)
    assert again.wait(60) == 1 and "does not know the key in the connection file" in cluster.log("again")


def test_a_revoked_host_ends_and_its_calls_are_made_elsewhere(cluster: Cluster) -> None:
    run(cluster, "cluster", "grant", "rented", "--connection-file", cluster.folder / "rented.json")
    cluster.host("--slots", "1", name="own")
    rented = pydron("worker", "--connection", cluster.folder / "rented.json", "--slots", "1")
    host = cluster.start(rented, "rented")
    cluster.await_slots(2)
    process = cluster.program(programs.write(cluster.folder, programs.SQUARES), 30, 0.1)
    until(lambda: sum(one["lent"] for one in cluster.situation()["workers"]) == 2, "both hosts work")
    run(cluster, "cluster", "revoke", "rented")
    assert host.wait(60) == 1 and "it was revoked" in cluster.log("rented")
    assert "total 8555" in cluster.result(process)
    found = json.loads(run(cluster, "cluster", "status", "--json"))
    assert [one["slots"] for one in found["workers"]] == [1]
