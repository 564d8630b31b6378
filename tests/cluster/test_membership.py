"""The cluster's decisions: who is lent which slot, what happens when hosts and programs come, go and die."""

from __future__ import annotations

import random

from pydron_runtime.cluster import events as came
from pydron_runtime.cluster.instructions import EndWorker, Instruction, Introduce, StartWorker, TellGone, TellShare
from pydron_runtime.cluster.membership import TURN, Membership, check, parts_of


class Cluster:
    """A membership, driven by hand."""

    def __init__(self) -> None:
        self.membership = Membership()
        self.now = 1

    def event(self, event: came.Event) -> list[Instruction]:
        out = self.membership.handle(event)
        check(self.membership)
        return out

    def host(self, name: str, slots: int, *labels: str) -> list[Instruction]:
        return self.event(came.HostJoined(self.now, name, name, 1, slots, 0, frozenset(labels), {}))

    def program(self, name: str, *labels: str) -> list[Instruction]:
        return self.event(came.ProgramJoined(self.now, name, "laptop", 2, frozenset(labels)))

    def beat(self, program: str, wanted: int) -> list[Instruction]:
        return self.event(came.ProgramBeat(self.now, program, wanted, 0))

    def ask(self, program: str, *workers: str) -> list[Instruction]:
        return self.event(came.Asked(self.now, program, workers))

    def size(self, program: str) -> int:
        return self.membership.programs[program].size


def test_a_program_is_told_its_share_and_lent_what_it_asks_for() -> None:
    cluster = Cluster()
    cluster.host("a", 2)
    assert TellShare("p1", 2, 2) in cluster.program("p1")
    assert cluster.ask("p1", "w1") == [Introduce("p1", "a"), StartWorker("a", "p1/w1")]
    assert cluster.ask("p1", "w2") == [StartWorker("a", "p1/w2")]


def test_workers_are_spread_over_hosts() -> None:
    cluster = Cluster()
    cluster.host("a", 2)
    cluster.host("b", 2)
    cluster.program("p1")
    started = [i.host for i in cluster.ask("p1", "w1", "w2", "w3", "w4") if isinstance(i, StartWorker)]
    assert sorted(started[:2]) == ["a", "b"] and sorted(started) == ["a", "a", "b", "b"]


def test_a_host_that_joins_later_takes_part() -> None:
    cluster = Cluster()
    assert TellShare("p1", 0, 0) in cluster.program("p1")
    cluster.ask("p1", "w1")
    out = cluster.host("late", 1)
    assert TellShare("p1", 1, 1) in out and StartWorker("late", "p1/w1") in out


def test_a_lost_host_takes_its_workers_with_it_and_nobody_is_blamed() -> None:
    cluster = Cluster()
    cluster.host("a", 1)
    cluster.program("p1")
    cluster.ask("p1", "w1")
    out = cluster.event(came.HostLeft(2, "a", "cut off"))
    assert TellGone("p1", "w1", "cut off", 0, False) in out and TellShare("p1", 0, 0) in out


def test_a_worker_that_dies_is_told_with_the_task_it_had() -> None:
    cluster = Cluster()
    cluster.host("a", 1)
    cluster.program("p1")
    cluster.ask("p1", "w1")
    assert cluster.event(came.WorkerExited(2, "a", "p1/w1", "killed", 5)) == [TellGone("p1", "w1", "killed", 5, True)]
    assert StartWorker("a", "p1/w2") in cluster.ask("p1", "w2")


def test_what_a_program_leaves_behind_is_ended() -> None:
    cluster = Cluster()
    cluster.host("a", 2)
    cluster.program("p1")
    cluster.ask("p1", "w1", "w2", "w3")
    out = cluster.event(came.ProgramLeft(2, "p1"))
    assert set(out) == {EndWorker("a", "p1/w1"), EndWorker("a", "p1/w2")}
    assert cluster.membership.hosts["a"].free == 2


def test_a_slot_that_is_given_back_goes_to_the_one_who_waits() -> None:
    cluster = Cluster()
    cluster.host("a", 2)
    cluster.program("p1")
    cluster.beat("p1", 10)
    cluster.ask("p1", "w1", "w2")
    cluster.program("p2")
    assert set(cluster.beat("p2", 10)) == {TellShare("p1", 1, 2), TellShare("p2", 1, 2)}
    assert not any(isinstance(i, StartWorker) for i in cluster.ask("p2", "w1")), "nobody is interrupted"
    assert StartWorker("a", "p2/w1") in cluster.event(came.Returned(2, "p1", "w2"))


def test_programs_take_turns_where_there_are_too_few_slots() -> None:
    """Whoever has used more than a turn ahead of the others stands behind them."""
    cluster = Cluster()
    cluster.host("a", 1)
    for name in ("p1", "p2"):
        cluster.program(name)
        cluster.beat(name, 5)
    assert (cluster.size("p1"), cluster.size("p2")) == (1, 0)
    cluster.ask("p1", "w1")
    cluster.event(came.Tick(1 + TURN + 1))
    assert (cluster.size("p1"), cluster.size("p2")) == (0, 1)


def test_labels_decide_which_hosts_serve_a_program() -> None:
    cluster = Cluster()
    cluster.host("plain", 4)
    assert TellShare("p1", 0, 0) in cluster.program("p1", "gpu")
    cluster.ask("p1", "w1")
    assert StartWorker("fast", "p1/w1") in cluster.host("fast", 1, "gpu", "big")


def test_late_news_of_what_was_ended_changes_nothing() -> None:
    cluster = Cluster()
    cluster.host("a", 1)
    cluster.program("p1")
    cluster.ask("p1", "w1")
    cluster.event(came.Returned(2, "p1", "w1"))
    assert cluster.event(came.WorkerExited(3, "a", "p1/w1", "killed", 0)) == []


def test_any_history_keeps_the_invariants() -> None:
    """Hosts and programs come, go, ask, give back and die in any order; what was started is known, or was ended."""
    for seed in range(40):
        chance = random.Random(seed)
        cluster = Cluster()
        alive: set[tuple[str, str]] = set()
        names = 0
        for _ in range(200):
            cluster.now += chance.randrange(1, TURN)
            out = cluster.event(_anything(cluster, chance, names := names + 1, alive))
            for instruction in out:
                if isinstance(instruction, StartWorker):
                    assert (instruction.host, instruction.lease) not in alive
                    alive.add((instruction.host, instruction.lease))
                elif isinstance(instruction, EndWorker):
                    alive.discard((instruction.host, instruction.lease))
            alive = {(host, lease) for host, lease in alive if host in cluster.membership.hosts}
            known = {(h, lease) for h, host in cluster.membership.hosts.items() for lease in host.lent}
            assert known == alive, f"seed {seed}"


def _anything(cluster: Cluster, chance: random.Random, number: int, alive: set[tuple[str, str]]) -> came.Event:
    hosts, programs = list(cluster.membership.hosts), list(cluster.membership.programs)
    kind = chance.choice(["host", "program", "ask", "ask", "beat", "beat", "return", "exit", "lost", "end"])
    now = cluster.now
    if kind == "host" or not hosts:
        return came.HostJoined(now, f"h{number}", "m", 1, chance.choice([1, 2, 8]), 0, frozenset(), {})
    if kind == "program" or not programs:
        return came.ProgramJoined(now, f"p{number}", "m", 1, frozenset())
    program = chance.choice(programs)
    if kind == "ask":
        return came.Asked(now, program, (f"w{number}", f"v{number}"))
    if kind == "beat":
        return came.ProgramBeat(now, program, chance.choice([0, 1, 5, 100]), 0)
    if kind == "lost" and chance.random() < 0.5:
        return came.HostLeft(now, chance.choice(hosts), "lost")
    if kind == "end" and chance.random() < 0.5:
        return came.ProgramLeft(now, program)
    if kind == "exit" and alive:
        host, lease = chance.choice(sorted(alive))
        alive.discard((host, lease))
        return came.WorkerExited(now, host, lease, "died", 0)
    if kind == "return" and alive:
        owner, worker = parts_of(chance.choice(sorted(alive))[1])
        return came.Returned(now, owner, worker)
    return came.Tick(now)
