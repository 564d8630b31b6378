"""Which plain functions are found to compute only, on which conditions, and when a verdict ends."""

from __future__ import annotations

import collections
import copy
import functools
import heapq
import math
import random
import re
import textwrap
from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
import pytest

import pydron
from pydron.analysis.reach import reaches_functional
from pydron.analysis.verdicts import Verdict, is_inferred_pure, verdict_on

FACTOR = 3
TABLE = {"a": 1}
LOG: list[Any] = []
PATTERN = re.compile("x")


@pydron.functional
def functional(x: Any) -> Any:
    return x


def judged(function: Any) -> Verdict | None:
    return verdict_on(function)


def gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def histogram(words: list[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


def grid(n: int, m: int) -> list[list[int]]:
    rows = [[0] * m for _ in range(n)]
    for i in range(n):
        rows[i][0] += i * FACTOR
    return rows


def ranked(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return sorted(pairs, key=lambda pair: (pair[1], gcd(pair[0], 2)))


def texts(xs: list[int]) -> list[str]:
    return list(map(str, xs))


def squares(xs: list[int]) -> int:
    return sum(x * x for x in xs)


def looked_up(key: str) -> float:
    return TABLE[key] + len(PATTERN.findall("xx")) + math.pi


def factorial(n: int) -> int:
    return 1 if n < 2 else n * factorial(n - 1)


def is_even(n: int) -> bool:
    return True if n == 0 else is_odd(n - 1)


def is_odd(n: int) -> bool:
    return False if n == 0 else is_even(n - 1)


def grouped(xs: list[int]) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = {}
    for x in xs:
        groups.setdefault(x % 3, []).append(x)
    return groups


def grouped_by_default(xs: list[int]) -> dict[int, list[int]]:
    groups = collections.defaultdict(list)
    counts = collections.Counter()  # type: ignore[var-annotated]
    for x in xs:
        groups[x % 3].append(x)
        counts[x] += 1
    return {**groups, 9: [counts[1]]}


def first_letter(text: str) -> str:
    found = PATTERN.search(text)
    return found.group() if found else text.strip()


def number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def checked(x: int) -> int:
    if x < 0:
        raise ValueError(f"negative: {x}")
    return x


def copied_rows(rows: list[list[int]]) -> list[list[int]]:
    out = []
    for row in rows:
        own = list(row)
        own[0] = 1
        out.append(own)
    return out


def norm(v: Any) -> Any:
    total = np.zeros(3)
    total[0] = np.sqrt(np.sum(v * v, axis=0))
    return total


def counted_down(n: int) -> int:
    n -= 1
    return n


PURE = [
    gcd, histogram, grid, ranked, texts, squares, looked_up, factorial, is_even, grouped, grouped_by_default, first_letter, number, checked, copied_rows,
    norm,
]  # fmt: skip


@pytest.mark.parametrize("function", PURE, ids=lambda function: function.__name__)
def test_a_function_that_only_computes_is_found_out(function: Any) -> None:
    verdict = verdict_on(function)
    assert verdict is not None
    assert not verdict.immutable


def test_a_parameter_that_is_counted_down_has_to_be_a_number() -> None:
    verdict = judged(counted_down)
    assert verdict is not None
    assert verdict.immutable


def logs(x: int) -> int:
    LOG.append(x)
    return x


def writes_global(x: int) -> int:
    global FACTOR
    FACTOR = x
    return x


def deeply_copied(xs: list[int], memo: dict[int, Any]) -> list[int]:
    return copy.deepcopy(xs, memo)


def prints(x: int) -> int:
    print(x)
    return x


def draws() -> float:
    return random.random()


def generates(n: int) -> Any:
    yield n


def lazy(xs: list[int]) -> Any:
    return map(str, xs)


def lazy_expression(xs: list[int]) -> Any:
    return (x for x in xs)


def lazy_later(xs: list[int]) -> Any:
    both = chain(xs, xs)
    return list(both)


def calls_parameter(function: Callable[[int], int], x: int) -> int:
    return function(x)


def calls_method(x: Any) -> Any:
    return x.compute()


def sets_attribute(x: Any) -> None:
    x.value = 1


def calls_impure(x: int) -> int:
    return logs(x) + 1


def maps_impure(xs: list[int]) -> list[int]:
    return [*map(logs, xs)]


def sorts_by_impure(xs: list[int]) -> list[int]:
    return sorted(xs, key=logs)


def sorts_by_impure_lambda(xs: list[int]) -> list[int]:
    return sorted(xs, key=lambda x: logs(x))


def maps_a_method(xs: list[int], ys: list[int]) -> list[None]:
    return list(map(xs.append, ys))


def maps_a_method_by_another_name(xs: list[int], ys: list[int]) -> list[None]:
    put = xs.append
    return list(map(put, ys))


def sorts_by_a_method(xs: list[int], seen: list[int]) -> list[int]:
    own = list(xs)
    own.sort(key=seen.append)  # type: ignore[arg-type]
    return own


folded = functools.reduce


def reduces_under_another_name(xs: list[int], ys: list[Any]) -> Any:
    return folded(ys.insert, xs)  # type: ignore[arg-type]


def writes_into_argument(a: Any, b: Any) -> Any:
    return np.sin(a, b)


def looks_inside(x: Any) -> Any:
    return x.__dict__


def uses_with(x: Any) -> Any:
    with x:
        return 1


def calls_functional(x: int) -> int:
    return int(functional(x)) + 1


IMPURE = [
    logs, writes_global, deeply_copied, prints, draws, generates, lazy, lazy_expression, lazy_later, calls_parameter, calls_method,
    sets_attribute, calls_impure, maps_impure, sorts_by_impure, sorts_by_impure_lambda, maps_a_method,
    maps_a_method_by_another_name, sorts_by_a_method, reduces_under_another_name, writes_into_argument,
    looks_inside, uses_with, calls_functional,
]  # fmt: skip


@pytest.mark.parametrize("function", IMPURE, ids=lambda function: function.__name__)
def test_a_function_that_may_do_more_is_not_taken(function: Any) -> None:
    assert verdict_on(function) is None


def test_a_verdict_ends_when_a_global_it_rests_on_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    def inner(x: int) -> int:
        return x

    def outer(x: int) -> int:
        return helper(x)  # type: ignore[name-defined, no-any-return]  # noqa: F821

    monkeypatch.setitem(globals(), "helper", inner)
    assert is_inferred_pure(outer)
    monkeypatch.setitem(globals(), "helper", logs)
    assert not is_inferred_pure(outer)


def test_a_verdict_ends_when_a_builtin_is_shadowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def length(xs: list[int]) -> int:
        return len(xs)

    assert is_inferred_pure(length)
    monkeypatch.setitem(globals(), "len", logs)
    assert not is_inferred_pure(length)


def test_a_verdict_on_a_local_function_follows_its_free_variables() -> None:
    inner: Any = gcd

    def outer(x: int) -> int:
        return int(inner(x, 2))

    assert is_inferred_pure(outer)
    inner = logs
    assert not is_inferred_pure(outer)


def test_a_global_that_can_be_changed_is_something_that_the_function_reads() -> None:
    verdict = judged(looked_up)
    assert verdict is not None
    assert any(value is TABLE for value in verdict.reads)


def test_local_functions_of_one_code_are_judged_each_by_its_own_variables() -> None:
    def make(inner: Any) -> Callable[[Any], Any]:
        return lambda x: inner(x)

    assert is_inferred_pure(make(abs))
    assert not is_inferred_pure(make(logs))


def test_functions_of_libraries_are_not_judged() -> None:
    assert verdict_on(textwrap.TextWrapper._munge_whitespace) is None  # type: ignore[arg-type]
    assert verdict_on(heapq.nlargest) is None  # type: ignore[arg-type]


def two_away(x: int) -> int:
    return calls_functional(x)


class Steps:
    def run(self, x: int) -> int:
        return self.step(x)

    def step(self, x: int) -> int:
        return int(functional(x))


def test_functional_calls_are_seen_through_functions_and_methods() -> None:
    assert reaches_functional(calls_functional)
    assert reaches_functional(two_away)
    assert reaches_functional(Steps().run)
    assert reaches_functional(calls_parameter, (functional, 1))
    assert not reaches_functional(calls_parameter, (abs, 1))
    assert not reaches_functional(gcd)
    assert not reaches_functional(generates)
