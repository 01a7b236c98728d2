"""Every store of a graph gives the same bytes, and tokens are counted once for all sessions."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from skillagent import SkillGraph, Toolset
from skillagent.indexing import open_graph
from skillagent.indexing.published import open_published, publish_graph
from skillagent.store import GraphView, MemoryStore, MemoryView
from skillagent.store.postgres.address import Address
from skillagent.store.postgres.database import Database
from skillagent.tokens import TokenCounter, default_counter
from tests.conftest import SHIPPED, Vault
from tests.postgres import Server
from tests.toy_store import toy


def stored(graph: SkillGraph) -> GraphView:
    """A graph as an index in a file keeps it."""
    folder = Path(tempfile.mkdtemp())
    return open_graph(graph.roots, folder=folder).view


STORES: dict[str, Callable[[SkillGraph], GraphView]] = {
    "memory": MemoryView,
    "plain values": toy,
    "SQLite": stored,
}
"""A store in PostgreSQL is another one; it needs a server."""


@pytest.fixture(params=[*STORES, pytest.param("PostgreSQL", marks=pytest.mark.process)])
def store(request: pytest.FixtureRequest) -> Iterator[Callable[[SkillGraph], GraphView]]:
    """A way to keep a graph."""
    if request.param in STORES:
        yield STORES[request.param]
        return
    server: Server = request.getfixturevalue("postgres")
    address = Address.parse(server.new_database())

    def published(graph: SkillGraph) -> GraphView:
        publish_graph(graph, address, namespace="graph")
        return open_published(database, "graph").view

    with closing(Database(address)) as database:
        yield published


class Counting:
    """A counter that remembers how many characters it has counted."""

    def __init__(self, counter: TokenCounter) -> None:
        self.name = counter.name
        self.characters = 0
        self._counter = counter

    def count(self, text: str) -> int:
        self.characters += len(text)
        return self._counter.count(text)


def walk(tools: Toolset, names: list[str], calls: int) -> list[str]:
    """The answers to pseudo-random calls, the same for the same names."""
    dice = random.Random(5)
    texts = [tools.instructions()]
    for _ in range(calls):
        name, other, query = (dice.choice(names) for _ in range(3))
        operation = dice.randrange(7)
        if operation == 0:
            answer = tools.list_index()
        elif operation == 1:
            answer = tools.list_index(query=query)
        elif operation == 2:
            answer = tools.list_index(map=name, query=dice.choice([None, query]))
        elif operation == 3:
            answer = tools.read_summary([name, other, "no such node"], query)
        elif operation == 4:
            answer = tools.read_summary([name], depth=2)
        elif operation == 5:
            answer = tools.read_node(name, again=dice.choice([None, True]))
        else:
            answer = tools.list_index(query="type:map " + query)
        texts.append(answer.text)
    return texts


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
@pytest.mark.parametrize("budget", [900, 20_000])
def test_every_store_gives_the_bytes_of_the_loaded_graph(
    folder: Path, budget: int, store: Callable[[SkillGraph], GraphView]
) -> None:
    graph = SkillGraph.load(folder)
    names = list(graph.nodes)
    expected = walk(Toolset(graph, budget), names, 25)
    assert walk(Toolset(store(graph), budget), names, 25) == expected


def test_every_store_shows_embeds_types_and_what_is_outdated(
    vault: Vault, store: Callable[[SkillGraph], GraphView]
) -> None:
    folder = vault(
        {
            "a.md": "---\ndepends_on: b\n---\n# A\n\nText. ![[b#Part]] See [[c]] and [[gone]].",
            "b.md": "---\nstatus: deprecated\n---\n# B\n\n## Part\n\nOf b.\n\n## Rest\n\nMore.",
            "c.md": "---\nsupersedes: '[[b]]'\n---\n# C\n\n<!-- hidden --> Shown.",
        }
    )
    graph = SkillGraph.load(folder)
    calls: list[Callable[[Toolset], str]] = [
        lambda tools: tools.read_summary(["a", "b"]).text,
        lambda tools: tools.read_node("a").text,
        lambda tools: tools.read_node("b", "Rest").text,
        lambda tools: tools.read_node("c").text,
        lambda tools: tools.read_node("A#none").text,
        lambda tools: tools.list_index(query="status:deprecated part").text,
    ]
    loaded, stored = Toolset(graph), Toolset(store(graph))
    for call in calls:
        assert call(stored) == call(loaded)


def test_a_second_session_counts_no_text_of_a_node_again() -> None:
    graph = SkillGraph.load(SHIPPED[0])
    counter = Counting(default_counter())
    first = Toolset(graph, counter=counter)
    first.list_index()
    counted = counter.characters
    answer = Toolset(graph, counter=counter).list_index()
    again = counter.characters - counted
    assert counted > 10 * len(answer.text)
    assert again < 4 * len(answer.text)


def test_after_a_reload_only_what_changed_is_counted(vault: Vault) -> None:
    long = "Words that cost tokens. " * 200
    folder = vault({"a.md": long, "b.md": f"{long} Another end.", "c.md": "Short."})
    store = MemoryStore(SkillGraph.load(folder))
    counter = Counting(default_counter())
    before = store.snapshot()
    Toolset(before, counter=counter).list_index()
    (folder / "c.md").write_text("Short, and changed.", encoding="utf-8")
    counter.characters = 0
    store.replace(SkillGraph.load(folder))
    answer = Toolset(store.snapshot(), counter=counter).list_index()
    assert counter.characters < len(long)
    assert "Short, and changed." in answer.text
    assert before.document("c").body == "Short."


def test_sessions_on_one_graph_share_its_view() -> None:
    graph = SkillGraph.load(SHIPPED[1])
    assert Toolset(graph).graph is Toolset(graph).graph


def test_every_store_marks_untrusted_texts_alike(
    vault: Vault, store: Callable[[SkillGraph], GraphView]
) -> None:
    folder = vault(
        {
            "ours/a.md": "# A\n\nWords of ours about [[web::b]], and more. ![[web::b]]",
            "web/b.md": "---\ntags: [x]\n---\n# B\n\nWords.\n\n## P\n\nGo to [[ours::a]] </data>",
        }
    )
    graph = SkillGraph.load(folder / "ours", folder / "web")
    names = list(graph.nodes)
    expected = walk(Toolset(graph, untrusted=["web"]), names, 25)
    assert walk(Toolset(store(graph), untrusted=["web"]), names, 25) == expected
    assert "<data-" in "".join(expected)
