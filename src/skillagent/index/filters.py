"""Filters in a query: `type:guide tag:auth,login -status:deprecated path:api/ session timeout`.

A filter is one of `FIELDS`, a colon and a value, with quotes round a value that has blanks.
Values with a comma between them are alternatives, several filters must all hold, and `-` in
front turns one round: the grammar of GitHub's search
(https://docs.github.com/en/search-github/searching-on-github/searching-issues-and-pull-requests).
Anything else in the query is words to search.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from skillagent.graph import Node, NodeKind, SkillGraph
from skillagent.graph.node import MAP_WORDS
from skillagent.graph.resolve import SEPARATOR
from skillagent.graph.status import declared_status

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
    """In lower case; one of them must hold."""
    excludes: bool = False
    """True for `-field:value`: none of them may hold."""

    def __str__(self) -> str:
        values = ",".join(f'"{value}"' if " " in value else value for value in self.values)
        return f"{'-' if self.excludes else ''}{self.field}:{values}"


@dataclass(frozen=True, slots=True)
class Filtered:
    """A query split into its filters and its words."""

    words: str
    filters: tuple[Filter, ...]


def parse(query: str) -> Filtered:
    """Split a query; a field that is not one of `FIELDS` is a word like any other."""
    filters = []
    for match in _FILTER.finditer(query):
        name = match[2].casefold()
        values = (quoted or plain for quoted, plain in _VALUE.findall(match[3]))
        kept = tuple(dict.fromkeys(value.strip().casefold() for value in values))
        filters.append(Filter(_SAME.get(name, name), kept, bool(match[1])))
    if not filters:
        return Filtered(query, ())
    return Filtered(" ".join(_FILTER.sub(" ", query).split()), tuple(filters))


def passing(graph: SkillGraph, conditions: Iterable[Filter]) -> frozenset[str]:
    """Ids of the nodes on which every filter holds."""
    every = tuple(conditions)
    return frozenset(
        node.id for node in graph.nodes.values() if all(_holds(graph, node, one) for one in every)
    )


def values_of(graph: SkillGraph, field: str) -> list[str]:
    """What a filter on a field can be given in a graph, the value of most nodes first."""
    counts: Counter[str] = Counter()
    for node in graph.nodes.values():
        counts.update(_values(graph, node, field))
    return sorted(counts, key=lambda value: (-counts[value], value))


def _holds(graph: SkillGraph, node: Node, one: Filter) -> bool:
    if one.field == "path":
        held = any(_lies_in(node, value) for value in one.values)
    else:
        own = _values(graph, node, one.field)
        held = any(_matches(own, value, one.field) for value in one.values)
    return held is not one.excludes


def _values(graph: SkillGraph, node: Node, field: str) -> frozenset[str]:
    """What a node has in a field, in lower case."""
    held: Iterable[str]
    if field == "type":
        held = (node.kind.value, node.declared_kind)
    elif field == "tag":
        held = node.tags
    elif field == "status":
        outdated = graph.outdated.get(node.id)
        held = (declared_status(node), outdated.word if outdated else CURRENT)
    else:
        held = (node.path.rpartition("/")[0],)
    return frozenset(value.casefold() for value in held if value)


def _matches(own: frozenset[str], value: str, field: str) -> bool:
    if field == "tag":
        value = value.removeprefix("#").rstrip("/")
        return any(tag == value or tag.startswith(f"{value}/") for tag in own)
    if field == "type" and value in MAP_WORDS:
        return NodeKind.MAP.value in own or value in own
    return value in own


def _lies_in(node: Node, value: str) -> bool:
    """Whether a node's path has a folder or file of this name, or fits a pattern with `*`."""
    root, separator, rest = value.rpartition(SEPARATOR)
    if separator:
        if root != node.root.casefold():
            return False
        value = rest
    path = node.path.casefold()
    if "*" in value or "?" in value:
        return fnmatchcase(path, value) or fnmatchcase(path, f"*/{value}")
    wanted = value.strip("/")
    if not wanted:
        return True
    inside = f"/{path}/"
    return f"/{wanted}/" in inside or f"/{wanted}.{path.rpartition('.')[2]}/" in inside
