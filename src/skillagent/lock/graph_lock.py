"""The lock of a graph as a frozen value, its text, and its root.

`docs/lock-format.md` describes the format and the algorithm for other implementations.

Above: everything else in this package. Below: `merkle`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from skillagent.lock import merkle

FILE = "skillgraph.lock"
"""Name of a lock file."""
VERSION = 1
"""Version of the format, which is also hashed."""
_PREFIX = "sha256:"
# Characters that end a line or reverse text for some readers: one node must stay one line.
_NOT_ON_A_LINE = re.compile(r"[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class LockedNode:
    """What a lock records of one node."""

    path: str
    """Path in the root, with suffix; `root::path` if several roots are locked."""
    size: int
    """Bytes on disk."""
    digest: str
    """SHA-256 of the file's bytes, as `sha256:…`; equal to `Node.digest`."""
    text: str
    """SHA-256 of the decoded text with `\\n` as line ends, as UTF-8."""
    links: tuple[tuple[str, str | None], ...] = ()
    """Each link once, sorted: the target as written, and the id that it leads to, or None."""

    def to_json(self) -> dict[str, Any]:
        return {
            "digest": self.digest,
            "links": [list(link) for link in self.links],
            "path": self.path,
            "size": self.size,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class LockedFile:
    """What a lock records of a file that is not a node."""

    size: int
    """Bytes on disk."""
    digest: str
    """SHA-256 of its bytes, as `sha256:…`."""

    def to_json(self) -> dict[str, Any]:
        return {"digest": self.digest, "size": self.size}


@dataclass(frozen=True, slots=True)
class Proof:
    """Proves that a leaf belongs to a root, without the rest of the lock."""

    leaf: str
    """Hash of the leaf, as `sha256:…`; for a node, `node_leaf` computes it."""
    index: int
    """Number of the leaf, from 0."""
    count: int
    """Number of all leaves."""
    hashes: tuple[str, ...]
    """The hashes beside the way from the leaf to the root, the lowest first."""

    def is_for(self, root: str) -> bool:
        """Whether the leaf belongs to this root."""
        return is_in(root, self.leaf, self.index, self.count, self.hashes)

    def to_json(self) -> dict[str, Any]:
        return {
            "leaf": self.leaf,
            "index": self.index,
            "count": self.count,
            "hashes": list(self.hashes),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Proof:
        """The proof from the values that `to_json` gave."""
        return cls(values["leaf"], values["index"], values["count"], tuple(values["hashes"]))


@dataclass(frozen=True)
class GraphLock:
    """The recorded state of a graph: every file, and where every link leads."""

    tokenizer: str
    """Name of the counter by which budgets are counted, such as `o200k_base`."""
    dialects: tuple[str, ...]
    """How the links of each root are written, in the order of the roots."""
    entries: tuple[str, ...]
    """Id of the entry of each root that has one."""
    nodes: Mapping[str, LockedNode]
    """Id → node, sorted by id."""
    files: Mapping[str, LockedFile]
    """Path → file that is not a node, sorted by path; `root::path` if several roots are locked."""

    def __post_init__(self) -> None:
        for field in ("nodes", "files"):
            entries = dict(sorted(getattr(self, field).items()))
            object.__setattr__(self, field, MappingProxyType(entries))

    @cached_property
    def root(self) -> str:
        """Root of the Merkle tree over the settings and all nodes, as `sha256:…`.

        Other files are not in it, so that a run can name the graph that it read without reading
        every image beside it; `model_signing` covers them.
        """
        return _shown(self._levels[-1][0])

    @cached_property
    def model_signing(self) -> str:
        """The digest that OpenSSF model signing computes for the same files, as `sha256:…`.

        SHA-256 of the digests of all files, joined as bytes. Source: `resource_descriptors` of
        model-signing 1.1.1, which sorts the files by the parts of their paths.
        """
        digests = {node.path: node.digest for node in self.nodes.values()}
        digests.update((path, file.digest) for path, file in self.files.items())
        ordered = sorted(digests, key=lambda path: path.split("/"))
        return _shown(hashlib.sha256(b"".join(_raw(digests[path]) for path in ordered)).digest())

    def has(self, node_id: str, digest: str) -> bool:
        """Whether a node is as it was locked.

        Args:
            node_id: id of the node.
            digest: SHA-256 of its file, as `sha256:…`.
        """
        return node_id in self.nodes and self.nodes[node_id].digest == digest

    def leaf(self, node_id: str) -> str:
        """The hash of a node's leaf, as `sha256:…`.

        Raises:
            KeyError: the lock has no such node.
        """
        return node_leaf(node_id, self.nodes[node_id])

    def proof(self, node_id: str) -> Proof:
        """Proves that a node belongs to `root`.

        Args:
            node_id: id of the node.

        Raises:
            KeyError: the lock has no such node.
        """
        index = self._indexes[node_id]
        levels = self._levels
        hashes = tuple(map(_shown, merkle.path_to(levels, index)))
        return Proof(_shown(levels[0][index]), index, len(levels[0]), hashes)

    @cached_property
    def _levels(self) -> tuple[tuple[bytes, ...], ...]:
        return merkle.levels_of([merkle.leaf_hash(fields) for fields in self._leaves()])

    @cached_property
    def _indexes(self) -> dict[str, int]:
        return {node_id: number for number, node_id in enumerate(self.nodes, 1)}

    def _leaves(self) -> Iterator[Iterable[str]]:
        """The fields of every leaf. Sorting by code points is sorting by the bytes of UTF-8."""
        counted = (*_counted(self.dialects), *_counted(self.entries))
        yield ("settings", str(VERSION), self.tokenizer, *counted)
        for node_id, node in self.nodes.items():
            yield _node_fields(node_id, node)

    def to_text(self) -> str:
        """The lock as the text of its file: sorted JSON, one line for each node and file."""
        parts = {
            "dialects": _line(list(self.dialects)),
            "entries": _line(list(self.entries)),
            "files": _block(self.files),
            "model_signing": _line(self.model_signing),
            "nodes": _block(self.nodes),
            "root": _line(self.root),
            "tokenizer": _line(self.tokenizer),
            "version": _line(VERSION),
        }
        lines = ",\n".join(f'"{key}": {value}' for key, value in parts.items())
        return f"{{\n{lines}\n}}\n"


def node_leaf(node_id: str, node: LockedNode) -> str:
    """The hash of the leaf of a node, as `sha256:…`."""
    return _shown(merkle.leaf_hash(_node_fields(node_id, node)))


def is_in(root: str, leaf: str, index: int, count: int, proof: Iterable[str]) -> bool:
    """Whether a leaf belongs to a root.

    Args:
        root: the root of a lock.
        leaf: hash of the leaf; see `GraphLock.leaf`.
        index: number of the leaf, from 0.
        count: number of all leaves.
        proof: the hashes beside the way from the leaf to the root.
    """
    try:
        computed = merkle.root_by(tuple(map(_raw, proof)), _raw(leaf), index, count)
        return computed is not None and computed == _raw(root)
    except (ValueError, TypeError, AttributeError):
        return False  # a hash that is not in the form `sha256:…`, or a number that is none


def _node_fields(node_id: str, node: LockedNode) -> tuple[str, ...]:
    # No id is empty, so an empty field tells that a link leads to no node.
    links = [field for target, found in node.links for field in (target, found or "")]
    head = ("node", node_id, node.path, str(node.size), node.digest, node.text)
    return (*head, str(len(node.links)), *links)


def _counted(names: tuple[str, ...]) -> tuple[str, ...]:
    return (str(len(names)), *names)


def _shown(digest: bytes) -> str:
    return _PREFIX + digest.hex()


def _raw(digest: str) -> bytes:
    if not digest.startswith(_PREFIX):
        raise ValueError(f"{digest[:80]!r} does not begin with {_PREFIX}")
    return bytes.fromhex(digest[len(_PREFIX) :])


def _block(entries: Mapping[str, LockedNode] | Mapping[str, LockedFile]) -> str:
    lines = [f"{_line(key)}: {_line(entry.to_json())}" for key, entry in entries.items()]
    return "{\n" + ",\n".join(lines) + "\n}" if lines else "{}"


def _line(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _NOT_ON_A_LINE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
