"""Measures the stored index: building it, starting from it, and answering from it.

    python -m benchmarks.index
    python -m benchmarks.index --notes 1000,10000 --small GRAPH --report docs/index-benchmark.md

Each measurement runs in processes of its own, with an empty cache folder at first; all times are
processor time. `index_tasks` holds what is measured inside a process, `index_report` what the
report says. The report is written between two comments; what is around them is kept.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.child_process import Usage, run
from benchmarks.engines import REPOSITORY, say
from benchmarks.generated_notes import questions, write_notes
from benchmarks.index_report import Figures, Run, document
from benchmarks.index_tasks import CALLS
from benchmarks.peers import machine
from benchmarks.report_part import write_part

BUILDS, STARTS = 3, 15
"""Number of builds and of starts; medians are printed."""
FEW_BUILDS, FEW_BUILDS_FROM = 1, 50_000
"""Number of builds for each figure from so many notes on, because they take minutes."""
TIMEOUT = 3_600.0
SETTLED = 2.5
"""Seconds after a change until its time alone tells that a file has not changed since."""
EDITED = "note-000000"


class Measurer:
    """Measures one graph.

    Args:
        graph: the folder of the graph.
        scratch: a folder for the cache and the bytecode of the measured programs.
    """

    def __init__(self, graph: Path, scratch: Path) -> None:
        self._graph = graph
        self._cache = scratch / "cache"
        kept = {name: value for name, value in os.environ.items() if not _is_about_bytecode(name)}
        self._environment = {
            **kept,
            "SKILLAGENT_CACHE": str(self._cache),
            "PYTHONPATH": str(REPOSITORY),
            # Users have the bytecode on disk, whatever this machine does.
            "PYTHONPYCACHEPREFIX": str(scratch / "bytecode"),
        }

    def figures(self, count: int) -> Figures:
        """All figures of a graph of `generated_notes`.

        Args:
            count: number of its notes.
        """
        rounds = FEW_BUILDS if count >= FEW_BUILDS_FROM else BUILDS
        self._program("--version")  # writes the bytecode
        say(f"{count:,} notes: building the index")
        time.sleep(SETTLED)
        cold = [self._cold() for _ in range(rounds)]
        say(f"{count:,} notes: after a change")
        updated = [self._after_change(f"index {number}", "index") for number in range(rounds)]
        rebuilt = [self._after_a_new_file(number) for number in range(rounds)]
        changed = [self._after_change(f"read {number}", "read", EDITED) for number in range(rounds)]
        say(f"{count:,} notes: starting")
        (asked, _), *_ = questions(self._graph, 1)
        starts = self.starts(("list",), ("list", "--query", asked))
        scans = [self._task("scan") for _ in range(STARTS)]
        say(f"{count:,} notes: operations")
        operations: dict[str, list[float]] = json.loads(self._task("operations").output)
        return Figures(
            cold=_cpu(cold),
            cold_mb=statistics.median([usage.peak_mb for usage in cold]),
            index_mb=sum(file.stat().st_size for file in self._cache.rglob("*.sqlite")) / 1e6,
            cold_wall=statistics.median([usage.wall for usage in cold]),
            updated=_cpu(updated),
            rebuilt=_cpu(rebuilt),
            changed=_cpu(changed),
            scan=statistics.median([json.loads(usage.output)["scan"] for usage in scans]),
            bare=starts[0],
            first=starts[1] - starts[0],
            ranked=starts[2] - starts[0],
            serving_mb=statistics.median([self._task("serve").peak_mb for _ in range(BUILDS)]),
            operations=operations,
        )

    def starts(self, *commands: Sequence[str]) -> list[float]:
        """Median processor time of an interpreter that does nothing, and of each command.

        They take turns, so that other work on the machine slows all of them down alike.

        Args:
            commands: each is a command of `skillagent` and its options; the graph is added.
        """
        nothing = [sys.executable, "-c", "pass"]
        times: list[list[float]] = [[] for _ in range(1 + len(commands))]
        for number in range(1 + STARTS):
            usages = [run(nothing, self._environment, TIMEOUT)]
            usages += [self._program(name, str(self._graph), *rest) for name, *rest in commands]
            if number:  # The first round writes bytecode.
                for own, usage in zip(times, usages, strict=True):
                    own.append(usage.cpu)
        return [statistics.median(own) for own in times]

    def _cold(self) -> Usage:
        shutil.rmtree(self._cache, ignore_errors=True)
        return self._program("index", str(self._graph))

    def _after_change(self, text: str, command: str, *arguments: str) -> Usage:
        """A command after one file got another text, which `read` must print."""
        (file,) = self._graph.glob(f"part-*/{EDITED}.md")
        with open(file, "a", encoding="utf-8") as stream:
            stream.write(f"\nChanged before {text}.\n")
        time.sleep(SETTLED)
        usage = self._program(command, str(self._graph), *arguments)
        if command == "read" and f"Changed before {text}." not in usage.output:
            raise RuntimeError(f"{EDITED} was served without its new text")
        return usage

    def _after_a_new_file(self, number: int) -> Usage:
        text = f"# Added {number}\n\nA file that was not there before.\n"
        (self._graph / f"added-{number}.md").write_text(text, encoding="utf-8")
        return self._program("index", str(self._graph))

    def _program(self, *arguments: str) -> Usage:
        program = Path(sys.executable).with_name("skillagent")
        return run([str(program), *arguments], self._environment, TIMEOUT)

    def _task(self, task: str) -> Usage:
        command = [sys.executable, "-m", "benchmarks.index_tasks", task, str(self._graph)]
        return run(command, self._environment, TIMEOUT)


def _is_about_bytecode(variable: str) -> bool:
    return variable in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")


def _cpu(usages: Sequence[Usage]) -> float:
    return statistics.median([usage.cpu for usage in usages])


def measure(count: int) -> Figures:
    """Measure a graph of this many notes."""
    with tempfile.TemporaryDirectory() as scratch:
        graph = Path(scratch) / "graph"
        write_notes(graph, count)
        return Measurer(graph, Path(scratch)).figures(count)


def start_of(graph: Path) -> float:
    """Seconds that `skillagent list` takes over a bare interpreter, when the index is there."""
    with tempfile.TemporaryDirectory() as scratch:
        bare, listed = Measurer(graph, Path(scratch)).starts(("list",))
        return listed - bare


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--notes", default="1000,10000,100000", help="numbers of notes (1000,10000,100000)"
    )
    parser.add_argument("--small", type=Path, help="a graph of about 249 nodes, to list")
    parser.add_argument("--report", type=Path, help="a file that contains the report")
    parser.add_argument("--machine", default=machine(), help="what the report says of the machine")
    today = datetime.datetime.now(datetime.UTC).date()
    parser.add_argument("--date", default=str(today), help="what the report says of the day")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    small = start_of(arguments.small) if arguments.small else None
    figures: Mapping[int, Figures] = {
        count: measure(count) for count in map(int, arguments.notes.split(","))
    }
    about = Run(
        notes=arguments.notes,
        date=arguments.date,
        machine=arguments.machine,
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        load=max(load, os.getloadavg()[0]),
        builds=BUILDS,
        few=FEW_BUILDS,
        few_from=FEW_BUILDS_FROM,
        starts=STARTS,
        calls=CALLS,
        has_small=small is not None,
    )
    text = document(about, figures, small)
    print(text)
    if arguments.report:
        write_part(arguments.report, text, "benchmarks.index")


if __name__ == "__main__":
    main()
