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

from skillagent.markdown.excluded_ranges import Ranges
from skillagent.markdown.inline import ATTRIBUTE_ID, shown, without_id

_NOT_IN_SLUG = re.compile(r"[^\w\- ]")
_NOT_IN_KEY = re.compile(r"[\W_]+")
_ELEMENT = re.compile(r"<[A-Za-z][^<>]*?\s(?:id|name)[ \t]*=[ \t]*[\"']?([^\s\"'<>]+)")
_BETWEEN = re.compile(r"[^<>\n]{0,200}>(?:\s|<[^<>\n]{0,200}>){0,200}")
_LIST = re.compile(ATTRIBUTE_ID)
_BLANKS = re.compile(r"[^\n]{0,200}\s*")
_COMMENT = re.compile(r"<!--((?:[^\n<-]|-(?!->)|<(?!!--))*+)-->")
_MACRO = re.compile(r"[ \t]*[a-z]+:[a-z]+[ \t]")
_HASHES = re.compile(r"#[ \t]+([^\n]+)")
_LEAD = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*#{0,5}")
_HTML_HEADING = re.compile(r"<h[1-6][^<>]*>([^\n]*?)</h[1-6]>")
_COMPONENT = re.compile(r"<([A-Z][\w.]*)([^<>]*)>")
_VALUE = re.compile(r"=[\"']([^\"'\s]+)[\"']")
_MARKUP = re.compile(r"[{<&\\\[]")
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
    names = (
        *_explicit(text, headings, code),
        *_numbered(headings),
        *_spelled(text, headings),
        *_inner(text, headings, code),
    )
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
    if "{" in text:
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
    """Words of a comment that a site builds a heading or an option, and its id, from.

    Such a comment stands in the line of a heading, or begins like `<!-- md:option name -->`.
    """
    for match in _COMMENT.finditer(text):
        index = bisect_right(starts, match.start()) - 1
        in_heading = index >= 0 and text.find("\n", starts[index], match.start()) < 0
        if in_heading or _MACRO.match(match[1]):
            for word in match[1].split():
                yield word, index
                yield _key(word), index


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
        raw = text[heading.start : len(text) if end < 0 else end]
        if _MARKUP.search(raw):
            yield _key(raw), index
        # Pandoc and kramdown begin with the first letter; Python-Markdown drops accents.
        if not heading.title[:1].isalpha():
            yield _key(_BEFORE_LETTERS.sub("", heading.title, count=1)), index
        if not heading.title.isascii():
            plain = _without_accents(heading.title)
            yield _key(plain), index
            yield _key(_BEFORE_LETTERS.sub("", plain, count=1)), index


def _inner(text: str, headings: Sequence[_Heading], code: Ranges) -> Iterator[tuple[str, int]]:
    """What builders give an id to and an outline leaves out: it leads to the section it is in.

    Headings in quotes, items and HTML; and components, which build them from their values.
    """
    starts = [heading.start for heading in headings]
    own, masked = set(starts), set(code.starts)
    inner = [
        match
        for match in _HASHES.finditer(text)
        if (line := text.rfind("\n", 0, match.start()) + 1) not in own
        and _LEAD.fullmatch(text, line, match.start())
    ]
    if "<" in text:
        inner += _HTML_HEADING.finditer(text)
    for match in inner:
        if not code.covering(match.start()):
            title = shown(without_id(match[1])[0])
            yield _key(title), bisect_right(starts, match.start()) - 1
    if "<" not in text:
        return
    for match in _COMPONENT.finditer(text):
        if code.covering(match.start()) and match.start() not in masked:
            continue  # in a fence; a component itself is masked from its first character on
        index = bisect_right(starts, match.start()) - 1
        yield _key(match[1]), index
        for value in _VALUE.finditer(match[2]):
            yield value[1], index


def _without_accents(title: str) -> str:
    letters = unicodedata.normalize("NFKD", title)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _key(title: str) -> str:
    return _NOT_IN_KEY.sub("", unicodedata.normalize("NFC", title).casefold())
