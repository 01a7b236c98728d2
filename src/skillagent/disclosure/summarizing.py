"""`read_summary`: nodes short of their text, with their links and why to follow them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from skillagent.disclosure import linking, writing
from skillagent.disclosure.outlining import outline, outline_text
from skillagent.disclosure.results import NodeSummary, SummaryResult
from skillagent.disclosure.view import Plan, View, marks_of, where, write_line
from skillagent.graph import Link, Node
from skillagent.markdown import Value, scalar_text
from skillagent.markdown.prose import shortened

LINKS, BACKLINKS, UNRESOLVED = 8, 3, 3
FIELDS, FIELD_CHARS = 8, 120


class Extent(NamedTuple):
    """How much of each summary is shown."""

    links: int
    backlinks: int
    outline: bool
    unresolved: int


EXTENTS = (
    Extent(LINKS, BACKLINKS, True, UNRESOLVED),
    Extent(5, 2, True, UNRESOLVED),
    Extent(3, 1, True, 2),
    Extent(2, 0, True, 1),
    Extent(1, 0, False, 0),
    Extent(0, 0, False, 0),
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
    extents = EXTENTS[min(len(nodes), 3) - 1 :]
    whole = [_summary(view, node, query, extents[0]) for node in nodes]
    for extent in extents:
        yield _plan(view, [_reduced(summary, extent) for summary in whole], unknown, before)
    for count in range(len(nodes), 0, -1):
        yield _one_line_each(view, nodes, count, unknown, before)
    if before:
        yield _one_line_each(view, nodes, 1, (), "")


def _plan(view: View, made: Sequence[NodeSummary], unknown: Sequence[str], before: str) -> Plan:
    targets = [
        link.id
        for summary in made
        for link in summary.links
        if link.context == linking.short(view, view.graph.nodes[link.id])
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


def _summary(view: View, node: Node, query: str | None, most: Extent) -> NodeSummary:
    """The fullest summary of a node; of one that was shown before, only its other links."""
    shown = view.shown
    call = shown.summaries.get(node.id)
    if call is None and node.id in shown.pieces and shown.is_whole(node):
        # The whole text was shown, and its links with it.
        call, ranked = max(shown.pieces[node.id].values()), []
    else:
        known = shown.links.get(node.id, {})
        ranked = [link for link in linking.strongest(view, node, query) if link.target not in known]
    first = call is None
    back = linking.telling_backlinks(view, node, query)[: most.backlinks] if first else []
    typed = linking.types(view, view.graph.links_from(node.id))
    unresolved = linking.unresolved(view, node) if first else ()
    return NodeSummary(
        id=node.id,
        title=view.words(node.title),
        kind=node.kind.value,
        cost=view.cost(node),
        description=(
            view.words(node.description) if first and node.id not in shown.described else ""
        ),
        fields=_fields(view, node, _listed_fields(view, node, ranked[: most.links]))
        if first
        else (),
        outline=outline(view, node, query) if first else (),
        links=linking.lines(view, ranked[: most.links], typed),
        more_links=max(0, len(ranked) - most.links),
        backlinks=linking.backlink_lines(view, back),
        backlink_count=view.graph.indegree(node.id) if first else 0,
        shown_in=call,
        unresolved=unresolved[: most.unresolved],
        more_unresolved=len(unresolved[most.unresolved :]),
        status=view.status(node),
        successors=linking.successors(view, node) if first else (),
    )


def _reduced(summary: NodeSummary, extent: Extent) -> NodeSummary:
    links = summary.links[: extent.links]
    unresolved = summary.unresolved[: extent.unresolved]
    return replace(
        summary,
        links=links,
        more_links=summary.more_links + len(summary.links) - len(links),
        backlinks=summary.backlinks[: extent.backlinks],
        outline=summary.outline if extent.outline else (),
        unresolved=unresolved,
        more_unresolved=summary.more_unresolved + len(summary.unresolved) - len(unresolved),
    )


def _text(summary: NodeSummary) -> str:
    name = writing.identifier(summary.id)
    if summary.shown_in is not None:
        head = f"[[{name}]] was shown {where(summary.shown_in)}."
        if not summary.links:
            return head
        return "\n".join([f"{head} More of its links:", *_link_lines(summary)])
    title = "" if summary.title in summary.id else f" {summary.title}"
    text = [f"# [[{name}]]{title} ({marks_of(summary.kind, summary.status)}{summary.cost} tokens)"]
    if summary.successors:
        named = ", ".join(linking.reference(line) for line in summary.successors)
        text.append(f"replaced by {named}")
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
    if summary.unresolved:
        text.append(linking.write_unresolved(summary.unresolved, summary.more_unresolved))
    if summary.backlink_count:
        text.append(
            f"linked from {summary.backlink_count}" + (", e.g.:" if summary.backlinks else "")
        )
        text += linking.write(summary.backlinks)
    return "\n".join(text)


def _link_lines(summary: NodeSummary) -> list[str]:
    text = [*linking.write(summary.links, summary.description)]
    if summary.more_links:
        again = "call read_summary again" if summary.links else "not shown"
        text.append(f"- {summary.more_links} more: {again}")
    return text


def _listed_fields(view: View, node: Node, links: Sequence[Link]) -> frozenset[str]:
    """The frontmatter fields all of whose values are among the links that are listed."""
    targets = {link.target for link in links}
    listed = Counter(link.key for link in view.graph.links_from(node.id) if link.target in targets)
    fields = node.document.frontmatter.fields
    return frozenset(key for key, count in listed.items() if _texts(fields.get(key)) == count)


def _texts(value: Value) -> int:
    """How many values a field holds, in all its lists and mappings."""
    if isinstance(value, tuple):
        return sum(map(_texts, value))
    return sum(map(_texts, value.values())) if isinstance(value, Mapping) else 1


def _fields(view: View, node: Node, listed: frozenset[str]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    if node.declared_kind and node.declared_kind.casefold() not in ("moc", "map", "node"):
        found.append(("kind", node.declared_kind))
    for key, words in (("aliases", node.aliases), ("tags", node.tags), ("topics", node.topics)):
        if words:
            found.append((key, ", ".join(words)))
    for key, value in node.fields.items():
        if value not in (None, "", ()) and key not in listed:
            found.append((key, scalar_text(value)))
    return tuple(
        (view.words(key), shortened(view.words(" ".join(value.split())), FIELD_CHARS))
        for key, value in found[:FIELDS]
    )
