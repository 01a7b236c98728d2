"""A graph as one session sees it: costs, what was shown before, and what a line says of a node."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from skillagent.disclosure import writing
from skillagent.disclosure.draft import Draft
from skillagent.disclosure.ledger import Disclosed, Level
from skillagent.disclosure.results import IndexLine
from skillagent.disclosure.shown import Shown
from skillagent.markdown import Document
from skillagent.markdown.hidden import visible
from skillagent.markdown.inline import plain_text
from skillagent.markdown.prose import shortened
from skillagent.store import GraphView, LinkView, NodeHead
from skillagent.tokens import TokenCounter

LINE_CHARS = 200
"""A description in a listing is cut to this length."""
INSTRUCTIONS = 0
"""The call number of the system prompt."""
COUNTED_TEXTS = 20_000
"""So many texts are remembered with their tokens."""

_LEADING = re.compile(r"^\W*(?:[-–—:]|--)+\s*")


class SessionView:
    """A graph as one session sees it.

    Args:
        graph: what there is to see.
        counter: counts every cost.
        hidden_text: show also comments, and characters that a reader does not see.
    """

    def __init__(self, graph: GraphView, counter: TokenCounter, hidden_text: bool = False) -> None:
        self.graph = graph
        self.counter = counter
        self.hidden_text = hidden_text
        self.shown = Shown()
        self._counted_as = f"{counter.name}, hidden text" if hidden_text else counter.name
        self._counts: dict[str, int] = {}
        self._phrases: dict[LinkView, str] = {}

    def cost(self, node: NodeHead) -> int:
        """Tokens of a node's whole body, as it would be shown."""

        def count() -> int:
            document = self.graph.document(node.id)
            text = self.text(node, document.frontmatter.body_start, len(document.text))
            return self.counter.count(text.strip())

        return self.graph.figures.cost(node.digest, self._counted_as, count)

    def words(self, text: str) -> str:
        """Any value that a file, a folder or an author gave, as a part of one line."""
        return writing.words(text if self.hidden_text else visible(text))

    def text(self, node: NodeHead, start: int, end: int) -> str:
        """A stretch of a node's file as it is shown.

        Args:
            node: the node.
            start: offset where the stretch begins.
            end: offset where it ends.
        """
        document = self.graph.document(node.id)
        if self.hidden_text:
            return writing.body(document.text[start:end])

        def compare() -> bool:
            whole = _uncommented(document, 0, len(document.text))
            return writing.body(visible(whole)) == document.text

        if self.graph.figures.is_plain(node.digest, compare):
            return document.text[start:end]
        return writing.body(visible(_uncommented(document, start, end)))

    def is_hidden(self, document: Document, position: int) -> bool:
        """Whether a place is in a comment that is not shown."""
        return not self.hidden_text and bool(document.comments.covering(position))

    def count(self, text: str) -> int:
        """Tokens of a part of a node, counted once."""
        tokens = self._counts.get(text)
        if tokens is None:
            if len(self._counts) > COUNTED_TEXTS:
                self._counts.clear()
            tokens = self._counts[text] = self.counter.count(text)
        return tokens

    def is_whole(self, node: str, new: Iterable[int] = ()) -> bool:
        """True if every piece of a node was shown, counting the new ones."""
        shown = {*self.shown.pieces.get(node, ()), *new}
        return len(shown) == len(self.graph.document(node).pieces)

    def disclosed(self, draft: Draft) -> tuple[Disclosed, ...]:
        """What an answer discloses, as the ledger has it."""
        entries: list[Disclosed] = []
        for node in draft.lines:
            entries.append(Disclosed(node, Level.INDEX, self.digest(node)))
        for node in draft.summaries:
            entries.append(Disclosed(node, Level.SUMMARY, self.digest(node)))
        for node, indexes in draft.pieces.items():
            if self.is_whole(node, indexes):
                entries.append(Disclosed(node, Level.NODE, self.digest(node)))
            else:
                entries.append(Disclosed(node, Level.SECTION, self.digest(node), draft.section))
        return tuple(entries)

    def digest(self, node: str) -> str:
        """SHA-256 of a node's file."""
        return self.graph.head(node).digest

    def line(
        self, node: NodeHead, *, phrase: str = "", heading: str = "", why: str = ""
    ) -> tuple[IndexLine, bool]:
        """A node as one line, and whether that line holds its whole description.

        The author's description comes first, then the phrase with which a map links the node,
        then the first sentence of its text.
        """
        call = self.shown.line_call(node.id)
        is_whole = False
        text = ""
        if call is None:
            described = self.words(node.description)
            text = described
            if node.description_derived and phrase:
                text = self.words(phrase)
            text = shortened(text, LINE_CHARS)
            is_whole = text == described
        line = IndexLine(
            node.id,
            node.kind.value,
            self.cost(node),
            text,
            self.words(heading),
            self.words(why),
            shown_in=call,
            status=self.status(node),
        )
        return line, is_whole

    def status(self, node: NodeHead) -> str:
        """One word for why a node should not be relied on; empty if it may be."""
        outdated = self.graph.outdated(node.id)
        return outdated.word if outdated else ""

    def phrase(self, link: LinkView) -> str:
        """The context of a link, without the link's own words where they only begin it."""
        phrase = self._phrases.get(link)
        if phrase is None:
            phrase = self._phrases[link] = self._phrase(link)
        return phrase

    def _phrase(self, link: LinkView) -> str:
        text = link.context
        title = self.graph.head(link.target).title if link.target else ""
        for name in (link.label, link.name, title):
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
