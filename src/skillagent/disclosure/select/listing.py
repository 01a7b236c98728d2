"""`list_index`: a page of the entry map, of one map, or of a ranked search."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from skillagent.disclosure import writing
from skillagent.disclosure.draft import Draft
from skillagent.disclosure.results import IndexLine, IndexResult
from skillagent.disclosure.session_view import LINE_CHARS, SessionView
from skillagent.disclosure.writing import counted
from skillagent.index import Hit, Match, filters
from skillagent.index.filters import Filtered
from skillagent.markdown.prose import shortened
from skillagent.store import NodeHead

MAP_PAGE = 10
HIT_PAGE = 8
TOP_NODES = 5
HITS_SHARE = 0.5
"""Of what one answer may cost, so much may go to a page of hits, so that some can be read."""
SHORT_CHARS = 60
"""Where little is left, the description of a hit is cut to this length."""
KNOWN_VALUES = 12
"""Where no node passes a filter, so many values that one can be given are named."""
UNMAPPED = "unmapped"
OTHER_MAPS, MOST_LINKED = "Other maps", "Most linked"
ABOUT_CHARS = 300
OTHER_WORDS = "other words, or list_index() for the entry map."


class Row(NamedTuple):
    """One line of a listing before it is written."""

    node: str
    heading: str = ""
    phrase: str = ""
    why: str = ""


class Listing(NamedTuple):
    """All rows that one call is about; a page of them is shown."""

    map: str | None
    query: str | None
    title: str
    rows: list[Row]
    total: int
    start: int
    """Offset of the first row in `rows`."""
    footnote: str = ""
    match: Match | None = None


def drafts(view: SessionView, listing: Listing) -> Iterator[Draft]:
    """The page with as many lines as it may have, then with one less, down to one."""
    lines = [_line(view, row) for row in listing.rows]
    for count in range(len(lines), 0, -1):
        yield _draft(listing, lines[:count])
    if not lines:
        yield _draft(listing, [])


def hit_drafts(view: SessionView, listing: Listing, limit: int) -> Iterator[Draft]:
    """A page of hits that leaves room to read them, then what `drafts` gives.

    Where all lines, or at least half of them, fit `HITS_SHARE` of the limit, they are the page;
    else as many short lines as fit it, which tell a node's cost and what it is about.

    Args:
        view: the session's graph.
        listing: the hits.
        limit: tokens that the answer may cost.
    """
    full = [_line(view, row) for row in listing.rows]
    pages = [_draft(listing, full[:count]) for count in range(len(full), len(full) // 2, -1)]
    short = [(_shortened(line), False) for line, _ in full]
    pages += [_draft(listing, short[:count]) for count in range(len(short), 1, -1)]
    share = int(limit * HITS_SHARE)
    yield from (page for page in pages if view.counter.count(page.text) <= share)
    yield from drafts(view, listing)


def _shortened(line: IndexLine) -> IndexLine:
    return replace(line, description=shortened(line.description, SHORT_CHARS), why="")


def _line(view: SessionView, row: Row) -> tuple[IndexLine, bool]:
    """A row as a line, and whether that holds the whole description."""
    return view.line(view.graph.head(row.node), phrase=row.phrase, heading=row.heading, why=row.why)


def _draft(listing: Listing, lines: list[tuple[IndexLine, bool]]) -> Draft:
    after = listing.start + len(lines)
    result = IndexResult(
        listing.map,
        listing.query,
        tuple(line for line, _ in lines),
        listing.total,
        str(after) if after < listing.total and lines else None,
        listing.match,
        listing.title,
        listing.footnote,
    )
    return Draft(
        result,
        lines=tuple(line.id for line, _ in lines),
        described=tuple(line.id for line, is_whole in lines if is_whole),
    )


def pointer(call: int, cursor: str | None, map: str | None, query: str | None) -> Draft:
    """What a page says that was listed before."""
    return Draft(IndexResult(map, query, (), 0, cursor, shown_in=call))


def entry(view: SessionView, start: int, page: int = MAP_PAGE) -> Listing:
    """What the graph is for, the entry's links, the other maps and the most linked nodes."""
    graph = view.graph
    name = writing.identifier(view.words(graph.name))
    title = f"# {name}: {counted(len(graph.ids), 'node')}, {counted(len(graph.maps), 'map')}"
    if len(graph.entries) == 1:
        node = graph.head(graph.entries[0])
        title += f"; entry [[{writing.identifier(node.id)}]]"
        if description := view.words(node.description):
            title += f"\n{writing.own_line(shortened(description, ABOUT_CHARS))}"
    rows = _entry_rows(view)
    footnote = ""
    if graph.unmapped:
        footnote = (
            f'{counted(len(graph.unmapped), "node")} on no map: list_index(map="{UNMAPPED}") '
            "or list_index(query=…)"
        )
    chosen = rows[start : start + page]
    return Listing(None, None, title if start == 0 else "", chosen, len(rows), start, footnote)


def _entry_rows(view: SessionView) -> list[Row]:
    graph = view.graph
    rows: list[Row] = []
    if len(graph.entries) == 1:
        rows = map_rows(view, graph.head(graph.entries[0]))
    else:
        rows = [Row(entry, "Roots") for entry in graph.entries]
    listed = {row.node for row in rows} | set(graph.entries)
    maps = [node for node in graph.gathering if node not in listed]
    rows += [Row(node, OTHER_MAPS) for node in maps]
    listed |= set(maps)
    top = (node for node in graph.most_linked if node not in listed)
    rows += [Row(node, MOST_LINKED) for node in islice(top, TOP_NODES)]
    if not rows:
        rows = [Row(node) for node in graph.ids]
    return rows


def map_rows(view: SessionView, node: NodeHead) -> list[Row]:
    """The nodes that a map links to, in its author's order, each once, under its headings."""
    rows: dict[str, Row] = {}
    for link in view.graph.links_from(node.id):
        if link.key or not link.target or link.target == node.id or link.target in rows:
            continue
        heading = "" if link.section == node.title else link.section
        rows[link.target] = Row(link.target, heading, view.phrase(link))
    return list(rows.values())


def one_map(view: SessionView, node: NodeHead, start: int) -> Listing:
    """The nodes of one map."""
    rows = map_rows(view, node)
    line, _ = view.line(node)
    about = f" {shortened(line.description, LINE_CHARS)}" if line.description and not start else ""
    name = writing.identifier(node.id)
    title = f"# [[{name}]]: {counted(len(rows), 'node')}.{about}"
    if not rows:
        title = f"# [[{name}]] links to no node; read it with read_node."
    return Listing(node.id, None, title, rows[start : start + MAP_PAGE], len(rows), start)


def unmapped(view: SessionView, start: int) -> Listing:
    """The nodes that no map leads to."""
    nodes = view.graph.unmapped
    rows = [Row(node) for node in nodes[start : start + MAP_PAGE]]
    title = f"# {counted(len(nodes), 'node')} that no map leads to"
    return Listing(UNMAPPED, None, title, rows, len(nodes), start)


def hits(view: SessionView, query: str, start: int, map: NodeHead | None = None) -> Listing:
    """The nodes that answer a query, best first.

    Args:
        view: the session's graph.
        query: words to rank by, and filters as `index.filters` reads them.
        start: lines on the pages before.
        map: only its nodes may be hits.
    """
    asked = filters.parse(query)
    name = map.id if map else None
    within: AbstractSet[str] | None = {row.node for row in map_rows(view, map)} if map else None
    if not asked.filters:
        return _ranked(view, query, asked.words, start, within, name)
    passing = view.graph.passing(asked.filters)
    within = passing if within is None else passing & within
    said = _said(asked)
    if not within:
        return _no_node_passes(view, query, asked, name)
    if asked.words:
        among = f" among {counted(len(within), 'node')} with {said}"
        return _ranked(view, query, asked.words, start, within, name, among)
    ids = sorted(within, key=lambda node: (view.graph.outdated(node) is not None, node))
    title = writing.words(f"{counted(len(ids), 'node')} with {said}")
    rows = [Row(node) for node in ids[start : start + HIT_PAGE]]
    return Listing(name, query, title, rows, len(ids), start, "", Match.GOOD)


def _ranked(
    view: SessionView,
    query: str,
    words: str,
    start: int,
    within: AbstractSet[str] | None,
    map: str | None,
    among: str = "",
) -> Listing:
    """The hits of a search; none where the best one answers so little that it is one by chance."""
    page, total = view.graph.search(words, HIT_PAGE, start, within)
    best = view.graph.search(words, 1, 0, within)[0] if start else page[:1]
    match = view.graph.match(words, best[0].node) if best else Match.NONE
    if match is Match.NONE:
        title = f"No node matches {shortened(words, LINE_CHARS)!r}{among}."
        if best:
            title += f" The nearest one holds only: {_held(best[0])}."
        return Listing(map, query, writing.words(title), [], 0, 0, f"Try {OTHER_WORDS}", match)
    title = f"{counted(total, 'match', 'matches')}{among}, best first"
    if match is Match.WEAK and not start:
        title += f". Weak: the first holds only: {_held(best[0])}. If none fits, try {OTHER_WORDS}"
    rows = [Row(hit.node, why=_why(hit)) for hit in page]
    return Listing(map, query, writing.words(title), rows, total, start, "", match)


def _no_node_passes(view: SessionView, query: str, asked: Filtered, map: str | None) -> Listing:
    """No hit, and what the filters could be given instead."""
    known = [
        f"{field}: {', '.join(values[:KNOWN_VALUES])}"
        for field in dict.fromkeys(one.field for one in asked.filters)
        if (values := view.graph.filter_values(field))
    ]
    title = f"No node{' of this map' if map else ''} has {_said(asked)}."
    footnote = f"In use: {shortened('; '.join(known), 2 * LINE_CHARS)}" if known else ""
    footnote = view.words(footnote) or f"Try {OTHER_WORDS}"
    return Listing(map, query, view.words(title), [], 0, 0, footnote, Match.NONE)


def _said(asked: Filtered) -> str:
    return shortened(" ".join(str(one) for one in asked.filters), LINE_CHARS)


def _held(hit: Hit) -> str:
    """The words of the query that a hit holds, as a list."""
    return ", ".join(word for _, words in hit.why for word in words)


def _why(hit: Hit) -> str:
    matched = ", ".join(f"{field} ({', '.join(found)})" for field, found in hit.why)
    text = f"matches {matched}" if matched else ""
    if hit.linked_from:
        text += f"; linked from {counted(len(hit.linked_from), 'hit')}"
    return text.removeprefix("; ")
