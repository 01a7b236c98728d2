"""Compares the engines that can find the candidates of a search, on the same generated notes.

    python -m benchmarks.engines
    python -m benchmarks.engines --notes 10000,50000 --report docs/index-benchmark.md

The engines are our postings in memory, as `SearchIndex` builds them (`engine_memory`); and on
files (`engine_files`), the same postings in SQLite, SQLite's FTS5 without the text, with each of
its three values of `detail`, and Tantivy, which is installed into an environment of its own. All
get the terms that our analyzer makes. All times are processor time, and each engine runs in
processes of its own. The report is written between two comments; what is around them is kept.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from benchmarks.child_process import Usage, run
from benchmarks.engine_files import CANDIDATES, keeps_frequencies
from benchmarks.engine_memory import CHINESE_NOTE, QUESTIONS
from benchmarks.generated_notes import write_notes
from benchmarks.peer_install import Installation, install
from benchmarks.peer_programs import Program
from benchmarks.peers import machine
from benchmarks.report_part import wrapped, write_part

ROUNDS, STARTS = 3, 5
"""Number of builds and of starts of each engine; medians are printed."""
TIMEOUT = 1_800.0
KINDS = ("rare", "common", "mixed")
BEST = 10
"""Number of our best hits that should be among an engine's candidates."""
REPOSITORY = Path(__file__).parents[1]
NAMES = {
    "memory": "our postings, in memory",
    "postings": "our postings, in SQLite",
    "fts5-none": "FTS5, detail=none",
    "fts5-column": "FTS5, detail=column",
    "fts5-full": "FTS5, detail=full",
    "tantivy": "Tantivy",
}


@dataclass
class Figures:
    """What was measured of one engine; times are seconds of processor time."""

    build: float
    """Without analysing the texts, which is the same for all."""
    disk_mb: float
    first: float
    """Opening it in a new process and the first answer, without imports."""
    process: float | None
    """That whole process, with its start and the imports."""
    build_mb: float
    """Most memory of the process that builds it."""
    answer_mb: float
    """Most memory of a process that opens it and answers all questions."""
    answers: dict[str, dict[str, list[Any]]]
    """See `engine_files.ask`."""
    finds_typo: bool


def measure(count: int, tantivy: Installation) -> tuple[dict[str, Figures], dict[str, float]]:
    """Measure all engines on a graph of this many notes; and the figures of `engine_memory`."""
    with tempfile.TemporaryDirectory() as scratch:
        graph, folder = Path(scratch) / "graph", Path(scratch) / "index"
        folder.mkdir()
        write_notes(graph, count)
        (graph / "chinese.md").write_text(CHINESE_NOTE, encoding="utf-8")
        say(f"loading and indexing {count:,} notes in memory")
        command = [sys.executable, "-m", "benchmarks.engine_memory", str(graph), str(folder)]
        facts = json.loads(run(command, _environment(), TIMEOUT).output)
        figures = {"memory": _of_memory(facts)}
        for engine in list(NAMES)[1:]:
            say(f"measuring {NAMES[engine]} on {count:,} notes")
            python = str(tantivy.programs / "python") if engine == "tantivy" else sys.executable
            figures[engine] = _of_file(engine, folder, python, facts)
        return figures, facts


def _of_memory(facts: dict[str, Any]) -> Figures:
    peak, typo = facts["peak_mb"], facts["typo_is_found"]
    return Figures(facts["build"], 0, facts["first"], None, peak, peak, facts["answers"], typo)


def _of_file(engine: str, folder: Path, python: str, facts: dict[str, Any]) -> Figures:
    before = set(folder.iterdir())
    build, build_mb = facts["build"] + facts["write"], facts["peak_mb"]
    if engine != "postings":
        builds = []
        for _ in range(ROUNDS):
            for path in set(folder.iterdir()) - before:
                _remove(path)
            builds.append(_call(python, "build", engine, folder))
        build = statistics.median([json.loads(usage.output)["build"] for usage in builds])
        build_mb = statistics.median([usage.peak_mb for usage in builds])
    files = [folder / "postings.db"] if engine == "postings" else set(folder.iterdir()) - before
    starts = [_call(python, "first", engine, folder) for _ in range(STARTS)]
    asked = _call(python, "ask", engine, folder)
    answers = json.loads(asked.output)
    (typo_hits,) = answers["typo"]["hits"]
    return Figures(
        build,
        sum(map(_size, files)) / 1e6,
        statistics.median([json.loads(usage.output)["first"] for usage in starts]),
        statistics.median([usage.cpu for usage in starts]),
        build_mb,
        asked.peak_mb,
        answers,
        facts["typo_note"] in [document for document, _ in typo_hits],
    )


def _call(python: str, task: str, engine: str, folder: Path) -> Usage:
    command = [python, "-m", "benchmarks.engine_files", task, engine, str(folder)]
    return run(command, _environment(), TIMEOUT)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY)}


def _remove(path: Path) -> None:
    if path.is_dir():
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
    else:
        path.unlink()


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)


def section(count: int, figures: dict[str, Figures], facts: dict[str, float]) -> Iterator[str]:
    """The part of the report about one number of notes."""
    yield f"### {count:,} notes"
    yield ""
    yield wrapped(
        f"Loading the graph takes {facts['load']:.1f} s and its `SearchIndex`"
        f" {facts['index']:.1f} s, of which {facts['build']:.1f} s are the postings and the rest"
        " analyses texts. Every engine needs the analysis."
    )
    yield ""
    yield (
        "| engine | build, s | on disk, MB | open + first answer, ms | that process, ms "
        "| rare, p50 / p99 ms | common | mixed | MB, build | MB, answers |"
    )
    yield "|---" + "|--:" * 9 + "|"
    for engine, row in figures.items():
        process = "–" if row.process is None else f"{row.process * 1e3:.0f}"
        cells = [
            NAMES[engine],
            f"{row.build:.2f}",
            f"{row.disk_mb:.1f}",
            f"{row.first * 1e3:,.1f}",
            process,
            *(_quantiles(row.answers[kind]["seconds"]) for kind in KINDS),
            f"{row.build_mb:,.0f}",
            f"{row.answer_mb:,.0f}",
        ]
        yield f"| {' | '.join(cells)} |"
    yield ""
    yield (
        f"| engine | hits of a common question | our first {BEST} among its {CANDIDATES} "
        "| same order and scores as `SearchIndex` | term frequencies | Chinese "
        "| a misspelled name |"
    )
    yield "|---" + "|--:" * 3 + "|---" * 3 + "|"
    ours = figures["memory"].answers
    for engine, row in figures.items():
        same = sum(
            hits == own
            for kind in KINDS
            for hits, own in zip(row.answers[kind]["hits"], ours[kind]["hits"], strict=True)
        )
        if engine == "memory":
            same = int(facts["alike"])
        (chinese,) = row.answers["chinese"]["hits"]
        cells = [
            NAMES[engine],
            f"{statistics.median(row.answers['common']['counts']):,.0f}",
            _recall(engine, row, ours),
            f"{same} of {len(KINDS) * QUESTIONS}",
            _frequencies(engine),
            "yes" if facts["chinese_note"] in [document for document, _ in chinese] else "no",
            "yes" if row.finds_typo else "no",
        ]
        yield f"| {' | '.join(cells)} |"
    yield ""


def _quantiles(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    return f"{statistics.median(ordered) * 1e3:.2f} / {ordered[int(len(ordered) * 0.99)] * 1e3:.2f}"


def _recall(engine: str, row: Figures, ours: dict[str, dict[str, list[Any]]]) -> str:
    if engine in ("fts5-none", "fts5-column"):
        return "does not rank"
    shares = []
    for kind in KINDS:
        for hits, own in zip(row.answers[kind]["hits"], ours[kind]["hits"], strict=True):
            best = {document for document, _ in own[:BEST]}
            shares.append(len(best & {document for document, _ in hits}) / len(best))
    return f"{statistics.mean(shares):.1%}"


def _frequencies(engine: str) -> str:
    if engine == "tantivy":
        return "only as text, one document at a time (`explain`)"
    if engine.startswith("fts5"):
        return "by `fts5vocab`" if keeps_frequencies(engine.partition("-")[2]) else "no"
    return "in the scores"


HEAD = """\
`python -m benchmarks.engines --notes {notes} --report docs/index-benchmark.md` on {date};
{machine}; CPython {python}, SQLite {sqlite}, Tantivy {tantivy}. Load in the minute before:
{load:.1f}; the machine was shared with other work, so all times are processor time, and ratios tell
more than seconds."""

EXPLANATION = f"""\
The notes are those of `benchmarks.generated_notes`, 2 KB each. Each question has three words and
asks for {CANDIDATES} candidates; {QUESTIONS} questions of each kind. A rare word is in at most
0.2 % of the notes (or 20 of them), a common one in at least a fifth; mixed questions have one of
each and one in between. Every engine is asked for the terms that our parser makes of the question.
*Build* is without analysing texts: for our postings, adding to them and computing the scores (in
Python), and for the file, writing it. Medians of {ROUNDS} builds and {STARTS} starts; in memory,
one. In memory, the *first answer* needs the graph and the whole index. The other engines get the
terms of a field as often as it weighs (a title 5 times), so that their BM25 sees our weights. FTS5
with `detail=none` or `column` and without the text computes the same rank for every document, so it
returns all hits, and our scorer would have to rank them."""


def say(text: str) -> None:
    """Tell how far the benchmark has come."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--notes", default="10000,50000", help="numbers of notes (10000,50000)")
    parser.add_argument("--cache", type=Path, help="where Tantivy is installed")
    parser.add_argument("--report", type=Path, help="a file that contains the report")
    parser.add_argument("--machine", default=machine(), help="what the report says of the machine")
    today = datetime.datetime.now(datetime.UTC).date()
    parser.add_argument("--date", default=str(today), help="what the report says of the day")
    arguments = parser.parse_args()
    cache = arguments.cache or Path(platformdirs.user_cache_dir("skillagent-benchmarks")) / "peers"
    cache.mkdir(parents=True, exist_ok=True)
    program = Program("tantivy", cold=(), warm=(), packages=("tantivy",))
    tantivy = install(program, cache, [sys.executable])
    head = HEAD.format(
        notes=arguments.notes,
        date=arguments.date,
        machine=arguments.machine,
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        tantivy=tantivy.version,
        load=os.getloadavg()[0],
    )
    lines = [wrapped(head), "", wrapped(EXPLANATION), ""]
    for count in map(int, arguments.notes.split(",")):
        lines += section(count, *measure(count, tantivy))
    text = "\n".join(lines)
    print(text)
    if arguments.report:
        write_part(arguments.report, text, "benchmarks.engines")


if __name__ == "__main__":
    main()
