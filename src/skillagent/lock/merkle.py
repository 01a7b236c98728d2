"""Merkle trees as RFC 6962 (Certificate Transparency) defines them, over fields with lengths.

A leaf begins with another byte than an inner hash, so that neither can be taken for the other. Each
field is preceded by its length, so that no two lists of fields have the same bytes.

Above: `graph_lock`. Below: nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

_LEAF, _INNER = b"\x00", b"\x01"
_LENGTH_BYTES = 8


def leaf_hash(fields: Iterable[str]) -> bytes:
    """The hash of one leaf: each field as UTF-8, after its length in 8 bytes, big-endian."""
    hashed = hashlib.sha256(_LEAF)
    for field in fields:
        data = field.encode("utf-8")
        hashed.update(len(data).to_bytes(_LENGTH_BYTES, "big"))
        hashed.update(data)
    return hashed.digest()


def inner_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two hashes."""
    return hashlib.sha256(_INNER + left + right).digest()


def levels_of(leaves: Sequence[bytes]) -> tuple[tuple[bytes, ...], ...]:
    """The tree from its leaves, which are the first level, up to the root, alone in the last one.

    In each level, a last hash without a partner is moved up unchanged. That gives the same root
    as the definition of RFC 6962, which splits the leaves at the largest power of two.

    Args:
        leaves: at least one.
    """
    levels = [tuple(leaves)]
    while len(below := levels[-1]) > 1:
        pairs = [inner_hash(*below[at : at + 2]) for at in range(0, len(below) - 1, 2)]
        levels.append((*pairs, below[-1]) if len(below) % 2 else tuple(pairs))
    return tuple(levels)


def path_to(levels: Sequence[Sequence[bytes]], index: int) -> tuple[bytes, ...]:
    """The inclusion proof of one leaf: the hashes beside its way to the root, the lowest first.

    Args:
        levels: returned by `levels_of`.
        index: number of the leaf, from 0.
    """
    hashes = []
    for level in levels[:-1]:
        beside = index ^ 1
        if beside < len(level):
            hashes.append(level[beside])
        index //= 2
    return tuple(hashes)


def root_by(path: Sequence[bytes], leaf: bytes, index: int, count: int) -> bytes | None:
    """The root that an inclusion proof leads to; None if the proof has a wrong number of hashes.

    The algorithm of RFC 9162, section 2.1.3.2.

    Args:
        path: returned by `path_to`.
        leaf: hash of the leaf.
        index: number of the leaf, from 0.
        count: number of all leaves.
    """
    if not 0 <= index < count:
        return None
    at, last, computed = index, count - 1, leaf
    for beside in path:
        if last == 0:
            return None
        if at % 2 or at == last:
            computed = inner_hash(beside, computed)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            computed = inner_hash(computed, beside)
        at, last = at // 2, last // 2
    return computed if last == 0 else None
