"""A real Chromium that looks at a real viewer, for the browser tests."""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from werkzeug.serving import make_server

from pydron_viz.app import create_app
from pydron_viz.opened import OpenTrace

TOKEN = "token-of-the-test"
PATIENCE = 20.0
"""Seconds after which something that should happen has not."""

_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
)  # fmt: skip


def missing() -> str:
    """Why browser tests cannot run here; "" if they can."""
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "selenium is not installed (pip install selenium)"
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        return "there is no chromium with chromedriver (Debian: apt-get install chromium chromium-driver)"
    return ""


_windows: list[Browser] = []
"""Those that are open. They leave a page before its server goes: what it still asks for would be complained of."""


@contextmanager
def served(path: Path, other: Path | None = None) -> Iterator[str]:
    """The address of a viewer of a trace, compared with another one."""
    opened, compared = OpenTrace(path), None if other is None else OpenTrace(other)
    server = make_server("127.0.0.1", 0, create_app(opened, TOKEN, compared), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/?token={TOKEN}"
    finally:
        for browser in _windows:
            browser.leave()
        server.shutdown()
        thread.join()
        server.server_close()
        opened.close()
        if compared is not None:
            compared.close()


class Browser:
    """One browser window."""

    def __init__(self, width: int = 1280, height: int = 800, dark: bool = False) -> None:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        self._profile = tempfile.mkdtemp(prefix="chromium-")
        options = webdriver.ChromeOptions()
        options.binary_location = str(shutil.which("chromium"))
        for flag in (*_FLAGS, f"--user-data-dir={self._profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        # The path of the driver is given, so that nothing looks for one to download.
        self.driver: Any = webdriver.Chrome(options=options, service=Service(str(shutil.which("chromedriver"))))
        self.resize(width, height)
        if dark:
            scheme = {"name": "prefers-color-scheme", "value": "dark"}
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        _windows.append(self)

    def resize(self, width: int, height: int) -> None:
        """Make the page so many pixels large."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def close(self) -> None:
        """End the browser and remove its profile."""
        _windows.remove(self)
        self.driver.quit()
        shutil.rmtree(self._profile, ignore_errors=True)

    def open(self, address: str) -> None:
        """Open an address in a fresh page, and wait until the viewer is there."""
        self.leave()
        self.driver.get(address)
        self.until("return document.body.dataset.ready === 'yes'")

    def leave(self) -> None:
        """Leave the page."""
        self.driver.get("about:blank")

    def js(self, script: str, *arguments: Any) -> Any:
        """The value of a script's return statement."""
        return self.driver.execute_script(script, *arguments)

    def until(self, script: str, *arguments: Any) -> Any:
        """Wait until a script returns something true. Fails after :data:`PATIENCE`."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, PATIENCE, 0.05).until(lambda _: self.js(script, *arguments), script)

    def click(self, x: float, y: float) -> None:
        """A real click at a place of the window."""
        place = {"x": x, "y": y, "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, **place})

    def click_on(self, selector: str) -> None:
        """A real click in the middle of an element."""
        box = self.js("return document.querySelector(arguments[0]).getBoundingClientRect().toJSON()", selector)
        self.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def press(self, key: str) -> None:
        """A real key press; names as in selenium's ``Keys``, or a character."""
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        ActionChains(self.driver).send_keys(getattr(Keys, key, key)).perform()

    def complaints(self) -> list[str]:
        """What the console said since the last call: warnings and errors, policy breaches among them."""
        return [f"{entry['level']}: {entry['message']}" for entry in self.driver.get_log("browser")]

    def hosts(self) -> set[str]:
        """Hosts that the page has sent requests to since the last call."""
        found = set()
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = urlsplit(message["params"]["request"]["url"])
                if url.scheme not in ("about", "data", "blob"):
                    found.add(str(url.hostname))
        return found

    def picture(self, path: Path) -> None:
        """A screenshot."""
        data = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
        path.write_bytes(base64.b64decode(data))
