"""Makes the rows of a loaded graph: what a store keeps of it.

Above: the engines, and whoever fills them. Below: `rows`, `stored_values`, `index`, `graph`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

from skillagent.graph import Node, SkillGraph
from skillagent.graph.node_names import compared_names
from skillagent.index.analysis import Analysis, analysis_of
from skillagent.index.detection import total_evidence
from skillagent.index.filters import FIELDS, GraphFacets
from skillagent.index.tables import GraphTables
from skillagent.progress import Progress, no_progress, tracked
from skillagent.store.earlier_rows import KnownFiles
from skillagent.store.rows import (
    ABOUT,
    ACCENTED,
    FACETS,
    OUTDATED,
    PLACES,
    SPELLINGS,
    SUMS,
    WORDS,
    Kind,
    Row,
    facet_key,
    pack_entries,
    pack_json,
    pack_numbers,
    packed,
    text_key,
)
from skillagent.store.stored_analysis import (
    StoredAnalysis,
    Sums,
    mark_of,
    no_links_of,
    pack_analysis,
    pack_sums,
    pack_terms,
    seen_of,
)
from skillagent.store.stored_names import forms_of_node
from skillagent.store.stored_values import (
    About,
    ShownText,
    pack_about,
    pack_head,
    pack_links,
    stored_roots,
)

UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
SEQUENCES = ("entries", "maps", "gathering", "most_linked", "unmapped")
"""The sequences of ids that a view has; they are kept as numbers."""


def graph_rows(
    graph: SkillGraph,
    shown: Callable[[Node], ShownText],
    state: str = "",
    *,
    texts: bool = False,
    known: KnownFiles | None = None,
    progress: Progress = no_progress,
) -> Iterator[Row]:
    """All rows of a graph.

    Args:
        graph: the graph.
        shown: returns what is known of the text of a node.
        state: the state of the files; see `graph.folder_state`.
        texts: whether to keep the texts of the nodes, for readers that do not have the files; then
            nothing is kept for an update, which needs the files.
        known: what is known of the files already; None for nothing.
        progress: receives how many nodes are indexed and written.
    """
    analyser = _Analyser(known, is_kept=not texts)
    tables = GraphTables(graph, progress, analyser.analyse)
    numbers = {node: number for number, node in enumerate(graph.nodes)}
    facets = GraphFacets(graph)
    yield from _parts(graph, tables, facets, state, numbers)
    if not texts:
        yield from _analyses(graph, tables, analyser.terms)
    for number, node in enumerate(tracked(graph.nodes.values(), "writing the index", progress)):
        language = tables.languages.of(node.id)
        text = (known and known.shown(node)) or shown(node)
        yield Kind.HEAD, number, pack_head(node, language, text)
        if links := graph.links_from(node.id):
            yield Kind.LINKS, number, pack_links(links, known.links(node) if known else {})
    yield from _places(graph, tables, numbers)
    for number, node in enumerate(graph.nodes.values()):
        # A file whose name cannot be printed is not found again by the path of its node.
        if texts or UNPRINTABLE in node.path:
            yield Kind.TEXT, number, packed(text_key(node.document.text))
    for term, entries in tables.entries.items():
        yield Kind.TERM, text_key(term), pack_entries(entries)
    yield from _names(graph)
    for field in FIELDS:
        for value in sorted(facets.values(field)):
            nodes = sorted(facets.having(field, (value,)))
            yield Kind.FACET, facet_key(field, value), pack_numbers(numbers[node] for node in nodes)


class _Analyser:
    """Finds the terms of nodes, and keeps them packed.

    Args:
        known: what is known of the files already.
        is_kept: whether to keep them.
    """

    def __init__(self, known: KnownFiles | None, *, is_kept: bool) -> None:
        self._known, self._is_kept = known, is_kept
        self.terms: dict[str, bytes] = {}
        """Id → see `pack_terms`."""

    def analyse(self, node: Node, language: str) -> Analysis:
        """The terms of a node; see `analysis_of`."""
        known = self._known if node.is_told_by_its_file else None
        analysis = known.analysis(node, language) if known else None
        analysis = analysis or analysis_of(node, language)
        if self._is_kept:
            self.terms[node.id] = pack_terms(analysis)
        return analysis


def _parts(
    graph: SkillGraph,
    tables: GraphTables,
    facets: GraphFacets,
    state: str,
    numbers: Mapping[str, int],
) -> Iterator[Row]:
    about = About(
        state=state,
        name=graph.name,
        digest=graph.digest,
        nodes=len(graph.nodes),
        languages=tables.languages.every,
        link_fields=graph.link_fields,
        roots=stored_roots(graph),
        faulty=graph.faulty,
        judged_on=graph.judged_on.isoformat() if graph.judged_on else None,
    )
    yield Kind.PART, ABOUT, pack_about(about)
    outdated = {node: asdict(reason) for node, reason in graph.outdated.items()}
    yield Kind.PART, OUTDATED, pack_json(outdated)
    yield Kind.PART, WORDS, pack_json(tables.name_words())
    yield Kind.PART, ACCENTED, pack_json(tables.accented_terms())
    spellings = [
        (key, number)
        for number, node in enumerate(graph.nodes.values())
        for key in compared_names(node)
    ]
    yield Kind.PART, SPELLINGS, pack_json(spellings)
    for name in SEQUENCES:
        ids: Sequence[str] = getattr(graph, name)
        yield Kind.PART, name.encode(), pack_numbers(numbers[node] for node in ids)
    yield Kind.PART, FACETS, pack_json({field: facets.values(field) for field in FIELDS})
    places = [(node.id, node.root, node.path) for node in graph.nodes.values()]
    yield Kind.PART, PLACES, pack_json(places)


def _places(graph: SkillGraph, tables: GraphTables, numbers: Mapping[str, int]) -> Iterator[Row]:
    """The rows about the place of each node among the others."""
    places = {
        id(link): place for node in graph.nodes for place, link in enumerate(graph.links_from(node))
    }
    for node, number in numbers.items():
        yield Kind.NUMBER, text_key(node), pack_numbers((number,))
        neighbors = (numbers[target] for target in graph.neighbors(node))
        yield Kind.EDGES, number, pack_numbers((graph.indegree(node), *neighbors))
        if backlinks := graph.backlinks(node):
            pairs = ((numbers[link.source], places[id(link)]) for link in backlinks)
            yield Kind.INCOMING, number, pack_numbers(part for pair in pairs for part in pair)
        yield Kind.FIELDS, number, pack_fields(tables.fields(number))


def pack_fields(fields: Iterable[Iterable[str]]) -> bytes:
    """The terms of each weighted field of a node, as the value of a row."""
    return pack_json([sorted(set(terms)) for terms in fields])


def _analyses(graph: SkillGraph, tables: GraphTables, terms: dict[str, bytes]) -> Iterator[Row]:
    """The rows that an update reads; readers of the graph do not need them."""
    evidence = tables.detected.evidence
    every = total_evidence(evidence.values())
    yield Kind.PART, SUMS, pack_sums(Sums(tables.lengths, every, graph.is_entry_named))
    for number, node in enumerate(graph.nodes.values()):
        links = graph.links_from(node.id)
        stored = StoredAnalysis(
            seen_of(node),
            evidence[node.id],
            terms.pop(node.id),
            tables.anchors.get(node.id, ()),
            [mark_of(link.reference) for link in links],
            no_links_of(node, links),
        )
        yield Kind.ANALYSIS, number, pack_analysis(stored)


def _names(graph: SkillGraph) -> Iterator[Row]:
    """The rough forms of all names, each with the numbers of the nodes that may be called so."""
    numbers: dict[bytes, list[int]] = {}
    for number, node in enumerate(graph.nodes.values()):
        for form in forms_of_node(node):
            numbers.setdefault(text_key(form), []).append(number)
    return ((Kind.NAME, key, pack_numbers(numbers[key])) for key in sorted(numbers))
