"""A frozen graph shows only what is as it was locked, and nothing of the rest at any level."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skillagent import SkillGraph, Toolset, UsageError
from skillagent.cli.main import main
from skillagent.disclosure.results import Refusal
from skillagent.lock import FILE, FrozenView, GraphLock, lock_of, view_of
from skillagent.store import MemoryView
from tests.conftest import SHIPPED, Vault
from tests.test_store import walk
from tests.toy_store import toy

SECRET = "xylophone"
FILES = {
    "index.md": "# Index\n\n## First\n\n- [[a]] - begin\n- [[b]] - then\n- [[maps/m]] - more\n",
    "a.md": "---\ndescription: About a\ntags: [t]\n---\n# A\n\nSee [[b]]. ![[b#Part]]\n\n![[b]]\n",
    "b.md": "---\ndescription: About b\naliases: [bee]\nstatus: current\n---\n# Bees\n\n## Part\n\n"
    "Honey from [[c]], which [[a]] explains.\n",
    "c.md": "# C\n\nWax, see [[b|the bees]].\n",
    "d.md": "---\nsuperseded_by: '[[b]]'\n---\nOld.\n",
    "maps/m.md": "---\ntype: map\n---\n# M\n\n- [[c]] - wax\n- [[d]] - old\n- [[b]] - bees\n",
}
DRIFTED = f"""---
title: {SECRET} title
description: {SECRET} description
aliases: [{SECRET} alias, wax, a]
tags: [{SECRET}-tag]
topics: [{SECRET} topic]
type: map
kind: {SECRET}-kind
status: {SECRET}-status
superseded_by: "[[a]]"
entry: true
{SECRET}_field: {SECRET} value
depends_on: a
link_fields: [description]
---
# {SECRET} heading

{SECRET} words beside [[a]] and beside [[c]]; honey and wax. ^block

- [[a]] - {SECRET}
- [[c]] - {SECRET}
- [[maps/m]] - {SECRET}
- [[index]] - {SECRET}

## Part

{SECRET} part. ![[a]]
"""


def frozen_tools(folder: Path, lock: GraphLock, budget: int = 40_000) -> Toolset:
    return Toolset(SkillGraph.load(folder), budget, lock=lock)


def everything(tools: Toolset) -> Iterator[str]:
    """The text and the values of calls that reach for a drifted node from every side."""
    yield tools.instructions()
    queries = [SECRET, "honey wax", f"tag:{SECRET}-tag", f"status:{SECRET}-status wax", "type:map"]
    queries += [f"{SECRET}_field:value", "kind:nothing", "status:nothing", "bees"]
    names = ["a", "b", "c", "d", "maps/m", "index", "new", "bee", "Bees"]
    names += [f"{SECRET} title", f"{SECRET} alias", f"{SECRET} heading", "wax", "b#Part", "new.md"]
    answers = [tools.list_index(), tools.list_index(map="unmapped")]
    answers += [tools.list_index(query=query) for query in queries]
    answers += [tools.list_index(map=name, query="wax") for name in names]
    answers += [tools.list_index(map=name) for name in names]
    answers += [tools.read_summary(name, "honey") for name in names]
    answers += [tools.read_summary([name, "c"], depth=depth) for name in names for depth in (2, 3)]
    answers += [tools.read_node(name, again=True) for name in names]
    answers += [tools.read_node("b", "Part"), tools.read_node("b", "^block")]
    for answer in answers:
        yield answer.text
        yield json.dumps(answer.to_json())
    yield json.dumps(tools.ledger.to_json())


DRIFTS = {"a changed node": "b.md", "an added node": "new.md", "an added map": "maps/new.md"}


@pytest.mark.parametrize("file", DRIFTS.values(), ids=DRIFTS)
def test_nothing_of_a_drifted_node_is_shown_at_any_level(vault: Vault, file: str) -> None:
    folder = vault(FILES)
    lock = lock_of(SkillGraph.load(folder))
    vault({file: DRIFTED})
    asked = ("query", "arguments", "There is no node", "No node", "has_no")
    unfrozen = "".join(everything(Toolset(SkillGraph.load(folder), 40_000)))
    assert f"{SECRET} description" in unfrozen
    for text in everything(frozen_tools(folder, lock)):
        # Words of a call are said again in its answer; nothing else may have the word.
        shown = text.replace(f"{SECRET}-", "").replace(f"{SECRET}_field", "")
        for words in (" description", " value", " words", " part", " topic"):
            assert f"{SECRET}{words}" not in shown
        assert SECRET not in text or any(part in text for part in asked)


@pytest.mark.slow
@pytest.mark.parametrize("file", DRIFTS.values(), ids=DRIFTS)
@given(content=st.text(max_size=60), links=st.lists(st.sampled_from(["a", "c", "b", "index"])))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_drifted_node_contains_changes_no_byte_of_any_answer(
    tmp_path_factory: pytest.TempPathFactory, file: str, content: str, links: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("graph")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    lock = lock_of(SkillGraph.load(folder))
    (folder / file).write_text(DRIFTED)
    first = list(everything(frozen_tools(folder, lock)))
    linked = " ".join(f"[[{name}]]" for name in links)
    (folder / file).write_bytes(f"# {content} honey\n{linked} bees wax".encode())
    assert list(everything(frozen_tools(folder, lock))) == first


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_without_drift_a_lock_changes_no_byte(folder: Path) -> None:
    graph = SkillGraph.load(folder)
    names = list(graph.nodes)
    expected = walk(Toolset(graph), names, 25)
    assert walk(Toolset(graph, lock=lock_of(graph)), names, 25) == expected
    # Tokens of a text are counted once, whether it is shown through a lock or not.
    frozen, plain = Toolset(graph, lock=lock_of(graph)).graph, Toolset(graph).graph
    assert frozen.cost(names[0], "test", lambda: 7) == plain.cost(names[0], "test", lambda: 8) == 7


def test_files_that_were_added_change_no_answer(vault: Vault) -> None:
    folder = vault(FILES)
    graph = SkillGraph.load(folder)
    lock = lock_of(graph)
    names = [*graph.nodes, "bee", "honey"]
    expected = walk(Toolset(graph, 200_000), names, 60)
    vault(
        {
            "maps/c.md": DRIFTED,  # would take over [[c]] in maps/m
            "README.md": DRIFTED,
            "honey.md": DRIFTED,
            "bee.md": DRIFTED,
            "x.png": "x",
        }
    )
    for before, now in zip(
        expected, walk(frozen_tools(folder, lock, 200_000), names, 60), strict=True
    ):
        if "There is no node 'honey'" in before:
            assert "'honey' was added after this graph was locked" in now
        else:
            # The closing line differs by what those answers have cost.
            assert now.rpartition("\n")[0] == before.rpartition("\n")[0]


def test_a_link_leads_where_it_led_when_it_was_locked(vault: Vault) -> None:
    folder = vault({"index.md": "[[x]] [[y]]", "one/x.md": "X.", "one/y.md": "Y."})
    lock = lock_of(SkillGraph.load(folder))
    vault({"x.md": "New.", "y.md": "New."})
    (folder / "one" / "y.md").unlink()
    view = view_of(SkillGraph.load(folder), lock)
    assert [link.target for link in view.links_from("index")] == ["one/x", None]
    assert list(view.ids) == ["index", "one/x"]


# --- what a model is told


@pytest.mark.parametrize("name", ["b", "[[b]]", "b.md", "b#Part", "B", "[[b|bees]]"])
def test_a_call_that_names_a_changed_node_is_refused_so_that_the_model_can_go_on(
    vault: Vault, name: str
) -> None:
    folder = vault(FILES)
    lock = lock_of(SkillGraph.load(folder))
    vault({"b.md": DRIFTED})
    tools = frozen_tools(folder, lock)
    for answer in (tools.read_node(name), tools.read_summary(name), tools.list_index(map=name)):
        assert answer.error
        assert isinstance(answer.result, Refusal)
        assert answer.result.code == "frozen"
        assert answer.result.candidates == ("a", "c", "d", "index", "maps/m")
        assert answer.text.partition("\n")[0] == (
            f"{name!r} has changed since this graph was locked, so nothing of it can be shown; "
            "go on without it, perhaps with [[a]], [[c]], [[d]], [[index]], [[maps/m]]."
        )
    both = tools.read_summary([name, "c"])
    assert not both.error
    assert "has changed since this graph was locked" in both.text
    assert not tools.read_node("c").error


def test_added_and_removed_nodes_are_told_apart(vault: Vault) -> None:
    folder = vault(FILES)
    lock = lock_of(SkillGraph.load(folder))
    vault({"new.md": DRIFTED})
    (folder / "c.md").unlink()
    tools = frozen_tools(folder, lock)
    assert "'new' was added after this graph was locked" in tools.read_node("new").text
    assert "'c' was removed after this graph was locked" in tools.read_node("c").text
    assert "There is no node 'none'" in tools.read_node("none").text


def test_a_session_is_resumed_frozen(vault: Vault) -> None:
    folder = vault(FILES)
    lock = lock_of(SkillGraph.load(folder))
    state = frozen_tools(folder, lock).state()
    vault({"b.md": DRIFTED})
    tools = Toolset.resume(SkillGraph.load(folder), state, lock=lock)
    assert tools.read_node("b").result.kind == "error"
    again = Toolset.resume(tools.graph, tools.state(), lock=lock)
    assert again.graph is tools.graph


def test_a_lock_of_other_roots_or_another_dialect_is_refused(vault: Vault) -> None:
    folder = vault({"one/a.md": "A.", "two/b.md": "B."})
    both = SkillGraph.load(folder / "one", folder / "two")
    with pytest.raises(UsageError, match="was locked as obsidian: name the same roots"):
        Toolset(both, lock=lock_of(SkillGraph.load(folder / "one")))
    with pytest.raises(UsageError, match="only a graph that is loaded into memory"):
        Toolset(toy(both), lock=lock_of(both))


def test_sessions_with_one_lock_share_one_view(vault: Vault) -> None:
    graph = SkillGraph.load(vault(FILES))
    lock = lock_of(graph)
    assert Toolset(graph, lock=lock).graph is Toolset(graph, lock=lock).graph
    view = FrozenView(MemoryView(graph), lock)
    assert view.graph is graph
    assert (dict(view.refused), view.remark) == ({}, "")


# --- the commands


def test_commands_read_a_frozen_graph(
    vault: Vault, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = vault(FILES)
    assert main(["lock", str(folder)]) == 0
    vault({"b.md": DRIFTED, "new.md": DRIFTED})
    (folder / "d.md").unlink()
    commands = [
        ["list", str(folder), "-q", "honey", "--frozen"],
        ["summary", str(folder), "a", "c", "--frozen"],
        ["read", str(folder), "c", "--frozen"],
        ["read", str(folder), "c", "--lock", str(folder / FILE)],
        ["chat", str(folder), "-p", "what is honey?", "--frozen", "--no-history"],
    ]
    for command in commands:
        capsys.readouterr()
        assert main(command) == 0
        printed = capsys.readouterr()
        assert SECRET not in printed.out + printed.err
        assert printed.err.startswith(
            "frozen: not shown, for they differ from the lock: 1 added, 1 changed, 1 removed; "
            "`skillagent lock --check` names what differs\n"
        )
    assert main(["read", str(folder), "b", "--frozen"]) == 1
    assert "has changed since this graph was locked" in capsys.readouterr().out
    assert main(["read", str(folder), "b"]) == 0
    assert SECRET in capsys.readouterr().out


def test_a_conversation_goes_on_frozen(vault: Vault, capsys: pytest.CaptureFixture[str]) -> None:
    folder = vault(FILES)
    assert main(["lock", str(folder)]) == 0
    assert main(["chat", str(folder), "-p", "what is honey?", "--frozen"]) == 0
    vault({"b.md": DRIFTED})
    capsys.readouterr()
    assert main(["chat", str(folder), "-p", "what is wax?", "--frozen", "--continue"]) == 0
    assert SECRET not in (printed := capsys.readouterr()).out + printed.err


@pytest.mark.parametrize(
    "command",
    [
        ["list"],
        ["summary", "a"],
        ["read", "a"],
        ["call"],
        ["chat", "-p", "what?"],
        ["serve"],
    ],
    ids=lambda command: command[0],
)
def test_without_a_lock_frozen_is_a_one_line_error(
    vault: Vault, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    folder = vault(FILES)
    name, *rest = command
    assert main([name, str(folder), *rest, "--frozen"]) == 2
    error = capsys.readouterr().err
    assert error == (
        f"skillagent: {folder / FILE}: there is no lock; write one with `skillagent lock GRAPH`\n"
    )
