"""What the three operations share: costs, what was shown before, and one way to write a line."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from skillagent.disclosure import writing
from skillagent.disclosure.ledger import Disclosed, Level
from skillagent.disclosure.results import IndexLine, IndexResult, Result
from skillagent.graph import Link, Node, NodeKind, SkillGraph
from skillagent.index import SearchIndex
from skillagent.markdown import Document
from skillagent.markdown.hidden import visible
from skillagent.markdown.inline import plain_text
from skillagent.markdown.prose import shortened
from skillagent.tokens import TokenCounter

LINE_CHARS = 200
"""A description in a listing is cut to this length."""
INSTRUCTIONS = 0
"""The call number of what stands in the system prompt."""

_LEADING = re.compile(r"^\W*(?:[-–—:]|--)+\s*")


@dataclass(frozen=True, slots=True)
class Plan:
    """One possible answer: its text, the same as values, and what it would disclose."""

    text: str
    result: Result
    lines: tuple[str, ...] = ()
    """Ids of nodes listed."""
    described: tuple[str, ...] = ()
    """Those whose whole description was shown."""
    summaries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Node → the targets of the links shown with its summary."""
    pieces: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Node → indexes of the pieces of its body that were shown."""
    section: str = ""
    listing: tuple[str | None, ...] = ()
    """What identifies the page of a listing."""

    def disclosed(self, view: View) -> tuple[Disclosed, ...]:
        found: list[Disclosed] = []
        for node in self.lines:
            found.append(Disclosed(node, Level.INDEX, view.digest(node)))
        for node in self.summaries:
            found.append(Disclosed(node, Level.SUMMARY, view.digest(node)))
        for node, indexes in self.pieces.items():
            if view.shown.is_whole(view.graph.nodes[node], indexes):
                found.append(Disclosed(node, Level.NODE, view.digest(node)))
            else:
                found.append(Disclosed(node, Level.SECTION, view.digest(node), self.section))
        return tuple(found)


class Shown:
    """What the session has disclosed so far, and by which call."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.described: dict[str, int] = {}
        self.summaries: dict[str, int] = {}
        self.links: dict[str, dict[str, int]] = {}
        self.pieces: dict[str, dict[int, int]] = {}
        self.listings: dict[tuple[str | None, ...], tuple[int, str | None]] = {}

    def record(self, plan: Plan, call: int) -> None:
        if plan.listing and isinstance(plan.result, IndexResult):
            self.listings.setdefault(plan.listing, (call, plan.result.cursor))
        for node in plan.lines:
            self.lines.setdefault(node, call)
        for node in plan.described:
            self.described.setdefault(node, call)
        for node, targets in plan.summaries.items():
            self.summaries.setdefault(node, call)
            known = self.links.setdefault(node, {})
            for target in targets:
                known.setdefault(target, call)
        for node, indexes in plan.pieces.items():
            pieces = self.pieces.setdefault(node, {})
            for index in indexes:
                pieces.setdefault(index, call)

    def forget(self, after: int) -> None:
        """Unlearn what the calls after one disclosed: their answers left the conversation."""
        for table in (self.lines, self.described, self.summaries):
            _drop(table, after)
        for tables in (self.links, self.pieces):
            for known in tables.values():
                _drop(known, after)
        self.pieces = {node: known for node, known in self.pieces.items() if known}
        gone = [key for key, (call, _) in self.listings.items() if call > after]
        for key in gone:
            del self.listings[key]

    def line_call(self, node: str) -> int | None:
        """The first call that showed the node in any way."""
        calls = [
            table[node] for table in (self.lines, self.summaries, self.described) if node in table
        ]
        calls += self.pieces.get(node, {}).values()
        return min(calls, default=None)

    def is_whole(self, node: Node, new: Iterable[int] = ()) -> bool:
        """True if every piece of the node was shown, counting the new ones."""
        return len({*self.pieces.get(node.id, ()), *new}) == len(node.document.pieces)


def _drop(table: dict[Any, int], after: int) -> None:
    for key in [key for key, call in table.items() if call > after]:
        del table[key]


class _Plain(dict[str, bool]):
    """Node → whether its file is shown as it is written; kept with its graph, for all sessions."""


class View:
    """A graph as one session sees it.

    Args:
        graph: what there is to see.
        counter: counts every cost.
        hidden_text: show also comments, and characters that a reader does not see.
    """

    def __init__(self, graph: SkillGraph, counter: TokenCounter, hidden_text: bool = False) -> None:
        self.graph = graph
        self.counter = counter
        self.hidden_text = hidden_text
        self.shown = Shown()
        self._costs: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._phrases: dict[Link, str] = {}
        plain = graph.derived.setdefault(_Plain, _Plain())
        assert isinstance(plain, _Plain)
        self._plain = plain

    @property
    def search(self) -> SearchIndex:
        return SearchIndex.of(self.graph)

    def cost(self, node: Node) -> int:
        """Tokens of a node's whole body, as it would be shown."""
        found = self._costs.get(node.id)
        if found is None:
            document = node.document
            shown = self.text(node, document.frontmatter.body_start, len(document.text))
            found = self._costs[node.id] = self.counter.count(shown.strip())
        return found

    def words(self, text: str) -> str:
        """Any value that a file, a folder or an author gave, as a part of one line."""
        return writing.words(text if self.hidden_text else visible(text))

    def text(self, node: Node, start: int, end: int) -> str:
        """A stretch of a node's file as it is shown.

        Args:
            node: whose file.
            start: offset where it begins.
            end: offset where it ends.
        """
        document = node.document
        if self.hidden_text:
            return writing.body(document.text[start:end])
        if node.id not in self._plain:
            shown = writing.body(visible(_uncommented(document, 0, len(document.text))))
            self._plain[node.id] = shown == document.text
        if self._plain[node.id]:
            return document.text[start:end]
        return writing.body(visible(_uncommented(document, start, end)))

    def is_hidden(self, document: Document, position: int) -> bool:
        """Whether a place stands in a comment that is not shown."""
        return not self.hidden_text and bool(document.comments.covering(position))

    def count(self, text: str) -> int:
        """Tokens of a part of a node, counted once."""
        found = self._counts.get(text)
        if found is None:
            if len(self._counts) > 20_000:
                self._counts.clear()
            found = self._counts[text] = self.counter.count(text)
        return found

    def digest(self, node: str) -> str:
        return self.graph.nodes[node].digest

    def line(
        self, node: Node, *, phrase: str = "", heading: str = "", why: str = ""
    ) -> tuple[IndexLine, bool]:
        """A node as one line, and whether that line holds its whole description.

        The author's description comes first, then the phrase with which a map links the node,
        then the first sentence of its text.
        """
        call = self.shown.line_call(node.id)
        whole = False
        text = ""
        if call is None:
            described = self.words(node.description)
            text = described
            if node.description_derived and phrase:
                text = self.words(phrase)
            text = shortened(text, LINE_CHARS)
            whole = text == described
        found = IndexLine(
            node.id,
            node.kind.value,
            self.cost(node),
            text,
            self.words(heading),
            self.words(why),
            shown_in=call,
            status=self.status(node),
        )
        return found, whole

    def status(self, node: Node) -> str:
        """One word for why a node should not be relied on; empty if it may be."""
        outdated = self.graph.outdated.get(node.id)
        return outdated.word if outdated else ""

    def phrase(self, link: Link) -> str:
        """The context of a link, without the link's own words where they only begin it."""
        found = self._phrases.get(link)
        if found is None:
            found = self._phrases[link] = self._phrase(link)
        return found

    def _phrase(self, link: Link) -> str:
        text = link.context
        node = self.graph.nodes.get(link.target or "")
        names = (link.label, link.reference.target, node.title if node else "")
        for name in names:
            if "[" in name or "*" in name or "`" in name:
                name = plain_text(name)
            if name and text.startswith(name):
                return _LEADING.sub("", text[len(name) :]).strip()
        return text


def _uncommented(document: Document, start: int, end: int) -> str:
    """A stretch of a document without its comments."""
    comments = document.comments
    if not comments.starts:
        return document.text[start:end]
    kept = []
    at = bisect_right(comments.ends, start)
    while at < len(comments.starts) and comments.starts[at] < end:
        kept.append(document.text[start : comments.starts[at]])
        start = comments.ends[at]
        at += 1
    return "".join((*kept, document.text[start:end]))


def write_line(line: IndexLine) -> str:
    """`- [[id]] (map, deprecated, 812 tokens) description | matches title (word)`."""
    name = writing.identifier(line.id)
    marks = marks_of(line.kind, line.status)
    text = f"- [[{name}]] ({marks}{line.cost} tokens{_shown(line.shown_in)})"
    if line.description:
        text += f" {line.description}"
    if line.why:
        text += f" | {line.why}"
    return text


def marks_of(kind: str, status: str) -> str:
    """What is written before a node's cost: its kind unless it is a plain node, its status."""
    marks = ("" if kind == NodeKind.NODE.value else kind, status)
    return "".join(f"{mark}, " for mark in marks if mark)


def _shown(call: int | None) -> str:
    return "" if call is None else f"; shown {where(call)}"


def where(call: int) -> str:
    """`in call 3`, or where the instructions stand."""
    return "above" if call == INSTRUCTIONS else f"in call {call}"
