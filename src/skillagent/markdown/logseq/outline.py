"""What stands in an outline beside Markdown: block references, macros, queries, task marks.

Sources: Logseq's documentation ("Block Reference", "Macros", "Queries") and the test suite of
its parser, mldoc.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from skillagent.markdown.excluded_ranges import Ranges
from skillagent.markdown.frontmatter import Frontmatter
from skillagent.markdown.logseq.properties import KEY
from skillagent.markdown.wikilink import Kind, Reference

_PROPERTY_LINE = re.compile(rf"^[ \t]*(?:[-*+][ \t]+)?{KEY}::(?:[ \t][^\n]*)?$", re.MULTILINE)
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_BLOCK = re.compile(rf"\(\(({_UUID})\)\)")
_BLOCK_ID = re.compile(rf"^[ \t]*(?:[-*+][ \t]+)?id::[ \t]*({_UUID})[ \t]*$", re.MULTILINE)
_EMBED = re.compile(r"\{\{+\s*embed\s*\Z", re.IGNORECASE)
_MACRO = re.compile(r"(?<!\{)\{\{++[ \t]*+([\w-]++)")
_QUERIES = frozenset(("query", "cards", "namespace", "function"))
_WITH_WORDS = frozenset(("embed", "cloze"))
_QUERY_BLOCK = re.compile(r"^[ \t]*(?:[-*+][ \t]+)?#\+BEGIN_QUERY\b", re.IGNORECASE | re.MULTILINE)
_QUERY_END = re.compile(r"#\+END_QUERY\b", re.IGNORECASE)
_MARK_LINE = re.compile(
    r"^[ \t]*(?:[-*+][ \t]+)?(?:#\+(?:BEGIN|END)_\w+[^\n]*|:(?:LOGBOOK|END):|CLOCK:[^\n]*"
    r"|(?:SCHEDULED|DEADLINE):[^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)
_ITEM_MARK = re.compile(
    r"^[ \t]*[-*+][ \t]+"
    r"(?:(?:TODO|DOING|DONE|LATER|NOW|WAIT|WAITING|CANCELL?ED|IN-PROGRESS)[ \t]+)?"
    r"(?:\[#[A-C]\][ \t]+)?",
    re.MULTILINE,
)
_NOT_A_LINE_END = re.compile(r"[^\n]")
_LONGEST_LABEL = 400


def references(
    text: str,
    start: int,
    head: Frontmatter,
    code: Ranges,
    wikilinks: Iterable[Reference],
) -> list[Reference]:
    """The links of an outline, in order of their place.

    A query names pages to find what mentions them, and leads to none of them: like a comment's,
    its links are kept when a node is renamed, and are no links of the graph.

    Args:
        text: the whole document.
        start: offset where its properties begin, or its body if it has none.
        head: its header, with its properties.
        code: where no links count.
        wikilinks: those outside code, from `start` on.
    """
    queries = _queries(text, head.body_start)
    quoted = _quoted_lines(text, start, head.body_start)
    links = [_as_read(text, reference) for reference in wikilinks]
    links += _blocks(text, start, code)
    found = []
    for link in sorted(links, key=lambda link: link.start):
        if link.start < head.body_start:
            if link.line not in quoted:
                found.append(link._replace(kind=Kind.FRONTMATTER))
        elif queries.covering(link.start):
            found.append(link._replace(kind=Kind.COMMENT))
        else:
            found.append(link)
    return keyed(found, head)


def keyed(links: Iterable[Reference], head: Frontmatter) -> list[Reference]:
    """Links with the name of the property that they stand in, where they stand in one."""
    keys = {line: key for key, line in head.lines.items()}
    return [
        link._replace(key=keys.get(link.line, "")) if link.start < head.body_start else link
        for link in links
    ]


def _as_read(text: str, link: Reference) -> Reference:
    """A wikilink with what stands around it: `[label]([[page]])`, `{{embed [[page]]}}`."""
    if link.kind is Kind.EMBED:
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
        return link._replace(kind=Kind.EMBED)
    return link


def _blocks(text: str, start: int, code: Ranges) -> Iterator[Reference]:
    """References to blocks, whose target is the reference itself."""
    if text.find("((", start) < 0:
        return
    line, counted = text.count("\n", 0, start) + 1, start
    for match in _BLOCK.finditer(text, start):
        if code.covering(match.start()):
            continue
        line += text.count("\n", counted, match.start())
        counted = match.start()
        block = f"^{match[1].lower()}"
        link = Reference(Kind.WIKILINK, match[0], block, "", *match.span(), line)
        yield _around(text, link)


def _quoted_lines(text: str, start: int, end: int) -> set[int]:
    """Lines of the properties whose values are in quotes, in which Logseq reads no links."""
    found: set[int] = set()
    first = text.count("\n", 0, start) + 1
    for line, row in enumerate(text[start:end].split("\n"), start=first):
        value = row.partition("::")[2].strip()
        if len(value) > 1 and value[0] == value[-1] == '"':
            found.add(line)
    return found


def block_ids(text: str, start: int, code: Ranges) -> Iterator[tuple[str, int]]:
    """Each block's id, in lower case, and the end of the line that gives it."""
    for match in _BLOCK_ID.finditer(text, start):
        if not code.covering(match.start(1)):
            yield match[1].lower(), match.end()


def tags(text: str, links: Iterable[Reference]) -> Iterator[str]:
    """Tags of several words: `#[[like this]]`."""
    for link in links:
        if link.kind is Kind.WIKILINK and text[link.start - 1 : link.start] == "#":
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
    """Each `{{name …}}`: its start, where its name ends, its end, its name in lower case."""
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
    """Spans of a body that are no prose of its author, in no given order.

    They are properties, block references, queries, `#+BEGIN_…` lines, and of
    a macro with words, such as `{{cloze words}}`, what stands around them.

    Args:
        text: the whole document.
        start: offset where its body begins.
        linked: whether properties count that hold a link.
    """
    if text.find("::", start) >= 0:
        for match in _PROPERTY_LINE.finditer(text, start):
            if linked or ("[[" not in match[0] and "((" not in match[0]):
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
    """A text with blanks for `marks` but for links: every other character keeps its place."""
    kept: list[str] = []
    at = 0
    for first, last in sorted(marks(text, start, linked=False)):
        if last > at:
            first = max(first, at)
            kept += (text[at:first], _NOT_A_LINE_END.sub(" ", text[first:last]))
            at = last
    return "".join((*kept, text[at:]))


def as_prose(text: str) -> str:
    """Items of an outline as the paragraphs that they are, for `prose.first_sentence`."""
    return _ITEM_MARK.sub("\n", _PROPERTY_LINE.sub("", blanked(text, 0)))
