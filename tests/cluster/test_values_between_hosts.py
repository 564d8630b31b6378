"""Values go from host to host without the scheduler, where hosts reach each other; results are right in any case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cluster_programs as programs
import pytest
import zmq
from cluster_hosts import Hosts, not_permitted
from cluster_processes import Cluster, kill, until

from pydron_runtime.cluster import gate, transfers

_reason = not_permitted()

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(_reason is not None, reason=f"no hosts: {_reason}"),
    pytest.mark.timeout(120),
]

SIZE, PARTS = 3_000_000, 6


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    made = Hosts("head", "a", "b")
    yield made
    made.close()


class Between(Cluster):
    """Scheduler and program on ``head``, one worker each on ``a`` and ``b``."""

    def __init__(self, folder: Path, hosts: Hosts) -> None:
        super().__init__(folder)
        self.hosts = hosts

    def begin(self, *options: object, **environment: str) -> None:
        listen = f"tcp://{self.hosts.address('head')}:7437"
        self.scheduler("--heartbeat", "0.25", "--silence", "3", listen=listen, within=self.hosts.on("head"))
        for name in ("a", "b"):
            self.host("--slots", "1", *options, name=name, within=self.hosts.on(name), **environment)
        until(lambda: len(self.hosts.call_on("head", self.situation)["workers"]) == 2, "two hosts")

    def run(self) -> int:
        """Run a program whose values have to go from host to host. Bytes that the head's cable has carried."""
        before = self.hosts.carried("head")
        script = programs.write(self.folder, programs.BETWEEN)
        process = self.program(script, SIZE, PARTS, within=self.hosts.on("head"))
        assert self.result(process) == f"right {SIZE * PARTS}\n"
        return self.hosts.carried("head") - before


@pytest.fixture
def cluster(tmp_path: Path, hosts: Hosts) -> Iterator[Between]:
    made = Between(tmp_path, hosts)
    yield made
    made.close()


def test_what_goes_from_host_to_host_does_not_pass_the_scheduler(cluster: Between) -> None:
    cluster.begin()
    assert cluster.run() < SIZE / 2, "less than half of a single value"


def test_an_array_that_many_calls_receive_is_sent_to_each_worker_once(cluster: Between) -> None:
    """And again after it has been changed: calls receive what it was when they were made."""
    pytest.importorskip("numpy")
    cluster.begin()
    before = cluster.hosts.carried("head")
    script = programs.write(cluster.folder, programs.COMMON)
    process = cluster.program(script, SIZE, 20, within=cluster.hosts.on("head"))
    assert cluster.result(process) == "right\n"
    assert SIZE < cluster.hosts.carried("head") - before < 6 * SIZE, "two versions for two workers"


def test_hosts_that_give_nothing_to_others_are_served_through_the_scheduler(cluster: Between) -> None:
    cluster.begin("--data-port", "none")
    assert cluster.run() > SIZE


def test_hosts_that_cannot_reach_each_other_are_served_through_the_scheduler(cluster: Between) -> None:
    cluster.begin(PYDRON_REACH="1")
    cluster.hosts.part("a", "b")
    try:
        assert cluster.run() > SIZE
    finally:
        cluster.hosts.join("a", "b")


def test_a_host_that_is_killed_while_it_gives_values_is_replaced(cluster: Between) -> None:
    cluster.begin()
    script = programs.write(cluster.folder, programs.BETWEEN)
    process = cluster.program(script, SIZE, 12, within=cluster.hosts.on("head"))
    before = cluster.hosts.carried("a")
    until(lambda: cluster.hosts.carried("a") - before > SIZE or process.poll() is not None, "a value on its way")
    host = cluster.started[1]
    kill([host.pid, *cluster.children(host)])
    assert cluster.result(process) == f"right {SIZE * 12}\n"


def test_a_host_gives_nothing_to_strangers(cluster: Between) -> None:
    """Neither to those without a key nor to those whose key the scheduler has not named; the host goes on."""
    cluster.begin()
    endpoint = until(lambda: listening_on(cluster, "a"), "the host listens")
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()

    def try_it() -> bool:
        bare = context.socket(zmq.DEALER)
        bare.connect(endpoint)
        public, secret = (key.decode() for key in zmq.curve_keypair())
        stranger = gate.collecting(context, endpoint, public, (public, secret))
        for socket in (bare, stranger):
            socket.send(transfers.encode(transfers.Take(b"0" * 16, 8)))
        poller = zmq.Poller()
        for socket in (bare, stranger):
            poller.register(socket, zmq.POLLIN)
        answered = poller.poll(1500)
        for socket in (bare, stranger):
            socket.close(0)
        return bool(answered)

    assert not cluster.hosts.call_on("head", try_it)
    context.term()
    assert cluster.run() < SIZE / 2


def listening_on(cluster: Between, name: str) -> str:
    """Where the host of this name gives values, as the kernel knows."""
    address = cluster.hosts.address(name)
    wanted = "".join(f"{int(part):02X}" for part in reversed(address.split(".")))
    table = Path(f"/proc/{cluster.started[1].pid}/net/tcp").read_text().splitlines()[1:]
    for line in table:
        place, state = line.split()[1], line.split()[3]
        if place.startswith(wanted) and state == "0A":
            return f"tcp://{address}:{int(place.partition(':')[2], 16)}"
    return ""
