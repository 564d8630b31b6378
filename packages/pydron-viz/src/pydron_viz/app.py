"""The viewer as a Flask application."""

from __future__ import annotations

import os

from flask import Flask, Response, current_app, jsonify, request
from werkzeug.exceptions import HTTPException

from pydron.errors import PydronError, UsageError
from pydron_viz.blueprints.api import api
from pydron_viz.blueprints.insight import insight
from pydron_viz.blueprints.page import page
from pydron_viz.guard import protect
from pydron_viz.opened import OpenTrace


def create_app(trace: str | os.PathLike[str] | OpenTrace, token: str, other: OpenTrace | None = None) -> Flask:
    """The viewer of one trace, read-only.

    Args:
        trace: The file, or one that is open already.
        token: What a request must carry.
        other: A run to compare it with.

    Raises:
        TraceFormatError: The file cannot be read.
    """
    app = Flask("pydron_viz", static_folder="static", template_folder="templates")
    app.extensions["pydron-trace"] = trace if isinstance(trace, OpenTrace) else OpenTrace(trace)
    app.extensions["pydron-other"] = other
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
    protect(app, token)
    app.register_blueprint(page)
    app.register_blueprint(api)
    app.register_blueprint(insight)
    app.register_error_handler(PydronError, _told)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Exception, _failed)
    return app


def _told(problem: PydronError) -> tuple[Response, int]:
    return jsonify({"error": str(problem)}), 404 if isinstance(problem, UsageError) else 500


def _failed(problem: Exception) -> tuple[Response, int]:
    """Whatever a trace can do that nobody has thought of: a sentence, and for whoever mends it the traceback."""
    current_app.logger.error("The viewer has failed at %s", request.path, exc_info=problem)
    text = (
        f"The viewer has failed over this trace ({type(problem).__name__}: {str(problem)[:200]}). Either the trace is"
        " damaged, or this is an error of Pydron's: the command that serves this page has printed where."
    )
    return jsonify({"error": text}), 500


def _refused(problem: HTTPException) -> tuple[Response, int]:
    text = problem.description or problem.name
    status = problem.code or 500
    if request.path.startswith("/api/"):
        return jsonify({"error": text}), status
    return Response(f"{text}\n", mimetype="text/plain"), status
