"""Rows that were read stay in memory, up to a limit, and are the same as those that are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from skillagent.store.kept_rows import ROW_BYTES, KeptRows
from skillagent.store.rows import Key, Kind


class Rows:
    """Rows of a mapping, which remember the keys that they were asked for."""

    identity = "one state"
    reads_ahead = False

    def __init__(self, values: Mapping[Key, bytes]) -> None:
        self.values = values
        self.asked: list[Key] = []

    def get(self, kind: Kind, key: Key) -> bytes | None:
        return self.many(kind, (key,)).get(key)

    def many(self, kind: Kind, keys: Sequence[Key]) -> Mapping[Key, bytes]:
        self.asked += keys
        return {key: self.values[key] for key in keys if key in self.values}

    def every(self, kind: Kind) -> Iterator[tuple[Key, bytes]]:
        return iter(sorted(self.values.items(), key=lambda row: int(row[0])))


NUMBERS = st.lists(st.integers(0, 20), max_size=8)


@given(st.lists(NUMBERS, max_size=20), st.integers(0, 10))
def test_kept_rows_are_those_of_the_store(reads: list[list[Key]], kept: int) -> None:
    stored = Rows({number: bytes(number) for number in range(15)})
    rows = KeptRows(stored, kept * ROW_BYTES)
    for keys in reads:
        expected = {key: stored.values[key] for key in keys if key in stored.values}
        assert rows.many(Kind.HEAD, keys) == expected
        for key in keys:
            assert rows.get(Kind.HEAD, key) == stored.values.get(key)


def test_a_row_is_read_once_also_if_it_is_absent() -> None:
    stored = Rows({1: b"one", 2: b"two"})
    rows = KeptRows(stored)
    rows.many(Kind.HEAD, [1, 2, 3, 1])
    rows.many(Kind.HEAD, [3, 4])
    assert [rows.get(Kind.HEAD, number) for number in (1, 2, 3)] == [b"one", b"two", None]
    assert stored.asked == [1, 2, 3, 4]


def test_the_row_that_was_used_longest_ago_is_dropped() -> None:
    stored = Rows(dict.fromkeys(range(3), b""))
    rows = KeptRows(stored, 2 * ROW_BYTES)
    for number in (0, 1, 0, 2, 0, 1):
        rows.get(Kind.HEAD, number)
    assert stored.asked == [0, 1, 2, 1]
