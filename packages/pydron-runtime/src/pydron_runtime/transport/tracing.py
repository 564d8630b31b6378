"""Which of the scheduler's instructions the trace hears of, and how."""

from __future__ import annotations

from pydron_runtime.data.outcomes import Outcome
from pydron_runtime.recording import Recorder
from pydron_runtime.scheduler.instructions import Dispatch, Instruction, NoteEnd, NoteLost, NoteReady

NOTES = (NoteReady, NoteEnd, NoteLost)
"""Instructions that are for the trace alone."""


def note(recorder: Recorder, instruction: Instruction, now: int) -> None:
    """Tell the recorder what an instruction means, if it means anything to a trace."""
    if isinstance(instruction, Dispatch):
        for assignment in instruction.assignments:
            recorder.task_sent(assignment.task.id, instruction.worker, assignment.attempt, now)
    elif isinstance(instruction, NoteReady):
        for task in instruction.tasks:
            recorder.task_ready(task, now)
    elif isinstance(instruction, NoteEnd):
        note_end(recorder, instruction.outcome, instruction.worker, instruction.attempt, now)
    elif isinstance(instruction, NoteLost):
        recorder.task_finished(
            instruction.task, instruction.worker, instruction.attempt, instruction.sent, now, "lost", 0, "WorkerDied",
            f"The worker was {instruction.reason}.", "",
        )  # fmt: skip


def note_end(recorder: Recorder, outcome: Outcome, worker: str, attempt: int, arrived: int | None = None) -> None:
    """Tell the recorder that a call has ended, and when its outcome was here."""
    size = outcome.payload.size if outcome.payload is not None and outcome.kind == "ok" else 0
    name, message = outcome.error
    if outcome.kind == "untransportable":
        name, message = outcome.what, outcome.text
    recorder.task_finished(
        outcome.task, worker, attempt, outcome.started, outcome.finished, outcome.kind, size, name, message,
        outcome.text if outcome.kind == "failed" else "", outcome.phases, arrived,
    )  # fmt: skip
