"""Writes the properties of a Logseq page as a YAML header, for readers that do not know Logseq.

Above: `rewrite`. Below: `compose`, documents.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

from skillagent.graph import Node
from skillagent.markdown import Document, Reference, Value, plain
from skillagent.markdown.compose import composed
from skillagent.markdown.edit import Edit, edited

_AS_READ = ("title", "type", "kind", "tags", "tag", "alias", "aliases")
"""Properties whose values are names, also where they are written as links."""
_NAMES = {"tag": "tags", "alias": "aliases"}


def has_only_properties(node: Node) -> bool:
    """True for a page of Logseq without a header of its own above its properties."""
    document = node.document
    return document.dialect.outline and not document.frontmatter.text


def properties_header(node: Node, title: str, written: Callable[[Reference], str | None]) -> str:
    """The header with the values as the graph read them; empty if there are none.

    Where a value is a name but written as a link, the links follow in a field of their own:
    those of `type` in `type_pages`.

    Args:
        node: a node that `has_only_properties`.
        title: its title, if it has no name of its own; empty for none.
        written: the new text of a link; None to keep it as it is.
    """
    head = node.document.frontmatter
    links = _links_by_line(node.document)
    rows = node.document.text[: head.body_start].split("\n")
    starts = [0, *accumulate(len(row) + 1 for row in rows)]
    fields: dict[str, Any] = {}
    if name := node.names[0] if node.names else title:
        fields["title"] = name
    for key, value in head.fields.items():
        own = links.pop(head.lines[key], [])
        folded = key.casefold()
        if folded not in _AS_READ:
            start = starts[head.lines[key] - 1] + len(key)
            fields[key] = _value(node.document.text, start, value, own, written)
            continue
        if folded != "title":
            fields[_NAMES.get(folded, key)] = plain(value)
        if pages := _texts(own, written):
            fields[f"{key}_pages"] = pages
    # Links of a property that a later one with the same name replaces.
    if rest := _texts([link for line in links.values() for link in line], written):
        fields["more_pages"] = rest
    if node.tags:
        fields["tags"] = list(node.tags)
    if node.aliases:
        fields["aliases"] = list(node.aliases)
    return composed(fields)


def _links_by_line(document: Document) -> dict[int, list[Reference]]:
    """Line → the links of a page's properties on it."""
    by_line: dict[int, list[Reference]] = {}
    for reference in document.references:
        if reference.start < document.frontmatter.body_start:
            by_line.setdefault(reference.line, []).append(reference)
    return by_line


def _value(
    text: str,
    start: int,
    value: Value,
    links: Sequence[Reference],
    written: Callable[[Reference], str | None],
) -> Any:
    """The value of a property, with its links written anew.

    Args:
        text: the page.
        start: offset before the value.
        value: as it was read.
        links: in the value.
        written: the new text of a link; None to keep it as it is.
    """
    if not isinstance(value, str):
        return plain(value)
    at = text.find(value, start)
    edits = [
        Edit(link.start - at, link.end - at, new)
        for link in links
        if (new := written(link)) is not None
    ]
    return edited(value, edits)


def _texts(links: Sequence[Reference], written: Callable[[Reference], str | None]) -> list[str]:
    """The new texts of those links that are written anew."""
    return [text for link in links if (text := written(link))]
