"""`list_index`: a page of the entry map or of one map; `hits` has the pages of a search."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from skillagent.disclosure import writing
from skillagent.disclosure.draft import Draft
from skillagent.disclosure.results import IndexLine, IndexResult
from skillagent.disclosure.session_view import LINE_CHARS, SessionView
from skillagent.disclosure.writing import counted
from skillagent.markdown.prose import shortened

if TYPE_CHECKING:
    from skillagent.index import Match
    from skillagent.store import NodeHead

MAP_PAGE = 10
TOP_NODES = 5
UNMAPPED = "unmapped"
OTHER_MAPS, MOST_LINKED = "Other maps", "Most linked"
ABOUT_CHARS = 300


class Row(NamedTuple):
    """One line of a listing: a node, and what is said of it beside its description."""

    node: str
    heading: str = ""
    phrase: str = ""
    author: str = ""
    """The node that the phrase is from."""
    why: str = ""
    score: int | None = None


class Listing(NamedTuple):
    """One page of a listing, and the texts above and below its lines."""

    map: str | None
    query: str | None
    title: str
    rows: list[Row]
    total: int
    """Rows on all pages."""
    start: int
    """Number of rows on the pages before."""
    footnote: str = ""
    match: Match | None = None


def drafts(view: SessionView, listing: Listing) -> Iterator[Draft]:
    """The page with all its lines, then with one line less each time, down to one line."""
    lines = [as_line(view, row) for row in listing.rows]
    for count in range(len(lines), 0, -1):
        yield as_draft(listing, lines[:count])
    if not lines:
        yield as_draft(listing, [])


def as_line(view: SessionView, row: Row) -> tuple[IndexLine, bool]:
    """A row as a line, and whether the line has the whole description."""
    head = view.graph.head(row.node)
    return view.line(
        head,
        phrase=row.phrase,
        author=row.author,
        heading=row.heading,
        why=row.why,
        score=row.score,
    )


def as_draft(listing: Listing, lines: list[tuple[IndexLine, bool]]) -> Draft:
    """A page with some of its lines, from the first one on."""
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
    """A page that was listed before: only the call that listed it."""
    return Draft(IndexResult(map, query, (), 0, cursor, shown_in=call))


def entry(view: SessionView, start: int, size: int = MAP_PAGE) -> Listing:
    """The graph's description, the entry's links, the other maps and the most linked nodes."""
    graph = view.graph
    name = writing.identifier(view.words(graph.name))
    title = f"# {name}: {counted(len(graph.ids), 'node')}, {counted(len(graph.maps), 'map')}"
    if len(graph.entries) == 1:
        node = graph.head(graph.entries[0])
        title += f"; entry [[{writing.identifier(node.id)}]]{_outdated(view, node.id)}"
        if description := view.words(node.description):
            about = writing.marked(shortened(description, ABOUT_CHARS), view.trust.tag_of(node.id))
            title += f"\n{writing.own_line(about)}"
    rows = _entry_rows(view)
    footnote = ""
    if graph.unmapped:
        footnote = (
            f'{counted(len(graph.unmapped), "node")} on no map: list_index(map="{UNMAPPED}") '
            "or list_index(query=…)"
        )
    page_rows = rows[start : start + size]
    return Listing(None, None, title if start == 0 else "", page_rows, len(rows), start, footnote)


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
    popular = (node for node in graph.most_linked if node not in listed)
    rows += [Row(node, MOST_LINKED) for node in islice(popular, TOP_NODES)]
    if not rows:
        rows = [Row(node) for node in graph.ids]
    return rows


def map_rows(view: SessionView, node: NodeHead) -> list[Row]:
    """The nodes that a map links to, in its author's order, each once, under its headings."""
    rows: dict[str, Row] = {}
    for link in view.graph.links_from(node.id):
        if link.key or not link.target or link.target == node.id or link.target in rows:
            continue
        heading = "" if link.section == node.title else view.words(link.section)
        heading = writing.marked(heading, view.trust.tag_of(node.id))
        rows[link.target] = Row(link.target, heading, view.phrase(link), node.id)
    return list(rows.values())


def one_map(view: SessionView, node: NodeHead, start: int) -> Listing:
    """The nodes of one map."""
    rows = map_rows(view, node)
    line, _ = view.line(node)
    about = ""
    if line.description and not start:
        about = f" {writing.marked(shortened(line.description, LINE_CHARS), line.tag)}"
    name = writing.identifier(node.id)
    title = f"# [[{name}]]{_outdated(view, node.id)}: {counted(len(rows), 'node')}.{about}"
    if not rows:
        title = f"# [[{name}]] links to no node; read it with read_node."
    return Listing(node.id, None, title, rows[start : start + MAP_PAGE], len(rows), start)


def _outdated(view: SessionView, node: str) -> str:
    """What a title says of a map that should not be relied on."""
    outdated = view.graph.outdated(node)
    if outdated is None:
        return ""
    newer = [f"replaced by [[{writing.identifier(node)}]]" for node in outdated.successors[:1]]
    return f" ({', '.join((outdated.word, *newer))})"


def unmapped(view: SessionView, start: int) -> Listing:
    """The nodes that no map leads to."""
    nodes = view.graph.unmapped
    rows = [Row(node) for node in nodes[start : start + MAP_PAGE]]
    title = f"# {counted(len(nodes), 'node')} that no map leads to"
    return Listing(UNMAPPED, None, title, rows, len(nodes), start)
