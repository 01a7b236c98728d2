"""The file to which attempts are written as they are made, and from which an eval goes on.

The first line says what the eval is made of; each following line is an attempt; the last one of a
finished eval says so. A process that is killed leaves at most one line that is cut; it is removed.

Above: `running`. Below: `attempt`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import skillagent
from skillagent.digest import canonical_json, sha256
from skillagent.errors import UsageError
from skillagent.evals.attempt import Attempt, Task
from skillagent.evals.suite import Suite
from skillagent.files.append import append_line
from skillagent.files.atomic import write_atomic
from skillagent.files.regular import read_regular
from skillagent.recording import strict_json

RESULTS, PREVIOUS = "results.jsonl", "results.previous.jsonl"
"""The attempts; and those of the eval before, which another one in the same folder replaced."""
FORMAT = "skillagent-eval-results-1"
_DONE = {"finished": True}


def suite_digest(suite: Suite) -> str:
    """SHA-256 of what a suite asks: its cases with their checks, by ids of nodes."""
    cases = [
        [
            case.id,
            case.question,
            case.gold,
            case.distractors,
            case.tags,
            list(map(str, case.checks)),
        ]
        for case in suite.cases
    ]
    return sha256(canonical_json(cases))


def code_digest() -> str:
    """SHA-256 of this package's own code: with other code, results are others."""
    digest = hashlib.sha256()
    folder = Path(skillagent.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"sha256:{digest.hexdigest()}"


class ResultsFile:
    """The attempts of one eval.

    Args:
        folder: folder of the eval.
        made_of: what results depend on; those of another making are not gone on with.
    """

    def __init__(self, folder: Path, made_of: Mapping[str, Any]) -> None:
        self.path = folder / RESULTS
        self._made_of = {"format": FORMAT, **made_of}

    def begin(self) -> tuple[dict[Task, Attempt], tuple[str, ...]]:
        """Open the file.

        Returns:
            The attempts that an unfinished eval of the same making left, without failed ones; and
            the names of the records that an eval left which is not gone on with.

        Raises:
            UsageError: the file cannot be read or written, or is none of ours.
        """
        try:
            data = read_regular(self.path)
        except FileNotFoundError:
            data = b""
        except OSError as error:
            raise UsageError(f"{self.path}: it cannot be read: {error.strerror}") from None
        lines = data.split(b"\n")[:-1]  # what follows the last line feed was cut
        header = self._values(lines[0]) if lines else None
        if data and (header is None or header.get("format") != FORMAT):
            raise UsageError(f"{self.path}: these are no results of an eval; choose another folder")
        attempts: dict[Task, Attempt] = {}
        finished = False
        for line in lines[1:]:
            values = self._values(line)
            if values == _DONE:
                finished = True
            elif (attempt := _attempt(values)) is not None:
                attempts[attempt.task] = attempt
        if header == self._made_of and not finished:
            self._keep(b"".join(line + b"\n" for line in lines))
            whole = {task: attempt for task, attempt in attempts.items() if not attempt.error}
            return whole, ()
        if attempts:
            self._keep(data, PREVIOUS)  # answers of a model cost money
        self._keep(strict_json.line(self._made_of))
        return {}, tuple(attempt.record for attempt in attempts.values() if attempt.record)

    def append(self, attempt: Attempt) -> None:
        """Write an attempt."""
        self._append(attempt.to_json())

    def finish(self) -> None:
        """Write that every task was run, so that the next eval begins anew."""
        self._append(_DONE)

    def _append(self, values: Mapping[str, Any]) -> None:
        try:
            append_line(self.path, strict_json.line(values), sync=False)
        except OSError as error:
            raise self._unwritable(error) from None

    def _keep(self, data: bytes, name: str = RESULTS) -> None:
        try:
            os.makedirs(self.path.parent, exist_ok=True)
            write_atomic(self.path.with_name(name), data)
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> UsageError:
        return UsageError(f"{self.path}: it cannot be written: {error.strerror or error}")

    @staticmethod
    def _values(line: bytes) -> dict[str, Any] | None:
        try:
            values = strict_json.parsed(line)
        except (ValueError, RecursionError):
            return None
        return values if isinstance(values, dict) else None


def _attempt(values: dict[str, Any] | None) -> Attempt | None:
    if values is None:
        return None
    try:
        return Attempt.from_json(values)
    except (ValueError, KeyError, TypeError):
        return None  # it is run again
