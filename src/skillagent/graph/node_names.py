"""Find a node by any of its names, as people and models write them.

A link in a file is resolved by `resolve` from the place where it is; a name in a tool call or a
command has no such place, may have brackets or quotes around it, and is answered with a
suggestion if it fits nothing.

Above: `SkillGraph`. Below: `resolve`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from skillagent.errors import ResolveError
from skillagent.graph.file_name import without_suffix
from skillagent.graph.node import Node
from skillagent.graph.resolve import SEPARATOR, Resolver, name_key

NEAR_SCORE = 55
"""Similarity in per cent from which a name is suggested."""


class NodeNames:
    """All names of a graph's nodes.

    Args:
        nodes: id → node.
        resolvers: name of a root → the names of its nodes.
    """

    def __init__(self, nodes: Mapping[str, Node], resolvers: Mapping[str, Resolver]) -> None:
        self._nodes = nodes
        self._resolvers = resolvers

    def locate(self, name: str) -> tuple[Node, str]:
        """The node with a name, and the text after a `#` that is not a part of the name.

        Raises:
            ResolveError: no node has the name, or several do.
        """
        wanted = _unquoted(name)
        if node := self._nodes.get(name) or self._nodes.get(wanted):
            return node, ""
        fragment = ""
        wanted = bare_name(name)
        nodes = self._lookup(wanted)
        if not nodes and "#" in wanted:
            before_hash, _, fragment = wanted.partition("#")
            nodes = self._lookup(before_hash.strip())
        if len(nodes) == 1:
            return nodes[0], fragment.strip()
        if nodes:
            raise ResolveError(name, tuple(sorted(node.id for node in nodes)), ambiguous=True)
        raise ResolveError(name, self.nearest(wanted), ambiguous=False)

    def _lookup(self, name: str) -> list[Node]:
        if not name:
            return []
        if node := self._nodes.get(without_suffix(name)):
            return [node]
        resolvers = list(self._resolvers.values())
        prefix, separator, rest = name.partition(SEPARATOR)
        if separator and prefix in self._resolvers:
            resolvers, name = [self._resolvers[prefix]], rest
        answers = [resolver.name(name) for resolver in resolvers]
        nodes = [
            node
            for answer in answers
            for node in ((answer.node,) if answer.node else answer.candidates)
        ]
        nodes = nodes or self._by_heading.get(name_key(name), [])
        nodes = nodes or [node for resolver in resolvers if (node := resolver.near(name))]
        return list({node.id: node for node in nodes}.values())

    @cached_property
    def _by_heading(self) -> dict[str, list[Node]]:
        """Key of a top heading → nodes that begin with it."""
        nodes: dict[str, list[Node]] = {}
        for node in self._nodes.values():
            if title := node.heading_title:
                nodes.setdefault(name_key(title), []).append(node)
        return nodes

    def nearest(self, name: str, limit: int = 3) -> tuple[str, ...]:
        """Ids of the nodes with the most similar names, the best first.

        Args:
            name: a name that no node has.
            limit: how many ids to return at most.
        """
        return nearest_names(name, *self._all_names, limit)

    @cached_property
    def _all_names(self) -> tuple[list[str], list[str]]:
        """The key of every name, and the id of the node that has it."""
        names: list[str] = []
        owners: list[str] = []
        for node in self._nodes.values():
            keys = compared_names(node)
            names += keys
            owners += [node.id] * len(keys)
        return names, owners


def compared_names(node: Node) -> list[str]:
    """The keys of a node's names that a wrong name is compared with."""
    names = dict.fromkeys((node.id, node.stem, node.title, *node.aliases))
    return [name_key(name) for name in names]


Owner = TypeVar("Owner", int, str)


def nearest_names(
    name: str, keys: Sequence[str], owners: Sequence[Owner], limit: int
) -> tuple[Owner, ...]:
    """The owners of the most similar names, the best first; of equal ones, the smallest first.

    Args:
        name: a name that no node has.
        keys: the keys of all names.
        owners: the owner of each name.
        limit: how many owners to return at most.
    """
    from rapidfuzz import fuzz, process

    # A node has several names: more matches than `limit` are needed for as many nodes.
    scored = process.extract(
        name_key(name), keys, scorer=fuzz.ratio, limit=limit * 4, score_cutoff=NEAR_SCORE
    )
    ranked = sorted((-score, owners[index]) for _, score, index in scored)
    return tuple(dict.fromkeys(owner for _, owner in ranked))[:limit]


def bare_name(name: str) -> str:
    """A name as a person or model writes it, without quotes, `[[ ]]` and `|label`."""
    wanted = _unquoted(name).removeprefix("!").removeprefix("[[").removesuffix("]]")
    return wanted.partition("|")[0].strip()


def _unquoted(name: str) -> str:
    return name.strip().strip("\"'`").strip()
