"""Programs on several hosts, each with a network of its own: cables are cut, hosts die."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import cluster_programs as programs
import pytest
from cluster_hosts import Hosts, not_permitted
from cluster_processes import Cluster, gone, kill, until
from source_tree import ROOT

_reason = not_permitted()

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(_reason is not None, reason=f"no hosts: {_reason}"),
    pytest.mark.timeout(240),
]


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    made = Hosts("user", "head", "a", "b", "c")
    yield made
    made.close()


class ClusterOnHosts(Cluster):
    """The scheduler on ``head``, programs on ``user``, workers on ``a``, ``b`` and ``c``, which lack the user's files."""

    def __init__(self, folder: Path, hosts: Hosts) -> None:
        super().__init__(folder)
        self.hosts = hosts
        self.users = folder / "user"
        self.users.mkdir()

    def begin(self, *names: str, silence: float = 20) -> None:
        """Start the scheduler, and workers with one slot on these hosts."""
        address = f"tcp://{self.hosts.address('head')}:7437"
        self.scheduler("--heartbeat", "0.25", "--silence", silence, listen=address, within=self.hosts.on("head"))
        for name in names:
            self.on_host(name)
        self.await_slots(len(names))

    def on_host(self, name: str) -> None:
        self.host("--slots", "1", "--label", name, name=name, within=self.hosts.on(name, [self.users]))

    def run(self, text: str, *arguments: object, modules: dict[str, str] | None = None, **environment: str) -> None:
        script = programs.write(self.users, text, modules)
        self.running = self.program(script, *arguments, within=self.hosts.on("user"), **environment)

    def situation(self) -> dict[str, object]:
        found: dict[str, object] = self.hosts.call_on("head", super().situation)
        return found

    def run_gated(self) -> None:
        """Run a program whose calls wait until :meth:`open` is called."""
        self.run(programs.gated(self.folder / "gate"), 20, 0)

    def open(self) -> None:
        """Let the calls go on."""
        (self.folder / "gate").touch()

    def lent(self) -> set[str]:
        """Labels of the hosts that work."""
        workers = self.situation()["workers"]
        assert isinstance(workers, list)
        return {host["labels"][0] for host in workers if host["lent"]}

    def await_work_on(self, *names: str) -> None:
        until(lambda: self.lent() == set(names), f"work on {names}")


@pytest.fixture
def cluster(tmp_path: Path, hosts: Hosts) -> Iterator[ClusterOnHosts]:
    made = ClusterOnHosts(tmp_path, hosts)
    yield made
    for name in hosts.names:
        hosts.mend(name)
    made.close()


EXAMPLE = """
import astronomy_pipeline as example
nights, tiles = example.prepare()
arguments = nights[3:], tiles
expected = example.pipeline.sequential(*arguments)
assert example.pipeline(*arguments) == expected
print("identical")
"""

DIGITS = """
import model_selection as example
candidates, images, labels, folds = example.prepare()
few = [(train[train < 300], test[test < 300]) for train, test in folds]
arguments = candidates[4:6], images[:300], labels[:300], few
expected = example.pipeline.sequential(*arguments)
assert example.pipeline(*arguments) == expected
print("identical")
"""


@pytest.mark.parametrize("text", [EXAMPLE, DIGITS], ids=["astronomy", "digits"])
def test_the_examples_give_identical_results_on_three_hosts(text: str, cluster: ClusterOnHosts) -> None:
    """The example is a module that the hosts do not have."""
    cluster.begin("a", "b", "c")
    sources = {file.name: file.read_text() for file in (ROOT / "examples").glob("*.py")}
    cluster.run(text, modules=sources)
    assert cluster.result(cluster.running, patience=200).endswith("identical\n")


def test_modules_travel_to_hosts_that_lack_them(cluster: ClusterOnHosts) -> None:
    cluster.begin("a", "b")
    cluster.run(programs.WITH_MODULES, modules=programs.MODULES)
    assert cluster.result(cluster.running).count("'first', 'Shipped'") == 2


def test_a_cut_of_ten_seconds_costs_nothing_but_time(cluster: ClusterOnHosts) -> None:
    """It is shorter than the silence: the same session goes on, and no call is made twice."""
    cluster.begin("a", "b")
    log = cluster.folder / "calls"
    text = programs.SQUARES.replace("time.sleep(seconds)", "time.sleep(seconds); open(LOG, 'a').write(f'{number}\\n')")
    cluster.run(f"LOG = {str(log)!r}\n{text}", 20, 0.2)
    cluster.await_work_on("a", "b")
    cluster.hosts.cut("a")
    time.sleep(10)  # the length of the cut is what is tested
    cluster.hosts.mend("a")
    assert "total 2470" in cluster.result(cluster.running)
    assert sorted(map(int, log.read_text().split())) == list(range(20))
    cluster.await_slots(2)


def test_a_host_that_is_cut_off_for_good_is_replaced(cluster: ClusterOnHosts) -> None:
    cluster.begin("a", "b", silence=2)
    cluster.run_gated()
    cluster.await_work_on("a", "b")
    cluster.hosts.cut("a")
    cluster.open()
    assert "total 2470" in cluster.result(cluster.running)
    cluster.await_slots(1)
    cluster.hosts.mend("a")
    cluster.await_slots(2)


def test_a_program_that_is_cut_off_comes_back(cluster: ClusterOnHosts) -> None:
    """Its workers are ended meanwhile; it gets new ones, and makes their calls again."""
    cluster.begin("a", "b", silence=2)
    cluster.run_gated()
    cluster.await_work_on("a", "b")
    cluster.hosts.cut("user")
    cluster.await_work_on()
    cluster.hosts.mend("user")
    cluster.open()
    assert "total 2470" in cluster.result(cluster.running)


def test_a_scheduler_that_is_cut_off_for_good_is_one_clear_error(cluster: ClusterOnHosts) -> None:
    """Nobody hangs: the program ends with a sentence, the host at the end of its lease."""
    cluster.begin(silence=1)
    cluster.host("--slots", "1", "--label", "a", "--lease", "2", name="a", within=cluster.hosts.on("a"))
    cluster.await_slots(1)
    cluster.run(programs.SQUARES, 30, 0.2, PYDRON_PATIENCE="2")
    cluster.await_work_on("a")
    host = cluster.started[1]
    left = cluster.children(host)
    cluster.hosts.cut("head")
    assert cluster.running.wait(60) == 1
    assert "cannot be reached, after 2 seconds (PYDRON_PATIENCE)" in cluster.log("program")
    assert host.wait(60) == 1
    until(lambda: gone(left), "the host's processes end")


def test_a_host_that_is_killed_is_replaced(cluster: ClusterOnHosts) -> None:
    """All at once: the host's processes, and its network."""
    cluster.begin("a", "b", silence=2)
    cluster.run_gated()
    cluster.await_work_on("a", "b")
    host = cluster.started[1]
    everything = [host.pid, *cluster.children(host)]
    cluster.hosts.cut("a")
    kill(everything)
    cluster.open()
    assert "total 2470" in cluster.result(cluster.running)


def test_a_host_that_joins_half_way_takes_work(cluster: ClusterOnHosts) -> None:
    cluster.begin("a")
    cluster.run_gated()
    cluster.await_work_on("a")
    cluster.on_host("b")
    cluster.await_work_on("a", "b")
    cluster.open()
    assert "total 2470" in cluster.result(cluster.running)
