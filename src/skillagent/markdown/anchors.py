"""Find the names of a heading besides its title, which a `#link` may use: explicit ids and slugs.

GitHub numbers headings of one title in their order: `setup`, `setup-1`, `setup-2`
(https://github.com/Flet/github-slugger); Python-Markdown writes `setup_1`
(https://python-markdown.github.io/extensions/toc/). Pandoc, kramdown and VitePress take the id
from `{#id}` after a title, kramdown and Python-Markdown from `{: #id }` after any element,
MDX from `{/*id*/}`, and HTML from `id` or `name` of an element.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from skillagent.markdown.excluded_ranges import Ranges
from skillagent.markdown.headings import Heading
from skillagent.markdown.inline import ATTRIBUTE_ID, shown, without_id
from skillagent.markdown.lazy_pattern import lazy_pattern

_NOT_IN_SLUG = lazy_pattern(r"[^\w\- ]")
_NOT_IN_KEY = lazy_pattern(r"[\W_]+")
_ELEMENT = lazy_pattern(r"<[A-Za-z][^<>]*?\s(?:id|name)[ \t]*=[ \t]*[\"']?([^\s\"'<>]+)")
_BETWEEN = lazy_pattern(r"[^<>\n]{0,200}>(?:\s|<[^<>\n]{0,200}>){0,200}")
_LIST = lazy_pattern(ATTRIBUTE_ID)
_BLANKS = lazy_pattern(r"[^\n]{0,200}\s*")
_COMMENT = lazy_pattern(r"<!--((?:[^\n<-]|-(?!->)|<(?!!--))*+)-->")
_MACRO = lazy_pattern(r"[ \t]*[a-z]+:[a-z]+[ \t]")
_HASHES = lazy_pattern(r"#[ \t]+([^\n]+)")
_LEAD = lazy_pattern(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*#{0,5}")
_HTML_HEADING = lazy_pattern(r"<h[1-6][^<>]*>([^\n]*?)</h[1-6]>")
_COMPONENT = lazy_pattern(r"<([A-Z][\w.]*)([^<>]*)>")
_VALUE = lazy_pattern(r"=[\"']([^\"'\s]+)[\"']")
_MARKUP = lazy_pattern(r"[{<&\\\[]")
_TAB = lazy_pattern(r"^[ \t]*===[+!]?[ \t]+\"([^\"\n]+)\"", re.MULTILINE)
_ICON = lazy_pattern(r":[\w-]+:")
_FENCE_ID = lazy_pattern(r"^[ \t>]*(?:`{3,}|~{3,})[ \t]*\{[^{}\n]*#([\w:.-]+)", re.MULTILINE)
FOOTNOTE_ID = lazy_pattern(r"(?:user-content-)?fn(?:ref)?[:-]\S+")
"""The anchor that a program gives a footnote or the place of its mark."""
_BEFORE_LETTERS = lazy_pattern(r"[\W\d_]+")


def slug(title: str) -> str:
    """The anchor that GitHub makes of a title, before it adds a number."""
    return _NOT_IN_SLUG.sub("", title.lower()).strip().replace(" ", "-")


def anchors(text: str, headings: Sequence[Heading], code: Ranges) -> Mapping[str, int]:
    """Id, case folded → index of the heading that it leads to; -1 for places above all headings.

    An element on the line before a heading names that heading, any other element the section
    around it. If an id comes twice, ids that the author wrote are preferred to those that a
    program makes of a title, and then the first one counts.

    Args:
        text: the document.
        headings: its headings, sorted by place.
        code: ranges in which elements do not count.
    """
    indexes: dict[str, int] = {}
    names = (
        *_explicit(text, headings, code),
        *_numbered(headings),
        *_spelled(text, headings),
        *_inner(text, headings, code),
        *_tabs_and_fences(text, headings),
    )
    for name, index in names:
        indexes.setdefault(name.casefold(), index)
    return indexes


def written_ids(text: str, headings: Sequence[Heading], code: Ranges) -> frozenset[str]:
    """The ids that the author wrote, case folded."""
    return frozenset(name.casefold() for name, _ in _explicit(text, headings, code))


def _explicit(text: str, headings: Sequence[Heading], code: Ranges) -> Iterator[tuple[str, int]]:
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
            # The end is compared, because the blanks before an indented heading were read too.
            index = bisect_right(starts, between.end()) - 1
        yield match[1], index
    if "<!--" in text:
        yield from _in_comments(text, starts)


def _in_comments(text: str, starts: list[int]) -> Iterator[tuple[str, int]]:
    """Words of comments that a site builder turns into a heading or an option with an id.

    Such a comment is in the line of a heading, or begins like `<!-- md:option name -->`.
    """
    for match in _COMMENT.finditer(text):
        index = bisect_right(starts, match.start()) - 1
        in_heading = index >= 0 and text.find("\n", starts[index], match.start()) < 0
        if in_heading or _MACRO.match(match[1]):
            for word in match[1].split():
                yield word, index
                yield _key(word), index


def _attribute_lists(text: str, starts: list[int], code: Ranges) -> Iterator[tuple[str, int]]:
    """Ids in lists of attributes, after any element or on a line of their own."""
    for match in _LIST.finditer(text):
        if code.covering(match.start()):
            continue
        index = bisect_right(starts, match.start()) - 1
        line = text.rfind("\n", 0, match.start()) + 1
        above = text.rfind("\n", 0, max(0, line - 1)) + 1
        alone = not text[line : match.start()].strip()
        if alone and not text[above:line].strip():
            # After a blank line the list belongs to the next block.
            blanks = _BLANKS.match(text, match.end())
            assert blanks
            index = bisect_right(starts, blanks.end()) - 1
        yield match[1], index


def _numbered(headings: Sequence[Heading]) -> Iterator[tuple[str, int]]:
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


def _spelled(text: str, headings: Sequence[Heading]) -> Iterator[tuple[str, int]]:
    """Keys of titles as written, and without the parts that some programs drop from a slug."""
    for index, heading in enumerate(headings):
        end = text.find("\n", heading.start)
        raw = text[heading.start : len(text) if end < 0 else end]
        if _MARKUP.search(raw):
            yield _key(raw), index
        # Slugs of Pandoc and kramdown begin at the first letter; Python-Markdown drops accents.
        if not heading.title[:1].isalpha():
            yield _key(_BEFORE_LETTERS.sub("", heading.title, count=1)), index
        if not heading.title.isascii():
            plain = _without_accents(heading.title)
            yield _key(plain), index
            yield _key(_BEFORE_LETTERS.sub("", plain, count=1)), index


def _tabs_and_fences(text: str, headings: Sequence[Heading]) -> Iterator[tuple[str, int]]:
    """Ids of the tabs of MkDocs, with and without the heading's before them, and of fences."""
    if "=== " not in text and "{" not in text:
        return
    starts = [heading.start for heading in headings]
    for match in _TAB.finditer(text):
        index = bisect_right(starts, match.start()) - 1
        name = slug(_ICON.sub("", match[1]).strip())
        yield name, index
        if index >= 0:
            yield f"{slug(headings[index].title)}-{name}", index
    for match in _FENCE_ID.finditer(text):
        yield match[1], bisect_right(starts, match.start()) - 1


def _inner(text: str, headings: Sequence[Heading], code: Ranges) -> Iterator[tuple[str, int]]:
    """Ids of headings that are not in the outline; they lead to the section around them.

    Such headings are in quotes, items and HTML, or are built by components from their values.
    """
    starts = [heading.start for heading in headings]
    own, excluded = set(starts), set(code.starts)
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
        if code.covering(match.start()) and match.start() not in excluded:
            continue  # in a fence; a component is itself excluded from its first character on
        index = bisect_right(starts, match.start()) - 1
        yield _key(match[1]), index
        for value in _VALUE.finditer(match[2]):
            yield value[1], index


def _without_accents(title: str) -> str:
    letters = unicodedata.normalize("NFKD", title)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _key(title: str) -> str:
    return _NOT_IN_KEY.sub("", unicodedata.normalize("NFC", title).casefold())
