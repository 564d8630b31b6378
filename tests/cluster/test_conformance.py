"""The conformance suite of executors, bound to a cluster of real processes on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster_processes import Cluster

from pydron_runtime.conformance.executors import ExecutorConformance
from pydron_runtime.conformance.scheduled import ProgramConformance
from pydron_runtime.executors.base import Executor
from pydron_runtime.executors.cluster import ClusterExecutor

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    with pytest.MonkeyPatch.context() as patch:
        made.scheduler()
        made.host("--slots", "2")
        made.await_slots(2)
        patch.setenv("PYDRON_CONNECTION", str(made.file))
        yield made
    made.close()


@pytest.fixture(scope="module")
def attached(cluster: Cluster) -> Iterator[ClusterExecutor]:
    executor = ClusterExecutor(cluster.url)
    executor.attach()
    yield executor
    executor.close()


class TestCluster(ExecutorConformance):
    @pytest.fixture
    def executor(self, attached: ClusterExecutor) -> Executor:
        return attached


class TestProgramsOnCluster(ProgramConformance):
    @pytest.fixture
    def settings(self, cluster: Cluster) -> dict[str, Any]:
        return {"executor": cluster.url}


def test_the_connection_file_is_enough(cluster: Cluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing else of the scheduler's folder is needed by a program."""
    monkeypatch.setenv("PYDRON_HOME", str(tmp_path / "nothing"))
    executor = ClusterExecutor(cluster.url)
    executor.attach()
    executor.close()
