"""Renders a result as the text that a model reads.

The text is made from the result alone, so the two always agree. The docstring of `writing` has the
grammar of every line. Below: only `results` and `writing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from skillagent.disclosure import writing
from skillagent.disclosure.results import (
    INSTRUCTIONS_CALL,
    IndexLine,
    IndexResult,
    LinkLine,
    NeighbourhoodResult,
    NeighbourLine,
    NodeResult,
    NodeSummary,
    Refusal,
    Result,
    SectionLine,
    SummaryResult,
    UnresolvedLink,
)
from skillagent.disclosure.writing import counted

OUTLINE = 15
"""Most sections of an outline that are shown."""
LONG_ARGUMENT = 40
"""Arguments longer than this are not repeated in the call for the next page."""
NAMED = 3
"""Most starts that are named above a neighbourhood."""
ABOVE = "as above"
"""Replaces the context of a link if the description above has the same words."""
MIN_ABOVE = 20
"""Contexts of fewer characters are never replaced by `ABOVE`."""


def render(result: Result) -> str:
    """The text of a result, without the closing line."""
    match result:
        case IndexResult():
            return _listing(result)
        case SummaryResult():
            return _summaries(result)
        case NeighbourhoodResult():
            return _neighbourhood(result)
        case NodeResult():
            return _node(result)
        case Refusal():
            return result.message


def where(call: int) -> str:
    """`in call 3`, or `above` for the system prompt."""
    return "above" if call == INSTRUCTIONS_CALL else f"in call {call}"


# --- listings ---


def _listing(result: IndexResult) -> str:
    if result.shown_in is not None:
        text = f"This page was listed {where(result.shown_in)}."
        return f"{text} More: {_next_page(result)}" if result.cursor else text
    text_lines = [result.title] if result.title else []
    heading = ""
    for line in result.lines:
        if line.heading != heading:
            heading = line.heading
            if heading:
                text_lines.append(f"## {heading}")
        text_lines.append(index_line(line))
    if result.cursor:
        text_lines.append(f"{result.total - int(result.cursor)} more: {_next_page(result)}")
    elif result.footnote:
        text_lines.append(result.footnote)
    return "\n".join(text_lines)


def _next_page(result: IndexResult) -> str:
    arguments = [("map", result.map), ("query", result.query), ("cursor", result.cursor)]
    written = [
        f"{name}=<the same>" if len(value) > LONG_ARGUMENT else f"{name}={writing.json_text(value)}"
        for name, value in arguments
        if value
    ]
    return f"list_index({', '.join(written)})"


def index_line(line: IndexLine) -> str:
    """`- [[id]] (map, deprecated, 812 tokens, 85%) description | matches title (word)`."""
    name = writing.identifier(line.id)
    score = "" if line.score is None else f", {line.score}%"
    place = "" if line.shown_in is None else f"; shown {where(line.shown_in)}"
    text = f"- [[{name}]] ({_marks(line.kind, line.status)}{line.cost} tokens{score}{place})"
    if line.description:
        text += f" {line.description}"
    if line.why:
        text += f" | {line.why}"
    return text


def _marks(kind: str, status: str) -> str:
    """The words before a node's cost: its kind unless it is a plain node, and its status."""
    marks = ("" if kind == "node" else kind, status)
    return "".join(f"{mark}, " for mark in marks if mark)


# --- summaries ---


def _summaries(result: SummaryResult) -> str:
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
    )


def _summary(summary: NodeSummary) -> str:
    name = writing.identifier(summary.id)
    if summary.shown_in is not None:
        head = f"[[{name}]] was shown {where(summary.shown_in)}."
        if not summary.links:
            return head
        return "\n".join([f"{head} More of its links:", *_summary_links(summary)])
    title = "" if summary.title in summary.id else f" {summary.title}"
    marks = _marks(summary.kind, summary.status)
    text_lines = [f"# [[{name}]]{title} ({marks}{summary.cost} tokens)"]
    if summary.successors:
        text_lines.append(f"replaced by {', '.join(map(_reference, summary.successors))}")
    if summary.description:
        text_lines.append(writing.own_line(summary.description))
    if summary.fields:
        fields = "; ".join(f"{key}: {value}" for key, value in summary.fields)
        text_lines.append(writing.own_line(fields))
    if summary.outline:
        is_ranked = any(line.rank for line in summary.outline)
        head = "sections (*1 answers the query best): " if is_ranked else "sections: "
        text_lines.append(head + outline(summary.outline))
    if summary.links or summary.more_links:
        text_lines.append("links, strongest first:" if summary.links else "links:")
        text_lines += _summary_links(summary)
    if summary.unresolved:
        text_lines.append(_unresolved(summary.unresolved, summary.more_unresolved))
    if summary.backlink_count:
        examples = ", e.g.:" if summary.backlinks else ""
        text_lines.append(f"linked from {summary.backlink_count}{examples}")
        text_lines += _links(summary.backlinks)
    return "\n".join(text_lines)


def _summary_links(summary: NodeSummary) -> list[str]:
    text_lines = [*_links(summary.links, summary.description)]
    if summary.more_links:
        again = "call read_summary again" if summary.links else "not shown"
        text_lines.append(f"- {summary.more_links} more: {again}")
    return text_lines


def _links(links: Sequence[LinkLine], description: str = "") -> Iterator[str]:
    """The lines for some links; neighbours with the same context share a line.

    Args:
        links: links of one summary.
        description: the description above the links, whose words are not repeated.
    """

    def context_of(link: LinkLine) -> str:
        is_repeated = len(link.context) >= MIN_ABOVE and link.context in description
        return ABOVE if is_repeated else link.context

    for context, group in groupby(links, key=context_of):
        if context:
            yield f"- {', '.join(map(_reference, group))}: {context}"
        else:
            yield from (f"- {_reference(link)}" for link in group)


def _reference(link: LinkLine) -> str:
    """`depends_on: [[id]] (deprecated, 120 tokens)`."""
    types = f"{', '.join(link.types)}: " if link.types else ""
    status = f"{link.status}, " if link.status else ""
    return f"{types}[[{writing.identifier(link.id)}]] ({status}{link.cost} tokens)"


def _unresolved(links: Sequence[UnresolvedLink], more: int) -> str:
    """`unresolved: [[x]], [[y]] (may mean [[a/y]], [[b/y]]) and 3 more`."""
    names = []
    for link in links:
        candidates = ", ".join(f"[[{writing.identifier(node)}]]" for node in link.candidates)
        meaning = f" (may mean {candidates})" if candidates else ""
        names.append(f"[[{writing.identifier(link.name)}]]{meaning}")
    return f"unresolved: {', '.join(names)}" + (f" and {more} more" if more else "")


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


# --- neighbourhoods ---


def _neighbourhood(result: NeighbourhoodResult) -> str:
    names = ", ".join(f"[[{writing.identifier(node)}]]" for node in result.starts[:NAMED])
    if len(result.starts) > NAMED:
        names += f" and {len(result.starts) - NAMED} more"
    around = counted(result.total - len(result.starts), "node")
    text_lines = [f"# {around} within {result.depth} steps of {names}"]
    steps = 0
    for line in result.lines:
        if line.steps != steps:
            steps = line.steps
            text_lines.append(f"## {counted(steps, 'step')}")
        text_lines.append(index_line(line) + _via(line))
    if more := result.total - len(result.lines):
        text_lines.append(f"{more} more: ask for one of these, or with a query")
    return "\n".join([*text_lines, *result.unknown])


def _via(line: NeighbourLine) -> str:
    if not line.via:
        return ""
    types = f" ({', '.join(line.types)})" if line.types else ""
    return f" | via [[{writing.identifier(line.via)}]]{types}"


# --- texts of nodes ---


def _node(result: NodeResult) -> str:
    if result.summary is not None:
        return _summaries(result.summary)
    if result.message:
        return result.message
    if result.level == "pointer":
        return _pointer(result)
    text_lines = [node_tag(result), result.text, "</node>"]
    if result.missing:
        text_lines.append(
            f"Not shown (tokens): {_missing(result)}. "
            "Call read_node again to go on, or name a section."
        )
    return "\n".join(text_lines)


def node_tag(result: NodeResult) -> str:
    """The line above the text of a node."""
    tag = f'<node id="{writing.attribute(result.id)}"'
    if result.section:
        tag += f' section="{writing.attribute(result.section)}"'
    if result.node_kind not in ("", "node"):
        tag += f' kind="{result.node_kind}"'
    if result.status:
        tag += f' status="{result.status}"'
    if result.replaced_by:
        tag += f' replaced-by="{writing.attribute(result.replaced_by)}"'
    return f"{tag}>"


def _missing(result: NodeResult) -> str:
    missing = result.missing
    if result.brief:
        left = sum(line.cost for line in missing)
        return f"{len(missing)} sections ({left})" if len(missing) > 1 else str(left)
    names = ", ".join(
        f"{writing.in_list(line.title) or 'beginning'} ({line.cost})" for line in missing[:OUTLINE]
    )
    more = len(missing) - OUTLINE
    return f"{names} and {more} more" if more > 0 else names


def _pointer(result: NodeResult) -> str:
    name = f"{result.id}#{result.section}" if result.section else result.id
    link = f"[[{writing.identifier(name)}]]"
    if not result.shown_in:
        return f"{link} has no text; its summary may have links."
    places = " and ".join(where(call) for call in result.shown_in[-2:])
    return f"{link} was shown {places}; pass again=true to repeat it."
