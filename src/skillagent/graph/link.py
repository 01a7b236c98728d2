"""A resolved link, and the sentence around it, which says why to follow it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING

from skillagent.markdown.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from skillagent.markdown import Document, LinkKind, Reference
    from skillagent.markdown.prose import LinkWords

_FOUR_LETTERS = lazy_pattern(r"(?:[\W\d_]*+[^\W\d_]){4}")
NEAR_CHARS = 80
"""How many characters on each side of a link `Link.around` returns."""


class _Cached:
    """Gives a class with slots a dictionary for cached properties, made when the first is read."""


@dataclass(frozen=True, eq=False, init=False, slots=True)
class Link(_Cached):
    """One link of a graph. `target` is None if no node has the name, or if several do."""

    source: str
    """Id of the node that contains it."""
    target: str | None
    """Id of the node that it leads to."""
    reference: Reference
    """The link as written, and its place."""
    rung: str
    """The rule that found the target, such as `stem` or `alias`; without a target, the reason."""
    candidates: tuple[str, ...]
    """Ids of all nodes that this rule found, if there are several."""
    _document: Document

    def __init__(
        self,
        source: str,
        target: str | None,
        reference: Reference,
        rung: str,
        candidates: tuple[str, ...],
        document: Document,
    ) -> None:
        # A graph has more links than anything else: slots take a third of the memory, and these
        # functions a third of the time that the constructor of a frozen dataclass needs.
        _set_source(self, source)
        _set_target(self, target)
        _set_reference(self, reference)
        _set_rung(self, rung)
        _set_candidates(self, candidates)
        _set_document(self, document)

    @property
    def kind(self) -> LinkKind:
        return self.reference.kind

    @property
    def fragment(self) -> str:
        """Heading path or `^block` in the target; empty if none."""
        return self.reference.fragment

    @property
    def name(self) -> str:
        """The target as written."""
        return self.reference.target

    @property
    def start(self) -> int:
        """Offset in the text of its document."""
        return self.reference.start

    @property
    def label(self) -> str:
        return self.reference.label

    @property
    def line(self) -> int:
        """Line in the source file, from 1."""
        return self.reference.line

    @property
    def key(self) -> str:
        """The frontmatter field that contains it; empty in the body."""
        return self.reference.key

    @cached_property
    def section(self) -> str:
        """The nearest heading above the link; empty if none."""
        index = self._document.section_at(self.reference.start)
        return self._document.headings[index].title if index >= 0 else ""

    @cached_property
    def _words(self) -> LinkWords:
        return self.words_around()

    def words_around(self) -> LinkWords:
        """The context, its offsets and whether the link leads it, found anew at each call."""
        return self._document.words_around(self.reference)

    @property
    def context(self) -> str:
        """The sentence or list item around the link as plain text, at most 240 characters."""
        return self._words.context

    @property
    def sentence(self) -> tuple[int, int]:
        """Offsets where the sentence or list item around the link begins and ends."""
        return self._words.sentence

    @property
    def leads(self) -> bool:
        """Whether the context begins with the link."""
        return self._words.leads

    def around(self) -> tuple[str, str]:
        """The raw text before and after the link on its line, at most 80 characters each.

        Ranking uses it, because it takes a fraction of the time that `context` does.
        """
        text, start, end = self._document.text, self.reference.start, self.reference.end
        lower = max(0, start - NEAR_CHARS)
        first = max(text.rfind("\n", lower, start) + 1, lower)
        last = text.find("\n", end, end + NEAR_CHARS)
        return text[first:start], text[end : end + NEAR_CHARS if last < 0 else last]

    @property
    def is_bare(self) -> bool:
        """True if no words beside the link say why to follow it."""
        return bool(self.key) or not _FOUR_LETTERS.match("".join(self.around()))

    @property
    def ambiguous(self) -> bool:
        return len(self.candidates) > 1

    def __repr__(self) -> str:
        return f"Link({self.source!r} → {self.target!r}, {self.kind.value}, line {self.line})"


_set_source, _set_target, _set_reference, _set_rung, _set_candidates, _set_document = (
    vars(Link)[field.name].__set__ for field in fields(Link)
)


def is_block(fragment: str) -> bool:
    """True for `^block`: a caret, then letters, digits and dashes only."""
    return fragment[:1] == "^" and fragment[1:].replace("-", "").isalnum() and fragment.isascii()
