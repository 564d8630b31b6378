"""Executes one call of a scheduled function on the machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydron import runner
from pydron_runtime.executors.base import Executor
from pydron_runtime.machine.code import Code
from pydron_runtime.machine.machine import Machine
from pydron_runtime.machine.observer import Observer
from pydron_runtime.machine.tracebacks import placement


def execute(
    code: Code, args: tuple[Any, ...], kwargs: Mapping[str, Any], executor: Executor, observer: Observer
) -> Any:
    """Run one call of a scheduled function on an executor. Blocks until it has its result.

    Raises:
        BaseException: What the function raises.
    """
    machine = Machine(executor, observer, code)
    try:
        result = code.function(machine.main, *args, **kwargs)
        result = machine.finish(result)
    except BaseException as raised:
        error = machine.unwind(raised)
    else:
        observer.frame_finished(machine.main, None)
        return result
    observer.frame_finished(machine.main, error)
    failed = machine.failed
    if failed is not None and failed.error is error:
        runner.place_failure(error, *placement(failed))
    raise error
