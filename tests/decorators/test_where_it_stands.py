"""The decorator in classes and above and below other decorators: everything binds and works as without it."""

from __future__ import annotations

import abc
import dataclasses
import enum
import functools
import inspect
from typing import Any

import pydron
from pydron.marks import is_scheduled

schedule = pydron.schedule


@pydron.functional
def f(x: Any) -> Any:
    return x + 1


class Tools:
    """Every kind of method."""

    factor = 5

    def __init__(self) -> None:
        self.__hidden = 3
        self.value = 2

    @schedule
    def method(self, x: Any) -> Any:
        return [f(x), self.value + f(0), self.__hidden + f(0)]

    @staticmethod
    @schedule
    def static_below(x: Any) -> Any:
        return f(x)

    @schedule
    @staticmethod
    def static_above(x: Any) -> Any:
        return f(x)

    @classmethod
    @schedule
    def class_below(cls, x: Any) -> Any:
        return [cls.factor, f(x)]

    @schedule
    @classmethod
    def class_above(cls, x: Any) -> Any:
        return [cls.factor, f(x)]

    @property
    @schedule
    def property_below(self) -> Any:
        return f(self.value)

    @property_below.setter
    @schedule
    def property_below(self, value: Any) -> None:
        self.value = f(value)

    @schedule  # type: ignore[prop-decorator]
    @property
    def property_above(self) -> Any:
        return f(self.value)

    @functools.cached_property
    @schedule
    def cached(self) -> Any:
        return f(self.value)

    @functools.lru_cache(maxsize=None)
    @schedule
    def cache_above(self, x: Any) -> Any:
        return f(x)

    @schedule
    @functools.lru_cache(maxsize=None)
    def cache_below(self, x: Any) -> Any:
        return f(x)

    @schedule
    def __call__(self, x: Any) -> Any:
        return f(x)

    @schedule
    def __getitem__(self, index: Any) -> Any:
        return f(index)

    @schedule
    def own_class(self) -> Any:
        return __class__, f(1)  # type: ignore[name-defined]

    @schedule
    def mangled(self) -> Any:
        self.__other = f(4)

        def inner() -> Any:
            return self.__other

        return inner(), self._Tools__other, f(0)  # type: ignore[attr-defined]

    part = functools.partialmethod(method, 7)


class Derived(Tools):
    """Calls what it derives from."""

    @schedule
    def method(self, x: Any) -> Any:
        return [*super().method(x), f(9)]

    @classmethod
    @schedule
    def class_below(cls, x: Any) -> Any:
        return [*super().class_below(x), f(9)]


def test_methods_bind() -> None:
    tools = Tools()
    assert tools.method(1) == Tools.method(tools, 1) == [2, 3, 4]
    assert inspect.ismethod(tools.method) and tools.method.__self__ is tools
    assert tools.method.__func__ is Tools.__dict__["method"]
    assert Tools.method.__qualname__ == "Tools.method"
    assert tools.part() == [8, 3, 4]


def test_static_and_class_methods_in_both_orders() -> None:
    for owner in (Tools, Tools()):
        assert owner.static_below(1) == owner.static_above(1) == 2
        assert owner.class_below(1) == owner.class_above(1) == [5, 2]
    for name, kind in (("static", staticmethod), ("class", classmethod)):
        for place in ("above", "below"):
            raw = Tools.__dict__[f"{name}_{place}"]
            assert isinstance(raw, kind) and is_scheduled(raw.__func__)


def test_properties_and_caches() -> None:
    tools = Tools()
    assert tools.property_below == tools.property_above == 3
    tools.property_below = 5
    assert tools.value == 6
    assert tools.cached == 7 and tools.__dict__["cached"] == 7
    assert tools.cache_above(2) == tools.cache_above(2) == tools.cache_below(2) == 3
    assert Tools.cache_above.cache_info().hits == 1 and Tools.cache_below.cache_info().misses == 1  # type: ignore[attr-defined]


def test_what_the_compiler_does_for_classes() -> None:
    tools = Tools()
    assert tools.own_class() == (Tools, 2)
    assert tools.mangled() == (5, 5, 1)
    assert Derived().method(1) == [2, 3, 4, 10] and Derived.class_below(1) == [5, 2, 10]
    assert tools(1) == 2 and tools[1] == 2


def test_special_methods_of_making_classes_and_objects() -> None:
    made: list[Any] = []

    class Base:
        x: Any

        @schedule
        def __init_subclass__(cls, **named: Any) -> None:
            made.append((cls.__name__, f(1), named))

        @schedule
        def __new__(cls, x: Any) -> Any:
            new = super().__new__(cls)
            new.x = f(x)
            return new

        @schedule
        def __class_getitem__(cls, item: Any) -> Any:
            return f(item)

    class Child(Base, kind=3):
        pass

    class Meta(type):
        @schedule
        def make(cls, x: Any) -> Any:
            return cls, f(x)

    class Made(metaclass=Meta):
        pass

    assert made == [("Child", 2, {"kind": 3})] and Child(1).x == 2 and Base[1] == 2  # type: ignore[misc]
    assert Made.make(1) == (Made, 2)


def test_dataclasses_slots_enums_and_abstract_classes() -> None:
    @schedule
    @dataclasses.dataclass
    class Point:
        x: int = 1

        @schedule
        def __post_init__(self) -> None:
            self.y = f(self.x)

        @schedule
        def total(self) -> Any:
            return f(self.x) + self.y

    class Slotted:
        __slots__ = ("a",)

        @schedule
        def put(self, x: Any) -> Any:
            self.a = f(x)
            return self

    class Colour(enum.Enum):
        RED = 1

        @schedule
        def following(self) -> Any:
            return f(self.value)

    class Abstract(abc.ABC):
        @abc.abstractmethod
        @schedule
        def below(self) -> None: ...

        @schedule
        @abc.abstractmethod
        def above(self) -> None: ...

    assert isinstance(Point, type) and Point(3).total() == 8 and repr(Point(3)).endswith("Point(x=3)")
    assert Slotted().put(1).a == 2 and Colour.RED.following() == 2
    assert Abstract.__abstractmethods__ == {"above", "below"}


def test_classes_callables_and_builtins_pass_through() -> None:
    class Callable:
        def __call__(self, x: Any) -> Any:
            return f(x)

    part = functools.partial(f, 1)
    thing = Callable()
    for passed in (part, thing, Callable, len, print, int, functools.lru_cache(f)):
        assert schedule(passed) is passed
    assert functools.partial(Tools.static_below, 1)() == 2


def test_other_decorators_above_and_below() -> None:
    def wrapping(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*args: Any) -> Any:
            return ["wrapped", function(*args)]

        return wrapper

    @wrapping
    @schedule
    def below(x: Any) -> Any:
        return f(x)

    @schedule
    @wrapping
    def above(x: Any) -> Any:
        return f(x)

    @functools.singledispatch
    @schedule
    def generic(x: Any) -> Any:
        return ["any", f(0)]

    @generic.register
    @schedule
    def _(x: int) -> Any:
        return ["int", f(x)]

    assert below(1) == above(1) == ["wrapped", 2]
    assert above.__name__ == "above" and inspect.signature(above) == inspect.signature(below)
    assert generic("a") == ["any", 1] and generic(1) == ["int", 2]


def test_names_of_what_is_defined_inside() -> None:
    def plain() -> Any:
        f(1)

        def inner() -> None: ...

        class Outer:
            class Inner:
                def method(self) -> None: ...

        @dataclasses.dataclass
        class Point:
            x: int = 1

        nameless = lambda: 0  # noqa: E731
        things = (inner, Outer, Outer.Inner, Outer.Inner.method, nameless)
        return [thing.__qualname__ for thing in things], [thing.__module__ for thing in things], repr(Point())

    assert schedule(plain)() == plain()
