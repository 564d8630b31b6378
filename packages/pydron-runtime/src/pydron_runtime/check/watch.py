"""Watches one call of a functional function: what it is given, what it can see, what it does, what comes out.

The call itself gets its real arguments and happens once, where and when it would. Then, if nothing lasting was done, it
happens a second time, on copies of the arguments as they were, and the results are compared.

Of functional calls within one another the innermost is blamed, and only the outermost is run again.
"""

from __future__ import annotations

import contextlib
import io
import linecache
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import FrameType, FunctionType
from typing import Any

from pydron import checked
from pydron.explain.breaches import Breach, Call
from pydron_runtime.check import randomness
from pydron_runtime.check.audit import Deeds, unwatched, watching
from pydron_runtime.check.portrait import Portrait, difference, portrait
from pydron_runtime.check.surroundings import Seen, surroundings
from pydron_runtime.data.failures import dump_failure
from pydron_runtime.data.payload import Payload, TransportError, dump, load

_present = threading.local()
_last_seen: dict[tuple[Any, ...], Portrait] = {}
"""What globals were when a functional call was last seen to end, by function and name."""


@dataclass(slots=True)
class _Activation:
    """A functional call under way. ``blamed``: (code, subject) that calls inside of it have been blamed for."""

    blamed: set[tuple[str, str]] = field(default_factory=set)


@dataclass(slots=True)
class _Before:
    """What there was when the call began."""

    parts: list[tuple[str, Any, Portrait]]
    around: list[tuple[Seen, Portrait]]
    states: randomness.States
    copy: Payload | None


def watch(function: FunctionType, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Make a call, and note in :mod:`pydron.checked` in what it breaks the promise. Raises what the call raises."""
    stack: list[_Activation] = _present.__dict__.setdefault("stack", [])
    if getattr(_present, "off", False):
        return function(*args, **kwargs)
    watched = _Watched(function, _site(sys._getframe(3)))
    before = watched.begin(args, kwargs)
    activation = _Activation()
    stack.append(activation)
    result: Any = None
    error: BaseException | None = None
    try:
        with watching() as deeds:
            result = function(*args, **kwargs)
        return result
    except BaseException as raised:
        error = raised
        raise
    finally:
        stack.pop()
        if error is None or isinstance(error, Exception):
            watched.end(before, deeds, result, error, activation, outermost=not stack)
        if stack:
            stack[-1].blamed |= activation.blamed


def _site(frame: FrameType | None) -> Call:
    """The call that a frame is about to return from."""
    if frame is None:
        return Call("", 0, "", "")
    number = frame.f_lineno
    while frame.f_code.co_name in _COMPREHENSIONS and frame.f_back is not None:
        frame = frame.f_back  # before Python 3.12 they are functions of their own
    code = frame.f_code
    line = linecache.getline(code.co_filename, number, frame.f_globals).strip()
    return Call(code.co_filename, number, str(getattr(code, "co_qualname", code.co_name)), line)


_COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>"})


class _Watched:
    """One call that is watched."""

    def __init__(self, function: FunctionType, call: Call) -> None:
        self._function, self._call = function, call
        self._name = function.__qualname__
        checked.note_call(function)

    def begin(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> _Before:
        """Look at everything there is."""
        names = self._function.__code__.co_varnames[: self._function.__code__.co_argcount]
        parts = [
            (names[i] if i < len(names) else f"argument {i + 1}", arg, portrait(arg)) for i, arg in enumerate(args)
        ]
        parts += [(name, value, portrait(value)) for name, value in kwargs.items()]
        around = [(seen, portrait(seen.value)) for seen in surroundings(self._function, (*args, *kwargs.values()))]
        copy: Payload | None = None
        try:
            copy = dump((args, dict(kwargs)), "arguments")
            load(copy)
        except TransportError as problem:
            copy = None
            self._note(
                "PD506", "arguments", f"{self._name} is given something that cannot be pickled: {_clause(problem)}"
            )
        except Exception as problem:
            copy = None
            told = f"{type(problem).__name__}: {problem}"
            self._note("PD506", "arguments", f"{self._name} is given something that cannot be read back ({told})")
        self._look_at_changes_outside(around)
        return _Before(parts, around, randomness.states(), copy)

    def _look_at_changes_outside(self, around: list[tuple[Seen, Portrait]]) -> None:
        """Globals that the function reads have to stay what they were between its calls."""
        for seen, now in around:
            if seen.kind == "global":
                last = _last_seen.get((self._function.__code__, seen.key))
                found = None if last is None else difference(last, now)
                if found is not None:
                    told = f"{self._name} reads the global {seen.name!r}, which has changed since its last call"
                    self._note("PD508", seen.name, f"{told}: {found.told(seen.name)}")

    def end(
        self, before: _Before, deeds: Deeds, result: Any, error: BaseException | None, own: _Activation, outermost: bool
    ) -> None:
        """Look again, and compare."""
        lasting = self._arguments(before)
        lasting |= self._surroundings(before, own)
        for name in randomness.drawn(before.states, randomness.states()):
            told = f"{self._name} uses the global generator of random numbers ({name})"
            lasting |= self._note("PD505", name, told, own)
        for deed in deeds.lasting():
            told = f"{self._name} {deed.verb} {deed.name!r}"
            place = (deed.file, deed.line) if deed.line else None
            lasting |= self._note("PD507", f"{deed.file}:{deed.line}" if place else deed.name, told, own, place)
        travels = self._outcome(result, error)
        if outermost and before.copy is not None and travels and not lasting and not own.blamed:
            self._again(before.copy, result, error)

    def _arguments(self, before: _Before) -> bool:
        changed = False
        defaults = [*(self._function.__defaults__ or ()), *(self._function.__kwdefaults__ or {}).values()]
        for name, value, old in before.parts:
            if any(value is default for default in defaults):
                continue  # seen among the surroundings
            found = difference(old, portrait(value))
            if found is not None:
                changed = True
                self._note("PD501", name, f"{self._name} modifies its argument {name!r}: {found.told(name)}")
        return changed

    def _surroundings(self, before: _Before, own: _Activation) -> bool:
        changed = False
        then = {seen.key: (seen, old) for seen, old in before.around}
        for seen in surroundings(self._function, [value for _, value, _ in before.parts]):
            new = portrait(seen.value)
            if seen.kind == "global":
                _last_seen[self._function.__code__, seen.key] = new
            _, old = then.pop(seen.key, (seen, None))
            found = None if old is None else difference(old, new)
            if old is not None and found is None:
                continue
            told = f": {found.told(seen.name)}" if found is not None else ""
            changed |= self._written(seen, told, own)
        for seen, _ in then.values():
            changed |= self._written(seen, ": it is gone", own)
        return changed

    def _written(self, seen: Seen, told: str, own: _Activation) -> bool:
        if seen.kind == "global":
            return self._note(
                "PD502", seen.name.partition(".")[0], f"{self._name} writes the global {seen.name!r}{told}", own
            )
        subject = seen.name.removeprefix("the default of ").partition(".")[0]
        return self._note("PD503", subject, f"{self._name} changes {seen.name}, which outlives the call{told}", own)

    def _outcome(self, result: Any, error: BaseException | None) -> bool:
        """Whether result or exception would survive the way back from a worker."""
        try:
            if error is None:
                load(dump(result, "result"))
            else:
                dump_failure(error)
        except TransportError as problem:
            self._note(
                "PD506", problem.what, f"{self._name} gives something that cannot be pickled: {_clause(problem)}"
            )
            return False
        except Exception as problem:
            told = f"{type(problem).__name__}: {problem}"
            self._note("PD506", "result", f"the result of {self._name} cannot be read back ({told})")
            return False
        return True

    def _again(self, copy: Payload, result: Any, error: BaseException | None) -> None:
        """The same call once more, on a copy of its arguments as they were; what it prints goes nowhere."""
        first = portrait(result) if error is None else None
        args, kwargs = load(copy)
        states = randomness.states()
        _present.off = True
        try:
            with unwatched(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                second, raised = self._outcome_of(args, kwargs)
        finally:
            _present.off = False
            randomness.put_back(states)
        if error is not None or raised is not None:
            if type(error) is not type(raised) or portrait(_args(error)) != portrait(_args(raised)):
                ended = "returns" if raised is None else f"raises {type(raised).__name__}"
                began = "returned" if error is None else f"raised {type(error).__name__}"
                self._note(
                    "PD504", "", f"{self._name} {began}, and {ended} when it is run again with the same arguments"
                )
            return
        assert first is not None
        found = difference(first, portrait(second))
        if found is not None:
            told = found.told("the result")
            self._note("PD504", "", f"{self._name} gives another result when it is run again: {told}")

    def _outcome_of(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, BaseException | None]:
        try:
            return self._function(*args, **kwargs), None
        except Exception as error:
            return None, error

    def _note(
        self, code: str, subject: str, what: str, own: _Activation | None = None, at: tuple[str, int] | None = None
    ) -> bool:
        """Note a breach, unless a call inside of this one has been blamed for it. Always True.

        Args:
            at: File and line where it happened, if that is known.
        """
        if own is not None:
            if (code, subject) in own.blamed:
                return True
            own.blamed.add((code, subject))
        own_code = self._function.__code__
        file, line = at or (own_code.co_filename, own_code.co_firstlineno)
        breach = Breach(code, self._name, file, line, subject, what, self._call, 1)
        checked.note_breach(breach)
        return True


def _clause(problem: Exception) -> str:
    return str(problem).rstrip(".")


def _args(error: BaseException | None) -> tuple[Any, ...]:
    return () if error is None else error.args
