"""Measures one program on one graph of generated notes, for `benchmarks.peers`."""

from __future__ import annotations

import filecmp
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

from benchmarks.child_process import NOTHING, ProgramError, StdioServer, Usage, run
from benchmarks.peer_install import Installation
from benchmarks.peer_programs import SKILL_GRAPH, VAULT, Command, Program
from skillagent.tokens import EncodingCounter

ENOUGH = 120.0
"""Seconds of the clock after which no further round begins."""
CALLS = 40
"""Number of calls of a server, after the first one."""
STAGES = ("cold", "warm", "list", "search")


@dataclass
class Measurements:
    """What was measured of one program on one graph."""

    program: Program
    usages: dict[str, list[Usage]] = field(default_factory=dict)
    """One of `STAGES` → what each round used."""
    server_start: Usage | None = None
    """From the start of the server to its first answer."""
    calls: list[tuple[float, float]] = field(default_factory=list)
    """Processor time and time of the clock of each call of the server, in seconds."""
    tokens: dict[str, float] = field(default_factory=dict)
    """`list` or `search` → tokens of the answer; for several answers, the median."""
    named: int = 0
    """Number of calls of the server whose answer names the note that the question is from."""
    changed: int = 0
    """Number of the files of the notes that it changed."""
    fault: str = ""
    """Why figures are missing."""

    def median(self, stage: str, figure: str) -> float | None:
        """The median of all rounds; None if there is none.

        Args:
            stage: one of `STAGES`.
            figure: one of the fields of `Usage`.
        """
        values = [getattr(usage, figure) for usage in self.usages.get(stage, ())]
        return statistics.median(values) if values else None


class _Place:
    """A home folder and a copy of the notes, with the environment in which a program runs."""

    def __init__(self, scratch: Path, program: Program, programs: Path, notes: Path) -> None:
        self.home, self.notes = scratch / "home", scratch / "notes"
        self.home.mkdir()
        shutil.copytree(notes, self.notes)
        self._files = {"{stub}": scratch / "stub.py", "{vault}": scratch / "vault.py"}
        self._files["{stub}"].write_text(SKILL_GRAPH)
        self._files["{vault}"].write_text(VAULT)
        self.environment = {
            "HOME": str(self.home),
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "HF_HUB_OFFLINE": "1",
            **program.environment,
        }

    def fill(self, value: Any, query: str) -> Any:
        """A command or the arguments of a tool, with the names in braces replaced."""
        if isinstance(value, str):
            names = {"{notes}": self.notes, "{home}": self.home, "{query}": query, **self._files}
            for name, replacement in names.items():
                value = value.replace(name, str(replacement))
            return value
        if isinstance(value, Mapping):
            return {key: self.fill(part, query) for key, part in value.items()}
        if isinstance(value, Sequence):
            return [self.fill(part, query) for part in value]
        return value


@dataclass(frozen=True)
class Measurer:
    """Measures programs on one graph.

    Args:
        notes: folder with the notes in the form that the program reads.
        asked: questions, each with the note that it is from; the first one is asked in new
            processes, the others of the server.
        timeout: maximum seconds of one command or answer.
        rounds: number of measurements of each figure.
    """

    notes: Path
    asked: Sequence[tuple[str, str]]
    timeout: float
    rounds: int

    def measure(self, program: Program, installation: Installation) -> Measurements:
        """All figures of one program, as far as it gives them."""
        measurements = Measurements(program)
        started = time.monotonic()
        for number in range(self.rounds):
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
                place = _Place(Path(scratch), program, installation.programs, self.notes)
                try:
                    for stage in STAGES:
                        self._stage(measurements, place, stage)
                    if number == 0:
                        self._server(measurements, place)
                except ProgramError as error:
                    measurements.fault = str(error)
                    return measurements
                measurements.changed = _changed(self.notes, place.notes)
            if time.monotonic() - started > ENOUGH:
                break
        return measurements

    def _stage(self, measurements: Measurements, place: _Place, stage: str) -> None:
        value = getattr(measurements.program, stage)
        if not value:
            return
        program = measurements.program
        commands: Sequence[Command] = (value,) if isinstance(value[0], str) else value
        if program.keeps_nothing and stage != "cold" and commands == program.cold:
            usage = measurements.usages["cold"][-1]
        else:
            usage = self._run(commands, place, stage)
        measurements.usages.setdefault(stage, []).append(usage)
        if stage in ("list", "search"):
            measurements.tokens[stage] = EncodingCounter().count(usage.output)

    def _run(self, commands: Sequence[Command], place: _Place, stage: str) -> Usage:
        query = self.asked[0][0]
        try:
            usages = [
                run(place.fill(command, query), place.environment, self.timeout)
                for command in commands
            ]
        except ProgramError as error:
            raise ProgramError(f"{stage}: {error}") from None
        return reduce(add, usages, NOTHING)

    def _server(self, measurements: Measurements, place: _Place) -> None:
        server = measurements.program.server
        if server is None:
            return
        started = time.perf_counter()
        running = StdioServer(place.fill(server.command, ""), place.environment, self.timeout)
        try:
            tool, arguments = server.search
            running.call(tool, place.fill(arguments, self.asked[0][0]))
            first = running.cpu(), time.perf_counter() - started
            texts = []
            for query, note in self.asked[1:]:
                cpu, wall = running.cpu(), time.perf_counter()
                text = running.call(tool, place.fill(arguments, query))
                wall = time.perf_counter() - wall
                measurements.calls.append((running.cpu() - cpu, wall))
                measurements.named += note in text
                texts.append(text)
            count = EncodingCounter().count
            measurements.tokens["search"] = statistics.median(map(count, texts))
            if server.list:
                tool, arguments = server.list
                measurements.tokens["list"] = count(running.call(tool, arguments))
            measurements.server_start = Usage(*first, running.peak_mb())
        finally:
            running.close()


def _changed(before: Path, after: Path) -> int:
    """The number of files of a folder that differ in a copy of it, or are missing there."""
    names = [str(file.relative_to(before)) for file in before.rglob("*.md")]
    same, *others = filecmp.cmpfiles(before, after, names, shallow=False)
    return sum(map(len, others)) if same else len(names)
