"""`read_summary` shows links: their types, unresolved names, shared sentences, neighbourhoods."""

from __future__ import annotations

from typing import Any

import pytest

from skillagent import Budget, SkillGraph, Toolset
from skillagent.cli import main
from tests.conftest import Vault


def lines(text: str) -> list[str]:
    return text.split("\n")


def node_of(tools: Toolset, name: str) -> dict[str, Any]:
    summary: dict[str, Any] = tools.read_summary(name).to_json()["result"]["nodes"][0]
    return summary


def test_a_typed_link_shows_its_type_and_what_it_leads_to(vault: Vault) -> None:
    files = {
        "a.md": "---\ndepends_on: [b, c]\nrelated: ./c.md\n---\nFirst.\n\nWhen hot, see [[c]].\n",
        "b.md": "---\ndescription: how to log in\n---\nText.\n",
        "c.md": "Text of c.\n",
    }
    tools = Toolset(SkillGraph.load(vault(files)))
    text = tools.read_summary("a").text
    assert "- depends_on, related: [[c]] (4 tokens): When hot, see c.\n" in text
    assert "- depends_on: [[b]] (2 tokens): how to log in\n" in text
    assert 'depends_on: ["b", "c"]' not in text, "values that are listed as links are said once"
    links = node_of(Toolset(tools.graph), "a")["links"]
    types = {link["id"]: list(link["types"]) for link in links}
    assert types == {"b": ["depends_on"], "c": ["depends_on", "related"]}


def test_a_field_with_values_that_are_no_links_is_shown_as_it_is(vault: Vault) -> None:
    files = {"a.md": "---\nrelated: [b, some prose]\n---\nText.\n", "b.md": "Text.\n"}
    text = Toolset(SkillGraph.load(vault(files))).read_summary("a").text
    assert 'related: ["b", "some prose"]' in text


def test_unresolved_links_are_named_so_that_no_call_is_spent_on_them(vault: Vault) -> None:
    names = "[[x]], [[twin]], [[y#Part|label]], [[x]], [[z]] and [[" + "long " * 30 + "]]"
    twin = "---\naliases: [twin]\n---\nText.\n"
    files = {"a.md": f"See {names}.\n", "b.md": twin, "c.md": twin}
    tools = Toolset(SkillGraph.load(vault(files)))
    line = "unresolved: [[x]], [[twin]] (may mean [[b]], [[c]]), [[y]] and 2 more"
    assert line in lines(tools.read_summary("a").text)
    node = node_of(Toolset(tools.graph), "a")
    assert [link["name"] for link in node["unresolved"]] == ["x", "twin", "y"]
    assert node["more_unresolved"] == 2


def test_links_of_one_sentence_share_its_words(vault: Vault) -> None:
    first = "Start with [[a]], then go on to [[b]] and end with [[c]] at last."
    files = {
        "hub.md": f"# Hub\n\nAbout hubs.\n\n{first} Also [[d]] helps.\n",
        **{f"{name}.md": "Text.\n" for name in "abcd"},
    }
    tools = Toolset(SkillGraph.load(vault(files)))
    text = tools.read_summary("hub").text
    shared = "Start with a, then go on to b and end with c at last."
    assert text.count(shared) == 1
    assert f"- [[a]] (2 tokens), [[b]] (2 tokens), [[c]] (2 tokens): {shared}" in lines(text)
    assert "- [[d]] (2 tokens): Also d helps." in lines(text)
    links = node_of(Toolset(tools.graph), "hub")["links"]
    assert [link["context"] for link in links] == [*[shared] * 3, "Also d helps."]


def test_a_context_that_the_description_holds_is_not_said_again(vault: Vault) -> None:
    text = "Begin with [[a]] and never forget about [[b]].\n"
    files = {"hub.md": text, "a.md": "Text.\n", "b.md": "Text.\n"}
    answer = Toolset(SkillGraph.load(vault(files))).read_summary("hub").text
    assert answer.count("never forget") == 1
    assert "- [[a]] (2 tokens), [[b]] (2 tokens): as above" in lines(answer)


def test_what_is_cut_from_a_long_sentence_is_not_shared(vault: Vault) -> None:
    gap = "words that fill the line " * 20
    files = {"hub.md": f"# Hub\n\nAbout [[a]] {gap} and [[b]] there.\n"}
    files |= {"a.md": "Text.\n", "b.md": "Text.\n"}
    answer = Toolset(SkillGraph.load(vault(files))).read_summary("hub").text
    assert answer.count("\n- [[") == 2


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Testing is slow without a [[Test]] double.", "Testing is slow without a Test double."),
        ("Test first, then use a [[Test]] double.", "Test first, then use a Test double."),
        ("[[Test]]ing is slow without a double.", "Testing is slow without a double."),
        ("- tests one [[t|t]] more", "tests one t more"),
        ("- **[[Test]]** - a double", "a double"),
        ("> - [ ] [[Test|Doubles]]: stand in", "stand in"),
        ("1. <!-- why --> [[Test]] doubles stand in", "doubles stand in"),
    ],
)
def test_a_phrase_leaves_out_the_words_of_its_link_only_where_the_link_is_at_the_beginning(
    vault: Vault, text: str, phrase: str
) -> None:
    files = {"a.md": f"First.\n\n{text}\n", "Test.md": "---\naliases: [t]\n---\nDoubles.\n"}
    (link,) = node_of(Toolset(SkillGraph.load(vault(files))), "a")["links"]
    assert link["context"] == phrase


@pytest.mark.parametrize("heading", ["## Part", "Part\n====", "Part\n----"])
def test_a_context_does_not_take_in_the_heading_above(vault: Vault, heading: str) -> None:
    files = {"a.md": f"# A\n\n{heading}\nWhen hot, see [[b]].\n", "b.md": "Text.\n"}
    (link,) = SkillGraph.load(vault(files)).links_from("a")
    assert link.context == "When hot, see b."


CHAIN = {
    "index.md": "- [[a]] - first\n- [[b]] - second\n- [[hub]]\n",
    "a.md": "---\ndescription: about a\ndepends_on: c\n---\nText.\n",
    "b.md": "See [[c]] and [[d]] to go on.\n",
    "c.md": "---\ndescription: about c\n---\n[[e]]\n",
    "d.md": "About storms. [[index]]\n",
    "e.md": "Text.\n",
    "hub.md": "".join(f"- [[leaf{number:03}]] - leaf\n" for number in range(200)),
    **{f"leaf{number:03}.md": "A leaf.\n" for number in range(200)},
}


def test_a_depth_lists_a_neighbourhood_nearest_first_and_each_node_once(vault: Vault) -> None:
    tools = Toolset(SkillGraph.load(vault(CHAIN)))
    answer = tools.read_summary(["a", "b"], depth=2)
    assert lines(answer.text)[:-1] == [
        "# 4 nodes within 2 steps of [[a]], [[b]]",
        "- [[a]] (2 tokens) about a",
        "- [[b]] (12 tokens) See c and d to go on.",
        "## 1 step",
        "- [[c]] (3 tokens) about c | via [[a]] (depends_on)",
        "- [[d]] (6 tokens) See c and d to go on. | via [[b]]",
        "## 2 steps",
        "- [[e]] (2 tokens) Text. | via [[c]]",
        "- [[index]] (18 tokens) | via [[d]]",
    ]


def test_what_was_shown_is_a_pointer_in_a_neighbourhood_too(vault: Vault) -> None:
    tools = Toolset(SkillGraph.load(vault(CHAIN)))
    tools.read_summary("c")
    assert (
        "- [[c]] (3 tokens; shown in call 1) | via [[a]]" in tools.read_summary("a", depth=2).text
    )


def test_a_query_ranks_the_nodes_that_are_equally_near(vault: Vault) -> None:
    tools = Toolset(SkillGraph.load(vault(CHAIN)))
    lines = tools.read_summary("b", "storms", depth=3).to_json()["result"]["lines"]
    assert [(line["id"], line["steps"]) for line in lines[:3]] == [("b", 0), ("d", 1), ("c", 1)]


@pytest.mark.parametrize("cap", [120, 300, 1_000, 4_000])
def test_a_neighbourhood_stays_inside_the_budget_and_says_how_much_is_left_out(
    vault: Vault, cap: int
) -> None:
    tools = Toolset(SkillGraph.load(vault(CHAIN)), Budget(20_000, cap))
    answer = tools.read_summary("index", depth=3)
    result = answer.to_json()["result"]
    assert answer.cost <= cap
    assert result["total"] == len(CHAIN)
    left = result["total"] - len(result["lines"])
    assert f"\n{left} more: " in answer.text
    steps = [line["steps"] for line in result["lines"]]
    assert steps == sorted(steps)


def test_a_depth_of_one_is_a_summary_and_a_wrong_one_is_refused(vault: Vault) -> None:
    graph = SkillGraph.load(vault(CHAIN))
    assert Toolset(graph).read_summary("a", depth=1).text == Toolset(graph).read_summary("a").text
    refused = Toolset(graph).read_summary("a", depth=4)
    assert refused.error
    assert "depth takes 1 to 3, not 4" in refused.text


def test_the_command_line_and_a_scripted_call_take_a_depth(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = vault(CHAIN)
    assert main(["summary", str(folder), "a", "--depth", "2"]) == 0
    assert "## 2 steps" in capsys.readouterr().out
    called = Toolset(SkillGraph.load(folder)).call("read_summary", '{"nodes": "a", "depth": "2"}')
    assert "## 2 steps" in called.text
