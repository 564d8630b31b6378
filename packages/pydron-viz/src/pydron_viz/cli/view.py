"""``pydron view``: the trace viewer in a browser, served on this machine only."""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import socket
import sys
import threading

from pydron.cli.command import SimpleCommand
from pydron.errors import ConfigurationError, TraceFormatError, UsageError
from pydron_viz.opened import OpenTrace

_DESCRIPTION = """\
Replay a recorded run in the browser: its graph and a timeline per worker, moved together.

  pydron run --trace run.pydron script.py
  pydron view run.pydron
  pydron view before.pydron after.pydron      the first, compared with the second

The viewer answers only on this machine, needs no internet, and stops with Ctrl-C. A trace that is still being
written is followed.
"""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the trace")
    parser.add_argument("other", metavar="OTHER", nargs="?", help="another trace, to compare the first with")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="port on loopback (default: a free one)")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")


def _run(arguments: argparse.Namespace) -> int:
    if not 0 <= arguments.port <= 65535:
        raise UsageError(f"There is no port {arguments.port}. Give one from 1 to 65535, or 0 for a free one.")
    opened = OpenTrace(arguments.file)
    other: OpenTrace | None = None
    listener: socket.socket | None = None
    try:
        other = None if arguments.other is None else OpenTrace(arguments.other)
        listener = _listen(arguments.port)
        token = secrets.token_urlsafe(24)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/?token={token}"
        print(f"Pydron viewer: {address}", flush=True)
        print("Stop it with Ctrl-C.", file=sys.stderr, flush=True)
        # The browser starts while the server does; what it asks until then waits in the listener. A long trace takes
        # seconds to read: that begins now, too.
        if not arguments.no_browser and _has_browser():
            threading.Thread(target=_open_browser, args=(address,), daemon=True).start()
        threading.Thread(target=_read_ahead, args=(opened,), daemon=True).start()
        try:
            _serve(listener, token, opened, other)
        except KeyboardInterrupt:
            print(file=sys.stderr)
    finally:
        for one in (listener, opened, other):
            if one is not None:
                one.close()
    return 0


def _serve(listener: socket.socket, token: str, opened: OpenTrace, other: OpenTrace | None) -> None:
    """Answer until Ctrl-C."""
    from werkzeug.serving import make_server  # late, as is the next: the browser takes as long to start

    from pydron_viz.app import create_app

    # A line per request is of no use to whoever looks at a trace.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = create_app(opened, token, other)
    server = make_server("127.0.0.1", listener.getsockname()[1], app, threaded=True, fd=listener.fileno())
    try:
        server.serve_forever()
    finally:
        server.server_close()


def _open_browser(address: str) -> None:
    import webbrowser  # late: not everybody has a screen

    webbrowser.open(address)


def _read_ahead(opened: OpenTrace) -> None:
    try:
        opened.snapshot()
    except TraceFormatError:
        pass  # the page asks again, and shows what is wrong


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere the option means that two programs may share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
    except OSError as problem:
        listener.close()
        raise ConfigurationError(
            f"The viewer cannot listen on port {port}: {problem.strerror}. Give another port with --port, or none for a"
            " free one."
        ) from problem
    return listener


def _has_browser() -> bool:
    """Whether opening a browser shows a window. Without a screen Python would start one in this very terminal."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


command = SimpleCommand("view", "replay a recorded run in the browser", _DESCRIPTION, _configure, _run)
