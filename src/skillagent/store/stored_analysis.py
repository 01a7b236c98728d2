"""What an update needs to know of a node as it was indexed, because its file may have changed.

Above: `graph_rows`, which writes it; `earlier_rows`, `indexing`. Below: `rows`, `index`, `graph`.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from skillagent import digest
from skillagent.diagnostics import FAULTS
from skillagent.graph import Link, Node
from skillagent.graph.build import depends_on_its_place
from skillagent.graph.okf import INDEX, VERSION_KEY, has_only_wikilinks, has_type
from skillagent.graph.site import addresses_of
from skillagent.graph.status import status_fields
from skillagent.index.analysis import Analysis
from skillagent.index.entries import Frequencies
from skillagent.markdown import LinkKind, Reference, scalar_text
from skillagent.store.rows import dump_json, pack_json, packed, unpack_json, unpacked

Meaning: TypeAlias = tuple[str, str, str, str]
"""What decides, in one file, where a reference leads: its kind, target and key, and a mark for
everything else that few references have."""


_END = b"\n"
"""Separates JSON, which has no line end, from what follows."""


@dataclass(frozen=True, slots=True)
class StoredAnalysis:
    """What is known of one node."""

    seen: str
    """Digest of everything in the file on which rows about other nodes depend; see `seen_of`."""
    evidence: Mapping[str, int] | None
    """For its language; see `index.detection`."""
    terms: bytes
    """The terms of its own text; see `pack_terms`."""
    anchors: Sequence[str]
    """The terms around links to it."""
    marks: Sequence[str]
    """The marks of its links, in their order; see `Meaning`."""
    no_links: frozenset[Meaning]
    """References in its file that are no links to nodes."""

    @property
    def frequencies(self) -> Frequencies:
        """How often the node contains each term, with those around links to it."""
        return unpack_terms(self.terms).frequencies(self.anchors)


class Sums(NamedTuple):
    """What is added up over all nodes."""

    lengths: tuple[int, float, float]
    """See `entries.Norms.of`."""
    evidence: Mapping[str, int]
    """The evidence for each language in all nodes."""
    is_entry_named: bool
    """Whether every root has an entry that links do not decide."""


def pack_terms(analysis: Analysis) -> bytes:
    """The terms of one node in a form that takes little room, because each node has hundreds."""
    return zlib.compress(dump_json([analysis.name_words, analysis.fields, analysis.text]), 1)


def unpack_terms(terms: bytes) -> Analysis:
    """The terms of `pack_terms`."""
    return Analysis(*json.loads(zlib.decompress(terms)))


def pack_analysis(stored: StoredAnalysis) -> bytes:
    """What is known of one node, as the value of a row."""
    evidence = None if stored.evidence is None else dict(sorted(stored.evidence.items()))
    parts = [stored.seen, evidence, stored.anchors, stored.marks, sorted(stored.no_links)]
    return packed(dump_json(parts) + _END + stored.terms)


def unpack_analysis(value: bytes) -> StoredAnalysis:
    """The value of `pack_analysis`. Raises DamagedIndexError."""
    parts, _, terms = unpacked(value).partition(_END)
    seen, evidence, anchors, marks, no_links = json.loads(parts)
    return StoredAnalysis(seen, evidence, terms, anchors, marks, frozenset(map(tuple, no_links)))


def pack_sums(sums: Sums) -> bytes:
    """What is added up over all nodes, as the value of a row."""
    return pack_json([sums.lengths, dict(sorted(sums.evidence.items())), sums.is_entry_named])


def unpack_sums(value: bytes) -> Sums:
    """The value of `pack_sums`. Raises DamagedIndexError."""
    lengths, evidence, is_entry_named = unpack_json(value)
    return Sums(tuple(lengths), evidence, is_entry_named)


def seen_of(node: Node) -> str:
    """Digest of everything in a node on which rows about other nodes depend: names, kind, filters,
    status, what its header links to, and whether it is faulty."""
    document = node.document
    header = document.frontmatter
    parts: list[Any] = [
        node.title,
        node.names,
        node.heading_title,
        node.aliases,
        node.kind.value,
        node.declared_kind,
        node.tags,
        header.get("entry") is True,
        scalar_text(header.get("lang")),
        [(name, scalar_text(value)) for name, value in status_fields(node).items()],
        [(link.key, link.target) for link in document.references if link.key],
        # Links to addresses from the top of a site tell what comes before all of them.
        sorted({link.target for link in document.references if link.target.startswith("/")}),
        sorted(addresses_of(node)),
        sorted(document.blocks) if document.dialect.pages else [],
        node.whole,
        sorted({finding.code for finding in document.diagnostics} & FAULTS),
        # Whether the root is a bundle of the Open Knowledge Format.
        has_type(header),
        [
            bool(header.body_start),
            scalar_text(header.get(VERSION_KEY)),
            has_only_wikilinks(document),
        ]
        if node.path == INDEX
        else [],
    ]
    return digest.sha256(digest.canonical_json(parts))


def meaning_of(reference: Reference) -> Meaning:
    """What decides where a reference leads, in files of one folder with one dialect."""
    return reference.kind.value, reference.target, reference.key, mark_of(reference)


def mark_of(reference: Reference) -> str:
    """The last part of what a reference means; empty for most references."""
    name = "name" if reference.is_name else ""
    tag = "tag" if reference.is_tag else ""
    return f"{name}{tag}{reference.template}"


def no_links_of(node: Node, links: Iterable[Link]) -> frozenset[Meaning]:
    """The references in a node that are no links, wherever in it they are.

    Args:
        node: the node.
        links: its links.
    """
    starts = {link.start for link in links}
    return frozenset(
        meaning_of(reference)
        for reference in node.document.references
        if reference.kind is not LinkKind.COMMENT
        and reference.start not in starts
        and not depends_on_its_place(reference, node)
    )
