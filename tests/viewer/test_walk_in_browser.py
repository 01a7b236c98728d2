"""Recorded runs on the page, in a real Chromium: steps, keys, two runs, and nothing that runs."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from skillagent import SkillGraph
from skillagent.runs import RunRecord
from skillagent.store import view_of
from skillagent.viewer import page, picture_of
from skillagent.viewer.parting import compared_walks
from skillagent.viewer.walking import walk_of_record
from tests.browser import PHONE, Open, Opened
from tests.report_page import HOSTILE, hostile
from tests.run_records import (
    KINDS,
    Maker,
    Scripted,
    answered,
    offline,
    reads,
    says,
    with_usage,
)
from tests.viewer.test_view_in_browser import NO_CANVAS, NO_WEBGL, barriers, ready, titled

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.process, pytest.mark.slow]

FIRST_RUN, SECOND_RUN = (0x0B, 0x50, 0xC4), (0xB0, 0x44, 0x0A)
"""The colours of two runs, in the light theme."""


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


def shown_runs(graph: Path, *folders: Path) -> str:
    """The page of a graph with one recorded run, or with two."""
    loaded = SkillGraph.load(graph)
    records = [RunRecord.read(folder) for folder in folders]
    if len(records) == 2:
        walks: tuple[Any, ...] = compared_walks(records[0], records[1], view_of(loaded))
    else:
        walks = (walk_of_record(records[0], view_of(loaded)),)
    return page(picture_of(loaded), [walk.to_json() for walk in walks])


def one(make: Maker) -> str:
    model = Scripted(reads("index"), reads("seed"), reads("nowhere"), reads("split"), says("So."))
    folder = answered(make.agent(model), "How do I set a seed?")
    return shown_runs(make.folder / "graph", folder)


def two(make: Maker) -> str:
    first = Scripted(reads("index"), reads("seed"), reads("split"), says("A."))
    second = Scripted(reads("index"), reads("split"), says("B."))
    folders = [answered(make.agent(model), "How?") for model in (first, second)]
    return shown_runs(make.folder / "graph", *folders)


def said(page: Page) -> str:
    return page.locator(".walks .said").inner_text()


def current(page: Page) -> list[str]:
    """The steps at which the runs are; empty texts before the first."""
    return [item.inner_text().split("\n")[0] for item in page.locator("[aria-current]").all()]


def pixels(place: Locator, colour: tuple[int, int, int]) -> int:
    """How many points of the picture have a colour."""
    image = Image.open(io.BytesIO(place.screenshot())).convert("RGB")
    counted: list[tuple[int, Any]] = image.getcolors(image.width * image.height) or []
    return sum(
        points
        for points, seen in counted
        if all(abs(one - other) <= 1 for one, other in zip(seen, colour, strict=True))
    )


def test_keys_step_through_a_run(make: Maker, show: Open) -> None:
    opened = show(one(make))
    shown = ready(opened)
    press = shown.keyboard.press
    assert said(shown) == "before the first of 5 steps."
    meter = shown.get_by_role("meter", name="Budget")
    assert meter.get_attribute("aria-valuenow") == "2000"
    press("]")
    assert said(shown).startswith("step 1 of 5: system prompt, ")
    press("]")
    press("]")
    assert current(shown) == ["3"]
    assert said(shown).startswith("step 3 of 5: read_node seed, 38 tokens, ")
    card = shown.locator(".step-card").inner_text()
    assert "by the link in Index, shown at step 2" in card
    assert "fix it" in card
    press("[")
    assert current(shown) == ["2"]
    press("End")
    assert current(shown) == ["5"]
    assert "So." in shown.locator(".answer").inner_text()
    left = int(str(meter.get_attribute("aria-valuenow")))
    assert said(shown).endswith(f"{left:,} left.")
    press("]")
    assert current(shown) == ["5"]
    press("Home")
    assert current(shown) == []
    opened.check_that_nothing_ran()


def test_buttons_the_slider_and_the_list_do_the_same(make: Maker, show: Open) -> None:
    shown = ready(show(one(make)))
    shown.get_by_role("button", name="Next step").click()
    assert current(shown) == ["1"]
    shown.get_by_role("button", name="To the last step").click()
    assert current(shown) == ["5"]
    shown.get_by_role("button", name="Step back").click()
    assert current(shown) == ["4"]
    assert "refused" in said(shown)
    assert "There is no node 'nowhere'" in shown.locator(".step-card").inner_text()
    slider = shown.get_by_role("slider", name="Step")
    slider.fill("2")
    assert current(shown) == ["2"]
    slider.press("ArrowRight")
    assert current(shown) == ["3"]
    assert str(slider.get_attribute("aria-valuetext")) == said(shown)
    shown.get_by_role("list", name="Steps").get_by_role("button").nth(4).click()
    assert current(shown) == ["5"]
    shown.locator(".step-card").get_by_role("button", name="Split").click()
    titled(shown, "Split")
    assert current(shown) == ["5"]
    shown.get_by_role("button", name="To the beginning").click()
    assert current(shown) == []


def test_the_steps_play_one_after_another_until_the_last(make: Maker, show: Open) -> None:
    shown = ready(show(one(make)))
    shown.clock.install()
    shown.keyboard.press(" ")
    play = shown.locator(".play")
    assert play.inner_text() == "Pause"
    steps = []
    for _ in range(6):
        shown.clock.run_for(1_800)
        steps.append(current(shown))
    assert steps == [["1"], ["2"], ["3"], ["4"], ["5"], ["5"]]
    assert play.inner_text() == "Play"
    play.click()  # from the beginning again
    shown.clock.run_for(1_800)
    shown.keyboard.press("[")
    shown.clock.run_for(10_000)
    assert current(shown) == []


def test_who_wants_no_movement_gets_none(make: Maker, show: Open) -> None:
    shown = ready(show(one(make), reduced_motion="reduce"))
    style = "getComputedStyle(document.querySelector('.budget .left')).transitionDuration"
    assert shown.evaluate(style) == "0s"
    shown.keyboard.press("End")
    assert current(shown) == ["5"]


@pytest.mark.parametrize("before", ["", NO_WEBGL], ids=["webgl", "canvas"])
def test_the_picture_fills_as_the_agent_reads(make: Maker, show: Open, before: str) -> None:
    shown = ready(show(one(make), before=before, color_scheme="light", reduced_motion="reduce"))
    stage = shown.locator(".stage")
    counts = [pixels(stage, FIRST_RUN)]
    for _ in range(3):
        shown.keyboard.press("]")
        counts.append(pixels(stage, FIRST_RUN))
    # Nothing; rings of listed nodes; one disc; two discs and the way between them. Besides, there
    # is the button of the drawn links in every picture.
    assert counts == sorted(set(counts))


def test_without_a_picture_the_steps_are_told_nevertheless(make: Maker, show: Open) -> None:
    shown = ready(show(one(make), before=NO_CANVAS))
    for _ in range(5):
        shown.keyboard.press("]")
    assert said(shown).startswith("step 5 of 5: read_node split")


def test_two_runs_go_together_and_part_where_it_says(make: Maker, show: Open) -> None:
    opened = show(two(make), color_scheme="light", reduced_motion="reduce")
    shown = ready(opened)
    sentence = shown.locator(".parting")
    assert sentence.inner_text() == (
        "The first 2 steps are equal: reply 2 differs in parts. Run 1 goes on with read_node seed "
        "(step 3); run 2 goes on with read_node split (step 3)."
    )
    lists = [shown.get_by_role("list", name=f"Steps of run {run}") for run in (1, 2)]
    assert [each.get_by_role("listitem").count() for each in lists] == [4, 3]
    assert [each.locator(".parts").inner_text()[0] for each in lists] == ["3", "3"]
    stage = shown.locator(".stage")
    shown.keyboard.press("]")
    shown.keyboard.press("]")
    assert current(shown) == ["2", "2"]
    assert shown.locator(".parted").count() == 0
    # What both runs did has a colour of its own; the button of the drawn links has the first one.
    before = pixels(stage, FIRST_RUN)
    assert pixels(stage, SECOND_RUN) == 0
    shown.keyboard.press("]")
    assert current(shown) == ["3", "3"]
    assert shown.locator(".parted").count() == 1
    assert said(shown).startswith("Run 1: step 3 of 4: read_node seed, ")
    assert " Run 2: step 3 of 3: read_node split, " in said(shown)
    assert pixels(stage, FIRST_RUN) > before + 50
    assert pixels(stage, SECOND_RUN) > 50
    shown.keyboard.press("]")
    assert current(shown) == ["4", "3"]
    assert said(shown).endswith("Run 2: it has ended.")
    boxes = [each.bounding_box() for each in lists]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] == boxes[1]["y"]
    opened.check_that_nothing_ran()


def test_equal_runs_are_called_equal(make: Maker, show: Open) -> None:
    folders = [offline(make), offline(make)]
    shown = ready(show(shown_runs(make.folder / "graph", *folders)))
    assert shown.locator(".parting").inner_text() == "Both runs are equal, event by event."


def test_a_graph_that_has_changed_since_is_told_beside_the_nodes(make: Maker, show: Open) -> None:
    folder = offline(make)
    (make.folder / "graph" / "seed.md").unlink()
    (make.folder / "graph" / "split.md").write_text("# Split\n\nAnother text.\n")
    opened = show(shown_runs(make.folder / "graph", folder))
    shown = ready(opened)
    for _ in range(2):
        shown.keyboard.press("]")
    assert "seed is no longer in this graph" in shown.locator(".step-card").inner_text()
    shown.keyboard.press("]")
    assert "Split has changed since the run saw it" in shown.locator(".step-card").inner_text()
    opened.check_that_nothing_ran()


ODD_NAMES = "__proto__", "constructor", "toString"
ODD = ("before_the_first_event", "spent", "without_the_call", "odd_arguments", "undone")


@pytest.mark.parametrize("kind", ODD)
def test_records_of_every_kind_are_shown(make: Maker, show: Open, kind: str) -> None:
    folder: Path = KINDS[kind](make)
    opened = show(shown_runs(make.folder / "graph", folder, with_usage(make)))
    shown = ready(opened)
    for key in ("End", "[", "Home", "]"):
        shown.keyboard.press(key)
    assert said(shown)
    opened.check_that_nothing_ran()


def test_a_hostile_record_runs_nothing(tmp_path: Path, show: Open) -> None:
    folder = hostile(tmp_path)
    opened = show(shown_runs(tmp_path / "graph", folder, folder))
    shown = ready(opened)
    assert shown.locator(".walks h2").inner_text().startswith(HOSTILE[:40])
    for _ in range(5):
        shown.keyboard.press("]")
    shown.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert "onerror" in shown.locator(".answer").first.inner_text()
    opened.check_that_nothing_ran()
    assert shown.evaluate("document.querySelectorAll('img, iframe, object, svg').length") == 0
    assert shown.evaluate("document.scripts.length") == 2


def test_nodes_may_be_named_like_properties(tmp_path: Path, show: Open) -> None:
    text = "Text: [[constructor]], [[toString]].\n"
    files = {f"{name}.md": f"# Title of {name}\n\n{text}" for name in ODD_NAMES}
    make = Maker(tmp_path, files)
    folder = answered(make.agent(Scripted(reads(*ODD_NAMES), says("So."))), "How?")
    (tmp_path / "graph" / "toString.md").write_text("# Changed\n")
    opened = show(shown_runs(tmp_path / "graph", folder))
    shown = ready(opened)
    cards = []
    for _ in range(len(ODD_NAMES) + 1):
        shown.keyboard.press("]")
        cards.append(shown.locator(".step-card").inner_text())
    assert ["has changed" in card for card in cards] == [False, False, False, True]
    opened.check_that_nothing_ran()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", [one, two])
@pytest.mark.parametrize("options", [{}, {"viewport": PHONE}], ids=["desk", "phone"])
def test_there_are_no_serious_barriers(
    make: Maker, show: Open, kind: Callable[[Maker], str], scheme: str, options: dict[str, Any]
) -> None:
    opened: Opened = show(kind(make), color_scheme=scheme, bypass_csp=True, **options)
    shown = ready(opened)
    shown.keyboard.press("End")
    barriers(shown, lambda: None)
    assert shown.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_graph_can_be_walked_by_keys_beside_the_run(make: Maker, show: Open) -> None:
    shown = ready(show(one(make)))
    shown.keyboard.press("]")
    shown.keyboard.press("ArrowUp")
    reached = shown.locator("#view > .said").inner_text()
    assert reached.endswith(": Enter opens it.")
    shown.keyboard.press("Enter")
    titled(shown, reached.removesuffix(": Enter opens it."))
    assert current(shown) == ["1"]
