"""`read_summary`: the descriptions, outlines and links of nodes, without their text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from skillagent.disclosure.draft import Draft
from skillagent.disclosure.results import NodeSummary, SummaryResult
from skillagent.disclosure.select import links as node_links
from skillagent.disclosure.select.outline import sections
from skillagent.disclosure.session_view import SessionView
from skillagent.graph import NodeKind
from skillagent.markdown import Value, scalar_text
from skillagent.markdown.prose import shortened
from skillagent.store import LinkView, NodeHead

LINKS, BACKLINKS, UNRESOLVED = 8, 3, 3
"""Most links, backlinks and unresolved links of a summary."""
FIELDS, FIELD_CHARS = 8, 120
"""Most frontmatter fields of a summary, and most characters of each value."""


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
"""The fullest first. Two summaries in one call begin at the second, more at the third."""


def drafts(
    view: SessionView,
    nodes: Sequence[NodeHead],
    query: str | None,
    unknown: Sequence[str] = (),
    before: str = "",
) -> Iterator[Draft]:
    """The summaries with all that they may show, then with less each time, then one line each.

    Args:
        view: the session's graph.
        nodes: the nodes to show, each once.
        query: what the model wants to know; ranks the links.
        unknown: sentences about names that led to no node.
        before: a sentence above all summaries.
    """
    extents = EXTENTS[min(len(nodes), 3) - 1 :]
    full = [_summary(view, node, query, extents[0]) for node in nodes]
    for extent in extents:
        reduced = [_reduced(summary, extent) for summary in full]
        yield _draft(view, reduced, tuple(unknown), before)
    for count in range(len(nodes), 0, -1):
        yield _one_line_each(view, nodes, count, tuple(unknown), before)
    if before:
        yield _one_line_each(view, nodes, 1, (), "")


def _draft(
    view: SessionView, summaries: Sequence[NodeSummary], unknown: tuple[str, ...], before: str
) -> Draft:
    described_targets = [
        link.id
        for summary in summaries
        for link in summary.links
        if link.context == node_links.short(view, view.graph.head(link.id))
    ]
    return Draft(
        SummaryResult(tuple(summaries), unknown, before),
        lines=tuple(dict.fromkeys(described_targets)),
        described=tuple(summary.id for summary in summaries if summary.shown_in is None),
        summaries={summary.id: tuple(link.id for link in summary.links) for summary in summaries},
    )


def _one_line_each(
    view: SessionView,
    nodes: Sequence[NodeHead],
    count: int,
    unknown: tuple[str, ...],
    before: str,
) -> Draft:
    lines = [(node, *view.line(node)) for node in nodes[:count]]
    summaries = tuple(
        NodeSummary(
            id=line.id,
            title=view.words(node.title),
            kind=line.kind,
            cost=line.cost,
            description=line.description,
            fields=(),
            outline=(),
            links=(),
            more_links=0,
            backlinks=(),
            backlink_count=0,
            shown_in=line.shown_in,
            status=line.status,
            tag=line.tag,
        )
        for node, line, _ in lines
    )
    return Draft(
        SummaryResult(summaries, unknown, before, brief=True, more=len(nodes) - count),
        lines=tuple(line.id for _, line, _ in lines),
        described=tuple(line.id for _, line, is_whole in lines if is_whole),
    )


def _summary(view: SessionView, node: NodeHead, query: str | None, most: Extent) -> NodeSummary:
    """The fullest summary of a node; if its summary was shown before, only the other links."""
    shown = view.shown
    call = shown.summaries.get(node.id)
    if call is None and node.id in shown.pieces and view.is_whole(node.id):
        # The whole text was shown, and its links with it.
        call, ranked = max(shown.pieces[node.id].values()), []
    else:
        links = node_links.strongest(view, node, query)
        ranked = [link for link in links if link.target not in shown.links.get(node.id, {})]
    is_new = call is None
    backlinks = node_links.telling_backlinks(view, node, query)[: most.backlinks] if is_new else []
    typed = node_links.types(view, view.graph.links_from(node.id))
    unresolved = node_links.unresolved(view, node) if is_new else ()
    return NodeSummary(
        id=node.id,
        title=view.words(node.title),
        kind=node.kind.value,
        cost=view.cost(node),
        description=(
            view.words(node.description) if is_new and node.id not in shown.described else ""
        ),
        fields=_fields(view, node, _listed_fields(view, node, ranked[: most.links]))
        if is_new
        else (),
        outline=sections(view, node, query) if is_new else (),
        links=node_links.lines(view, ranked[: most.links], typed),
        more_links=max(0, len(ranked) - most.links),
        backlinks=node_links.backlink_lines(view, backlinks),
        backlink_count=view.graph.indegree(node.id) if is_new else 0,
        shown_in=call,
        unresolved=unresolved[: most.unresolved],
        more_unresolved=len(unresolved[most.unresolved :]),
        status=view.status(node),
        successors=node_links.successors(view, node) if is_new else (),
        tag=view.trust.tag_of(node.id),
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


def _listed_fields(view: SessionView, node: NodeHead, links: Sequence[LinkView]) -> frozenset[str]:
    """The frontmatter fields whose values are all listed as links."""
    targets = {link.target for link in links}
    listed = Counter(link.key for link in view.graph.links_from(node.id) if link.target in targets)
    fields = view.graph.document(node.id).frontmatter.fields
    return frozenset(
        key for key, count in listed.items() if _count_values(fields.get(key)) == count
    )


def _count_values(value: Value) -> int:
    """The number of values in a field, with those in its lists and mappings."""
    if isinstance(value, tuple):
        return sum(map(_count_values, value))
    return sum(map(_count_values, value.values())) if isinstance(value, Mapping) else 1


def _told_fields(view: SessionView, node: NodeHead) -> Mapping[str, Value]:
    """The other fields of a header; in a bundle, with what they mean instead of their values."""
    version = view.graph.document(node.id).dialect.okf
    if not version or node.kind is not NodeKind.NODE:
        return node.fields
    from skillagent.graph.trust import told  # late: most graphs are no bundles

    return told(node.fields, version, view.graph.outdated(node.id))


def _fields(
    view: SessionView, node: NodeHead, listed: frozenset[str]
) -> tuple[tuple[str, str], ...]:
    fields: list[tuple[str, str]] = []
    if node.declared_kind and node.declared_kind.casefold() not in ("moc", "map", "node"):
        fields.append(("kind", node.declared_kind))
    for key, values in (("aliases", node.aliases), ("tags", node.tags), ("topics", node.topics)):
        if values:
            fields.append((key, ", ".join(values)))
    for key, value in _told_fields(view, node).items():
        if value not in (None, "", ()) and key not in listed:
            fields.append((key, scalar_text(value)))
    return tuple(
        (view.words(key), shortened(view.words(" ".join(value.split())), FIELD_CHARS))
        for key, value in fields[:FIELDS]
    )
