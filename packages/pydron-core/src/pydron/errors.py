"""Every error that Pydron itself raises.

An error of the user's program is never wrapped in one of these: it is raised as it is.

    PydronError
        GraphFormatError        a serialised graph that cannot be read
        GraphError              a graph that breaks a rule of the IR
        CompileError            a function that could not be turned into a graph, nor taken whole
            SyncPointError      a function that must not have any has sync-points
        ConfigurationError      a setting, or an environment variable, that makes no sense
        TraceFormatError        a trace file that cannot be read
        CarriedNameError        a loaded graph uses a global that did not travel with it (also a NameError)
        ExecutorError           the executor cannot do its work
            WorkerStartError    no worker could be started
            TaskLostError       a call killed every worker it ran on
        UsageError              the command line asks for something that does not exist
        InternalError           a mistake of ours
"""

from __future__ import annotations


class PydronError(Exception):
    """Base of all errors that Pydron raises. The message is a sentence: what, where, and the way out."""


class GraphFormatError(PydronError):
    """A document is not a graph: cut off, of an unknown version, or with a field of a wrong type.

    Attributes:
        path: Where in the document, such as ``$.body.nodes[3].fragment``.
    """

    def __init__(self, message: str, path: str = "$") -> None:
        super().__init__(f"{message} (at {path} of the graph document)")
        self.path = path


class GraphError(PydronError):
    """A graph breaks a rule of the IR.

    Attributes:
        problems: (node id, message) per rule that is broken; the id is None where no node is to blame.
    """

    def __init__(self, message: str, problems: tuple[tuple[int | None, str], ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class CompileError(PydronError):
    """A function could neither be taken apart nor be taken whole."""


class SyncPointError(CompileError):
    """A function under ``@pydron.schedule(strict=True)`` has sync-points.

    Attributes:
        findings: What :func:`pydron.explain` says of each of them: line, code, message, hint.
    """

    def __init__(self, message: str, findings: tuple[object, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


class ConfigurationError(PydronError):
    """A setting has a value that makes no sense, or that this installation cannot satisfy."""


class TraceFormatError(PydronError):
    """A file is not a trace that this version can read."""


class CarriedNameError(PydronError, NameError):
    """A graph that was loaded from a document uses a global name that could not travel with it."""


class ExecutorError(PydronError):
    """The executor cannot do its work."""


class WorkerStartError(ExecutorError):
    """No worker process could be started."""


class TaskLostError(ExecutorError):
    """A call killed every worker process it ran on."""


class UsageError(PydronError):
    """The command line asks for something that does not exist or makes no sense."""


class InternalError(PydronError):
    """A mistake in Pydron. The program that met it is not to blame."""

    def __init__(self, message: str) -> None:
        super().__init__(f"{message} This is a mistake in Pydron, not in your program; please report it.")
