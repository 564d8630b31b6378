"""The viewer's one page."""

from __future__ import annotations

from functools import cache
from importlib import resources

from flask import Blueprint, Response, render_template

from pydron_viz.render import can_write

page = Blueprint("page", __name__)


@page.get("/")
def view() -> str:
    """The page; its scripts fetch everything else. It names them all, so that none waits for another to ask for it."""
    return render_template("view.html", pdf=can_write("pdf"), modules=scripts())


@cache
def scripts() -> tuple[str, ...]:
    """The file names of the page's scripts."""
    static = resources.files("pydron_viz").joinpath("static")
    return tuple(sorted(entry.name for entry in static.iterdir() if entry.name.endswith(".js")))


@page.get("/favicon.ico")
def icon() -> Response:
    """Browsers ask for it; there is none beside the one that the page names."""
    return Response(status=204)
