"""Parse one file into a `Document`: decode, header, excluded ranges, headings, links, tags.

Above: the package, which exports `Document`. Below: a module for each step.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from skillagent.diagnostics import Diagnostic
from skillagent.markdown import (
    blocks,
    embedded,
    frontmatter,
    hidden_elements,
    prose,
)
from skillagent.markdown.anchors import FOOTNOTE_ID, anchors
from skillagent.markdown.blocks import Piece
from skillagent.markdown.decoding import decode
from skillagent.markdown.description import DESCRIPTION_REACH, first_sentence
from skillagent.markdown.dialect import OBSIDIAN, Dialect
from skillagent.markdown.excluded_ranges import ExcludedRanges, Ranges, excluded_ranges
from skillagent.markdown.frontmatter import Frontmatter
from skillagent.markdown.headings import Heading, HeadingLookup, heading_key, headings_in
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.link_scan import LinkScan
from skillagent.markdown.logseq import outline, properties
from skillagent.markdown.math_ranges import math_ranges
from skillagent.markdown.prose import LinkWords
from skillagent.markdown.reference import LinkKind, Reference
from skillagent.markdown.tables import Tables

_BLOCK_ID = lazy_pattern(r"(?:^|[ \t])\^([A-Za-z0-9-]+)[ \t]*$", re.MULTILINE)
_TAG = lazy_pattern(r"#(?=[^\s#]*[^\W\d])([\w/-]+)")
_BLANKED = lazy_pattern(r"[^\n]")


@dataclass(frozen=True)
class Document:
    """One Markdown file, parsed, not yet placed in a graph."""

    path: str
    """The path that findings name."""
    text: str
    """The whole file, with `\\n` as line ends, without byte order mark and NUL."""
    frontmatter: Frontmatter
    references: tuple[Reference, ...]
    """Links as written, sorted by place."""
    anchors: tuple[Reference, ...]
    """Markdown links to headings of the same document. They are checked, but are not links of
    the graph."""
    tags: tuple[str, ...]
    """Tags of the header, then of the body, without `#`; of two spellings the first one."""
    excluded: ExcludedRanges
    diagnostics: tuple[Diagnostic, ...]
    dialect: Dialect = OBSIDIAN
    """The dialect that it was parsed with."""

    @property
    def body(self) -> str:
        """The text after the header."""
        return self.text[self.frontmatter.body_start :]

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """The headings of the body, in order."""
        return tuple(headings_in(self.text, self.frontmatter.body_start, self.excluded.code))

    @cached_property
    def tables(self) -> Tables:
        """The places of its tables."""
        return Tables(self.text)

    @cached_property
    def blocks(self) -> dict[str, int]:
        """Block id → offset where its line ends."""
        ids: dict[str, int] = {}
        if self.dialect.outline:
            ids.update(
                outline.block_ids(self.text, self.frontmatter.body_start, self.excluded.code)
            )
        if "^" not in self.text:
            return ids
        for match in _BLOCK_ID.finditer(self.text, self.frontmatter.body_start):
            if not self.excluded.code.covering(match.start(1)):
                ids.setdefault(match[1].casefold(), match.end())
        return ids

    @cached_property
    def math(self) -> Ranges:
        """Text between `$` or `$$` that may be math."""
        return math_ranges(self.text, self.frontmatter.body_start, self.excluded.code)

    @cached_property
    def comments(self) -> Ranges:
        """Text that the author hid from readers: `<!-- -->`, `%% %%` and hidden elements."""
        code = [
            span
            for span in zip(*self.excluded.code, strict=True)
            if self.text.startswith("<!--", span[0])
        ]
        return hidden_elements.joined([*code, *zip(*self.excluded.comments, strict=True)])

    @cached_property
    def uncommented(self) -> str:
        """The text with comments overwritten by blanks, so that all offsets stay valid.

        In an outline, properties, queries and macros are overwritten too.
        """
        parts, last = [], 0
        for start, end in zip(*self.comments, strict=True):
            parts += [self.text[last:start], _BLANKED.sub(" ", self.text[start:end])]
            last = end
        text = "".join((*parts, self.text[last:]))
        if self.dialect.outline:
            text = outline.blanked(text, self.frontmatter.body_start)
        return text

    @cached_property
    def description(self) -> str:
        """The first sentence of prose; empty if the body has none."""
        start = self.frontmatter.body_start
        end = min(len(self.text), start + DESCRIPTION_REACH)
        # Fences and comments are not prose, even in the middle of a paragraph: blank lines
        # replace them.
        hidden = [*zip(*self.excluded.fences, strict=True), *zip(*self.comments, strict=True)]
        parts: list[str] = []
        for first, last in sorted(hidden):
            if first >= end:
                break
            parts.append(self.text[start:first])
            whole_lines = not self.text[self.text.rfind("\n", 0, first) + 1 : first].strip()
            parts.append("\n\n" if whole_lines else " ")
            start = max(start, last)
        parts.append(self.text[start:end])
        text = "".join(parts)
        return first_sentence(outline.as_prose(text) if self.dialect.outline else text)

    def words_around(self, reference: Reference) -> LinkWords:
        """The words around a link.

        In the header, its context is the field and the link, and no sentence is around it.
        """
        start, end = reference.start, reference.end
        is_in_header = start < self.frontmatter.body_start
        if is_in_header or reference.kind is LinkKind.FRONTMATTER:
            name = reference.label or reference.target or reference.fragment
            context = f"{reference.key}: {name}" if reference.key else name
            return LinkWords(context, (start, end), leads=True)
        text = self.text if reference.kind is LinkKind.COMMENT else self.uncommented
        return prose.words_around(text, start, end, self.frontmatter.body_start)

    def section_at(self, position: int) -> int:
        """Index of the nearest heading at or above an offset, or -1."""
        return bisect_right(self._lookup.starts, position) - 1

    def heading_path(self, index: int) -> tuple[str, ...]:
        """Titles of a heading and of all headings above it, the outermost first.

        Args:
            index: place of the heading in `headings`.
        """
        path: list[str] = []
        level = 7
        for heading in reversed(self.headings[: index + 1]):
            if heading.level < level:
                path.append(heading.title)
                level = heading.level
        return tuple(reversed(path))

    def find_heading(self, fragment: str) -> int:
        """Index of the heading that a link's fragment names, or -1.

        In a path such as `Part#Chapter`, each heading must be inside the one before, and the
        last one is returned. An explicit id of a heading is preferred to a title that is only
        similar. If no title matches, other explicit ids and slugs are tried.
        """
        index = self._lookup.find(fragment)
        if index >= 0:
            return index
        name = fragment.strip()
        index = self._anchors.get(name.casefold(), -1)
        return index if index >= 0 else self._anchors.get(heading_key(name), -1)

    @cached_property
    def includes_files(self) -> bool:
        """True if a site builder inserts other files, whose headings are not known here."""
        return embedded.includes_files(self.text, self.excluded.fences)

    def has_anchor(self, fragment: str) -> bool:
        """True if a fragment names a heading, an element above all headings, or a footnote."""
        name = fragment.strip().casefold()
        return (
            self.find_heading(fragment) >= 0
            or name in self._anchors
            or FOOTNOTE_ID.fullmatch(name) is not None
        )

    @cached_property
    def _anchors(self) -> Mapping[str, int]:
        return anchors(self.text, self.headings, self.excluded.code)

    @cached_property
    def _lookup(self) -> HeadingLookup:
        return HeadingLookup(self.headings)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The body cut at blank lines, not inside a fence; a heading stays with its block."""
        start = self.frontmatter.body_start
        return tuple(blocks.cut(self.text, start, self._lookup.starts, self.excluded.fences))


def parse(data: bytes | str, path: str, dialect: Dialect = OBSIDIAN) -> Document:
    """Parse one file; no contents make it raise.

    Args:
        data: the bytes of the file, or its text as `decode` returns it.
        path: the path that findings name; its suffix tells MDX from Markdown.
        dialect: how links are written.
    """
    if isinstance(data, bytes):
        text, findings = decode(data, path)
    else:
        text, findings = data, []
    if dialect.outline:
        header, start, header_findings = properties.header(text, path)
    else:
        header, header_findings = frontmatter.read(text, path)
        start = header.body_start
    findings += header_findings
    # MDX has no indented code: components are indented like any markup.
    is_mdx = path.lower().endswith(".mdx")
    excluded = excluded_ranges(text, start, dialect, indented_code=not is_mdx)
    excluded = embedded.with_embedded_code(text, start, excluded)
    excluded = hidden_elements.with_hidden_elements(text, start, excluded, is_mdx=is_mdx)
    links = LinkScan(text, path, dialect, header, start, excluded).links()
    findings += links.diagnostics
    tags = _tags(text, header, excluded, links.references, dialect)
    return Document(
        path,
        text,
        header,
        links.references,
        links.anchors,
        tags,
        excluded,
        tuple(findings),
        dialect,
    )


def _tags(
    text: str,
    header: Frontmatter,
    excluded: ExcludedRanges,
    references: Sequence[Reference],
    dialect: Dialect,
) -> tuple[str, ...]:
    tags = [tag.lstrip("#") for tag in header.words("tags", "tag")]
    if text.find("#", header.body_start) >= 0:
        tags += _tags_in_body(text, header, excluded, references)
        if dialect.outline:
            tags += outline.tags(text, references)
    first: dict[str, str] = {}
    for tag in tags:
        if tag:
            first.setdefault(tag.casefold(), tag)
    return tuple(first.values())


def _tags_in_body(
    text: str, header: Frontmatter, excluded: ExcludedRanges, references: Sequence[Reference]
) -> list[str]:
    matches = [
        match
        for match in _TAG.finditer(text, header.body_start)
        if text[match.start() - 1 : match.start()].strip() == ""
        and not excluded.code.covering(match.start())
    ]
    if not matches:
        return []
    spans = [(link.start, link.end) for link in references if not link.is_tag]
    links = Ranges([start for start, _ in spans], [end for _, end in spans])
    return [match[1].rstrip("/") for match in matches if not links.covering(match.start())]
