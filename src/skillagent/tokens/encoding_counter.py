"""Exact counts of tiktoken's encodings."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from skillagent.tokens.vocabulary import DEFAULT_ENCODING, vocabulary_of

TEXTS_FOR_TOKENIZER: Final = 2_000_000
"""Characters from which on loading a tokenizer is less work than looking up the pieces of texts.

Measured on real and generated graphs: between 1.2 and 3 million.
"""


class EncodingCounter:
    """Exact counts of one tiktoken encoding.

    They come from the vocabulary table, if there is one (see `vocabulary_table`). A tokenizer is
    loaded if there is none, or for more text than the table is good for.

    Args:
        encoding: `o200k_base` or `cl100k_base`.
        fast: use the table, or `toktok-rs` if it is installed; False always uses tiktoken.

    Raises:
        UsageError: `encoding` is neither of the two.
        MissingPackageError: neither `toktok-rs` nor tiktoken is installed. If there is a table,
            `count` raises it when it needs them.
    """

    def __init__(self, encoding: str = DEFAULT_ENCODING, *, fast: bool = True) -> None:
        self._vocabulary = vocabulary_of(encoding)
        self._fast = fast
        self._count_by_table = self._table() if fast else None
        self._count_by_tokenizer = None if self._count_by_table else self._tokenizer()

    @property
    def name(self) -> str:
        return self._vocabulary.encoding

    def count(self, text: str) -> int:
        if not text.isascii():
            # A lone surrogate has no UTF-8 form; the SDKs of providers replace it as well.
            text = text.encode("utf-8", "replace").decode("utf-8")
        # Read once: another thread may switch over to the tokenizer.
        if by_table := self._count_by_table:
            count = by_table(text)
            if count is not None:
                return count
        counting = self._count_by_tokenizer or self._switch()
        return counting(text)

    def prepare(self, characters: int) -> None:
        """Choose how to count texts that are all known, so that none is counted in two ways.

        Without it, a tokenizer is loaded only after the table has been as much work.

        Args:
            characters: length of all these texts together.

        Raises:
            MissingPackageError: neither `toktok-rs` nor tiktoken is installed.
        """
        if self._count_by_tokenizer is None and characters >= TEXTS_FOR_TOKENIZER:
            self._switch()

    def _switch(self) -> Callable[[str], int]:
        """Count by a tokenizer from now on."""
        self._count_by_tokenizer = counting = self._tokenizer()
        self._count_by_table = None
        return counting

    def _table(self) -> Callable[[str], int | None] | None:
        # Imported late, like the tokenizer: importing this module loads neither.
        from skillagent.tokens.table_counter import table_counter

        counter = table_counter(self._vocabulary)
        return None if counter is None else counter.count

    def _tokenizer(self) -> Callable[[str], int]:
        from skillagent.tokens.tokenizer import tokenizer

        return tokenizer(self._vocabulary, fast=self._fast)


@cache
def default_counter() -> EncodingCounter:
    """The exact o200k_base counter, which all sessions of a process share."""
    return EncodingCounter()
