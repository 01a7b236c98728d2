"""From the arguments of a call to its possible answers, or to why it is refused.

Above: `toolset`, which takes the first answer that fits. Below: one module an operation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from skillagent.disclosure import refusals, render, tools, writing
from skillagent.disclosure.draft import Draft
from skillagent.disclosure.results import Refusal
from skillagent.disclosure.select import listing, neighbourhood, outline, reading, summaries
from skillagent.disclosure.session_view import SessionView
from skillagent.errors import ResolveError
from skillagent.store import NodeHead


class CallRefusedError(Exception):
    """The call cannot be carried out; the model is told why."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal


def of_index(
    view: SessionView, limit: int, map: str | None, query: str | None, cursor: str | None
) -> Iterator[Draft]:
    """A page of the entry map, a map or a search; see `Toolset.list_index`."""
    start = _offset(cursor)
    node: NodeHead | None = None
    name = map.strip() if map else ""
    if name:
        try:
            node = _located(view, name)[0]
        except ResolveError as error:
            if name.casefold() != listing.UNMAPPED:
                raise CallRefusedError(refusals.unresolved(error)) from None
    key = (node.id if node else name or None, (query or "").strip() or None, str(start))
    if page_before := view.shown.listings.get(key):
        yield listing.pointer(*page_before, *key[:2])
        return
    if key[1]:
        page = listing.hits(view, key[1], start, node)
    elif node:
        page = listing.one_map(view, node, start)
    elif name:
        page = listing.unmapped(view, start)
    else:
        page = listing.entry(view, start)
    if start and not page.rows:
        message = f"cursor {cursor!r} is behind the end; there are {page.total} lines"
        raise CallRefusedError(Refusal("cursor", message))
    drafts = listing.hit_drafts(view, page, limit) if key[1] else listing.drafts(view, page)
    for draft in drafts:
        yield replace(draft, listing=key)


def _offset(cursor: str | None) -> int:
    text = (cursor or "0").strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        message = f"cursor {text[:40]!r} is not one; leave it out, or use one from an answer"
        raise CallRefusedError(Refusal("cursor", message))
    return int(text)


def of_summary(
    view: SessionView, names: list[str], query: str | None, depth: int | None
) -> Iterator[Draft]:
    """Several nodes short of their text; see `Toolset.read_summary`."""
    if not names or len(names) > tools.MAX_NODES:
        message = f"nodes takes one to {tools.MAX_NODES} ids, not {len(names)}"
        raise CallRefusedError(Refusal("arguments", message))
    if depth is not None and not 1 <= depth <= tools.MAX_DEPTH:
        message = f"depth takes 1 to {tools.MAX_DEPTH}, not {depth}"
        raise CallRefusedError(Refusal("arguments", message))
    nodes: dict[str, NodeHead] = {}
    refused: list[Refusal] = []
    for name in names:
        try:
            node = _located(view, name)[0]
            nodes.setdefault(node.id, node)
        except ResolveError as error:
            refused.append(refusals.unresolved(error))
    if not nodes:
        message = " ".join(dict.fromkeys(refusal.message for refusal in refused))
        candidates = dict.fromkeys(node for refusal in refused for node in refusal.candidates)
        raise CallRefusedError(Refusal(refused[0].code, message, tuple(candidates)))
    unknown = tuple(dict.fromkeys(writing.words(refusal.message) for refusal in refused))
    if depth is None or depth == 1:
        yield from summaries.drafts(view, list(nodes.values()), query, unknown)
    else:
        yield from neighbourhood.drafts(view, list(nodes.values()), depth, query, unknown)


def of_node(
    view: SessionView, name: str, section: str | None, again: bool, limit: int, cap: int
) -> Iterator[Draft]:
    """A node or a section of it; see `Toolset.read_node`."""
    try:
        node, fragment = _located(view, name)
    except ResolveError as error:
        raise CallRefusedError(refusals.unresolved(error)) from None
    wanted = (section or "").strip() or fragment
    if not wanted:
        stretch: reading.Stretch | None = reading.whole(view, node)
    else:
        stretch = reading.section(view, node, wanted)
    if stretch is None:
        raise CallRefusedError(_no_section(view, node, wanted))
    yield from reading.drafts(view, node, stretch, again, limit, cap)


def _located(view: SessionView, name: str) -> tuple[NodeHead, str]:
    """The node that a name leads to, and the heading behind it; as `SkillGraph.locate`.

    An id that holds what would break an answer is written with escapes, and comes back so.

    Raises:
        ResolveError: no node answers to it, or several do.
    """
    meant = writing.from_id(name)
    if meant != name and name not in view.graph:
        with suppress(ResolveError):
            return _head(view, *view.graph.locate(meant))
    return _head(view, *view.graph.locate(name))


def _head(view: SessionView, node: str, fragment: str) -> tuple[NodeHead, str]:
    return view.graph.head(node), fragment


def _no_section(view: SessionView, node: NodeHead, wanted: str) -> Refusal:
    sections = outline.sections(view, node)
    message = f"[[{writing.identifier(node.id)}]] has no section {wanted[:80]!r}"
    if sections:
        message += f"; its sections (tokens): {render.outline(sections)}"
    else:
        message += f"; it has no headings: read it whole ({view.cost(node)} tokens)"
    return Refusal("section", message, tuple(line.title for line in sections))
