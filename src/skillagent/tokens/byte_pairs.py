"""Byte-pair merging: how many tokens a piece of a text is."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heappop, heappush
from typing import Final

NO_TOKEN: Final = 1 << 32
"""The rank of bytes that are not a token: above the rank of every token."""


def merged_parts(piece: bytes, ranks: Mapping[bytes, int]) -> int:
    """The number of tokens in a piece.

    As in tiktoken's `_byte_pair_merge`: of all pairs of neighbouring parts, the one with the lowest
    rank is merged, the first one if there are several, until no pair is a token. The heap makes
    this O(n log n) rank look-ups and steps for n bytes.

    Args:
        piece: at least one byte.
        ranks: bytes → the rank of the token, or `NO_TOKEN`; every single byte is a token.
    """
    size = len(piece)
    after = list(range(1, size + 1))  # Where the part that starts here ends.
    before = list(range(-1, size - 1))  # Where the part before the one that starts here starts.
    heap: list[tuple[int, int, int]] = []

    def offer(start: int, end: int) -> None:
        if (rank := ranks[piece[start:end]]) < NO_TOKEN:
            heappush(heap, (rank, start, end))

    for start in range(size - 1):
        offer(start, start + 2)
    parts = size
    while heap:
        _, start, end = heappop(heap)
        middle = after[start]
        # A pair is outdated if one of its parts has been merged with another one since.
        if middle >= end or after[middle] != end:
            continue
        after[start], after[middle] = end, size + 1
        parts -= 1
        if before[start] >= 0:
            offer(before[start], end)
        if end < size:
            before[end] = start
            offer(start, after[end])
    return parts
