"""Pure packages reach no clock, process, thread, socket, file or random number."""

from __future__ import annotations

import ast

import pytest
from source_tree import Module, imports_of, package_modules

PURE = (
    "pydron.location",
    "pydron.ir",
    "pydron.frontend",
    "pydron.analysis",
    "pydron.emit",
    "pydron.export",
    "pydron.explain",
    "pydron.trace.columns",
    "pydron.trace.records",
    "pydron_runtime.scheduler",
    "pydron_runtime.worker",
    "pydron_runtime.protocol",
    "pydron_runtime.cluster.clocks",
    "pydron_runtime.cluster.events",
    "pydron_runtime.cluster.handshake",
    "pydron_runtime.cluster.instructions",
    "pydron_runtime.cluster.lines",
    "pydron_runtime.cluster.membership",
    "pydron_runtime.cluster.messages",
    "pydron_runtime.cluster.moves",
    "pydron_runtime.cluster.pieces",
    "pydron_runtime.cluster.sessions",
    "pydron_runtime.cluster.shares",
    "pydron_runtime.cluster.status",
    "pydron_runtime.cluster.transfers",
    "pydron_viz.analysis",
    "pydron_viz.replay",
    "pydron_viz.diagrams",
    "pydron_viz.timeline",
)

# The files that touch the world on behalf of a pure package: they find the user's source, and where code comes from.
SOURCE_READERS = ("pydron.frontend.source", "pydron.export.globals", "pydron.export.origins")

OUTSIDE_WORLD = frozenset(
    "asyncio concurrent ctypes fcntl http linecache mmap multiprocess multiprocessing os pathlib queue random secrets "
    "select selectors shutil signal socket socketserver sqlite3 ssl subprocess tempfile threading time urllib uuid "
    "zmq flask".split()
)


def pure_modules() -> list[Module]:
    return [
        module
        for module in package_modules()
        if module.name not in SOURCE_READERS
        and any(module.name == prefix or module.name.startswith(prefix + ".") for prefix in PURE)
    ]


@pytest.mark.parametrize("module", pure_modules(), ids=str)
def test_a_pure_module_imports_nothing_of_the_outside_world(module: Module) -> None:
    wrong = [
        f"{module.place(found.line)}: {found.target}"
        for found in imports_of(module)
        if found.target.split(".")[0] in OUTSIDE_WORLD
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("module", pure_modules(), ids=str)
def test_a_pure_module_opens_no_file(module: Module) -> None:
    wrong = [
        module.place(node.lineno)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"open", "input", "print"}
    ]
    assert not wrong, "\n".join(wrong)
