"""The rule about nodes whose texts are nearly the same.

Two texts are compared by the sequences of `SEQUENCE` words that they contain: the resemblance of
Broder ("On the resemblance and containment of documents", SEQUENCES 1997). To find out which texts
to compare, only the sequences that begin with some of the words are looked at; these words are
chosen by a checksum, so the same ones in every text. Texts that share none of their rarest
sequences are not compared (prefix filtering, Chaudhuri, Ganti and Kaushik, ICDE 2006).
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Iterator

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph import Node
from skillagent.lint.inspection import Inspection, in_series
from skillagent.progress import tracked

SAME = 0.85
"""Share of the sequences of two texts, in both, from which they are nearly the same."""
COPY = 0.97
"""The same for a text that is a copy, however many there are."""
FORM = 5
"""A text that is like more than so many others is a form that each of them fills in."""
SEQUENCE = 4
"""Words of a sequence."""
FEWEST_WORDS = 50
"""A shorter text is not compared: many are only a title and a link."""
ONE_OF = 4
"""One of so many words begins a sequence that is looked at first."""
MOST_COMPARED = 3
"""Texts that are compared in whole with one other: the likeliest."""
LIKELY = 0.6
"""Share of these sequences, in both texts, from which the whole texts are compared: lower than
`SAME`, because few sequences tell the share of all only roughly."""


def near_duplicate(inspection: Inspection) -> Iterator[Diagnostic]:
    """Nodes whose text is nearly that of an earlier node, by id; with the share that is equal.

    Not the parts of a series, such as `release-4-0.md` and `release-4-1.md`, nor a form that many
    nodes fill in.
    """
    graph = inspection.graph
    samples = _samples(inspection)
    counts = Counter(sequence for sample in samples.values() for sequence in sample)
    earlier = _EarlierTexts(counts)
    pairs: list[tuple[Node, Node, float]] = []
    for node_id, sample in tracked(samples.items(), "comparing texts", inspection.progress):
        node = graph.nodes[node_id]
        other, share = earlier.nearest(node, sample)
        if other is None or share < SAME:
            earlier.add(node, sample)
        else:
            pairs.append((node, other, share))
    for node, other, share in pairs:
        is_form = share < COPY and earlier.similar[other.id] > FORM
        if not is_form and not _is_version(inspection, node, other):
            message = f"{math.floor(100 * share)} % of the text is that of [[{other.id}]]"
            yield finding("SG324", node.document.path, 0, message)


def _is_version(inspection: Inspection, one: Node, other: Node) -> bool:
    """Whether both texts have a reason to be there: a series, or a node and its successor."""
    outdated = inspection.graph.outdated
    return in_series(one, other) or any(
        old.id in outdated and new.id in outdated[old.id].successors
        for old, new in ((one, other), (other, one))
    )


def _samples(inspection: Inspection) -> dict[str, frozenset[int]]:
    """Id → checksums of some of the sequences of a text, for texts that are long enough."""
    beginnings: dict[str, bool] = {}
    samples: dict[str, frozenset[int]] = {}
    for node in tracked(inspection.graph.nodes.values(), "reading words", inspection.progress):
        words = _words(node)
        if len(words) < FEWEST_WORDS or not node.whole:
            continue
        for word in set(words).difference(beginnings):
            beginnings[word] = zlib.crc32(word.encode()) % ONE_OF == 0
        samples[node.id] = frozenset(
            zlib.crc32(" ".join(words[at : at + SEQUENCE]).encode())
            for at in range(len(words) - SEQUENCE + 1)
            if beginnings[words[at]]
        )
    return samples


def _words(node: Node) -> list[str]:
    # Imported here: `check` and hooks load this module, and must not wait for the index's.
    from skillagent.index.analyzer import words

    return words(node.document.body)


def _sequences(node: Node) -> set[tuple[str, ...]]:
    words = _words(node)
    return set(zip(*(words[shift:] for shift in range(SEQUENCE)), strict=False))


class _EarlierTexts:
    """The texts so far that are like no other, to be compared with the next one.

    Args:
        counts: sequence → number of texts that have it.
    """

    def __init__(self, counts: Counter[int]) -> None:
        self._counts = counts
        self._holders: dict[int, list[tuple[Node, frozenset[int]]]] = {}
        """One of the rarest sequences → the texts so far that have it."""
        self.similar: Counter[str] = Counter()
        """Id → number of later texts that are likely to be like its text."""

    def nearest(self, node: Node, sample: frozenset[int]) -> tuple[Node | None, float]:
        """The most similar text so far, and the share of the sequences of both that is equal.

        Args:
            node: the node to compare.
            sample: some of the sequences of its text.
        """
        near: dict[str, tuple[float, Node]] = {}
        for sequence in self._rarest(sample):
            for other, other_sample in self._holders.get(sequence, ()):
                if other.id not in near:
                    share = len(sample & other_sample) / len(sample | other_sample)
                    near[other.id] = (share, other)
        likely = {other: pair for other, pair in near.items() if pair[0] >= LIKELY}
        self.similar.update(likely.keys())
        ranked = sorted(likely.values(), key=lambda pair: (-pair[0], pair[1].id))
        best: tuple[Node | None, float] = (None, 0.0)
        own = _sequences(node) if ranked else set()
        for _, other in ranked[:MOST_COMPARED]:
            others = _sequences(other)
            share = len(own & others) / len(own | others)
            if share > best[1]:
                best = (other, share)
        return best

    def add(self, node: Node, sample: frozenset[int]) -> None:
        """Add a text that is like no earlier one."""
        for sequence in self._rarest(sample):
            self._holders.setdefault(sequence, []).append((node, sample))

    def _rarest(self, sample: frozenset[int]) -> list[int]:
        """The rarest sequences, without those that no other text has.

        Two samples that share `LIKELY` of their sequences share one of the rarest `1 - LIKELY`.
        """
        rarest = len(sample) - math.ceil(LIKELY * len(sample)) + 1
        shared = [sequence for sequence in sample if self._counts[sequence] > 1]
        alone = len(sample) - len(shared)
        if alone >= rarest:
            return []
        shared.sort(key=lambda sequence: (self._counts[sequence], sequence))
        return shared[: rarest - alone]
