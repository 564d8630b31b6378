"""What a worker's outcome means to the program."""

from __future__ import annotations

from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Completion, Failed, Skipped, Succeeded, Untransportable
from pydron_runtime.worker.execution import Outcome

_NOTHING = Payload(b"")


def completion_of(outcome: Outcome, worker: str) -> Completion:
    """The completion that a call's outcome amounts to."""
    if outcome.kind == "ok":
        return Succeeded(outcome.task, outcome.payload or _NOTHING, worker)
    if outcome.kind == "failed":
        return Failed(outcome.task, outcome.payload or _NOTHING, outcome.text, worker)
    if outcome.kind == "untransportable":
        return Untransportable(outcome.task, outcome.what, outcome.text, worker)
    return Skipped(outcome.task, None)
