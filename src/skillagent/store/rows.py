"""The rows in which a store keeps a graph: keys and bytes, whatever the engine is.

A node is known by its number: its place among all ids in order. Each value begins with a checksum,
because a changed byte in a file would change answers, and nobody would know.

Above: `stored_view` and `stored_tables`, which read rows; `graph_rows`, which makes them; a module
for each engine.
"""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from skillagent.errors import DamagedIndexError

if TYPE_CHECKING:
    from skillagent.index.entries import Entries

VERSION = 5
"""Version of the rows and of everything that decides what they hold, such as the ranking."""


_decode = json.JSONDecoder().raw_decode


class Kind(StrEnum):
    """What a row tells. The name is that of its table."""

    PART = "parts"
    """A name such as `ABOUT` → JSON about the whole graph; that of a sequence of ids → numbers."""
    NUMBER = "numbers"
    """Id of a node → its number."""
    HEAD = "heads"
    """Number → the node without its text."""
    TEXT = "texts"
    """Number → the text of the node's file, decoded; only where readers cannot find the file."""
    LINKS = "links"
    """Number → the links in the node."""
    EDGES = "edges"
    """Number → the numbers of the nodes that it links to, and how many other nodes link to it."""
    INCOMING = "incoming"
    """Number → the links from other nodes: numbers of sources, each with the place among its
    links."""
    FIELDS = "fields"
    """Number → the terms of each field that search weights."""
    TERM = "terms"
    """Term → the nodes that contain it, with their parts of scores."""
    NAME = "names"
    """A name in the form of `folded` → numbers of the nodes that may be called so."""
    FACET = "facets"
    """Field and value of a filter → numbers of the nodes that have it."""
    ANALYSIS = "analyses"
    """Number → what an update needs to know of the node as it was; only beside its files."""
    FOLDER = "folders"
    """Root and folder → the state of the files in it; only beside its files."""

    @property
    def has_numbers(self) -> bool:
        """Whether its keys are numbers of nodes; otherwise, they are bytes."""
        return self in _NUMBERED


_NUMBERED = frozenset(
    (Kind.HEAD, Kind.TEXT, Kind.LINKS, Kind.EDGES, Kind.INCOMING, Kind.FIELDS, Kind.ANALYSIS)
)

ABOUT, SPELLINGS, WORDS, ACCENTED, OUTDATED, FACETS, PLACES, SUMS, BASE = (
    b"about",
    b"spellings",
    b"words",
    b"accented",
    b"outdated",
    b"facets",
    b"places",
    b"sums",
    b"base",
)
"""Keys of the rows of `Kind.PART`; the sequences of `SEQUENCES` are others. `BASE` is only in
changes: what `ABOUT` says in the rows that they belong to."""

Key = int | bytes
Row = tuple[Kind, Key, bytes]


class Rows(Protocol):
    """One state of the rows, which never changes. Threads share it."""

    @property
    def identity(self) -> object:
        """Equal for the same state of the rows of one graph."""
        ...

    @property
    def reads_ahead(self) -> bool:
        """Whether rows that are read together are kept until they are asked for one by one.

        That is so where each read takes long, because it asks another machine.
        """
        ...

    def get(self, kind: Kind, key: Key) -> bytes | None:
        """The value of a row; None if there is no such row."""
        ...

    def many(self, kind: Kind, keys: Sequence[Key]) -> Mapping[Key, bytes]:
        """Key → value, for those of the keys that have a row."""
        ...

    def every(self, kind: Kind) -> Iterator[tuple[Key, bytes]]:
        """All rows of a kind, in the order of their keys."""
        ...


def text_key(text: str) -> bytes:
    """A text as a key; any text, also one that UTF-8 cannot encode."""
    return text.encode("utf-8", "surrogatepass")


def facet_key(field: str, value: str) -> bytes:
    """The key of a row of `Kind.FACET`."""
    return text_key(f"{field}:{value}")


def packed(data: bytes) -> bytes:
    """A value behind its checksum."""
    return zlib.crc32(data).to_bytes(4, "little") + data


def unpacked(value: bytes) -> bytes:
    """A value without its checksum.

    Raises:
        DamagedIndexError: the value is not the one that was written.
    """
    try:
        data = value[4:]
        is_whole = zlib.crc32(data) == int.from_bytes(value[:4], "little")
    except TypeError:  # not even bytes
        is_whole = False
    if not is_whole:
        raise DamagedIndexError("the stored index is damaged")
    return data


def pack_json(value: object) -> bytes:
    """A value as JSON; tuples become lists."""
    return packed(dump_json(value))


def dump_json(value: object) -> bytes:
    """A value as JSON of ASCII characters on one line."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def unpack_json(value: bytes) -> Any:
    """The value of `pack_json`, with lists. Raises DamagedIndexError."""
    # Without blanks around it, and always ASCII: `json.loads` would look for both.
    return _decode(str(unpacked(value), "ascii"))[0]


def pack_numbers(numbers: Iterable[int]) -> bytes:
    """Numbers as 32-bit integers, little-endian."""
    return packed(_little_endian(array("i", numbers)).tobytes())


def unpack_numbers(value: bytes) -> array[int]:
    """The numbers of `pack_numbers`. Raises DamagedIndexError."""
    numbers = array("i")
    numbers.frombytes(unpacked(value))
    return _little_endian(numbers)


def pack_entries(entries: Entries) -> bytes:
    """What is kept of one term."""
    counts = (entries.count, entries.short_count, len(entries.documents))
    columns = (
        array("i", counts),
        array("i", (entries.limit.document, entries.short_limit.document)),
        array("d", (entries.limit.part, entries.short_limit.part)),
        entries.documents,
        entries.parts,
        entries.short_documents,
        entries.short_parts,
    )
    return packed(b"".join(_little_endian(column).tobytes() for column in columns))


def unpack_entries(value: bytes) -> Entries:
    """The entries of `pack_entries`. Raises DamagedIndexError."""
    from skillagent.index.entries import Entries, Limit

    data = memoryview(unpacked(value))
    count, short_count, length = _column("i", data[:12])
    first, short_first = _column("i", data[12:20])
    limit, short_limit = _column("d", data[20:36])
    parts, shorts = 36 + 4 * length, 36 + 12 * length
    short_parts = shorts + (len(data) - shorts) // 3
    return Entries(
        count=count,
        short_count=short_count,
        limit=Limit(limit, first),
        short_limit=Limit(short_limit, short_first),
        documents=_column("i", data[36:parts]),
        parts=_column("d", data[parts:shorts]),
        short_documents=_column("i", data[shorts:short_parts]),
        short_parts=_column("d", data[short_parts:]),
    )


def _column(code: str, data: memoryview) -> array[Any]:
    column: array[Any] = array(code)
    column.frombytes(data)
    return _little_endian(column)


def _little_endian(numbers: array[Any]) -> array[Any]:
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers
