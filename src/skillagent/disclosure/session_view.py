"""A graph as one session sees it: its costs, and what was shown before.

Also decides which texts of a file are shown: without comments and invisible characters, unless the
session asks for them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import TYPE_CHECKING

from skillagent.disclosure import writing
from skillagent.disclosure.draft import Draft
from skillagent.disclosure.ledger import Disclosed, Level
from skillagent.disclosure.results import IndexLine
from skillagent.disclosure.shown import Shown
from skillagent.disclosure.trust import TRUSTED, Trust
from skillagent.markdown.hidden import visible
from skillagent.markdown.inline import plain_text
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.prose import shortened

if TYPE_CHECKING:
    from skillagent.markdown import Document
    from skillagent.store import GraphView, LinkView, NodeHead
    from skillagent.tokens import TokenCounter

LINE_CHARS = 200
"""Descriptions in a listing are cut to this length."""
COUNTED_TEXTS = 20_000
"""Most texts whose tokens are remembered."""

_LEADING = lazy_pattern(r"^\W*(?:[-–—:]|--)+\s*")


class SessionView:
    """A graph as one session sees it.

    Args:
        graph: the graph to show.
        counter: counts the tokens of every text.
        hidden_text: also show comments and invisible characters.
        trust: which roots are not trusted.
    """

    def __init__(
        self,
        graph: GraphView,
        counter: TokenCounter,
        hidden_text: bool = False,
        trust: Trust = TRUSTED,
    ) -> None:
        self.graph = graph
        self.trust = trust
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

        return self.graph.cost(node.id, self._counted_as, count)

    def words(self, text: str) -> str:
        """A value from a file, made safe as part of one line."""
        return writing.words(text if self.hidden_text else visible(text))

    def text(self, node: NodeHead, start: int, end: int) -> str:
        """A part of a node's file as it is shown.

        Args:
            node: the node.
            start: offset of the first character of the part.
            end: offset after its last character.
        """
        document = self.graph.document(node.id)
        if self.hidden_text:
            return writing.body(document.text[start:end])

        if self.is_plain(node):
            return document.text[start:end]
        return writing.body(visible(_uncommented(document, start, end)))

    def is_plain(self, node: NodeHead) -> bool:
        """Whether a node's file is shown exactly as it is written, without its hidden text."""

        def compare() -> bool:
            document = self.graph.document(node.id)
            whole = _uncommented(document, 0, len(document.text))
            return writing.body(visible(whole)) == document.text

        return self.graph.is_plain(node.id, compare)

    def is_hidden(self, document: Document, position: int) -> bool:
        """Whether an offset lies in a comment that is not shown."""
        return not self.hidden_text and bool(document.comments.covering(position))

    def count(self, text: str) -> int:
        """Tokens of a text, counted once."""
        tokens = self._counts.get(text)
        if tokens is None:
            if len(self._counts) > COUNTED_TEXTS:
                self._counts.clear()
            tokens = self._counts[text] = self.counter.count(text)
        return tokens

    def is_whole(self, node: str, new: Iterable[int] = ()) -> bool:
        """Whether every piece of a node's body was shown.

        Args:
            node: id of the node.
            new: indexes of pieces that count as shown.
        """
        shown = {*self.shown.pieces.get(node, ()), *new}
        return len(shown) == len(self.graph.document(node).pieces)

    def disclosed(self, draft: Draft) -> tuple[Disclosed, ...]:
        """The ledger's list of what an answer discloses."""
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
        self,
        node: NodeHead,
        *,
        phrase: str = "",
        author: str = "",
        heading: str = "",
        why: str = "",
        score: int | None = None,
    ) -> tuple[IndexLine, bool]:
        """A node as one line, and whether that line holds its whole description.

        The line shows the author's description; without one, the phrase; without both, the first
        sentence of the text.

        Args:
            node: the node.
            phrase: the context of a link to it.
            author: id of the node that has this link.
            heading: the heading of a map under which it is listed.
            why: where a hit matches the query.
            score: a hit's score in percent of the best one's.
        """
        call = self.shown.line_call(node.id)
        is_whole = False
        text, tag = "", ""
        if call is None:
            tag = self.trust.tag_of(node.id)
            description = self.words(node.description)
            text = description
            if node.description_derived and phrase:
                text = self.words(phrase)
                tag = self.trust.tag_of(author)
            text = shortened(text, LINE_CHARS)
            is_whole = text == description
        line = IndexLine(
            node.id,
            node.kind.value,
            self.cost(node),
            text,
            self.words(heading),
            self.words(why),
            shown_in=call,
            status=self.status(node),
            score=score,
            tag=tag,
        )
        return line, is_whole

    def status(self, node: NodeHead) -> str:
        """Why not to rely on a node, in one word; else empty."""
        outdated = self.graph.outdated(node.id)
        return outdated.word if outdated else ""

    def phrase(self, link: LinkView) -> str:
        """The context of a link, without the link's own words at its beginning."""
        phrase = self._phrases.get(link)
        if phrase is None:
            if len(self._phrases) > COUNTED_TEXTS:
                self._phrases.clear()
            phrase = self._phrases[link] = self._phrase(link)
        return phrase

    def _phrase(self, link: LinkView) -> str:
        text = link.context
        if link.key or not link.leads:
            return text
        title = self.graph.head(link.target).title if link.target else ""
        for name in (link.label, link.name, title):
            if "[" in name or "*" in name or "`" in name:
                name = plain_text(name)
            if name and writing.begins_with_words(text, name):
                return _LEADING.sub("", text[len(name) :]).strip()
        return text


def _uncommented(document: Document, start: int, end: int) -> str:
    """A part of a document without its comments."""
    comments = document.comments
    if not comments.starts:
        return document.text[start:end]
    parts = []
    index = bisect_right(comments.ends, start)
    while index < len(comments.starts) and comments.starts[index] < end:
        parts.append(document.text[start : comments.starts[index]])
        start = comments.ends[index]
        index += 1
    return "".join((*parts, document.text[start:end]))
