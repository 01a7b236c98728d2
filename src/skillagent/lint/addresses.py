"""Rules about addresses that do something else than lead a reader to a page.

An image whose address has a place for data sends what a model writes there to whoever owns the
address, as soon as the answer is shown. An address such as `javascript:` runs code.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from skillagent.diagnostics import Diagnostic, finding
from skillagent.lint.inspection import Inspection
from skillagent.markdown import Document
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.percent import percent_decoded

SHOWN = 60
"""Most characters of an address that a message shows."""

_PLACES = (
    lazy_pattern(r"(!?)\[[^\[\]\n]{0,300}\]\(\s{0,9}(<[^<>\n]{1,2000}>|[^\s()]{1,2000})"),
    lazy_pattern(
        r"^()[ >]{0,9}\[[^\]\n]{1,200}\]:[ \t]{0,9}(<[^<>\n]{1,2000}>|\S{1,2000})", re.MULTILINE
    ),
    lazy_pattern(r"()<([a-z][a-z0-9+.-]{1,30}:[^\s<>]{0,2000})>", re.IGNORECASE),
    lazy_pattern(
        r"<(img|image|iframe|a|area|form|button|script|object|embed|link|video|audio|source|use|svg)\b"
        r"[^<>]{0,300}?\b(?:href|src|action|formaction|data|poster)\s{0,9}=\s{0,9}"
        r"(\"[^\"\n]{0,2000}\"|'[^'\n]{0,2000}'|[^\s\"'<>]{1,2000})",
        re.IGNORECASE,
    ),
)
_SCHEME = lazy_pattern(r"(javascript|vbscript|livescript|data):", re.IGNORECASE)
_PICTURE = lazy_pattern(r"data:image/(?:png|gif|jpe?g|webp|avif|bmp|x-icon)[;,]", re.IGNORECASE)
_TEMPLATE = r"(?:\{[^{}]*\}|<[A-Za-z_ -]+>|\[[A-Za-z_ -]+\]|__[A-Z_]+__)"
_PLACE_FOR_DATA = lazy_pattern(_TEMPLATE)
_WITH_DATA = lazy_pattern(rf"https?://[^?#]*[^?#]*[?#][^#]*=\s*{_TEMPLATE}", re.IGNORECASE)
_ANY_TEMPLATE = lazy_pattern(rf"(?:https?:)?//[^/]*(?:{_TEMPLATE}|/.*{_TEMPLATE})", re.IGNORECASE)
_LOADED = frozenset(("!", "img", "image", "iframe", "script", "object", "embed", "video", "audio"))
"""What a browser loads by itself."""


class Address(NamedTuple):
    """One address in a document, as it leads somewhere."""

    text: str
    """Without escapes."""
    start: int
    is_loaded: bool
    """Whether a browser loads it without a click."""


def exfiltrating(inspection: Inspection) -> Iterator[Diagnostic]:
    """Addresses with a place for data: of a link in its query, of an image anywhere."""
    for node in inspection.graph.nodes.values():
        for address in _addresses(node.document):
            pattern = _ANY_TEMPLATE if address.is_loaded else _WITH_DATA
            if match := pattern.match(address.text):
                what = "an image or frame" if address.is_loaded else "a link"
                place = _PLACE_FOR_DATA.findall(match[0])[-1][:SHOWN]
                message = f"the address of {what} has a place for data, {place!r}: "
                message += repr(address.text[:SHOWN])
                yield _found("SG213", node.document, address, message)


def executable(inspection: Inspection) -> Iterator[Diagnostic]:
    """Addresses that run code or hold a document instead of leading to one."""
    for node in inspection.graph.nodes.values():
        for address in _addresses(node.document):
            scheme = _SCHEME.match(address.text)
            if scheme and not (address.is_loaded and _PICTURE.match(address.text)):
                message = f"an address with {scheme[1].lower()}: {address.text[:SHOWN]!r}"
                yield _found("SG214", node.document, address, message)


def _found(code: str, document: Document, address: Address, message: str) -> Diagnostic:
    line = document.text.count("\n", 0, address.start) + 1
    return finding(code, document.path, line, message)


def _addresses(document: Document) -> Iterator[Address]:
    """The addresses of a body, outside of code."""
    for pattern in _PLACES:
        for match in pattern.finditer(document.text, document.frontmatter.body_start):
            if not document.excluded.code.covering(match.start(2)):
                written = match[2][1:-1] if match[2][0] in "<\"'" else match[2]
                # Browsers drop blanks and control characters, so that `java\tscript:` is one.
                text = "".join(
                    letter for letter in html.unescape(written) if letter > " " and letter != "\x7f"
                )
                text = percent_decoded(text) if "%" in text else text
                yield Address(text, match.start(2), match[1].lower() in _LOADED)
