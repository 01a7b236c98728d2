"""Writes the properties of a Logseq page as a YAML header, for readers that do not know Logseq.

Above: `rewrite`. Below: `compose`, documents.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from skillagent.graph import Node
from skillagent.markdown import Reference, plain
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
    document = node.document
    head = document.frontmatter
    by_line: dict[int, list[Reference]] = {}
    for reference in document.references:
        if reference.start < head.body_start:
            by_line.setdefault(reference.line, []).append(reference)
    fields: dict[str, Any] = {}
    if name := node.names[0] if node.names else title:
        fields["title"] = name
    rows = document.text[: head.body_start].split("\n")
    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row) + 1)
    for key, value in head.fields.items():
        line = head.lines[key]
        links = by_line.pop(line, [])
        folded = key.casefold()
        if folded in _AS_READ:
            if folded != "title":
                fields[_NAMES.get(folded, key)] = plain(value)
            if pages := [text for link in links if (text := written(link))]:
                fields[f"{key}_pages"] = pages
            continue
        if not isinstance(value, str):
            fields[key] = plain(value)
            continue
        at = document.text.find(value, starts[line - 1] + len(key))
        edits = [
            Edit(link.start - at, link.end - at, text)
            for link in links
            if (text := written(link)) is not None
        ]
        fields[key] = edited(value, edits)
    # Links of a property that a later one with the same name replaces.
    rest = [text for links in by_line.values() for link in links if (text := written(link))]
    if rest:
        fields["more_pages"] = rest
    if node.tags:
        fields["tags"] = list(node.tags)
    if node.aliases:
        fields["aliases"] = list(node.aliases)
    return composed(fields)
