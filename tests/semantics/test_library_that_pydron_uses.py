"""Functions of modules that Pydron itself uses may be scheduled: while it prepares a call, they run as they are written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import importlib, os, sys
import pydron
from test_code_nobody_here_wrote import scheduled

for name, expression in zip(sys.argv[1::2], sys.argv[2::2]):
    module = importlib.import_module(name)
    plain = eval(expression, {"m": module})
    os.environ["PYDRON_ALWAYS"] = "1"
    with pydron.configure(executor="inline"), scheduled(module) as records:
        seen = eval(expression, {"m": module})
    os.environ["PYDRON_ALWAYS"] = ""
    print(name, plain == seen, any(record.compiled for record in records))
"""

CALLS = {
    "textwrap": "m.fill('The quick brown fox ' * 9, 33), m.dedent('  a\\n    b')",
    "collections": "m.Counter('abca').most_common(), m.namedtuple('P', 'x y')(1, 2), m.ChainMap({1: 2})[1]",
    "dataclasses": "m.asdict(m.make_dataclass('C', ['x', ('y', int, m.field(default=3))])(1))",
    "contextlib": "m.nullcontext(3).__enter__(), m.contextmanager(lambda: iter([5]))().__class__",
    "functools": "m.reduce(max, [1, 3, 2]), m.lru_cache(None)(abs)(-3)",
    "ast": "m.unparse(m.parse('a+b')), m.literal_eval('[1]')",
    "tokenize": "[t.string for t in m.generate_tokens(iter(['a + b\\n']).__next__)]",
    "linecache": "m.getline(m.__file__, 2), m.checkcache()",
    "types": "m.new_class('A').__name__, m.resolve_bases((int,))",
    "re": "m.sub('a+', 'b', 'caab'), m.compile('x(?P<n>.)').match('xy')['n'], m.escape('a.b')",
    "copy": "m.deepcopy([1, {2: [3]}]), m.copy({1: 2})",
    "threading": "m.current_thread().name, m.Event().is_set()",
    "logging": "m.getLogger('a').isEnabledFor(10)",
    "inspect": "str(m.signature(m.getsource)), m.getmodule(m.isclass).__name__, m.unwrap(m.isclass)",
    "enum": "[e.name for e in m.Enum('E', 'a b')], int(m.IntFlag('F', 'a b')(3))",
    "typing": "m.Optional[int], m.get_type_hints(m.get_type_hints)",
}
"""What is called of each module."""

FIRST = ["textwrap", "collections", "dataclasses", "contextlib", "functools"]
"""Modules that matter most while Pydron is being imported: each begins a process of its own."""


@pytest.mark.slow
@pytest.mark.parametrize("first", FIRST)
def test_calls_end_and_give_what_they_give_in_plain_python(first: str) -> None:
    """With nothing of the machine imported before the first call."""
    calls = {first: CALLS[first], **(CALLS if first == FIRST[0] else {})}
    folder = Path(__file__).parent
    path = os.pathsep.join([str(folder), str(folder.parent / "support"), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *(part for call in calls.items() for part in call)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines() == [f"{name} True True" for name in calls]
