"""Global: what a global name of a function meant when its graph was exported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Global:
    """What a global name of the function meant when the graph was exported: enough to run it elsewhere.

    Attributes:
        kind: ``module`` (imported by ``module``; ``text`` names submodules to import too, separated by spaces),
            ``attribute`` (``qualname`` of ``module``, an installed package or the standard library), ``constant``
            (``text`` is a literal), ``function`` or ``class`` (``text`` is its source, decorators included; it
            binds ``qualname``, and stood in ``module``), ``missing`` (cannot be carried; ``text`` says why).
        mark: ``functional`` or ``scheduled`` for such functions, else "".
        needs: Names of further globals that ``text`` uses; they are in the same table. ``name=entry`` where the
            table holds what ``text`` calls ``name`` under another one, because names of two modules clash.
        filename, line: Where in the user's files ``text`` begins.
    """

    name: str
    kind: Literal["module", "attribute", "constant", "function", "class", "missing"]
    module: str = ""
    qualname: str = ""
    text: str = ""
    mark: str = ""
    needs: tuple[str, ...] = ()
    filename: str = ""
    line: int = 1
