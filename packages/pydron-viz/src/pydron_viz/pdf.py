"""SVG to PDF, in Python: for machines whose Graphviz cannot write PDF itself."""

from __future__ import annotations

import io

from pydron.errors import ConfigurationError
from pydron_viz.pdf_fonts import write_with_known_letters

LARGEST = 14_400
"""Points: no page of a PDF is larger than that, says its standard."""


def pdf_of(svg: bytes) -> bytes:
    """A picture as a PDF of one page of its size. Texts stay texts; characters that no font at hand has become squares.

    Raises:
        ConfigurationError: The library that writes PDF is not installed, or cannot read the picture.
    """
    try:
        from reportlab.graphics import renderPDF  # type: ignore[import-untyped]
        from svglib.svglib import svg2rlg
    except ImportError as problem:
        raise ConfigurationError(
            f"PDF cannot be written: {problem.name} is not installed. 'pip install svglib' brings it. Or choose svg."
        ) from None
    drawing = svg2rlg(io.BytesIO(svg))
    if drawing is None:
        raise ConfigurationError("The picture cannot be turned into a PDF. Choose svg.")
    write_with_known_letters(drawing)
    factor = min(1.0, LARGEST / max(drawing.width, drawing.height, 1.0))
    if factor < 1.0:
        drawing.scale(factor, factor)
        drawing.width, drawing.height = drawing.width * factor, drawing.height * factor
    written: bytes = renderPDF.drawToString(drawing)
    return written
