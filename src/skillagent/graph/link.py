"""A link with its target looked up, and the sentence that says why to follow it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from skillagent.markdown import Document, Kind, Reference

_LETTER = re.compile(r"[^\W\d_]")
NEAR_CHARS = 80


@dataclass(frozen=True, eq=False, init=False)
class Link:
    """One link of a graph; `target` is None while nothing, or too much, answers to it."""

    source: str
    """Id of the node it stands in."""
    target: str | None
    """Id of the node it leads to."""
    reference: Reference
    """The link as written, with its place."""
    rung: str
    """The rule of the ladder that found the target, such as `stem` or `alias`; or why not."""
    candidates: tuple[str, ...]
    """Ids of all nodes that answered on that rung, if several did."""
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
        # Links are the most numerous values: set at once, they cost half of what a frozen
        # dataclass takes to set them one by one.
        self.__dict__.update(
            source=source,
            target=target,
            reference=reference,
            rung=rung,
            candidates=candidates,
            _document=document,
        )

    @property
    def kind(self) -> Kind:
        return self.reference.kind

    @property
    def fragment(self) -> str:
        """Heading path or `^block` in the target; empty if none."""
        return self.reference.fragment

    @property
    def name(self) -> str:
        """The target as it is written."""
        return self.reference.target

    @property
    def start(self) -> int:
        """Offset in the text of the document that it is in."""
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
        """The frontmatter field it stands in; empty in the body."""
        return self.reference.key

    @cached_property
    def section(self) -> str:
        """The nearest heading above the link; empty if none."""
        at = self._document.section_at(self.reference.start)
        return self._document.headings[at].title if at >= 0 else ""

    @cached_property
    def context(self) -> str:
        """The sentence or list item around the link, plain, at most 240 characters."""
        return self._document.context(self.reference)

    @cached_property
    def sentence(self) -> tuple[int, int]:
        """Where the sentence or list item around the link begins and ends in its document."""
        return self._document.sentence(self.reference)

    def around(self) -> tuple[str, str]:
        """The raw text before and behind the link on its line, at most 80 characters each.

        What ranking looks at: it takes a fraction of the time of cutting the context.
        """
        text, start, end = self._document.text, self.reference.start, self.reference.end
        lower = max(0, start - NEAR_CHARS)
        first = max(text.rfind("\n", lower, start) + 1, lower)
        last = text.find("\n", end, end + NEAR_CHARS)
        return text[first:start], text[end : end + NEAR_CHARS if last < 0 else last]

    @property
    def is_bare(self) -> bool:
        """True for a link with no words beside it that say why to follow it."""
        return bool(self.key) or len(_LETTER.findall("".join(self.around()))) < 4

    @property
    def ambiguous(self) -> bool:
        return len(self.candidates) > 1

    def __repr__(self) -> str:
        return f"Link({self.source!r} → {self.target!r}, {self.kind.value}, line {self.line})"


def is_block(fragment: str) -> bool:
    """True for `^block`: a caret, then letters, digits and dashes only."""
    return fragment[:1] == "^" and fragment[1:].replace("-", "").isalnum() and fragment.isascii()
