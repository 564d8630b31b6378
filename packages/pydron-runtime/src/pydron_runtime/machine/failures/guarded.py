"""Operations of guarded statements (``try`` and ``with``): how an attempt begins, ends, and shows its failure."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent

from pydron import runner
from pydron.interrupts import is_interrupt
from pydron.places import Place, line_of
from pydron_runtime.machine.failures.attempts import PASSING, UNBOUND, Attempt, Unwinding, attempt_of, first_open
from pydron_runtime.machine.failures.entering import is_known_manager
from pydron_runtime.machine.failures.left_generators import show_cause
from pydron_runtime.machine.failures.tracebacks import placement
from pydron_runtime.machine.order.claims import is_within
from pydron_runtime.machine.order.contexts import end_context, handled_at
from pydron_runtime.machine.order.current import settled, value_of
from pydron_runtime.machine.order.entries import State
from pydron_runtime.machine.order.frames import end_of
from pydron_runtime.machine.order.retirement import retire
from pydron_runtime.machine.order.standstill import Standstill

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame


def attempt(frame: Frame, site: int, names: tuple[str, ...], *values: Any) -> Attempt:
    """Begin the body of a guarded statement.

    Args:
        names: The variables whose bindings will be noted.
        values: What they hold now.
    """
    return Attempt(frame, site, names, values)


def note(frame: Frame, name: str, value: Any) -> None:
    """A variable was bound that is read after a failure of an attempt around."""
    here = frame.here
    around: Frame | None = frame
    while around is not None:
        if type(around) is Attempt and name in around.names:
            around.note(here, name, value)
        if around.kind == "function":
            return
        around = around.frame


def fails(attempt: Attempt, site: int) -> None:
    """The body is left by an exception, which is being handled. Blocks until it is known that it is the first.

    Raises:
        BaseException: Something earlier in the body has failed.
    """
    error = sys.exc_info()[1]
    assert error is not None
    attempt.ending = True
    if isinstance(error, PASSING):
        if isinstance(error, Unwinding) and error.attempt is attempt:
            error.__traceback__ = None  # its frames have what the body had, which ends now
            raise attempt.withdraw()
        attempt.over(State.DROPPED)
        return
    if is_interrupt(error):
        _interrupted(attempt, error)
        return
    # If something earlier has failed after all, this may be its context.
    error.__traceback__ = runner.without_own_frames(error.__traceback__)
    try:
        _finish(attempt, site)
    except Standstill:
        _interrupted(attempt, error)


def completes(attempt: Attempt, site: int) -> None:
    """The body is left, in whatever way. Blocks until everything in it is done.

    Raises:
        BaseException: Something in the body has failed.
    """
    if not attempt.finished:
        try:
            _finish(attempt, site)
        except Standstill:
            attempt.over(State.DROPPED)
            raise


def _finish(attempt: Attempt, site: int) -> None:
    attempt.ending = True
    try:
        attempt.machine.wait(attempt, attempt.is_settled, site, "try")
    except Standstill:
        raise
    except BaseException as error:
        if is_interrupt(error):
            _interrupted(attempt, error)
        else:
            attempt.over(State.DROPPED)
        raise
    if attempt.failed is not None:
        raise attempt.withdraw()
    attempt.over(State.DONE)


def _interrupted(attempt: Attempt, error: BaseException) -> None:
    """An interrupt counts where the sequential program would be: at the oldest entry.

    Raises:
        Unwinding: That is not in the attempt.
    """
    machine = attempt.machine
    oldest = retire(machine.main)
    if oldest is None or getcurrent() is not machine.driver or is_within(attempt, oldest):
        attempt.over(State.DONE)
        return
    oldest.error, oldest.frames_below, oldest.state = error, None, State.FAILED
    if is_within(oldest.frame, attempt):
        attempt.failed = oldest
        attempt.withdraw()
        return
    attempt.over(State.DROPPED)
    owner = attempt_of(oldest)
    if owner is not None:
        owner.failed = oldest
    else:
        oldest.state = State.OPEN
    raise Unwinding(owner, error)


def caught(attempt: Attempt, site: int) -> int:
    """An exception has left the body: show it as the program would have raised it.

    Returns:
        The line in the function that has failed: its noted variables have to be what they were. 0 if the program never
        got there.
    """
    error = sys.exc_info()[1]
    assert error is not None
    if isinstance(error, PASSING):
        return 0
    if error is attempt.raised:
        assert attempt.failed is not None
        end_context(error, attempt.context, handled_at(attempt.failed))
        place, below = placement(attempt.failed, attempt)
        error.__traceback__ = _shown_at(attempt, place, below)
    else:
        error.__traceback__ = runner.without_own_frames(error.__traceback__)
        show_cause(error)
    attempt.machine.observer.frame_finished(attempt, error)
    if first_open(attempt.machine.main) is None:
        attempt.machine.endings.let_go()
    shown = error.__traceback__
    if shown is None:
        return attempt.code.span(site).line
    if sys.version_info < (3, 11):
        # The emitted code raises it from that line, which puts its frame in front of the others once more.
        while shown.tb_next is not None and shown.tb_next.tb_frame is shown.tb_frame:
            shown = shown.tb_next
        error.__traceback__ = shown.tb_next
    return line_of(shown)


def _shown_at(attempt: Attempt, place: Place, below: TracebackType | None) -> TracebackType:
    """The traceback of a failure in an attempt: what is below, and above it the function whose frame handles it."""
    if sys.version_info >= (3, 11):
        function = attempt.code.record.function
        return runner.entry_of(function.__code__, place, below, function.__globals__, role="part")
    return TracebackType(below, sys._getframe(2), -1, place.line)


def as_it_was(attempt: Attempt) -> tuple[Any, ...]:
    """The noted variables as they were at the failing operation, in the order of their names.

    Where nothing had run ahead of it, parts of the body may still have been functions of their own, with variables of
    their own.
    """
    values = attempt.values_at(None if attempt.failed is None else end_of(attempt.failed))
    return tuple(values.get(name, UNBOUND) for name in attempt.names)


def raised(frame: Frame, site: int, error: Any) -> Any:
    """What a ``raise`` statement raises. One that was raised before is an object that others see, and is changed."""
    error = value_of(frame, site, error)
    if isinstance(error, BaseException) and error.__traceback__ is not None:
        frame.machine.fence(frame, site, "PD301", type(error).__qualname__)
        error.__traceback__ = runner.as_raised_before(error.__traceback__)
    return error


def leaving(frame: Frame, site: int) -> bool:
    """Whether the user's ``finally`` is to run: the program did get there."""
    return not isinstance(sys.exc_info()[1], PASSING)


class Entered:
    """Stands for a manager in a ``with`` statement of emitted code.

    Entering and leaving an unknown manager are sync-points, so that nothing slips out of the block or into it.
    """

    __slots__ = ("_frame", "_known", "_manager", "_site")

    def __init__(self, frame: Frame, site: int, manager: Any, known: bool) -> None:
        self._known = known
        self._frame = frame
        self._site = site
        self._manager = manager

    def __enter__(self) -> Any:
        frame, kind = self._frame, type(self._manager)
        if self._known:
            return kind.__enter__(self._manager)
        frame.machine.fence(frame, self._site, "PD202", kind.__qualname__)
        return frame.code.caller(self._site)(kind.__enter__, (self._manager,), {})

    def __exit__(self, kind: Any, error: BaseException | None, traceback: TracebackType | None) -> Any:
        if isinstance(error, PASSING):
            return False
        frame, manager = self._frame, self._manager
        shown = None if error is None else error.__traceback__
        if self._known:
            return type(manager).__exit__(manager, kind, error, shown)
        frame.machine.fence(frame, self._site, "PD202", type(manager).__qualname__)
        return frame.code.caller(self._site)(type(manager).__exit__, (manager, kind, error, shown), {})


def manager(frame: Frame, site: int, value: Any) -> Any:
    """The manager of a ``with`` statement, ready to be entered."""
    value = settled(frame, site, value)
    kind = type(value)
    if not (hasattr(kind, "__enter__") and hasattr(kind, "__exit__")):
        return value  # Python says what is wrong with it
    return Entered(frame, site, value, is_known_manager(value, made=False))
