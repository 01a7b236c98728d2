"""Cuts a node's text into sentences that can be quoted, each with the headings above it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from skillagent.markdown.inline import plain_text
from skillagent.markdown.prose import sentences, shortened

LONGEST = 400
"""Most characters of a quoted sentence; longer ones are cut at a clause or a word."""
LETTERS = 10
"""Fewest letters of a sentence. A letter of a script without spaces between words counts three."""
LISTED, ITEM = 8, 200
"""Most items quoted below the sentence that announces a list, and most characters of each."""
WINDOW = 400
"""Most characters quoted of a sentence's paragraph and of what follows in its section."""
LABEL = 30
"""A shorter text that ends with a colon is a label, such as "Example:"."""
CODE_LINES = 8
"""Most lines of code quoted below the sentence that announces them."""
_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})")
_HEADING = re.compile(r"^[ \t>]*(#{1,6})[ \t]+(.*?)[ \t#]*$")
_CONTAINER = re.compile(r":{3,}|!!!|\?\?\?|\{%|\{\{[<%]")
"""A line of a site builder that opens or closes a container: it separates blocks."""
_ITEM = re.compile(r"^[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[.\][ \t]+)?")
_QUOTED = re.compile(r"^[ \t]*(?:>[ \t]?)+(?:\[![^\]]*\][-+]?[ \t]*)?")
_RULE = re.compile(r"^[ \t]*(?:(?:[-*_=][ \t]*){3,}|\|?[ \t:|-]+\|[ \t:|-]*)$")
_UNSEEN = re.compile(r"<!--.*?-->|%%.*?%%|<(style|script)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)|</?(?!\w+:)[A-Za-z][^<>]*>")
"""An HTML tag; or a code span, where `<` and `>` are text. `<https://…>` is not a tag."""
_BLOCK_ID = re.compile(r"[ \t]\^[A-Za-z0-9-]+$")
_POINTER = re.compile(r"^\[(?:section .*|the beginning): shown .*\]$|^embedded \[\[.*\]\]:$")
_DEFINITION = re.compile(r"^\[[^\]]+\]:[ \t]")
_LINK = re.compile(
    r"!?\[((?:[^\[\]]|\[[^\]]*\])*)\](?:\([^()\s]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])"
)
_POINTS_ELSEWHERE = re.compile(_ITEM.pattern + r"(?:\*\*|__)?!?\[")
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")


PassageKind = Literal["text", "item", "pointer", "row", "heading"]
"""Prose, an item of a list, an item that begins with a link (it is about another node), a row of a
table, or a heading with only a list or code below it."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence, item or row of a node's text."""

    text: str
    headings: tuple[str, ...] = ()
    """The titles above it, outermost first."""
    place: int = 0
    """Its number among the passages of its section, from 0."""
    before: str = ""
    """The sentence before it in the same paragraph."""
    below: tuple[str, ...] = ()
    """The items or lines of code that it announces."""
    kind: PassageKind = "text"
    around: str = ""
    """The sentence with its neighbours that are quoted with it; empty for none."""
    until: int | None = None
    """Number of the last passage that is quoted with it."""
    announced: int | None = None
    """For an item: number of the passage that announces its list."""
    paragraph: int = 0
    """Number of its paragraph in the text."""

    @property
    def quoted(self) -> str:
        return self.around or self.text

    def moved(self, count: int) -> Passage:
        """The passage with its numbers shifted.

        Args:
            count: passages of other texts that come before.
        """
        return replace(
            self,
            until=None if self.until is None else self.until + count,
            announced=None if self.announced is None else self.announced + count,
        )


def passages(text: str) -> tuple[Passage, ...]:
    """The sentences, items and rows of a Markdown text, in order.

    Args:
        text: the text as the tools disclosed it.
    """
    cutter = _Cutter()
    for kind, lines in _blocks(_UNSEEN.sub(" ", text)):
        cutter.take(kind, lines)
    return cutter.close()


class _Cutter:
    """Collects passages from the blocks of a text, which it takes one by one."""

    def __init__(self) -> None:
        self.passages: list[Passage] = []
        self._path: list[tuple[int, str]] = []
        self._place = 0
        self._paragraph = 0
        self._announcing: int | None = None
        """Number of the passage that announces the next items or code."""
        self._before = ""
        """PassageKind of the block before."""
        self._bare = False
        """Whether the last heading has nothing below it so far."""

    def take(self, kind: str, lines: list[str]) -> None:
        """Take the next block; see `_blocks`."""
        before, self._before = self._before, kind
        if kind == "heading":
            self._enter(lines[0])
            return
        if self._bare and kind == "item":
            self._add_heading("heading")
            self._announcing = len(self.passages) - 1
        self._bare = False
        if kind == "code":
            self._add_below(lines, CODE_LINES)
            self._announcing = None
        elif kind == "item":
            self._add_below([f"- {shortened(plain(_item(lines)), ITEM)}"], LISTED)
            self._add(kind, lines)
        elif kind == "text":
            self._announcing = None
            self._add(kind, lines)
        elif before == "row":  # The first row of a table is its header.
            self._add_below([f"- {row}" for row in _sentences(kind, lines)], LISTED)
            self._add(kind, lines)

    def close(self) -> tuple[Passage, ...]:
        """All passages; call it after the last block."""
        self._keep_bare_heading()
        return tuple(_with_window(self.passages, at) for at in range(len(self.passages)))

    def _keep_bare_heading(self) -> None:
        """Add a heading that has nothing below it as a passage of its own."""
        if self._bare:
            self._add_heading("text")

    def _add_heading(self, kind: PassageKind) -> None:
        titles = tuple(title for _, title in self._path)
        self._paragraph += 1
        number = self._paragraph
        self.passages.append(Passage(titles[-1], titles[:-1], kind=kind, paragraph=number))

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

    def _add_below(self, lines: list[str], most: int) -> None:
        if self._announcing is not None:
            passage = self.passages[self._announcing]
            below = (*passage.below, *lines)[:most]
            self.passages[self._announcing] = replace(passage, below=below)

    def _add(self, block: str, lines: list[str]) -> None:
        titles = tuple(title for _, title in self._path)
        kind = _passage_kind(block, lines)
        announced = self._announcing if block in ("item", "row") else None
        self._paragraph += 1
        before = ""
        for sentence in _sentences(block, lines):
            if _letters(sentence) >= LETTERS:
                self.passages.append(
                    Passage(
                        sentence,
                        titles,
                        self._place,
                        before,
                        kind=kind,
                        announced=announced,
                        paragraph=self._paragraph,
                    )
                )
                self._place += 1
            before = sentence
        if block == "text" and self.passages and self.passages[-1].text == before:
            self._announcing = len(self.passages) - 1


def _with_window(series: Sequence[Passage], at: int) -> Passage:
    """A sentence with its neighbours that are quoted with it.

    They are its paragraph from the beginning if that is short, then the following sentences of its
    section, up to the first list or code.
    """
    passage = series[at]
    if passage.kind != "text" or passage.below:
        return passage
    first = _start(series, at)
    last, length = first, len(series[first].text)
    while last + 1 < len(series) and not (last >= at and series[last].below):
        following = series[last + 1]
        length += 1 + len(following.text)
        is_in_section = following.kind == "text" and following.headings == passage.headings
        is_label = following.text.endswith(":") and len(following.text) < LABEL
        if not is_in_section or is_label or length > WINDOW:
            break
        last += 1
    last = max(last, at)
    text = " ".join(sentence.text for sentence in series[first : last + 1])
    return replace(passage, around=text, until=last, below=series[last].below)


def _start(series: Sequence[Passage], at: int) -> int:
    """Number of the first sentence of a short paragraph; in a long one, of the sentence itself."""
    number = series[at].paragraph
    first, last, length = at, at, len(series[at].text)
    while length <= WINDOW and first and series[first - 1].paragraph == number:
        first -= 1
        length += 1 + len(series[first].text)
    while length <= WINDOW and last + 1 < len(series) and series[last + 1].paragraph == number:
        last += 1
        length += 1 + len(series[last].text)
    return first if length <= WINDOW else at


def _item(lines: list[str]) -> str:
    return _ITEM.sub("", " ".join(lines))


def _passage_kind(block: str, lines: list[str]) -> PassageKind:
    if block == "row":
        return "row"
    if block != "item":
        return "text"
    return "pointer" if _POINTS_ELSEWHERE.match(lines[0]) else "item"


def plain(text: str) -> str:
    """A text as one line without Markdown marks, tags and link destinations."""
    return plain_text(_TAG.sub(_without_tag, _LINK.sub(r"\1", text)))


def _without_tag(match: re.Match[str]) -> str:
    return match[0] if match[1] else ""


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """The blocks of a text, each with its kind: `heading`, `code`, `item`, `row` or `text`."""
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
        words = _words(line)
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


def _words(line: str) -> str:
    """A line without the marks of a quote; empty for one that only marks a container."""
    words = _QUOTED.sub("", line).strip()
    return "" if _CONTAINER.match(words) else words


def _trimmed(lines: list[str]) -> list[str]:
    """The lines without blank ones at the beginning and end."""
    return "\n".join(lines).strip("\n").split("\n")


def _kind(line: str, words: str) -> str:
    """Kind of the block that a line begins; empty if it continues the one before."""
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
    # Links become their words first: a destination may contain a full stop.
    for sentence in sentences(_LINK.sub(r"\1", _BLOCK_ID.sub("", text))):
        yield shortened(plain(sentence), LONGEST)


def _letters(text: str) -> int:
    return sum(
        3 if ord(char) > 0xE00 and unicodedata.name(char, "").startswith(_UNSPACED) else 1
        for char in text
        if char.isalnum()
    )
