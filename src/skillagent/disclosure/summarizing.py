"""`read_summary`: nodes short of their text, with their links and why to follow them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from skillagent.disclosure import writing
from skillagent.disclosure.results import (
    LinkLine,
    NodeSummary,
    SectionLine,
    SummaryResult,
)
from skillagent.disclosure.view import LINE_CHARS, Plan, View, marks_of, where, write_line
from skillagent.graph import Link, Node
from skillagent.markdown import Heading, scalar_text
from skillagent.markdown.prose import shortened

LINKS, BACKLINKS = 8, 3
OUTLINE, FIELDS, FIELD_CHARS = 15, 8, 120
RANKED_SECTIONS = 3
"""With a query, the places of so many sections are named in the outline."""
TITLE = 2.0
"""What a word in a section's title counts, beside one in its text."""
SECTION_CHARS = 2_000
"""The length of a section up to which it hardly matters how long it is."""
RANKED_LINKS, RANKED_BACKLINKS = 60, 20
"""Of a node with more links or backlinks, only so many are ranked by the words beside them."""


class Depth(NamedTuple):
    """How much of each summary is shown."""

    links: int
    backlinks: int
    outline: bool


DEPTHS = (
    Depth(LINKS, BACKLINKS, True),
    Depth(5, 2, True),
    Depth(3, 1, True),
    Depth(2, 0, True),
    Depth(1, 0, False),
    Depth(0, 0, False),
)
"""From full to bare; two summaries in one call begin at the second row, more at the third."""


def plans(
    view: View,
    nodes: Sequence[Node],
    query: str | None,
    unknown: Sequence[str] = (),
    before: str = "",
) -> Iterator[Plan]:
    """The summaries with all that they may hold, then with less and less, then one line each.

    Args:
        view: the session's graph.
        nodes: what to show, each once.
        query: what the model looks for; ranks the links.
        unknown: sentences about names that led nowhere.
        before: a line set before everything.
    """
    depths = DEPTHS[min(len(nodes), 3) - 1 :]
    whole = [_summary(view, node, query, depths[0]) for node in nodes]
    for depth in depths:
        yield _plan(view, [_reduced(summary, depth) for summary in whole], unknown, before)
    for count in range(len(nodes), 0, -1):
        yield _one_line_each(view, nodes, count, unknown, before)
    if before:
        yield _one_line_each(view, nodes, 1, (), "")


def _plan(view: View, made: Sequence[NodeSummary], unknown: Sequence[str], before: str) -> Plan:
    targets = [
        link.id
        for summary in made
        for link in summary.links
        if link.context == _short(view, view.graph.nodes[link.id])
    ]
    blocks = [before] if before else []
    blocks += [_text(summary) for summary in made]
    blocks += unknown
    return Plan(
        "\n\n".join(blocks),
        SummaryResult(tuple(made), tuple(unknown)),
        lines=tuple(dict.fromkeys(targets)),
        described=tuple(summary.id for summary in made if summary.shown_in is None),
        summaries={summary.id: tuple(link.id for link in summary.links) for summary in made},
    )


def _one_line_each(
    view: View, nodes: Sequence[Node], count: int, unknown: Sequence[str], before: str
) -> Plan:
    made = [view.line(node) for node in nodes[:count]]
    text = [before] if before else []
    text += [write_line(line) for line, _ in made]
    if count < len(nodes):
        text.append(f"{len(nodes) - count} more did not fit")
    text += unknown
    summaries = tuple(
        NodeSummary(
            line.id,
            view.words(view.graph.nodes[line.id].title),
            line.kind,
            line.cost,
            line.description,
            (),
            (),
            (),
            0,
            (),
            0,
        )
        for line, _ in made
    )
    return Plan(
        "\n".join(text),
        SummaryResult(summaries, tuple(unknown)),
        lines=tuple(line.id for line, _ in made),
        described=tuple(line.id for line, whole in made if whole),
    )


def _summary(view: View, node: Node, query: str | None, most: Depth) -> NodeSummary:
    """The fullest summary of a node; of one that was shown before, only its other links."""
    shown = view.shown
    call = shown.summaries.get(node.id)
    if call is None and node.id in shown.pieces and shown.is_whole(node):
        # The whole text was shown, and its links with it.
        call, ranked = max(shown.pieces[node.id].values()), []
    else:
        known = shown.links.get(node.id, {})
        ranked = [link for link in _ranked(view, node, query) if link.target not in known]
    first = call is None
    back = _backlinks(view, node, query)[: most.backlinks] if first else []
    return NodeSummary(
        id=node.id,
        title=view.words(node.title),
        kind=node.kind.value,
        cost=view.cost(node),
        description=(
            view.words(node.description) if first and node.id not in shown.described else ""
        ),
        fields=_fields(view, node) if first else (),
        outline=outline(view, node, query) if first else (),
        links=tuple(_link_line(view, link) for link in ranked[: most.links]),
        more_links=max(0, len(ranked) - most.links),
        backlinks=tuple(
            LinkLine(
                link.source,
                view.cost(view.graph.nodes[link.source]),
                view.words(view.phrase(link)),
            )
            for link in back
        ),
        backlink_count=view.graph.indegree(node.id) if first else 0,
        shown_in=call,
    )


def _reduced(summary: NodeSummary, depth: Depth) -> NodeSummary:
    links = summary.links[: depth.links]
    return replace(
        summary,
        links=links,
        more_links=summary.more_links + len(summary.links) - len(links),
        backlinks=summary.backlinks[: depth.backlinks],
        outline=summary.outline if depth.outline else (),
    )


def _text(summary: NodeSummary) -> str:
    name = writing.identifier(summary.id)
    if summary.shown_in is not None:
        head = f"[[{name}]] was shown {where(summary.shown_in)}."
        if not summary.links:
            return head
        return "\n".join([f"{head} More of its links:", *_link_lines(summary)])
    title = "" if summary.title in summary.id else f" {summary.title}"
    text = [f"# [[{name}]]{title} ({marks_of(summary.kind, '')}{summary.cost} tokens)"]
    if summary.description:
        text.append(writing.own_line(summary.description))
    if summary.fields:
        fields = "; ".join(f"{key}: {value}" for key, value in summary.fields)
        text.append(writing.own_line(fields))
    if summary.outline:
        ranked = any(line.rank for line in summary.outline)
        name = "sections (*1 answers the query best): " if ranked else "sections: "
        text.append(name + outline_text(summary.outline))
    if summary.links or summary.more_links:
        text.append("links, strongest first:" if summary.links else "links:")
        text += _link_lines(summary)
    if summary.backlink_count:
        text.append(
            f"linked from {summary.backlink_count}" + (", e.g.:" if summary.backlinks else "")
        )
        text += [_link_text(link) for link in summary.backlinks]
    return "\n".join(text)


def _link_lines(summary: NodeSummary) -> list[str]:
    text = [_link_text(link) for link in summary.links]
    if summary.more_links:
        again = "call read_summary again" if summary.links else "not shown"
        text.append(f"- {summary.more_links} more: {again}")
    return text


def _link_text(link: LinkLine) -> str:
    return f"- [[{writing.identifier(link.id)}]] ({link.cost} tokens): {link.context}"


def outline_text(outline: Sequence[SectionLine]) -> str:
    """`One 120 | › Sub 40 *1 | Two 300`: title, tokens, and the place of what answers best.

    `›` stands for each level down. Of a long outline, the sections that answer a query are shown
    with the first ones.
    """
    top = min(line.level for line in outline)
    kept = _kept(outline)
    parts = [
        f"{'›' * (line.level - top)}{' ' if line.level > top else ''}"
        f"{writing.in_outline(line.title)} {line.cost}" + (f" *{line.rank}" if line.rank else "")
        for line in kept
    ]
    if len(outline) > len(kept):
        parts.append(f"{len(outline) - len(kept)} more")
    return " | ".join(parts)


def _kept(outline: Sequence[SectionLine]) -> list[SectionLine]:
    """Of a long outline, the lines that are shown: the ranked ones, then the first ones."""
    ranked = sum(line.rank > 0 for line in outline)
    free = OUTLINE - ranked
    kept = []
    for line in outline:
        free -= not line.rank
        if line.rank or free >= 0:
            kept.append(line)
    return kept


def outline(view: View, node: Node, query: str | None = None) -> tuple[SectionLine, ...]:
    """The sections of a node with their tokens; a top heading that is the title is left out.

    Args:
        view: the session's graph.
        node: whose sections.
        query: what the model looks for; ranks the sections that answer it.
    """
    document = node.document
    headings = document.headings
    if headings and headings[0].level == 1 and all(other.level > 1 for other in headings[1:]):
        headings = headings[1:]
    headings = tuple(at for at in headings if not view.is_hidden(document, at.start))
    texts = [view.text(node, heading.start, heading.end).strip() for heading in headings]
    titles = [heading.title for heading in headings]
    ranks = _ranks(view, node, query, titles, texts) if query else {}
    return tuple(
        SectionLine(
            view.words(title),
            heading.level,
            view.count(text) if number < OUTLINE or number in ranks else 0,
            ranks.get(number, 0),
        )
        for number, (title, heading, text) in enumerate(
            zip(_section_names(headings), headings, texts, strict=True)
        )
    )


def _section_names(headings: Sequence[Heading]) -> list[str]:
    """Titles as `read_node` takes them: `Outer#Inner` for one that stands twice in the node."""
    times = Counter(heading.title.casefold() for heading in headings)
    names: list[str] = []
    path: list[Heading] = []
    for heading in headings:
        path = [outer for outer in path if outer.level < heading.level]
        twice = times[heading.title.casefold()] > 1 and path
        names.append(f"{path[-1].title}#{heading.title}" if twice else heading.title)
        path.append(heading)
    return names


def _ranks(
    view: View, node: Node, query: str, titles: Sequence[str], texts: Sequence[str]
) -> dict[int, int]:
    """Section → its place among those that answer a query, of the best few.

    A section counts by the query's words in its text, the less the longer it is, and by those in
    its title.
    """
    found = []
    for number, (title, text) in enumerate(zip(titles, texts, strict=True)):
        held = view.search.weight(query, node.id, text) / (
            1 + math.log1p(len(text) / SECTION_CHARS)
        )
        if held:
            found.append((-(held + TITLE * view.search.weight(query, node.id, title)), number))
    return {number: place for place, (_, number) in enumerate(sorted(found)[:RANKED_SECTIONS], 1)}


def _fields(view: View, node: Node) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    if node.declared_kind and node.declared_kind.casefold() not in ("moc", "map", "node"):
        found.append(("kind", node.declared_kind))
    for key, words in (("aliases", node.aliases), ("tags", node.tags), ("topics", node.topics)):
        if words:
            found.append((key, ", ".join(words)))
    for key, value in node.fields.items():
        if value not in (None, "", ()):
            found.append((key, scalar_text(value)))
    return tuple(
        (view.words(key), shortened(view.words(" ".join(value.split())), FIELD_CHARS))
        for key, value in found[:FIELDS]
    )


def _link_line(view: View, link: Link) -> LinkLine:
    assert link.target
    target = view.graph.nodes[link.target]
    context = view.phrase(link)
    if link.is_bare and target.description and target.id not in view.shown.described:
        return LinkLine(target.id, view.cost(target), _short(view, target))
    return LinkLine(target.id, view.cost(target), view.words(context))


def _relevance(view: View, query: str | None, link: Link, other: str) -> float:
    if not query:
        return 0.0
    before, after = link.around()
    return view.search.relevance(query, other, f"{before} {link.label} {after}")


def _short(view: View, node: Node) -> str:
    return shortened(view.words(node.description), LINE_CHARS)


def _ranked(view: View, node: Node, query: str | None) -> list[Link]:
    """The node's links, one a target, strongest first.

    With a query: by its words in the context and in the target's title and description.
    Otherwise, and among equals: by place, and by how many nodes link to the target.
    """
    best: dict[str, tuple[int, Link]] = {}
    for link in view.graph.links_from(node.id):
        if not link.target or link.target == node.id:
            continue
        place, known = best.get(link.target, (len(best), None))
        if known is None or (known.is_bare and not link.is_bare):
            best[link.target] = (place, link)
    links = list(best.values())
    if query and len(links) > RANKED_LINKS:
        # The targets that answer the query are found without cutting every context.
        scores = view.search.scores_of(query, [str(link.target) for _, link in links])
        links.sort(key=lambda item: (-scores[str(item[1].target)], item[0]))
        rest = links[RANKED_LINKS:]
        links = links[:RANKED_LINKS]
    else:
        rest = []
    most = max((view.graph.indegree(target) for target in best), default=0)

    def strength(item: tuple[int, Link]) -> tuple[float, float, int]:
        place, link = item
        assert link.target
        popular = math.log1p(view.graph.indegree(link.target)) / math.log1p(most or 1)
        early = 1 / (1 + place / 4)
        score = _relevance(view, query, link, link.target)
        return (-score, -(popular + early - 2 * link.is_bare), place)

    return [link for _, link in [*sorted(links, key=strength), *rest]]


def _backlinks(view: View, node: Node, query: str | None) -> list[Link]:
    """Links to the node from elsewhere, one a source, the most telling first."""
    first: dict[str, Link] = {}
    for link in view.graph.backlinks(node.id):
        known = first.get(link.source)
        if known is None or (known.key and not link.key):
            first[link.source] = link
    links = list(first.values())
    links.sort(key=lambda link: (bool(link.key), -view.graph.indegree(link.source), link.source))

    def telling(item: tuple[int, Link]) -> tuple[float, bool, int]:
        place, link = item
        return (-_relevance(view, query, link, link.source), link.is_bare, place)

    ranked = sorted(enumerate(links[:RANKED_BACKLINKS]), key=telling)
    return [link for _, link in ranked if not link.is_bare]
