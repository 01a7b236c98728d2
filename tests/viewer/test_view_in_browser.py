"""The page of the viewer in a real Chromium: it draws, answers mouse and keys, and runs nothing."""

from __future__ import annotations

import contextlib
import io
import json
import math
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from skillagent import SkillGraph
from skillagent.viewer import page, picture_of
from skillagent.viewer.page_document import page_policy
from skillagent.viewer.server import PageServer
from tests.browser import PHONE, Open, Opened
from tests.conftest import BUNDLED, Vault
from tests.report_page import HOSTILE
from tests.viewer.graphs import SMALL, large

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.process, pytest.mark.slow]

NO_WEBGL = """
const all = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...options) {
  return kind.startsWith("webgl") ? null : all.call(this, kind, ...options);
};
"""
NO_CANVAS = "HTMLCanvasElement.prototype.getContext = () => null;"
LARGEST_SPOT = 24
"""Pixels from side to side of the largest node, at most."""
FIRST_COLOUR = (0x25, 0x63, 0xC9)
"""The colour of the largest map, in the light theme."""
FIRST_FAINT = (0xAA, 0xC1, 0xE7)
"""That of its nodes while none of them is near the open node."""


@pytest.fixture(scope="module")
def bundled() -> str:
    return page(picture_of(SkillGraph.load(BUNDLED)))


def small(vault: Vault) -> str:
    return page(picture_of(SkillGraph.load(vault(SMALL))))


def ready(opened: Opened) -> Page:
    opened.page.wait_for_selector("html[data-ready=true]", state="attached")
    return opened.page


def title(page: Page) -> str:
    return page.locator("#node-title").inner_text()


def titled(page: Page, text: str) -> None:
    """Wait until the node with this title is open."""
    page.locator("#node-title", has_text=text).wait_for()


def test_a_page_draws_by_webgl_and_asks_for_nothing(bundled: str, show: Open) -> None:
    opened = show(bundled)
    page = ready(opened)
    assert page.locator("html").get_attribute("data-drawing") == "webgl"
    assert title(page) == "ml-reproducibility"
    assert page.locator(".remarks li").count() == 0
    opened.check_that_nothing_ran()


def test_without_webgl_the_picture_is_drawn_on_a_plain_canvas(bundled: str, show: Open) -> None:
    opened = show(bundled, before=NO_WEBGL)
    page = ready(opened)
    assert page.locator("html").get_attribute("data-drawing") == "canvas"
    assert "no WebGL" in page.locator(".remarks").inner_text()
    opened.check_that_nothing_ran()


def test_without_any_canvas_the_graph_is_a_list(vault: Vault, show: Open) -> None:
    page = ready(show(small(vault), before=NO_CANVAS))
    assert page.locator("html").get_attribute("data-drawing") == "list"
    assert "as a list" in page.locator(".remarks").inner_text()
    assert page.get_by_role("region", name="List of the graph").is_visible()


def test_without_a_script_a_sentence_says_so(vault: Vault, show: Open) -> None:
    opened = show(small(vault), java_script_enabled=False)
    assert "switched off" in opened.page.locator("main").inner_text()


def test_search_finds_as_you_type_and_opens(bundled: str, show: Open) -> None:
    page = ready(show(bundled))
    page.keyboard.press("/")
    page.keyboard.type("bitwise pri")
    options = page.get_by_role("option")
    assert options.first.locator(".hit-title").inner_text() == "Bitwise determinism has a price"
    page.keyboard.press("Enter")
    titled(page, "Bitwise determinism has a price")
    assert page.url.endswith("#why%2Fbitwise-determinism-has-a-price")
    page.get_by_role("combobox").fill("no such words")
    assert "No node has these words" in page.locator(".search .hint").inner_text()
    page.get_by_role("combobox").fill("a")
    page.keyboard.press("ArrowDown")
    assert options.nth(1).get_attribute("aria-selected") == "true"
    assert "the best 30 are listed" in page.locator(".search .hint").inner_text()


@pytest.mark.parametrize("before", ["", NO_WEBGL], ids=["webgl", "canvas"])
def test_a_click_on_a_node_opens_it(bundled: str, show: Open, before: str) -> None:
    page = ready(show(bundled, before=before, color_scheme="light", reduced_motion="reduce"))
    page.locator(".colours summary").click()  # its swatches have the same colours
    x, y = middle_of(page, FIRST_COLOUR)
    page.mouse.click(x, y)
    titled(page, "Deterministic processes")


def middle_of(page: Page, colour: tuple[int, int, int]) -> tuple[float, float]:
    """The middle of the uppermost spot of a colour in the picture."""
    box = page.locator(".stage").bounding_box()
    assert box
    image = Image.open(io.BytesIO(page.screenshot(clip=box))).convert("RGB")
    data, width = image.tobytes(), image.width
    # WebGL rounds colours in its own way.
    points = {
        divmod(at // 3, width)
        for at in range(0, len(data), 3)
        if all(abs(data[at + part] - colour[part]) <= 1 for part in range(3))
    }
    # A line or a letter may have points of the colour, too, but no square.
    corners = [(down, right) for down in (-3, 3) for right in (-3, 3)]
    first = min(
        (row, column)
        for row, column in points
        if all((row + down, column + right) in points for down, right in corners)
    )
    spot = [point for point in points if math.dist(point, first) < LARGEST_SPOT]
    rows, columns = zip(*spot, strict=True)
    return box["x"] + sum(columns) / len(columns), box["y"] + sum(rows) / len(rows)


@pytest.mark.parametrize("beside", [0, 14], ids=["its-node", "its-disc"])
def test_a_click_opens_a_closed_map(show: Open, beside: int) -> None:
    opened = show(page(large(maps=30, nodes_in_each=70)), reduced_motion="reduce")
    shown = ready(opened)
    assert "30 maps are closed" in shown.locator(".remarks").inner_text()
    shown.locator(".colours summary").click()
    x, y = middle_of(shown, FIRST_COLOUR)
    shown.mouse.click(x, y + beside)
    titled(shown, "Title of map-")
    assert "29 maps are closed" in shown.locator(".remarks").inner_text()
    assert opened.said == []


def test_the_panel_shows_text_links_costs_and_findings(vault: Vault, show: Open) -> None:
    opened = show(small(vault), "#seeds%2Fsplit")
    page = ready(opened)
    panel = page.get_by_role("article")
    assert "This node is superseded" in panel.inner_text()
    assert "SG020" in panel.locator(".part-findings").inner_text()
    assert panel.locator(".part-backlinks").get_by_role("button", name="Seeds").is_visible()
    assert "Then split." in panel.locator(".part-backlinks").inner_text()
    panel.locator(".part-links").get_by_role("button", name="Set a seed").click()
    titled(page, "Set a seed")
    assert panel.locator("pre").inner_text() == "print('<b>')\n"
    assert panel.get_by_role("link", name="the site").get_attribute("rel") == (
        "noopener noreferrer nofollow"
    )
    panel.locator(".markdown").get_by_role("button", name="how to split").click()
    titled(page, "Split streams")
    page.go_back()
    titled(page, "Set a seed")
    assert opened.said == []


def test_keys_walk_the_graph(bundled: str, show: Open) -> None:
    page = ready(show(bundled))
    press = page.keyboard.press
    said = page.locator(".said")
    press("ArrowUp")
    reached = said.inner_text()
    assert reached.endswith(": Enter opens it.")
    press("Enter")
    titled(page, reached.removesuffix(": Enter opens it."))
    press("Escape")
    titled(page, "ml-reproducibility")
    for key, name in (("2", "2 steps"), ("3", "3 steps"), ("0", "All"), ("1", "1 step")):
        press(key)
        assert page.locator(".depths [aria-pressed=true]").inner_text() == name
    press("?")
    keys = page.get_by_role("dialog", name="Keys")
    keys.wait_for()
    press("Escape")
    keys.wait_for(state="hidden")
    press("l")
    listed = page.get_by_role("region", name="List of the graph")
    listed.wait_for()
    listed.locator("summary", has_text="Agent runs").click()
    listed.get_by_role("button", name="Prompts are code").click()
    titled(page, "Prompts are code")
    press("l")
    listed.wait_for(state="hidden")
    press("t")
    page.locator("html[data-theme=dark]").wait_for(state="attached")


def test_after_a_search_the_keys_are_for_the_picture(bundled: str, show: Open) -> None:
    page = ready(show(bundled))
    page.keyboard.press("/")
    page.keyboard.type("what a seed")
    page.keyboard.press("Enter")
    titled(page, "What a seed fixes")
    page.keyboard.press("2")
    assert page.locator(".depths [aria-pressed=true]").inner_text() == "2 steps"
    assert page.get_by_role("combobox").input_value() == ""


@pytest.mark.parametrize("before", ["", NO_WEBGL])
def test_fit_shows_also_what_is_far_from_the_open_node(
    bundled: str, show: Open, before: str
) -> None:
    start = "#agents%2Fagent-run-manifest"
    page = ready(show(bundled, start, before=before, reduced_motion="reduce"))
    page.locator(".colours summary").click()
    for _ in range(8):
        page.keyboard.press("+")
    page.keyboard.press("f")
    for _ in range(40):
        with contextlib.suppress(ValueError):  # it is not drawn yet
            page.mouse.click(*middle_of(page, FIRST_FAINT))
            break
        page.wait_for_timeout(250)
    page.wait_for_url("**#determinism%2F**")


def test_a_hostile_graph_executes_nothing(vault: Vault, show: Open) -> None:
    quoted = json.dumps(HOSTILE.replace(": ", " "))
    name = "<img src=x onerror=owned=1>"
    files = {
        "index.md": f"---\ntitle: {quoted}\ndescription: {quoted}\n---\n{HOSTILE}\n\n"
        f"See [[b|{HOSTILE.replace('[', '').replace(']', '')}]] and [[{name}]].\n",
        "b.md": f"# {HOSTILE}\n\n[x](javascript:owned=1) [y](data:text/html,<script>owned=1"
        f"</script>) ![z](https://example.org/x.png)\n\n## {HOSTILE}\n\n[[{HOSTILE[:20]}]]\n",
        f"{name}.md": f"---\ndeprecated: true\ndescription: {quoted}\n---\n# \u202e{HOSTILE}\n",
    }
    opened = show(page(picture_of(SkillGraph.load(vault(files)))))
    shown = ready(opened)
    for key in ("0", "l", "l"):
        shown.keyboard.press(key)
    for word in ("onerror", "script"):
        shown.get_by_role("combobox").fill(word)
        shown.get_by_role("option").last.click()
        shown.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    opened.check_that_nothing_ran()
    assert shown.evaluate("document.querySelectorAll('img, iframe, object, svg').length") == 0
    assert shown.evaluate("document.scripts.length") == 2
    assert shown.locator("a[href^=javascript], a[href^=data]").count() == 0
    assert "<style>" in shown.locator("#node-title").inner_text()


def test_html_in_the_data_itself_is_copied_without_what_is_not_allowed(
    vault: Vault, show: Open
) -> None:
    """The second wall holds if the first one falls."""
    html = small(vault)
    spoiled = "<p>kept<img src=x onerror=owned=1><svg onload=owned=1></svg><b onclick=x>b</b></p>"
    spoiled += "<a href='javascript:owned=1'>x</a><script>owned=1</script>"
    value = json.dumps(spoiled).replace("<", "\\u003c").replace(">", "\\u003e")
    start = html.index('"text":"') + len('"text":')
    opened = show(html[:start] + value + html[html.index('"', start + 1) + 1 :], "#alone")
    shown = ready(opened)
    assert "kept" in shown.locator(".markdown").inner_text()
    assert shown.evaluate("document.querySelector('.markdown').innerHTML") == (
        "<p>kept</p><a>x</a>"
    )
    assert opened.requests == [opened.address]
    assert shown.evaluate("window.owned") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("options", [{}, {"viewport": PHONE}], ids=["desk", "phone"])
def test_there_are_no_serious_barriers(
    bundled: str, show: Open, scheme: str, options: dict[str, object]
) -> None:
    start = "#determinism%2Fwhat-a-seed-fixes"
    page = ready(show(bundled, start, color_scheme=scheme, bypass_csp=True, **options))
    for act in (lambda: None, lambda: page.keyboard.press("l"), lambda: page.keyboard.press("?")):
        barriers(page, act)
    page.keyboard.press("Escape")
    page.get_by_role("combobox").fill("seed")
    barriers(page, lambda: None)


def barriers(page: Page, act: Callable[[], object]) -> None:
    act()
    violations = Axe().run(page).response["violations"]
    serious = {
        one["id"]: [each["html"] for each in one["nodes"]]
        for one in violations
        if one["impact"] in ("serious", "critical")
    }
    assert serious == {}


def test_a_phone_never_scrolls_sideways(bundled: str, show: Open) -> None:
    page = ready(show(bundled, "#determinism%2Fwhat-a-seed-fixes", viewport=PHONE))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    box = page.locator(".stage").bounding_box()
    assert box
    assert box["height"] > 250


def test_on_a_phone_nothing_lies_above_the_picture(show: Open) -> None:
    page_of_many = page(large(maps=3, nodes_in_each=999))
    shown = ready(show(page_of_many, viewport=PHONE))
    assert shown.locator(".remarks li").count()
    stage = shown.locator(".stage").bounding_box()
    assert stage
    for place in (".depths", ".group", ".remarks", ".colours"):
        box = shown.locator(place).bounding_box()
        assert box
        is_above = box["y"] + box["height"] <= stage["y"]
        assert is_above or box["y"] >= stage["y"] + stage["height"], place
    # Also the list has its buttons beside it.
    shown.get_by_role("button", name="List").click()
    shown.get_by_role("button", name="List").click()
    assert shown.locator(".list").is_hidden()


def test_a_button_that_is_pressed_can_be_read_under_the_pointer(bundled: str, show: Open) -> None:
    page = ready(show(bundled, bypass_csp=True))
    barriers(page, page.get_by_role("button", name="All", exact=True).click)


def test_of_a_large_graph_maps_are_closed_until_they_are_opened(show: Open) -> None:
    opened = show(page(large(maps=100, nodes_in_each=99)))
    shown = ready(opened)
    remarks = shown.locator(".remarks")
    assert "100 maps are closed" in remarks.inner_text()
    assert "The texts are not in this file." in remarks.inner_text()
    shown.keyboard.press("/")
    shown.keyboard.type("map-042/node-007")
    shown.keyboard.press("Enter")
    titled(shown, "Title of map-042/node-007")
    assert "99 maps are closed" in remarks.inner_text()
    shown.keyboard.press("Escape")  # the search was left when the node was chosen
    titled(shown, "Title of entry")
    shown.keyboard.press("3")
    assert "More than 2,000 nodes are within 3 links" in remarks.inner_text()
    shown.keyboard.press("0")
    assert "A link of a node inside is drawn as a link of its map." in remarks.inner_text()
    opened.check_that_nothing_ran()


def test_the_served_page_is_the_same(vault: Vault, browser: Browser) -> None:
    html = small(vault)
    with PageServer(html, page_policy(), "secret") as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        context = browser.new_context()
        shown = context.new_page()
        requests: list[str] = []
        said: list[str] = []
        shown.on("request", lambda request: requests.append(request.url))
        shown.on("pageerror", lambda error: said.append(str(error)))
        shown.goto(server.address)
        shown.wait_for_selector("html[data-ready=true]", state="attached")
        assert title(shown) == "Start"
        context.close()
        server.shutdown()
        thread.join()
    assert requests == [server.address]
    assert said == []
