"""Filters in a query: `type:guide tag:auth,login -status:deprecated path:api/ session timeout`.

A filter is one of `FIELDS`, a colon and a value; a value with spaces needs quotes. Values with a
comma between them are alternatives, a node must match all filters, and `-` before a filter negates
it. This is the grammar of GitHub's search
(https://docs.github.com/en/search-github/searching-on-github/searching-issues-and-pull-requests).
The rest of the query is the words to search for.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from skillagent.graph import Node, NodeKind, SkillGraph
from skillagent.graph.node import MAP_WORDS
from skillagent.graph.resolve import SEPARATOR
from skillagent.graph.status import declared_status, status_key

FIELDS = ("type", "tag", "status", "path")
CURRENT = "current"
"""`status:current`: every node that is not outdated."""
_SAME = {"kind": "type", "tags": "tag"}
_FILTER = re.compile(
    r"(?<!\S)(-?)(type|kind|tags?|status|path):(?=\S*\w)((?:\"[^\"\n]*\"|[^\s\",]+)"
    r"(?:,(?:\"[^\"\n]*\"|[^\s\",]+))*+)(?!\S)",
    re.IGNORECASE,
)
_VALUE = re.compile(r"\"([^\"\n]*)\"|([^\s\",]+)")


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on a node."""

    field: str
    """One of `FIELDS`."""
    values: tuple[str, ...]
    """In lower case; a node must match one of them."""
    excludes: bool = False
    """True for `-field:value`: a node must match none of them."""

    def __str__(self) -> str:
        values = ",".join(f'"{value}"' if " " in value else value for value in self.values)
        return f"{'-' if self.excludes else ''}{self.field}:{values}"


@dataclass(frozen=True, slots=True)
class Filtered:
    """A query, split into its filters and its words."""

    words: str
    filters: tuple[Filter, ...]

    def without(self, filters: Collection[Filter], *, as_words: bool = False) -> Filtered:
        """The same query without some of its filters.

        Args:
            filters: those that are left out.
            as_words: whether their values are words of the query instead.
        """
        kept = tuple(one for one in self.filters if one not in filters)
        values = [value for one in filters for value in one.values] if as_words else []
        return Filtered(" ".join((self.words, *values)), kept)


def parse(query: str) -> Filtered:
    """Split a query; `name:value` is a normal word if the name is not one of `FIELDS`."""
    filters = []
    for match in _FILTER.finditer(query):
        name = match[2].casefold()
        values = (quoted or plain for quoted, plain in _VALUE.findall(match[3]))
        unique = tuple(dict.fromkeys(_folded(value.strip()) for value in values))
        filters.append(Filter(_SAME.get(name, name), unique, bool(match[1])))
    if not filters:
        return Filtered(query, ())
    return Filtered(" ".join(_FILTER.sub(" ", query).split()), tuple(filters))


def passing(graph: SkillGraph, conditions: Iterable[Filter]) -> frozenset[str]:
    """Ids of the nodes that match every filter."""
    every = tuple(conditions)
    return frozenset(
        node.id
        for node in graph.nodes.values()
        if all(_matches(graph, node, condition) for condition in every)
    )


def values_of(graph: SkillGraph, field: str) -> list[str]:
    """All values of a field in a graph, for a filter; the most frequent value first."""
    counts: Counter[str] = Counter()
    for node in graph.nodes.values():
        counts.update(_values(graph, node, field))
    return sorted(counts, key=lambda value: (-counts[value], value))


def _matches(graph: SkillGraph, node: Node, condition: Filter) -> bool:
    if condition.field == "path":
        matched = any(_path_matches(node, value) for value in condition.values)
    else:
        own = _values(graph, node, condition.field)
        matched = any(_value_matches(own, value, condition.field) for value in condition.values)
    return matched is not condition.excludes


def _values(graph: SkillGraph, node: Node, field: str) -> frozenset[str]:
    """The values of a field of a node, in lower case."""
    values: Iterable[str]
    if field == "type":
        values = (node.kind.value, node.declared_kind)
    elif field == "tag":
        values = node.tags
    elif field == "status":
        outdated = graph.outdated.get(node.id)
        word = outdated.word if outdated else CURRENT
        # What is outdated is not current, whatever its author still writes.
        values = {declared_status(node), word} - ({CURRENT} if outdated else set())
    else:
        values = (node.path.rpartition("/")[0],)
    return frozenset(_folded(value) for value in values if value)


def _value_matches(own: frozenset[str], value: str, field: str) -> bool:
    if field == "tag":
        value = value.removeprefix("#").rstrip("/")
        return any(tag == value or tag.startswith(f"{value}/") for tag in own)
    if field == "type" and value in MAP_WORDS:
        return NodeKind.MAP.value in own or value in own
    return (status_key(value) if field == "status" else value) in own


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())


def _path_matches(node: Node, value: str) -> bool:
    """Whether a path contains this folder or file, or matches a pattern with `*` or `?`."""
    root, separator, rest = value.rpartition(SEPARATOR)
    if separator:
        if root != node.root.casefold():
            return False
        value = rest
    path = _folded(node.path)
    if "*" in value or "?" in value:
        return fnmatchcase(path, value) or fnmatchcase(path, f"*/{value}")
    name = value.strip("/")
    if not name:
        return True
    suffix = path.rpartition(".")[2]
    return f"/{name}/" in f"/{path}/" or f"/{name}.{suffix}/" in f"/{path}/"
