"""HTML files in a real Chromium, as fixtures.

Chromium comes from Debian's packages (.ci/browser); SKILLAGENT_CHROMIUM names another one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = "chromium", "chromium-browser", "google-chrome"
CHROMIUM = os.environ.get("SKILLAGENT_CHROMIUM") or next(
    filter(None, map(shutil.which, NAMES)), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",  # WebGL by the processor
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE = {"width": 360, "height": 640}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium: .ci/browser installs it")
        pytest.skip("there is no Chromium: run .ci/browser, or set SKILLAGENT_CHROMIUM")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@dataclass
class Opened:
    """A file that is open in the browser, and what it did."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """Lines of the console, errors and dialogs."""

    def hear(self, line: str) -> None:
        """Keep a line of the console, unless it is the driver's opinion about its own speed."""
        if not line.startswith("[.WebGL-"):
            self.said.append(line)

    def check_that_nothing_ran(self) -> None:
        assert self.requests == [self.address]
        assert self.said == []
        assert self.page.evaluate("window.owned") is None

    @property
    def focused(self) -> str:
        """The id of the call that has the focus; empty if none has."""
        return str(self.page.evaluate("document.activeElement.parentElement?.id ?? ''"))


Open = Callable[..., Opened]


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens an HTML text as a file.

    `fragment` is added to its address, `before` is a script that runs before its own; options are
    those of a browser's context.
    """
    contexts = []

    def opened(html: str, fragment: str = "", before: str = "", **options: Any) -> Opened:
        file = tmp_path / "report.html"
        file.write_text(html, encoding="utf-8")
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        if before:
            page.add_init_script(before)
        result = Opened(page, file.as_uri())
        page.on("request", lambda request: result.requests.append(request.url))
        page.on("console", lambda message: result.hear(message.text))
        page.on("pageerror", lambda error: result.said.append(str(error)))
        page.on("dialog", lambda dialog: result.said.append(dialog.message))
        page.goto(result.address + fragment)
        return result

    yield opened
    for context in contexts:
        context.close()
