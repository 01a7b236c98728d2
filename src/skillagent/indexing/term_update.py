"""The lists of terms while some documents of an index change.

Above: `updating`. Below: `pending_rows`, `index`.
"""

from __future__ import annotations

from skillagent.index.entries import Entries, Frequencies, Norms
from skillagent.indexing.pending_rows import PendingRows
from skillagent.store.rows import (
    ACCENTED,
    Kind,
    pack_entries,
    pack_json,
    text_key,
    unpack_entries,
    unpack_json,
)

NOTHING = Frequencies({}, 0.0, {}, 0.0)


class TermUpdate:
    """Replaces documents in the lists of their terms.

    Args:
        rows: the rows of the index.
        lengths: the number of documents, and the sums of their lengths; see `Norms.of`.
    """

    def __init__(self, rows: PendingRows, lengths: tuple[int, float, float]) -> None:
        self._rows = rows
        self.lengths = lengths
        self._norms = Norms.of(*lengths)
        self._entries: dict[str, Entries] = {}

    def replace(self, document: int, old: Frequencies, new: Frequencies) -> None:
        """Replace what one document contains."""
        count, length, short_length = self.lengths
        self.lengths = (
            count,
            length + new.length - old.length,
            short_length + new.short_length - old.short_length,
        )
        old_parts, new_parts = self._norms.parts(old), self._norms.parts(new)
        for term in sorted(old_parts.keys() | new_parts.keys()):
            before, after = old_parts.get(term), new_parts.get(term)
            if before == after:
                continue
            entries = self._of(term)
            entries.count += (after is not None) - (before is not None)
            entries.short_count += (term in new.short) - (term in old.short)
            entries.put(document, *(after or (0.0, 0.0)))

    def _of(self, term: str) -> Entries:
        entries = self._entries.get(term)
        if entries is None:
            value = self._rows.get(Kind.TERM, text_key(term))
            entries = self._entries[term] = unpack_entries(value) if value else Entries()
        return entries

    def finish(self) -> bool:
        """Write the lists that changed.

        Returns:
            Whether they hold the same as those of a new index. Otherwise nothing is written: the
            average length of documents has become another one, or a long list has lost so many of
            its best entries that it needs some that are not kept.
        """
        if Norms.of(*self.lengths) != self._norms:
            return False
        if not all(entries.has_champions for entries in self._entries.values()):
            return False
        before: list[str] = unpack_json(self._rows.known(Kind.PART, ACCENTED))
        accented = set(before)
        for term, entries in sorted(self._entries.items()):
            if entries.count:
                self._rows.put(Kind.TERM, text_key(term), pack_entries(entries))
            else:
                self._rows.put(Kind.TERM, text_key(term))
            if not term.isascii():
                (accented.add if entries.count else accented.discard)(term)
        if sorted(accented) != before:
            self._rows.put(Kind.PART, ACCENTED, pack_json(sorted(accented)))
        return True
