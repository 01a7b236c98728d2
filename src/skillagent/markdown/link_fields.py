"""Find names without brackets in the link fields of a header, as in `depends_on: [auth/login]`.

`link_scan` finds `[[links]]` in any field. This module finds values that may be names of nodes
because of their field, and rewrites such a value. Only the graph knows whether a value leads to a
node: a link field may contain prose as well.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cache

from skillagent.markdown.dialect import field_name
from skillagent.markdown.frontmatter import Frontmatter
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.reference import LinkKind, Reference
from skillagent.markdown.simple_header import NOT_TEXT
from skillagent.markdown.wikilink import bare_name

MAX_NAME = 255
"""Longest value that can be a name; file systems allow no longer names."""

_BARE = lazy_pattern(r"(?:\.{0,2}/)?[^\W\d][\w./-]*(?:#[\w./-]+)?")
"""A value that needs no quotes in YAML, neither on its own nor in a list."""


def names_in_fields(
    text: str, header: Frontmatter, fields: frozenset[str], links: Iterable[Reference]
) -> list[Reference]:
    """The values of link fields that may be names of nodes, sorted by place.

    Args:
        text: the whole document.
        header: the header of the document.
        fields: the link fields; `sources.resource` is the key `resource` below `sources`.
        links: the wikilinks in the header; a value that contains one is skipped.
    """
    tops = _top_keys(fields)
    if tops.isdisjoint(header.fields) and tops.isdisjoint(header.odd):
        return []
    # It loads the YAML parser, which graphs without link fields do not need.
    from skillagent.markdown.field_texts import texts_in_fields

    taken = [(link.start, link.end) for link in links]
    names: list[Reference] = []
    line, counted = 1 if not header.start else 2, 0
    for key, field_text in texts_in_fields(header, tops, is_toml=text.startswith("+++")):
        path = ".".join(field_name(part) for part in field_text.path)
        if path not in fields or len(field_text.value) > MAX_NAME:
            continue
        start, end = header.start + field_text.start, header.start + field_text.end
        at = bisect_right(taken, (end, 0)) - 1
        name = bare_name(field_text.value)
        if name is None or (at >= 0 and taken[at][1] > start):
            continue
        line += header.text.count("\n", counted, field_text.start)
        counted = field_text.start
        names.append(
            Reference(LinkKind.FRONTMATTER, *name, "", start, end, line, key, is_name=True)
        )
    return names


@cache
def _top_keys(fields: frozenset[str]) -> frozenset[str]:
    """The top-level keys of link fields, with `_` and with `-`.

    With them, a header without link fields, as most are, is recognised at once.
    """
    tops = {field.partition(".")[0] for field in fields}
    return frozenset(tops | {top.replace("_", "-") for top in tops})


def rewritten(raw: str, value: str) -> str:
    """A new text for a value of a header, in the quotes that the value has or needs.

    Args:
        raw: the value as written, with its quotes.
        value: the new text.
    """
    if raw.startswith("'") and "'" not in value:
        return f"'{value}'"
    if raw.startswith(("'", '"')) or not _BARE.fullmatch(value) or value.casefold() in NOT_TEXT:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return value
