"""What Logseq writes in a text beside Markdown: properties, block references, macros, queries.

Read only where the dialect is an outline; `document` asks. Sources: Logseq's documentation
("Properties", "Block Reference", "Macros", "Queries") and the test suite of its parser, mldoc.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from skillagent.diagnostics import Diagnostic, finding
from skillagent.markdown import frontmatter
from skillagent.markdown.edit import Edit
from skillagent.markdown.frontmatter import Frontmatter
from skillagent.markdown.masks import Ranges
from skillagent.markdown.wikilink import Kind, Reference
from skillagent.markdown.yaml_header import Value

_KEY = r"\.?[^\W\d][\w.*+!?$%&<>=-]*+"
_PROPERTY = re.compile(rf"([ \t]*(?:[-*+][ \t]+)?)({_KEY})::(?:[ \t]+([^\n]*))?(?:\n|\Z)")
_PROPERTY_LINE = re.compile(rf"^[ \t]*(?:[-*+][ \t]+)?{_KEY}::(?:[ \t][^\n]*)?$", re.MULTILINE)
_PARTS = re.compile(r"[,\n\[\]#]")
_BULLET = re.compile(r"[ \t]*[-*+](?:[ \t]|\n|\Z)")
_BLANK_LINES = re.compile(r"(?:[ \t]*\n)*")
_FENCE = re.compile(r"---[ \t]*(?:\n|\Z)")
_OF_A_BLOCK = ("id", "collapsed")
"""Logseq's own marks: a page may begin with a block that has them."""
_LISTS = ("tags", "tag", "alias", "aliases")
_NAMES = ("title", "type", "kind")
_ITEM = re.compile(r"(?:\[\[[^\[\]\n]*+\]\]|[^,])++")
_PAGE = re.compile(r"#?\[\[([^\[\]\n]+)\]\]|#([^\s#,]+)")
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


class Header(NamedTuple):
    """What stands above the text of a page."""

    frontmatter: Frontmatter
    """Its YAML, if it has any, with the properties of the page."""
    start: int
    """Offset where the properties begin, or the body if there are none."""
    diagnostics: list[Diagnostic]


class _Read(NamedTuple):
    fields: dict[str, Value]
    lines: dict[str, int]
    end: int
    """Offset behind the last property."""


def header(text: str, path: str) -> Header:
    """A document's header and the properties of its page.

    A page's properties are lines of `key:: value` at its top or behind its YAML, a first list
    item that is nothing but such lines, or such lines between the fences of a YAML header.

    Args:
        text: the whole document.
        path: for the findings.
    """
    findings: list[Diagnostic] = []
    if fence := _FENCE.match(text):
        inside = _read(text, fence.end(), {}, path, findings)
        if closing := inside.lines and _FENCE.match(text, inside.end):
            made = replace(frontmatter.NO_HEADER, body_start=closing.end())
            return Header(_with(made, inside, closing.end()), fence.end(), findings)
        findings.clear()
    above, findings = frontmatter.read(text, path)
    blank = _BLANK_LINES.match(text, above.body_start)
    start = blank.end() if blank else above.body_start
    found = _read(text, start, above.lines, path, findings)
    if not found.lines:
        return Header(above, above.body_start, findings)
    return Header(_with(above, found, found.end), start, findings)


def _with(above: Frontmatter, found: _Read, body_start: int) -> Frontmatter:
    fields = MappingProxyType({**above.fields, **found.fields})
    lines = MappingProxyType({**above.lines, **found.lines})
    odd = frontmatter.odd_keys(fields)
    return replace(above, fields=fields, lines=lines, body_start=body_start, odd=odd)


def _read(
    text: str, start: int, known: Mapping[str, int], path: str, findings: list[Diagnostic]
) -> _Read:
    """The properties from an offset on, and what is wrong with them."""
    fields: dict[str, Value] = {}
    lines: dict[str, int] = {}
    first = match = _PROPERTY.match(text, start)
    in_item = bool(first and first[1].strip())
    line = text.count("\n", 0, start) + 1
    end = start
    while match and (match is first or not match[1].strip()):
        key, raw = match[2], (match[3] or "").strip()
        value = _value(key.casefold(), raw)
        old = fields.get(key)
        if isinstance(value, tuple) and isinstance(old, tuple):
            value = (*old, *value)
        elif key in lines or key in known:
            findings.append(finding("SG013", path, line, f"key {key!r} is given twice"))
        lines[key] = line
        if key.casefold() not in _OF_A_BLOCK:
            fields[key] = value
        end = match.end()
        blank = None if in_item else _BLANK_LINES.match(text, end)
        line += 1 + (blank[0].count("\n") if blank else 0)
        match = _PROPERTY.match(text, blank.end() if blank else end)
        if match and in_item and not match[1]:
            break
    if in_item and not _ends_item(text, end):
        return _Read({}, {}, start)  # properties of a block that has words of its own
    return _Read(fields, lines, end)


def _ends_item(text: str, end: int) -> bool:
    return end >= len(text) or text[end] == "\n" or bool(_BULLET.match(text, end))


def _value(key: str, raw: str) -> Value:
    text = raw[1:-1] if len(raw) > 1 and raw[0] == raw[-1] == '"' else raw
    if key in _LISTS:
        return tuple(_words(text))
    if key in _NAMES and (page := _PAGE.fullmatch(text)):
        return page[1] or page[2]
    return text


def _words(text: str) -> Iterator[str]:
    for item in _ITEM.findall(text):
        pages = [page[1] or page[2] for page in _PAGE.finditer(item)]
        if pages and not _PAGE.sub("", item).strip():
            yield from pages
        elif item.strip():
            yield item.strip()


def property_edit(text: str, head: Frontmatter, key: str, words: list[str]) -> Edit | None:
    """The edit that gives a page one property, a list of words, all else as it was.

    Args:
        text: the whole document.
        head: its header, with its properties.
        key: in lower case.
        words: the whole list.

    Returns:
        None where it cannot be written: above the properties stands another header, or a word
        holds what would part it.
    """
    if text.startswith(("---", "+++", "{\n")) or any(_PARTS.search(word) for word in words):
        return None
    line = f"{key}:: {', '.join(words)}"
    if not head.body_start:
        return Edit(0, 0, f"{line}\n\n")
    number = head.lines.get(head.odd.get(key, key))
    match = _PROPERTY.match(text, _offset(text, number or min(head.lines.values())))
    if match is None:
        return None
    ended = match[0].endswith("\n")
    if number:
        return Edit(match.end(1), match.end() - ended, line)
    indent = "".join(char if char.isspace() else " " for char in match[1])
    return Edit(match.end(), match.end(), f"{indent}{line}\n" if ended else f"\n{indent}{line}")


def _offset(text: str, line: int) -> int:
    at = 0
    for _ in range(line - 1):
        at = text.index("\n", at) + 1
    return at


def property_lines(fields: Mapping[str, object]) -> str:
    """Page properties as they stand at the top of a file; a list becomes words with commas."""
    rows = []
    for key, value in fields.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        rows.append(f"{key}:: {text}\n")
    return "".join(rows)


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
    keys = {line: key for key, line in head.lines.items()}
    queries = _queries(text, head.body_start)
    links = [_as_read(text, reference) for reference in wikilinks]
    links += _blocks(text, start, code)
    found = []
    for link in sorted(links, key=lambda link: link.start):
        if link.start < head.body_start:
            if not _is_quoted(text, link.start):
                key = keys.get(link.line, "")
                found.append(link._replace(kind=Kind.FRONTMATTER, key=key))
        elif queries.covering(link.start):
            found.append(link._replace(kind=Kind.COMMENT))
        else:
            found.append(link)
    return found


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


def _is_quoted(text: str, at: int) -> bool:
    """Whether a value is in quotes, in which Logseq reads no links."""
    match = _PROPERTY.match(text, text.rfind("\n", 0, at) + 1)
    value = (match[3] or "").strip() if match else ""
    return len(value) > 1 and value[0] == value[-1] == '"'


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
