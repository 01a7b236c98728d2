"""The text of a node between its tags, and what is said of it. Below: `summary_text`."""

from __future__ import annotations

from skillagent.disclosure import writing
from skillagent.disclosure.listing_text import where
from skillagent.disclosure.results.node import NodeResult
from skillagent.disclosure.summary_text import OUTLINE, summaries


def node(result: NodeResult) -> str:
    if result.summary is not None:
        return summaries(result.summary)
    if result.message:
        return result.message
    if result.level == "pointer":
        return _pointer(result)
    text = writing.marked_lines(result.text, result.tag)
    text_lines = [node_tag(result), text, "</node>"]
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
    names = writing.marked(names, result.tag)
    more = len(missing) - OUTLINE
    return f"{names} and {more} more" if more > 0 else names


def _pointer(result: NodeResult) -> str:
    name = f"{result.id}#{result.section}" if result.section else result.id
    link = f"[[{writing.identifier(name)}]]"
    if not result.shown_in:
        return f"{link} has no text; its summary may have links."
    places = " and ".join(where(call) for call in result.shown_in[-2:])
    return f"{link} was shown {places}; pass again=true to repeat it."
