"""`list_index`: a page of the entry map, of one map, or of a ranked search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
from skillagent.index.filters import Filter, Filtered
from skillagent.markdown.prose import shortened
from skillagent.store import NodeHead

MAP_PAGE = 10
HIT_PAGE = 8
TOP_NODES = 5
TEXTS_SHARE = 0.15
"""Part of the cost of its hits' texts that a page of hits may cost: where the texts are short,
reading one tells more than descriptions do."""
LEAST_SHARE, HITS_SHARE, MOST_SHARE = 0.04, 0.08, 0.5
"""Parts of an answer's limit: a page of hits may always cost the first one, and never more than the
second one, so that tokens are left to read some; or the third one if that is less than `LEAST`."""
LEAST = 60
"""Tokens of a page of hits with a few bare lines."""
FEW = 3
"""Fewest hits with the beginning of their description on a page."""
SHORT_CHARS = 60
"""Length to which descriptions of hits are cut if the whole ones cost too much."""
KNOWN_VALUES = 12
"""Most values of a field that are named if no node passes a filter."""
UNMAPPED = "unmapped"
OTHER_MAPS, MOST_LINKED = "Other maps", "Most linked"
ABOUT_CHARS = 300
SCORE_STEP = 10
"""Scores are shown in percent of the best one, in steps of so many."""
OTHER_WORDS = "other words, or list_index() for the entry map."


class Row(NamedTuple):
    """One line of a listing: a node, and what is said of it beside its description."""

    node: str
    heading: str = ""
    phrase: str = ""
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
    lines = [_line(view, row) for row in listing.rows]
    for count in range(len(lines), 0, -1):
        yield _draft(listing, lines[:count])
    if not lines:
        yield _draft(listing, [])


def hit_drafts(view: SessionView, listing: Listing, limit: int) -> Iterator[Draft]:
    """A page of hits that leaves tokens to read them, then the same drafts as `drafts`.

    Its lines are the fullest ones of which enough fit: with all that is said of a hit, without
    where it matches, with the beginning of its description, or only with its cost and score.

    Args:
        view: the session's graph.
        listing: the hits.
        limit: tokens that the answer may cost.
    """
    full = [_line(view, row) for row in listing.rows]
    texts = sum(line.cost for line, _ in full)
    by_texts = min(limit * HITS_SHARE, texts * TEXTS_SHARE)
    share = min(limit * MOST_SHARE, max(LEAST, limit * LEAST_SHARE, by_texts))
    half = len(full) // 2 + 1
    for lines, least in (
        (full, half),
        ([(replace(line, why=""), is_whole) for line, is_whole in full], half),
        ([(_shortened(line, SHORT_CHARS), False) for line, _ in full], FEW),
        ([(_shortened(line, 0), False) for line, _ in full], 1),
    ):
        for count in range(len(lines), least - 1, -1):
            page = _draft(listing, lines[:count])
            if view.counter.count(page.text) <= share:
                yield page
    yield from drafts(view, listing)


def _shortened(line: IndexLine, characters: int) -> IndexLine:
    description = shortened(line.description, characters) if characters else ""
    return replace(line, description=description, why="")


def _line(view: SessionView, row: Row) -> tuple[IndexLine, bool]:
    """A row as a line, and whether the line has the whole description."""
    head = view.graph.head(row.node)
    return view.line(head, phrase=row.phrase, heading=row.heading, why=row.why, score=row.score)


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
            title += f"\n{writing.own_line(shortened(description, ABOUT_CHARS))}"
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
        heading = "" if link.section == node.title else link.section
        rows[link.target] = Row(link.target, heading, view.phrase(link))
    return list(rows.values())


def one_map(view: SessionView, node: NodeHead, start: int) -> Listing:
    """The nodes of one map."""
    rows = map_rows(view, node)
    line, _ = view.line(node)
    about = f" {shortened(line.description, LINE_CHARS)}" if line.description and not start else ""
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


class _Search(NamedTuple):
    """A query as it is searched."""

    query: str
    """As the model wrote it."""
    words: str
    map: str | None
    within: AbstractSet[str] | None
    """Ids of the nodes that may be hits; None for all."""
    among: str = ""
    """What the title says of the filters."""
    remark: str = ""
    """What the title says of filters that were searched as words."""


def hits(view: SessionView, query: str, start: int, map: NodeHead | None = None) -> Listing:
    """The nodes that answer a query, best first.

    Args:
        view: the session's graph.
        query: words to rank by, and filters; see `index.filters`.
        start: number of hits on the pages before.
        map: if given, only nodes of this map may be hits.
    """
    parsed = filters.parse(query)
    # "What does docker tag:latest mean" is a question, although it looks like a filter.
    unknown = [
        condition
        for condition in parsed.filters
        if parsed.words and not condition.excludes and not view.graph.passing((condition,))
    ]
    remark = ""
    if unknown:
        in_use = _in_use(view, unknown)
        remark = f". No node has {_filters_text(unknown)}" + (f" ({in_use})" if in_use else "")
    listing = _hits(view, query, parsed.without(unknown, as_words=True), start, map, remark)
    if unknown and listing.match is Match.NONE:
        return _hits(view, query, parsed.without(unknown), start, map, remark)
    return listing


def _hits(
    view: SessionView, query: str, parsed: Filtered, start: int, map: NodeHead | None, remark: str
) -> Listing:
    """The nodes that answer a query whose filters are known to the graph."""
    name = map.id if map else None
    within: AbstractSet[str] | None = {row.node for row in map_rows(view, map)} if map else None
    if not parsed.filters:
        search = _Search(query, parsed.words, name, within, remark=remark)
        return _ranked(view, search, start)
    passing = view.graph.passing(parsed.filters)
    within = passing if within is None else passing & within
    filters_text = _filters_text(parsed.filters)
    if not within:
        return _no_node_passes(view, query, parsed, name)
    if parsed.words:
        among = f" among {counted(len(within), 'node')} with {filters_text}"
        return _ranked(view, _Search(query, parsed.words, name, within, among, remark), start)
    ids = sorted(within, key=lambda node: (view.graph.outdated(node) is not None, node))
    title = writing.words(f"{counted(len(ids), 'node')} with {filters_text}")
    rows = [Row(node) for node in ids[start : start + HIT_PAGE]]
    return Listing(name, query, title, rows, len(ids), start, "", Match.GOOD)


def _ranked(view: SessionView, search: _Search, start: int) -> Listing:
    """The hits of a search; none if the best one matches so little that it may be by chance."""
    page, total = view.graph.search(search.words, HIT_PAGE, start, search.within)
    best = view.graph.search(search.words, 1, 0, search.within)[0] if start else page[:1]
    match = view.graph.match(search.words, best[0].node) if best else Match.NONE
    if match is Match.NONE:
        words = shortened(search.words, LINE_CHARS)
        title = f"No node matches {words!r}{search.among}{search.remark}."
        if best:
            title += f" The nearest one {_what_it_has(best[0])}."
        return _page(search, title, [], 0, 0, match, f"Try {OTHER_WORDS}")
    title = f"{counted(total, 'match', 'matches')}{search.among}, best first{search.remark}"
    if match is Match.WEAK and not start:
        title += f". Weak: the first {_what_it_has(best[0])}. If none fits, try {OTHER_WORDS}"
    rows = [Row(hit.node, why=_why(hit), score=_percent(hit, best[0])) for hit in page]
    return _page(search, title, rows, total, start, match)


def _page(
    search: _Search,
    title: str,
    rows: list[Row],
    total: int,
    start: int,
    match: Match,
    footnote: str = "",
) -> Listing:
    title = writing.words(title)
    return Listing(search.map, search.query, title, rows, total, start, footnote, match)


def _no_node_passes(view: SessionView, query: str, parsed: Filtered, map: str | None) -> Listing:
    """An empty page that names the values which the fields of the filters have."""
    title = f"No node{' of this map' if map else ''} has {_filters_text(parsed.filters)}."
    in_use = _in_use(view, parsed.filters)
    footnote = view.words(in_use[:1].upper() + in_use[1:]) or f"Try {OTHER_WORDS}"
    return Listing(map, query, view.words(title), [], 0, 0, footnote, Match.NONE)


def _in_use(view: SessionView, conditions: Iterable[Filter]) -> str:
    """`in use: type: guide, map; status: current`: the values that the fields of filters have."""
    in_use = [
        f"{field}: {', '.join(values[:KNOWN_VALUES])}"
        for field in dict.fromkeys(condition.field for condition in conditions)
        if (values := view.graph.filter_values(field))
    ]
    return f"in use: {shortened('; '.join(in_use), 2 * LINE_CHARS)}" if in_use else ""


def _filters_text(conditions: Iterable[Filter]) -> str:
    return shortened(" ".join(map(str, conditions)), LINE_CHARS)


def _percent(hit: Hit, best: Hit) -> int:
    """The score of a hit in percent of the best hit's score, in steps of ten.

    Finer ones would change with any edit of any node, and so would answers that are compared.
    """
    return SCORE_STEP * round(100 * hit.score / best.score / SCORE_STEP) if best.score else 0


def _what_it_has(hit: Hit) -> str:
    """`holds only: …`, with the words of the query that a hit contains, separated by commas."""
    matched = ", ".join(word for _, words in hit.why for word in words)
    return f"holds only: {matched}" if matched else "holds none of these words"


def _why(hit: Hit) -> str:
    matched = ", ".join(f"{field} ({', '.join(words)})" for field, words in hit.why)
    reasons = [f"matches {matched}"] if matched else []
    if hit.is_close:
        reasons.append("close in meaning")
    if hit.linked_from:
        reasons.append(f"linked from {counted(len(hit.linked_from), 'hit')}")
    return "; ".join(reasons)
