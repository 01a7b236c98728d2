"""Makes the rows of a loaded graph: what a store keeps of it.

Above: the engines, and whoever fills them. Below: `rows`, `stored_values`, `index`, `graph`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from skillagent.graph import Node, SkillGraph
from skillagent.graph.resolve import name_key
from skillagent.index.filters import FIELDS, facets_of
from skillagent.index.tables import GraphTables
from skillagent.progress import Progress, no_progress, tracked
from skillagent.store.earlier_rows import EarlierRows, roots_of
from skillagent.store.rows import (
    ABOUT,
    ACCENTED,
    FACETS,
    OUTDATED,
    SPELLINGS,
    WORDS,
    Kind,
    Row,
    facet_key,
    pack_json,
    pack_numbers,
    pack_scores,
    packed,
    text_key,
)
from skillagent.store.stored_names import forms_of_node
from skillagent.store.stored_values import ShownText, pack_head, pack_links

UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
SEQUENCES = ("entries", "maps", "gathering", "most_linked", "unmapped")
"""The sequences of ids that a view has; they are kept as numbers."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What showing each node of a graph costs."""

    counter: str
    """Name of the counter."""
    of: Callable[[Node], ShownText]
    """Returns what is known of the text of a node."""


def graph_rows(
    graph: SkillGraph,
    costs: Costs,
    state: str = "",
    *,
    texts: bool = False,
    earlier: EarlierRows | None = None,
    progress: Progress = no_progress,
) -> Iterator[Row]:
    """All rows of a graph.

    Args:
        graph: the graph.
        costs: what showing its nodes costs.
        state: the state of the files; see `graph.folder_state`.
        texts: whether to keep the texts of the nodes, for readers that do not have the files.
        earlier: what is known of files that have not changed; None for nothing.
        progress: receives how many nodes are indexed and written.
    """
    tables = graph.keep(GraphTables, lambda: GraphTables(graph, progress))
    numbers = {node: number for number, node in enumerate(graph.nodes)}
    made = {"state": state, "counter": costs.counter}
    yield from _parts(graph, tables, made, numbers)
    for number, node in enumerate(tracked(graph.nodes.values(), "writing the index", progress)):
        language = tables.languages.of(node.id)
        shown = (earlier and earlier.shown(node)) or costs.of(node)
        yield Kind.HEAD, number, pack_head(node, language, shown)
        if links := graph.links_from(node.id):
            yield Kind.LINKS, number, pack_links(links, earlier.links(node) if earlier else {})
    yield from _places(graph, tables, numbers)
    for number, node in enumerate(graph.nodes.values()):
        # A file whose name cannot be printed is not found again by the path of its node.
        if texts or UNPRINTABLE in node.path:
            yield Kind.TEXT, number, packed(text_key(node.document.text))
    for term, (documents, scores, frequency) in tables.lists.items():
        yield Kind.TERM, text_key(term), pack_scores(frequency, documents, scores)
    yield from _grouped(Kind.NAME, _names(graph))
    yield from _grouped(Kind.FACET, _facets(graph))


def _parts(
    graph: SkillGraph, tables: GraphTables, made: Mapping[str, str], numbers: Mapping[str, int]
) -> Iterator[Row]:
    about = {
        **made,
        "name": graph.name,
        "digest": graph.digest,
        "nodes": len(graph.nodes),
        "languages": tables.languages.every,
        "link_fields": sorted(graph.link_fields),
        "roots": roots_of(graph),
        "judged_on": graph.judged_on.isoformat() if graph.judged_on else None,
    }
    yield Kind.PART, ABOUT, pack_json(about)
    outdated = {node: asdict(reason) for node, reason in graph.outdated.items()}
    yield Kind.PART, OUTDATED, pack_json(outdated)
    yield Kind.PART, WORDS, pack_json(tables.name_words())
    yield Kind.PART, ACCENTED, pack_json(tables.accented_terms())
    yield Kind.PART, SPELLINGS, pack_json(_spellings(graph))
    for name in SEQUENCES:
        ids: Sequence[str] = getattr(graph, name)
        yield Kind.PART, name.encode(), pack_numbers(numbers[node] for node in ids)
    counts: dict[str, dict[str, int]] = {field: {} for field in FIELDS}
    for field, value, _ in _values(graph):
        counts[field][value] = counts[field].get(value, 0) + 1
    yield Kind.PART, FACETS, pack_json(counts)


def _spellings(graph: SkillGraph) -> list[tuple[str, int]]:
    """The key of every name, as `NodeNames.nearest` compares them, and the number of its node."""
    return [
        (name_key(name), number)
        for number, node in enumerate(graph.nodes.values())
        for name in dict.fromkeys((node.id, node.stem, node.title, *node.aliases))
    ]


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
        yield Kind.FIELDS, number, pack_json([sorted(field) for field in tables.fields(number)])


def _names(graph: SkillGraph) -> Iterator[tuple[bytes, int]]:
    for number, node in enumerate(graph.nodes.values()):
        for form in forms_of_node(node):
            yield text_key(form), number


def _facets(graph: SkillGraph) -> Iterator[tuple[bytes, int]]:
    return ((facet_key(field, value), number) for field, value, number in _values(graph))


def _values(graph: SkillGraph) -> Iterator[tuple[str, str, int]]:
    """Each field and value of each node, with the node's number."""
    for number, node in enumerate(graph.nodes.values()):
        for field in FIELDS:
            for value in sorted(facets_of(graph, node, field)):
                yield field, value, number


def _grouped(kind: Kind, pairs: Iterator[tuple[bytes, int]]) -> Iterator[Row]:
    groups: dict[bytes, list[int]] = {}
    for key, number in pairs:
        groups.setdefault(key, []).append(number)
    return ((kind, key, pack_numbers(group)) for key, group in sorted(groups.items()))
