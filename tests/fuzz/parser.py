"""`markdown.document.parse`: no bytes make it raise, and what it returns agrees with the text.

The first byte of an input chooses the dialect and the suffix of the file, the rest is the file.
"""

from __future__ import annotations

from itertools import pairwise

from skillagent.diagnostics import CODES
from skillagent.markdown import DIALECTS, Document, LinkKind
from skillagent.markdown.document import parse
from skillagent.markdown.excluded_ranges import Ranges
from skillagent.markdown.hidden import runs, visible
from tests.fuzz.choices import Choices

PATHS = ("a.md", "a.mdx")
_NAMES = sorted(DIALECTS)


def check(data: bytes) -> None:
    """Parse one file and compare what was found with its text."""
    choices = Choices(data)
    dialect, path = DIALECTS[choices.of(_NAMES)], choices.of(PATHS)
    document = parse(choices.rest(), path, dialect)
    _check_places(document)
    _check_headings(document)
    _check_links(document)
    assert not list(runs(visible(document.description)))
    again = parse(document.text, path, dialect)
    assert again.references == document.references
    assert again.frontmatter == document.frontmatter


def _check_places(document: Document) -> None:
    text, lines = document.text, document.text.count("\n") + 1
    assert "\0" not in text and "\r" not in text
    assert 0 <= document.frontmatter.body_start <= len(text)
    for finding in document.diagnostics:
        assert finding.code in CODES and 0 <= finding.line <= lines
        assert str(finding).isprintable()
    for ranges in (*document.excluded, document.math, document.comments):
        _check_ranges(ranges, len(text))
    assert len(document.uncommented) == len(text)
    assert len({tag.casefold() for tag in document.tags}) == len(document.tags)
    end = document.frontmatter.body_start
    for piece in document.pieces:
        assert end <= piece.start < piece.end <= len(text)
        assert not text[end : piece.start].strip()
        assert -1 <= piece.section < len(document.headings)
        end = piece.end
    assert not text[end:].strip()


def _check_ranges(ranges: Ranges, length: int) -> None:
    spans = list(zip(*ranges, strict=True))
    assert all(0 <= start <= end <= length for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def _check_headings(document: Document) -> None:
    text, end = document.text, len(document.text)
    for index, heading in enumerate(document.headings):
        assert 1 <= heading.level <= 6
        assert document.frontmatter.body_start <= heading.start < heading.end <= end
        assert heading.line == text.count("\n", 0, heading.start) + 1
        assert document.heading_path(index)[-1] == heading.title
        assert document.section_at(heading.start) == index
    for start, after in pairwise(heading.start for heading in document.headings):
        assert start < after
    for position in document.blocks.values():
        assert 0 <= position <= end


def _check_links(document: Document) -> None:
    text = document.text
    assert list(document.references) == sorted(document.references, key=lambda link: link.start)
    for link in (*document.references, *document.anchors):
        assert 0 <= link.start < link.end <= len(text)
        assert link.line == text.count("\n", 0, link.start) + 1
        if not document.dialect.outline:  # where any line can have a field
            is_in_header = link.start < document.frontmatter.body_start
            assert (link.kind is LinkKind.FRONTMATTER) == is_in_header
            assert is_in_header or not link.key
        words = document.words_around(link)
        assert 0 <= words.sentence[0] <= words.sentence[1] <= len(text)
        assert "\n" not in words.context
        assert -1 <= document.find_heading(link.fragment) < len(document.headings)
        document.has_anchor(link.fragment)
