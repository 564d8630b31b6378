"""Attacks on the scheduler's port: whoever has no key gets nowhere, whoever has one can only harm what is his own."""

from __future__ import annotations

import pickle
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cluster_programs as programs
import pytest
import zmq
from cluster_processes import Cluster, until

from pydron_runtime.cluster import messages as say
from pydron_runtime.cluster.addresses import Address
from pydron_runtime.cluster.gate import calling
from pydron_runtime.cluster.keys import Connection, read_connection
from pydron_runtime.cluster.line import Line, greeting
from pydron_runtime.cluster.settings import FRAME_LIMIT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("attacked"))
    made.scheduler("--heartbeat", "0.2", "--silence", "5")
    made.host("--slots", "1")
    made.await_slots(1)
    yield made
    made.close()


@pytest.fixture
def connection(cluster: Cluster) -> Connection:
    return read_connection(str(cluster.file))


class Ends:
    """Sockets of the attacker, closed at the end of a test."""

    def __init__(self) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._made: list[zmq.Socket[bytes]] = []

    def bare(self, kind: int) -> zmq.Socket[bytes]:
        """A socket without any security."""
        self._made.append(self._context.socket(kind))
        return self._made[-1]

    def calling(self, connection: Connection) -> zmq.Socket[bytes]:
        """A socket as programs have it."""
        self._made.append(calling(self._context, connection))
        return self._made[-1]

    def close(self) -> None:
        for sock in self._made:
            sock.close(0)
        self._context.term()


@pytest.fixture
def ends() -> Iterator[Ends]:
    made = Ends()
    yield made
    made.close()


def still_answers(cluster: Cluster) -> None:
    """The scheduler was not hurt, and its host is still there."""
    assert len(cluster.situation()["workers"]) == 1
    assert cluster.started[0].poll() is None and cluster.started[1].poll() is None


def still_works(cluster: Cluster, tmp_path: Path) -> None:
    """The scheduler was not hurt: a program runs as before."""
    name = f"after-{tmp_path.name}"
    process = cluster.program(programs.write(tmp_path, programs.SQUARES), 4, 0, name=name)
    assert "total 14" in cluster.result(process, name)
    assert cluster.started[0].poll() is None and cluster.started[1].poll() is None


def memory_of(cluster: Cluster) -> int:
    """Bytes that the scheduler's process uses."""
    return int(Path(f"/proc/{cluster.started[0].pid}/statm").read_text().split()[1]) * 4096


def answers(sock: zmq.Socket[bytes], milliseconds: int = 1500) -> bool:
    return bool(sock.poll(milliseconds))


def test_an_unknown_key_is_refused_before_anything_is_read(
    cluster: Cluster, connection: Connection, ends: Ends, tmp_path: Path
) -> None:
    public, secret = zmq.curve_keypair()
    stranger = Connection(connection.address, connection.scheduler_key, public.decode(), secret.decode())
    before = cluster.situation()["refused"]
    sock = ends.calling(stranger)
    sock.send(say.encode(say.Envelope(0, 0, greeting("program"))))
    assert not answers(sock)
    assert cluster.situation()["refused"] > before
    line = Line(stranger, greeting("program"))
    until(lambda: line.look() or line.refused, "the refusal")
    assert line.refused is not None and "does not know the key" in line.refused
    line.close()
    still_works(cluster, tmp_path)


@pytest.mark.parametrize("mechanism", ["null", "plain"])
def test_there_is_no_way_in_without_encryption(mechanism: str, cluster: Cluster, ends: Ends) -> None:
    sock = ends.bare(zmq.DEALER)
    if mechanism == "plain":
        sock.setsockopt(zmq.PLAIN_USERNAME, b"admin")
        sock.setsockopt(zmq.PLAIN_PASSWORD, b"admin")
    sock.connect(cluster.url)
    sock.send(say.encode(say.Envelope(0, 0, greeting("observer"))))
    assert not answers(sock)
    still_answers(cluster)


def test_a_false_scheduler_learns_nothing(connection: Connection, ends: Ends, tmp_path: Path) -> None:
    """Whoever listens in the scheduler's place without its secret key gets no greeting."""
    fake = ends.bare(zmq.ROUTER)
    _, secret = zmq.curve_keypair()
    fake.setsockopt(zmq.CURVE_SERVER, 1)
    fake.setsockopt(zmq.CURVE_SECRETKEY, secret)
    port = fake.bind_to_random_port("tcp://127.0.0.1")
    there = Connection(Address("127.0.0.1", port), *_keys(connection))
    line = Line(there, greeting("program"))
    assert not answers(fake)
    assert line.session is None
    line.close()


def _keys(connection: Connection) -> tuple[str, str, str]:
    return connection.scheduler_key, connection.public_key, connection.secret_key


@pytest.mark.parametrize(
    "text",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\xff" * 4096,
        # A ZMTP greeting for CURVE, then a frame that claims to have 2 GB, and 16 EB.
        b"\xff"
        + bytes(8)
        + b"\x7f\x03\x01CURVE".ljust(55, b"\0")[:55]
        + b"\x06"
        + struct.pack(">Q", 2 << 30)
        + b"x" * 9000,
        b"\xff" + bytes(8) + b"\x7f\x03\x01CURVE".ljust(55, b"\0")[:55] + b"\x06" + b"\xff" * 8 + b"x" * 9000,
        b"",
    ],
    ids=["http", "noise", "2 GB", "16 EB", "nothing"],
)
def test_noise_on_the_port_does_no_harm(text: bytes, cluster: Cluster, connection: Connection) -> None:
    """Also from many connections at once, which are left open."""
    before = memory_of(cluster)
    sockets = [socket.create_connection((connection.address.host, connection.address.port)) for _ in range(100)]
    for sock in sockets:
        try:
            sock.sendall(text)
        except OSError:
            pass  # it has been cut off already
    still_answers(cluster)
    assert memory_of(cluster) - before < 50 * 2**20
    for sock in sockets:
        sock.close()


def test_what_is_recorded_cannot_be_read_or_played_again(
    cluster: Cluster, connection: Connection, tmp_path: Path
) -> None:
    """A proxy in between sees no word of it, and sending the same bytes again leads nowhere."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []
    _forward(listener, (connection.address.host, connection.address.port), heard)
    through = Connection(Address("127.0.0.1", listener.getsockname()[1]), *_keys(connection))
    line = Line(through, greeting("host", slots=1, labels=["unmistakable-label"]))
    until(lambda: list(line.arrived()) or line.session, "a session through the proxy")
    line.close(say.Goodbye("enough"))
    recorded = b"".join(heard)
    assert len(recorded) > 200 and b"unmistakable-label" not in recorded and b"enough" not in recorded
    slots = sum(host["slots"] for host in cluster.situation()["workers"])
    with socket.create_connection((connection.address.host, connection.address.port)) as replay:
        replay.sendall(recorded)
        replay.settimeout(2)
        try:
            while replay.recv(65536):
                pass
        except OSError:
            pass
    assert sum(host["slots"] for host in cluster.situation()["workers"]) == slots
    listener.close()
    still_works(cluster, tmp_path)


def _forward(listener: socket.socket, target: tuple[str, int], heard: list[bytes]) -> None:
    """Pass one connection on, and write down what the client says."""

    def pump(source: socket.socket, sink: socket.socket, note: list[bytes]) -> None:
        try:
            while data := source.recv(65536):
                note.append(data)
                sink.sendall(data)
        except OSError:
            pass

    def serve() -> None:
        client, _ = listener.accept()
        with client, socket.create_connection(target) as server:
            back = threading.Thread(target=pump, args=(server, client, []), daemon=True)
            back.start()
            pump(client, server, heard)
            server.shutdown(socket.SHUT_RDWR)
            back.join(30)

    threading.Thread(target=serve, daemon=True).start()


class Insider:
    """Somebody with a key, who sends what he likes."""

    def __init__(self, connection: Connection, ends: Ends, role: str = "program") -> None:
        self.socket = ends.calling(connection)
        self.socket.send(say.encode(say.Envelope(0, 0, greeting(role, slots=1 if role == "host" else 0))))
        assert answers(self.socket, 20_000)
        welcome = say.decode_answer(self.socket.recv_multipart()).message
        assert isinstance(welcome, say.Welcome)
        self.welcome = welcome
        self.number = 0

    def send(self, message: say.ToScheduler, *frames: bytes) -> None:
        self.number += 1
        self.socket.send_multipart([say.encode(say.Envelope(self.welcome.session, self.number, message)), *frames])

    def hears(self, kind: type) -> bool:
        while self.socket.poll(3000):
            if isinstance(say.decode_answer(self.socket.recv_multipart()).message, kind):
                return True
        return False


@pytest.mark.parametrize(
    "frames", [[b""], [b"\xc1"], [b"\x93\x01\x02\x90"], [b"\xdd\xff\xff\xff\xff"], [b"\x91" * 100_000]]
)
def test_malformed_messages_end_the_session_of_the_sender_only(
    frames: list[bytes],
    cluster: Cluster,
    connection: Connection,
    ends: Ends,
) -> None:
    insider = Insider(connection, ends)
    insider.socket.send_multipart(frames)
    assert insider.hears(say.StartOver)
    still_answers(cluster)


def test_a_replayed_message_ends_the_session(connection: Connection, ends: Ends) -> None:
    insider = Insider(connection, ends)
    insider.send(say.Beat())
    insider.number -= 1
    insider.send(say.Beat())
    assert insider.hears(say.StartOver)


def test_the_number_of_somebody_elses_session_is_worth_nothing(connection: Connection, ends: Ends) -> None:
    victim, thief = Insider(connection, ends), Insider(connection, ends)
    thief.welcome = victim.welcome
    thief.send(say.Goodbye("not mine"))
    assert thief.hears(say.StartOver)
    victim.send(say.Beat(1))
    assert victim.hears(say.Beat), "the victim's session lives"


def test_an_oversized_frame_cuts_its_sender_off(
    cluster: Cluster, connection: Connection, ends: Ends, tmp_path: Path
) -> None:
    before = memory_of(cluster)
    insider = Insider(connection, ends)
    insider.send(say.Relay("w1"), bytes(FRAME_LIMIT * 20))
    until(lambda: all(p["pid"] != _own_pid() for p in cluster.situation()["programs"]), "the sender is cut off")
    assert memory_of(cluster) - before < 4 * FRAME_LIMIT + 50 * 2**20
    still_works(cluster, tmp_path)


def _own_pid() -> int:
    return greeting("program").pid


def test_nobody_reaches_workers_that_he_has_not_borrowed(
    cluster: Cluster, connection: Connection, ends: Ends, tmp_path: Path
) -> None:
    """Neither as another program, nor as a host that speaks for a worker of others. What he sends is not opened."""
    flag = tmp_path / "opened"
    bomb = pickle.dumps(_Bomb(str(flag)))
    process = cluster.program(programs.write(tmp_path, programs.SQUARES), 20, 0.1, name="victim")
    until(lambda: cluster.situation()["workers"][0]["lent"] == 1, "the victim has a worker")
    victim = cluster.situation()["programs"][0]["name"]
    program, host = Insider(connection, ends), Insider(connection, ends, "host")
    for worker in ("w1", f"{victim}/w1", "../w1", ""):
        program.send(say.Relay(worker), bomb, bomb)
        host.send(say.Relay(worker), bomb, bomb)
        host.send(say.Exited(worker, "I say so", 1))
        program.send(say.GiveBack(worker))
    host.send(say.Goodbye("enough"))
    assert "total 2470" in cluster.result(process, "victim")
    assert not flag.exists()
    still_works(cluster, tmp_path)


class _Bomb:
    """Leaves a file when it is unpickled."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (self._path, "w")


def test_keys_are_in_no_command_line_environment_log_or_trace(cluster: Cluster, tmp_path: Path) -> None:
    trace = tmp_path / "run.pydron"
    process = cluster.program(
        programs.write(tmp_path, programs.SQUARES), 10, 0.1, name="traced", PYDRON_TRACE=str(trace)
    )
    until(lambda: cluster.situation()["workers"][0]["lent"] == 1, "the program has a worker")
    pids = [pid for started in cluster.started for pid in [started.pid, *cluster.children(started)]]
    assert len(pids) >= 4
    seen = b"".join(_read(f"/proc/{pid}/{what}") for pid in pids for what in ("cmdline", "environ"))
    cluster.result(process, "traced")
    seen += trace.read_bytes() + b"".join(log.read_bytes() for log in cluster.folder.glob("*.log"))
    assert b"PYDRON_HOME" in seen
    home = cluster.folder / "home"
    secrets = [
        line.partition(":")[2].strip().strip('",')
        for file in home.rglob("*.json")
        for line in file.read_text().splitlines()
        if "secret" in line
    ]
    assert len(secrets) >= 3
    for secret in secrets:
        assert len(secret) == 40 and secret.encode() not in seen


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""
