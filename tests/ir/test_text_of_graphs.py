"""The text form: complete, stable, and safe to show in a terminal."""

from __future__ import annotations

import dataclasses
from typing import Any

from pydron.ir.nodes import Global, Graph
from pydron.ir.printer import printable, region_text

GOLDEN = """\
graph work()
  function m.work, m.py:1
  locals: xs, out, x; temporaries: _1

   0  input   xs
   1  host    out = []                                   # line 2, local
   2  for     x in xs                                    # line 3, reads xs, out, binds x
      body
      3  input   out, x
      4  call    _1 = f(x)                               # line 5
      5  store   out.append(_1)                          # line 6, method of out
      6  output  next out
   9  native  try:                                       # line 10, PD201 the try at line 9, reads out
            |     g(out)
            | finally:
            |     done()
  10  output  return out                                 # line 11
"""


def test_the_text_shows_every_node_on_its_line(loop_graph: Graph) -> None:
    assert str(loop_graph) == loop_graph.to_text() == GOLDEN


def test_notes_stand_under_their_node(loop_graph: Graph) -> None:
    lines = region_text(loop_graph.body, {4: ["wrong"]}).splitlines()
    assert lines[6].strip() == "^^^ wrong" and "_1 = f(x)" in lines[5]


def test_globals_are_listed(loop_graph: Graph) -> None:
    table = (
        Global("np", "module", "numpy"),
        Global("N", "constant", text="3"),
        Global("f", "function", "m", "f", "def f(x): ...", "functional", ("N",), "m.py", 7),
        Global("log", "missing", text="it is a\nlogger"),
    )
    text = dataclasses.replace(loop_graph, globals=table).to_text()
    assert "    np = module numpy\n    N = 3\n    f = functional function m.f, m.py:7, needs N\n" in text
    assert text.endswith("    log = cannot travel: it is a\\nlogger\n")


def test_a_terminal_never_gets_control_characters(sketch: Any) -> None:
    hostile = "x = '\x1b[31m\x07\u202e\ud800'"
    assert printable(hostile) == "x = '\\x1b[31m\\x07\\u202e\\ud800'"
    assert len(printable("y" * 100_000)) < 5_000
    graph = dataclasses.replace(sketch.graph(sketch.node("Input"), sketch.node("Output")), filename="\x1b[2J\n.py")
    assert "\x1b" not in str(graph)
