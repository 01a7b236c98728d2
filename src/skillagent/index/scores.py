"""Compares the scores of hits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def best(scores: Mapping[int, float], count: int) -> list[tuple[int, float]]:
    """The documents with the best scores, best first; equal ones in their order in the graph."""
    if len(scores) > 4 * count:
        # Faster than sorting all pairs: sort only the scores, and then the pairs above the limit.
        limit = sorted(scores.values(), reverse=True)[count - 1]
        items = [item for item in scores.items() if item[1] >= limit]
    else:
        items = list(scores.items())
    return sorted(items, key=lambda item: (-item[1], item[0]))[:count]


def difference(left: Sequence[float], right: Sequence[float]) -> float:
    """How much two hits differ in the words of a query that they contain.

    Args:
        left: the parts of the first hit's score, one for each term of the query.
        right: the same for the second hit.

    Returns:
        From 0, if all words of one hit are also in the other, to 1, if they share no word.
    """
    whole_left = whole_right = own_left = own_right = 0.0
    for left_part, right_part in zip(left, right, strict=True):
        if not right_part:
            whole_left += left_part
            own_left += left_part
        elif not left_part:
            whole_right += right_part
            own_right += right_part
        else:
            whole_left += left_part
            whole_right += right_part
    if not own_left or not own_right:
        return 0.0
    return own_left / whole_left * (own_right / whole_right)
