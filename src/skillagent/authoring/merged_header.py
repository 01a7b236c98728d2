"""The header of a merged node: one stated rule for the keys of two headers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from skillagent.authoring.file_text import Source
from skillagent.authoring.link_writer import one_line
from skillagent.authoring.moving.relocate import node_of
from skillagent.errors import UsageError
from skillagent.graph import Node, NodeKind, SkillGraph
from skillagent.graph.resolve import name_key
from skillagent.graph.status import status_fields
from skillagent.lint.agent_skills import ALLOWED_FIELDS
from skillagent.markdown import Dialect, Document, Value, scalar_text
from skillagent.markdown.compose import HeaderValue, copied_edit, header_edit
from skillagent.markdown.document import parse
from skillagent.markdown.edit import edited
from skillagent.markdown.frontmatter import words
from skillagent.markdown.inline import plain_text
from skillagent.markdown.values import plain

_LINK = re.compile(r"\[\[[^\[\]]+\]\]")
_NAMES = frozenset({"title", "name", "aliases", "alias"})
_DESCRIPTIONS = frozenset({"description", "summary", "desc"})
_WORDS = frozenset({"tags", "tag", "topics", "topic"})
"""Keys whose texts are lists of words."""
_SAME = {"tags": "tag", "tag": "tags", "topics": "topic", "topic": "topics", "type": "kind"}
"""Keys → others with the same meaning. A header with both is read by `tags`, `topics`, `type`."""


def merged_header(
    graph: SkillGraph,
    pair: tuple[Node, Node],
    data: bytes,
    linked: Document,
    description: str | None,
    dialect: Dialect,
    remarks: list[str],
) -> bytes:
    """A merged file with the header that both nodes give it.

    The first node's header stays as it is, and of the second one's keys:

    - names (`title`, `name`, `aliases`, the file name, the first heading) become aliases;
    - the description is left out, and named in a remark if the text does not say it, too;
    - a key that only the second header has is added, as it is written there;
    - of two lists, or a list and a value, the items that are missing are added; tags and topics
      are lists, also if they are written as one text;
    - two equal values stay one; two different wikilinks become a list; any other two different
      values cannot be united;
    - what says whether to rely on a node (`status` and its like) must be equal in both.

    Args:
        graph: the graph before.
        pair: the node that stays, and the one that is merged into it.
        data: the merged file with the first node's header.
        linked: the second document, with its links rewritten for the merged file.
        description: of the merged node; None keeps the first one's.
        dialect: how the graph's links are written.
        remarks: receives what the user should know.

    Raises:
        UsageError: the headers cannot be united.
    """
    kept, gone = pair
    for twice in (one for one in gone.document.diagnostics if one.code == "SG013"):
        raise UsageError(f"{gone.path}:{twice.line}: {twice.message}; keep one of them")
    if _plain_status(kept) != _plain_status(gone):
        keys = ", ".join(sorted({*status_fields(kept), *status_fields(gone)}))
        raise UsageError(f"{gone.path}: its status differs from that of {kept.path}: {keys}")
    if description is not None:
        data = _with(data, kept, "description", one_line(description, "the description"), dialect)
    elif not gone.description_derived and gone.description not in gone.document.body:
        remarks.append(f"{gone.path}: its description is not kept: {gone.description!r}")
    remarks += _other_descriptions(gone)
    for key, value in _new_values(kept, gone, linked):
        if kept.kind is NodeKind.SKILL and key.casefold() not in ALLOWED_FIELDS:
            raise UsageError(
                f"{gone.path}: the header of a skill cannot hold its {key!r}; take it out first"
            )
        data = _with(data, kept, key, value, dialect, linked)
    remarks += _lost_comments(gone, parse(data, kept.path, dialect))
    for alias in _new_aliases(graph, kept, gone, remarks):
        document = parse(data, kept.path, dialect)
        old = node_of(document, kept.path).aliases
        key = "alias" if "alias" in document.frontmatter.fields else "aliases"
        try:
            data = _with(data, kept, key, [*old, alias], dialect)
        except UsageError:
            remarks.append(f"{kept.path}: {alias!r} could not be added to its aliases; add it")
    return data


def _plain_status(node: Node) -> dict[str, Any]:
    return {key.casefold(): plain(value) for key, value in status_fields(node).items()}


def _new_values(kept: Node, gone: Node, linked: Document) -> Iterator[tuple[str, HeaderValue]]:
    """Keys of the merged header whose values change, with the new values.

    Raises:
        UsageError: two values differ, and are neither lists nor wikilinks.
    """
    head = kept.document.frontmatter
    for key, value in linked.frontmatter.fields.items():
        if key.casefold() in _NAMES | _DESCRIPTIONS or value in (None, "", ()):
            continue
        own = name = key.casefold()
        if head.get(name) is None and head.get(_SAME.get(name, name)) is not None:
            own = _SAME[name]  # two keys with one meaning: only one of them would be read
        old = head.get(own)
        if old in (None, "", ()):
            yield key, _header_value(value)
        elif name in _WORDS:
            items = list(words(old))
            if new := [word for word in words(value) if word not in items]:
                yield own, [*items, *new]
        elif isinstance(old, tuple) or isinstance(value, tuple) or _are_links(old, value):
            items = _items(old)
            new = [item for item in _items(value) if item not in items]
            if new:
                yield own, [*items, *new]
        elif old != value:
            raise UsageError(
                f"{gone.path}:{gone.document.frontmatter.lines.get(key, 1)}: its {key!r} is "
                f"{scalar_text(value)!r}, that of {kept.path} is {scalar_text(old)!r}; make them "
                "equal, or take one out"
            )


def _other_descriptions(gone: Node) -> Iterator[str]:
    """A remark for each description that a node has beside the one that is read."""
    for key, value in gone.document.frontmatter.fields.items():
        text = scalar_text(value).strip()
        if key.casefold() in _DESCRIPTIONS and text and plain_text(text) != gone.description:
            yield f"{gone.path}: its {key} is not kept: {text!r}"


def _lost_comments(gone: Node, merged: Document) -> Iterator[str]:
    """A remark for each comment on a line of its own that the merged header has not."""
    rows = {row.strip() for row in merged.frontmatter.text.split("\n")}
    for row in gone.document.frontmatter.text.split("\n"):
        if row.startswith("#") and row.strip() not in rows:
            yield f"{gone.path}: a comment in its header is not kept: {row.strip()!r}"


def _are_links(*values: Value) -> bool:
    return all(isinstance(value, str) and _LINK.fullmatch(value) for value in values)


def _items(value: Value) -> list[str]:
    items = value if isinstance(value, tuple) else (value,)
    return [scalar_text(item) for item in items]


def _header_value(value: Value) -> HeaderValue:
    new: HeaderValue = plain(value)
    return new


def _new_aliases(graph: SkillGraph, kept: Node, gone: Node, remarks: list[str]) -> Iterator[str]:
    """The names of the second node that the first one has not, each once."""
    known = {name_key(name) for name in (kept.stem, kept.title, *kept.names, *kept.aliases)}
    taken: Mapping[str, Node] = {
        name_key(name): node
        for node in graph.nodes.values()
        if node not in (kept, gone)
        for name in (node.stem, *node.names, *node.aliases)
    }
    for name in (gone.stem, *gone.names, gone.title, *gone.aliases):
        key = name_key(name)
        if key in known:
            continue
        known.add(key)
        if kept.kind is NodeKind.SKILL:
            remarks.append(f"{kept.path}: the header of a skill cannot have the alias {name!r}")
        elif key in taken:
            remarks.append(f"{kept.path}: {name!r} is no alias: {taken[key].path} has that name")
        else:
            yield name


def _with(
    data: bytes,
    node: Node,
    key: str,
    value: HeaderValue,
    dialect: Dialect,
    source: Document | None = None,
) -> bytes:
    """A file with another value of one key of its header.

    Args:
        data: the file.
        node: its node, for messages.
        key: a key that the header does not have is added as it is written here.
        value: the new value.
        dialect: how the graph's links are written.
        source: a document from whose header a new key is copied, if that is possible.

    Raises:
        UsageError: the header cannot be changed safely.
    """
    document = parse(data, node.path, dialect)
    name = key.casefold()
    is_new = name not in {known.casefold() for known in document.frontmatter.fields}
    edit = copied_edit(document, key, source) if is_new and source else None
    edit = edit or header_edit(document, key if is_new else name, value)
    if edit is None or parse(edited(document.text, [edit]), node.path).body != document.body:
        raise UsageError(f"{node.path}:1: {key!r} cannot be set in its header; set it by hand")
    return Source(data, document.text, node.path).stretch(0, len(document.text), [edit])
