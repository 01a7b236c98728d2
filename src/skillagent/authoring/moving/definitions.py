"""Copies footnotes and link definitions to the parts of a document that use them.

`[^1]: text` and `[name]: address` define what `[^1]` and `[text][name]` mean. Each part of the
document gets a copy of the definitions that it uses. A definition is removed from a part that
does not use it, if another part has it. A definition that no part uses stays in place.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from skillagent.authoring.moving.parts import DocumentPart
from skillagent.markdown import Document, footnotes
from skillagent.markdown.destination import DEFINITION, TITLE_LINE
from skillagent.markdown.link_targets import uses

_NEW_BLOCK = re.compile(r" {0,3}(?:[-*+>#|]|\d{1,9}[.)][ \t]|\[[^\]\n]+\]:|```|~~~)")


@dataclass(frozen=True, slots=True)
class _Definition:
    """Whole lines of a document."""

    start: int
    end: int
    place: int
    """Offset of its `[`, by which uses name it."""

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


def with_definitions(document: Document, parts: Sequence[DocumentPart]) -> list[DocumentPart]:
    """The parts of a document, each with the definitions that it uses.

    Args:
        document: what is cut.
        parts: in order of their place; together the whole text.
    """
    text = document.text
    if len(parts) < 2 or "]:" not in text:
        return list(parts)
    definitions = sorted((*_notes(document), *_links(document)), key=_start)
    starts = [definition.start for definition in definitions]
    firsts = [part.start for part in parts]
    used_by_part: list[set[int]] = [set() for _ in parts]
    inside: dict[int, set[int]] = {}
    for place, index in _uses(document, definitions):
        at = bisect_right(starts, place) - 1
        if at >= 0 and place < definitions[at].end:
            inside.setdefault(at, set()).add(index)
        else:
            used_by_part[bisect_right(firsts, place) - 1].add(index)
    for used in used_by_part:
        open_ones = list(used)
        for index in open_ones:  # a footnote brings what it uses itself
            more = inside.get(index, set()) - used
            used |= more
            open_ones += sorted(more)
    anywhere = set().union(*used_by_part)
    completed = []
    for part, used in zip(parts, used_by_part, strict=True):
        own = range(bisect_left(starts, part.start), bisect_left(starts, part.end))
        completed.append(
            replace(
                part,
                carried=tuple(definitions[at].span for at in sorted(used) if at not in own),
                dropped=tuple(
                    definitions[at].span for at in own if at in anywhere and at not in used
                ),
            )
        )
    return completed


def _start(definition: _Definition) -> int:
    return definition.start


def _notes(document: Document) -> Iterator[_Definition]:
    text, code = document.text, document.excluded.code
    headings = [heading.start for heading in document.headings]
    end = 0
    for note in footnotes.defined(text, document.frontmatter.body_start, code):
        line = text.rfind("\n", 0, note.start) + 1
        if note.start < end or text[line : note.start].strip(" ") or note.start - line > 3:
            continue  # inside another footnote, a quote or a list item: it moves with that
        at = bisect_right(headings, line)
        end = _note_end(text, note.end, headings[at] if at < len(headings) else len(text))
        yield _Definition(line, end, note.start)


def _note_end(text: str, place: int, limit: int) -> int:
    """The end of a footnote: of its paragraph and the indented blocks that follow."""
    end = place = _line_end(text, place, limit)
    paragraph = True
    while place < limit:
        line_end = _line_end(text, place, limit)
        line = text[place:line_end]
        if not line.strip():
            paragraph = False
        elif line.startswith(("    ", "\t")) or (paragraph and not _NEW_BLOCK.match(line)):
            end = line_end
        else:
            break
        place = line_end
    return end


def _links(document: Document) -> Iterator[_Definition]:
    text, code = document.text, document.excluded.code
    for match in DEFINITION.finditer(text, document.frontmatter.body_start):
        if not code.covering(match.start()):
            end = _line_end(text, match.end(), len(text))
            if title := TITLE_LINE.match(text, end):
                end = title.end()
            yield _Definition(match.start(), end, match.start())


def _uses(document: Document, definitions: Sequence[_Definition]) -> Iterator[tuple[int, int]]:
    """Place of each use, and the index of its definition."""
    text, code = document.text, document.excluded.code
    start = document.frontmatter.body_start
    places = {definition.place: index for index, definition in enumerate(definitions)}
    for use in uses(text, start, code):
        if use.definition.link in places:
            yield use.start, places[use.definition.link]
    names: dict[str, int] = {}
    others: list[tuple[int, str]] = []
    for note in footnotes.used(text, start, code):
        if note.start in places:
            names.setdefault(note.name, places[note.start])
        else:
            others.append((note.start, note.name))
    yield from ((place, names[name]) for place, name in others if name in names)


def _line_end(text: str, place: int, limit: int) -> int:
    newline = text.find("\n", place, limit)
    return limit if newline < 0 else newline + 1
