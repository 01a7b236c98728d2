"""Frontmatter can mark a node as outdated: how that is ranked, resolved and shown."""

from __future__ import annotations

from datetime import date

import pytest

from skillagent import Options, SearchIndex, SkillGraph, Toolset
from skillagent.graph import Outdated
from tests.conftest import Vault

TODAY = Options(today=date(2026, 6, 15))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("status: deprecated", Outdated("deprecated")),
        ("Status: Deprecated", Outdated("deprecated")),
        ("status: '[deprecated] since 2.0'", Outdated("deprecated")),
        ("lifecycle: retired", Outdated("retired")),
        ("status: active", None),
        ("status: draft | active | deprecated", None),
        ("status: not deprecated", None),
        ("deprecated: true", Outdated("deprecated")),
        ("deprecated: since 2.0", Outdated("deprecated")),
        ("deprecated: false", None),
        ("archived: no", None),
        ("superseded_by: '[[new]]'", Outdated("superseded", ("new",))),
        ("superseded-by: '[[new]]'", Outdated("superseded", ("new",))),
        ("supersededBy: '[[new]]'", Outdated("superseded", ("new",))),
        ("superseded_by: '[[gone]]'", Outdated("superseded")),
        ("superseded_by:", None),
        ("status: superseded by [[new]]", Outdated("superseded", ("new",))),
        ("status: Superseded by [New](new.md).", Outdated("superseded", ("new",))),
        ("status: superseded by new", Outdated("superseded", ("new",))),
        ("status: superseded by [[gone]]", Outdated("superseded")),
        ("status: superseded by [[old]]", Outdated("superseded")),
        ("superseded_by: []", None),
        ("superseded_by: TBD", None),
        ("superseded_by: none yet", None),
        ("deprecated: not yet", None),
        ("deprecated: []", None),
        ("deprecated: 2099-01-01", None),
        ("deprecated: 2026-01-01", Outdated("deprecated")),
        ("archived: off", None),
        ("status: published\nlifecycle: deprecated", Outdated("deprecated")),
        ("status: in progress", None),
        ("valid_until: 2020", Outdated("expired")),
        ("valid_until: 2026-06", None),
        ("valid_until: 2026-05", Outdated("expired")),
        ("valid_until: 2026/06/14", Outdated("expired")),
        ("valid_until: 2026.06.14", Outdated("expired")),
        ("valid_until: 14.06.2026", Outdated("expired")),
        ("valid_until: 14 Jun 2026", Outdated("expired")),
        ("valid_until: June 14, 2026", Outdated("expired")),
        ("valid_until: 2026-06-14 10:00", Outdated("expired")),
        ("valid_until: 01/02/2020", None),
        ("stale_after: 2026-06-14", Outdated("stale")),
        ("stale_after: 2026-06-15", None),
        ("valid_until: 2026-06-14T12:00:00Z", Outdated("expired")),
        ("expires: next summer", None),
        ("status: active\nvalid_until: 2020-01-01", Outdated("expired")),
        ("status: deprecated\nvalid_until: 2020-01-01", Outdated("deprecated")),
    ],
)
def test_a_header_says_that_its_node_is_outdated(
    vault: Vault, header: str, expected: Outdated | None
) -> None:
    folder = vault({"old.md": f"---\n{header}\n---\nText.", "new.md": "Text."})
    graph = SkillGraph.load(folder, options=TODAY)
    assert graph.outdated == ({"old": expected} if expected else {})


@pytest.mark.parametrize(
    ("header", "replaces"),
    [
        ("supersedes: '[[old]]'", True),
        ("replaces: '[[old]]'", True),
        ("status: accepted\nsupersedes: '[[old]]'", True),
        ("status: proposed\nsupersedes: '[[old]]'", False),
        ("status: draft\nsupersedes: '[[old]]'", False),
        ("related: '[[old]]'", False),
    ],
)
def test_a_node_can_name_what_it_replaces(vault: Vault, header: str, replaces: bool) -> None:
    folder = vault({"old.md": "Text.", "new.md": f"---\n{header}\n---\nText."})
    expected = {"old": Outdated("superseded", ("new",))} if replaces else {}
    assert SkillGraph.load(folder).outdated == expected


def test_the_day_is_the_systems_unless_one_is_given(vault: Vault) -> None:
    folder = vault({"a.md": "---\nvalid_until: 2000-01-01\n---\nText."})
    assert SkillGraph.load(folder).outdated == {"a": Outdated("expired")}
    past = SkillGraph.load(folder, options=Options(today=date(1999, 12, 31)))
    assert past.outdated == {}


TEXT = "Log in with a token, then call the session."
TWINS = {
    "a-old.md": f"---\ntitle: Log in\nstatus: deprecated\n---\n{TEXT} A session token.",
    "b-new.md": f"---\ntitle: Log in\nsupersedes: '[[a-old]]'\n---\n{TEXT}",
    "c-other.md": "A session is a stretch of time.",
}


def test_an_outdated_node_is_listed_behind_its_successor_with_one_word(vault: Vault) -> None:
    tools = Toolset(SkillGraph.load(vault(TWINS)))
    lines = tools.list_index(query="log in with a session token").result.to_json()["lines"]
    assert [(line["id"], line["status"]) for line in lines[:2]] == [
        ("b-new", ""),
        ("a-old", "deprecated"),
    ]


def test_without_its_header_the_old_one_would_come_first(vault: Vault) -> None:
    files = {**TWINS, "a-old.md": TWINS["a-old.md"].replace("status: deprecated\n", "")}
    files["b-new.md"] = files["b-new.md"].replace("supersedes: '[[a-old]]'\n", "")
    hits, _ = SearchIndex.of(SkillGraph.load(vault(files))).search("log in with a session token")
    assert hits[0].node == "a-old"


def test_an_outdated_node_falls_below_others_that_answer_as_well(vault: Vault) -> None:
    folder = vault(
        {
            "a.md": "---\nstatus: obsolete\n---\nRotate the signing key each month.",
            "b.md": "Rotate the signing key each month.",
        }
    )
    hits, _ = SearchIndex.of(SkillGraph.load(folder)).search("rotate signing key")
    assert [hit.node for hit in hits] == ["b", "a"]


def test_who_asks_for_outdated_nodes_gets_them_in_their_order(vault: Vault) -> None:
    index = SearchIndex.of(SkillGraph.load(vault(TWINS)))
    hits, _ = index.search("deprecated way to log in with a session token")
    assert hits[0].node == "a-old"


def test_a_summary_names_the_successor_and_its_links_say_what_is_outdated(vault: Vault) -> None:
    files = {**TWINS, "d.md": "Log in as [[a-old]] says, in the old way."}
    graph = SkillGraph.load(vault(files))
    tools = Toolset(graph)
    lines = tools.read_summary("a-old").text.split("\n")
    assert lines[0].startswith("# [[a-old]] Log in (deprecated, ")
    cost = graph.nodes["b-new"].cost(tools.counter)
    assert lines[1] == f"replaced by [[b-new]] ({cost} tokens)"
    assert "- [[a-old]] (deprecated, " in tools.read_summary("d").text


def test_the_text_of_an_outdated_node_says_so_with_its_successor(vault: Vault) -> None:
    tools = Toolset(SkillGraph.load(vault(TWINS)))
    first = tools.read_node("a-old").text.split("\n")[0]
    assert first == '<node id="a-old" status="deprecated" replaced-by="b-new">'
    assert tools.read_node("b-new").text.startswith('<node id="b-new">\n')


def test_an_outdated_map_says_so_above_its_lines(vault: Vault) -> None:
    files = {
        **TWINS,
        "old-map.md": "---\ntype: moc\nsuperseded_by: '[[map]]'\n---\n- [[b-new]] on tokens",
        "map.md": "---\ntype: moc\n---\n- [[b-new]] on tokens",
    }
    first = Toolset(SkillGraph.load(vault(files))).list_index(map="old-map").text.split("\n")[0]
    assert first.startswith("# [[old-map]] (superseded, replaced by [[map]]): 1 node.")
