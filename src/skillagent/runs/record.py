"""Reads run records, also those of processes that were killed.

Above: replays, reports and exports. Below: `manifest`, `trace`, `model_exchange`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from skillagent.errors import UsageError
from skillagent.files.regular import read_regular
from skillagent.recording import strict_json
from skillagent.runs.manifest import FILE, Manifest, read_manifest
from skillagent.runs.model_exchange import ModelExchange, model_cassette
from skillagent.runs.recorder import CASSETTE, RESUMED, TRACE
from skillagent.runs.run_events import typed_event
from skillagent.runs.trace import TraceEvent, run_digest

_LAST = ("end", "undo")
"""Kinds of the events that decide what the last answer is."""
_NAME = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}(-\d+)?")
"""Name of a record's folder, as the recorder makes it."""
LIMIT = 1_000_000_000
"""Maximum size of a trace, in bytes."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A record as it is on disk."""

    folder: Path
    manifest: Manifest
    events: tuple[TraceEvent, ...]
    damage: tuple[str, ...]
    """What is wrong with its files, one line each; the events are those before the damage."""
    is_cut_off: bool = False
    """Whether the damage is only a half-written last line, as a power cut leaves it, behind all
    that the manifest counts."""

    @classmethod
    def read(cls, folder: str | os.PathLike[str]) -> RunRecord:
        """Read a record.

        Args:
            folder: folder of the record.

        Raises:
            UsageError: it has no manifest, or its trace cannot be read.
        """
        folder = Path(folder)
        manifest = read_manifest(folder)
        try:
            lines = read_regular(folder / TRACE, LIMIT).split(b"\n")
        except OSError as error:
            raise UsageError(f"{folder / TRACE}: cannot be read: {error.strerror}") from None
        events: list[TraceEvent] = []
        damage: list[str] = []
        is_cut_off = False
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                event = TraceEvent.from_json(strict_json.parsed(line), number)
            except (ValueError, AttributeError, TypeError, RecursionError):
                is_last = number == len(lines)
                is_cut_off = is_last and len(events) >= manifest.events
                what = "the last line is incomplete" if is_last else "the line is no event"
                damage.append(f"{TRACE}:{number}: {what}")
                break
            try:
                typed_event(event)
            except ValueError as error:
                damage.append(f"{TRACE}:{number}: {error}")
                break
            events.append(event)
        return cls(folder, manifest, tuple(events), tuple(damage), is_cut_off)

    @property
    def run_digest(self) -> str:
        """The digest of the events."""
        return run_digest(self.events)

    @property
    def inputs_id(self) -> str:
        """The digest of the inputs, as the manifest has it."""
        return self.manifest.inputs_id

    @property
    def is_complete(self) -> bool:
        """Whether every question was answered and the manifest was written after it."""
        manifest = self.manifest
        return (
            manifest.status == "complete"
            and not self.damage
            and len(self.events) == manifest.events
        )

    @property
    def where_it_ended(self) -> str:
        """For a record that is not complete: its last event, in words."""
        if self.is_complete:
            return ""
        last = self.events[-1] if self.events else None
        if last is None:
            return "before the first event"
        names = {"request": "waiting for the model", "call": "in a tool call"}
        what = names.get(last.kind, f"after {last.kind!r}")
        where = f"{what}, event {len(self.events)} ({TRACE}:{last.line})"
        return f"{where}, in the middle of a line" if self.is_cut_off else where

    @property
    def answer(self) -> str:
        """The text of the last answer; empty if there is none, or if it was taken back."""
        last = next((event for event in reversed(self.events) if event.kind in _LAST), None)
        return str(last.fields.get("text", "")) if last else ""

    @property
    def questions(self) -> tuple[str, ...]:
        """All questions, in order, with those that were taken back."""
        asked = (event for event in self.events if event.kind == "question")
        return tuple(str(event.fields.get("text", "")) for event in asked)

    def exchanges(self) -> tuple[tuple[int, ModelExchange], ...]:
        """The exchanges of the cassette, each with its line number.

        Raises:
            UsageError: the cassette cannot be read, or has a broken line. The last line of an
                incomplete record may be half-written; it is left out.
        """
        return model_cassette(self.folder / CASSETTE).read(unfinished=not self.is_complete)

    @property
    def continues(self) -> bool:
        """Whether the session had begun before this record.

        An event says so, but not if all was taken back before the session went on.
        """
        return bool(self.resumed()) or any(event.kind == "resumed" for event in self.events[:1])

    def resumed(self) -> bytes:
        """The saved conversation that the run continued; empty if there was none."""
        try:
            return read_regular(self.folder / RESUMED)
        except OSError:
            return b""


def without_manifest(folder: Path) -> tuple[Path, ...]:
    """The records in a folder whose process ended before it wrote a manifest, sorted."""
    paths = folder.iterdir() if folder.is_dir() else ()
    begun = (path for path in paths if _NAME.fullmatch(path.name) and path.is_dir())
    return tuple(sorted(path for path in begun if not (path / FILE).exists()))


def records_in(paths: tuple[Path, ...]) -> Iterator[Path]:
    """The folders of records among paths, each of which is a record or a folder of records.

    Args:
        paths: folders.

    Raises:
        UsageError: a path is neither.
    """
    for path in paths:
        if (path / FILE).is_file():
            yield path
            continue
        try:
            inner = sorted(folder for folder in path.iterdir() if (folder / FILE).is_file())
        except OSError as error:
            raise UsageError(f"{path}: no run record: {error.strerror}") from None
        if not inner and not without_manifest(path):
            raise UsageError(f"{path}: no run record, and no folder of records")
        yield from inner
