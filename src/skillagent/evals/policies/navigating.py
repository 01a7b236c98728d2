"""Policies that use the three operations: maps only, the navigator, a model, and two bounds.

Above: `table`. Below: `policy`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from skillagent.disclosure.results import IndexLine, IndexResult, NodeResult
from skillagent.evals.policies.policy import Policy, Role, Setup
from skillagent.evals.session import Session
from skillagent.evals.suite import Case
from skillagent.graph import SkillGraph
from skillagent.index.analyzer import query_terms, terms
from skillagent.providers import OfflineProvider
from skillagent.providers.base import Determinism, determinism_of


def nav(setup: Setup) -> Policy:
    """Maps only: from the entry, always the line that has most of the question's words.

    A map is listed, a node is read. Lines without any word of the question are not followed, but
    for maps when nothing else is left. The next page of a listing is listed when no line with such
    a word is left.
    """
    maps = frozenset(setup.graph.maps)

    def walk(case: Case, session: Session) -> None:
        frontier = _Frontier(case.question)
        listings = [_Listing(session)]
        frontier.add(listings[-1].next_page())
        while not session.toolset.spent:
            unfinished = next((each for each in reversed(listings) if each.has_more), None)
            line = frontier.take(maps, with_words=unfinished is not None)
            if line is None:
                if unfinished is None:
                    return
                frontier.add(unfinished.next_page())
            elif line.id in maps:
                listings.append(_Listing(session, line.id))
                frontier.add(listings[-1].next_page())
            else:
                _read_whole(session, line.id)

    return Policy("nav", Role.BASELINE, walk)


def nav_perfect(setup: Setup) -> Policy:
    """Maps only, walked by somebody who knows which map leads to the gold nodes."""
    below = _below_maps(setup.graph)

    def walk(case: Case, session: Session) -> None:
        wanted, opened = dict.fromkeys(case.gold), set[str]()

        def follow(map: str | None) -> None:
            for line in _pages(session, map):
                if line.id in wanted:
                    _read_whole(session, line.id)
                    del wanted[line.id]
                if not wanted:
                    return
                if line.id not in opened and not below.get(line.id, frozenset()).isdisjoint(wanted):
                    opened.add(line.id)
                    follow(line.id)

        follow(None)

    return Policy("nav-perfect", Role.BOUND, walk)


def search_perfect(setup: Setup) -> Policy:
    """Ranked listings, read by somebody who opens a node only if it is gold."""

    def walk(case: Case, session: Session) -> None:
        wanted = dict.fromkeys(case.gold)
        for line in _pages(session, query=case.question):
            if line.id in wanted:
                _read_whole(session, line.id)
                del wanted[line.id]
            if not wanted:
                return

    return Policy("search-perfect", Role.BOUND, walk)


def graph(setup: Setup) -> Policy:
    """The offline navigator, as in `skillagent chat`: a ranked listing, texts, then links."""

    def walk(case: Case, session: Session) -> str:
        return session.ask(case.question, OfflineProvider())

    return Policy("graph", Role.GRAPH, walk)


def graph_semantic(setup: Setup) -> Policy:
    """The offline navigator, searching by meaning, too."""
    _ = setup.embedder  # says now if the extra is missing
    return replace(graph(setup), name="graph+semantic", is_semantic=True)


def llm(setup: Setup, model: str) -> Policy:
    """A model with the three operations.

    Args:
        setup: the setup.
        model: its name, as for `skillagent chat --model`.
    """
    is_sampled = determinism_of(setup.new_provider(model, 1)) is not Determinism.SCRIPTED

    def walk(case: Case, session: Session) -> str:
        return session.ask(case.question, setup.new_provider(model, session.repeat))

    return Policy(
        f"llm:{model}", Role.MODEL, walk, is_semantic=setup.is_semantic, is_sampled=is_sampled
    )


def _read_whole(session: Session, node: str) -> None:
    """Read a node to its end: a long one comes in several answers."""
    while not session.toolset.spent:
        result = session.read_node(node).result
        if not isinstance(result, NodeResult) or not result.missing or not result.text:
            return


class _Listing:
    """The pages of one listing, each of which is listed when it is asked for."""

    def __init__(self, session: Session, map: str | None = None, query: str | None = None) -> None:
        self._session, self._map, self._query = session, map, query
        self._cursor: str | None = None
        self.has_more = True

    def next_page(self) -> tuple[IndexLine, ...]:
        """The lines of the next page; none behind the last one."""
        page = self._session.list_index(self._map, self._query, self._cursor).result
        self._cursor = page.cursor if isinstance(page, IndexResult) else None
        self.has_more = self._cursor is not None
        return page.lines if isinstance(page, IndexResult) else ()


def _pages(
    session: Session, map: str | None = None, query: str | None = None
) -> Iterator[IndexLine]:
    """The lines of a listing; a page is listed when the lines before it are used up."""
    listing = _Listing(session, map, query)
    while listing.has_more:
        yield from listing.next_page()


class _Frontier:
    """The lines that were listed and not followed."""

    def __init__(self, question: str) -> None:
        self._wanted = frozenset(query_terms(question))
        self._lines: dict[str, tuple[IndexLine, frozenset[str]]] = {}
        self._taken: set[str] = set()

    def add(self, lines: Iterable[IndexLine]) -> None:
        for line in lines:
            text = f"{line.id} {line.heading} {line.description}"
            words = frozenset(terms(text)) & self._wanted
            if line.id not in self._taken:
                self._lines.setdefault(line.id, (line, words))

    def take(self, maps: frozenset[str], *, with_words: bool) -> IndexLine | None:
        """The best line that is left; None if none is worth following.

        Args:
            maps: ids of the maps.
            with_words: whether a map must have words of the question, too.
        """
        rarity = self._rarity()
        best: tuple[float, IndexLine] | None = None
        for line, words in self._lines.values():
            value = sum(rarity[word] for word in sorted(words))
            if (value or (line.id in maps and not with_words)) and (
                best is None or value > best[0]
            ):
                best = value, line
        if best is None:
            return None
        self._taken.add(best[1].id)
        del self._lines[best[1].id]
        return best[1]

    def _rarity(self) -> Mapping[str, float]:
        count = len(self._lines)
        having = {
            word: sum(word in words for _, words in self._lines.values()) for word in self._wanted
        }
        return {
            word: math.log(1 + count / number) if number else 0.0 for word, number in having.items()
        }


def _below_maps(graph: SkillGraph) -> dict[str, frozenset[str]]:
    """Id of each map → all nodes that it leads to, through maps only."""
    maps = frozenset(graph.maps)
    linked = {
        node: tuple(dict.fromkeys(link.target for link in graph.links_from(node) if link.target))
        for node in maps
    }

    def reached(start: str) -> frozenset[str]:
        seen: dict[str, None] = {}
        waiting = [start]
        while waiting:
            for target in linked[waiting.pop()]:
                if target not in seen:
                    seen[target] = None
                    if target in maps:
                        waiting.append(target)
        return frozenset(seen)

    return {node: reached(node) for node in sorted(maps)}
