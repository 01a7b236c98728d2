"""Counts tokens by a vocabulary table, as long as that is less work than loading a tokenizer."""

from __future__ import annotations

import sqlite3
from typing import Final

from skillagent.tokens.byte_pairs import NO_TOKEN, merged_parts
from skillagent.tokens.pieces import splitter
from skillagent.tokens.vocabulary import Vocabulary
from skillagent.tokens.vocabulary_table import VocabularyTable, open_table, put_aside

STEPS: Final = 100_000
"""Steps that take as long as loading a tokenizer.

A step is a piece that is looked up, or a byte of a piece that is merged.
"""
PERIOD: Final = 12 * STEPS
"""Pieces within which more than `STEPS` steps make a tokenizer worth its time and memory.

In such a period a process counts some thousand answers. All pieces are forgotten after it, which
limits the memory of a server.
"""
LONG_TEXT: Final = 1_000_000
"""Characters of a text above which a tokenizer is better."""


class TableCounter:
    """Exact counts of one encoding, for the texts that a table is good for.

    The counts of pieces are kept, so that each piece is looked up once.

    Args:
        vocabulary: defines the encoding.
        table: the table of the vocabulary.
    """

    def __init__(self, vocabulary: Vocabulary, table: VocabularyTable) -> None:
        self._split = splitter(vocabulary.pattern)
        self._table = table
        self._counts = _PieceCounts(table)
        self._pieces = 0

    def count(self, text: str) -> int | None:
        """Tokens in a text; None if a tokenizer should be loaded, for this text and all others.

        Args:
            text: a text without surrogates.
        """
        if len(text) > LONG_TEXT or (pieces := self._split(text)) is None:
            return None
        self._pieces += len(pieces)
        if self._pieces > PERIOD:
            self._counts, self._pieces = _PieceCounts(self._table), len(pieces)
        try:
            return sum(map(self._counts.__getitem__, pieces))
        except _TooMuchWorkError:
            return None
        except sqlite3.Error:
            put_aside(self._table.path)
            return None


class _TooMuchWorkError(Exception):
    """A tokenizer would be less work."""


class _PieceCounts(dict[str, int]):
    """Piece → its tokens, looked up when first asked for."""

    def __init__(self, table: VocabularyTable) -> None:
        self._steps = 0
        self._ranks = _Ranks(table)

    def __missing__(self, piece: str) -> int:
        token = piece.encode()
        # Threads that do this at the same time find the same count; a lost step does not matter.
        if self._steps + len(token) > STEPS:
            raise _TooMuchWorkError
        self._steps += 1
        if self._ranks[token] < NO_TOKEN:
            count = 1
        else:
            self._steps += len(token)
            count = merged_parts(token, self._ranks)
        self[piece] = count
        return count


class _Ranks(dict[bytes, int]):
    """Bytes → the rank of the token, or `NO_TOKEN`, looked up when first asked for."""

    def __init__(self, table: VocabularyTable) -> None:
        self._table = table

    def __missing__(self, token: bytes) -> int:
        rank = self._table.rank(token)
        self[token] = rank = NO_TOKEN if rank is None else rank
        return rank


def table_counter(vocabulary: Vocabulary) -> TableCounter | None:
    """A counter by the table of a vocabulary, if there is a table that can be used."""
    table = open_table(vocabulary)
    return None if table is None else TableCounter(vocabulary, table)
