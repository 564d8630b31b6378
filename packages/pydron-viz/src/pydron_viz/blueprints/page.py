"""The viewer's one page."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from pydron_viz.render import can_write

page = Blueprint("page", __name__)


@page.get("/")
def view() -> str:
    """The page; its scripts fetch everything else."""
    return render_template("view.html", pdf=can_write("pdf"))


@page.get("/favicon.ico")
def icon() -> Response:
    """Browsers ask for it; there is none beside the one that the page names."""
    return Response(status=204)
