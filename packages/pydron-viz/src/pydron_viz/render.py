"""Turns DOT into pictures, with whatever Graphviz there is.

The system's ``dot`` is used where it is on the PATH, else the ``graphviz-pure`` program, which pip installs with this
package. Both run as a process of their own, so that a layout that takes too long can be stopped.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sysconfig
import threading
from collections import OrderedDict
from importlib.util import find_spec
from pathlib import Path

from pydron.errors import ConfigurationError, PydronError

FORMATS = ("svg", "png", "pdf")

TIMEOUT = 60.0
"""Seconds that one layout may take."""

_KEPT = 64
_cache: OrderedDict[str, bytes] = OrderedDict()
_lock = threading.Lock()


class RenderError(PydronError):
    """Graphviz could not draw a diagram."""


def program() -> str:
    """The Graphviz program to run.

    Raises:
        ConfigurationError: There is none.
    """
    found = shutil.which("dot") or shutil.which("graphviz-pure")
    if found is not None:
        return found
    # Inside a virtual environment that is not activated, the PATH does not lead to what pip installed.
    beside = Path(sysconfig.get_path("scripts")) / "graphviz-pure"
    for candidate in (beside, beside.with_suffix(".exe")):
        if candidate.is_file():
            return str(candidate)
    raise ConfigurationError(
        "No Graphviz was found to draw with. Install it with 'pip install graphviz-pure' or from your system's packages"
        " (the command 'dot'), or ask for the format dot, which needs none."
    )


def can_write(format: str) -> bool:
    """Whether a format can be written. PDF is beyond the Graphviz that comes with pip; a library writes it then."""
    return format != "pdf" or shutil.which("dot") is not None or find_spec("svglib") is not None


def render_dot(source: str, format: str) -> bytes:
    """The picture of a DOT text. Blocks while Graphviz works; the latest pictures are kept.

    Args:
        source: DOT.
        format: One of :data:`FORMATS`.

    Raises:
        ConfigurationError: There is no Graphviz, or it does not know the format.
        RenderError: The text is not DOT, or its layout took longer than :data:`TIMEOUT`.
    """
    if format not in FORMATS:
        raise ConfigurationError(f"Diagrams cannot be drawn as '{format}'. Choose one of: {', '.join(FORMATS)}.")
    key = hashlib.sha256(f"{format}\0{source}".encode("utf-8", "replace")).hexdigest()
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    if format == "pdf" and shutil.which("dot") is None:
        from pydron_viz.pdf import pdf_of  # late: it takes a moment to import

        picture = pdf_of(_drawn(source, "svg"))
    else:
        picture = _drawn(source, format)
    with _lock:
        _cache[key] = picture
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return picture


def _drawn(source: str, format: str) -> bytes:
    command = program()
    data = source.replace("\0", " ").encode("utf-8", "replace")
    try:
        done = subprocess.run([command, f"-T{format}"], input=data, capture_output=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        raise RenderError(
            f"Graphviz needed more than {TIMEOUT:.0f} s for this diagram and was stopped. Fold it further."
        ) from None
    except OSError as problem:
        raise ConfigurationError(f"Graphviz ('{command}') could not be started: {problem.strerror}.") from problem
    if done.returncode != 0 or not done.stdout:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[0] if said else f"exit status {done.returncode}"
        if "not recognized" in reason:
            raise ConfigurationError(
                f"This Graphviz ('{command}') cannot write {format}. Install the one of your system's packages (the"
                " command 'dot'), or choose svg."
            )
        raise RenderError(f"Graphviz could not draw the diagram: {reason}.")
    return done.stdout
