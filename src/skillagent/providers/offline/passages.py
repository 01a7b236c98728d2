"""A node's text cut into sentences that can be quoted, each with the headings above it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from skillagent.markdown.inline import plain_text
from skillagent.markdown.prose import sentences, shortened

LONGEST = 400
"""Characters of a quoted sentence at most; what is longer is cut at a clause or a word."""
LETTERS = 10
"""A sentence has so many letters at least. One of a script that writes no spaces counts three."""
LISTED, ITEM = 8, 200
"""Items quoted below what announces a list, and characters of each of them."""
WINDOW = 400
"""A sentence is quoted with its paragraph and what follows in its section: so many characters."""
LABEL = 30
"""Characters below which a text that ends with a colon is a label, such as "Relevant notes:"."""
CODE_LINES = 8
"""Lines of code quoted below a sentence that announces them."""
_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})")
_HEADING = re.compile(r"^[ \t>]*(#{1,6})[ \t]+(.*?)[ \t#]*$")
_ITEM = re.compile(r"^[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[.\][ \t]+)?")
_QUOTED = re.compile(r"^[ \t]*(?:>[ \t]?)+(?:\[![^\]]*\][-+]?[ \t]*)?")
_RULE = re.compile(r"^[ \t]*(?:(?:[-*_=][ \t]*){3,}|\|?[ \t:|-]+\|[ \t:|-]*)$")
_UNSEEN = re.compile(r"<!--.*?-->|%%.*?%%|<(style|script)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)|</?(?!\w+:)[A-Za-z][^<>]*>")
"""An HTML tag, or a code span, in which the same marks are text. An address in them is none."""
_BLOCK_ID = re.compile(r"[ \t]\^[A-Za-z0-9-]+$")
_POINTER = re.compile(r"^\[(?:section .*|the beginning): shown .*\]$|^embedded \[\[.*\]\]:$")
_DEFINITION = re.compile(r"^\[[^\]]+\]:[ \t]")
_LINK = re.compile(
    r"!?\[((?:[^\[\]]|\[[^\]]*\])*)\](?:\([^()\s]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])"
)
_POINTS_ELSEWHERE = re.compile(_ITEM.pattern + r"(?:\*\*|__)?!?\[")
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")


Kind = Literal["text", "item", "pointer", "row", "heading"]
"""Prose, an item of a list, an item that begins with a link and so is about another node, a row of
a table, or a heading with nothing but a list or code below it."""


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
    """The items or lines of code that it announces."""
    kind: Kind = "text"
    around: str = ""
    """The sentence with those of its section that are quoted with it."""
    until: int | None = None
    """The number of the last passage that is quoted with it."""
    announced: int | None = None
    """Of an item: the number of the passage that announces its list."""
    paragraph: int = 0
    """The number of its paragraph in the text."""

    @property
    def quoted(self) -> str:
        return self.around or self.text

    def moved(self, count: int) -> Passage:
        """The passage where so many others stand before those of its text."""
        return replace(
            self,
            until=None if self.until is None else self.until + count,
            announced=None if self.announced is None else self.announced + count,
        )


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
        self._paragraph = 0
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
        if self._bare and kind == "item":
            self._found_heading("heading")
            self._announcing = len(self.found) - 1
        self._bare = False
        if kind == "code":
            self._announce(lines, CODE_LINES)
            self._announcing = None
        elif kind == "item":
            self._announce([f"- {shortened(plain(_item(lines)), ITEM)}"], LISTED)
            self._add(kind, lines)
        elif kind == "text":
            self._announcing = None
            self._add(kind, lines)
        elif before == "row":  # the first row of a table is its header
            self._announce([f"- {row}" for row in _sentences(kind, lines)], LISTED)
            self._add(kind, lines)

    def close(self) -> tuple[Passage, ...]:
        """All passages, once every block was taken."""
        self._keep_bare_heading()
        return tuple(_with_window(self.found, at) for at in range(len(self.found)))

    def _keep_bare_heading(self) -> None:
        """A heading with nothing below it is all that its section says."""
        if self._bare:
            self._found_heading("text")

    def _found_heading(self, kind: Kind) -> None:
        titles = tuple(title for _, title in self._path)
        self._paragraph += 1
        number = self._paragraph
        self.found.append(Passage(titles[-1], titles[:-1], kind=kind, paragraph=number))

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
        announced = self._announcing if block in ("item", "row") else None
        self._paragraph += 1
        before = ""
        for sentence in _sentences(block, lines):
            if _letters(sentence) >= LETTERS:
                self.found.append(
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
        if block == "text" and self.found and self.found[-1].text == before:
            self._announcing = len(self.found) - 1


def _with_window(found: Sequence[Passage], at: int) -> Passage:
    """A sentence with what is quoted beside it: its paragraph from the start if that is short, then
    what follows in its section, to the first list or code."""
    passage = found[at]
    if passage.kind != "text" or passage.below:
        return passage
    first = _start(found, at)
    last, length = first, len(found[first].text)
    while last + 1 < len(found) and not (last >= at and found[last].below):
        following = found[last + 1]
        length += 1 + len(following.text)
        same = following.kind == "text" and following.headings == passage.headings
        label = following.text.endswith(":") and len(following.text) < LABEL
        if not same or label or length > WINDOW:
            break
        last += 1
    last = max(last, at)
    text = " ".join(one.text for one in found[first : last + 1])
    return replace(passage, around=text, until=last, below=found[last].below)


def _start(found: Sequence[Passage], at: int) -> int:
    """The number of the first sentence of a short paragraph; of a long one, the sentence's own."""
    number = found[at].paragraph
    first, last, length = at, at, len(found[at].text)
    while length <= WINDOW and first and found[first - 1].paragraph == number:
        first -= 1
        length += 1 + len(found[first].text)
    while length <= WINDOW and last + 1 < len(found) and found[last + 1].paragraph == number:
        last += 1
        length += 1 + len(found[last].text)
    return first if length <= WINDOW else at


def _item(lines: list[str]) -> str:
    return _ITEM.sub("", " ".join(lines))


def _passage_kind(block: str, lines: list[str]) -> Kind:
    if block == "row":
        return "row"
    if block != "item":
        return "text"
    return "pointer" if _POINTS_ELSEWHERE.match(lines[0]) else "item"


def plain(text: str) -> str:
    """One line without marks, tags and link destinations."""
    return plain_text(_TAG.sub(_kept_code, _LINK.sub(r"\1", text)))


def _kept_code(match: re.Match[str]) -> str:
    return match[0] if match[1] else ""


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
