"""Rules about descriptions: missing, too long, of no use, or like that of another node."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph import Node, NodeKind
from skillagent.graph.okf import INDEX
from skillagent.lint.inspection import HealthFinding, Inspection, health_finding, in_series
from skillagent.markdown.headings import heading_key
from skillagent.progress import tracked

LIKE = 0.8
"""Jaccard similarity of their words from which two descriptions are nearly the same."""
SHOWN_CHARS = 80
_END_CHARS = 30
"""Characters of a cut description that a finding shows, up to the cut."""
_FIELDS = ("description", "summary", "desc")

# A heuristic: a description that says when to read it uses one of these words.
_WHEN = re.compile(
    r"\b(when|whenever|if|before|after|while|whether|until|unless|instead|why|how|where|which|"
    r"what|who|use|used|uses|using|read|see|go|for|to)\b|\?",
    re.IGNORECASE,
)


def has_no_place_for_one(node: Node) -> bool:
    """Whether a document needs no description: a log, or a listing in a bundle, without header."""
    return is_listing(node) or node.kind is NodeKind.LOG


def is_listing(node: Node) -> bool:
    """Whether a node lists a folder of a bundle of the Open Knowledge Format."""
    return bool(node.document.dialect.okf) and node.path.rpartition("/")[2] == INDEX


def _describes_itself(node: Node) -> bool:
    """Whether a node has a description in its own header, and not only in a listing."""
    return not node.description_derived and not node.listed


def undescribed(inspection: Inspection) -> Iterator[HealthFinding]:
    """Nodes whose description was taken from their text."""
    for node in inspection.graph.nodes.values():
        if node.description_derived and not has_no_place_for_one(node):
            detail = _shown(node.description)
            yield health_finding("SG306", node, "no description of its own", detail=detail)


def without_when(inspection: Inspection) -> Iterator[HealthFinding]:
    """Descriptions that seem not to say when to read the node."""
    for node in inspection.graph.nodes.values():
        if _describes_itself(node) and not _WHEN.search(node.description):
            message = "the description seems not to say when to read the node"
            yield health_finding("SG313", node, message, detail=_shown(node.description))


def alike(inspection: Inspection) -> Iterator[HealthFinding]:
    """Descriptions that are nearly that of an earlier node."""
    # Imported here: `check` and hooks load this module, and must not wait for the index's.
    from skillagent.index.analyzer import terms

    nodes = inspection.graph.nodes
    words = {
        node.id: frozenset(terms(node.description))
        for node in nodes.values()
        if node.description and _describes_itself(node)
    }
    earlier = _EarlierDescriptions(Counter(word for bag in words.values() for word in bag))
    for node, bag in tracked(words.items(), "comparing descriptions", inspection.progress):
        if like := earlier.like(bag):
            detail = f"like that of {like}"
            yield health_finding(
                "SG311", nodes[node], f"the description is {detail}", detail=detail
            )
        earlier.add(bag, node)


def long(inspection: Inspection) -> Iterator[Diagnostic]:
    """Descriptions that a listing cuts: an agent does not see their ends when it chooses.

    Not that of a SKILL.md, which hosts show whole.
    """
    # Imported here: `check` and hooks load this module, and must not wait for `disclosure`.
    from skillagent.disclosure.session_view import LINE_CHARS
    from skillagent.markdown.prose import shortened

    for node in inspection.graph.nodes.values():
        text = node.description
        if node.description_derived or node.kind is NodeKind.SKILL or len(text) <= LINE_CHARS:
            continue
        end = shortened(text, LINE_CHARS)[-_END_CHARS:].lstrip()
        message = f"a description of {len(text)} characters; a listing shows it up to {end!r}"
        yield _own_finding("SG320", node, message)


def repeats_name(inspection: Inspection) -> Iterator[Diagnostic]:
    """Descriptions that are only the title or the file name; case and punctuation aside."""
    for node in inspection.graph.nodes.values():
        names = (node.title, node.heading_title, node.stem, node.id)
        if not node.description_derived and heading_key(node.description) in set(
            map(heading_key, names)
        ):
            message = f"the description {_shown(node.description)!r} is only the node's name"
            yield _own_finding("SG321", node, message)


def repeated(inspection: Inspection) -> Iterator[Diagnostic]:
    """Descriptions that are word for word that of an earlier node, by id.

    Not in a series such as the versions of a node; see `in_series`. A listing of a bundle has the
    description of the folder's node.
    """
    first: dict[str, Node] = {}
    for node in inspection.graph.nodes.values():
        key = " ".join(node.description.casefold().split()).strip(" .!?…")
        if not key or node.description_derived or is_listing(node):
            continue
        other = first.setdefault(key, node)
        if other is not node and not in_series(node, other):
            message = f"the description is word for word that of [[{other.id}]]"
            yield _own_finding("SG322", node, message)


def _own_finding(code: str, node: Node, message: str) -> Diagnostic:
    """A finding at the line of the author's description."""
    lines = node.document.frontmatter.lines
    line = next((line for key, line in lines.items() if key.casefold() in _FIELDS), 1)
    return finding(code, node.document.path, line, message)


class _EarlierDescriptions:
    """The words of the descriptions so far, to be compared with the next one.

    Only descriptions that share one of their rarest words are compared: two that share
    `LIKE` of their words share at least one of the rarest `1 - LIKE` (prefix filtering,
    Chaudhuri, Ganti and Kaushik, ICDE 2006).

    Args:
        counts: word → number of descriptions that have it.
    """

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts
        self._latest: dict[frozenset[str], str] = {}
        """Words → the last node so far whose description has exactly these."""
        self._holders: dict[str, list[frozenset[str]]] = {}
        """One of the rarest words → the descriptions so far that have it, each once."""

    def like(self, bag: frozenset[str]) -> str:
        """The node whose description is most similar to some words; empty if none is similar."""
        if bag in self._latest:
            return self._latest[bag]
        near = {other for word in self._rarest(bag) for other in self._holders.get(word, ())}
        scores = ((len(bag & other) / len(bag | other), self._latest[other]) for other in near)
        likeness, node = max(scores, default=(0.0, ""))
        return node if likeness >= LIKE else ""

    def add(self, bag: frozenset[str], node: str) -> None:
        """Add the words of a node's description."""
        if bag not in self._latest:
            for word in self._rarest(bag):
                self._holders.setdefault(word, []).append(bag)
        if bag:
            self._latest[bag] = node

    def _rarest(self, bag: frozenset[str]) -> list[str]:
        rarest = sorted(bag, key=lambda word: (self._counts[word], word))
        return rarest[: len(bag) - math.ceil(LIKE * len(bag)) + 1]


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"
