"""Find sentences in prose: around a link, at the beginning of a paragraph, in a whole text."""

from __future__ import annotations

import re
from typing import NamedTuple

from skillagent.markdown import inline
from skillagent.markdown.lazy_pattern import lazy_pattern

CONTEXT_CHARS = 240
"""Longest context in characters; a longer one is cut at words, around its link."""
_REACH = 2_000
"""How far from a link its paragraph is searched, in characters."""

_PLACE = "\x01"
"""Marks the place of a link in the text around it."""
_BLANK = lazy_pattern(r"\n[ \t>]*\n")
_ITEM = lazy_pattern(
    r"[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?|[ \t]*\||[ \t>]*#{1,6}[ \t]"
)
# The mark comes first and the look-behinds after it, so that `re` skips from mark to mark.
_SENTENCE_END = lazy_pattern(
    r"[.!?…。！？｡؟۔।॥։።။](?:(?<=[。！？｡؟۔।॥։።။])[」』）】》”’]*+|"
    r"(?<!\b[Ee]\.g\.)(?<!\b[Ii]\.e\.)(?<!\bcf\.)(?<!\bvs\.)(?<!\bDr\.)(?<!\bMr\.)(?<!\bMs\.)"
    r"(?<!\bMrs\.)(?<!\bno\.)(?<!\bNo\.)(?<!\bFig\.)(?<!\bSt\.)(?<!\betc\.,)"
    r"(?:[\"'”’)\]*_]|\^\w++)*+(?=\s+[^\sa-z]))"
)
_QUOTE = lazy_pattern(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)
_LETTER_FIRST = lazy_pattern(r"\s*[^\W\d_]")
_HEADING = lazy_pattern(r"#{1,6}(?:[ \t]|$)|={2,}$|-{2,}$")
_FENCES = (":::", "!!!", "???")
"""A line that opens or closes a container of a site builder: it is not part of a paragraph."""
_CLOSING_HASHES = lazy_pattern(r"[ \t]+#+[ \t]*$")
_BLOCK_ID = lazy_pattern(r"[ \t]\^[A-Za-z0-9-]+[ \t]*$")


class LinkWords(NamedTuple):
    """The words around a link, which say why to follow it."""

    context: str
    """The sentence or list item around the link as plain text, at most `CONTEXT_CHARS` long."""
    sentence: tuple[int, int]
    """Offsets where this sentence or list item begins and ends."""
    leads: bool
    """Whether the context begins with the link."""


def words_around(text: str, start: int, end: int, lower: int = 0) -> LinkWords:
    """The words around a link.

    Args:
        text: the whole document.
        start: offset of the link.
        end: offset after the link.
        lower: offset where the body begins; no text before it is used.
    """
    first, last = sentence(text, start, end, lower)
    before, link, after = text[first:start], text[start:end], text[end:last]
    return LinkWords(_context(before, link, after), (first, last), leads(before))


def leads(before: str) -> bool:
    """Whether nothing of a sentence or list item is shown before its link.

    Args:
        before: the text before the link as written.
    """
    words = _without_mark(before)
    # A letter before all marks is shown in any case: no mark can hide it.
    return not (_LETTER_FIRST.match(words) or _shown(words))


def _context(before: str, link: str, after: str) -> str:
    """The context of a link, from the parts of its sentence."""
    words, after = _without_mark(before), inline.without_list(after)
    if len(words) < len(before) and before.lstrip()[:1] == "#":
        after = _CLOSING_HASHES.sub("", inline.without_id(after)[0])
    if "^" in after:
        after = _BLOCK_ID.sub("", after)
    # Both sides are read at once, because a mark belongs to what is on its other side.
    head, place, tail = _shown(f"{words.replace(_PLACE, ' ')}{_PLACE}{after}").partition(_PLACE)
    if not place:  # the link is inside something that is not shown, such as a tag
        head = _shown(words) + " " * before[-1:].isspace()
        tail = " " * after[:1].isspace() + _shown(after)
    return _cut(head, inline.link_words(link), tail)


def _shown(text: str) -> str:
    """The visible text of a part of a paragraph, without the marks of quotes."""
    return inline.shown(_QUOTE.sub("", text) if ">" in text else text)


def _without_mark(block: str) -> str:
    """A block of text without the mark of a list item, row or heading at its beginning."""
    mark = _ITEM.match(block)
    return block[mark.end() :] if mark else block


def sentence(text: str, start: int, end: int, lower: int = 0) -> tuple[int, int]:
    """Where the sentence around a link begins and ends, or the whole list item if it is short.

    Args:
        text: the whole document.
        start: offset of the link.
        end: offset after the link.
        lower: offset where the body begins; no text before it is used.
    """
    first, last = _block(text, start, end, lower)
    block = text[first:last]
    if len(block) <= CONTEXT_CHARS and _ITEM.match(block):
        return first, last
    return _sentence(text, start, end, first, last)


def _block(text: str, start: int, end: int, lower: int) -> tuple[int, int]:
    """The paragraph, list item, table row or heading that contains the link."""
    lower = max(lower, start - _REACH)
    first = text.rfind("\n", lower, start) + 1 or lower
    if _ITEM.match(text, first):
        if text[first : first + 20].lstrip(" \t>").startswith(("|", "#")):
            stop = text.find("\n", end, end + _REACH)
            return first, min(len(text), end + _REACH) if stop < 0 else stop
    else:
        while first > lower and start - first < _REACH:
            above = text.rfind("\n", lower, first - 1) + 1 or lower
            line = text[above : first - 1].strip(" \t>")
            if not line or _HEADING.match(line) or line.startswith(_FENCES):
                break
            first = above
            if _ITEM.match(text, first):
                break
    last = end
    while last - end < _REACH:
        stop = text.find("\n", last, end + _REACH)
        if stop < 0:
            return first, min(len(text), end + _REACH)
        below = text.find("\n", stop + 1, stop + _REACH)
        line = text[stop + 1 : min(below if below >= 0 else len(text), stop + _REACH)]
        words = line.strip(" \t>")
        if not words or words.startswith(_FENCES) or _ITEM.match(line):
            return first, stop
        last = stop + 1
    return first, last


def _sentence(text: str, start: int, end: int, lower: int, upper: int) -> tuple[int, int]:
    block = text[lower:upper]
    first, last = lower, upper
    for match in _SENTENCE_END.finditer(block):
        if lower + match.end() <= start:
            first = lower + match.end()
        elif lower + match.start() >= end:
            last = lower + match.end()
            break
    return first, last


def _cut(head: str, link: str, tail: str) -> str:
    """A context of at most `CONTEXT_CHARS`; the blanks beside the link are in head and tail."""
    left = " " if head[-1:].isspace() and head.strip() else ""
    right = " " if tail[:1].isspace() and tail.strip() else ""
    head, tail = head.strip(), tail.strip()
    link = shortened(link, CONTEXT_CHARS - 4)
    room = CONTEXT_CHARS - len(link) - 2  # for the two gaps
    if len(head) + len(tail) > room:
        before = max(room // 2, room - len(tail))
        if len(head) > before:
            cut = head[-max(0, before - 1) :] if before > 1 else ""
            head = "…" + cut[cut.find(" ") + 1 :]
        after = max(1, room - len(head))
        if len(tail) > after:
            cut = tail[: after - 1]
            tail = cut[: max(0, cut.rfind(" "))] + "…"
    return f"{head}{left}{link}{right}{tail}".strip()


def first_of(paragraph: str) -> str:
    """A paragraph up to the end of its first sentence."""
    match = _SENTENCE_END.search(paragraph)
    return paragraph[: match.end()] if match else paragraph


def shortened(text: str, limit: int) -> str:
    """The text, cut at a sentence, a clause or a word if it is longer than the limit.

    A cut that is not after a sentence is marked with `…`.
    """
    if len(text) <= limit:
        return text
    cut = text[:limit]
    ends = [match.end() for match in _SENTENCE_END.finditer(text[: limit + 2])]
    if ends and limit // 3 <= ends[-1] <= limit:
        return text[: ends[-1]]
    for mark in (" — ", " – ", " -- ", "; ", ": ", ", "):
        at = cut.rfind(mark)
        if at > limit // 2:
            return cut[:at].rstrip() + "…"
    at = cut.rfind(" ")
    return (cut[:at] if at > limit // 2 else cut[: limit - 1]).rstrip(" ,;:—-") + "…"


def sentences(text: str) -> list[str]:
    """The sentences of a text, as written."""
    parts, first = [], 0
    for match in _SENTENCE_END.finditer(text):
        parts.append(text[first : match.end()].strip())
        first = match.end()
    parts.append(text[first:].strip())
    return [sentence for sentence in parts if sentence]


def last_sentence_end(text: str, start: int, end: int) -> int:
    """Offset after the last sentence that ends between two offsets, or 0."""
    last = 0
    for match in _SENTENCE_END.finditer(text, start, end):
        last = match.end()
    return last


def sentence_end(text: str, start: int, end: int) -> tuple[int, int]:
    """Start and end of the first mark after an offset that ends a sentence.

    Both are `end` if no sentence ends before it.
    """
    match = _SENTENCE_END.search(text, start, end)
    return match.span() if match else (end, end)
