"""Draw the README's picture of two recorded runs: where they part on the graph, in a real Chromium.

    python docs/view_run_picture.py    # writes docs/view-run.png; needs Chromium (.ci/browser)

SKILLAGENT_CHROMIUM names another Chromium. The runs are those of a scripted model.
"""

from __future__ import annotations

import io
import itertools
import sys
import tempfile
from pathlib import Path
from typing import Any, TypeAlias

from PIL import Image
from playwright.sync_api import sync_playwright

from skillagent import Agent, SkillGraph, Toolset
from skillagent.messages import Message, Reply, Role, Stop, ToolCall
from skillagent.runs import RunRecord, RunRecorder
from skillagent.store import view_of
from skillagent.viewer import page, picture_of
from skillagent.viewer.parting import compared_walks

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
GRAPH = ROOT / "examples" / "trading"
WINDOW = {"width": 1380, "height": 970}
BUDGET = 6_000
STEPS = 6
"""How many steps the picture shows."""
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


def recorded(graph: SkillGraph, folder: Path, calls: list[Call], answer: str) -> RunRecord:
    """The record of a run whose model makes these calls, one in each reply, and then answers."""
    from tests.run_records import Scripted, says

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


def main() -> None:
    """Write the picture."""
    from tests.browser import CHROMIUM, FLAGS

    graph = SkillGraph.load(GRAPH)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        first = recorded(graph, Path(folder, "first"), FIRST, "Risk a small fixed fraction.")
        second = recorded(graph, Path(folder, "second"), SECOND, "Small enough to stay calm.")
        walks = compared_walks(first, second, view_of(graph))
        file = Path(folder, "view.html")
        html = page(picture_of(graph), [walk.to_json() for walk in walks])
        file.write_text(html, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        shown = browser.new_page(viewport=WINDOW, color_scheme="light", reduced_motion="reduce")
        shown.goto(file.as_uri())
        shown.wait_for_selector("html[data-ready=true]", state="attached")
        for _ in range(STEPS):
            shown.keyboard.press("]")
        screen = Image.open(io.BytesIO(shown.screenshot())).convert("RGB")
        browser.close()
    screen.save(Path(__file__).with_name("view-run.png"), optimize=True)


if __name__ == "__main__":
    main()
