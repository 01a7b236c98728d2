"""Read the address in a template of a site builder, such as `{{< ref "a.md" >}}`.

Sources: the documentation of Hugo (`ref`, `relref`), Jekyll (`link`, `post_url`, `relative_url`,
`site.baseurl`) and Eleventy (`url`). Any other template is not read: what it makes is unknown.
"""

from __future__ import annotations

from typing import NamedTuple

from skillagent.markdown.lazy_pattern import lazy_pattern

AFTER_BRACE = r"(?:\{[^{}\n]*+\}\}|%(?:[^%{}\n]|%(?!\}))*+%\})"
"""A template that is a part of an address, after its first brace; it may contain blanks."""
URL = "url"
"""The `keyword` of an address that begins at the top of the site."""

MOST_CHARS = 1_000
"""A longer address is not read."""

_TEMPLATE = lazy_pattern(r"\{" + AFTER_BRACE)
_BASE = r"(?:\{\{-?[ \t]*(?:\w+\.)*(?:base_?url|base_?path|url)(?:[ \t]*\|[ \t]*\w+)*[ \t]*-?\}\})"
_REST = r"(?P<rest>[#?][^\s\"'`{}<>]*)?"
_AFTER = r"(?P<after>[#?][^\s{}]*)?"
_BY_KEYWORD = lazy_pattern(
    rf"{_BASE}*\{{[{{%][<%]?-?[ \t]*(?P<keyword>ref|relref|link|post_url)[ \t]+"
    rf"(?:path[ \t]*=[ \t]*)?([\"'`]?)(?P<path>[^\"'`{{}}<>#?\n]+?){_REST}\2"
    rf"(?:[ \t][^{{}}\n]*|-?[%>])?[%}}]?\}}{_AFTER}"
)
_BY_FILTER = lazy_pattern(
    rf"\{{\{{-?[ \t]*([\"'])(?P<path>[^\"'{{}}#?\n]+){_REST}\1[ \t]*\|[ \t]*"
    rf"(?:relative_url|absolute_url|prepend:|url\b)[^{{}}\n]*\}}\}}{_AFTER}"
)
_BY_BASE = lazy_pattern(rf"{_BASE}+(?P<path>/[^\s{{}}#?]*){_REST}(?P<after>\Z)")


class TemplateAddress(NamedTuple):
    """The address in a template, and its place."""

    keyword: str
    """`ref`, `relref`, `link` or `post_url`, whose address may be a name; otherwise `URL`."""
    path: str
    fragment: str
    start: int
    end: int
    """Offset after the path."""
    stop: int
    """Offset after the query and the fragment, if they are directly after the path."""


def has_template(address: str) -> bool:
    """True if a part of an address is known only to the site builder."""
    return _TEMPLATE.search(address) is not None


def template_address(address: str) -> TemplateAddress | None:
    """What a destination with a template leads to; None if only the site builder knows it."""
    if len(address) > MOST_CHARS:
        return None
    for pattern in (_BY_KEYWORD, _BY_FILTER, _BY_BASE):
        if match := pattern.fullmatch(address):
            groups = match.groupdict()
            rest = (match["rest"] or "") + (match["after"] or "")
            start, end = match.span("path")
            return TemplateAddress(
                groups.get("keyword") or URL,
                match["path"],
                rest.partition("#")[2],
                start,
                end,
                end + len(match["rest"] or ""),
            )
    return None
