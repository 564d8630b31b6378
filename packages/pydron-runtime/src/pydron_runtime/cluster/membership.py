"""Membership: hosts, programs, and which program has borrowed which worker. Events in, instructions out.

The cluster's state machine. It knows nothing of tasks and values: those are between a program and its workers. The
same events give the same instructions.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pydron_runtime.cluster import events as came
from pydron_runtime.cluster.instructions import (
    EndWorker,
    Instruction,
    Introduce,
    StartWorker,
    TellGone,
    TellShare,
)
from pydron_runtime.cluster.messages import worker_of
from pydron_runtime.cluster.shares import shares

TURN = 5_000_000_000
"""Nanoseconds of use by which a program may be ahead of another one before it stands behind it."""


@dataclass(slots=True)
class HostState:
    """One host.

    Attributes:
        lent: Lease -> program.
        load: Processors in use, as the host tells.
        memory: Bytes that its workers use, as the host tells.
    """

    joined: came.HostJoined
    lent: dict[str, str] = field(default_factory=dict)
    load: float = 0.0
    memory: int = 0

    @property
    def free(self) -> int:
        """Slots that nobody has."""
        return self.joined.slots - len(self.lent)


@dataclass(slots=True)
class ProgramState:
    """One program.

    Attributes:
        asked: Workers that it wants and does not have, oldest first.
        held: Worker -> host.
        known: Hosts that it has been told about.
        wanted: Workers that it could use now, as it tells.
        running: Calls that it has running, as it tells.
        size: Workers that it may have; -1 until it was told.
        total: Workers in the whole cluster, as it was told.
        used: Nanoseconds of workers that it has used.
    """

    joined: came.ProgramJoined
    asked: dict[str, None] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    wanted: int = 0
    running: int = 0
    size: int = -1
    total: int = -1
    used: int = 0


def lease_of(program: str, worker: str) -> str:
    """The name of a lease, which is also the worker's name on its host."""
    return f"{program}/{worker}"


def parts_of(lease: str) -> tuple[str, str]:
    """Program and worker of a lease."""
    program, _, worker = lease.partition("/")
    return program, worker


class Membership:
    """Decides which program gets which slot.

    Attributes:
        hosts: By their names in the cluster. For reading.
        programs: By their names in the cluster. For reading.
    """

    def __init__(self) -> None:
        self.hosts: dict[str, HostState] = {}
        self.programs: dict[str, ProgramState] = {}
        self._now = 0

    def handle(self, event: came.Event) -> list[Instruction]:
        """Take an event in. The only method that changes anything."""
        self._charge(event.now)
        out: list[Instruction] = []
        if isinstance(event, came.HostJoined):
            self.hosts[event.host] = HostState(event)
        elif isinstance(event, came.HostLeft):
            self._host_left(event, out)
        elif isinstance(event, came.ProgramJoined):
            used = min((program.used for program in self.programs.values()), default=0)
            self.programs[event.program] = ProgramState(event, used=used)
        elif isinstance(event, came.ProgramLeft):
            self._program_left(event, out)
        elif isinstance(event, came.Asked):
            self._asked(event)
        elif isinstance(event, came.Returned):
            self._returned(event, out)
        elif isinstance(event, came.WorkerExited):
            self._exited(event, out)
        elif isinstance(event, came.HostBeat):
            host = self.hosts.get(event.host)
            if host is not None:
                host.load, host.memory = event.load, event.memory
        elif isinstance(event, came.ProgramBeat):
            program = self.programs.get(event.program)
            if program is not None:
                program.wanted, program.running = event.wanted, event.running
        self._divide(out)
        self._lend(out)
        return out

    def host_of(self, program: str, worker: str) -> str | None:
        """The host on which a program has borrowed a worker; None if it has not."""
        state = self.programs.get(program)
        return None if state is None else state.held.get(worker)

    def program_of(self, host: str, lease: str) -> str | None:
        """The program that has borrowed a worker of a host; None if nobody has."""
        state = self.hosts.get(host)
        return None if state is None else state.lent.get(lease)

    def other_end(self, role: str, identity: str, line: str) -> tuple[str | None, str]:
        """Who is at the other end of a line between a program and a worker, and what the line is called there.

        Args:
            role: Who speaks, ``program`` or ``host``.
            line: As the one who speaks calls it: by the worker's name, or by its lease.
        """
        worker = worker_of(line)
        rest = line[len(worker) :]
        if role == "program":
            return self.host_of(identity, worker), lease_of(identity, worker) + rest
        return self.program_of(identity, worker), parts_of(worker)[1] + rest

    def _charge(self, now: int) -> None:
        passed, self._now = max(0, now - self._now) if self._now else 0, max(now, self._now)
        for program in self.programs.values():
            program.used += passed * len(program.held)

    def _host_left(self, event: came.HostLeft, out: list[Instruction]) -> None:
        host = self.hosts.pop(event.host, None)
        if host is None:
            return
        for lease, owner in host.lent.items():
            worker = parts_of(lease)[1]
            del self.programs[owner].held[worker]
            out.append(TellGone(owner, worker, event.reason, 0, False))
        for program in self.programs.values():
            program.known.discard(event.host)

    def _program_left(self, event: came.ProgramLeft, out: list[Instruction]) -> None:
        program = self.programs.pop(event.program, None)
        if program is None:
            return
        for worker, host in program.held.items():
            lease = lease_of(event.program, worker)
            del self.hosts[host].lent[lease]
            out.append(EndWorker(host, lease))

    def _asked(self, event: came.Asked) -> None:
        program = self.programs.get(event.program)
        if program is not None:
            program.asked.update((name, None) for name in event.workers if name not in program.held)

    def _returned(self, event: came.Returned, out: list[Instruction]) -> None:
        program = self.programs.get(event.program)
        if program is None:
            return
        program.asked.pop(event.worker, None)
        host = program.held.pop(event.worker, None)
        if host is not None:
            lease = lease_of(event.program, event.worker)
            del self.hosts[host].lent[lease]
            out.append(EndWorker(host, lease))

    def _exited(self, event: came.WorkerExited, out: list[Instruction]) -> None:
        host = self.hosts.get(event.host)
        owner = None if host is None else host.lent.pop(event.lease, None)
        if owner is None:
            return  # it was ended on purpose
        worker = parts_of(event.lease)[1]
        del self.programs[owner].held[worker]
        out.append(TellGone(owner, worker, event.reason, event.running, True))

    def _suits(self, program: ProgramState, host: HostState) -> bool:
        return program.joined.labels <= host.joined.labels

    def _divide(self, out: list[Instruction]) -> None:
        """Tell programs how many workers they may have, where that has changed."""
        total = sum(host.joined.slots for host in self.hosts.values())
        order = sorted(self.programs.values(), key=lambda program: program.used // TURN)
        for program, size in zip(order, shares(total, [program.wanted for program in order])):
            suitable = sum(host.joined.slots for host in self.hosts.values() if self._suits(program, host))
            size = min(size, suitable)
            if (program.size, program.total) != (size, suitable):
                program.size, program.total = size, suitable
                out.append(TellShare(program.joined.program, size, suitable))

    def _lend(self, out: list[Instruction]) -> None:
        """Give free slots to those who asked, within their shares; each time on the host with most slots free."""
        for name, program in self.programs.items():
            for worker in list(program.asked):
                if len(program.held) >= program.size:
                    break
                able = [host for host in self.hosts.values() if host.free > 0 and self._suits(program, host)]
                if not able:
                    break
                chosen = max(able, key=lambda host: host.free / host.joined.slots)
                host = chosen.joined.host
                lease = lease_of(name, worker)
                del program.asked[worker]
                program.held[worker] = host
                chosen.lent[lease] = name
                if host not in program.known:
                    program.known.add(host)
                    out.append(Introduce(name, host))
                out.append(StartWorker(host, lease))


def check(state: Membership) -> None:
    """Look at the whole state. For tests.

    Raises:
        AssertionError: Something is not as it has to be; the message says what.
    """
    for name, host in state.hosts.items():
        assert host.free >= 0, f"{name} has lent more than it has"
        for lease, owner in host.lent.items():
            assert state.programs[owner].held[parts_of(lease)[1]] == name, f"{lease} is held by nobody"
    for name, program in state.programs.items():
        assert not set(program.asked) & set(program.held), f"{name} asks for what it has"
        for worker, place in program.held.items():
            assert state.hosts[place].lent[lease_of(name, worker)] == name, f"{place} does not know of {worker}"
    total = sum(host.joined.slots for host in state.hosts.values())
    assert sum(max(0, program.size) for program in state.programs.values()) <= total, "more is promised than there is"
    for name, program in state.programs.items():
        if program.asked and len(program.held) < program.size:
            free = [h for h in state.hosts.values() if h.free and program.joined.labels <= h.joined.labels]
            assert not free, f"{name} waits for a worker, and slots are free"
