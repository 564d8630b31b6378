"""The breaches that check mode has found in this process so far.

Whoever watches the calls adds to it; :func:`report` sums it up. Its own lock: calls may be watched in several threads.
"""

from __future__ import annotations

import threading
from types import FunctionType

from pydron.analysis.promise import signs_of
from pydron.explain.breaches import Breach, CheckReport, merged, summed
from pydron.marks import vouched_names

_lock = threading.Lock()
_seen: dict[tuple[str, str, str, str], Breach] = {}
_functions: dict[tuple[str, str], FunctionType] = {}
_calls = [0]


def note_call(function: FunctionType) -> None:
    """A call of a functional function was watched."""
    with _lock:
        _calls[0] += 1
        _functions.setdefault((function.__code__.co_filename, function.__qualname__), function)


def note_breach(breach: Breach) -> None:
    """A call broke the promise."""
    with _lock:
        before = _seen.get(breach.key)
        _seen.update(summed([breach] if before is None else [before, breach]))


def breaches_in_source(function: FunctionType) -> tuple[Breach, ...]:
    """What the source of a functional function shows."""
    file, name = function.__code__.co_filename, function.__qualname__
    return tuple(Breach(sign.code, name, file, sign.line, sign.subject, sign.what) for sign in signs_of(function))


def report() -> CheckReport:
    """What has been found so far: in calls, and in the source of the functions that were called."""
    with _lock:
        seen, functions, calls = list(_seen.values()), list(_functions.values()), _calls[0]
    found = [breach for function in functions for breach in breaches_in_source(function)]
    return CheckReport(merged(seen, found), calls, len(functions), tuple(vouched_names()))


def forget() -> None:
    """Begin anew."""
    with _lock:
        _seen.clear()
        _functions.clear()
        _calls[0] = 0
