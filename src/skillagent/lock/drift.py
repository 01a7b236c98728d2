"""How a graph differs from its lock: each difference by name, with what to do about it.

Above: the command `lock --check`. Below: `locking`, `graph_lock`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from skillagent.graph import SkillGraph
from skillagent.lock.graph_lock import GraphLock, LockedNode
from skillagent.lock.locking import lock_of


class Kind(StrEnum):
    """A way in which a graph can differ from its lock."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    RELINKED = "relinked"
    UNRECORDED = "unrecorded"

    @property
    def bit(self) -> int:
        """Its part of the exit code."""
        return 4 << list(Kind).index(self)


_TO_DO = {
    Kind.ADDED: "read it, then lock again; or remove it",
    Kind.CHANGED: "compare it with the version that was locked; then lock again, or restore it",
    Kind.REMOVED: "restore it, or lock again",
    Kind.RELINKED: "write more of the path in the link, or lock again",
    Kind.UNRECORDED: "look at it, then lock again; or remove it",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between a graph and its lock."""

    kind: Kind
    what: str
    """`node`, `file` (one that is not a node) or `setting`."""
    name: str
    """Id of the node, path of the file, or name of the setting."""
    why: str
    """What is different."""

    @property
    def to_do(self) -> str:
        """What a person can do about it."""
        if self.what == "setting":
            return "name the same roots and options as when it was locked, or lock again"
        return _TO_DO[self.kind]

    def __str__(self) -> str:
        return f"{self.kind} {self.what} {self.name}: {self.why}; {self.to_do}"

    def to_json(self) -> dict[str, str]:
        return {
            "kind": self.kind.value,
            "what": self.what,
            "name": self.name,
            "why": self.why,
            "to_do": self.to_do,
        }


@dataclass(frozen=True, slots=True)
class Drift:
    """Every difference between a graph and its lock; false if there is none."""

    differences: tuple[Difference, ...]
    """Sorted by kind, then by name."""
    renamed: tuple[tuple[str, str], ...] = ()
    """Old and new id of each node that was removed and added with the same bytes."""

    def __bool__(self) -> bool:
        return bool(self.differences)

    @property
    def added(self) -> tuple[str, ...]:
        """Ids of nodes that the lock does not have."""
        return self._named(Kind.ADDED)

    @property
    def changed(self) -> tuple[str, ...]:
        """Ids of nodes and paths of files with other bytes, and names of settings."""
        return self._named(Kind.CHANGED)

    @property
    def removed(self) -> tuple[str, ...]:
        """Ids of nodes and paths of files that the graph no longer has."""
        return self._named(Kind.REMOVED)

    @property
    def relinked(self) -> tuple[str, ...]:
        """Ids of nodes with the same bytes whose links lead elsewhere."""
        return self._named(Kind.RELINKED)

    @property
    def unrecorded(self) -> tuple[str, ...]:
        """Paths of files that are no nodes and that the lock does not have."""
        return self._named(Kind.UNRECORDED)

    @property
    def exit_code(self) -> int:
        """0 without any difference, else the sum of 4, 8, 16, 32 and 64 for the kinds above."""
        return sum({difference.kind.bit for difference in self.differences})

    @property
    def counts(self) -> str:
        """`2 changed, 1 removed`; empty without any difference."""
        counted = Counter(difference.kind for difference in self.differences)
        return ", ".join(f"{counted[kind]} {kind}" for kind in Kind if counted[kind])

    def to_json(self) -> dict[str, Any]:
        return {
            "differences": [difference.to_json() for difference in self.differences],
            "renamed": [list(names) for names in self.renamed],
        }

    def _named(self, kind: Kind) -> tuple[str, ...]:
        return tuple(one.name for one in self.differences if one.kind is kind)


def drift(lock: GraphLock, graph: SkillGraph) -> Drift:
    """How a graph differs from its lock. Its files that are not nodes are read for it.

    Raises:
        UsageError: a file of the graph cannot be read.
    """
    now = lock_of(graph, tokenizer=lock.tokenizer)
    if now.root == lock.root and now.files == lock.files:
        return Drift(())
    renamed = dict(_renamed(lock, now))
    differences = [
        *_settings(lock, now),
        *_nodes(lock.nodes, now.nodes, renamed),
        *_files(lock, now),
    ]
    kinds = list(Kind)
    differences.sort(key=lambda one: (kinds.index(one.kind), one.what, one.name))
    return Drift(tuple(differences), tuple(renamed.items()))


def _settings(lock: GraphLock, now: GraphLock) -> Iterator[Difference]:
    for name in ("dialects", "entries"):
        before, after = getattr(lock, name), getattr(now, name)
        if before != after:
            why = f"locked as {', '.join(before) or 'none'}, now {', '.join(after) or 'none'}"
            yield Difference(Kind.CHANGED, "setting", name, why)


def _renamed(lock: GraphLock, now: GraphLock) -> Iterator[tuple[str, str]]:
    """Old and new id of each node that has the same bytes under another id."""
    added: dict[str, list[str]] = {}
    for node_id, node in now.nodes.items():
        if node_id not in lock.nodes:
            added.setdefault(node.digest, []).append(node_id)
    for node_id, node in lock.nodes.items():
        if node_id not in now.nodes and (names := added.get(node.digest)):
            yield node_id, names.pop(0)


def _nodes(
    before: Mapping[str, LockedNode], after: Mapping[str, LockedNode], renamed: Mapping[str, str]
) -> Iterator[Difference]:
    old_names = {new: old for old, new in renamed.items()}
    for node_id in sorted(before.keys() | after.keys()):
        if node_id not in after:
            why = (
                f"{node_id} was renamed to {renamed[node_id]}"
                if node_id in renamed
                else "it is in the lock only"
            )
            yield Difference(Kind.REMOVED, "node", node_id, why)
        elif node_id not in before:
            why = "the lock does not have it"
            if node_id in old_names:
                why = f"{old_names[node_id]} was renamed to {node_id}"
            yield Difference(Kind.ADDED, "node", node_id, why)
        elif before[node_id] != after[node_id]:
            yield _node(node_id, before[node_id], after[node_id])


def _node(node_id: str, before: LockedNode, after: LockedNode) -> Difference:
    """The difference between two states of one node."""
    if before.digest != after.digest and before.text == after.text:
        why = "its text is the same, but its bytes are not: line ends or encoding were changed"
        return Difference(Kind.CHANGED, "node", node_id, why)
    if before.digest != after.digest:
        why = f"its text was changed ({before.size:,} bytes when locked, {after.size:,} now)"
        return Difference(Kind.CHANGED, "node", node_id, why)
    if before.path != after.path:
        why = f"its file was renamed from {before.path} to {after.path}"
        return Difference(Kind.CHANGED, "node", node_id, why)
    if before.links != after.links:
        text = f"its bytes are the same, but {_relinked(before, after)}"
        return Difference(Kind.RELINKED, "node", node_id, text)
    return Difference(
        Kind.CHANGED, "node", node_id, "its bytes are the same, but are read differently"
    )


def _relinked(before: LockedNode, after: LockedNode) -> str:
    """What is said of the first link that leads elsewhere, and the number of others."""
    old = dict(set(before.links) - set(after.links))
    new = dict(set(after.links) - set(before.links))
    if not old and not new:
        return "its links are written in another order, or one of them twice"
    first, *others = sorted(old.keys() | new.keys())
    if first not in new:
        text = f"[[{first}]] is no longer a link to {old[first] or 'a node'}"
    elif first not in old:
        text = f"[[{first}]] is now a link to {new[first] or 'a node that is missing'}"
    else:
        text = f"[[{first}]] leads to {new[first] or 'no node'}, not to {old[first] or 'no node'}"
    more = f", and {len(others)} more links differ" if others else ""
    return text + more


def _files(lock: GraphLock, now: GraphLock) -> Iterator[Difference]:
    for path in sorted(lock.files.keys() | now.files.keys()):
        if path not in now.files:
            yield Difference(Kind.REMOVED, "file", path, "it is in the lock only")
        elif path not in lock.files:
            yield Difference(Kind.UNRECORDED, "file", path, "the lock does not have it")
        elif lock.files[path] != now.files[path]:
            sizes = f"{lock.files[path].size:,} bytes when locked, {now.files[path].size:,} now"
            yield Difference(Kind.CHANGED, "file", path, f"its content was changed ({sizes})")
