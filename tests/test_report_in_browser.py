"""Reports in a real Chromium: nothing is fetched, nothing hostile runs, keys and phones work.

Chromium comes from Debian's packages (.ci/browser); SKILLAGENT_CHROMIUM names another one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from skillagent.exports.report import comparison_report, run_report
from skillagent.runs import RunRecord
from tests.report_page import HOSTILE, hostile
from tests.run_records import Maker, Scripted, answered, offline, reads, says

pytestmark = [pytest.mark.process, pytest.mark.slow]
NAMES = "chromium", "chromium-browser", "google-chrome"
CHROMIUM = os.environ.get("SKILLAGENT_CHROMIUM") or next(
    filter(None, map(shutil.which, NAMES)), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE = {"width": 360, "height": 640}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
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
    """Opens an HTML text as a file; options are those of a browser's context."""
    contexts = []

    def opened(html: str, **options: Any) -> Opened:
        file = tmp_path / "report.html"
        file.write_text(html, encoding="utf-8")
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        result = Opened(page, file.as_uri())
        page.on("request", lambda request: result.requests.append(request.url))
        page.on("console", lambda message: result.said.append(message.text))
        page.on("pageerror", lambda error: result.said.append(str(error)))
        page.on("dialog", lambda dialog: result.said.append(dialog.message))
        page.goto(result.address)
        return result

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


def one(make: Maker) -> str:
    return run_report(RunRecord.read(offline(make)))


def two(make: Maker) -> str:
    first = answered(make.agent(Scripted(reads("seed"), says("A."))), "How?")
    second = answered(make.agent(Scripted(reads("split"), says("B."))), "How?")
    return comparison_report(RunRecord.read(first), RunRecord.read(second))


@pytest.mark.parametrize("kind", [one, two])
def test_a_report_is_one_file_and_is_silent(
    make: Maker, show: Open, kind: Callable[[Maker], str]
) -> None:
    opened = show(kind(make))
    opened.check_that_nothing_ran()
    # The style and the script are those that the policy allows.
    font = opened.page.evaluate("getComputedStyle(document.body).fontFamily")
    assert "sans-serif" in font
    assert opened.page.get_by_role("button", name="Keys").is_visible()


def test_hostile_text_runs_nothing_and_is_shown(make: Maker, show: Open, tmp_path: Path) -> None:
    html = run_report(RunRecord.read(hostile(tmp_path / "hostile")))
    opened = show(html)
    page = opened.page
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    opened.check_that_nothing_ran()
    assert page.evaluate("document.querySelectorAll('img, iframe, a, object').length") == 0
    assert page.evaluate("document.scripts.length") == 1
    assert HOSTILE in page.locator("#call-1 pre").nth(1).inner_text()
    assert HOSTILE.startswith(page.locator("h1").inner_text().removesuffix("…"))


def test_the_policy_stops_a_script_that_was_put_into_the_file(make: Maker, show: Open) -> None:
    """The second wall holds if the first one falls."""
    spoiled = one(make).replace("</main>", "<script>owned = 1</script><img src='x:'></main>")
    opened = show(spoiled)
    assert opened.page.evaluate("window.owned") is None
    assert any("Content Security Policy" in line for line in opened.said)


def test_keys_walk_the_calls_and_open_them(make: Maker, show: Open) -> None:
    opened = show(one(make))
    press, page = opened.page.keyboard.press, opened.page
    walked = []
    for key in ("j", "j", "k", "ArrowDown", "ArrowUp", "k"):
        press(key)
        walked.append(opened.focused)
    assert walked == ["call-1", "call-2", "call-1", "call-2", "call-1", "call-1"]
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    call = page.locator("#call-1")
    assert not call.locator("pre").first.is_visible()
    press("Enter")
    assert call.locator("pre").first.is_visible()
    assert "How do I set a seed?" in call.locator("pre").first.inner_text()
    press("Enter")
    assert not call.locator("pre").first.is_visible()
    press("a")
    assert page.locator("details.call:not([open])").count() == 0


def test_the_keys_are_shown_and_can_be_switched_off(make: Maker, show: Open) -> None:
    opened = show(one(make))
    press, dialog = opened.page.keyboard.press, opened.page.get_by_role("dialog", name="Keys")
    press("?")
    assert dialog.is_visible()
    press("j")
    assert not opened.focused.startswith("call")
    dialog.get_by_role("checkbox").uncheck()
    press("Escape")
    assert not dialog.is_visible()
    press("j")
    assert not opened.focused.startswith("call")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", [one, two])
def test_a_phone_never_scrolls_sideways(
    make: Maker, show: Open, tmp_path: Path, kind: Callable[[Maker], str], scheme: str
) -> None:
    page = show(kind(make), viewport=PHONE, color_scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    ground, text = (
        page.evaluate(f"getComputedStyle(document.body).{name}")
        for name in ("backgroundColor", "color")
    )
    assert (ground == "rgb(255, 255, 255)") is (scheme == "light")
    assert ground != text


def test_without_a_script_all_can_be_read(make: Maker, show: Open) -> None:
    page = show(one(make), java_script_enabled=False).page
    answer = page.locator("#call-1 pre").nth(1)
    assert not answer.is_visible()
    page.locator("#call-1 > summary").click()
    assert "[[seed]]" in answer.inner_text()
    assert not page.get_by_role("button", name="Keys").is_visible()


def test_two_runs_part_where_it_says(make: Maker, show: Open) -> None:
    page = show(two(make)).page
    region = page.get_by_role("region", name="First divergence")
    assert "reply, field parts" in region.inner_text()
    assert '-      "node": "seed"' in region.locator("del").all_inner_texts()
    assert '+      "node": "split"' in region.locator("ins").all_inner_texts()
    later = page.get_by_role("region", name="From there on")
    boxes = [later.locator(f"#{run}-call-1").bounding_box() for run in ("first", "second")]
    assert boxes[0] and boxes[1]
    assert boxes[0]["x"] < boxes[1]["x"]
    assert boxes[0]["y"] == boxes[1]["y"]


def test_every_part_has_a_landmark_and_a_name(make: Maker, show: Open) -> None:
    page = show(one(make)).page
    for name in ("Run", "Path through the graph", "Budget", "Course", "Answer"):
        assert page.get_by_role("region", name=name, exact=True).count() == 1
    assert page.get_by_role("main").count() == page.get_by_role("banner").count() == 1
    for drawing in page.get_by_role("img").all():
        assert drawing.get_attribute("aria-label")
