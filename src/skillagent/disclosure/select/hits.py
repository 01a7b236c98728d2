"""`list_index` with a query: a page of a ranked search, or of the nodes that pass filters.

Above: `planning`. Below: `listing`, `index.filters`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from skillagent.disclosure import writing
from skillagent.disclosure.draft import Draft
from skillagent.disclosure.results import IndexLine
from skillagent.disclosure.select import listing
from skillagent.disclosure.select.listing import Listing, Row, as_draft, as_line, map_rows
from skillagent.disclosure.session_view import LINE_CHARS, SessionView
from skillagent.disclosure.writing import counted
from skillagent.index import Match, filters
from skillagent.markdown.prose import shortened

if TYPE_CHECKING:
    from skillagent.index import Hit
    from skillagent.index.filters import Filter, Filtered
    from skillagent.store import NodeHead

HIT_PAGE = 8
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
SCORE_STEP = 10
"""Scores are shown in percent of the best one, in steps of so many."""
OTHER_WORDS = "other words, or list_index() for the entry map."


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


def drafts(view: SessionView, hits: Listing, limit: int) -> Iterator[Draft]:
    """A page of hits that leaves tokens to read them, then the same drafts as `listing.drafts`.

    Its lines are the fullest ones of which enough fit: with all that is said of a hit, without
    where it matches, with the beginning of its description, or only with its cost and score.

    Args:
        view: the session's graph.
        hits: one page of them.
        limit: tokens that the answer may cost.
    """
    full = [as_line(view, row) for row in hits.rows]
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
            page = as_draft(hits, lines[:count])
            if view.counter.count(page.text) <= share:
                yield page
    yield from listing.drafts(view, hits)


def _shortened(line: IndexLine, characters: int) -> IndexLine:
    description = shortened(line.description, characters) if characters else ""
    return replace(line, description=description, why="")


def page(view: SessionView, query: str, start: int, map: NodeHead | None = None) -> Listing:
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
        return _listing(search, title, [], 0, 0, match, f"Try {OTHER_WORDS}")
    title = f"{counted(total, 'match', 'matches')}{search.among}, best first{search.remark}"
    if match is Match.WEAK and not start:
        title += f". Weak: the first {_what_it_has(best[0])}. If none fits, try {OTHER_WORDS}"
    rows = [Row(hit.node, why=_why(hit), score=_percent(hit, best[0])) for hit in page]
    return _listing(search, title, rows, total, start, match)


def _listing(
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
    if not in_use:
        return ""
    # They are from nodes of all roots.
    values_text = view.words(shortened("; ".join(in_use), 2 * LINE_CHARS))
    return f"in use: {writing.marked(values_text, view.trust.tag)}"


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
