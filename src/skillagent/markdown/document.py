"""Text of one file → `Document`. Steps: decode, header, masks, headings, links, tags."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from skillagent.diagnostics import Diagnostic, finding
from skillagent.markdown import (
    blocks,
    embedded,
    excluded_ranges,
    footnotes,
    frontmatter,
    malformed,
    prose,
    wikilink,
)
from skillagent.markdown.anchors import anchors
from skillagent.markdown.blocks import Piece
from skillagent.markdown.decoding import decode
from skillagent.markdown.description import DESCRIPTION_REACH, first_sentence
from skillagent.markdown.dialect import OBSIDIAN, Dialect
from skillagent.markdown.excluded_ranges import Masks, Ranges
from skillagent.markdown.frontmatter import Frontmatter
from skillagent.markdown.headings import Heading, Outline, heading_key, headings_in
from skillagent.markdown.inline import ADDRESS
from skillagent.markdown.link_fields import names_in_fields
from skillagent.markdown.logseq import outline, properties
from skillagent.markdown.tables import Tables
from skillagent.markdown.wikilink import Kind, Reference

_BLOCK_ID = re.compile(r"(?:^|[ \t])\^([A-Za-z0-9-]+)[ \t]*$", re.MULTILINE)
_TAG = re.compile(r"#(?=[^\s#]*[^\W\d])([\w/-]+)")
_BLANKED = re.compile(r"[^\n]")


@dataclass(frozen=True)
class Document:
    """One Markdown file, parsed, not yet placed in a graph."""

    path: str
    """As findings name it."""
    text: str
    """The whole file, line ends as `\\n`, no byte order mark, no NUL."""
    frontmatter: Frontmatter
    references: tuple[Reference, ...]
    """Links as written, in order of their place."""
    anchors: tuple[Reference, ...]
    """Markdown links to a heading of the document itself: checked, and no links of the graph."""
    headings: tuple[Heading, ...]
    tags: tuple[str, ...]
    """Tags of the header, then of the body, first spelling, without `#`."""
    masks: Masks
    diagnostics: tuple[Diagnostic, ...]
    dialect: Dialect = OBSIDIAN
    """How it was read."""

    @property
    def body(self) -> str:
        """The text behind the header."""
        return self.text[self.frontmatter.body_start :]

    @cached_property
    def tables(self) -> Tables:
        """Where its tables stand."""
        return Tables(self.text)

    @cached_property
    def blocks(self) -> dict[str, int]:
        """Block id → offset of its line's end."""
        found: dict[str, int] = {}
        if self.dialect.outline:
            found.update(outline.block_ids(self.text, self.frontmatter.body_start, self.masks.code))
        if "^" not in self.text:
            return found
        for match in _BLOCK_ID.finditer(self.text, self.frontmatter.body_start):
            if not self.masks.code.covering(match.start(1)):
                found.setdefault(match[1].casefold(), match.end())
        return found

    @cached_property
    def comments(self) -> Ranges:
        """Where an author hid text from readers: `<!-- -->` and `%% %%`."""
        code = [
            span
            for span in zip(*self.masks.code, strict=True)
            if self.text.startswith("<!--", span[0])
        ]
        every = sorted([*code, *zip(*self.masks.comments, strict=True)])
        return Ranges([start for start, _ in every], [end for _, end in every])

    @cached_property
    def uncommented(self) -> str:
        """The text with blanks for comments: every other character keeps its place.

        In an outline, also for what is no word of its author.
        """
        kept, last = [], 0
        for start, end in zip(*self.comments, strict=True):
            kept += [self.text[last:start], _BLANKED.sub(" ", self.text[start:end])]
            last = end
        text = "".join((*kept, self.text[last:]))
        if self.dialect.outline:
            text = outline.blanked(text, self.frontmatter.body_start)
        return text

    @cached_property
    def description(self) -> str:
        """The first sentence of prose; empty where the body has none."""
        start = self.frontmatter.body_start
        end = min(len(self.text), start + DESCRIPTION_REACH)
        # Fences and comments are no prose, wherever they stand: blank lines take their place.
        hidden = [*zip(*self.masks.fences, strict=True), *zip(*self.comments, strict=True)]
        kept: list[str] = []
        for first, last in sorted(hidden):
            if first >= end:
                break
            kept.append(self.text[start:first])
            whole_lines = not self.text[self.text.rfind("\n", 0, first) + 1 : first].strip()
            kept.append("\n\n" if whole_lines else " ")
            start = max(start, last)
        kept.append(self.text[start:end])
        text = "".join(kept)
        return first_sentence(outline.as_prose(text) if self.dialect.outline else text)

    def context(self, reference: Reference) -> str:
        """The sentence or item around a link; for a header's link its field and value."""
        if reference.kind is Kind.FRONTMATTER:
            return f"{reference.key}: {reference.label or reference.target or reference.fragment}"
        text = self.text if reference.kind is Kind.COMMENT else self.uncommented
        return prose.context(text, reference.start, reference.end, self.frontmatter.body_start)

    def sentence(self, reference: Reference) -> tuple[int, int]:
        """Where the sentence or item around a link begins and ends."""
        start, end = reference.start, reference.end
        return prose.sentence(self.uncommented, start, end, self.frontmatter.body_start)

    def section_at(self, position: int) -> int:
        """Index of the nearest heading at or above an offset, or -1."""
        return bisect_right(self._outline.starts, position) - 1

    def heading_path(self, index: int) -> tuple[str, ...]:
        """The titles from the outermost heading down to one."""
        path: list[str] = []
        level = 7
        for heading in reversed(self.headings[: index + 1]):
            if heading.level < level:
                path.append(heading.title)
                level = heading.level
        return tuple(reversed(path))

    def find_heading(self, fragment: str) -> int:
        """Index of the heading that a `#` path means, or -1.

        The parts of a path must each stand inside the one before; the last one is meant. An id
        that a heading was given comes before titles that are only like it. Where no title
        answers, another explicit id or a slug may.
        """
        at = self._outline.find(fragment)
        if at >= 0:
            return at
        name = fragment.strip()
        at = self._anchors.get(name.casefold(), -1)
        return at if at >= 0 else self._anchors.get(heading_key(name), -1)

    @cached_property
    def includes_files(self) -> bool:
        """True where parts of what a reader sees stand in other files, with their headings."""
        return embedded.includes_files(self.text, self.masks.fences)

    def has_anchor(self, fragment: str) -> bool:
        """True if a `#` path leads to a heading, or to an element above all headings."""
        return self.find_heading(fragment) >= 0 or fragment.strip().casefold() in self._anchors

    @cached_property
    def _anchors(self) -> Mapping[str, int]:
        return anchors(self.text, self.headings, self.masks.code)

    @cached_property
    def _outline(self) -> Outline:
        return Outline(self.headings)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The body cut at blank lines, never inside a fence; a heading stays with its block."""
        start = self.frontmatter.body_start
        return tuple(blocks.cut(self.text, start, self._outline.starts, self.masks.fences))


def parse(data: bytes | str, path: str, dialect: Dialect = OBSIDIAN) -> Document:
    """One file as a `Document`; never raises on its contents.

    Args:
        data: the file's bytes, or its text with line ends as `\\n`.
        path: for the findings.
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
    hidden = excluded_ranges.masks(text, start, dialect, indented_code=not is_mdx)
    hidden = embedded.masked(text, start, hidden)
    headings = tuple(headings_in(text, header.body_start, hidden.code))
    references, anchors = _references(text, start, header, hidden, dialect, path, findings)
    tags = _tags(text, header, hidden, references, dialect)
    return Document(
        path,
        text,
        header,
        tuple(references),
        tuple(anchors),
        headings,
        tags,
        hidden,
        tuple(findings),
        dialect,
    )


def _references(
    text: str,
    start: int,
    header: Frontmatter,
    masks: Masks,
    dialect: Dialect,
    path: str,
    findings: list[Diagnostic],
) -> tuple[list[Reference], list[Reference]]:
    """`Document.references` and `Document.anchors`."""
    found = _header_references(header, dialect, path, findings)
    if names := names_in_fields(text, header, dialect.link_fields, found):
        found = sorted(found + names, key=_position)
    anchors: list[Reference] = []
    code, comments = masks.code, masks.comments
    first_line = text.count("\n", 0, start) + 1
    paired = text.find("[[", start) >= 0
    body = list(wikilink.wikilinks(text, start, len(text), first_line, dialect)) if paired else []
    if paired and _has_more_brackets(text, start, len(body)):
        ends = [reference.end for reference in body]
        spans = Ranges([reference.start for reference in body], ends)
        findings += malformed.check(text, start, spans, code, path)
    findings += footnotes.check(text, start, code, path)
    if code.starts:
        body = [reference for reference in body if not code.covering(reference.start)]
    if dialect.outline:
        body = outline.references(text, start, header, code, body)
    if body and text.find("]](", start) >= 0:
        body = [reference for reference in body if not _is_mark(text, reference)]
    for reference in body:
        if reference.bare_pipe:
            message = f"unescaped | in the table link to {reference.target!r}"
            findings.append(finding("SG025", path, reference.line, message))
    if text.find("](", start) >= 0 or text.find("]:", start) >= 0:
        taken = {position for link in body for position in (link.start, link.start + 1)}
        markdown: list[Reference] = []
        line, counted = first_line, start
        found_links = sorted(wikilink.markdown_links(text, start, code), key=_position)
        for reference in found_links:
            line += text.count("\n", counted, reference.start)
            counted = reference.start
            if reference.start in taken:
                continue
            if reference.target:
                markdown.append(reference._replace(line=line))
            elif not comments.covering(reference.start):
                anchors.append(reference._replace(line=line))
        if dialect.outline:
            markdown = outline.keyed(markdown, header)
        if markdown:
            body = sorted(body + markdown, key=_position)
    if comments.starts:
        body = [
            reference._replace(kind=Kind.COMMENT)
            if comments.covering(reference.start)
            else reference
            for reference in body
        ]
    return found + body, anchors


def _has_more_brackets(text: str, start: int, links: int) -> bool:
    """Whether a body has other pairs of brackets than those of so many links."""
    return text.count("[[", start) != links or text.count("]]", start) != links


def _is_mark(text: str, reference: Reference) -> bool:
    """True for `[[1]](address)`, a Markdown link whose text is a mark such as of a source."""
    words = text[reference.start + 2 : reference.end - 2]
    is_link = text.startswith("(", reference.end) and ADDRESS.match(text, reference.end + 1)
    return bool(is_link) and not any(map(str.isalpha, words))


def _position(reference: Reference) -> int:
    return reference.start


# What stands before a value: a mark of YAML, or the beginning of the line.
_OPENS_VALUE = re.compile(r"(?:^|[:\-\[,])\s*\Z")
_TOP_KEY = re.compile(r"[\"']?([^\s#:=\"'{\[][^:=\n\"']*+)[\"']?[ \t]*+[:=](?:[ \t]|$)")


def _header_references(
    header: Frontmatter, dialect: Dialect, path: str, findings: list[Diagnostic]
) -> list[Reference]:
    # Read from the raw lines, so that a link survives YAML that is broken or nests it.
    if "[[" not in header.text:
        return []
    found: list[Reference] = []
    key, offset = "", header.start
    indented = not header.start  # a JSON header stands without fences, its keys are indented
    first = 1 if indented else 2
    for number, line in enumerate(header.text.split("\n"), start=first):
        if match := _TOP_KEY.match(line.lstrip() if indented else line):
            key = match[1].strip()
        if "[[" in line:
            quoted, limit = _quoted(line)
            for reference in wikilink.wikilinks(line, 0, limit, number, dialect):
                found.append(
                    Reference(
                        Kind.FRONTMATTER,
                        reference.target,
                        reference.fragment,
                        reference.label,
                        offset + reference.start,
                        offset + reference.end,
                        number,
                        key,
                    )
                )
                opens = _OPENS_VALUE.search(line, max(0, reference.start - 80), reference.start)
                if opens and not quoted.covering(reference.start):
                    message = f"unquoted link in {key!r}; YAML reads it as a list"
                    remedy = f'write {key}: "{line[reference.start : reference.end]}"'
                    findings.append(finding("SG015", path, number, message, remedy))
        offset += len(line) + 1
    return found


def _quoted(line: str) -> tuple[Ranges, int]:
    """What stands in quotes on a line of YAML, and where its comment begins, or the line ends."""
    quoted = Ranges([], [])
    quote = ""
    for at, char in enumerate(line):
        if quote:
            if char == quote:
                quote = ""
                quoted.ends.append(at)
        elif char in "\"'" and (at == 0 or line[at - 1] in " \t[,:{-"):
            quote = char
            quoted.starts.append(at)
        elif char == "#" and (at == 0 or line[at - 1] in " \t"):
            return quoted, at
    if quote:
        quoted.ends.append(len(line))
    return quoted, len(line)


def _tags(
    text: str,
    header: Frontmatter,
    masks: Masks,
    references: list[Reference],
    dialect: Dialect,
) -> tuple[str, ...]:
    found = [tag.lstrip("#") for tag in header.words("tags", "tag")]
    if text.find("#", header.body_start) >= 0:
        links = Ranges([link.start for link in references], [link.end for link in references])
        found += [
            match[1].rstrip("/")
            for match in _TAG.finditer(text, header.body_start)
            if text[match.start() - 1 : match.start()].strip() == ""
            and not masks.code.covering(match.start())
            and not links.covering(match.start())
        ]
        if dialect.outline:
            found += outline.tags(text, references)
    first: dict[str, str] = {}
    for tag in found:
        if tag:
            first.setdefault(tag.casefold(), tag)
    return tuple(first.values())
