"""Read the syntax of a Logseq outline: block references, macros, queries, task marks.

Sources: Logseq's documentation ("Block Reference", "Macros", "Queries") and the test suite of
its parser, mldoc.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from skillagent.markdown.excluded_ranges import Ranges
from skillagent.markdown.frontmatter import Frontmatter
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.logseq.properties import KEY
from skillagent.markdown.reference import LinkKind, Reference

_PROPERTY_LINE = lazy_pattern(rf"^[ \t]*(?:[-*+][ \t]+)?{KEY}::(?:[ \t][^\n]*)?$", re.MULTILINE)
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_BLOCK = lazy_pattern(rf"\(\(({_UUID})\)\)")
_BLOCK_ID = lazy_pattern(rf"^[ \t]*(?:[-*+][ \t]+)?id::[ \t]*({_UUID})[ \t]*$", re.MULTILINE)
_EMBED = lazy_pattern(r"\{\{+\s*embed\s*\Z", re.IGNORECASE)
_MACRO = lazy_pattern(r"(?<!\{)\{\{++[ \t]*+([\w-]++)")
_QUERIES = frozenset(("query", "cards", "namespace", "function"))
_WITH_WORDS = frozenset(("embed", "cloze"))
_QUERY_BLOCK = lazy_pattern(
    r"^[ \t]*(?:[-*+][ \t]+)?#\+BEGIN_QUERY\b", re.IGNORECASE | re.MULTILINE
)
_QUERY_END = lazy_pattern(r"#\+END_QUERY\b", re.IGNORECASE)
_MARK_LINE = lazy_pattern(
    r"^[ \t]*(?:[-*+][ \t]+)?(?:#\+(?:BEGIN|END)_\w+[^\n]*|:(?:LOGBOOK|END):|CLOCK:[^\n]*"
    r"|(?:SCHEDULED|DEADLINE):[^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)
_ITEM_MARK = lazy_pattern(
    r"^[ \t]*[-*+][ \t]+"
    r"(?:(?:TODO|DOING|DONE|LATER|NOW|WAIT|WAITING|CANCELL?ED|IN-PROGRESS)[ \t]+)?"
    r"(?:\[#[A-C]\][ \t]+)?",
    re.MULTILINE,
)
_TAG = lazy_pattern(r"(?<![^\s,])#(?=[^\s#]*[^\W\d])[\w/-]*[\w-](?:\.[\w/-]*[\w-])*")
_TAG_LIST = lazy_pattern(
    r"^[ \t]*(?:[-*+][ \t]+)?tags?::[ \t]+([^\n]+)$", re.IGNORECASE | re.MULTILINE
)
_ITEM = lazy_pattern(r"[^,\s](?:[^,\n]*[^,\s])?")
_SPLITS_ITEM = lazy_pattern(r"[,#\[\]\"]")
_MAY_LINK = lazy_pattern(r"\[\[|\(\(|[\s,]#|^[-*+\s]*tags?::", re.IGNORECASE)
_NOT_A_LINE_END = lazy_pattern(r"[^\n]")
_LONGEST_LABEL = 400


def references(
    text: str,
    start: int,
    head: Frontmatter,
    code: Ranges,
    wikilinks: Iterable[Reference],
) -> list[Reference]:
    """The links of an outline, sorted by place.

    A query names pages in order to find text that mentions them, and is no reason to read them.
    So its links are treated like those in a comment: they are updated when a node is renamed,
    but are not links of the graph.

    Args:
        text: the whole document.
        start: offset where its properties begin, or its body if it has none.
        head: its header, with its properties.
        code: ranges in which links do not count.
        wikilinks: the wikilinks outside code, from `start` on.
    """
    queries = _queries(text, head.body_start)
    quoted = _quoted_lines(text, start, head.body_start)
    links = [_as_read(text, reference) for reference in wikilinks]
    links += _blocks(text, start, code)
    placed = []
    for link in sorted(links, key=lambda link: link.start):
        if link.start < head.body_start:
            if link.line not in quoted:
                placed.append(link._replace(kind=LinkKind.FRONTMATTER))
        elif queries.covering(link.start):
            placed.append(link._replace(kind=LinkKind.COMMENT))
        else:
            placed.append(link)
    return keyed(placed, head)


def with_tags(
    text: str, start: int, head: Frontmatter, code: Ranges, links: Iterable[Reference]
) -> list[Reference]:
    """The links together with the tags, which name pages too, sorted by place.

    Args:
        text: the whole document.
        start: offset where its properties begin, or its body if it has none.
        head: its header, with its properties.
        code: ranges in which tags do not count.
        links: all other links from `start` on, sorted; a tag inside one is a part of it.
    """
    links = list(links)
    taken = Ranges([link.start for link in links], [link.end for link in links])
    queries = _queries(text, head.body_start)
    quoted = _quoted_lines(text, start, head.body_start)
    line, counted = text.count("\n", 0, start) + 1, start
    tags: list[Reference] = []
    for first, last in _tag_spans(text, start, head.body_start):
        if code.covering(first) or taken.covering(first):
            continue
        line += text.count("\n", counted, first)
        counted = first
        kind = LinkKind.COMMENT if queries.covering(first) else LinkKind.WIKILINK
        if first < head.body_start:
            if line in quoted:
                continue
            kind = LinkKind.FRONTMATTER
        name = text[first:last].removeprefix("#")
        tags.append(Reference(kind, name, "", "", first, last, line, is_tag=True))
    if not tags:
        return links
    return sorted([*links, *keyed(tags, head)], key=lambda link: link.start)


def tag(page: str, *, marked: bool) -> str:
    """A page's name as a tag.

    Args:
        page: the name.
        marked: True after a `#`, where a name of several words needs brackets; False in a list
            of `tags::`.
    """
    fits = _TAG.fullmatch(f"#{page}") if marked else not _SPLITS_ITEM.search(page)
    return page if fits else f"[[{page}]]"


def _tag_spans(text: str, start: int, body_start: int) -> list[tuple[int, int]]:
    """Where tags begin, at their `#` if they have one, and end; sorted."""
    spans: list[tuple[int, int]] = []
    if text.find("#", start) >= 0:
        for match in _TAG.finditer(text, start):
            if match.start() < body_start or text[match.start() - 1 : match.start()] != ",":
                spans.append(match.span())
    for match in _TAG_LIST.finditer(text, start) if text.find("::", start) >= 0 else ():
        for item in _ITEM.finditer(match[1]):
            if not any(char in item[0] for char in "#[]"):
                at = match.start(1) + item.start()
                spans.append((at, at + len(item[0])))
    return sorted(spans)


def keyed(links: Iterable[Reference], head: Frontmatter) -> list[Reference]:
    """The links; those in a property with the name of the property as their key."""
    keys = {line: key for key, line in head.lines.items()}
    return [
        link._replace(key=keys.get(link.line, "")) if link.start < head.body_start else link
        for link in links
    ]


def _as_read(text: str, link: Reference) -> Reference:
    """A wikilink together with the text around it: `[label]([[page]])`, `{{embed [[page]]}}`."""
    if link.kind is LinkKind.EMBED:
        return link
    if text.endswith("#]]", link.start, link.end) and not link.label:
        link = link._replace(target=text[link.start + 2 : link.end - 2].strip(), fragment="")
    return _around(text, link)


def _around(text: str, link: Reference) -> Reference:
    if text[link.start - 2 : link.start] == "](" and text[link.end : link.end + 1] == ")":
        close = link.start - 2
        opening = text.rfind("[", max(0, close - _LONGEST_LABEL), close)
        label = text[opening + 1 : close]
        if opening >= 0 and not any(char in label for char in "]\n"):
            return link._replace(label=label.strip(), start=opening, end=link.end + 1)
    if _EMBED.search(text[max(0, link.start - 24) : link.start]):
        return link._replace(kind=LinkKind.EMBED)
    return link


def _blocks(text: str, start: int, code: Ranges) -> Iterator[Reference]:
    """References to blocks; their target is the whole `((id))`."""
    if text.find("((", start) < 0:
        return
    line, counted = text.count("\n", 0, start) + 1, start
    for match in _BLOCK.finditer(text, start):
        if code.covering(match.start()):
            continue
        line += text.count("\n", counted, match.start())
        counted = match.start()
        block = f"^{match[1].lower()}"
        link = Reference(LinkKind.WIKILINK, match[0], block, "", *match.span(), line)
        yield _around(text, link)


def _quoted_lines(text: str, start: int, end: int) -> set[int]:
    """Lines of properties with a value in quotes, in which Logseq reads no links."""
    quoted: set[int] = set()
    first = text.count("\n", 0, start) + 1
    for line, row in enumerate(text[start:end].split("\n"), start=first):
        value = row.partition("::")[2].strip()
        if len(value) > 1 and value[0] == value[-1] == '"':
            quoted.add(line)
    return quoted


def block_ids(text: str, start: int, code: Ranges) -> Iterator[tuple[str, int]]:
    """The id of each block in lower case, and the offset where the line with it ends."""
    for match in _BLOCK_ID.finditer(text, start):
        if not code.covering(match.start(1)):
            yield match[1].lower(), match.end()


def tags(text: str, links: Iterable[Reference]) -> Iterator[str]:
    """Tags of several words: `#[[like this]]`."""
    for link in links:
        if link.kind is LinkKind.WIKILINK and text[link.start - 1 : link.start] == "#":
            yield link.target


def _queries(text: str, start: int) -> Ranges:
    spans = [(first, last) for first, _, last, name in _macros(text, start) if name in _QUERIES]
    if text.find("#+", start) >= 0:
        spans = sorted([*spans, *_query_blocks(text, start)])
    ranges = Ranges([], [])
    for first, last in spans:
        if not ranges.ends or first >= ranges.ends[-1]:
            ranges.starts.append(first)
            ranges.ends.append(last)
    return ranges


def _query_blocks(text: str, start: int) -> Iterator[tuple[int, int]]:
    at = start
    while opening := _QUERY_BLOCK.search(text, at):
        closing = _QUERY_END.search(text, opening.end())
        if closing is None:
            return
        yield opening.start(), closing.end()
        at = closing.end()


def _macros(text: str, start: int) -> Iterator[tuple[int, int, int, str]]:
    """Each `{{name …}}`: its start, the end of its name, its end, and its name in lower case."""
    line_end = close = -1
    for match in _MACRO.finditer(text, start):
        name_end = match.end()
        if match.start() > line_end:
            line_end = text.find("\n", name_end)
            line_end = len(text) if line_end < 0 else line_end
            close = text.find("}}", name_end, line_end)
        elif 0 <= close < name_end:
            close = text.find("}}", name_end, line_end)
        if close >= 0:
            end = close + 2 + (text[close + 2 : close + 3] == "}")
            yield match.start(), name_end, end, match[1].lower()


def marks(text: str, start: int, *, linked: bool = True) -> Iterator[tuple[int, int]]:
    """Ranges of a body that are not the author's prose, in any order.

    They are properties, block references, queries, and `#+BEGIN_…` lines. Of a macro with
    words, such as `{{cloze words}}`, they are the parts around the words.

    Args:
        text: the whole document.
        start: offset where its body begins.
        linked: whether properties that contain a link are included.
    """
    if text.find("::", start) >= 0:
        for match in _PROPERTY_LINE.finditer(text, start):
            if linked or not _MAY_LINK.search(match[0]):
                yield match.span()
    yield from (match.span() for match in _BLOCK.finditer(text, start))
    yield from (match.span() for match in _MARK_LINE.finditer(text, start))
    yield from _query_blocks(text, start)
    for first, name_end, last, name in _macros(text, start):
        if name in _WITH_WORDS:
            yield first, name_end
            yield text.rindex("}}", name_end, last), last
        else:
            yield first, last


def blanked(text: str, start: int) -> str:
    """A text with its `marks`, except links, overwritten by blanks; all offsets stay valid."""
    parts: list[str] = []
    at = 0
    for first, last in sorted(marks(text, start, linked=False)):
        if last > at:
            first = max(first, at)
            parts += (text[at:first], _NOT_A_LINE_END.sub(" ", text[first:last]))
            at = last
    return "".join((*parts, text[at:]))


def as_prose(text: str) -> str:
    """An outline with its items as paragraphs, for `description.first_sentence`."""
    return _ITEM_MARK.sub("\n", _PROPERTY_LINE.sub("", blanked(text, 0)))
