"""Reports in a real Chromium: nothing is fetched, nothing hostile runs, keys and phones work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from skillagent.exports.report import comparison_report, run_report
from skillagent.runs import RunRecord
from tests.browser import PHONE, Open
from tests.report_page import HOSTILE, hostile
from tests.run_records import Maker, Scripted, answered, offline, reads, says

pytestmark = [pytest.mark.process, pytest.mark.slow]


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
