"""Suggests a map for each cluster that has none, with a title and an order."""

from __future__ import annotations

import math
import posixpath
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise

from skillagent.authoring.add import item_edit, resolver_of, root_name
from skillagent.authoring.clusters import center_of, clusters
from skillagent.authoring.entry import title_of
from skillagent.authoring.file_text import Source, read_node
from skillagent.authoring.link_writer import LinkWriter, beside, checked_path
from skillagent.authoring.moving.relocate import node_of
from skillagent.authoring.sections import FreeNames, header, link_list
from skillagent.authoring.split import short
from skillagent.authoring.suggestions.suggestion import Candidate
from skillagent.files.changes import Changes, changes_of
from skillagent.graph import SkillGraph
from skillagent.index.analyzer import STOP_WORDS, stem, words
from skillagent.lint.maps import WIDE
from skillagent.markdown import Dialect
from skillagent.markdown.document import parse

SMALLEST = 5
"""Nodes from which a cluster is worth a map."""
LISTED = 0.5
"""Share of a cluster that one map lists, from which the cluster has a map."""
TITLE_PHRASES = 2
PART_WITH_TWO, PART_WITH_ONE = 6, 3
"""One of so many nodes of a cluster has two words together, or a word, that are its title."""
COMMON = 0.15
"""Share of the nodes outside a cluster that have a word, from which it does not tell them apart."""
OF_ONE_FOLDER = 2 / 3
"""Share of a cluster in one folder, and of the folder in the cluster, that give it a title."""
NAMED = 4
"""Nodes that the description of a new map names."""

_Stems = tuple[str, ...]


def map_candidates(graph: SkillGraph, dialect: Dialect) -> list[Candidate]:
    """Clusters without a map.

    Args:
        graph: of one root.
        dialect: how links are written.
    """
    words_of = {node: _words(graph, node) for node in graph.nodes}
    overall = Counter(key for bag in words_of.values() for key in bag)
    names = FreeNames(graph.nodes.values(), graph.others[root_name(graph)])
    candidates = []
    titles: set[str] = set()
    listing = [node for node in graph.gathering if _is_narrow(graph, node)]
    for cluster in _of_useful_size(graph):
        unlisted = set(cluster)
        best = 0
        for above in listing:
            inside = set(graph.neighbors(above)) & set(cluster)
            unlisted -= inside
            best = max(best, len(inside))
        if best >= LISTED * len(cluster) or not unlisted:
            continue
        center = center_of(graph, cluster)
        title = _folder_title(graph, cluster) or _title(cluster, words_of, overall)
        if not title or title in titles:
            title = graph.nodes[center].title
        titles.add(title)
        stem_taken = names.take(f"{title} map" if names.holds(title) else title, "map")
        parent = _parent(graph, cluster)
        order = _order(graph, cluster)
        inside_links = sum(len(set(graph.neighbors(node)) & set(cluster)) for node in cluster)
        candidates.append(
            Candidate(
                "maps",
                f"a map {title!r} for {len(cluster)} nodes, linked from {parent}",
                f"{len(cluster)} nodes around {center} with {inside_links} links among them; "
                f"{len(unlisted)} of them are in no map of up to {WIDE} links",
                order,
                float(len(unlisted)),
                partial(_changes, graph, dialect, title, stem_taken, order, parent),
            )
        )
    return candidates


def _is_narrow(graph: SkillGraph, node: str) -> bool:
    """True for a map from which an agent can choose."""
    return len(graph.neighbors(node)) <= WIDE


def _of_useful_size(graph: SkillGraph) -> Iterator[tuple[str, ...]]:
    """Clusters of plain nodes; one that is too large for a map is divided once more."""
    gathering = graph.gathering
    for cluster in clusters(graph, gathering):
        parts = [cluster]
        if len(cluster) > WIDE:
            parts = clusters(graph, gathering, within=cluster)
        for part in parts:
            if SMALLEST <= len(part) <= WIDE:
                yield part


def _words(graph: SkillGraph, node: str) -> dict[_Stems, Counter[str]]:
    """Stems of a word, or of two words of the title, → how they are written.

    They are those of the title and of the author's own description, without stop words.
    """
    about = graph.nodes[node]
    bag: dict[_Stems, Counter[str]] = {}
    for text in (about.title, "" if about.description_derived else about.description):
        telling = [word if _is_telling(word) else "" for word in words(text)]
        pairs = pairwise(telling) if text is about.title else ()
        for together in (*((word,) for word in telling), *pairs):
            if all(together):
                key = tuple(map(stem, together))
                bag.setdefault(key, Counter())[" ".join(together)] += 1
    return bag


def _is_telling(word: str) -> bool:
    return len(word) > 2 and word not in STOP_WORDS and not any(map(str.isdigit, word))


def _folder_title(graph: SkillGraph, cluster: Sequence[str]) -> str:
    """The name of the folder that holds most of a cluster, and little else; empty if none does."""
    sizes = Counter(_inside(node.path) for node in graph.nodes.values())
    inside = Counter(_inside(graph.nodes[node].path) for node in cluster)
    ((folder, count),) = inside.most_common(1)
    least = OF_ONE_FOLDER * max(len(cluster), sizes[folder])
    return title_of(posixpath.basename(folder[:-1])) if folder and count >= least else ""


def _title(
    cluster: Sequence[str],
    words_of: Mapping[str, Mapping[_Stems, Counter[str]]],
    overall: Counter[_Stems],
) -> str:
    """The words that tell a cluster from the rest of the graph, as a title.

    A word, or two words together, count by the nodes of the cluster that have them, times the
    logarithm of how rare they are in the graph (class-based TF-IDF, Grootendorst, 2022).
    """
    inside = Counter(key for node in cluster for key in words_of[node])
    total = len(words_of)
    scores = {
        key: count * math.log(total / overall[key])
        for key, count in inside.items()
        if count >= max(2, len(cluster) / (PART_WITH_TWO if len(key) > 1 else PART_WITH_ONE))
        and overall[key] - count < COMMON * (total - len(cluster))
    }
    # Two words together say what they are about; beside them, a single one only confuses.
    longest = max(map(len, scores), default=0)
    written: list[str] = []
    told: set[str] = set()
    for key in sorted(scores, key=lambda key: (-scores[key], key)):
        if len(key) == longest and told.isdisjoint(key) and len(written) < TITLE_PHRASES:
            told |= set(key)
            forms: Counter[str] = Counter()
            for node in cluster:
                forms.update(words_of[node].get(key, ()))
            written.append(min(forms, key=lambda form: (-forms[form], form)))
    listed = " and ".join(written)
    return listed[:1].upper() + listed[1:]


def _parent(graph: SkillGraph, cluster: Collection[str]) -> str:
    """The map to link a cluster's map from; an entry leads to it.

    It is the one that links to most of the cluster, if that is a fifth or more; else the one in the
    nearest folder that contains the cluster; else the entry.
    """
    reachable = graph.reachable()
    maps = [
        node
        for node in dict.fromkeys((*graph.entries, *graph.gathering))
        if node in reachable and graph.nodes[node].whole
    ]
    inside = set(cluster)
    linked = {node: len(set(graph.neighbors(node)) & inside) for node in maps}
    best = min(maps, key=lambda node: (-linked[node], node not in graph.entries, node))
    if linked[best] >= max(2, len(cluster) / 5):
        return best
    folder = _folder(graph, cluster)
    near = [node for node in maps if f"{folder}/".startswith(_inside(graph.nodes[node].path))]
    depth = {node: graph.nodes[node].path.count("/") for node in near}
    return min(
        near or graph.entries,
        key=lambda node: (-depth.get(node, 0), node not in graph.entries, node),
    )


def _inside(path: str) -> str:
    """The folder of a path, with a slash at its end; empty at the top."""
    return path[: path.rfind("/") + 1]


def _folder(graph: SkillGraph, cluster: Collection[str]) -> str:
    """The nearest folder that contains all nodes; empty for the top."""
    folder = posixpath.commonpath(["/" + _inside(graph.nodes[node].path) for node in cluster])
    return folder.strip("/")


def _order(graph: SkillGraph, cluster: Sequence[str]) -> tuple[str, ...]:
    """The nodes of a cluster, those that others build on first.

    A node that links to another one builds on it, unless a path of links leads back. Of nodes that
    may come next, the one that most others of the cluster link to comes first, then by id.
    """
    import networkx

    inside = set(cluster)
    plain: networkx.DiGraph[str] = networkx.DiGraph()
    plain.add_nodes_from(cluster)
    for node in cluster:
        plain.add_edges_from((node, target) for target in graph.neighbors(node) if target in inside)
    linked = {node: plain.in_degree(node) for node in cluster}
    groups = [
        sorted(group, key=lambda node: (-linked[node], node))
        for group in networkx.strongly_connected_components(plain)
    ]
    group_of = {node: at for at, group in enumerate(groups) for node in group}
    below = [
        {group_of[target] for node in group for target in plain.successors(node)} - {at}
        for at, group in enumerate(groups)
    ]
    open_groups = set(range(len(groups)))
    ordered: list[str] = []
    while open_groups:
        ready = [at for at in open_groups if open_groups.isdisjoint(below[at])]
        best = min(ready, key=lambda at: (-linked[groups[at][0]], groups[at][0]))
        ordered += groups[best]
        open_groups.remove(best)
    return tuple(ordered)


def _changes(
    graph: SkillGraph,
    dialect: Dialect,
    title: str,
    file_stem: str,
    order: Sequence[str],
    parent: str,
) -> Changes:
    """The changes that write a map and link it from its parent."""
    nodes = [graph.nodes[node] for node in order]
    folder = _folder(graph, order)
    path = f"{folder}/{file_stem}.md" if folder else f"{file_stem}.md"
    path = checked_path(path, graph.nodes.values())
    named = ", ".join(beside(node.title) for node in nodes[:NAMED])
    more = f" and {len(nodes) - NAMED} more" if len(nodes) > NAMED else ""
    beginning = f"{header('', f'{named}{more}', is_map=True)}# {title}\n"
    new = node_of(parse(beginning, path, dialect), path)
    link_writer = LinkWriter(resolver_of(graph, [*graph.nodes.values(), new], dialect), dialect)
    rows = [(0, link_writer.wikilink(node, new), beside(node.description)) for node in nodes]
    text = beginning + link_list(rows, beginning, short)
    above = graph.nodes[parent]
    item = f"{link_writer.wikilink(new, above)} - {named}{more}"
    edit = item_edit(above, item, None, dialect)
    before = {above.path: read_node(graph.roots[0], above)}
    source = Source(before[above.path], above.document.text, above.path)
    after = {
        path: text.encode(),
        above.path: source.stretch(0, len(above.document.text), [edit]),
    }
    return changes_of(graph.roots[0].path, before, after)
