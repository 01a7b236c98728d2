"""Draw the README's picture of the viewer: the bundled graph with a node open, in a real Chromium.

    python docs/view_picture.py        # writes docs/view.png; needs Chromium (.ci/browser)

SKILLAGENT_CHROMIUM names another Chromium.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import sync_playwright

from skillagent import SkillGraph
from skillagent.viewer import page, picture_of

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
GRAPH = ROOT / "examples" / "ml-reproducibility"
OPEN = "determinism/deterministic-processes"
WINDOW = {"width": 1280, "height": 800}


def main() -> None:
    """Write the picture."""
    from tests.browser import CHROMIUM, FLAGS

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder, "view.html")
        file.write_text(page(picture_of(SkillGraph.load(GRAPH))), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        shown = browser.new_page(viewport=WINDOW, color_scheme="light", reduced_motion="reduce")
        shown.goto(f"{file.as_uri()}#{quote(OPEN, safe='')}")
        shown.wait_for_selector("html[data-ready=true]", state="attached")
        screen = Image.open(io.BytesIO(shown.screenshot())).convert("RGB")
        browser.close()
    screen.save(Path(__file__).with_name("view.png"), optimize=True)


if __name__ == "__main__":
    main()
