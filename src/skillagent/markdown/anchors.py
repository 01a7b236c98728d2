"""Names by which a `#link` finds a heading beside its title: explicit ids, and slugs.

GitHub numbers headings of one title in their order: `setup`, `setup-1`, `setup-2`
(https://github.com/Flet/github-slugger); Python-Markdown writes `setup_1`
(https://python-markdown.github.io/extensions/toc/). Pandoc, kramdown and VitePress take the id
from `{#id}` behind a title, kramdown and Python-Markdown from `{: #id }` behind any element,
MDX from `{/*id*/}`, and HTML from `id` or `name` of an element.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from skillagent.markdown.masks import Ranges

_NOT_IN_SLUG = re.compile(r"[^\w\- ]")
_NOT_IN_KEY = re.compile(r"[\W_]+")
_ELEMENT = re.compile(r"<[A-Za-z][^<>]*?\s(?:id|name)[ \t]*=[ \t]*[\"']?([^\s\"'<>]+)")
_BETWEEN = re.compile(r"[^<>\n]{0,200}>(?:\s|<[^<>\n]{0,200}>){0,200}")
_LIST = re.compile(r"\{:?[ \t]*(?:[^{}\n#]*[ \t])?#([^\s{}]+)[^{}\n]*\}")
_BLANKS = re.compile(r"[^\n]{0,200}\s*")
_COMMENT_WORD = re.compile(r"<!--([^\n]*?)-->")
_BEFORE_LETTERS = re.compile(r"[\W\d_]+")


class _Heading(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def anchor(self) -> str: ...


def slug(title: str) -> str:
    """A heading's anchor as GitHub makes it, before it is numbered."""
    return _NOT_IN_SLUG.sub("", title.lower()).strip().replace(" ", "-")


def anchors(text: str, headings: Sequence[_Heading], code: Ranges) -> Mapping[str, int]:
    """Id, case folded → index of the heading that it leads to, -1 above all of them.

    An element on the line before a heading names that heading, any other the one that it stands
    under. Of an id that comes twice the first one counts, and what an author wrote before what a
    program makes of a title.

    Args:
        text: the document.
        headings: in order of their place.
        code: where no element counts.
    """
    found: dict[str, int] = {}
    names = (*_explicit(text, headings, code), *_numbered(headings), *_spelled(text, headings))
    for name, index in names:
        found.setdefault(name.casefold(), index)
    return found


def _explicit(text: str, headings: Sequence[_Heading], code: Ranges) -> Iterator[tuple[str, int]]:
    for index, heading in enumerate(headings):
        if heading.anchor:
            yield heading.anchor, index
    starts = [heading.start for heading in headings]
    if "<" in text:
        yield from _elements(text, starts, code)
    if "#" in text and "{" in text:
        yield from _attribute_lists(text, starts, code)


def _elements(text: str, starts: list[int], code: Ranges) -> Iterator[tuple[str, int]]:
    for match in _ELEMENT.finditer(text):
        if code.covering(match.start()):
            continue
        index = bisect_right(starts, match.start()) - 1
        line = text.rfind("\n", 0, match.start()) + 1
        alone = not text[line : match.start()].strip()
        if alone and (between := _BETWEEN.match(text, match.end())):
            # Compared by the end: the blanks of an indented heading were read as blanks between.
            index = bisect_right(starts, between.end()) - 1
        yield match[1], index
    if "<!--" in text:
        yield from _in_comments(text, starts)


def _in_comments(text: str, starts: list[int]) -> Iterator[tuple[str, int]]:
    """Words of a comment in a heading: some sites build the heading, and its id, from them."""
    for index, start in enumerate(starts):
        end = text.find("\n", start)
        for match in _COMMENT_WORD.finditer(text, start, len(text) if end < 0 else end):
            for word in match[1].split():
                yield word, index


def _attribute_lists(text: str, starts: list[int], code: Ranges) -> Iterator[tuple[str, int]]:
    """Ids of lists of attributes behind any element, or on a line of their own."""
    for match in _LIST.finditer(text):
        if code.covering(match.start()):
            continue
        index = bisect_right(starts, match.start()) - 1
        line = text.rfind("\n", 0, match.start()) + 1
        above = text.rfind("\n", 0, max(0, line - 1)) + 1
        alone = not text[line : match.start()].strip()
        if alone and not text[above:line].strip():
            # Below a blank line it belongs to the block that follows.
            blanks = _BLANKS.match(text, match.end())
            assert blanks
            index = bisect_right(starts, blanks.end()) - 1
        yield match[1], index


def _numbered(headings: Sequence[_Heading]) -> Iterator[tuple[str, int]]:
    counts: dict[str, int] = {}
    for index, heading in enumerate(headings):
        if heading.anchor:
            continue
        name = first = slug(heading.title)
        while name in counts:
            counts[first] += 1
            name = f"{first}-{counts[first]}"
        counts[name] = 0
        yield name, index
        if name != first:
            yield f"{first}_{counts[first]}", index


def _spelled(text: str, headings: Sequence[_Heading]) -> Iterator[tuple[str, int]]:
    """Titles as written, and without what some programs leave out of a slug, as keys."""
    for index, heading in enumerate(headings):
        end = text.find("\n", heading.start)
        yield _key(text[heading.start : len(text) if end < 0 else end]), index
        # Pandoc and kramdown begin with the first letter; Python-Markdown drops accents.
        for title in (_BEFORE_LETTERS.sub("", heading.title, count=1), heading.title):
            yield _key(_without_accents(title)), index


def _without_accents(title: str) -> str:
    if title.isascii():
        return title
    letters = unicodedata.normalize("NFKD", title)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _key(title: str) -> str:
    return _NOT_IN_KEY.sub("", unicodedata.normalize("NFC", title).casefold())
