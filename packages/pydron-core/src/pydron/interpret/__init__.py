"""The reference evaluator: what a graph means, by turning it back into plain Python.

rebuild(graph)                       the definition of a function, as syntax
function(graph, namespace, ...)      that function, ready to be called
"""

from pydron.interpret.function import function
from pydron.interpret.rebuild import rebuild
from pydron.ir.declarations import declarations

__all__ = ["declarations", "function", "rebuild"]
