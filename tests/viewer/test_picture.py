"""All that the page shows of a graph, and the file that it is written into."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from skillagent import SkillGraph
from skillagent.diagnostics import Severity
from skillagent.html.document import document
from skillagent.html.markup import EMPTY
from skillagent.lint.checking import check
from skillagent.lint.selection import Selection
from skillagent.tokens import default_counter
from skillagent.viewer import Picture, page, picture_of
from skillagent.viewer.picture import PictureNode
from skillagent.viewer.rendered_text import rendered_text
from tests.conftest import BUNDLED, Vault
from tests.report_page import HOSTILE
from tests.viewer.graphs import SMALL


def picture(vault: Vault, files: dict[str, str] | None = None) -> Picture:
    return picture_of(SkillGraph.load(vault(SMALL if files is None else files)))


def node(picture: Picture, id: str) -> PictureNode:
    return next(one for one in picture.nodes if one.id == id)


def text(vault: Vault, body: str, **others: str) -> str:
    graph = SkillGraph.load(vault({"a.md": f"# A\n\n{body}", **others}))
    return rendered_text(graph.find("a"), graph.links_from("a"))


def data(html: str) -> dict[str, Any]:
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert match
    values: dict[str, Any] = json.loads(match[1])
    return values


def test_a_node_has_its_words_its_costs_and_its_map(vault: Vault) -> None:
    seed = node(picture(vault), "seeds/seed")
    body = SMALL["seeds/seed.md"].partition("---\n# ")[2]
    assert (seed.title, seed.description) == ("Set a seed", "One number starts a generator")
    assert (seed.kind, seed.map, seed.status) == ("node", "seeds/seeds", "")
    assert seed.text_tokens == default_counter().count(f"# {body}".strip())
    assert 0 < seed.summary_tokens < seed.text_tokens
    split = node(picture(vault), "seeds/split")
    assert (split.status, split.successors) == ("superseded", ("seeds/seed",))


def test_links_carry_the_sentence_that_says_why(vault: Vault) -> None:
    drawn = picture(vault)
    ids = [one.id for one in drawn.nodes]
    links = {(ids[one.source], ids[one.target], one.context, one.field) for one in drawn.edges}
    why = "Begin with seed, because every generator needs one."
    assert ("seeds/seeds", "seeds/seed", why, "") in links
    assert ("seeds/split", "seeds/seed", "", "superseded_by") in links
    assert not any(source == target for source, target, *_ in links)


def test_findings_are_at_their_node(vault: Vault) -> None:
    drawn = picture(vault)
    codes = [finding.code for finding in node(drawn, "seeds/split").findings]
    assert "SG020" in codes
    assert sum(drawn.severities.values()) >= len(codes)


def test_the_findings_are_those_of_check_strict(vault: Vault) -> None:
    graph = SkillGraph.load(vault({**SMALL, "extra.md": "# Extra\n\nSee [[nowhere]].\n"}))
    drawn = picture_of(graph)
    reported = check(graph, strict=True).findings
    assert drawn.severities == {
        str(severity): sum(one.severity is severity for one in reported) for severity in Severity
    }
    # What two rules know of one broken link is said once.
    codes = [one.code for one in node(drawn, "extra").findings]
    assert "SG020" in codes
    assert "SG305" not in codes
    only = picture_of(graph, selection=Selection(("SG020",)))
    assert {one.code for each in only.nodes for one in each.findings} == {"SG020"}


def test_maps_know_what_belongs_to_them(vault: Vault) -> None:
    drawn = picture(vault)
    assert [(one.id, one.parent, one.top, one.nodes) for one in drawn.maps] == [
        ("index", "", "index", 5),
        ("seeds/seeds", "index", "seeds/seeds", 3),
        ("", "", "", 1),
    ]


def test_the_same_graph_gives_the_same_bytes(vault: Vault) -> None:
    root = vault(SMALL)
    first, second = (page(picture_of(SkillGraph.load(root))) for _ in range(2))
    assert first == second


def test_texts_are_left_out_above_a_limit_and_a_sentence_says_so(vault: Vault) -> None:
    graph = SkillGraph.load(vault(SMALL))
    drawn = picture_of(graph, text_limit=100)
    assert all(one.text is None for one in drawn.nodes)
    assert "longer than 100 characters" in drawn.remarks[0]
    assert picture_of(graph).remarks == ()


def test_an_empty_folder_gives_a_page(vault: Vault) -> None:
    drawn = picture(vault, {})
    assert (drawn.nodes, drawn.entry) == ((), None)
    assert data(page(drawn))["nodes"] == []


def test_several_roots_are_in_one_picture(vault: Vault) -> None:
    root = vault({"a/x.md": "# X\n\nSee [[b::y]] for more.\n", "b/y.md": "# Y\n\nText. [[gone]]\n"})
    drawn = picture_of(SkillGraph.load(f"a={root / 'a'}", f"b={root / 'b'}"))
    assert [one.id for one in drawn.nodes] == ["a::x", "b::y"]
    assert "SG020" in [finding.code for finding in node(drawn, "b::y").findings]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("See [[b]].", '<button type="button" class="to-node" data-node="b">b</button>'),
        ("See [[b|the *b*]].", 'data-node="b">the *b*</button>'),
        ("See [[b#One|one]].", 'data-node="b">one</button>'),
        ("| x |\n|---|\n| [[b\\|in a table]] |", 'data-node="b">in a table</button>'),
        ("See [the **b**](b.md).", 'data-node="b">the <strong>b</strong></button>'),
        ("See [one](b.md#one).", 'data-node="b">one</button>'),
        ("See [[nowhere]].", '<span class="broken">nowhere</span>'),
        ("`[[b]]` is code", "<code>[[b]]</code>"),
        ("[site](https://example.org/?a=1&b=2)", '<a href="https://example.org/?a=1&amp;b=2" rel='),
        ("[mail](mailto:a@example.org)", '<a href="mailto:a@example.org" rel="noopener'),
        ("[x](javascript:alert)", '<span class="broken">x</span>'),
        ("[x](JaVaScRiPt:alert)", '<span class="broken">x</span>'),
        ("[x](data:text/html,x)", '<span class="broken">x</span>'),
        ("[x](file:///etc/passwd)", '<span class="broken">x</span>'),
        ("![a *curve*](curve.png)", '<span class="image">image: a curve</span>'),
        ("<b onclick=x>bold</b>", "&lt;b onclick=x&gt;bold&lt;/b&gt;"),
        ("zero\u200bwidth", "zero&lt;U+200B&gt;width"),
        ("## Two", "<h4>Two</h4>"),
        ("###### Six", "<h6>Six</h6>"),
        ("| a |\n|--:|\n| 1 |", '<td class="to-right">1</td>'),
    ],
)
def test_a_text_becomes_html_that_may_be_shown(vault: Vault, written: str, expected: str) -> None:
    assert expected in text(vault, written, **{"b.md": "# B\n\n## One\n"})


def test_a_heading_that_repeats_the_title_is_not_shown_again(vault: Vault) -> None:
    assert text(vault, "Text.") == "<p>Text.</p>\n"


def test_no_text_of_a_graph_can_end_the_data_or_begin_a_tag(vault: Vault) -> None:
    quoted = json.dumps(HOSTILE.replace(": ", " "))
    files = {
        "index.md": f"---\ntitle: {quoted}\ndescription: {quoted}\n---\n{HOSTILE} [[b|{HOSTILE}]]",
        "b.md": f"# {HOSTILE}\n\n[{HOSTILE}](javascript:owned=1) <!-- </script> -->\n",
    }
    html = page(picture(vault, files))
    values = data(html)
    assert HOSTILE.split("<", 2)[1] in values["nodes"][1]["title"]
    # The data and the page's own script are all; neither is ended by the text of a node.
    assert html.count("</script") == 2
    shown = "".join(str(one["text"]) for one in values["nodes"])
    assert not re.search(r"<(script|img|svg|iframe|style|a\b)", shown)


def test_a_page_needs_nothing_else_and_names_its_walks(vault: Vault) -> None:
    drawn = picture(vault)
    html = page(drawn, [{"name": "one"}])
    assert data(html)["walks"] == [{"name": "one"}]
    assert "walks" not in data(page(drawn))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy[1]


def test_the_page_is_a_document_as_all_others(vault: Vault) -> None:
    assert page(picture(vault)).startswith(document("", EMPTY).partition("<meta")[0])


def test_the_bundled_graph_is_drawn_whole() -> None:
    graph = SkillGraph.load(BUNDLED)
    drawn = picture_of(graph)
    assert [one.id for one in drawn.nodes] == list(graph.nodes)
    assert drawn.remarks == ()
    assert all(one.text for one in drawn.nodes)
