"""A node's text cut into sentences that can be quoted, each with the headings above it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from skillagent.markdown.inline import plain_text
from skillagent.markdown.prose import sentences, shortened

LONGEST = 400
"""Characters of a quoted sentence at most; what is longer is cut at a clause or a word."""
LETTERS = 10
"""A sentence has so many letters at least. One of a script that writes no spaces counts three."""
LISTED = 4
"""Items quoted below a sentence that announces a list."""
CODE_LINES = 8
"""Lines of code quoted below a sentence that announces them."""
_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})")
_HEADING = re.compile(r"^[ \t>]*(#{1,6})[ \t]+(.*?)[ \t#]*$")
_ITEM = re.compile(r"^[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[.\][ \t]+)?")
_QUOTED = re.compile(r"^[ \t]*(?:>[ \t]?)+(?:\[![^\]]*\][-+]?[ \t]*)?")
_RULE = re.compile(r"^[ \t]*(?:(?:[-*_=][ \t]*){3,}|\|?[ \t:|-]+\|[ \t:|-]*)$")
_UNSEEN = re.compile(r"<!--.*?-->|%%.*?%%|<(style|script)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_BLOCK_ID = re.compile(r"[ \t]\^[A-Za-z0-9-]+$")
_POINTER = re.compile(r"^\[(?:section .*|the beginning): shown .*\]$|^embedded \[\[.*\]\]:$")
_DEFINITION = re.compile(r"^\[[^\]]+\]:[ \t]")
_LINK = re.compile(
    r"!?\[((?:[^\[\]]|\[[^\]]*\])*)\](?:\([^()\s]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])"
)
_POINTS_ELSEWHERE = re.compile(_ITEM.pattern + r"(?:\*\*|__)?!?\[")
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")


Kind = Literal["text", "item", "pointer", "row"]
"""Prose, an item of a list, an item that begins with a link and so is about another node, or a row
of a table."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence, item or row of a node's text."""

    text: str
    headings: tuple[str, ...] = ()
    """The titles above it, outermost first."""
    place: int = 0
    """Its number among the passages of its section."""
    before: str = ""
    """The sentence before it in the same paragraph."""
    below: tuple[str, ...] = ()
    """The items or lines of code that it announces with a colon."""
    kind: Kind = "text"


def passages(text: str) -> tuple[Passage, ...]:
    """The sentences of a Markdown text, in its order.

    Args:
        text: as the tools disclosed it.
    """
    cutter = _Cutter()
    for kind, lines in _blocks(_UNSEEN.sub(" ", text)):
        cutter.take(kind, lines)
    return cutter.close()


class _Cutter:
    """Takes the blocks of a text one by one, with the headings above them."""

    def __init__(self) -> None:
        self.found: list[Passage] = []
        self._path: list[tuple[int, str]] = []
        self._place = 0
        self._announcing: int | None = None
        """Index of the passage that announces the items or the code that come next."""
        self._before = ""
        """Kind of the block before."""
        self._bare = False
        """Nothing stands below the last heading yet."""

    def take(self, kind: str, lines: list[str]) -> None:
        """One block; see `_blocks`."""
        before, self._before = self._before, kind
        if kind == "heading":
            self._enter(lines[0])
            return
        self._bare = False
        if kind == "code":
            self._announce(lines, CODE_LINES)
            self._announcing = None
        elif kind == "item":
            self._announce([f"- {plain(_ITEM.sub('', ' '.join(lines)))}"], LISTED)
            self._add(kind, lines)
        elif kind == "text" or before == "row":  # the first row of a table is its header
            self._announcing = None
            self._add(kind, lines)

    def close(self) -> tuple[Passage, ...]:
        """All passages, once every block was taken."""
        self._keep_bare_heading()
        return tuple(self.found)

    def _keep_bare_heading(self) -> None:
        """A heading with nothing below it is all that its section says."""
        if self._bare and self._path:
            titles = tuple(title for _, title in self._path)
            self.found.append(Passage(titles[-1], titles[:-1]))

    def _enter(self, line: str) -> None:
        match = _HEADING.match(line)
        assert match
        level = len(match[1])
        if self._path and self._path[-1][0] >= level:
            self._keep_bare_heading()
        self._path = [item for item in self._path if item[0] < level]
        self._path.append((level, plain(match[2])))
        self._place = 0
        self._announcing = None
        self._bare = True

    def _announce(self, lines: list[str], most: int) -> None:
        if self._announcing is not None:
            passage = self.found[self._announcing]
            below = (*passage.below, *lines)[:most]
            self.found[self._announcing] = replace(passage, below=below)

    def _add(self, block: str, lines: list[str]) -> None:
        titles = tuple(title for _, title in self._path)
        kind = _passage_kind(block, lines)
        before = ""
        for sentence in _sentences(block, lines):
            if _letters(sentence) >= LETTERS:
                self.found.append(Passage(sentence, titles, self._place, before, kind=kind))
                self._place += 1
                if sentence.endswith((":", "：")) and self._announcing is None:
                    self._announcing = len(self.found) - 1
            before = sentence


def _passage_kind(block: str, lines: list[str]) -> Kind:
    if block == "row":
        return "row"
    if block != "item":
        return "text"
    return "pointer" if _POINTS_ELSEWHERE.match(lines[0]) else "item"


def plain(text: str) -> str:
    """One line without marks, tags and link destinations."""
    return plain_text(_TAG.sub("", _LINK.sub(r"\1", text)))


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """Runs of lines that belong together: `heading`, `code`, `item`, `row` or `text`."""
    kind, block, fence = "text", list[str](), ""
    for line in [*text.split("\n"), ""]:
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence):
                yield "code", _trimmed(block)
                kind, block, fence = "text", [], ""
            else:
                block.append(line)
            continue
        words = _QUOTED.sub("", line).strip()
        starts = _kind(line, words)
        if mark or starts or not words:
            if block:
                yield kind, block
            kind, block = starts or "text", []
        if mark:
            fence = mark[1]
        elif kind == "heading":
            yield kind, [line]
            kind = "text"
        elif words and not _RULE.match(line) and not _POINTER.match(words):
            block.append(words)
    if block:
        yield ("code" if fence else kind), block


def _trimmed(lines: list[str]) -> list[str]:
    """Lines without the blank ones at both ends."""
    return "\n".join(lines).strip("\n").split("\n")


def _kind(line: str, words: str) -> str:
    """What a line begins, if it does not go on with the one before."""
    if _HEADING.match(line):
        return "heading"
    if words.startswith("|"):
        return "row"
    return "item" if _ITEM.match(line) else ""


def _sentences(kind: str, lines: list[str]) -> Iterator[str]:
    text = " ".join(lines)
    if kind == "row":
        cells = [plain(cell) for cell in text.replace("\\|", "¦").strip("| ").split("|")]
        yield shortened(" – ".join(filter(None, cells)), LONGEST)
        return
    text = _ITEM.sub("", text) if kind == "item" else text
    if _DEFINITION.match(text):
        return
    # Links become their words first: a destination may hold the end of a sentence.
    for sentence in sentences(_LINK.sub(r"\1", _BLOCK_ID.sub("", text))):
        yield shortened(plain(sentence), LONGEST)


def _letters(text: str) -> int:
    return sum(
        3 if ord(char) > 0xE00 and unicodedata.name(char, "").startswith(_UNSPACED) else 1
        for char in text
        if char.isalnum()
    )
