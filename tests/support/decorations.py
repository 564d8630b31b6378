"""What programs of the tests are decorated with in place of Pydron's decorators."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

from pydron.entry import Record
from pydron.interpret import function as evaluated
from pydron_runtime.data import payload

_inside = [0]


def copying(function: Callable[..., Any]) -> Callable[..., Any]:
    """A functional function as the promise describes it: it works on copies and gives a copy."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if _inside[0]:
            return function(*args, **kwargs)
        try:
            args, kwargs = payload.load(payload.dump((args, kwargs)))
        except payload.TransportError:
            return function(*args, **kwargs)
        _inside[0] += 1
        try:
            result = function(*args, **kwargs)
        finally:
            _inside[0] -= 1
        try:
            return payload.load(payload.dump(result))
        except payload.TransportError:
            return result

    return functools.update_wrapper(call, function) if isinstance(function, types.FunctionType) else call


def evaluating(function: Any) -> Any:
    """A scheduled function as its graph says, run by the reference evaluator."""
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(evaluating(function.__func__))
    if not isinstance(function, types.FunctionType):
        return function
    graph = Record(function, False).taken_apart
    if graph.kind != "function":
        return function
    return evaluated(
        graph,
        function.__globals__,
        defaults=function.__defaults__ or (),
        kwdefaults=function.__kwdefaults__ or {},
        closure=function.__closure__ or (),
    )


def itself(function: Any) -> Any:
    """A decorator that does nothing."""
    return function
