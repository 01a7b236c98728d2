"""Find where a link could be set: prose, without code, comments, links, headings and addresses.

Above: `authoring` and `lint`, which search it for names of nodes. Below: `document`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from skillagent.markdown.document import Document
from skillagent.markdown.link_targets import destinations
from skillagent.markdown.logseq import outline

_JOINED_BEFORE = re.compile(r"[\w/\\@#$.:&=+~-]\Z")
_JOINED_AFTER = re.compile(r"[/\\@=_-]\w|[/\\=_(]|\.\w|:\w")
# Every repetition below is bounded, or stops where the next match could begin: the time grows
# with the text and not with its square.
_URL = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s<>]+|\bwww\.[^\s<>]+")
_WITH_AT = re.compile(r"(?<!\S)\S[^\s@]*@\S+")
_DOMAIN = re.compile(r"\.\w+")
_TAG = re.compile(r"<a\b[^<>\n]*>(?:(?!<a\b)[^\n])*?</a>|</?[A-Za-z!][^<>\n]*>")
_BRACKETS = re.compile(r"!?\[\[(?!\[)[^\]\n]{0,200}\]\]|!?\[[^\[\]\n]*\](?:\[[^\[\]\n]*\]|:.*)?")
_CALLOUT = re.compile(r"\[![^\]\n]{0,200}\][^\n]*")


def linkable_lines(document: Document) -> Iterator[tuple[int, int, int]]:
    """Stretches of single lines in which a link could be set.

    Yields:
        The offset of the line's beginning, and start and end of the stretch.
    """
    text = document.text
    headings = {heading.start for heading in document.headings}
    excluded = _joined(_excluded(document))
    at, position = 0, document.frontmatter.body_start
    while position < len(text):
        line_end = text.find("\n", position)
        line_end = len(text) if line_end < 0 else line_end
        if position not in headings and text[position:line_end].strip():
            start = position
            while at < len(excluded) and excluded[at][1] <= start:
                at += 1
            look = at
            while look < len(excluded) and excluded[look][0] < line_end:
                if excluded[look][0] > start:
                    yield position, start, excluded[look][0]
                start = max(start, excluded[look][1])
                look += 1
            if start < line_end:
                yield position, start, line_end
        position = line_end + 1


def stands_alone(text: str, start: int, end: int) -> bool:
    """False inside a path, an identifier, a longer compound or an address."""
    if _JOINED_BEFORE.search(text, max(0, start - 1), start):
        return False
    return not _JOINED_AFTER.match(text, end)


def _excluded(document: Document) -> list[tuple[int, int]]:
    """Ranges that are not prose: code, comments, links, addresses, HTML tags."""
    text, excluded, body = document.text, document.excluded, document.frontmatter.body_start
    ranges = [
        *zip(*excluded.code, strict=True),
        *zip(*excluded.comments, strict=True),
        *zip(*excluded.fences, strict=True),
        *((link.start, link.end) for link in document.references),
    ]
    ranges += [
        (destination.link, destination.stop + 1)
        for destination in destinations(text, body, len(text), excluded.code)
    ]
    for pattern in (_URL, _TAG, _BRACKETS, _CALLOUT):
        ranges += [match.span() for match in pattern.finditer(text, body)]
    if "@" in text:
        ranges += _mail_addresses(text, body)
    if document.dialect.outline:
        ranges += outline.marks(text, body)
    return ranges


def _mail_addresses(text: str, body: int) -> Iterator[tuple[int, int]]:
    """Runs without blanks that have an `@` and, after it, a dot and a word."""
    for match in _WITH_AT.finditer(text, body):
        behind = text.index("@", match.start() + 1) + 2
        ends = [dot.end() for dot in _DOMAIN.finditer(text, behind, match.end())]
        if ends:
            yield match.start(), ends[-1]


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges, sorted and with overlapping ones merged."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
