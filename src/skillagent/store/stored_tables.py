"""The tables that search ranks by, read from rows when they are needed.

Above: `stored_view`. Below: `rows`, `index`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from skillagent.errors import DamagedIndexError
from skillagent.graph.outdated import Outdated
from skillagent.store.rows import (
    ABOUT,
    ACCENTED,
    FACETS,
    OUTDATED,
    PLACES,
    WORDS,
    Kind,
    Rows,
    facet_key,
    text_key,
    unpack_entries,
    unpack_json,
    unpack_numbers,
)
from skillagent.store.stored_values import About, StoredHead, unpack_about, unpack_head

if TYPE_CHECKING:
    from skillagent.index.detection import Languages
    from skillagent.index.filters import Place
    from skillagent.index.postings import TermList

KEPT_TERMS = 2_048
KEPT_NODES = 4_096
"""How many lists of terms, and how many nodes, stay in memory after they were read."""


class StoredTables:
    """What ranking reads of a stored graph; see `SearchTables`.

    Args:
        rows: the rows of the graph.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.lists = _StoredLists(rows, self.__len__)
        self._heads: dict[int, StoredHead] = {}
        self._numbers: dict[str, int] = {}
        """Those of the nodes that were read last; emptied when they are too many."""

    def part(self, name: bytes) -> bytes:
        """The value of a row about the whole graph.

        Raises:
            DamagedIndexError: there is no such row.
        """
        return _present(self._rows.get(Kind.PART, name))

    @cached_property
    def about(self) -> About:
        """What is known of the whole graph, and of how its rows were made."""
        return unpack_about(self.part(ABOUT))

    def head(self, document: int) -> StoredHead:
        """The head of the node with a number."""
        head = self._heads.get(document)
        return head or self._kept(document, self._rows.get(Kind.HEAD, document))

    def heads(self, documents: Sequence[int]) -> list[StoredHead]:
        """The heads of several nodes, read at once."""
        heads = {document: self._heads.get(document) for document in documents}
        missing = [document for document, head in heads.items() if head is None]
        values = self._rows.many(Kind.HEAD, missing) if missing else {}
        for document in missing:
            heads[document] = self._kept(document, values.get(document))
        return [head for document in documents if (head := heads[document])]

    def _kept(self, document: int, value: bytes | None) -> StoredHead:
        head = unpack_head(_present(value))
        if len(self._heads) >= KEPT_NODES:
            self._heads.clear()
        self._heads[document] = head
        self._keep_number(head.id, document)
        return head

    def _keep_number(self, node: str, document: int) -> None:
        if len(self._numbers) >= KEPT_NODES:
            self._numbers.clear()
        self._numbers[node] = document

    def read_ahead(self, nodes: Iterable[str]) -> None:
        """Read at once what will be asked of each of several nodes."""
        numbers = {node: self._numbers.get(node) for node in nodes}
        missing = [text_key(node) for node, number in numbers.items() if number is None]
        values = self._rows.many(Kind.NUMBER, missing) if missing else {}
        documents = [number for number in numbers.values() if number is not None]
        documents += [unpack_numbers(value)[0] for value in values.values()]
        self.heads(documents)
        if self._rows.reads_ahead:
            self._rows.many(Kind.EDGES, documents)

    @cached_property
    def languages(self) -> Languages:
        from skillagent.index.detection import Languages

        return Languages(lambda node: self.head(self.number(node)).language, self.about.languages)

    @cached_property
    def outdated(self) -> Mapping[str, Outdated]:
        return {
            node: Outdated(reason["word"], tuple(reason["successors"]))
            for node, reason in unpack_json(self.part(OUTDATED)).items()
        }

    def __len__(self) -> int:
        return self.about.nodes

    def id(self, document: int) -> str:
        return self.head(document).id

    def number(self, node: str) -> int:
        """The number of a node. Raises KeyError."""
        number = self.find(node)
        if number is None:
            raise KeyError(node)
        return number

    def find(self, node: str) -> int | None:
        """The number of the node with an id; None if no node has it."""
        number = self._numbers.get(node)
        if number is None and (value := self._rows.get(Kind.NUMBER, text_key(node))):
            number = unpack_numbers(value)[0]
            self._keep_number(node, number)
        return number

    def fields(self, document: int) -> Sequence[frozenset[str]]:
        value = self._rows.get(Kind.FIELDS, document)
        return [frozenset(field) for field in unpack_json(value)] if value else []

    def neighbors(self, document: int) -> Sequence[int]:
        return self._edges(document)[1:]

    def indegree(self, document: int) -> int:
        return self._edges(document)[0]

    def _edges(self, document: int) -> Sequence[int]:
        return unpack_numbers(_present(self._rows.get(Kind.EDGES, document)))

    def summary(self, node: str) -> str:
        head = self.head(self.number(node))
        return f"{head.title} {head.stem} {head.description}"

    def name_words(self) -> Sequence[str]:
        words: list[str] = unpack_json(self.part(WORDS))
        return words

    def accented_terms(self) -> Sequence[str]:
        accented: list[str] = unpack_json(self.part(ACCENTED))
        return accented


def _present(value: bytes | None) -> bytes:
    """The value of a row that every index has."""
    if value is None:
        raise DamagedIndexError("the stored index is damaged: a row is missing")
    return value


class _StoredLists:
    """The lists of all terms; see `TermLists`."""

    def __init__(self, rows: Rows, total: Callable[[], int]) -> None:
        self._rows, self._total = rows, total
        self.get: Callable[[str], TermList | None] = lru_cache(KEPT_TERMS)(self._read)

    def _read(self, term: str) -> TermList | None:
        value = self._rows.get(Kind.TERM, text_key(term))
        if value is None:
            return None
        return unpack_entries(value).scored(self._total())


class StoredFacets:
    """What filters read of a stored graph; see `Facets`."""

    def __init__(self, rows: Rows, tables: StoredTables) -> None:
        self._rows, self._tables = rows, tables

    @cached_property
    def _counts(self) -> Mapping[str, Mapping[str, int]]:
        counts: dict[str, dict[str, int]] = unpack_json(self._tables.part(FACETS))
        return counts

    def values(self, field: str) -> Mapping[str, int]:
        return self._counts[field]

    def having(self, field: str, values: Collection[str]) -> frozenset[str]:
        keys = [facet_key(field, value) for value in values]
        groups = self._rows.many(Kind.FACET, keys).values()
        numbers = sorted({number for group in groups for number in unpack_numbers(group)})
        return frozenset(head.id for head in self._tables.heads(numbers))

    def places(self) -> Iterable[Place]:
        from skillagent.index.filters import Place

        return [Place(*place) for place in unpack_json(self._tables.part(PLACES))]
