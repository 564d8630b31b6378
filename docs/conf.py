"""How Sphinx builds the documentation. Works without a network: nothing is linked in from other sites."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "Pydron"
author = "The Pydron developers"
copyright = "2026, The Pydron developers"

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
myst_heading_slug_func = "places.slug"

html_theme = "furo"
html_title = "Pydron"
html_show_sourcelink = False
