"""Executes one call of a scheduled function on the machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from pydron import runner
from pydron.preparing import PREPARING
from pydron_runtime.executors.base import Executor
from pydron_runtime.machine.code import Code
from pydron_runtime.machine.failures.left_generators import show_cause
from pydron_runtime.machine.failures.tracebacks import placement
from pydron_runtime.machine.machine import Machine
from pydron_runtime.machine.observer import Observer
from pydron_runtime.machine.order.contexts import end_context, handled_at
from pydron_runtime.machine.switching import switching_quickly


def execute(
    code: Code,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    executor: Executor,
    recorder: Any,
    watch: Callable[[Machine], Callable[[], None]] | None = None,
) -> Any:
    """Run one call of a scheduled function on an executor. Blocks until it has its result.

    Args:
        recorder: What records the run; None if nothing does.
        watch: Told of the machine before it begins; what it returns is called when the machine has ended.

    Raises:
        BaseException: What the function raises.
    """
    try:
        PREPARING.now = True
        observer = Observer(recorder)
        machine = Machine(executor, observer, code)
    finally:
        PREPARING.now = False
    with switching_quickly():
        if watch is None:
            return _run(machine, code, args, kwargs, observer)
        over = watch(machine)
        try:
            return _run(machine, code, args, kwargs, observer)
        finally:
            over()


def _run(machine: Machine, code: Code, args: tuple[Any, ...], kwargs: Mapping[str, Any], observer: Observer) -> Any:
    handled = sys.exc_info()[1]
    try:
        result = code.function(machine.main, *args, **kwargs)
        result = machine.finish(result)
    except BaseException as raised:
        error = raised
    else:
        observer.frame_finished(machine.main, None)
        return result
    # Outside of the handler: what fails while the machine unwinds has nothing to do with the error that was caught.
    error = machine.unwind(error)
    observer.frame_finished(machine.main, error)
    failed = machine.failed
    if failed is not None and failed.error is error:
        end_context(error, machine.context, handled_at(failed) or handled)
        runner.place_failure(error, *placement(failed))
    elif machine.interrupted is not None:
        runner.place_failure(error, *placement(machine.interrupted))
    show_cause(error)
    runner.keep_context(error)
    _let_go(machine)
    raise error


def _let_go(machine: Machine) -> None:
    """A machine that has ended is a part of cycles. The error and what its frames hold are the program's to drop."""
    machine.failed = machine.interrupted = machine.oldest = machine.context = None
    machine.failures.clear()
    machine.main.queue.clear()
