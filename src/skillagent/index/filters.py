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
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple, Protocol

from skillagent.graph.kind import MAP_WORDS, NodeKind
from skillagent.markdown.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from skillagent.graph import Node, SkillGraph

FIELDS = ("type", "tag", "status", "path")
CURRENT = "current"
"""`status:current`: every node that is not outdated."""
_SAME = {"kind": "type", "tags": "tag"}
_FILTER = lazy_pattern(
    r"(?<!\S)(-?)(type|kind|tags?|status|path):(?=\S*\w)((?:\"[^\"\n]*\"|[^\s\",]+)"
    r"(?:,(?:\"[^\"\n]*\"|[^\s\",]+))*+)(?!\S)",
    re.IGNORECASE,
)
_VALUE = lazy_pattern(r"\"([^\"\n]*)\"|([^\s\",]+)")


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


class Place(NamedTuple):
    """Where the file of a node is."""

    node: str
    root: str
    path: str


class Facets(Protocol):
    """What filters ask of a graph: the nodes that have a value in a field."""

    def values(self, field: str) -> Mapping[str, int]:
        """Value, in lower case → the number of nodes that have it.

        Args:
            field: one of `FIELDS`; the values of `path` are folders.
        """
        ...

    def having(self, field: str, values: Collection[str]) -> frozenset[str]:
        """Ids of the nodes that have one of these values in a field."""
        ...

    def places(self) -> Iterable[Place]:
        """The places of all nodes."""
        ...


class GraphFacets:
    """The facets of a loaded graph."""

    def __init__(self, graph: SkillGraph) -> None:
        self._graph = graph
        self._nodes: dict[str, dict[str, list[str]]] = {field: {} for field in FIELDS}
        for node in graph.nodes.values():
            for field in FIELDS:
                # Sorted, because the order of a set differs from process to process.
                for value in sorted(_facets_of(graph, node, field)):
                    self._nodes[field].setdefault(value, []).append(node.id)

    def values(self, field: str) -> Mapping[str, int]:
        return {value: len(nodes) for value, nodes in self._nodes[field].items()}

    def having(self, field: str, values: Collection[str]) -> frozenset[str]:
        nodes = self._nodes[field]
        return frozenset(node for value in values for node in nodes[value])

    def places(self) -> Iterable[Place]:
        return (Place(node.id, node.root, node.path) for node in self._graph.nodes.values())


def passing(facets: Facets, conditions: Iterable[Filter]) -> frozenset[str]:
    """Ids of the nodes that match every filter."""
    passed: frozenset[str] | None = None
    for condition in conditions:
        nodes = _matching(facets, condition)
        if condition.excludes:
            if passed is None:
                passed = frozenset(place.node for place in facets.places())
            passed = passed - nodes
        else:
            passed = nodes if passed is None else passed & nodes
    return frozenset(place.node for place in facets.places()) if passed is None else passed


def values_of(facets: Facets, field: str) -> list[str]:
    """All values of a field in a graph, for a filter; the most frequent value first."""
    counts = facets.values(field)
    return sorted(counts, key=lambda value: (-counts[value], value))


def _matching(facets: Facets, condition: Filter) -> frozenset[str]:
    """Ids of the nodes that have one of a condition's values."""
    if condition.field == "path":
        return frozenset(
            place.node
            for place in facets.places()
            if any(_path_matches(place, value) for value in condition.values)
        )
    values = [
        own
        for own in facets.values(condition.field)
        if any(_value_matches(own, value, condition.field) for value in condition.values)
    ]
    return facets.having(condition.field, values)


def _facets_of(graph: SkillGraph, node: Node, field: str) -> frozenset[str]:
    """The values of a field of a node, in lower case."""
    from skillagent.graph.status import declared_status

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


def _value_matches(own: str, value: str, field: str) -> bool:
    if field == "tag":
        value = value.removeprefix("#").rstrip("/")
        return own == value or own.startswith(f"{value}/")
    if field == "type" and value in MAP_WORDS:
        return own in (NodeKind.MAP.value, value)
    if field == "status":
        from skillagent.graph.status import status_key

        value = status_key(value)
    return own == value


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())


def _path_matches(place: Place, value: str) -> bool:
    """Whether a path contains this folder or file, or matches a pattern with `*` or `?`."""
    from skillagent.graph.resolve import SEPARATOR

    root, separator, rest = value.rpartition(SEPARATOR)
    if separator:
        if root != place.root.casefold():
            return False
        value = rest
    path = _folded(place.path)
    if "*" in value or "?" in value:
        return fnmatchcase(path, value) or fnmatchcase(path, f"*/{value}")
    name = value.strip("/")
    if not name:
        return True
    suffix = path.rpartition(".")[2]
    return f"/{name}/" in f"/{path}/" or f"/{name}.{suffix}/" in f"/{path}/"
