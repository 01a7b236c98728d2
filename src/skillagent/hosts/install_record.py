"""How to take an entry back exactly: remembered outside the host's file.

A host would refuse a mark of ours in its file, and the file alone does not tell whether an
empty table, or the file itself, was there before. So each install leaves a record in the
state folder: a digest of the text it wrote, and the one span in which the former text
differed. If the text still has that digest, the former one is restored byte for byte. If it
has not, or the record is lost, the entry alone is taken out. Entries may go in another order
than they came, so the record also leads from the newest text to the one before all of them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from skillagent import digest
from skillagent.errors import UsageError
from skillagent.files.atomic import write_atomic
from skillagent.files.regular import read_regular
from skillagent.hosts.lock import locked

FILE = "installs.json"
LIMIT = 64_000_000
"""Bytes that the file of records may have."""


@dataclass(frozen=True, slots=True)
class Span:
    """The former text, told from the one that was written."""

    written: str
    """Digest of the text that was written."""
    start: int
    """Characters that both have at the beginning."""
    length: int
    """Characters of the written text that the former one had not."""
    removed: str
    """What the former text had in their place."""

    def undone(self, text: str) -> str | None:
        """The former text; None where the text is not the one that was written."""
        if digest.sha256(text) != self.written:
            return None
        return text[: self.start] + self.removed + text[self.start + self.length :]


@dataclass(frozen=True, slots=True)
class Record:
    """What install did to one file."""

    spans: dict[str, Span | None]
    """By the name of the entry: the text before it; None where that is not known any more."""
    base: Span | None = None
    """The text before the first of the entries; None where it is not known any more."""
    created: bool = False
    """Whether the file was not there."""
    containers: int = 0
    """How many tables around the entry were not there."""
    folders: tuple[str, ...] = ()
    """Folders that were not there, the innermost first."""

    def with_span(self, name: str, before: str, after: str, *, there: bool) -> Record:
        """The record after an entry was written.

        A second install over the first one keeps the way back to the text before both.

        Args:
            name: of the entry.
            before: the text that held it, or did not.
            after: the text that holds it now.
            there: whether `before` held an entry of that name.
        """
        # What was before an entry that no record tells of is not known.
        unknown = there and name not in self.spans
        former = self.before(name, before) if there else before
        first = self.first(before) if self.spans else before
        return replace(
            self,
            spans={**self.spans, name: _span(former, after)},
            base=None if unknown else _span(first, after),
        )

    def without_span(self, name: str, before: str, after: str) -> Record:
        """The record after an entry was taken out, while others stay."""
        spans = {key: span for key, span in self.spans.items() if key != name}
        # The first text may hold an entry that no span tells of, and must not bring it back.
        first = self.first(before) if name in self.spans else None
        return replace(self, spans=spans, base=_span(first, after))

    def before(self, name: str, text: str) -> str | None:
        """The text before an entry; None where `text` is not the one that was written with it."""
        known = self.spans.get(name)
        return known.undone(text) if known else None

    def first(self, text: str) -> str | None:
        """The text before the first entry; None where `text` is not the one written last."""
        return self.base.undone(text) if self.base else None


def span(former: str, written: str) -> Span:
    """The shortest span that turns one text into the other."""
    start = _shared(former, written)
    end = _shared(former[start:][::-1], written[start:][::-1])
    removed = former[start : len(former) - end]
    return Span(digest.sha256(written), start, len(written) - end - start, removed)


def _span(former: str | None, written: str) -> Span | None:
    return None if former is None else span(former, written)


def _shared(one: str, other: str) -> int:
    """Characters that two texts have in common at the beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def recall(state: Path, file: Path) -> Record | None:
    """What is remembered of a file; None where nothing is, or it cannot be read."""
    found = _load(state).get(str(file))
    if not isinstance(found, dict):
        return None
    try:
        spans = {name: Span(**one) if one else None for name, one in found["spans"].items()}
        # Records of older versions have no base.
        base = found.get("base")
        return Record(
            spans,
            Span(**base) if base else None,
            bool(found["created"]),
            int(found["containers"]),
            tuple(str(folder) for folder in found["folders"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def remember(state: Path, file: Path, record: Record | None) -> str:
    """Keep a record, or forget the file if there is none.

    A state folder that cannot be written costs exactness, not the install.

    Returns:
        Empty; or why nothing could be kept, in one line.
    """
    place = state / FILE
    try:
        with locked(state, place) as unlocked:
            if unlocked:
                return unlocked
            records = _load(state)
            records.pop(str(file), None)
            if record is not None:
                records[str(file)] = asdict(record)
            text = json.dumps(records, indent=1, sort_keys=True) + "\n"
            write_atomic(place, text.encode())
    except OSError as error:
        return f"{place}: cannot be written: {error.strerror}"
    except UsageError as error:
        return str(error)
    return ""


def _load(state: Path) -> dict[str, object]:
    try:
        found = json.loads(read_regular(state / FILE, LIMIT))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
