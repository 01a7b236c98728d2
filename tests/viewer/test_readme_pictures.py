"""The README's pictures of the viewer are what a real Chromium shows of the bundled graphs.

SKILLAGENT_DRAW=1 sh .ci/test tests/viewer/test_readme_pictures.py    # draws them anew
"""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

import pytest
from PIL import Image, ImageChops, ImageStat

from skillagent import Agent, SkillGraph, Toolset
from skillagent.messages import Message, Reply, Role, Stop, ToolCall
from skillagent.runs import RunRecord, RunRecorder
from skillagent.store import view_of
from skillagent.viewer import page, picture_of
from skillagent.viewer.parting import compared_walks
from tests.browser import Open
from tests.conftest import BUNDLED, ROOT
from tests.run_records import Scripted, says
from tests.viewer.test_view_in_browser import ready

pytestmark = [pytest.mark.process, pytest.mark.slow]

DOCS = ROOT / "docs"
TRADING = ROOT / "examples" / "trading"
LIGHT = {"color_scheme": "light", "reduced_motion": "reduce"}
SCALE = 16
"""Pictures are compared at this part of their size: fonts and their edges differ by machine."""
ALLOWED = 3.0
"""Mean difference of a pixel, of 255; another node, or another step, makes more than twice that."""
BUDGET = 6_000
STEPS = 6
"""How many steps of the runs are shown."""
QUESTION = "How large should a position be, and when do several of them become one bet?"
Call: TypeAlias = tuple[str, dict[str, Any]]
BEGIN: list[Call] = [
    ("list_index", {"query": "how large should a position be"}),
    ("read_summary", {"nodes": ["position-sizing", "risk-management"]}),
    ("read_node", {"node": "risk-a-fixed-fraction-per-trade"}),
]
FIRST: list[Call] = [
    *BEGIN,
    ("read_node", {"node": "size-by-volatility-not-by-conviction"}),
    ("read_node", {"node": "correlation-makes-many-trades-one"}),
    ("read_node", {"node": "cap-the-total-open-risk"}),
]
SECOND: list[Call] = [
    *BEGIN,
    ("read_summary", {"nodes": ["market-psychology"]}),
    ("read_node", {"node": "oversized-positions-distort-judgement"}),
]


def open_node(show: Open, folder: Path, node: str = "determinism/deterministic-processes") -> bytes:
    """The bundled graph with a node open."""
    html = page(picture_of(SkillGraph.load(BUNDLED)))
    window = {"width": 1280, "height": 800}
    return ready(show(html, f"#{quote(node, safe='')}", viewport=window, **LIGHT)).screenshot()


def two_runs(show: Open, folder: Path, steps: int = STEPS) -> bytes:
    """Two runs that a scripted model made, a little after the step where they part."""
    graph = SkillGraph.load(TRADING)
    first = recorded(graph, folder / "first", FIRST, "Risk a small fixed fraction.")
    second = recorded(graph, folder / "second", SECOND, "Small enough to stay calm.")
    walks = compared_walks(first, second, view_of(graph))
    html = page(picture_of(graph), [walk.to_json() for walk in walks])
    shown = ready(show(html, viewport={"width": 1380, "height": 970}, **LIGHT))
    for _ in range(steps):
        shown.keyboard.press("]")
    return shown.screenshot()


def recorded(graph: SkillGraph, folder: Path, calls: list[Call], answer: str) -> RunRecord:
    """The record of a run whose model makes these calls, one in each reply, and then answers."""
    made = [ToolCall(f"call-{number}", *call) for number, call in enumerate(calls)]
    replies = [Reply(Message(Role.ASSISTANT, (call,)), Stop.TOOL_USE) for call in made]
    seconds = itertools.count(1_795_000_000)
    recorder = RunRecorder(folder, clock=lambda: next(seconds), environ={})
    provider = Scripted(*replies, says(answer), name="scripted")
    agent = Agent(Toolset(graph, BUDGET), provider, record=recorder)
    for _ in agent.ask(QUESTION):
        pass
    assert recorder.path is not None
    return RunRecord.read(recorder.path)


def image(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of a pixel of two pictures that are made small."""
    assert one.size == other.size
    small = [picture.reduce(SCALE) for picture in (one, other)]
    return max(ImageStat.Stat(ImageChops.difference(*small)).mean)


@pytest.mark.parametrize(("name", "drawn"), [("view.png", open_node), ("view-run.png", two_runs)])
def test_the_readme_shows_the_page_as_it_is(
    name: str, drawn: Callable[[Open, Path], bytes], show: Open, tmp_path: Path
) -> None:
    picture = image(drawn(show, tmp_path))
    if os.environ.get("SKILLAGENT_DRAW"):
        picture.save(DOCS / name, optimize=True)
    committed = Image.open(DOCS / name).convert("RGB")
    assert difference(picture, committed) < ALLOWED, "draw it anew with SKILLAGENT_DRAW=1"


def test_another_page_is_not_what_the_readme_shows(show: Open, tmp_path: Path) -> None:
    other_node = image(open_node(show, tmp_path, "why/why-reproducibility"))
    assert difference(other_node, Image.open(DOCS / "view.png").convert("RGB")) > ALLOWED
    first_step = image(two_runs(show, tmp_path, steps=0))
    assert difference(first_step, Image.open(DOCS / "view-run.png").convert("RGB")) > ALLOWED
