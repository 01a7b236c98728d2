"""Reports of evals in a real Chromium: nothing is fetched, nothing hostile runs, phones work."""

from __future__ import annotations

from dataclasses import replace

import pytest

from skillagent.evals.page import page
from skillagent.evals.suite import Case
from tests.browser import PHONE, Open
from tests.evals.small_evals import evaluated, moody, planned
from tests.evals.test_page import CASES, FILES
from tests.report_page import HOSTILE

pytestmark = [pytest.mark.process, pytest.mark.slow]
HOSTILE_NODE = "<img src=x onerror='owned=1'>"


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page in which everything that comes from a suite is hostile."""
    files = FILES | {f"{HOSTILE_NODE}.md": f"# {HOSTILE}\n\n{HOSTILE}\n"}
    hostile = Case(HOSTILE, HOSTILE, (HOSTILE_NODE, "seeds"), tags=(HOSTILE,))
    cases = [hostile, *(replace(case, question=case.question + HOSTILE) for case in CASES)]
    more = [moody(HOSTILE, "seeds")]
    names = "load-everything", "graph"
    plan = planned(tmp_path_factory.mktemp("eval"), files, cases, names, (500, 1_000), more)
    return page(evaluated(plan), cases)


def test_a_page_is_one_file_silent_and_runs_nothing(html: str, show: Open) -> None:
    opened = show(html)
    page = opened.page
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    opened.check_that_nothing_ran()
    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("document.querySelectorAll('img, iframe, a, object').length") == 0
    assert HOSTILE in page.locator(".cases tbody p").all_inner_texts()


def test_curves_and_tables_are_there_with_their_names(html: str, show: Open) -> None:
    page = show(html).page
    for title in ("Recall over the budget", "Recall for the tokens that were shown"):
        drawing = page.get_by_role("img", name=title, exact=True)
        box = drawing.bounding_box()
        assert box
        assert box["width"] > 300
        assert box["height"] > 200
    for name in ("Curves", "Figures", "Differences", "Questions"):
        assert page.get_by_role("region", name=name, exact=True).count() == 1
    table = page.get_by_role("table", name="Figures of each policy in each budget")
    assert table.get_by_role("row").count() == 1 + 3 * 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_curves_have_the_colours_of_the_scheme(html: str, show: Open, scheme: str) -> None:
    page = show(html, color_scheme=scheme).page
    stroke = "getComputedStyle(document.querySelector('.series use')).stroke"
    text = "getComputedStyle(document.querySelector('figure text')).fill"
    assert (
        page.evaluate(stroke) == {"light": "rgb(34, 146, 255)", "dark": "rgb(16, 151, 231)"}[scheme]
    )
    assert page.evaluate(text) == {"light": "rgb(80, 85, 93)", "dark": "rgb(179, 184, 193)"}[scheme]


def test_a_phone_never_scrolls_sideways_and_keys_reach_wide_tables(html: str, show: Open) -> None:
    page = show(html, viewport=PHONE).page
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    table = page.locator("#figures .wide").first
    assert table.evaluate("it => it.scrollWidth > it.clientWidth")
    table.evaluate(
        "it => { window.scrolled = new Promise(done => "
        "it.addEventListener('scroll', () => done(it.scrollLeft), {once: true})) }"
    )
    table.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("window.scrolled") > 0


def test_without_a_script_all_can_be_read(html: str, show: Open) -> None:
    page = show(html, java_script_enabled=False).page
    cost = page.get_by_role("table", name="What reading cost")
    assert not cost.is_visible()
    page.get_by_text("What reading cost").first.click()
    assert cost.is_visible()
