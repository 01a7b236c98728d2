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


def test_links_share_a_sentence_that_begins_with_one_of_them(vault: Vault) -> None:
    files = {"hub.md": "# Hub\n\nAbout hubs.\n\n[[a]] comes first, then [[b]] and [[c]].\n"}
    files |= {f"{name}.md": "Text.\n" for name in "abc"}
    text = Toolset(SkillGraph.load(vault(files))).read_summary("hub").text
    assert (
        "- [[a]] (2 tokens), [[b]] (2 tokens), [[c]] (2 tokens): a comes first, then b and c."
    ) in lines(text)


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


def test_a_call_takes_one_to_ten_nodes(vault: Vault) -> None:
    tools = Toolset(SkillGraph.load(vault({f"n{at:02}.md": "Text." for at in range(11)})))
    names = list(tools.graph.ids)
    assert len(tools.read_summary(names[:10]).to_json()["result"]["nodes"]) == 10
    for wrong in ([], names):
        refused = tools.read_summary(wrong)
        assert refused.error
        assert f"nodes takes one to 10 ids, not {len(wrong)}" in refused.text


@pytest.mark.parametrize(("depth", "is_taken"), [(0, False), (1, True), (3, True), (4, False)])
def test_a_depth_goes_up_to_three(vault: Vault, depth: int, is_taken: bool) -> None:
    answer = Toolset(SkillGraph.load(vault(CHAIN))).read_summary("a", depth=depth)
    assert answer.error is not is_taken


def test_names_that_lead_nowhere_are_said_once_and_after_the_others(vault: Vault) -> None:
    files = {"a.md": "Text.", "b/c.md": "One.", "d/c.md": "Two."}
    tools = Toolset(SkillGraph.load(vault(files)))
    answer = tools.read_summary(["zzz", "a", "zzz", "A", "c"])
    unknown = [
        "There is no node 'zzz'; find it with list_index(query=…).",
        "'c' may mean [[b/c]], [[d/c]]; use one id.",
    ]
    assert list(answer.to_json()["result"]["unknown"]) == unknown
    assert lines(answer.text)[:-1] == [
        "# [[a]] (2 tokens)",
        "Text.",
        "",
        unknown[0],
        "",
        unknown[1],
    ]
    refused = tools.read_summary(["zzz", "c"]).to_json()["result"]
    assert (refused["code"], refused["message"]) == ("unknown", " ".join(unknown))
    assert refused["candidates"] == ("b/c", "d/c")


def test_where_no_summary_fits_each_node_is_a_line_and_counts_as_shown(vault: Vault) -> None:
    files = {
        f"n{at}.md": f"---\ndescription: About {at}\n---\n# Title {at}\n\n" + "## Part\n\nx\n\n" * 9
        for at in range(6)
    }
    tools = Toolset(SkillGraph.load(vault(files)), Budget(8_000, 90))
    answer = tools.read_summary([f"n{at}" for at in range(6)])
    result = answer.to_json()["result"]
    shown = [node["id"] for node in result["nodes"]]
    assert result["brief"]
    assert shown == [f"n{at}" for at in range(len(shown))]
    assert result["more"] == 6 - len(shown) > 0
    assert lines(answer.text)[-2] == f"{result['more']} more did not fit"
    assert lines(answer.text)[0].endswith(" tokens) About 0")
    emptied = ("fields", "outline", "links", "backlinks", "unresolved", "successors")
    assert all(node[key] == () for node in result["nodes"] for key in emptied)
    assert {(node["more_links"], node["backlink_count"]) for node in result["nodes"]} == {(0, 0)}
    assert [item.node for item in answer.disclosed] == shown
    tools.rebudget(9_000)
    again = tools.list_index(query="about 0")
    assert "[[n0]]" in again.text and "shown in call 1" in again.text


def test_a_field_is_said_once_if_all_its_values_in_lists_and_mappings_are_links(
    vault: Vault,
) -> None:
    header = (
        "related: {first: [b, c], then: c}\n"
        "depends_on: [b, [c, some prose]]\n"
        "source: {first: '[[b]]', then: ['[[c]]', '[[b]]']}\n"
    )
    files = {"a.md": f"---\n{header}---\nText.\n", "b.md": "Text.\n", "c.md": "Text.\n"}
    node = node_of(Toolset(SkillGraph.load(vault(files))), "a")
    assert node["fields"] == (
        ("related", '{"first": ["b", "c"], "then": "c"}'),
        ("depends_on", '["b", ["c", "some prose"]]'),
    )
    types = {link["id"]: link["types"] for link in node["links"]}
    assert types == {"b": ("depends_on", "source"), "c": ("depends_on", "source")}


def test_of_many_links_those_that_answer_the_query_come_first(vault: Vault) -> None:
    files = {f"n{at:02}.md": "Of ships." for at in range(80)}
    files |= {"n70.md": "Of storms.", "n75.md": "Of a storm, and of storms again."}
    files["hub.md"] = "\n\n".join(f"Go to [[n{at:02}]] in case {at}." for at in range(80))
    tools = Toolset(SkillGraph.load(vault(files)))
    seen: list[str] = []
    for _ in range(11):
        node = tools.read_summary("hub", "storm").to_json()["result"]["nodes"][0]
        seen += [link["id"] for link in node["links"]]
    assert set(seen[:2]) == {"n70", "n75"}
    assert seen[2:] == sorted(set(seen) - {"n70", "n75"})
    assert len(seen) == 80


def test_what_is_said_of_a_node_itself_is_said_in_its_first_summary_only(vault: Vault) -> None:
    links = "\n\n".join(f"Go to [[n{at:02}]] in case {at}." for at in range(10))
    files = {f"n{at:02}.md": "x" for at in range(10)}
    files |= {"hub.md": f"---\ntags: [t]\n---\n# Hub\n\nSee [[gone]].\n\n## Part\n\n{links}\n"}
    files |= {"up.md": "Down to [[hub]] from here."}
    tools = Toolset(SkillGraph.load(vault(files)))
    first = node_of(tools, "hub")
    assert first["unresolved"] and first["outline"] and first["fields"]
    assert (first["backlink_count"], len(first["backlinks"]), first["more_links"]) == (1, 1, 2)
    second = tools.read_summary("hub")
    assert lines(second.text)[:-1] == [
        "[[hub]] was shown in call 1. More of its links:",
        "- [[n08]] (1 tokens): Go to n08 in case 8.",
        "- [[n09]] (1 tokens): Go to n09 in case 9.",
    ]
    (again,) = second.to_json()["result"]["nodes"]
    assert (again["description"], again["backlink_count"], again["more_links"]) == ("", 0, 0)
    assert not any(again[key] for key in ("unresolved", "outline", "fields", "backlinks"))


@pytest.mark.parametrize("label", ["**Bold**", "*Bold*", "`Bold`", "Bold"])
def test_the_words_of_a_link_are_not_said_again_where_a_line_begins_with_them(
    vault: Vault, label: str
) -> None:
    files = {"map.md": f"---\ntype: map\n---\n- [[a|{label}]]: when it rains\n", "a.md": "# X\n"}
    tools = Toolset(SkillGraph.load(vault(files)))
    (line,) = tools.list_index("map").to_json()["result"]["lines"]
    assert line["description"] == "when it rains"
    (link,) = node_of(tools, "map")["links"]
    assert link["context"] == "when it rains"


def test_a_section_is_named_with_the_one_around_it_not_with_the_one_before(vault: Vault) -> None:
    text = "## A\n\n### X\n\n### Y\n\n#### Z\n\n## B\n\n### Y\n\n## C\n\n#### Z\n"
    node = node_of(Toolset(SkillGraph.load(vault({"a.md": text}))), "a")
    titles = [line["title"] for line in node["outline"]]
    assert titles == ["A", "X", "A#Y", "Y#Z", "B", "B#Y", "C", "C#Z"]


def test_a_link_without_a_word_or_a_type_comes_last(vault: Vault) -> None:
    files = {
        "hub.md": (
            "---\ndepends_on: typed\n---\n# Hub\n\n- [[bare]]\n- [[other]]\n\n"
            "When it rains, go to [[told]].\n"
        ),
        **{f"{name}.md": f"Of {name}.\n" for name in ("bare", "other", "told", "typed")},
    }
    links = node_of(Toolset(SkillGraph.load(vault(files))), "hub")["links"]
    assert [link["id"] for link in links] == ["typed", "told", "bare", "other"]


@pytest.mark.parametrize(
    ("count", "links", "backlinks"), [(1, 8, 3), (2, 5, 2), (3, 3, 1), (4, 3, 1)]
)
def test_the_more_summaries_a_call_asks_for_the_fewer_links_each_shows(
    vault: Vault, count: int, links: int, backlinks: int
) -> None:
    files = {f"n{at}.md": f"Text {at}.\n" for at in range(9)}
    files |= {f"from{at}.md": f"From here, case {at}, to [[hub0]].\n" for at in range(4)}
    body = "\n\n".join(f"Go to [[n{at}]] in case {at}." for at in range(9))
    files |= {f"hub{at}.md": body for at in range(4)}
    tools = Toolset(SkillGraph.load(vault(files)), 20_000)
    nodes = tools.read_summary([f"hub{at}" for at in range(count)]).to_json()["result"]["nodes"]
    assert [len(node["links"]) for node in nodes] == [links] * count
    assert [node["more_links"] for node in nodes] == [9 - links] * count
    assert (len(nodes[0]["backlinks"]), nodes[0]["backlink_count"]) == (backlinks, 4)


def test_of_several_links_from_one_node_the_first_with_words_is_told(vault: Vault) -> None:
    text = "---\nrelated: hub\n---\nFirst reason to read [[hub]].\n\nAnother reason for [[hub]].\n"
    tools = Toolset(SkillGraph.load(vault({"hub.md": "Of hubs.", "from.md": text})))
    node = node_of(tools, "hub")
    assert [(link["id"], link["context"]) for link in node["backlinks"]] == [
        ("from", "First reason to read hub.")
    ]
    assert node["backlink_count"] == 1
