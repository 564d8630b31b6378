"""Drawing random numbers from a generator: each draw modifies the generator, in its turn, and stops nothing."""

from __future__ import annotations

import random
import sys
from types import BuiltinFunctionType, MethodType
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.effects.turns import change
from pydron_runtime.machine.order.current import await_order, await_writers_inside, current, settled
from pydron_runtime.machine.order.stores import MISSING, snapshot, store
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import SCALARS, is_safe

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame
    from pydron_runtime.machine.order.undo import Inverse

_NUMBERS = frozenset(
    """
    betavariate binomialvariate expovariate gammavariate gauss getrandbits lognormvariate normalvariate paretovariate
    randbytes randint random randrange triangular uniform vonmisesvariate weibullvariate
    """.split()
)
"""Methods of ``random.Random`` that give a number, or bytes."""

_PARTS = frozenset({"choice", "choices", "sample"})
"""Methods that give elements of what they are given."""

_OF_NUMPY = frozenset(
    """
    beta binomial bytes chisquare dirichlet exponential f gamma geometric gumbel hypergeometric integers laplace
    logistic lognormal multinomial multivariate_normal normal pareto poisson power rand randint randn random
    random_sample rayleigh standard_exponential standard_normal triangular uniform vonmises wald weibull zipf
    """.split()
)
"""Methods of numpy's generators that give numbers, or arrays of them, which nobody else has."""


def is_generator(kind: type) -> bool:
    """Whether this is exactly a class of generators of random numbers of the library, or of numpy."""
    if kind is random.Random:
        return True
    if kind.__name__ not in ("Generator", "RandomState"):
        return False
    return kind is getattr(sys.modules.get("numpy.random"), kind.__name__, None)


def drawing(frame: Frame, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A generator that is given its seed, or a draw by a method that was looked up before; MISSING for any other call.

    Without a seed the system's own is read, which is a sync-point.
    """
    owner = callee.__self__ if type(callee) in (MethodType, BuiltinFunctionType) else None
    if is_generator(type(owner)):
        return draw(frame, site, owner, callee.__name__, args, kwargs)
    if kwargs or len(args) != 1 or not (callee is random.Random or _is_default(callee)):
        return MISSING
    seed = settled(frame, site, args[0])
    return callee(seed) if type(seed) in SCALARS and seed is not None else MISSING


def _is_default(callee: Any) -> bool:
    return callee is getattr(sys.modules.get("numpy.random"), "default_rng", drawing)


def draw(frame: Frame, site: int, generator: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """``generator.name(...)``; MISSING for methods of which nothing is known."""
    numbers = _NUMBERS if type(generator) is random.Random else _OF_NUMPY
    if name == "shuffle" and type(generator) is random.Random and len(args) == 1 and not kwargs:
        return _shuffle(frame, site, generator, args[0])
    if name not in numbers and not (name in _PARTS and type(generator) is random.Random):
        return MISSING
    if kwargs or name in _PARTS:
        args = tuple(settled(frame, site, arg) for arg in args)
        kwargs = {keyword: settled(frame, site, value) for keyword, value in kwargs.items()}
        await_order(frame, site, _state_of(generator))
    operands = tuple(current(frame, site, arg) for arg in args)
    for value in (*operands, *kwargs.values()):
        if type(value) not in SCALARS and type(value) is not Pending:
            await_writers_inside(frame, site, value)
            if not is_safe(value) or name == "integers" and callable(value) and not issubclass(type(value), type):
                return MISSING
    if "out" in kwargs:
        return MISSING
    method = getattr(generator, name)
    state = _state_of(generator)
    return change(
        frame, site, state, lambda *values: _restore(generator), lambda *values: method(*values, **kwargs), operands
    )


def _shuffle(frame: Frame, site: int, generator: random.Random, elements: Any) -> Any:
    elements = settled(frame, site, elements)
    if type(elements) is not list:
        return MISSING
    await_order(frame, site, elements)
    await_order(frame, site, generator)

    def prepare() -> Inverse:
        restores = snapshot(elements), _restore(generator)
        return lambda: [restore() for restore in restores]

    return store(frame, frame.here, prepare, lambda: generator.shuffle(elements))


def _state_of(generator: Any) -> Any:
    """The object that a draw modifies: several generators of numpy may share it."""
    if type(generator) is random.Random:
        return generator
    return getattr(generator, "bit_generator", None) or generator._bit_generator


def _restore(generator: Any) -> Inverse:
    if type(generator) is random.Random:
        state = generator.getstate()
        return lambda: generator.setstate(state)
    source = _state_of(generator)
    kept = source.state
    return lambda: setattr(source, "state", kept)
