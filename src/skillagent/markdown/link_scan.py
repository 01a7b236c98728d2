"""Find all links of one document: in its header, in its body, and between its own headings.

Links in code do not count, links in comments are marked as such. The patterns of single links
are in `wikilink`, names without brackets in `link_fields`; this module combines them.

Above: `document`. Below: `wikilink`, `link_fields`, `malformed`, `footnotes`, `logseq`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from skillagent.diagnostics import Diagnostic, finding
from skillagent.markdown import footnotes, malformed, wikilink
from skillagent.markdown.dialect import Dialect
from skillagent.markdown.excluded_ranges import ExcludedRanges, Ranges
from skillagent.markdown.frontmatter import Frontmatter
from skillagent.markdown.inline import ADDRESS
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.link_fields import names_in_fields
from skillagent.markdown.logseq import outline
from skillagent.markdown.math_ranges import math_ranges
from skillagent.markdown.reference import LinkKind, Reference

_REACH = 80
"""How many characters before a link are searched for what opens its value in YAML."""
# What can come before a value: an indicator of YAML, or the beginning of the line.
_OPENS_VALUE = lazy_pattern(r"(?:^|[:\-\[,])\s*\Z")
_TOML_TABLES = lazy_pattern(r"[ \t]*\[\[[^\[\]\n]+\]\][ \t]*(?:#|$)")
"""The first line of a table in an array of tables, which is no link."""
_TOP_KEY = lazy_pattern(r"[\"']?([^\s#:=\"'{\[][^:=\n\"']*+)[\"']?[ \t]*+[:=](?:[ \t]|$)")


class DocumentLinks(NamedTuple):
    """The links of one document."""

    references: tuple[Reference, ...]
    """See `Document.references`."""
    anchors: tuple[Reference, ...]
    """See `Document.anchors`."""
    diagnostics: list[Diagnostic]


class LinkScan:
    """Finds the links of one document.

    Args:
        text: the whole document.
        path: the path that findings name.
        dialect: how links are written.
        header: the header of the document.
        start: offset where the body begins; in an outline, where its properties begin.
        excluded: the ranges of the body in which links do not count.
    """

    def __init__(
        self,
        text: str,
        path: str,
        dialect: Dialect,
        header: Frontmatter,
        start: int,
        excluded: ExcludedRanges,
    ) -> None:
        self._text = text
        self._path = path
        self._dialect = dialect
        self._header = header
        self._start = start
        self._first_line = text.count("\n", 0, start) + 1
        self._excluded = excluded
        self._has_others = True
        """False if all brackets of the body are those of its wikilinks."""
        self._anchors: list[Reference] = []
        self._findings: list[Diagnostic] = []

    def links(self) -> DocumentLinks:
        """All links, sorted by place: first those of the header, then those of the body."""
        in_header = self._in_header()
        names = names_in_fields(self._text, self._header, self._dialect.link_fields, in_header)
        if names:
            in_header = sorted(in_header + names, key=_position)
        code = self._excluded.code
        wikilinks = self._wikilinks()
        markdown = self._markdown_links(wikilinks)
        body = sorted(wikilinks + markdown, key=_position) if markdown else wikilinks
        if self._dialect.outline:
            body = outline.with_tags(self._text, self._start, self._header, code, body)
        comments = self._excluded.comments
        if comments.starts:
            body = [
                link._replace(kind=LinkKind.COMMENT) if comments.covering(link.start) else link
                for link in body
            ]
        return DocumentLinks((*in_header, *body), tuple(self._anchors), self._findings)

    def _wikilinks(self) -> list[Reference]:
        """Wikilinks and embeds of the body, and findings about malformed ones."""
        text, start, code = self._text, self._start, self._excluded.code
        links = list(wikilink.wikilinks(text, start, len(text), self._first_line, self._dialect))
        self._has_others = _has_other_brackets(text, start, links)
        if self._has_others:
            self._check_brackets(links)
            self._findings += footnotes.check(text, start, code, self._path)
        if code.starts:
            links = [link for link in links if not code.covering(link.start)]
        if self._dialect.outline:
            links = outline.references(text, start, self._header, code, links)
        if self._has_others and links and text.find("]](", start) >= 0:
            links = [link for link in links if not _is_mark(text, link)]
        piped = [link for link in links if link.bare_pipe]
        if piped:
            math = math_ranges(text, start, code)
            for link in piped:
                if math.covering(link.start):
                    continue
                message = f"unescaped | in the table link to {link.target!r}"
                self._findings.append(finding("SG025", self._path, link.line, message))
        return links

    def _check_brackets(self, links: list[Reference]) -> None:
        """Look for malformed links, if there are more brackets than those of the links."""
        text, start = self._text, self._start
        if text.count("[[", start) == len(links) and text.count("]]", start) == len(links):
            return
        spans = Ranges([link.start for link in links], [link.end for link in links])
        self._findings += malformed.check(text, start, spans, self._excluded.code, self._path)

    def _markdown_links(self, wikilinks: Iterable[Reference]) -> list[Reference]:
        """Markdown links of the body; those into the document itself go to the anchors."""
        text, start = self._text, self._start
        if not self._has_others:
            return []
        if text.find("](", start) < 0 and text.find("]:", start) < 0:
            return []
        taken = {place for link in wikilinks for place in (link.start, link.start + 1)}
        links: list[Reference] = []
        line, counted = self._first_line, start
        every_link = wikilink.markdown_links(text, start, self._excluded.code)
        for link in sorted(every_link, key=_position):
            line += text.count("\n", counted, link.start)
            counted = link.start
            if link.start in taken:
                continue
            if link.target:
                links.append(link._replace(line=line))
            elif not self._excluded.comments.covering(link.start):
                self._anchors.append(link._replace(line=line))
        return outline.keyed(links, self._header) if self._dialect.outline else links

    def _in_header(self) -> list[Reference]:
        """Wikilinks of the header.

        They are read from its lines and not from its values, so that a link is found even if
        the YAML is broken or reads its brackets as lists.
        """
        header = self._header
        if "[[" not in header.text:
            return []
        links: list[Reference] = []
        key, offset = "", header.start
        is_json = not header.start  # JSON has no fences, and its keys are indented
        is_toml = self._text.startswith("+++")
        for number, line in enumerate(header.text.split("\n"), start=1 if is_json else 2):
            if match := _TOP_KEY.match(line.lstrip() if is_json else line):
                key = match[1].strip()
            if "[[" in line and not (is_toml and _TOML_TABLES.match(line)):
                links += self._in_header_line(line, number, key, offset)
            offset += len(line) + 1
        return links

    def _in_header_line(self, line: str, number: int, key: str, offset: int) -> list[Reference]:
        """The wikilinks of one line of the header.

        Args:
            line: its text.
            number: its number in the file, from 1.
            key: the field that it belongs to.
            offset: where it begins in the document.
        """
        quoted, limit = _quoted(line)
        links: list[Reference] = []
        for link in wikilink.wikilinks(line, 0, limit, number, self._dialect):
            if _is_unquoted(line, link.start, quoted):
                message = f"unquoted link in {key!r}; YAML reads it as a list"
                remedy = f'write {key}: "{line[link.start : link.end]}"'
                self._findings.append(finding("SG015", self._path, number, message, remedy))
            start, end = offset + link.start, offset + link.end
            links.append(
                link._replace(
                    kind=LinkKind.FRONTMATTER, start=start, end=end, key=key, bare_pipe=False
                )
            )
        return links


def _has_other_brackets(text: str, start: int, links: Sequence[Reference]) -> bool:
    """Whether a body may have Markdown links, footnotes, definitions or malformed links.

    Args:
        text: the whole document.
        start: offset where the body begins.
        links: its wikilinks, also those in code.
    """
    own = 2 * len(links)
    if text.count("[", start) != own or text.count("]", start) != own:
        return True
    return any(text.startswith(("(", ":"), link.end) for link in links)


def _is_mark(text: str, link: Reference) -> bool:
    """True for `[[1]](address)`: a Markdown link whose text is a mark such as a source number."""
    words = text[link.start + 2 : link.end - 2]
    is_link = text.startswith("(", link.end) and ADDRESS.match(text, link.end + 1)
    return bool(is_link) and not any(map(str.isalpha, words))


def _position(link: Reference) -> int:
    return link.start


def is_unquoted(line: str, start: int) -> bool:
    """Whether a link in a line of a header begins a value without quotes, as YAML reads it.

    Args:
        line: the line.
        start: offset of the link in it.
    """
    return _is_unquoted(line, start, _quoted(line)[0])


def _is_unquoted(line: str, start: int, quoted: Ranges) -> bool:
    opens = _OPENS_VALUE.search(line, max(0, start - _REACH), start)
    return opens is not None and not quoted.covering(start)


def _quoted(line: str) -> tuple[Ranges, int]:
    """The quoted parts of a line of YAML, and where its comment begins, or the line ends."""
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
