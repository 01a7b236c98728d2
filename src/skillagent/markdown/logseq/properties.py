"""Read and write the properties of a Logseq page, `key:: value`, like fields of a header.

Source: Logseq's documentation, "Properties" and "Built-in Properties".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from skillagent.diagnostics import Diagnostic, finding
from skillagent.markdown import frontmatter
from skillagent.markdown.edit import Edit
from skillagent.markdown.frontmatter import Frontmatter
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.values import Value

KEY = r"\.?[^\W\d][\w.*+!?$%&<>=-]*+"
"""A pattern for the names of properties."""
_PROPERTY = lazy_pattern(rf"([ \t]*(?:[-*+][ \t]+)?)({KEY})::(?:[ \t]+([^\n]*))?(?:\n|\Z)")
_PARTS = lazy_pattern(r"[,\n\[\]#]")
_BULLET = lazy_pattern(r"[ \t]*[-*+](?:[ \t]|\n|\Z)")
_BLANK_LINES = lazy_pattern(r"(?:[ \t]*\n)*")
_FENCE = lazy_pattern(r"---[ \t]*(?:\n|\Z)")
_OF_A_BLOCK = ("id", "collapsed")
"""Properties that Logseq itself adds to a block, also to the first one of a page."""
_LISTS = ("tags", "tag", "alias", "aliases")
_NAMES = ("title", "type", "kind")
_ITEM = lazy_pattern(r"(?:\[\[[^\[\]\n]*+\]\]|[^,])++")
_PAGE = lazy_pattern(r"#?\[\[([^\[\]\n]+)\]\]|#([^\s#,]+)")


class PageHeader(NamedTuple):
    """The part of a page above its text."""

    frontmatter: Frontmatter
    """The fields of its YAML, if it has any, and the properties of the page."""
    start: int
    """Offset where the properties begin, or the body if there are none."""
    diagnostics: list[Diagnostic]


class _Properties(NamedTuple):
    """Properties that follow each other."""

    fields: dict[str, Value]
    lines: dict[str, int]
    end: int
    """Offset after the last property."""


def header(text: str, path: str) -> PageHeader:
    """The header of a document, with the properties of its page.

    The properties of a page are lines of `key:: value` at its top or after its YAML, a first
    list item that has only such lines, or such lines between the fences of a YAML header.

    Args:
        text: the whole document.
        path: the path that findings name.
    """
    findings: list[Diagnostic] = []
    above = None
    if fence := _FENCE.match(text):
        inside = _read(text, fence.end(), {}, path, findings)
        if closing := inside.lines and _FENCE.match(text, inside.end):
            above = _with(frontmatter.NO_HEADER, inside, closing.end())
    fenced = fence.end() if fence and above else 0
    if above is None:
        above, findings = frontmatter.read(text, path)
    blank = _BLANK_LINES.match(text, above.body_start)
    start = blank.end() if blank else above.body_start
    properties = _read(text, start, above.lines, path, findings)
    if not properties.lines:
        return PageHeader(above, fenced or above.body_start, findings)
    return PageHeader(_with(above, properties, properties.end), fenced or start, findings)


def _with(above: Frontmatter, properties: _Properties, body_start: int) -> Frontmatter:
    fields = MappingProxyType({**above.fields, **properties.fields})
    lines = MappingProxyType({**above.lines, **properties.lines})
    odd = frontmatter.odd_keys(fields)
    return replace(above, fields=fields, lines=lines, body_start=body_start, odd=odd)


def _read(
    text: str, start: int, earlier: Mapping[str, int], path: str, findings: list[Diagnostic]
) -> _Properties:
    """The properties from an offset on; problems are added to the findings."""
    fields: dict[str, Value] = {}
    lines: dict[str, int] = {}
    words: dict[str, list[str]] = {}
    """Words of the properties that are lists; such a property may come twice."""
    first = match = _PROPERTY.match(text, start)
    in_item = bool(first and first[1].strip())
    line = text.count("\n", 0, start) + 1
    end = start
    while match and (match is first or not match[1].strip()):
        key, raw = match[2], (match[3] or "").strip()
        name = key.casefold()
        if name in _LISTS and key not in earlier:
            words.setdefault(key, []).extend(_words(_unquoted(raw)))
        elif key in lines or key in earlier:
            findings.append(finding("SG013", path, line, f"key {key!r} is given twice"))
        lines[key] = line
        if name not in _OF_A_BLOCK:
            fields[key] = _value(name, raw)
        end = match.end()
        blank = None if in_item else _BLANK_LINES.match(text, end)
        line += 1 + (blank[0].count("\n") if blank else 0)
        match = _PROPERTY.match(text, blank.end() if blank else end)
        if match and in_item and not match[1]:
            break
    if in_item and not _ends_item(text, end):
        return _Properties({}, {}, start)  # properties of a block that also has text
    fields.update((key, tuple(items)) for key, items in words.items())
    return _Properties(fields, lines, end)


def _ends_item(text: str, end: int) -> bool:
    return end >= len(text) or text[end] == "\n" or bool(_BULLET.match(text, end))


def _value(key: str, raw: str) -> Value:
    text = _unquoted(raw)
    if key in _LISTS:
        return tuple(_words(text))
    if key in _NAMES and (page := _PAGE.fullmatch(text)):
        return page[1] or page[2]
    return text


def _unquoted(raw: str) -> str:
    return raw[1:-1] if len(raw) > 1 and raw[0] == raw[-1] == '"' else raw


def _words(text: str) -> Iterator[str]:
    for item in _ITEM.findall(text):
        pages = [page[1] or page[2] for page in _PAGE.finditer(item)]
        if pages and not _PAGE.sub("", item).strip():
            yield from pages
        elif item.strip():
            yield item.strip()


def property_edit(text: str, head: Frontmatter, key: str, words: list[str]) -> Edit | None:
    """The edit that sets one property of a page, a list of words, and changes nothing else.

    Args:
        text: the whole document.
        head: its header, with its properties.
        key: the name of the property in lower case.
        words: the whole new list.

    Returns:
        None if there is another header above the properties, or if a word has a character
        that would split it.
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
    """Properties as lines for the top of a file; a list becomes words with commas."""
    rows = []
    for key, value in fields.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        rows.append(f"{key}:: {text}\n")
    return "".join(rows)
