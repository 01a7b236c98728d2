"""Pages of `list_index`: what their lines say, in which order, and where they end."""

from __future__ import annotations

from typing import Any

import pytest

from skillagent import Answer, Budget, SkillGraph, Toolset
from tests.conftest import Vault


def said(answer: Answer) -> list[str]:
    """The lines of an answer without its closing line."""
    return answer.text.split("\n")[:-1]


def value(answer: Answer) -> dict[str, Any]:
    result: dict[str, Any] = answer.result.to_json()
    return result


def numbered(count: int) -> dict[str, str | bytes]:
    return {f"n{at:02}.md": f"Node {at} is here." for at in range(count)}


def test_a_map_lists_each_node_once_at_its_first_link_under_its_heading(vault: Vault) -> None:
    files: dict[str, str | bytes] = {
        "map.md": (
            "---\ntype: map\nrelated: n03\n---\n# Map\n\n[[map]] itself, [[n00]] first.\n\n"
            "## Low\n\n- [[n01]]: when low\n- [[n00]] again\n- [[gone]]\n\n"
            "## High\n\n- [[n02|Second]] - when high\n- [[n01]]\n"
        ),
        **numbered(4),
    }
    answer = Toolset(SkillGraph.load(vault(files))).list_index("map")
    assert said(answer) == [
        "# [[map]]: 3 nodes. map itself, n00 first.",
        "- [[n00]] (6 tokens) map itself, n00 first.",
        "## Low",
        "- [[n01]] (6 tokens) when low",
        "## High",
        "- [[n02]] (6 tokens) when high",
    ]
    assert (value(answer)["total"], value(answer)["cursor"]) == (3, None)


@pytest.mark.parametrize(
    ("arguments", "size"), [({"map": "map"}, 10), ({"map": "unmapped"}, 10), ({"query": "here"}, 8)]
)
@pytest.mark.parametrize("more", [0, 1])
def test_a_full_page_has_a_cursor_only_if_more_follows(
    vault: Vault, arguments: dict[str, str], size: int, more: int
) -> None:
    files = numbered(size + more)
    links = "".join(f"- [[{path[:-3]}]]\n" for path in files) if "map" in arguments.values() else ""
    files |= {"map.md": f"---\ntype: map\n---\n# Map\n\n{links}"}
    tools = Toolset(SkillGraph.load(vault(files)), 32_000)
    first = tools.list_index(**arguments)
    assert len(value(first)["lines"]) == size
    assert value(first)["total"] == size + more
    assert value(first)["cursor"] == (str(size) if more else None)
    assert ("more: list_index(" in first.text) == bool(more)
    following = tools.list_index(**arguments, cursor=str(size))
    if more:
        assert len(value(following)["lines"]) == 1
        assert value(following)["cursor"] is None
    else:
        assert following.error
        assert f"cursor '{size}' is past the end" in following.text


def test_a_page_cut_short_goes_on_where_it_ended(vault: Vault) -> None:
    files = numbered(10)
    files["map.md"] = "---\ntype: map\n---\n" + "".join(f"- [[{path[:-3]}]]\n" for path in files)
    tools = Toolset(SkillGraph.load(vault(files)), Budget(8_000, 100))
    seen: list[str] = []
    cursor: str | None = None
    pages = 0
    while pages == 0 or cursor:
        answer = tools.list_index("map", cursor=cursor)
        assert answer.cost <= 100
        seen += [line["id"] for line in value(answer)["lines"]]
        cursor = value(answer)["cursor"]
        assert cursor in (None, str(len(seen)))
        pages += 1
    assert seen == [f"n{at:02}" for at in range(10)]
    assert pages > 2


@pytest.mark.parametrize(
    ("cursor", "says"),
    [
        (None, ""),
        ("", ""),
        (" 0 ", ""),
        ("000000000", ""),
        ("1", "cursor '1' is past the end; there are 1 lines"),
        ("999999999", "is past the end"),
        ("0000000000", "is not valid"),
        ("٣", "is not valid"),
        ("x" * 50, f"cursor '{'x' * 40}' is not valid; leave it out, or use one from an answer"),
    ],
)
def test_a_cursor_is_an_offset_from_an_answer(vault: Vault, cursor: str | None, says: str) -> None:
    files: dict[str, str | bytes] = {"map.md": "---\ntype: map\n---\n[[n00]]\n", **numbered(1)}
    answer = Toolset(SkillGraph.load(vault(files))).list_index("map", cursor=cursor)
    assert answer.error == bool(says)
    assert says in answer.text


def test_the_entry_of_several_roots_lists_them_with_other_maps_and_what_is_linked_most(
    vault: Vault,
) -> None:
    topic = "---\ntype: map\n---\n- [[a]] x\n- [[b]] y\n"
    folder = vault(
        {
            "one/index.md": "# One\n\nThe first.",
            "one/topic.md": topic,
            "one/a.md": "Of a, see [[b]].",
            "one/b.md": "Of b.",
            "two/index.md": "# Two\n\nThe second.",
        }
    )
    graph = SkillGraph.load(folder / "one", folder / "two")
    lines = value(Toolset(graph).list_index())["lines"]
    assert [(line["heading"], line["id"], line["description"]) for line in lines] == [
        ("Roots", "one::index", "The first."),
        ("Roots", "two::index", "The second."),
        ("Other maps", "one::topic", ""),
        ("Most linked", "one::b", "Of b."),
        ("Most linked", "one::a", "Of a, see b."),
    ]


def test_a_hit_says_what_its_node_is_about_and_where_each_word_was_found(vault: Vault) -> None:
    files: dict[str, str | bytes] = {
        "toll.md": "Due in the harbour.",
        "other.md": "---\ndescription: Nothing\n---\nText.",
    }
    answer = Toolset(SkillGraph.load(vault(files))).list_index(query="toll harbour")
    assert said(answer) == [
        "1 match, best first",
        "- [[toll]] (5 tokens, 100%) Due in the harbour. | matches title (toll), text (harbour)",
    ]


def test_a_search_without_a_hit_has_no_lines_and_no_page(vault: Vault) -> None:
    tools = Toolset(SkillGraph.load(vault({"a.md": "---\ntags: [x]\n---\nText."})))
    for query in ("zebra", "tag:none", "nofield:x"):
        result = value(tools.list_index(query=query))
        assert (result["lines"], result["total"], result["cursor"]) == ((), 0, None)
        assert result["footnote"]
    assert said(tools.list_index(query="tag:y"))[1:] == ["In use: tag: x"]
    bare = Toolset(SkillGraph.load(vault({"a.md": "Text."})))
    assert said(bare.list_index(query="tag:y")) == [
        "No node has tag:y.",
        "Try other words, or list_index() for the entry map.",
    ]


def test_a_tag_in_a_name_or_a_query_is_written_as_none(vault: Vault) -> None:
    files: dict[str, str | bytes] = {f"＜node {at}.md": "Of ships." for at in range(9)}
    text = Toolset(SkillGraph.load(vault(files)), 32_000).list_index(query="ships ＜node").text
    assert "- [[＜&#110;ode 0]] (" in text
    assert text.split("\n")[-2] == '1 more: list_index(query="ships ＜\\u006eode", cursor="8")'


@pytest.mark.parametrize(("length", "is_repeated"), [(40, True), (41, False)])
def test_a_long_argument_is_not_repeated_in_the_call_for_the_next_page(
    vault: Vault, length: int, is_repeated: bool
) -> None:
    query = "here".ljust(length, "?")
    answer = Toolset(SkillGraph.load(vault(numbered(9))), 32_000).list_index(query=query)
    written = f'"{query}"' if is_repeated else "<the same>"
    assert said(answer)[-1] == f'1 more: list_index(query={written}, cursor="8")'


def test_a_control_character_of_a_query_is_escaped_in_the_next_call(vault: Vault) -> None:
    answer = Toolset(SkillGraph.load(vault(numbered(9))), 32_000).list_index(query="here \x7f→")
    assert said(answer)[-1] == '1 more: list_index(query="here \\u007f\\u2192", cursor="8")'
