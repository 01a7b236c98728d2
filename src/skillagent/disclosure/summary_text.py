"""The text of summaries of nodes. Below: `listing_text`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from skillagent.disclosure import writing
from skillagent.disclosure.listing_text import index_line, marks_of, where
from skillagent.disclosure.results.listing import IndexLine
from skillagent.disclosure.results.summary import (
    LinkLine,
    NodeSummary,
    SectionLine,
    SummaryResult,
)

OUTLINE = 15
"""Most sections of an outline that are shown."""
ABOVE = "as above"
"""Replaces the context of a link if the description above has the same words."""
MIN_ABOVE = 20
"""Contexts of fewer characters are never replaced by `ABOVE`."""


def summaries(result: SummaryResult) -> str:
    before = [result.before] if result.before else []
    if not result.brief:
        return "\n\n".join((*before, *map(_summary, result.nodes), *result.unknown))
    lines = [index_line(_as_line(summary)) for summary in result.nodes]
    if result.more:
        lines.append(f"{result.more} more did not fit")
    return "\n".join((*before, *lines, *result.unknown))


def _as_line(summary: NodeSummary) -> IndexLine:
    return IndexLine(
        summary.id,
        summary.kind,
        summary.cost,
        summary.description,
        shown_in=summary.shown_in,
        status=summary.status,
        tag=summary.tag,
    )


def _summary(summary: NodeSummary) -> str:
    name = writing.identifier(summary.id)
    if summary.shown_in is not None:
        head = f"[[{name}]] was shown {where(summary.shown_in)}."
        if not summary.links:
            return head
        return "\n".join([f"{head} More of its links:", *_summary_links(summary)])
    tag = summary.tag
    title = "" if summary.title in summary.id else f" {writing.marked(summary.title, tag)}"
    marks = marks_of(summary.kind, summary.status)
    text_lines = [f"# [[{name}]]{title} ({marks}{summary.cost} tokens)"]
    if summary.successors:
        text_lines.append(f"replaced by {', '.join(map(_reference, summary.successors))}")
    if summary.description:
        text_lines.append(writing.own_line(writing.marked(summary.description, tag)))
    if summary.fields:
        fields = "; ".join(f"{key}: {value}" for key, value in summary.fields)
        text_lines.append(writing.own_line(writing.marked(fields, tag)))
    if summary.outline:
        is_ranked = any(line.rank for line in summary.outline)
        head = "sections (*1 answers the query best): " if is_ranked else "sections: "
        text_lines.append(head + writing.marked(outline(summary.outline), tag))
    if summary.links or summary.more_links:
        text_lines.append("links, strongest first:" if summary.links else "links:")
        text_lines += _summary_links(summary)
    if summary.unresolved:
        text_lines.append(_unresolved(summary))
    if summary.backlink_count:
        examples = ", e.g.:" if summary.backlinks else ""
        text_lines.append(f"linked from {summary.backlink_count}{examples}")
        text_lines += _links(summary.backlinks)
    return "\n".join(text_lines)


def _summary_links(summary: NodeSummary) -> list[str]:
    text_lines = [*_links(summary.links, summary.description, summary.tag)]
    if summary.more_links:
        again = "call read_summary again" if summary.links else "not shown"
        text_lines.append(f"- {summary.more_links} more: {again}")
    return text_lines


def _links(links: Sequence[LinkLine], description: str = "", tag: str = "") -> Iterator[str]:
    """The lines for some links; neighbours with the same context share a line.

    Args:
        links: links of one summary.
        description: the description above the links, whose words are not repeated.
        tag: the tag around the names of fields.
    """

    def context_of(link: LinkLine) -> str:
        is_repeated = len(link.context) >= MIN_ABOVE and link.context in description
        return ABOVE if is_repeated else writing.marked(link.context, link.tag)

    for context, group in groupby(links, key=context_of):
        if context:
            yield f"- {', '.join(_reference(link, tag) for link in group)}: {context}"
        else:
            yield from (f"- {_reference(link, tag)}" for link in group)


def _reference(link: LinkLine, tag: str = "") -> str:
    """`depends_on: [[id]] (deprecated, 120 tokens)`."""
    types = f"{writing.marked(', '.join(link.types), tag)}: " if link.types else ""
    status = f"{link.status}, " if link.status else ""
    return f"{types}[[{writing.identifier(link.id)}]] ({status}{link.cost} tokens)"


def _unresolved(summary: NodeSummary) -> str:
    """`unresolved: [[x]], [[y]] (may mean [[a/y]], [[b/y]]) and 3 more`."""
    names = []
    is_data = bool(summary.tag)
    for link in summary.unresolved:
        ids = (f"[[{writing.identifier(node, is_data)}]]" for node in link.candidates)
        meaning = f" (may mean {', '.join(ids)})" if link.candidates else ""
        names.append(f"[[{writing.identifier(link.name, is_data)}]]{meaning}")
    more = summary.more_unresolved
    names_text = writing.marked(", ".join(names), summary.tag)
    return f"unresolved: {names_text}" + (f" and {more} more" if more else "")


def outline(sections: Sequence[SectionLine]) -> str:
    """`One 120 | › Sub 40 *1 | Two 300`: titles, tokens, and ranks of the best answers.

    Each `›` marks one level down. A long outline shows the ranked sections and the first ones.
    """
    top = min(line.level for line in sections)
    shown = _shown_sections(sections)
    entries = [
        f"{'›' * (line.level - top)}{' ' if line.level > top else ''}"
        f"{writing.in_outline(line.title)} {line.cost}" + (f" *{line.rank}" if line.rank else "")
        for line in shown
    ]
    if len(sections) > len(shown):
        entries.append(f"{len(sections) - len(shown)} more")
    return " | ".join(entries)


def _shown_sections(sections: Sequence[SectionLine]) -> list[SectionLine]:
    """The lines of an outline that are shown: all ranked ones, and the first others."""
    free = OUTLINE - sum(line.rank > 0 for line in sections)
    shown = []
    for line in sections:
        free -= not line.rank
        if line.rank or free >= 0:
            shown.append(line)
    return shown
