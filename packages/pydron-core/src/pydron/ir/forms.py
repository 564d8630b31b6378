"""What a graph offers on itself: its text, document, diagram, and a function that executes it.

The forms are made by higher layers. Each method imports its own when it is called, so that the IR depends on
nothing above it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import graphviz
    import networkx

    from pydron.ir.nodes import Graph


class GraphForms:
    """The methods of :class:`pydron.ir.nodes.Graph`."""

    __slots__ = ()

    def to_json(self) -> str:
        """The canonical JSON document. ``Graph.from_json(graph.to_json()) == graph``.

        Raises:
            GraphFormatError: The graph is nested too deeply.
        """
        from pydron.export.json_codec import to_json

        return to_json(cast("Graph", self))

    @staticmethod
    def from_json(text: str) -> Graph:
        """The graph of a document made by :meth:`to_json`. Executes nothing.

        Raises:
            GraphFormatError: Not such a document, or of an unknown version.
        """
        from pydron.export.json_codec import from_json

        return from_json(text)

    def to_text(self) -> str:
        """Text for a terminal: one node per line, regions indented."""
        from pydron.ir.printer import to_text

        return to_text(cast("Graph", self))

    def to_networkx(self) -> networkx.MultiDiGraph[int]:
        """Nodes with their value and state edges, for analysis."""
        from pydron.export.to_networkx import to_networkx

        return to_networkx(cast("Graph", self))

    def to_dot(self) -> graphviz.Digraph:
        """A diagram, with a cluster per region. Drawing it needs Graphviz; its ``source`` does not."""
        from pydron.export.to_dot import to_dot

        return to_dot(cast("Graph", self))

    def bind(self, namespace: dict[str, Any] | None = None) -> Callable[..., Any]:
        """A plain sequential function that executes this graph, also where its source file is not.

        Args:
            namespace: Globals and captured variables for it. What is not given comes from ``globals``.

        Raises:
            GraphError: The graph breaks a rule of the IR.
        """
        from pydron.export.bind import bind

        return bind(cast("Graph", self), namespace)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Execute the graph sequentially. The same as ``graph.bind()(*args, **kwargs)``."""
        return self.bind()(*args, **kwargs)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_svg_(self) -> str | None:
        from pydron.export.notebook import to_svg

        return to_svg(cast("Graph", self))

    def _repr_html_(self) -> str:
        from pydron.export.notebook import to_html

        return to_html(cast("Graph", self))
