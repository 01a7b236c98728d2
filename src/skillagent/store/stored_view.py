"""A graph that a store keeps, as a `GraphView`: rows are read when they are needed.

The text of a node is one of the rows, or it is read from its file, and compared with the digest of
the file as it was indexed: a text that has changed since is never shown as if it were the old one.

Above: `disclosure`. Below: `stored_tables`, `stored_names`, `graph`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, overload

from skillagent.errors import DamagedIndexError, UsageError
from skillagent.store.digest_cache import DigestCache
from skillagent.store.rows import Kind, Rows, text_key, unpack_numbers, unpacked
from skillagent.store.stored_tables import KEPT_NODES, StoredFacets, StoredTables
from skillagent.store.stored_values import (
    About,
    StoredHead,
    StoredLink,
    StoredRoot,
    unpack_head,
    unpack_links,
)
from skillagent.tokens import scaled_from

if TYPE_CHECKING:
    from skillagent.graph import Outdated
    from skillagent.index import Hit, Match, SearchIndex
    from skillagent.index.filters import Filter
    from skillagent.markdown import Document
    from skillagent.store.graph_files import GraphFiles
    from skillagent.store.stored_names import StoredNames

KEPT_DOCUMENTS = 64
"""How many parsed texts stay in memory after they were read."""
FIRST, AT_ONCE = 16, 500
"""How many nodes of a long sequence are read at first, and at most, at once."""


class StoredView:
    """A stored graph.

    Args:
        rows: the rows of the graph.
        files: reads the texts of the nodes; None if the rows have them.

    Every method raises StoredIndexError if a file has changed since it was indexed, or if the
    rows are damaged.
    """

    def __init__(self, rows: Rows, files: GraphFiles | None = None) -> None:
        self._rows = rows
        self.files = files
        self._tables = StoredTables(rows)
        self._facets = StoredFacets(rows, self._tables)
        self._costs = DigestCache()
        """Costs by other counters than the stored one."""
        self._documents: Callable[[str, object], Document]
        self._documents = lru_cache(KEPT_DOCUMENTS)(self._read_document)
        """Returns the text of a node whose file has this stamp."""
        self._links: Callable[[str], Sequence[StoredLink]]
        self._links = lru_cache(KEPT_NODES)(self._read_links)

    @cached_property
    def index(self) -> SearchIndex:
        """The search index."""
        from skillagent.index.search import SearchIndex

        if not self._rows.reads_ahead:
            return SearchIndex(self._tables)
        # Each ranking asks for the number of every outdated node.
        self._read_numbers(self._tables.outdated)
        return SearchIndex(self._tables, _RowsAhead(self._rows))

    @property
    def about(self) -> About:
        """What is known of the whole graph, and of how its rows were made."""
        return self._tables.about

    @property
    def identity(self) -> object:
        """Equal for views of the same rows."""
        return self._rows.identity

    @property
    def name(self) -> str:
        return self.about.name

    @cached_property
    def digest(self) -> str:
        if self.about.digest:
            return self.about.digest
        # Some files have changed since the index was built: see `indexing.updating`.
        from skillagent.graph.graph import digest_of_nodes

        return digest_of_nodes(unpack_head(value) for _, value in self._rows.every(Kind.HEAD))

    @cached_property
    def ids(self) -> Sequence[str]:
        return _Ids(self._tables, range(len(self._tables)))

    @cached_property
    def entries(self) -> Sequence[str]:
        return self._sequence("entries")

    @cached_property
    def maps(self) -> Sequence[str]:
        return self._sequence("maps")

    @cached_property
    def gathering(self) -> Sequence[str]:
        return self._sequence("gathering")

    @cached_property
    def most_linked(self) -> Sequence[str]:
        return self._sequence("most_linked")

    @cached_property
    def unmapped(self) -> Sequence[str]:
        return self._sequence("unmapped")

    def _sequence(self, name: str) -> Sequence[str]:
        return _Ids(self._tables, unpack_numbers(self._tables.part(name.encode())))

    @property
    def link_fields(self) -> frozenset[str]:
        return self.about.link_fields

    def cost(self, node: str, counter: str, count: Callable[[], int]) -> int:
        head = self.head(node)
        try:
            return scaled_from(counter, head.shown.cost)
        except UsageError:  # its counts do not follow from the stored ones
            return self._costs.cost(head.digest, counter, count)

    def is_plain(self, node: str, compare: Callable[[], bool]) -> bool:
        return self.head(node).shown.is_plain

    def head(self, node: str) -> StoredHead:
        return self._tables.head(self._tables.number(node))

    def document(self, node: str) -> Document:
        return self._documents(node, self.files.stamp(self.head(node)) if self.files else None)

    def _read_document(self, node: str, stamp: object) -> Document:  # a key of the cache
        head = self.head(node)
        value = self._rows.get(Kind.TEXT, self._tables.number(node))
        if value is not None:
            text = unpacked(value).decode("utf-8", "surrogatepass")
        elif self.files:
            text = self.files.text(head)
        else:
            raise DamagedIndexError(f"the stored index has no text of {node}")
        from skillagent.graph.resolve import SEPARATOR
        from skillagent.markdown.document import parse

        shown = f"{head.root}{SEPARATOR}{head.path}" if head.root else head.path
        return parse(text, shown, self._roots[head.root].dialect)

    @cached_property
    def _roots(self) -> Mapping[str, StoredRoot]:
        """`Node.root` → root."""
        roots = self.about.roots
        return {root.name if len(roots) > 1 else "": root for root in roots}

    def locate(self, name: str) -> tuple[str, str]:
        return (name, "") if name in self else self._names.locate(name)

    def nearest(self, name: str, limit: int = 3) -> tuple[str, ...]:
        """Ids of the nodes with the most similar names; see `SkillGraph.nearest`."""
        return self._names.nearest(name, limit)

    @cached_property
    def _names(self) -> StoredNames:
        from skillagent.store.stored_names import StoredNames

        return StoredNames(self._rows, self._tables, self._roots, self.document)

    def __contains__(self, node: object) -> bool:
        return isinstance(node, str) and self._tables.find(node) is not None

    def outdated(self, node: str) -> Outdated | None:
        return self._tables.outdated.get(node)

    def links_from(self, node: str) -> Sequence[StoredLink]:
        links = self._links(node)
        if self._rows.reads_ahead or len(links) > FIRST:
            self._tables.read_ahead(link.target for link in links if link.target)
        return links

    def _read_links(self, node: str) -> Sequence[StoredLink]:
        value = self._rows.get(Kind.LINKS, self._tables.number(node))
        return unpack_links(node, value) if value else ()

    def backlinks(self, node: str) -> Sequence[StoredLink]:
        value = self._rows.get(Kind.INCOMING, self._tables.number(node))
        numbers = unpack_numbers(value) if value else ()
        pairs = iter(numbers)
        heads = self._tables.heads(numbers[::2])
        if self._rows.reads_ahead:
            self._rows.many(Kind.LINKS, numbers[::2])
            self._tables.read_ahead(head.id for head in heads)
        return [
            _link_at(self._links(self._tables.id(source)), place)
            for source, place in zip(pairs, pairs, strict=True)
        ]

    def neighbors(self, node: str) -> Sequence[str]:
        numbers = self._tables.neighbors(self._tables.number(node))
        return tuple(map(self._tables.id, numbers))

    def indegree(self, node: str) -> int:
        return self._tables.indegree(self._tables.number(node))

    def search(
        self, query: str, limit: int, offset: int = 0, within: Collection[str] | None = None
    ) -> tuple[list[Hit], int]:
        hits, total = self.index.search(query, limit, offset, within)
        if self._rows.reads_ahead:
            self._read_numbers(hit.node for hit in hits)
        return hits, total

    def _read_numbers(self, nodes: Iterable[str]) -> None:
        """Read at once the numbers of nodes that will be asked for."""
        self._rows.many(Kind.NUMBER, list(map(text_key, nodes)))

    def match(self, query: str, node: str | None = None) -> Match:
        return self.index.match(query, node)

    def scores(self, query: str, nodes: Sequence[str]) -> Mapping[str, float]:
        return self.index.scores_of(query, nodes)

    def relevance(self, query: str, node: str, text: str) -> float:
        return self.index.relevance(query, node, text)

    def weight(self, query: str, node: str, text: str) -> float:
        return self.index.weight(query, node, text)

    def passing(self, filters_: Sequence[Filter]) -> frozenset[str]:
        from skillagent.index import filters

        return filters.passing(self._facets, filters_)

    def filter_values(self, field: str) -> Sequence[str]:
        from skillagent.index import filters

        return filters.values_of(self._facets, field)


def _link_at(links: Sequence[StoredLink], place: int) -> StoredLink:
    if place >= len(links):
        raise DamagedIndexError("the stored index is damaged: a link is missing")
    return links[place]


class _RowsAhead:
    """Reads at once what a search will read; see `ReadAhead`.

    Args:
        rows: rows that are kept after they were read; see `Rows.reads_ahead`.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def links(self, documents: Sequence[int]) -> None:
        self._rows.many(Kind.EDGES, documents)

    def hits(self, documents: Sequence[int], others: Sequence[int]) -> None:
        self._rows.many(Kind.HEAD, list(dict.fromkeys((*documents, *others))))
        self._rows.many(Kind.FIELDS, documents)


class _Ids(Sequence[str]):
    """Ids of nodes, read from the rows when they are asked for.

    Args:
        tables: read the heads of the nodes.
        numbers: numbers of the nodes.
    """

    def __init__(self, tables: StoredTables, numbers: Sequence[int]) -> None:
        self._tables, self._numbers = tables, numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return [head.id for head in self._tables.heads(self._numbers[place])]
        return self._tables.id(self._numbers[place])

    def __iter__(self) -> Iterator[str]:
        # Most readers stop after a few ids; those who do not should not wait for each.
        start, count = 0, FIRST
        while start < len(self):
            yield from self[start : start + count]
            start, count = start + count, min(2 * count, AT_ONCE)
