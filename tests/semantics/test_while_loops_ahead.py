"""``while`` loops whose next iterations are foretold: they behave as in plain Python, whatever the forecast was."""

from __future__ import annotations

import pytest
from scheduled import PRELUDE, Program, by_machine, check, peak

from pydron_runtime.testing.scripted import ScriptedExecutor, oldest_first

HEAD = (
    PRELUDE
    + """
import collections, heapq, itertools

class Job:
    def __init__(self, n):
        self.n = n
    def __del__(self):
        log.append(("gone", self.n))

class Box:
    def __init__(self, n):
        self.n = n
        self.left = [n]

def grow(queue, x):
    for _ in range(1):
        log.append(x)
    if x % 3 == 0 and x < 12:
        queue.insert(0, x + 4)
"""
)

LOOPS = {
    "an index": """
    i, xs = 0, list(range(9))
    while i < len(xs):
        if f(xs[i]) > 6:
            break
        i += 1
    return i""",
    "an index that jumps by results": """
    i, out = 0, []
    while i < 20:
        r = f(i)
        if r % 3 == 0:
            i += 2
        elif r % 5 == 0:
            i += r
        else:
            i += 1
        out.append(r)
        if r > 18:
            return out
    return out, i""",
    "a test that fails in the end": """
    i, xs = 0, list(range(5))
    try:
        while f(xs[i]) < 50:
            i += 1
    except IndexError as error:
        return i, str(error)""",
    "an else branch": """
    i = 0
    while i < 4:
        if f(i) > 10:
            break
        i += 1
    else:
        i = -1
    return i""",
    "next without a default": """
    it = iter([1, 2, 3])
    out = []
    try:
        while True:
            x = next(it)
            if f(x) > 9:
                break
            out.append(x)
    except StopIteration:
        out.append("end")
    return out, list(it)""",
    "next in the test": """
    it = iter({"a": 1, "b": 2, "c": 3}.items())
    out = []
    while (x := next(it, None)) is not None:
        out.append(f(x[1]))
        if out[-1] > 3:
            break
    return out, next(it, "no more")""",
    "an iterator under two names": """
    it = other = iter(range(10))
    out = []
    while True:
        x = next(it, None)
        if x is None or f(x) > 8:
            break
        out.append((x, next(other, None)))
    return out, list(it)""",
    "an iterator of unknown code": """
    def numbers():
        n = 0
        while True:
            log.append(n)
            yield n
            n += 1
    it = numbers()
    while True:
        x = next(it)
        if f(x) > 4:
            return x""",
    "a queue that grows by results": """
    queue, seen = [0, 4, 5], set()
    while queue:
        x = queue.pop(0)
        for y in items(x):
            if y not in seen:
                seen.add(y)
                queue.append(y)
    return sorted(seen)""",
    "a stack that grows by results": """
    stack, out = [(5, 0), (3, 1)], []
    while stack:
        x, depth = stack.pop()
        out.append((x, depth))
        for y in items(x):
            if y % 2 and depth < 3:
                stack.append((y, depth + 1))
    return out""",
    "a queue under two names": """
    queue = also = collections.deque(range(6))
    out = []
    while queue:
        x = queue.popleft()
        r = f(x)
        out.append(r)
        if r == 3:
            also.appendleft(9)
        if r == 6:
            also.clear()
    return out, also""",
    "a queue that a helper changes": """
    queue = list(range(8))
    out = []
    while queue:
        x = queue.pop(0)
        grow(queue, x)
        out.append(f(x))
        if out[-1] > 30:
            break
    return out""",
    "a heap": """
    heap, cost = [(0, 1)], {}
    while heap:
        d, n = heapq.heappop(heap)
        if n in cost:
            continue
        cost[n] = d
        for y in items(n % 4):
            heapq.heappush(heap, (d + y + 1, n + y + 1))
        if len(cost) > 6:
            break
    return cost""",
    "counts in a dict": """
    counts, i = collections.Counter(), 0
    left = {"a": 3, "b": 2}
    while left:
        k = next(iter(left))
        left[k] -= 1
        counts[k] += f(i)
        if not left[k]:
            del left[k]
        if counts[k] > 50:
            break
        i += 1
    return counts, left""",
    "trying again": """
    out, n = [], 0
    for x in range(4):
        while True:
            try:
                r = fails(x, n)
            except ValueError as error:
                log.append(str(error))
                n += 1
                continue
            else:
                break
            finally:
                log.append((x, n))
        out.append(r)
    return out, n""",
    "trying three times": """
    for x in (1, 2):
        left = 3
        while left:
            try:
                return fail(x)
            except ValueError:
                left -= 1
                log.append(left)
        else:
            log.append("given up")
    return None""",
    "a failure that nobody handles": """
    i, out = 0, []
    while True:
        out.append(fails(i, 3))
        log.append(i)
        if out[-1] > 10:
            return out
        i += 1""",
    "a flag": """
    done, i, out = False, 0, []
    while not done:
        r = f(i)
        out.append(r)
        i += 1
        done = r > 4
    return out""",
    "batches": """
    jobs, out, done = list(range(11)), [], False
    while not done:
        batch = [jobs.pop() for _ in range(min(3, len(jobs)))]
        rs = [f(b) for b in batch]
        for r in rs:
            out.append(r)
        done = not jobs or sum(rs) < 4
    return out, jobs""",
    "two loops within one another": """
    i, out = 0, []
    while i < 4:
        j = 0
        while j < 4:
            if f(i * 10 + j) > 22:
                break
            j += 1
        out.append(j)
        if f(len(out)) > 3:
            return out
        i += 1
    return out""",
    "bisection": """
    lo, hi = 0, 100
    while lo < hi:
        mid = (lo + hi) // 2
        if f(mid) < 60:
            lo = mid + 1
        else:
            hi = mid
    return lo""",
    "convergence": """
    x, n = 0, 0
    while f(x) < 9:
        x = f(f(x))
        n += 1
    return x, n""",
    "objects that say when they go": """
    jobs = [Job(n) for n in range(4)]
    while jobs:
        job = jobs.pop(0)
        r = f(job.n)
        log.append(("at", r))
        del job
        if r > 3:
            break
        log.append("next")
    return len(jobs)""",
    "objects that change": """
    box = Box(3)
    while box.left:
        n = box.left.pop()
        box.n += f(n)
        if n:
            box.left.append(n - 1)
        if box.n > 100:
            break
    return box.n, box.left""",
    "a variable that is not bound at first": """
    i = 0
    while i < 5:
        if i:
            last += f(i)
        else:
            last = f(i)
        if last > 12:
            break
        i += 1
    return last""",
    "a variable that a nested function sees": """
    i = 0
    def step():
        nonlocal i
        i += 1
    while i < 6:
        if f(i) > 4:
            break
        step()
    return i""",
    "slices and walrus": """
    xs, out = list(range(7)), []
    while part := xs[:2]:
        del xs[:2]
        out.append([f(x) for x in part])
        if out[-1][0] > 4:
            break
    return xs, out""",
}


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_does_what_it_does_in_plain_python(name: str) -> None:
    check(f"{HEAD}\n@schedule\ndef main():{LOOPS[name]}\n")


def _submitted(body: str) -> int:
    """How many calls are asked for in all."""
    executor = ScriptedExecutor(oldest_first)
    by_machine(Program(f"{HEAD}\n@schedule\ndef main():{body}\n"), executor)
    return len(executor.submitted)


def test_guesses_are_taken_where_the_forecast_is_right() -> None:
    assert _submitted(LOOPS["an else branch"]) == 4


def test_a_loop_of_which_each_forecast_is_wrong_is_soon_not_forecast_any_more() -> None:
    body = """
    i, total = 0, 0
    while i < 200:
        r = f(i)
        if r % 1000 == 0:
            break
        i += 1
        i += r - i
        total += r
        i = unknown(i)
    return total"""
    head = "def unknown(i):\n    for _ in range(1):\n        log.append(i)\n    return i + 1 - len(log) % 2\n"
    text = f"{HEAD}{head}@schedule\ndef main():{body}\n"
    check(text)
    executor = ScriptedExecutor(oldest_first)
    program = Program(text)
    by_machine(program, executor)
    assert len(executor.submitted) < 200 + 8 * 16


def test_calls_that_the_program_is_sure_to_make_come_first() -> None:
    """A loop per element: few guesses, as the elements' own calls keep the workers busy."""
    body = """
    out = []
    for x in range(40):
        n = 0
        while n < 3:
            n = f(n)
        out.append(n)
    return out"""
    assert 120 <= _submitted(body) <= 136


def test_a_forecast_sees_the_changes_of_the_iterations_before() -> None:
    body = """
    queue = [1]
    while queue:
        x = queue.pop()
        queue.extend([x * 2, x * 2 + 1] if x < 8 else [])
        if f(x) > 100:
            break
    return queue"""
    assert peak(f"{HEAD}\n@schedule\ndef main():{body}\n") >= 8
