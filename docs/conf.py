"""How Sphinx builds the documentation. Works without a network: nothing is linked in from other sites."""

from __future__ import annotations

project = "Pydron"
author = "The Pydron developers"
copyright = "2026, The Pydron developers"

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# The places in reasons.md are anchors in HTML, so that links to them hold wherever the page is shown; MyST does not see
# those.
suppress_warnings = ["myst.xref_missing"]

html_theme = "furo"
html_title = "Pydron"
html_show_sourcelink = False
