"""How to take an entry back exactly: remembered outside the host's file.

A host would refuse a mark of ours in its file, and the file alone does not tell whether an
empty table, or the file itself, was there before. So each install leaves a record in the
state folder: a digest of the text it wrote, and the one span in which the former text
differed. If the text still has that digest, the former one is restored byte for byte. If it
has not, or the record is lost, the entry alone is taken out.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from skillagent import digest

FILE = "installs.json"


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

    spans: dict[str, Span]
    """By the name of the entry."""
    created: bool = False
    """Whether the file was not there."""
    containers: int = 0
    """How many tables around the entry were not there."""
    folders: tuple[str, ...] = ()
    """Folders that were not there, the innermost first."""

    def with_span(self, name: str, before: str, after: str) -> Record:
        """The record after one more change of an entry.

        A second install over the first one keeps the way back to the text before both.
        """
        known = self.spans.get(name)
        former = known.undone(before) if known else before
        others = {key: span for key, span in self.spans.items() if key != name}
        if former is None:
            return replace(self, spans=others)
        return replace(self, spans={**others, name: span(former, after)})


def span(former: str, written: str) -> Span:
    """The shortest span that turns one text into the other."""
    start = _shared(former, written)
    end = _shared(former[start:][::-1], written[start:][::-1])
    removed = former[start : len(former) - end]
    return Span(digest.sha256(written), start, len(written) - end - start, removed)


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
        spans = {name: Span(**given) for name, given in found["spans"].items()}
        return Record(
            spans,
            bool(found["created"]),
            int(found["containers"]),
            tuple(str(folder) for folder in found["folders"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def remember(state: Path, file: Path, record: Record | None) -> None:
    """Keep a record, or forget the file if there is none.

    A state folder that cannot be written costs exactness, not the install.
    """
    records = _load(state)
    records.pop(str(file), None)
    if record is not None:
        records[str(file)] = asdict(record)
    place = state / FILE
    with contextlib.suppress(OSError):
        state.mkdir(parents=True, exist_ok=True)
        new = place.with_suffix(".new")
        new.write_text(json.dumps(records, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        os.replace(new, place)


def _load(state: Path) -> dict[str, object]:
    try:
        found = json.loads((state / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
