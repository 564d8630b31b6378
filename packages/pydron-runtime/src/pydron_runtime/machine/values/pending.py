"""Pending: stands for a value that is not there yet.

User code never sees one. Should one slip through nevertheless, each of its special methods raises an internal error:
a leak has to be loud, because a placeholder that quietly counts as true is a wrong answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from pydron.errors import InternalError
from pydron_runtime.data import references

if TYPE_CHECKING:
    from pydron_runtime.machine.order.entries import Entry


class Pending:
    """A value that is not there yet.

    Attributes:
        done: Whether the value is there.
        value: The value; only meaningful when done, and only through :meth:`get`.
        task: Number of the task whose result this is, while a reference to that result is as good as the value.
            None for other values, and once the program may have changed the value.
        waiters: Called, once each, when the value is there.
        parts: For a tuple under construction its elements, some of them pending.
        readers: What was put off, and reads the value at its place in the program: who modifies the value later waits.
            Placeholders of one object share the list.
        sources: Objects that the program knows, of which the value may be one, or a part.
        writer: The operation, or frame, that may change the value in place.
        held_in: A container into which an operation that was put off stores it, or from which one may take it: whoever
            gets hold of the value, if it can be changed, comes after what was to be done on that container.
        fresh: If the value is an object, nothing but this placeholder refers to it: it was made for it.
        object: The object that the value is, unless an operand turns out to have operators of its own.
        origin: The pending value whose value this one has taken.
        follows: The pending value whose value this one will take, once that is known.
        followed: Called, once each, when that is known.
        number: Of the task that produces it; stays when ``task`` goes.
    """

    __slots__ = (
        "__weakref__",
        "done",
        "followed",
        "follows",
        "fresh",
        "held_in",
        "load",
        "number",
        "object",
        "origin",
        "parts",
        "readers",
        "sources",
        "task",
        "value",
        "waiters",
        "writer",
    )

    def __init__(self) -> None:
        self.done = False
        self.value: Any = None
        self.load: Callable[[], Any] | None = None
        self.task: int | None = None
        self.waiters: list[Callable[[], None]] = []
        self.parts: tuple[Any, ...] | None = None
        self.number = 0
        self.writer: Entry | None = None
        self.fresh = False
        self.held_in: Any = None
        self.object: Any = None
        self.sources: tuple[Any, ...] = ()
        self.readers: list[Entry] | None = None
        self.origin: Pending | None = None
        self.follows: Pending | None = None
        self.followed: list[Callable[[], None]] | None = None

    @property
    def is_remote(self) -> bool:
        """Whether the value is there, but has not come from where it was computed yet."""
        pending: Pending | None = self
        while pending is not None and pending.load is not None:
            if pending.origin is None:
                return True
            pending = pending.origin
        return False

    def get(self) -> Any:
        """The value. Unpickles it the first time, where it came from a worker."""
        load = self.load
        if load is not None:
            self.value = load()
            self.load = None
        return self.value

    def settle(self, value: Any) -> None:
        """The value is there. Tells those who wait for it."""
        self.value = value
        self._tell()

    def settle_later(self, load: Callable[[], Any]) -> None:
        """The value can be had: ``load`` makes it when somebody looks."""
        self.load = load
        self._tell()

    def forward(self, other: Any) -> None:
        """Take the value of another pending value, now or when it is there; or take a plain value."""
        if type(other) is not Pending:
            self.settle(other)
        elif other.done:
            self.task = other.task
            self.origin = other  # keeps the task's result where a reference to it finds it
            self._share_readers(other)
            self.settle_later(other.get)
        else:
            other.waiters.append(lambda: self.forward(other))
            self.follows = other
            followed, self.followed = self.followed, None
            for each in followed or ():
                each()

    @property
    def source(self) -> Pending:
        """As far as is known, the pending value whose value this one will take; itself if it takes none."""
        pending = self
        while pending.follows is not None:
            pending = pending.follows
        return pending

    def when_followed(self, then: Callable[[], None]) -> None:
        """Call ``then`` when it is known whose value this one will take, if that turns out before it is there."""
        self.followed = [*(self.followed or ()), then]

    def read_by(self, entry: Entry) -> None:
        """An entry that was put off reads the value at its place in the program."""
        if self.readers is None:
            self.readers = [entry]
        elif not self.readers or self.readers[-1] is not entry:
            self.readers.append(entry)

    def _share_readers(self, other: Pending) -> None:
        if other.readers is None:
            other.readers = self.readers
        elif self.readers is not None and self.readers is not other.readers:
            other.readers.extend(self.readers)
        self.readers = other.readers

    def _tell(self) -> None:
        self.done = True
        waiters, self.waiters = self.waiters, []
        for waiter in waiters:
            waiter()

    def __reduce_ex__(self, protocol: Any) -> Any:
        if self.done and self.task is None:
            return (_same, (self.get(),))
        if self.done and self.load is None and type(self.value) in _BY_VALUE and references.is_collecting():
            return (_same, (self.value,))
        if self.parts is not None:
            return (tuple, (list(self.parts),))
        references.note(self)
        return (references.resolve, (reference_of(self),))


_BY_VALUE = frozenset({int, float, complex, bool, str, bytes, type(None)})
"""Results for which a reference would cost more than the value."""


def _same(value: Any) -> Any:
    return value


def reference_of(pending: Pending) -> int:
    """The number under which a pending value appears in pickled arguments.

    Results of tasks have the (positive) number of their task, other values a negative one of their own.
    """
    return pending.task if pending.task is not None else -id(pending)


def _leak(name: str) -> Callable[..., NoReturn]:
    def raise_leak(self: Pending, *operands: object) -> NoReturn:
        raise InternalError(f"a value that is not there yet met {name} outside the machine")

    return raise_leak


_SPECIAL = """
    bool len iter next getitem setitem delitem contains call str format bytes int float complex index round
    add radd iadd sub rsub isub mul rmul imul matmul rmatmul imatmul truediv rtruediv itruediv floordiv rfloordiv
    ifloordiv mod rmod imod divmod rdivmod pow rpow ipow lshift rlshift ilshift rshift rrshift irshift and rand iand
    xor rxor ixor or ror ior neg pos abs invert lt le gt ge eq ne enter exit await reversed
""".split()

for _name in _SPECIAL:
    setattr(Pending, f"__{_name}__", _leak(f"__{_name}__"))
