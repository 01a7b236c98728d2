"""Makes the possible answers to a call from its arguments, or refuses the call.

Above: `toolset`, which takes the first answer that fits. Below: one module of `select` for each
kind of answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from skillagent.disclosure import refusals, writing
from skillagent.disclosure.draft import Draft
from skillagent.disclosure.results import Refusal
from skillagent.disclosure.session_view import SessionView
from skillagent.errors import ResolveError

if TYPE_CHECKING:
    from skillagent.disclosure.select import reading
    from skillagent.store import NodeHead

# Each operation imports what makes its answers: many processes answer one call only.

MAX_NODES = 10
"""Most nodes of one `read_summary`."""
MAX_DEPTH = 3
"""Most links between a node and those that `read_summary` lists around it."""


class CallRefusedError(Exception):
    """The call cannot be carried out. `Toolset` catches it and tells the model why.

    Attributes:
        refusal: the answer to the call.
    """

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal


def index_drafts(
    view: SessionView, limit: int, map: str | None, query: str | None, cursor: str | None
) -> Iterator[Draft]:
    """A page of the entry map, of a map or of a search; see `Toolset.list_index`.

    Raises:
        CallRefusedError: the map cannot be found, or the cursor is not a valid one.
    """
    from skillagent.disclosure.select import listing

    start = _offset(cursor)
    node: NodeHead | None = None
    name = map.strip() if map else ""
    if name:
        try:
            node = _locate(view, name)[0]
        except ResolveError as error:
            if name.casefold() != listing.UNMAPPED:
                raise CallRefusedError(refusals.unresolved(error)) from None
    key = (node.id if node else name or None, (query or "").strip() or None, str(start))
    if earlier_page := view.shown.listings.get(key):
        yield listing.pointer(*earlier_page, *key[:2])
        return
    if key[1]:
        from skillagent.disclosure.select import hits

        page = hits.page(view, key[1], start, node)
    elif node:
        page = listing.one_map(view, node, start)
    elif name:
        page = listing.unmapped(view, start)
    else:
        page = listing.entry(view, start)
    if start and not page.rows:
        message = f"cursor {cursor!r} is past the end; there are {page.total} lines"
        raise CallRefusedError(Refusal("cursor", message))
    drafts = hits.drafts(view, page, limit) if key[1] else listing.drafts(view, page)
    for draft in drafts:
        yield replace(draft, listing=key)


def _offset(cursor: str | None) -> int:
    text = (cursor or "0").strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        message = f"cursor {text[:40]!r} is not valid; leave it out, or use one from an answer"
        raise CallRefusedError(Refusal("cursor", message))
    return int(text)


def summary_drafts(
    view: SessionView, names: list[str], query: str | None, depth: int | None
) -> Iterator[Draft]:
    """Summaries of nodes, or the nodes around them; see `Toolset.read_summary`.

    Raises:
        CallRefusedError: no name leads to a node, or an argument is out of its range.
    """
    if not names or len(names) > MAX_NODES:
        message = f"nodes takes one to {MAX_NODES} ids, not {len(names)}"
        raise CallRefusedError(Refusal("arguments", message))
    if depth is not None and not 1 <= depth <= MAX_DEPTH:
        message = f"depth takes 1 to {MAX_DEPTH}, not {depth}"
        raise CallRefusedError(Refusal("arguments", message))
    nodes: dict[str, NodeHead] = {}
    unresolved: list[Refusal] = []
    for name in names:
        try:
            node = _locate(view, name)[0]
            nodes.setdefault(node.id, node)
        except ResolveError as error:
            unresolved.append(refusals.unresolved(error))
    if not nodes:
        message = " ".join(dict.fromkeys(refusal.message for refusal in unresolved))
        candidates = dict.fromkeys(node for refusal in unresolved for node in refusal.candidates)
        raise CallRefusedError(Refusal(unresolved[0].code, message, tuple(candidates)))
    unknown = tuple(dict.fromkeys(writing.words(refusal.message) for refusal in unresolved))
    if depth is None or depth == 1:
        from skillagent.disclosure.select import summaries

        yield from summaries.drafts(view, list(nodes.values()), query, unknown)
    else:
        from skillagent.disclosure.select import neighbourhood

        yield from neighbourhood.drafts(view, list(nodes.values()), depth, query, unknown)


def node_drafts(
    view: SessionView, name: str, section: str | None, again: bool, limit: int, cap: int
) -> Iterator[Draft]:
    """The text of a node, or of a section; see `Toolset.read_node`.

    Raises:
        CallRefusedError: the name leads to no node, or the node has no such section.
    """
    from skillagent.disclosure.select import reading

    try:
        node, fragment = _locate(view, name)
    except ResolveError as error:
        raise CallRefusedError(refusals.unresolved(error)) from None
    wanted = (section or "").strip() or fragment
    if not wanted:
        body_range: reading.BodyRange | None = reading.whole(view, node)
    else:
        body_range = reading.section(view, node, wanted)
    if body_range is None:
        raise CallRefusedError(_no_section(view, node, wanted))
    yield from reading.drafts(view, node, body_range, again, limit, cap)


def _locate(view: SessionView, name: str) -> tuple[NodeHead, str]:
    """The node that a name leads to, and the heading after `#`; see `GraphView.locate`.

    Answers write some characters of an id as escapes, so a model may copy such an id.

    Raises:
        ResolveError: the name leads to no node, or to several.
    """
    unescaped = writing.from_id(name)
    if unescaped != name and name not in view.graph:
        with suppress(ResolveError):
            node, fragment = view.graph.locate(unescaped)
            return view.graph.head(node), fragment
    node, fragment = view.graph.locate(name)
    return view.graph.head(node), fragment


def _no_section(view: SessionView, node: NodeHead, wanted: str) -> Refusal:
    from skillagent.disclosure import summary_text
    from skillagent.disclosure.select import outline

    sections = outline.sections(view, node)
    message = f"[[{writing.identifier(node.id)}]] has no section {wanted[:80]!r}"
    if sections:
        tag = view.trust.tag_of(node.id)
        outline_text = writing.marked(summary_text.outline(sections), tag)
        message += f"; its sections (tokens): {outline_text}"
    else:
        message += f"; it has no headings: read it whole ({view.cost(node)} tokens)"
    return Refusal("section", message, tuple(line.title for line in sections))
