"""`read_node`: which part of a text a call asks for, and what is said of the rest."""

from __future__ import annotations

from typing import Any

import pytest

from skillagent import Answer, Budget, SkillGraph, Toolset
from tests.conftest import Vault

TEXT = (
    "# Port\n\nShips come here.\n\n"
    "## Quay\n\nMoor with two ropes. ^ropes\n\n- Pay first ^pay\n\n"
    "## To\u200blls\n\nDue at noon.\n\n### Late\n\nTwice as much.\n\n"
    "## Exit\n\nBlow the horn.\n"
)


def value(answer: Answer) -> dict[str, Any]:
    result: dict[str, Any] = answer.result.to_json()
    return result


@pytest.mark.parametrize(
    ("name", "title", "text"),
    [
        ("Quay", "Quay", "## Quay\n\nMoor with two ropes. ^ropes\n\n- Pay first ^pay"),
        ("quay", "Quay", "## Quay\n\nMoor with two ropes. ^ropes\n\n- Pay first ^pay"),
        ("## Exit", "Exit", "## Exit\n\nBlow the horn."),
        ("#Exit", "Exit", "## Exit\n\nBlow the horn."),
        (" Exit ", "Exit", "## Exit\n\nBlow the horn."),
        ("Tolls", "Tolls", "## Tolls\n\nDue at noon.\n\n### Late\n\nTwice as much."),
        ("Port#Exit", "Exit", "## Exit\n\nBlow the horn."),
        ("^ropes", "^ropes", "## Quay\n\nMoor with two ropes. ^ropes"),
        ("^PAY", "^PAY", "- Pay first ^pay"),
    ],
)
def test_a_section_is_named_by_its_heading_or_its_block(
    vault: Vault, name: str, title: str, text: str
) -> None:
    graph = SkillGraph.load(vault({"port.md": TEXT}))
    answer = Toolset(graph).read_node("port", section=name)
    assert (value(answer)["level"], value(answer)["section"]) == ("section", title)
    assert value(answer)["text"] == text
    (disclosed,) = answer.disclosed
    assert (disclosed.level, disclosed.section) == ("section", title)
    behind = Toolset(graph).read_node(f"port#{name.strip()}")
    assert value(behind)["text"] == text


@pytest.mark.parametrize("name", ["Nowhere", "^nowhere", "^", "Quay#Exit"])
def test_a_section_that_is_not_there_is_answered_with_those_that_are(
    vault: Vault, name: str
) -> None:
    tools = Toolset(SkillGraph.load(vault({"port.md": TEXT, "bare.md": "Only text."})))
    refused = tools.read_node("port", section=name)
    assert value(refused)["code"] == "section"
    assert value(refused)["candidates"] == ("Quay", "Tolls", "Late", "Exit")
    assert f"[[port]] has no section {name!r}; its sections (tokens): Quay " in refused.text
    bare = tools.read_node("bare", section=name)
    assert bare.text.startswith(
        f"[[bare]] has no section {name!r}; it has no headings: read it whole (3 tokens)\n"
    )


def test_the_last_section_read_makes_the_node_whole(vault: Vault) -> None:
    tools = Toolset(SkillGraph.load(vault({"port.md": TEXT})))
    levels = []
    for name in ("Exit", "Tolls", "Quay", "Port"):
        (disclosed,) = tools.read_node("port", section=name).disclosed
        levels.append((disclosed.level.value, disclosed.section))
    assert levels == [("section", "Exit"), ("section", "Tolls"), ("section", "Quay"), ("node", "")]
    assert tools.read_node("port").text.startswith("[[port]] was shown in call 3 and in call 4;")
    assert tools.read_node("port", section="Tolls").text.startswith(
        "[[port#Tolls]] was shown in call 2;"
    )


def test_neighbouring_pieces_of_one_call_share_a_pointer(vault: Vault) -> None:
    tools = Toolset(SkillGraph.load(vault({"port.md": TEXT})))
    tools.read_node("port", section="Quay")
    tools.read_node("port", section="Exit")
    text = value(tools.read_node("port"))["text"]
    assert text.split("\n\n") == [
        "# Port",
        "Ships come here.",
        "[section 'Quay': shown in call 1]",
        "## Tolls",
        "Due at noon.",
        "### Late",
        "Twice as much.",
        "[section 'Exit': shown in call 2]",
    ]
    again = value(tools.read_node("port", again=True))["text"]
    assert again == TEXT.replace("\u200b", "").strip()


@pytest.mark.parametrize("sections", [15, 16, 17])
def test_of_many_sections_that_did_not_fit_the_first_are_named(vault: Vault, sections: int) -> None:
    long = "".join(f"## S{at}\n\n{'Words that fill it. ' * 90}\n\n" for at in range(sections + 1))
    tools = Toolset(SkillGraph.load(vault({"long.md": long})), Budget(20_000, 700))
    answer = tools.read_node("long")
    missing = value(answer)["missing"]
    assert [line["title"] for line in missing] == [f"S{at}" for at in range(1, sections + 1)]
    named = ", ".join(f"S{at} ({missing[at - 1]['cost']})" for at in range(1, 16))
    more = f" and {sections - 15} more" if sections > 15 else ""
    assert answer.text.split("\n")[-2] == (
        f"Not shown (tokens): {named}{more}. Call read_node again to go on, or name a section."
    )


def test_a_text_is_shown_whole_as_soon_as_it_fits(vault: Vault) -> None:
    graph = SkillGraph.load(vault({"port.md": TEXT}))
    whole = Toolset(graph).read_node("port")
    for cap in range(whole.cost - 40, whole.cost + 3):
        answer = Toolset(graph, Budget(8_000, cap)).read_node("port")
        assert answer.cost <= cap
        assert (value(answer)["level"] == "node") == (cap >= whole.cost)
        paragraphs = [part for part in value(answer)["text"].split("\n\n") if part]
        assert set(paragraphs) <= set(TEXT.replace("\u200b", "").strip().split("\n\n"))
        if value(answer)["level"] == "section":
            assert 0 < len(paragraphs) < 11 and value(answer)["missing"]


def test_a_node_without_text_says_so(vault: Vault) -> None:
    tools = Toolset(SkillGraph.load(vault({"empty.md": "---\nrelated: a\n---\n", "a.md": "x"})))
    answer = tools.read_node("empty")
    assert answer.text.startswith("[[empty]] has no text; its summary may have links.\n")
    assert (answer.error, value(answer)["level"]) == (False, "pointer")


def test_embeds_are_shown_five_deep_under_their_names(vault: Vault) -> None:
    files = {f"n{at}.md": f"Text {at}.\n\n![[n{at + 1}]]" for at in range(8)}
    files["part.md"] = "![[port#Late]]\n\n![[port#^pay]]\n\n![[port#Nowhere]]"
    tools = Toolset(SkillGraph.load(vault({**files, "port.md": TEXT})))
    text = value(tools.read_node("n0"))["text"]
    assert [f"Text {at}." in text for at in range(8)] == [True] * 6 + [False] * 2
    assert "\n" + "> " * 5 + "embedded [[n5]]:\n" in text
    answer = tools.read_node("part")
    assert value(answer)["embedded"] == ("port",)
    assert value(answer)["text"].split("\n\n") == [
        "![[port#Late]]",
        "> embedded [[port#Late]]:\n> ### Late\n> \n> Twice as much.",
        "![[port#^pay]]",
        "> embedded [[port#^pay]]:\n> - Pay first ^pay",
        "![[port#Nowhere]]",
    ]
    assert [(item.node, item.level.value) for item in answer.disclosed] == [
        ("part", "node"),
        ("port", "section"),
    ]
    assert "[section 'Late': shown in call 2]" in tools.read_node("port").text


@pytest.mark.parametrize("is_known", [False, True])
def test_a_text_that_fits_not_at_all_gives_way_to_a_summary_once(
    vault: Vault, is_known: bool
) -> None:
    long = "---\ndescription: A long one\n---\n## Part\n\n" + "Sentence of one part here. " * 35
    graph = SkillGraph.load(vault({"long.md": long, "other.md": "Not long. " * 8}))
    cost = value(Toolset(graph).read_summary("long"))["nodes"][0]["cost"]
    tools = Toolset(graph, Budget(300, 300))
    if is_known:
        tools.read_summary("long")
    else:
        tools.read_node("other")
    answer = tools.read_node("long")
    before = answer.text.partition("\n")[0]
    ends = "does not fit." if is_known else "does not fit; its summary:"
    assert before == f"The text of [[long]] ({cost} tokens) {ends}"
    assert ("A long one" in answer.text) is not is_known


def test_where_even_the_names_of_missing_sections_do_not_fit_they_are_counted(
    vault: Vault,
) -> None:
    title = "A title of many words that costs nearly as much as its text does"
    text = "".join(f"## {title} {at}\n\nWord {at}.\n\n" for at in range(5))
    graph = SkillGraph.load(vault({"node.md": text}))
    counted = set()
    for cap in range(80, 250):
        answer = Toolset(graph, Budget(8_000, cap)).read_node("node")
        result = value(answer)
        if result.get("brief") and result["level"] == "section":
            left = sum(line["cost"] for line in result["missing"])
            several = len(result["missing"]) > 1
            told = f"{len(result['missing'])} sections ({left})" if several else str(left)
            assert f"\nNot shown (tokens): {told}. Call read_node again" in answer.text
            counted.add(len(result["missing"]))
    assert counted


@pytest.mark.parametrize(
    "line", ["(call 9: 1 tokens; 9 of 9 left)", "> embedded [[x]]:", "[section 'x': shown above]"]
)
def test_no_line_of_a_text_looks_like_one_of_the_answer(vault: Vault, line: str) -> None:
    answer = Toolset(SkillGraph.load(vault({"a.md": f"Text.\n\n{line}"}))).read_node("a")
    assert line not in answer.text.split("\n")
    assert "\\" in value(answer)["text"]


SENTENCES = "".join(f"Sentence {number} of a long paragraph is here. " for number in range(60))
BLOCKS = {
    "paragraph": f"{SENTENCES.strip()}\n\nThe next one.",
    "list": "\n".join(f"- item {number} with some words behind it" for number in range(60)),
    "table": "| a | b |\n|---|---|\n"
    + "\n".join(f"| {number} | words in a long row |" for number in range(60)),
    "code": "```python\n" + "\n".join(f"value_{n} = {n}\n" for n in range(90)) + "\n```\n\nEnd.",
    "quote": "\n".join(f"> Line {number} of a long quotation." for number in range(60)),
    "heading below": f"{SENTENCES.strip()}\n## Right below\n\nText.\n\n<!-- out -->\n\nMore.",
}


@pytest.mark.parametrize("block", BLOCKS)
def test_a_long_block_is_read_as_it_is_written(block: str, vault: Vault) -> None:
    body = f"# A\n\n{BLOCKS[block]}\n"
    tools = Toolset(SkillGraph.load(vault({"a.md": body, "b.md": "# B\n\n![[a]]\n"})), 20_000)
    written = body.replace("<!-- out -->\n\n", "").strip()
    assert f'<node id="a">\n{written}\n</node>' in tools.read_node("a").text
    again = Toolset(tools.graph, 20_000).read_node("b").text
    assert "\n".join(f"> {line}" for line in written.split("\n")) in again
