"""Fixes of headers: each writes what the reader took a value or a key for.

Above: `planning`. Below: `markdown`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from skillagent.authoring.fixes.place import Place
from skillagent.markdown import LinkKind
from skillagent.markdown.compose import end_comment, header_edit, header_lines
from skillagent.markdown.edit import Edit
from skillagent.markdown.frontmatter import words
from skillagent.markdown.link_scan import is_unquoted
from skillagent.markdown.salvage import TAB_INDENT, as_blanks
from skillagent.markdown.simple_header import KEY_LINE


def quoted_links(place: Place) -> Iterator[Edit]:
    """SG015: a link that begins a value is put in quotes; several behind one key together."""
    text = place.document.text
    ends = 0
    for link in place.document.references:
        if link.kind is not LinkKind.FRONTMATTER or link.is_name or link.start < ends:
            continue
        first = text.rfind("\n", 0, link.start) + 1
        line = text[first : text.index("\n", link.start)]
        if not is_unquoted(line, link.start - first):
            continue
        value = line[link.start - first :].rstrip()
        # `key: [[a]], [[b]]` is one text. In a list such as `[[[a]], [[b]]]` each link is one.
        is_whole = value.endswith("]]") and value.count("[") == value.count("]")
        ends = link.start + len(value) if is_whole else link.end
        if not set(text[link.start : ends]) & {'"', "\\"}:
            yield Edit(link.start, ends, f'"{text[link.start : ends]}"')


def quoted_values(place: Place) -> Iterator[Edit]:
    """SG016: a value with a colon is put in quotes."""
    head = place.document.frontmatter
    lines = _lines(place)
    for key, at in head.lines.items():
        value = head.fields.get(key)
        first, line = lines[at - 1]
        match = KEY_LINE.match(line)
        written = line[match.end() :].strip() if match else ""
        if isinstance(value, str) and ": " in value and value == written:
            yield Edit(first, first + len(line), header_lines({key: value}).rstrip("\n"))


def list_of_aliases(place: Place) -> Iterator[Edit]:
    """SG018: the key `aliases` with a list."""
    document = place.document
    head = document.frontmatter
    names = [key for key in head.fields if key.casefold() in ("alias", "aliases")]
    if len(names) != 1:
        return  # which of them other tools read is not certain
    (name,) = names
    aliases = list(words(head.fields[name]))
    if name.casefold() == "aliases":
        if edit := header_edit(document, "aliases", aliases):
            yield edit
        return
    first, line = _lines(place)[head.lines[name] - 1]
    match = KEY_LINE.match(line)
    if match and line[match.end() :].strip():
        written = header_lines({"aliases": aliases}).rstrip("\n")
        comment = end_comment(line, name, head.fields[name])
        yield Edit(first, first + len(line), written + comment)
    elif match:
        # The items stand on the lines below.
        yield Edit(first, first + len(name), "aliases")


def without_tabs(place: Place) -> Iterator[Edit]:
    """SG033: tabs that indent the header become spaces."""
    head = place.document.frontmatter
    for indent in TAB_INDENT.finditer("\n" + head.text):
        start = head.start + indent.start() - 1
        yield Edit(start, start + len(indent[0]), as_blanks(indent))


def _lines(place: Place) -> list[tuple[int, str]]:
    """Offset and text of every line of the file."""
    lines = place.document.text.split("\n")
    return list(zip(accumulate((len(line) + 1 for line in lines), initial=0), lines, strict=False))
