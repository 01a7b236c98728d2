"""Filters in a query: what passes, what is searched among it, and what is said if nothing does."""

from __future__ import annotations

import unicodedata

import pytest

from skillagent import SkillGraph, Toolset
from skillagent.index import Match, filters
from skillagent.index.filters import Filter, Filtered, GraphFacets
from tests.conftest import Vault

FILES: dict[str, str | bytes] = {
    "index.md": "---\ntype: moc\n---\n[[api/login]] to enter. [[api/limits]] on rates.",
    "api/login.md": "---\ntype: guide\ntags: [auth/oauth, web]\nstatus: stable\n---\nA token.",
    "api/limits.md": "---\ntype: reference\ntags: [web]\nstatus: deprecated\n---\nToken rates.",
    "team/On call.md": "---\ntype: Guide\ntags: [people]\n---\nWho holds the token tonight.",
    "plain.md": "A token of thanks.",
}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("login timeout", Filtered("login timeout", ())),
        ("type:guide login", Filtered("login", (Filter("type", ("guide",)),))),
        ("login TYPE:Guide now", Filtered("login now", (Filter("type", ("guide",)),))),
        ("kind:map", Filtered("", (Filter("type", ("map",)),))),
        ("tags:a,b", Filtered("", (Filter("tag", ("a", "b")),))),
        ('tag:"two words",b x', Filtered("x", (Filter("tag", ("two words", "b")),))),
        ("-status:stale x", Filtered("x", (Filter("status", ("stale",), True),))),
        ("color:red", Filtered("color:red", ())),
        ("type: guide", Filtered("type: guide", ())),
        ("std::path:x", Filtered("std::path:x", ())),
        ("what is status:?", Filtered("what is status:?", ())),
    ],
)
def test_a_query_is_split_into_filters_and_words(query: str, expected: Filtered) -> None:
    assert filters.parse(query) == expected


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("type:guide", ["api/login", "team/On call"]),
        ("type:moc", ["index"]),
        ("type:map", ["index"]),
        ("type:node", ["api/login", "plain", "team/On call", "api/limits"]),
        ("tag:auth", ["api/login"]),
        ("tag:#auth/oauth", ["api/login"]),
        ("tag:oauth", []),
        ("tag:people,auth", ["api/login", "team/On call"]),
        ("tag:web tag:auth", ["api/login"]),
        ("tag:web -tag:auth", ["api/limits"]),
        ("status:stable", ["api/login"]),
        ("status:deprecated", ["api/limits"]),
        ("status:current type:node", ["api/login", "plain", "team/On call"]),
        ("path:api", ["api/login", "api/limits"]),
        ("path:/api/", ["api/login", "api/limits"]),
        ("path:ap", []),
        ("path:limits", ["api/limits"]),
        ("path:api/*.md", ["api/login", "api/limits"]),
        ('path:"team/on call"', ["team/On call"]),
    ],
)
def test_a_query_of_filters_lists_what_passes_outdated_nodes_last(
    vault: Vault, query: str, ids: list[str]
) -> None:
    tools = Toolset(SkillGraph.load(vault(FILES)))
    result = tools.list_index(query=query).result.to_json()
    assert [line["id"] for line in result["lines"]] == ids
    assert result["match"] == (Match.GOOD if ids else Match.NONE)


def test_words_are_ranked_among_what_passes(vault: Vault) -> None:
    tools = Toolset(SkillGraph.load(vault(FILES)))
    answer = tools.list_index(query="token type:guide")
    lines = answer.result.to_json()["lines"]
    assert {line["id"] for line in lines} == {"api/login", "team/On call"}
    assert answer.text.startswith("2 matches among 2 nodes with type:guide, best first\n")


def test_a_filter_and_a_map_hold_together(vault: Vault) -> None:
    tools = Toolset(SkillGraph.load(vault(FILES)))
    lines = tools.list_index(map="index", query="token tag:web").result.to_json()["lines"]
    assert {line["id"] for line in lines} == {"api/login", "api/limits"}
    assert tools.list_index(map="index", query="tag:people").text.startswith(
        "No node of this map has tag:people.\n"
    )


def test_a_filter_that_nothing_passes_names_what_can_be_asked(vault: Vault) -> None:
    tools = Toolset(SkillGraph.load(vault(FILES)))
    text = tools.list_index(query="type:howto status:open").text
    assert text.split("\n")[:2] == [
        "No node has type:howto status:open.",
        "In use: type: node, guide, map, moc, reference; status: current, deprecated, stable",
    ]


def test_filtered_lists_have_pages(vault: Vault) -> None:
    files = {f"n{number:02}.md": f"---\ntags: [x]\n---\nWord {number}." for number in range(20)}
    tools = Toolset(SkillGraph.load(vault(files)))
    for query in ("tag:x", "tag:x word"):
        seen: list[str] = []
        cursor = None
        while True:
            result = tools.list_index(query=query, cursor=cursor).result.to_json()
            seen += [line["id"] for line in result["lines"]]
            cursor = result["cursor"]
            if cursor is None:
                break
        assert sorted(seen) == sorted(path.removesuffix(".md") for path in files)


def test_a_filter_of_one_root(vault: Vault) -> None:
    folder = vault({"one/a.md": "Text.", "two/a.md": "Text."})
    graph = SkillGraph.load(folder / "one", folder / "two")
    assert filters.passing(GraphFacets(graph), filters.parse("path:one::a").filters) == {"one::a"}
    assert filters.passing(GraphFacets(graph), filters.parse("path:a").filters) == {
        "one::a",
        "two::a",
    }


@pytest.mark.parametrize(
    "question",
    ["what does docker tag:latest mean", "a status:404 token", "mypy type:ignore token"],
)
def test_what_only_looks_like_a_filter_is_searched_as_words(vault: Vault, question: str) -> None:
    files = {**FILES, "docker.md": "The docker tag latest, status 404, mypy type ignore: a token."}
    tools = Toolset(SkillGraph.load(vault(files)))
    answer = tools.list_index(query=question)
    assert answer.result.to_json()["lines"][0]["id"] == "docker"
    assert ". No node has " in answer.text.split("\n")[0]


def test_an_unknown_value_does_not_hide_what_the_words_find(vault: Vault) -> None:
    tools = Toolset(SkillGraph.load(vault(FILES)))
    answer = tools.list_index(query="rates tag:zzz")
    assert "api/limits" in [line["id"] for line in answer.result.to_json()["lines"]]
    assert "No node has tag:zzz (in use: tag: web, auth/oauth, people)" in answer.text


@pytest.mark.parametrize(
    "query", ["status:in-progress", 'status:"in progress"', "status:In_Progress"]
)
def test_a_status_of_several_words_has_one_form(vault: Vault, query: str) -> None:
    folder = vault({"a.md": "---\nstatus: In progress\n---\nText.", "b.md": "Text."})
    tools = Toolset(SkillGraph.load(folder))
    assert [line["id"] for line in tools.list_index(query=query).result.to_json()["lines"]] == ["a"]


def test_filters_are_compared_in_one_unicode_form(vault: Vault) -> None:
    folder = vault({"ünï/a.md": "---\ntags: [café]\n---\nText.", "b.md": "Text."})
    graph = SkillGraph.load(folder)
    for query in ("tag:café", "path:ünï"):
        form = unicodedata.normalize("NFD", query)
        assert filters.passing(GraphFacets(graph), filters.parse(form).filters) == {"ünï/a"}


def test_what_is_outdated_is_never_current(vault: Vault) -> None:
    files = {"a.md": "Text.", "b.md": "---\nstatus: current\nsuperseded_by: '[[a]]'\n---\nText."}
    graph = SkillGraph.load(vault(files))
    assert filters.passing(GraphFacets(graph), filters.parse("status:current").filters) == {"a"}
