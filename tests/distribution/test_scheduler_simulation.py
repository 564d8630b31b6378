"""Scheduler and workers, both as they are, joined by a simulated network in which everything goes wrong.

Messages are encoded and decoded as in reality. Between two ends they keep their order; which end is served next,
who dies, what is delivered twice and when the program cancels or releases, is chance, made from a seed.
"""

from __future__ import annotations

import random
from collections import deque

import pytest

from pydron_runtime.data.held import Held
from pydron_runtime.data.kept import Kept
from pydron_runtime.data.outcomes import Outcome
from pydron_runtime.data.payload import Payload, Place
from pydron_runtime.data.tasks import Completion, Failed, Function, Lost, Skipped, Succeeded, Task
from pydron_runtime.protocol.codec import decode_to_scheduler, decode_to_worker, encode
from pydron_runtime.protocol.messages import Drop, Execute, Forget, Given, Hold, Report, Share, Shared
from pydron_runtime.scheduler import instructions as want
from pydron_runtime.scheduler.events import (
    Cancelled,
    Died,
    Event,
    Joined,
    Moved,
    Released,
    Reported,
    Resized,
    Submitted,
    Ticked,
    Wanted,
    Withdrawn,
)
from pydron_runtime.scheduler.invariants import check
from pydron_runtime.scheduler.machine import Scheduler
from pydron_runtime.scheduler.placement import is_hungry
from pydron_runtime.transport.dispatching import message_of, outcomes_of, shared_value, told
from pydron_runtime.worker.execution import Execution
from pydron_runtime.worker.machine import Worker

FUNCTIONS = [Function(f"digest-{kind}", b"blob-" + kind.encode(), kind) for kind in ("fast", "slow", "bad", "poison")]
DURATIONS = {"fast": 3_000, "slow": 20_000_000, "bad": 1_000, "poison": 0}


class HeldHere(Held):
    """A held value whose serialised form is known."""

    def payload(self, place: Place | None = None) -> Payload:
        payload: Payload = self.value
        return payload


class SimulatedWorker:
    """A worker machine, its two channels, and the call that it is making."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.machine = Worker()
        self.inward: deque[list[bytes]] = deque()
        self.outward: deque[list[bytes]] = deque()
        self.shares: deque[int] = deque()
        self.joined = False
        self.running: Execution | None = None


class World:
    """A program, a scheduler and workers, moved by chance."""

    def __init__(self, seed: int, small: bool = False) -> None:
        """
        Args:
            seed: Decides everything.
            small: A history of a few tasks. Looking at the whole state after every event costs as much as there are
                tasks, so in the same time many more small worlds are seen than large ones.
        """
        self.chance = random.Random(seed)
        self.batches = [1, 1, 4] if small else [1, 1, 4, 30]
        self.rounds = [3, 6, 9] if small else [3, 10, 25]
        self.pauses = [0, 2, 10] if small else [0, 3, 40]
        size, keep_limit = self.chance.choice([1, 2, 3, 8]), self.chance.choice([0, 20_000, 10**9])
        self.direct = seed % 4 > 1
        self.scheduler = Scheduler(size, keep_limit, self.direct)
        self.moves: list[want.Move] = []
        self.moved = 0
        self.now = 0
        self.workers: dict[str, SimulatedWorker] = {}
        self.completions: dict[int, Completion] = {}
        self.tasks: dict[int, Task] = {}
        self.gone: set[int] = set()
        self.died_by_chance = 0
        self.blind = self.chance.random() < 0.3
        self.deaths_left = self.chance.choice([0, 2, 6])
        self.elastic = seed % 2 == 1
        self.holding = seed % 3 != 0
        self.wanted: set[int] = set()
        self.provided: dict[int, Completion] = {}
        self.inbox: tuple[Task, ...] = ()

    def result_of(self, number: int) -> Payload:
        """What a task returns, whoever runs it: sizes on both sides of every limit, some out of band."""
        size = [3, 5_000, 30_000][number % 3]
        data = f"result {number}".encode().ljust(size, b".")
        return Payload(data, (b"buffer" * 900,) if number % 5 == 0 else ())

    def empty_inbox(self) -> None:
        if self.inbox:
            batch, self.inbox = self.inbox, ()
            self.handle(Submitted(self.now, batch))

    def handle(self, event: Event) -> None:
        self.empty_inbox()
        for instruction in self.scheduler.handle(event):
            self.carry_out(instruction)
        check(self.scheduler.state)

    def carry_out(self, instruction: want.Instruction) -> None:
        if isinstance(instruction, want.Deliver):
            assert instruction.completion.task not in self.completions, "two completions of one task"
            self.completions[instruction.completion.task] = instruction.completion
        elif isinstance(instruction, want.Provide):
            number = instruction.completion.task
            assert number in self.wanted, "a value that nobody waits for"
            self.wanted.discard(number)
            self.provided[number] = instruction.completion
        elif isinstance(instruction, want.Share):
            if instruction.late:
                self.workers[instruction.worker].inward.append(encode(Share(instruction.numbers), []))
            else:
                self.workers[instruction.worker].shares.extend(instruction.numbers)
        elif isinstance(instruction, want.StartWorkers):
            for name in instruction.names:
                assert name not in self.workers, "a name was used twice"
                self.workers[name] = SimulatedWorker(name)
        elif isinstance(instruction, want.Stop):
            del self.workers[instruction.worker]
        elif isinstance(instruction, want.Dispatch):
            message, frames = message_of(instruction)
            self.workers[instruction.worker].inward.append(encode(message, frames))
        elif isinstance(instruction, (want.Forget, want.Drop, want.Hold, want.Give)):
            self.workers[instruction.worker].inward.append(encode(*told(instruction)))
        elif isinstance(instruction, want.Move):
            assert self.direct and instruction.source in self.workers and instruction.target in self.workers
            self.moves.append(instruction)

    # What may happen

    def submit(self) -> None:
        batch = []
        for _ in range(self.chance.choice(self.batches)):
            number = len(self.tasks) + 1
            possible = [n for n in self.tasks if n not in self.gone]
            needs = tuple(self.chance.sample(possible, min(len(possible), self.chance.choice([0, 0, 1, 3]))))
            function = self.chance.choices(FUNCTIONS, [60, 20, 8, 1])[0]
            task = Task(number, function, Payload(b"arguments %d" % number), needs, label=f"{function.name} {number}")
            self.tasks[number] = task
            batch.append(task)
        if is_hungry(self.scheduler.state):
            self.handle(Submitted(self.now, tuple(batch)))
        else:  # nobody wakes the scheduler: tasks lie there until something else happens
            self.inbox += tuple(batch)

    def mentioned(self) -> list[int]:
        """Tasks that the program may let go of: it waits for none of their values."""
        return sorted(set(self.tasks) - self.wanted)

    def cancel(self) -> None:
        chosen = tuple(self.chance.sample(self.mentioned(), min(len(self.mentioned()), 2)))
        self.gone.update(chosen)
        self.handle(Cancelled(self.now, chosen))

    def release(self) -> None:
        chosen = tuple(self.chance.sample(self.mentioned(), min(len(self.mentioned()), 3)))
        self.gone.update(chosen)
        self.handle(Released(self.now, chosen))

    def want(self) -> None:
        """The program looks at values that it has not released."""
        done = [n for n, each in self.completions.items() if isinstance(each, Succeeded) and n not in self.gone]
        for number in self.chance.sample(sorted(done), min(len(done), 2)):
            self.wanted.add(number)
            self.handle(Wanted(self.now, number))

    def die(self, worker: SimulatedWorker) -> None:
        self.empty_inbox()  # while the worker is still there to be told something, even to stop
        if self.workers.pop(worker.name, None) is None:
            return
        running = worker.running.task if worker.running is not None else 0
        self.handle(Died(self.now, worker.name, "killed", None if self.blind else running))

    def withdraw(self, worker: SimulatedWorker) -> None:
        """Somebody takes a worker away, or cuts it off."""
        self.empty_inbox()
        if self.workers.pop(worker.name, None) is None:
            return
        self.handle(Withdrawn(self.now, (worker.name,), "cut off"))

    def resize(self) -> None:
        self.handle(Resized(self.now, self.chance.choice([1, 2, 5])))

    def move(self, worker: SimulatedWorker) -> None:
        """One step of one worker, or of the network to or from it."""
        if not worker.joined:
            worker.joined = True
            self.handle(Joined(self.now, worker.name))
        elif worker.shares and self.chance.random() < 0.4:
            self.share(worker, worker.shares.popleft())
        elif worker.outward and self.chance.random() < 0.5:
            self.arrive(worker, worker.outward.popleft())
        elif worker.inward and self.chance.random() < 0.7:
            message, rest = decode_to_worker(worker.inward.popleft())
            assert isinstance(message, (Execute, Drop, Forget, Given, Share, Hold))
            if isinstance(message, Share):
                for number in message.numbers:
                    self.share(worker, number)
            else:
                worker.machine.accept(message, rest)
        else:
            self.work(worker)

    def hand_over(self) -> None:
        """A value goes from worker to worker: in its own time, and sometimes not at all."""
        move = self.moves.pop(self.chance.randrange(len(self.moves)))
        source, target = self.workers.get(move.source), self.workers.get(move.target)
        answer, frames = source.machine.share(move.number) if source is not None else (None, [])
        if target is None:
            reason = "the target is gone"
        elif answer is None or answer.parcel is None or self.chance.random() < 0.2:
            reason = "it cannot be reached"
        else:
            reason = ""
            self.moved += 1
            target.inward.append(encode(Given(move.number, answer.parcel), frames))
        self.handle(Moved(self.now, move.target, move.number, move.move, reason))

    def share(self, worker: SimulatedWorker, number: int) -> None:
        """A worker's desk answers, beside everything else that the worker does."""
        answer, frames = worker.machine.share(number)
        message, rest = decode_to_scheduler(encode(answer, frames))
        assert isinstance(message, Shared)
        event = shared_value(message, rest, worker.name, self.now)
        assert event is not None
        self.handle(event)

    def arrive(self, worker: SimulatedWorker, frames: list[bytes]) -> None:
        message, rest = decode_to_scheduler(frames)
        assert isinstance(message, Report)
        outcomes = outcomes_of(message, rest)
        for _ in range(self.chance.choice([1, 1, 1, 2])):  # sometimes twice
            self.handle(Reported(self.now, worker.name, outcomes))

    def work(self, worker: SimulatedWorker) -> None:
        if worker.running is not None:
            running, worker.running = worker.running, None
            worker.machine.finished(running, self.run(running, worker.machine.may_hold(running.task)))
            return
        execution = worker.machine.next()
        if worker.machine.must_report(execution):
            message, frames = worker.machine.report()
            worker.outward.append(encode(message, frames))
        worker.running = execution
        if execution is not None and execution.digest == "digest-poison":
            self.die(worker)

    def run(self, execution: Execution, may_hold: bool) -> Outcome:
        task = self.tasks[execution.task]
        assert execution.arguments == task.arguments
        for need in task.needs:
            value = execution.values[need]
            found = value.payload() if isinstance(value, Kept) else value
            assert found == self.result_of(need), f"task {task.id} was given a wrong value for {need}"
        finished = self.now + DURATIONS[task.function.name]
        if task.function.name == "bad":
            return Outcome(task.id, "failed", Payload(b"exception"), self.now, finished)
        result = self.result_of(task.id)
        if (execution.hold or may_hold) and self.holding and result.size > 4096:
            return Outcome(
                task.id, "ok", Payload(b"", held=result.size + 7), self.now, finished, stays=HeldHere(result)
            )
        return Outcome(task.id, "ok", result, self.now, finished)

    def step(self) -> bool:
        """Let one thing happen. False if nothing can."""
        self.now += self.chance.randrange(1, 100_000)
        due = self.scheduler.state.due
        if due is not None and self.chance.random() < 0.1:
            self.now = max(self.now, due)
            self.handle(Ticked(self.now))
            return True
        movable = [w for w in self.workers.values() if not self.is_idle(w)]
        if self.moves and (not movable or self.chance.random() < 0.2):
            self.hand_over()
            return True
        if not movable:
            return False
        worker = self.chance.choice(movable)
        if self.deaths_left and self.chance.random() < 0.03:
            self.deaths_left -= 1
            self.died_by_chance += 1
            self.die(worker)
        elif self.elastic and self.chance.random() < 0.02:
            self.withdraw(worker)
        elif self.elastic and self.chance.random() < 0.02:
            self.resize()
        else:
            self.move(worker)
        return True

    def is_idle(self, worker: SimulatedWorker) -> bool:
        machine = worker.machine
        can_go_on = any(id(execution) not in machine._lacking for execution in machine._queue)
        busy = can_go_on or machine._held or worker.running is not None
        return worker.joined and not (worker.inward or worker.outward or worker.shares or busy)


def play(seed: int, small: bool = False) -> World:
    """One history, to its end."""
    world = World(seed, small)
    for _ in range(world.chance.choice(world.rounds)):
        world.chance.choices([world.submit, world.cancel, world.release, world.want], [6, 1, 1, 2])[0]()
        for _ in range(world.chance.choice(world.pauses)):
            world.step()
    steps = 0
    while world.step():
        steps += 1
        assert steps < 100_000, "the world does not come to rest"
    return world


def verify(world: World) -> None:
    """Every task has the one completion that it can have, and nothing is kept for nobody."""
    assert set(world.completions) == set(world.tasks)
    broken = world.scheduler.state.broken is not None
    for number, completion in world.completions.items():
        task = world.tasks[number]
        if isinstance(completion, Succeeded):
            held = completion.result.held
            assert held or completion.result == world.result_of(number)
            assert not held or held == world.result_of(number).size + 7
            assert task.function.name in ("fast", "slow")
        elif isinstance(completion, Failed):
            assert task.function.name == "bad"
        elif isinstance(completion, Skipped) and completion.cause is None:
            assert number in world.gone
        elif isinstance(completion, Skipped):
            assert completion.cause in task.needs
            # A value that was there may get lost, and the call that made it be unlucky three times when made again.
            assert world.died_by_chance or not isinstance(world.completions[completion.cause], Succeeded)
        elif isinstance(completion, Lost):
            # A death by chance may hit a task three times, or be blamed on a task if nobody knows what was running.
            assert broken or task.function.name == "poison" or world.died_by_chance >= 1
    assert not world.wanted, "the program waits for a value for ever"
    for number, completion in world.provided.items():
        if isinstance(completion, Succeeded):
            assert completion.result == world.result_of(number), "a wrong value was provided"
        else:
            assert broken or world.died_by_chance, "a value that was there once cannot be had"
    world.handle(Released(world.now, tuple(world.tasks)))
    while world.step():
        pass
    assert not world.scheduler.state.tasks
    assert not world.scheduler.state.keepers
    for worker in world.workers.values():
        assert not worker.machine.store, "a worker keeps a value that nobody will ask for"
        assert not worker.machine._queue, "a call waits for ever for a value"


def verify_all(seeds: range, small: bool = False) -> None:
    for seed in seeds:
        try:
            verify(play(seed, small))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error


@pytest.mark.parametrize("block", range(4))
def test_every_history_ends_with_the_right_completions(block: int) -> None:
    """Whatever dies, is late, doubled or cancelled: one right completion per task, invariants at each step."""
    verify_all(range(block * 50, block * 50 + 50))


@pytest.mark.slow
@pytest.mark.parametrize("block", range(4))
def test_more_histories_of_many_tasks(block: int) -> None:
    """The same for more seeds."""
    verify_all(range(1_000 + block * 150, 1_150 + block * 150))


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_ten_thousand_histories_of_few_tasks(block: int) -> None:
    """Deaths, delays, doubled reports, cancellations and withdrawals at every moment of short histories."""
    verify_all(range(100_000 + block * 1_000, 101_000 + block * 1_000), small=True)


def test_a_history_can_be_played_again() -> None:
    """The same seed gives the same completions: nothing in scheduler and worker depends on anything else."""
    assert play(7).completions == play(7).completions
