"""Who may look: this machine's browser, with the token that the command printed, and nobody through it.

Another page in the same browser can send requests to loopback. It does not know the token, cannot use the cookie (same
site only), and cannot pass under another name (the Host header is checked, which stops DNS rebinding).
"""

from __future__ import annotations

import hashlib
import hmac

from flask import Flask, Response, abort, request

_HOSTS = {"127.0.0.1", "localhost"}

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def protect(app: Flask, token: str) -> None:
    """Let an application answer only requests to loopback that carry the token, in the address or in the cookie."""
    # Cookies do not tell ports apart: two viewers must not overwrite each other's.
    cookie = f"pydron-view-{hashlib.sha256(token.encode()).hexdigest()[:12]}"

    def is_token(value: str | None) -> bool:
        return value is not None and hmac.compare_digest(value.encode("utf-8", "replace"), token.encode())

    @app.before_request
    def check() -> None:
        if request.host.rsplit(":", 1)[0].lower() not in _HOSTS:
            abort(403, "The viewer answers only to the names 127.0.0.1 and localhost.")
        if not (is_token(request.args.get("token")) or is_token(request.cookies.get(cookie))):
            abort(403, "Open the viewer with the whole address that 'pydron view' printed: it holds a token.")

    @app.after_request
    def close_doors(response: Response) -> Response:
        response.headers.update(_HEADERS)
        if is_token(request.args.get("token")) and response.status_code == 200:
            response.set_cookie(cookie, token, httponly=True, samesite="Lax", path="/")
        return response
