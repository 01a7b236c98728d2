"""What a session has shown before: said by pointers, and given again once forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from skillagent import Answer, SkillGraph, Toolset
from tests.conftest import Vault

Call = tuple[str, Mapping[str, Any]]

FILES: dict[str, str | bytes] = {
    "index.md": "---\ntype: map\n---\n# Index\n\n- [[tide]]\n- [[storm]]\n",
    "tide.md": (
        "---\ndescription: When the water comes\n---\n# Tide\n\nWater comes twice a day.\n\n"
        "## Spring\n\nAt new moon it comes higher.\n\n"
        "## Neap\n\nLater it stays low, see [[reef]].\n"
    ),
    "storm.md": f"---\ndescription: {'Wind and rain. ' * 40}\n---\n# Storm\n\nStay in port.\n",
    "reef.md": "---\ndescription: Rocks below the water\n---\n# Reef\n\nKeep away.\n",
    "hub.md": "---\ntype: map\n---\n# Hub\n\n[[reef]]\n\n![[tide#Spring]]\n",
}
SHOWING: list[Call] = [
    ("list_index", {}),
    ("list_index", {"map": "index"}),
    ("list_index", {"query": "tide"}),
    ("list_index", {"query": "storm"}),
    ("read_summary", {"nodes": ["tide"]}),
    ("read_summary", {"nodes": ["index"], "depth": 2}),
    ("read_node", {"node": "tide"}),
    ("read_node", {"node": "tide", "section": "Spring"}),
    ("read_node", {"node": "hub"}),
]


def said(answer: Answer) -> str:
    """An answer without its closing line, which differs from call to call."""
    return answer.text.rpartition("\n")[0]


@pytest.fixture
def tools(vault: Vault) -> Toolset:
    return Toolset(SkillGraph.load(vault(FILES)))


@pytest.mark.parametrize("call", SHOWING, ids=str)
def test_an_answer_that_left_the_conversation_is_given_again(tools: Toolset, call: Call) -> None:
    first = tools.call(*call)
    levels = tools.ledger.levels()
    repeated = tools.call(*call)
    assert "shown in call 1" in repeated.text or "listed in call 1" in repeated.text
    assert repeated.cost < first.cost
    tools.forget(after=1)
    assert said(tools.call(*call)) == said(repeated)
    spent = tools.ledger.spent
    tools.forget(after=0)
    assert tools.ledger.spent == spent
    assert tools.ledger.withdrawn == (1, 2, 3)
    assert tools.ledger.levels() == {}
    assert said(tools.call(*call)) == said(first)
    assert tools.ledger.levels() == levels


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        (("list_index", {"query": "tide"}), {"tide"}),
        (("list_index", {"query": "storm"}), {"storm"}),
        (("read_summary", {"nodes": ["tide"]}), {"tide"}),
        (("read_summary", {"nodes": ["hub"]}), {"reef", "tide"}),
        (("read_node", {"node": "tide"}), {"tide"}),
        (("read_node", {"node": "tide", "section": "Spring"}), {"tide"}),
        (("read_node", {"node": "hub"}), {"tide"}),
    ],
    ids=lambda value: str(sorted(value) if isinstance(value, set) else value),
)
def test_a_node_shown_in_any_way_is_a_pointer_in_a_listing(
    tools: Toolset, call: Call, shown: set[str]
) -> None:
    tools.call(*call)
    lines = [line for name in ("index", "hub") for line in _lines(tools.list_index(name))]
    assert {line["id"] for line in lines if line["shown_in"] == 1} == shown
    assert {line["id"] for line in lines if line["description"]}.isdisjoint(shown)


def _lines(answer: Answer) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = answer.result.to_json()["lines"]
    return lines


def test_the_first_call_that_showed_a_node_is_named(tools: Toolset) -> None:
    tools.read_node("tide", section="Spring")
    tools.read_summary("tide")
    tools.read_node("tide", again=True)
    assert {line["id"]: line["shown_in"] for line in _lines(tools.list_index("index"))} == {
        "tide": 1,
        "storm": None,
    }
    assert "[[tide]] was shown in call 1 and in call 3; pass again=true" in (
        tools.read_node("tide").text
    )


def test_links_that_a_forgotten_answer_listed_are_the_next_ones_again(vault: Vault) -> None:
    files = {f"n{at:02}.md": "x" for at in range(20)}
    files["hub.md"] = "\n\n".join(f"Go to [[n{at:02}]] in case {at}." for at in range(20))
    tools = Toolset(SkillGraph.load(vault(files)))
    pages = [said(tools.read_summary("hub")) for _ in range(3)]
    assert [page.count("\n- [[n") for page in pages] == [8, 8, 4]
    tools.forget(after=1)
    assert said(tools.read_summary("hub")) == pages[1]
    assert said(tools.read_summary("hub")) == pages[2]


def test_a_page_listed_before_names_its_call_and_how_to_go_on(vault: Vault) -> None:
    files = {"index.md": "".join(f"- [[n{at:02}]]\n" for at in range(12))}
    files |= {f"n{at:02}.md": f"Node {at} is here." for at in range(12)}
    tools = Toolset(SkillGraph.load(vault(files)), 32_000)
    tools.read_node("n11")
    tools.list_index(map="index")
    again = tools.list_index(map="index")
    assert said(again) == (
        'This page was listed in call 2. More: list_index(map="index", cursor="10")'
    )
    assert again.disclosed == ()
    result = again.result.to_json()
    assert (result["lines"], result["total"], result["match"]) == ((), 0, None)
    assert len(_lines(tools.list_index(map="index", cursor="10"))) == 2
    assert said(tools.list_index(map="index", cursor="10")) == "This page was listed in call 4."
    assert said(tools.list_index(map=" INDEX.md ")) == said(again)
    assert len(_lines(tools.list_index(map="index", query="node"))) == 8


def test_a_refused_call_shows_nothing_and_is_charged(tools: Toolset) -> None:
    refused = [
        tools.read_node("tied"),
        tools.read_node("tide", section="None such"),
        tools.read_summary([]),
        tools.read_summary(["tide"], depth=9),
        tools.list_index(map="tied"),
        tools.list_index(cursor="99"),
        tools.call("read_node", {"nodes": "tide"}),
        tools.call("read_node", "{"),
    ]
    assert all(answer.error and answer.cost and not answer.disclosed for answer in refused)
    assert [answer.call for answer in refused] == list(range(1, 9))
    assert [entry.cost for entry in tools.ledger.entries] == [answer.cost for answer in refused]
    assert all(entry.error for entry in tools.ledger.entries)
    assert [dict(entry.arguments) for entry in tools.ledger.entries[-2:]] == [
        {"nodes": "tide"},
        {"raw": "{"},
    ]
    fresh = Toolset(tools.graph)
    assert said(tools.list_index("index")) == said(fresh.list_index("index"))
    assert said(tools.read_node("tide")) == said(fresh.read_node("tide"))


def test_a_description_that_was_only_shown_cut_is_shown_whole_in_the_summary(
    tools: Toolset,
) -> None:
    for answer in (tools.list_index("index"), tools.list_index(query="storm")):
        assert "[[storm]]" in answer.text
        assert answer.text.count("Wind and rain.") < 20
    assert tools.read_summary("storm").text.count("Wind and rain.") == 40
    assert "Wind and rain." not in tools.read_summary("storm").text


def test_a_text_that_holds_its_own_description_shows_it(vault: Vault) -> None:
    files = {"hub.md": "# Hub\n\nTo read:\n\n- [[a]]\n- [[b]]\n", "a.md": "Of a.", "b.md": "Of b."}
    tools = Toolset(SkillGraph.load(vault(files)))
    tools.read_node("a")
    (summary,) = tools.read_summary("hub").result.to_json()["nodes"]
    assert [(link["id"], link["context"]) for link in summary["links"]] == [
        ("a", ""),
        ("b", "Of b."),
    ]


def test_a_page_of_hits_listed_before_is_a_pointer_too(vault: Vault) -> None:
    files: dict[str, str | bytes] = {f"n{at}.md": f"Ship {at} is here." for at in range(9)}
    tools = Toolset(SkillGraph.load(vault(files)), 32_000)
    tools.list_index(query="ship")
    again = tools.list_index(query=" ship ")
    assert said(again) == (
        'This page was listed in call 1. More: list_index(query="ship", cursor="8")'
    )
    assert again.result.to_json()["query"] == "ship"
