"""A cluster of real processes on this machine: programs run as they do alone, and nothing is left behind."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import cluster_programs as programs
import pytest
from cluster_processes import Cluster, gone, pydron, until

from pydron.errors import ExecutorError
from pydron_runtime.cluster.addresses import Address
from pydron_runtime.cluster.keys import read_connection
from pydron_runtime.cluster.observer import Observer

pytestmark = pytest.mark.slow


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    made.close()


@pytest.fixture
def running(cluster: Cluster) -> Cluster:
    """A scheduler and a host with two slots."""
    cluster.scheduler("--heartbeat", "0.2", "--silence", "3")
    cluster.host("--slots", "2")
    cluster.await_slots(2)
    return cluster


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One for the tests that do it no harm."""
    made = Cluster(tmp_path_factory.mktemp("lasting"))
    made.scheduler()
    made.host("--slots", "2")
    made.await_slots(2)
    yield made
    made.close()


def test_a_program_runs_there_with_its_own_modules(lasting: Cluster, tmp_path: Path) -> None:
    """Packages, namespace packages, and what is imported inside a call come from the program."""
    script = programs.write(tmp_path / "user", programs.WITH_MODULES, programs.MODULES)
    assert lasting.result(lasting.program(script)) == (
        "[('square', 20, 4, 'first', 'Shipped'), ('triangle', 30, 3, 'first', 'Shipped')]\n"
    )


def test_where_nobody_listens_nobody_is_waited_for(lasting: Cluster) -> None:
    """Patience, a minute here, is for schedulers that are there."""
    connection = read_connection(str(lasting.file))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = Address("127.0.0.1", taken.getsockname()[1])
    with Observer(dataclasses.replace(connection, address=address), patience=60, reach=0.2) as observer:
        with pytest.raises(ExecutorError, match="nobody accepted a connection"):
            observer.situation()
        assert not observer.take_down("test")


def test_edits_take_effect_at_the_next_run(lasting: Cluster, tmp_path: Path) -> None:
    """No worker is restarted by hand, and no stale copy is used."""
    script = programs.write(tmp_path / "user", programs.WITH_MODULES, programs.MODULES)
    lasting.result(lasting.program(script))
    programs.write(
        tmp_path / "user",
        programs.WITH_MODULES,
        {**programs.MODULES, "lazily.py": "def told():\n    return 'second'\n"},
    )
    assert lasting.result(lasting.program(script)).count("second") == 2


def test_exceptions_come_back_as_they_are(lasting: Cluster, tmp_path: Path) -> None:
    script = programs.write(tmp_path, programs.FAILING)
    process = lasting.program(script)
    assert process.wait(60) == 1
    said = lasting.log("program")
    assert "__main__.Odd: ('three', 3)" in said or "Odd: ('three', 3)" in said
    assert 'raise Odd("three", number)' in said and "pydron_runtime" not in said


def test_large_values_travel_in_pieces(lasting: Cluster, tmp_path: Path) -> None:
    script = programs.write(tmp_path, programs.LARGE)
    assert lasting.result(lasting.program(script, 3_000_000)) == "True 12000000\n"


def test_a_worker_that_joins_later_takes_work(running: Cluster, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    process = running.program(programs.write(tmp_path, programs.gated(gate)), 60, 0)
    until(lambda: any(host["lent"] == 2 for host in running.situation()["workers"]), "the first host works")
    running.host("--slots", "2", name="late")
    until(lambda: sum(host["lent"] for host in running.situation()["workers"]) == 4, "the late host works, too")
    gate.touch()
    assert "total 70210" in running.result(process)


def test_a_host_that_is_killed_costs_time_and_no_result(running: Cluster, tmp_path: Path) -> None:
    second = running.host("--slots", "2", name="second")
    running.await_slots(4)
    gate = tmp_path / "gate"
    process = running.program(programs.write(tmp_path, programs.gated(gate)), 60, 0)
    until(lambda: sum(host["lent"] for host in running.situation()["workers"]) == 4, "both work")
    left = running.children(second)
    second.kill()
    gate.touch()
    assert "total 70210" in running.result(process)
    until(lambda: gone(left), "the killed host's workers end")


def test_a_frozen_host_is_given_up_and_comes_back(running: Cluster, tmp_path: Path) -> None:
    """It misses its heartbeats; when it wakes up, it drops what it had, and takes part again."""
    second = running.host("--slots", "2", name="second")
    running.await_slots(4)
    gate = tmp_path / "gate"
    process = running.program(programs.write(tmp_path, programs.gated(gate)), 60, 0)
    until(lambda: sum(host["lent"] for host in running.situation()["workers"]) == 4, "both work")
    frozen = [second.pid, *running.children(second)]
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    gate.touch()
    assert "total 70210" in running.result(process)
    running.await_slots(2)
    for pid in frozen:
        with contextlib.suppress(ProcessLookupError):  # its host, awake again, ends a worker before we wake it
            os.kill(pid, signal.SIGCONT)
    running.await_slots(4)


def test_a_frozen_worker_is_replaced(cluster: Cluster, tmp_path: Path) -> None:
    """Its host is well; only the process that makes a call has been stopped."""
    cluster.scheduler()
    host = cluster.host("--slots", "2", "--frozen-limit", "0.5")
    cluster.await_slots(2)
    gate = tmp_path / "gate"
    process = cluster.program(programs.write(tmp_path, programs.gated(gate)), 20, 0)
    nursery, worker, _ = until(lambda: len(found := cluster.children(host)) == 3 and found, "the workers")
    until(lambda: "begun" in cluster.log("program"), "the program's begin")
    os.kill(worker, signal.SIGSTOP)
    gate.touch()
    assert "total 2470" in cluster.result(process)
    until(lambda: gone([worker]), "the frozen worker ends")
    assert not gone([nursery])


def test_a_scheduler_that_is_killed_and_started_again_is_waited_for(running: Cluster, tmp_path: Path) -> None:
    """Program and hosts find the new one, which has the same keys; nobody restarts them."""
    gate = tmp_path / "gate"
    process = running.program(programs.write(tmp_path, programs.gated(gate)), 60, 0)
    until(lambda: any(host["lent"] for host in running.situation()["workers"]), "the host works")
    running.started[0].kill()
    running.started[0].wait()
    running.scheduler_again()
    gate.touch()
    assert "total 70210" in running.result(process)
    assert [host["slots"] for host in running.situation()["workers"]] == [2]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_program_that_dies_leaves_nothing(running: Cluster, tmp_path: Path, number: int) -> None:
    process = running.program(programs.write(tmp_path, programs.SQUARES), 1000, 5)
    until(lambda: any(host["lent"] == 2 for host in running.situation()["workers"]), "the host works")
    host = running.started[1]
    workers = until(lambda: len(found := running.children(host)) == 3 and found, "the nursery and two workers")
    os.kill(process.pid, number)
    until(lambda: len([p for p in workers if not gone([p])]) == 1, "the workers of the dead program end")
    found = running.situation()
    assert found["programs"] == [] and found["workers"][0]["lent"] == 0


def test_two_programs_share_the_slots(lasting: Cluster, tmp_path: Path) -> None:
    """The second one does not wait for the first one's end: each has half of the slots, and both are right."""
    gate = tmp_path / "gate"
    script = programs.write(tmp_path, programs.hurried(gate))
    first = lasting.program(script, 1000, 0.1, name="first")
    until(lambda: held(lasting) == [2], "the first program has all slots")
    second = lasting.program(script, 1000, 0.1, name="second")
    until(lambda: held(lasting) == [1, 1], "each program has half of the slots")
    assert first.poll() is None and second.poll() is None
    gate.touch()
    for process, name in ((first, "first"), (second, "second")):
        assert "total 332833500" in lasting.result(process, name)


def held(cluster: Cluster) -> list[int]:
    """How many workers each program has."""
    return [program["workers"] for program in cluster.situation()["programs"]]


def test_down_ends_everything(running: Cluster, tmp_path: Path) -> None:
    everything = [pid for process in running.started for pid in [process.pid, *running.children(process)]]
    said = subprocess.run(
        pydron("down", "--connection", running.file),
        env=running.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert said.returncode == 0, said.stderr
    assert [process.wait(30) for process in running.started] == [0, 0]
    until(lambda: gone(everything), "all processes end")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_workers_end_when_the_scheduler_is_gone_for_good(cluster: Cluster) -> None:
    scheduler = cluster.scheduler("--heartbeat", "0.2", "--silence", "1")
    host = cluster.host("--slots", "1", "--lease", "1")
    cluster.await_slots(1)
    left = cluster.children(host)
    scheduler.kill()
    assert host.wait(30) == 1
    assert "could not be reached for 1 seconds" in cluster.log("host")
    until(lambda: gone(left), "the nursery ends")


def test_a_cluster_without_workers_is_one_clear_error(cluster: Cluster, tmp_path: Path) -> None:
    cluster.scheduler()
    process = cluster.program(programs.write(tmp_path, programs.SQUARES), 3, 0, PYDRON_PATIENCE="1")
    assert process.wait(60) == 1
    assert f"has no workers, after 1 seconds (PYDRON_PATIENCE). Start one: pydron worker {cluster.url}" in cluster.log(
        "program"
    )


def test_a_scheduler_that_is_not_there_is_one_clear_error(cluster: Cluster, tmp_path: Path) -> None:
    scheduler = cluster.scheduler()
    scheduler.kill()
    scheduler.wait()
    process = cluster.program(programs.write(tmp_path, programs.SQUARES), 3, 0, PYDRON_PATIENCE="1")
    assert process.wait(60) == 1
    assert f"scheduler at {cluster.url} cannot be reached" in cluster.log("program")


def test_status_lists_workers_load_memory_and_programs(running: Cluster, tmp_path: Path) -> None:
    running.host("--slots", "1", "--label", "gpu", "--memory-limit", "2G", name="second")
    running.await_slots(3)
    process = running.program(programs.write(tmp_path, programs.SQUARES), 1000, 5)
    until(lambda: sum(host["lent"] for host in running.situation()["workers"]) == 3, "the hosts work")
    command = pydron("cluster", "status", "--connection", running.file)
    text = subprocess.run(command, env=running.environment, capture_output=True, text=True, timeout=60).stdout
    assert "3 of 3 slots in use" in text and "gpu" in text and "2.0 GiB" in text and str(process.pid) in text
    document = json.loads(
        subprocess.run([*command, "--json"], env=running.environment, capture_output=True, text=True, timeout=60).stdout
    )
    assert {program["pid"] for program in document["programs"]} == {process.pid}
    assert [host["slots"] for host in document["workers"]] == [2, 1]


def test_a_program_may_ask_for_labels(running: Cluster, tmp_path: Path) -> None:
    running.host("--slots", "1", "--label", "gpu", name="second")
    running.await_slots(3)
    gate = tmp_path / "gate"
    script = programs.write(tmp_path, programs.gated(gate))
    process = running.program(script, 20, 0, PYDRON_EXECUTOR=f"{running.url}?labels=gpu")

    def lent() -> dict[str, int]:
        return {",".join(host["labels"]): host["lent"] for host in running.situation()["workers"]}

    until(lambda: lent()["gpu"] == 1, "the labelled host works")
    assert lent() == {"gpu": 1, "": 0}
    gate.touch()
    assert "total 2470" in running.result(process)


def test_a_call_that_uses_too_much_memory_is_given_up_with_the_reason(cluster: Cluster, tmp_path: Path) -> None:
    cluster.scheduler()
    cluster.host("--slots", "1", "--memory-limit", "300M")
    cluster.await_slots(1)
    text = programs.SQUARES.replace(
        "time.sleep(seconds)", "data = bytearray(10**9); data[::4096] = b'x' * len(data[::4096]); time.sleep(5)"
    )
    process = cluster.program(programs.write(tmp_path, text), 1, 0)
    assert process.wait(60) == 1
    assert "more than the limit of 300.0 MiB" in cluster.log("program")


def test_run_says_at_once_that_there_are_no_keys(lasting: Cluster, tmp_path: Path) -> None:
    script = programs.write(tmp_path, programs.SQUARES)
    command = pydron("run", "--scheduler", "tcp://127.0.0.1:1", script, 5, 0)
    said = subprocess.run(command, env=lasting.environment, capture_output=True, text=True, timeout=60)
    assert (said.returncode, said.stdout) == (1, "")
    assert "There are no keys for the cluster at tcp://127.0.0.1:1" in said.stderr and "Traceback" not in said.stderr


def test_run_takes_the_connection_file(lasting: Cluster, tmp_path: Path) -> None:
    script = programs.write(tmp_path, programs.SQUARES)
    command = pydron("run", "--scheduler", lasting.file, script, 5, 0)
    said = subprocess.run(command, env=lasting.environment, capture_output=True, text=True, timeout=60)
    assert said.stdout == "begun\ntotal 30\n", said.stderr
