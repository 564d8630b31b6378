"""Imports go down the layers of ARCHITECTURE.md, and nowhere else."""

from __future__ import annotations

import ast

import pytest
from source_tree import PACKAGES, ROOT, Import, Module, imports_of, package_modules

GROUND = ("pydron.location", "pydron.errors", "pydron.marks", "pydron.installed", "pydron.own_frame")
IR = (*GROUND, "pydron.ir")
SHOWN = (*IR, "pydron.export", "pydron.interpret", "pydron.trace", "pydron.explain")
COMPILER = (*IR, "pydron.frontend", "pydron.analysis", "pydron.emit", "pydron.compile")
ENTRY = ("pydron.config", "pydron.runner", "pydron.callers", "pydron.entry", "pydron.decorators")
RECORDING = tuple(f"pydron_runtime.{name}" for name in ("recording", "recording_rows", "recording_file"))
MACHINE = ("values", "order", "effects", "failures", "calls", "iteration", "operations", "loops", "ahead")
"""The groups of the machine's modules, each of which may import those before it."""
GROUND_RUNTIME = ("pydron_runtime.protocol", "pydron_runtime.data", "pydron_runtime.recording")
LOGIC = (*GROUND_RUNTIME, "pydron_runtime.machine", "pydron_runtime.scheduler", "pydron_runtime.worker")
RUNTIME = (
    *LOGIC,
    *RECORDING,
    "pydron_runtime.recording_sqlite",
    "pydron_runtime.transport",
    "pydron_runtime.cluster",
    "pydron_runtime.executors",
    "pydron_runtime.execution",
    "pydron_runtime.brief",
    "pydron_runtime.prospects",
    "pydron_runtime.quiet",
    "pydron_runtime.sessions",
    "pydron_runtime.preparation",
    "pydron_runtime.check",
    "pydron_runtime.progress",
    "pydron_runtime.run",
)

# Layer -> the layers of this project that its modules may import, beside its own. The longest prefix counts.
# "=name" permits the module of that name, and not what is inside of it.
ALLOWED: dict[str, tuple[str, ...]] = {
    "pydron.location": (),
    "pydron.marks": (),
    "pydron.own_frame": (),
    "pydron.refusing": (),
    "pydron.headroom": (),
    "pydron.installed": (),
    "pydron.interrupts": (),
    "pydron.bell": (),
    "pydron.stand_in": (),
    "pydron.uninterrupted": (),
    "pydron.preparing": (),
    "pydron.places": ("pydron.location",),
    "pydron.errors": ("pydron.location",),
    "pydron.ir": GROUND,
    "pydron.frontend": IR,
    "pydron.analysis": (*IR, "pydron.frontend"),
    "pydron.emit": (*IR, "pydron.frontend", "pydron.analysis"),
    "pydron.compile": COMPILER,
    "pydron.config": GROUND,
    "pydron.comprehensions": (*IR, "pydron.places"),
    "pydron.runner": (
        *IR,
        "pydron.config",
        "pydron.places",
        "pydron.comprehensions",
        "pydron.headroom",
        "pydron.refusing",
        "pydron.preparing",
        "pydron.stand_in",
        "pydron.uninterrupted",
    ),  # fmt: skip
    "pydron.behind": ("pydron.runner",),
    "pydron.callers": ("pydron.runner",),
    "pydron.entry": (
        *COMPILER,
        "pydron.behind",
        "pydron.callers",
        "pydron.runner",
        "pydron.refusing",
        "pydron.stand_in",
    ),
    "pydron.decorators": (*GROUND, "pydron.entry"),
    "pydron.export": IR,
    "pydron.interpret": IR,
    "pydron.trace": IR,
    "pydron.explain": IR,
    "pydron.checked": (*SHOWN, *COMPILER),
    "pydron.__main__": ("pydron.cli",),
    "pydron.cli": ("=pydron", "pydron.refusing", "pydron.checked", *SHOWN, *COMPILER, *ENTRY),
    "pydron": (*SHOWN, *COMPILER, *ENTRY, "pydron.checked"),
    "pydron_runtime.data": ("pydron",),
    "pydron_runtime.protocol": ("pydron", "pydron_runtime.data"),
    "pydron_runtime.recording": ("pydron",),
    "pydron_runtime.recording_rows": ("pydron", "pydron_runtime.recording"),
    "pydron_runtime.recording_file": ("pydron", "pydron_runtime.recording", "pydron_runtime.recording_rows"),
    "pydron_runtime.recording_sqlite": ("pydron", *RECORDING),
    **{
        f"pydron_runtime.machine.{group}": (
            "pydron",
            *GROUND_RUNTIME,
            "pydron_runtime.executors.base",
            *(f"pydron_runtime.machine.{lower}" for lower in MACHINE[:place]),
        )
        for place, group in enumerate(MACHINE)
    },
    "pydron_runtime.machine": ("pydron", *GROUND_RUNTIME, "pydron_runtime.executors.base"),
    "pydron_runtime.scheduler": ("pydron", *GROUND_RUNTIME, "pydron_runtime.executors.base"),
    "pydron_runtime.worker": ("pydron", *GROUND_RUNTIME, "pydron_runtime.executors.base"),
    "pydron_runtime.transport": ("pydron", *LOGIC, "pydron_runtime.executors.base"),
    "pydron_runtime.executors.base": ("pydron", "pydron_runtime.data"),
    "pydron_runtime.cluster": ("pydron", *LOGIC, "pydron_runtime.transport"),
    "pydron_runtime.executors": ("pydron", *LOGIC, "pydron_runtime.transport", "pydron_runtime.cluster"),
    "pydron_runtime.check": ("pydron", "pydron_runtime.data"),
    "pydron_runtime.testing": ("pydron", *RUNTIME),
    "pydron_runtime.conformance": ("pydron", *RUNTIME),
    "pydron_runtime.execution": ("pydron", *LOGIC, "pydron_runtime.executors.base"),
    "pydron_runtime.brief": ("pydron", *LOGIC, "pydron_runtime.quiet"),
    "pydron_runtime.prospects": ("pydron", *LOGIC),
    "pydron_runtime.quiet": ("pydron", *LOGIC),
    "pydron_runtime.progress": ("pydron", *LOGIC),
    "pydron_runtime.sessions": ("pydron", *RECORDING, "pydron_runtime.recording_sqlite", "pydron_runtime.executors"),
    "pydron_runtime.preparation": ("pydron", *RUNTIME),
    "pydron_runtime.run": ("pydron", *RUNTIME),
    "pydron_runtime.cli": ("pydron", *RUNTIME),
    "pydron_runtime": ("pydron", *RUNTIME),
    "pydron_viz": (*IR, "pydron.trace", "pydron.export", "pydron.explain", "pydron.cli.command"),
}

# Imports inside functions, by which a lower layer offers a shortcut to what stands above it; loaded on use only.
DOORS = {
    ("pydron_runtime.machine.ahead.scouted", "pydron_runtime.machine.code"): "a scout enters functions",
    ("pydron_runtime.machine.calls.activation", "pydron_runtime.machine.code"): "a call enters a function",
    (
        "pydron_runtime.machine.calls.activation",
        "pydron_runtime.machine.operations",
    ): "a function that was put off calls",
    ("pydron_runtime.machine.calls.deferral", "pydron_runtime.machine.code"): "what a function does decides",
    ("pydron_runtime.machine.calls.pinning", "pydron_runtime.machine.code"): "which variables a function reads",
    ("pydron_runtime.machine.calls.properties", "pydron_runtime.machine.operations"): "a property that stores",
    ("pydron_runtime.machine.calls.straight", "pydron_runtime.machine.code"): "what a function does, step by step",
    ("pydron_runtime.machine.calls.undecorated", "pydron_runtime.machine.code"): "the code of a plain function",
    ("pydron_runtime.machine.calls.unfolding", "pydron_runtime.machine.code"): "the code of a recursive function",
    (
        "pydron_runtime.machine.failures.stopping",
        "pydron_runtime.machine.operations",
    ): "the call that may end an iteration",
    ("pydron_runtime.machine.iteration.lent", "pydron_runtime.machine.operations"): "the next element of any iterator",
    ("pydron_runtime.machine.iteration.map_ahead", "pydron_runtime.machine.ahead"): "a map looks ahead while it waits",
    ("pydron.ir.forms", "pydron.export"): "Graph.to_json and its like, so that a graph in a notebook is at hand",
    ("pydron.entry", "pydron.export"): "a graph carries what its global names mean",
    ("pydron.trace.records", "pydron.export"): "a trace in a notebook shows itself",
    ("pydron.entry", "pydron.explain"): "a strict function is explained before its first call",
    ("pydron.decorators", "pydron.explain"): "what is strict and can never be taken apart is refused at once",
    ("pydron.export.bind", "pydron.interpret"): "a graph from another process runs on the reference evaluator",
    ("pydron.explain.callees", "pydron.analysis"): "what is known to be pure, when a live function is given",
    ("pydron.explain.callees", "pydron.frontend"): "whether an undecorated function has loops",
    ("pydron.explain.report", "pydron.frontend"): "a function that nobody scheduled is explained as well",
}


def within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


def layer_of(name: str) -> str | None:
    """The layer of a module: its longest prefix in the table. A package's own module stands for itself only."""
    candidates = [layer for layer in ALLOWED if name == layer or (within(name, layer) and layer not in PACKAGES[:2])]
    return max(candidates, key=len, default=None)


def permitted(module: Module, found: Import) -> bool:
    layer = layer_of(module.name)
    assert layer is not None
    allowed = (layer, *ALLOWED[layer])
    if any(f"={found.target}" == prefix or within(found.target, prefix) for prefix in allowed):
        return True
    doors = [prefix for (name, prefix) in DOORS if name == module.name]
    return found.when == "calling" and any(within(found.target, prefix) for prefix in doors)


def test_every_module_has_a_layer() -> None:
    homeless = [str(module) for module in package_modules() if layer_of(module.name) is None]
    assert not homeless, "modules without a layer; give them one in ARCHITECTURE.md and in this table"


@pytest.mark.parametrize("module", package_modules(), ids=str)
def test_a_module_imports_only_layers_below(module: Module) -> None:
    if layer_of(module.name) is None:
        pytest.fail(f"{module} has no layer")
    wrong = [
        f"{module.place(found.line)}: {module.name} must not import {found.target}"
        for found in imports_of(module)
        if found.target.split(".")[0] in PACKAGES and found.when != "typing" and not permitted(module, found)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("module", package_modules(), ids=str)
def test_other_packages_are_used_by_public_names(module: Module) -> None:
    own = module.name.split(".")[0]
    wrong = [
        f"{module.place(found.line)}: {found.target} {found.name}"
        for found in imports_of(module)
        if found.target.split(".")[0] in PACKAGES
        and found.target.split(".")[0] != own
        and any(part.startswith("_") for part in (*found.target.split("."), found.name) if part)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_import_cycle() -> None:
    edges = {
        module.name: {found.target for found in imports_of(module) if found.when == "loading"}
        for module in package_modules()
    }
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            pytest.fail("import cycle: " + " -> ".join([*path[path.index(name) :], name]))
        if name in done or name not in edges:
            return
        for target in sorted(edges[name]):
            visit(target, (*path, name))
        done.add(name)

    for name in sorted(edges):
        visit(name, ())


def test_the_table_refuses_what_it_should() -> None:
    def refused(name: str, text: str) -> bool:
        module = Module(name, ROOT / "imagined.py", text, ast.parse(text))
        return not all(permitted(module, found) for found in imports_of(module))

    assert refused("pydron.ir.new", "import pydron.frontend.build")
    assert refused("pydron.ir.forms", "import pydron.export.to_dot")  # a door is for calls, not for loading
    assert refused("pydron.emit.new", "import pydron_runtime.machine")
    assert refused("pydron_runtime.machine.values.new", "from pydron_runtime.machine.order import frames")
    assert refused("pydron_runtime.machine.order.new", "from pydron_runtime.machine import machine")
    assert not refused("pydron_runtime.machine.order.new", "from pydron_runtime.machine.values import pending")
    assert refused("pydron_runtime.machine.new", "from pydron_runtime.scheduler import machine")
    assert refused("pydron_runtime.scheduler.new", "from pydron_viz import app")
    assert refused("pydron_viz.new", "from pydron_runtime import recording")
    assert refused("pydron_viz.new", "from pydron import schedule")
    assert not refused("pydron_viz.new", "from pydron.trace import reader")
    assert not refused("pydron_runtime.executors.new", "from pydron_runtime.transport import zeromq")


def test_doors_are_in_use() -> None:
    by_name = {module.name: module for module in package_modules()}
    stale = [
        door
        for door in DOORS
        if door[0] in by_name and not any(within(found.target, door[1]) for found in imports_of(by_name[door[0]]))
    ]
    assert not stale, "these exceptions are no longer needed"
