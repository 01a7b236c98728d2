"""The report of `benchmarks.index`: each figure beside its aim, and why an aim is missed."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.report_part import wrapped

LARGEST = 100_000
"""Number of notes for which most aims are stated."""
LINEAR, FLAT = 1.1, 0.2
"""Largest exponent of what should be linear, and of what should be flat or logarithmic: a logarithm
grows from 1,000 to 100,000 as fast as the power 0.11, and short times are noisy."""
FIRST_RATIO = 1.5
"""How much longer a start may take on the largest graph than on the smallest."""
SMALL = 0.06
"""Seconds that listing the small graph may take over a bare interpreter."""


@dataclass(frozen=True)
class Figures:
    """What was measured of one graph; times are seconds of processor time."""

    cold: float
    """The whole process that builds the index from nothing."""
    cold_mb: float
    cold_wall: float
    """The same in seconds of the clock."""
    index_mb: float
    updated: float
    """The whole process that takes over one changed text."""
    rebuilt: float
    """The whole process that builds the index again after a file was added."""
    changed: float
    """The whole process that reads the changed file, with its new text."""
    scan: float
    """Looking at all files, in a process."""
    bare: float
    """An interpreter that does nothing."""
    first: float
    """The first `list_index` of a new process, over a bare interpreter."""
    ranked: float
    """The first ranked answer of a new process, over a bare interpreter."""
    serving_mb: float
    operations: Mapping[str, Sequence[float]]
    """Operation → seconds of each call."""


@dataclass(frozen=True)
class Run:
    """How the figures were measured."""

    notes: str
    date: str
    machine: str
    python: str
    sqlite: str
    load: float
    builds: int
    few: int
    few_from: int
    starts: int
    calls: int
    has_small: bool


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    command: str
    """How it is measured."""
    of: Callable[[Figures], float]
    """Reads the value that has an aim, in the unit of the row."""
    aim: str
    limits: Mapping[int, float]
    """Number of notes → largest value that the aim allows."""
    cause: str
    """Why it is missed, if it is."""
    form: str = ",.0f"

    def is_missed(self, figures: Mapping[int, Figures]) -> bool:
        """Whether one of the graphs exceeds its limit."""
        return any(
            count in figures and self.of(figures[count]) > limit
            for count, limit in self.limits.items()
        )


def at_any_size(limit: float) -> dict[int, float]:
    """Limits that also hold for smaller graphs than the aim names."""
    return {1_000: limit, 10_000: limit, LARGEST: limit}


def p99(seconds: Sequence[float]) -> float:
    """The time that 99 of 100 calls do not exceed."""
    return sorted(seconds)[int(len(seconds) * 0.99)]


WHOLE = (
    "Everything is done in Python: parsing, resolving links, analysing texts, postings, and"
    " counting the tokens of each node. From 2,000 files on, other processes analyse the texts, the"
    " words around links and the tokens; resolving, postings and writing stay in one process. Links"
    " are parsed in both, so the processor time is higher and the time of the clock lower than of"
    " one process."
)
PEAK = (
    "The exact tokenizer takes about 70 MB at any size once it has counted some texts. The rest is"
    " the graph and the lists of all terms, which are in memory until they are written, and grow"
    " with the number of notes."
)
REBUILD = (
    "A changed text is taken over by its own rows and those of what it links to. What remains is"
    " importing the parser and the analyser, comparing the states of all files with the stored"
    " ones, and answering. A file that was added or removed, or that has another name, still makes"
    " the index be built again: the row above."
)
START = (
    "Most of a short start is importing (on the small graph four fifths by a profiler): dataclasses"
    " and regular expressions are made while modules load. And each start looks at the size and the"
    " times of every file, which grows with the graph; the table has that alone."
)
ROWS = (
    Row(
        "cold index, CPU s",
        "`skillagent index GRAPH`, no cache",
        lambda figures: figures.cold,
        "1.5 at 10,000; 10 at 100,000",
        {10_000: 1.5, LARGEST: 10.0},
        WHOLE,
        ",.1f",
    ),
    Row(
        "the same, seconds of the clock",
        "the same processes",
        lambda figures: figures.cold_wall,
        "",
        {},
        "",
        ",.1f",
    ),
    Row(
        "the same, peak MB",
        "the same process",
        lambda figures: figures.cold_mb,
        "150 at 100,000",
        at_any_size(150),
        PEAK,
    ),
    Row(
        "looking at all files, CPU ms",
        "`python -m benchmarks.index_tasks scan GRAPH`",
        lambda figures: figures.scan * 1e3,
        "",
        {},
        "",
        ",.1f",
    ),
    Row(
        "index after one changed text, CPU s",
        "`skillagent index GRAPH`, one text changed",
        lambda figures: figures.updated,
        "",
        {},
        "",
        ",.2f",
    ),
    Row(
        "index after one added file, CPU s",
        "`skillagent index GRAPH`, one file added",
        lambda figures: figures.rebuilt,
        "",
        {},
        "",
        ",.1f",
    ),
    Row(
        "one file changed → its new text served, after the scan, CPU ms",
        "`skillagent read GRAPH NODE`, over a bare interpreter and the scan",
        lambda figures: (figures.changed - figures.bare - figures.scan) * 1e3,
        "100 at 100,000",
        at_any_size(100),
        REBUILD,
    ),
    Row(
        "new process → first `list_index`, over a bare interpreter, CPU ms",
        "`skillagent list GRAPH` and `python -c pass`",
        lambda figures: figures.first * 1e3,
        "40 at any size",
        at_any_size(40),
        START,
    ),
    Row(
        "new process → first ranked answer, over a bare interpreter, CPU ms",
        "`skillagent list GRAPH --query WORDS`",
        lambda figures: figures.ranked * 1e3,
        "60 at 100,000",
        at_any_size(60),
        START,
    ),
    Row(
        "memory of a process that opens the index and answers 100 calls, MB",
        "`python -m benchmarks.index_tasks serve GRAPH`",
        lambda figures: figures.serving_mb,
        "60 at 100,000",
        at_any_size(60),
        "The interpreter, the modules and the tables of the token counter do not grow with the"
        " graph; lists of terms and heads of nodes that were read are kept, up to a fixed number,"
        " and these are longer in a larger graph.",
    ),
)


CALLS = (
    "Most of a call is reading rows of nodes that no call before has read, and counting the tokens"
    " of the lines of an answer; of `read_node`, parsing the text. The slowest of a hundred calls"
    " are those in which Python collects garbage, which takes up to 6 ms, and those about a map"
    " with a hundred links."
)
HEAD = """\
`python -m benchmarks.index --notes {notes}{small} --report docs/index-benchmark.md` on {date};
{machine}; CPython {python}, SQLite {sqlite}. Load in the minute before, or after: {load:.1f}. Other
work shared the cores, so all times are processor time of whole processes, and ratios tell more than
seconds."""
EXPLANATION = """\
The notes are those of `benchmarks.generated_notes`, 2 KB each with eight links. Each measurement
runs in processes of its own, with the bytecode of the modules on disk; medians of {builds} builds
({few} from {few_from:,} notes on), of {starts} starts and of {calls} calls of each operation. Each
call is the first of a session, with a budget. Calls name one of 550 notes or questions, or one of
the maps in turn (10 for 1,000 notes); `list_index()` is the same call each time. The index is in an
empty cache folder. An aim for 100,000 notes is also asked of the smaller graphs. `benchmarks.peers`
measures the peers."""


def document(about: Run, figures: Mapping[int, Figures], small: float | None) -> str:
    """The report.

    Args:
        about: how the figures were measured.
        figures: number of notes → its figures.
        small: seconds of `skillagent list` on the small graph over a bare interpreter, if measured.
    """
    return "\n".join(
        [
            "## What the index costs",
            "",
            wrapped(HEAD.format(**vars(about), small=" --small GRAPH" if about.has_small else "")),
            "",
            wrapped(EXPLANATION.format(**vars(about))),
            "",
            *_without(figures),
            *_table(figures, small),
            *_operations(figures),
            *_growth(figures),
            *_misses(figures, small),
        ]
    )


def _without(figures: Mapping[int, Figures]) -> Iterator[str]:
    if LARGEST not in figures:
        yield wrapped(
            f"{LARGEST:,} notes were left out of this run, because building their index several"
            " times takes too long on a machine that is shared; where an aim is stated for them,"
            " the largest size that was measured is judged."
        )
        yield ""


def _table(figures: Mapping[int, Figures], small: float | None) -> Iterator[str]:
    sizes = " | ".join(f"{count:,}" for count in figures)
    yield f"| what | {sizes} | aim | holds | measured by |"
    yield f"|---|{'--:|' * len(figures)}---|---|---|"
    for row in ROWS:
        cells = [format(row.of(own), row.form) for own in figures.values()]
        is_judged = not figures.keys().isdisjoint(row.limits)
        holds = _holds(figures, row.is_missed(figures)) if is_judged else "–"
        yield f"| {' | '.join([row.name, *cells, row.aim or '–', holds, row.command])} |"
    if len(figures) > 1:
        smallest, largest = min(figures), max(figures)
        ratio = figures[largest].first / figures[smallest].first
        cells = ["1.00", *([""] * (len(figures) - 2)), f"{ratio:.2f}"]
        name = f"the first `list_index`, relative to {smallest:,} notes"
        holds = _holds(figures, ratio > FIRST_RATIO)
        yield f"| {' | '.join([name, *cells, '1.5 at 100,000', holds, 'the rows above'])} |"
    if small is not None:
        cells = [f"{small * 1e3:,.0f}", *([""] * (len(figures) - 1))]
        name = "`skillagent list` on the small graph, over a bare interpreter, CPU ms"
        holds = "**no**" if small > SMALL else "yes"
        yield f"| {' | '.join([name, *cells, '60', holds, '`skillagent list GRAPH`'])} |"
    yield ""
    bare = statistics.median([own.bare for own in figures.values()])
    disk = ", ".join(
        f"{own.index_mb:,.1f} MB for {count:,} notes" for count, own in figures.items()
    )
    yield wrapped(
        f"A bare interpreter takes {bare * 1e3:.0f} ms. The file of the index has {disk}."
    )
    yield ""


def _holds(figures: Mapping[int, Figures], is_missed: bool) -> str:
    if is_missed:
        return "**no**"
    return "yes" if LARGEST in figures else f"yes, up to {max(figures):,}"


def _limit(operation: str) -> float:
    """Most milliseconds of 99 of 100 calls of an operation."""
    return 5.0 if "query" in operation else 1.0


def _operations(figures: Mapping[int, Figures]) -> Iterator[str]:
    yield wrapped(
        "Each operation in a process that has answered before, p50 / p99 in ms of processor time"
        " (`python -m benchmarks.index_tasks operations GRAPH`):"
    )
    yield ""
    yield f"| operation | {' | '.join(f'{count:,}' for count in figures)} | aim, p99 | holds |"
    yield f"|---|{'--:|' * len(figures)}--:|---|"
    for operation in _names(figures):
        times = [own.operations[operation] for own in figures.values()]
        cells = [f"{statistics.median(own) * 1e3:.2f} / {p99(own) * 1e3:.2f}" for own in times]
        holds = _holds(figures, _is_slow(figures, operation))
        yield f"| {' | '.join([operation, *cells, f'{_limit(operation):.0f}', holds])} |"
    yield ""


def _names(figures: Mapping[int, Figures]) -> list[str]:
    return list(next(iter(figures.values())).operations)


def _is_slow(figures: Mapping[int, Figures], operation: str) -> bool:
    limit = _limit(operation) / 1e3
    return any(p99(own.operations[operation]) > limit for own in figures.values())


def _growth(figures: Mapping[int, Figures]) -> Iterator[str]:
    if len(figures) < 2:
        return
    yield wrapped(
        "Fitted exponents of growth with the number of notes (1 is linear, 0 is flat; of"
        " operations, that of the median call). A start contains the look at all files, which is"
        " linear: the larger the graph, the larger is its exponent. Building has a part that is"
        " constant, so that its exponent is below 1."
    )
    yield ""
    yield "| what | exponent | aim | holds |"
    yield "|---|--:|---|---|"
    rows: list[tuple[str, Callable[[Figures], float], float]] = [
        ("cold index", lambda own: own.cold, LINEAR),
        ("peak memory of building", lambda own: own.cold_mb, LINEAR),
        ("looking at all files", lambda own: own.scan, LINEAR),
        ("new process → first `list_index`", lambda own: own.first, FLAT),
        ("new process → first ranked answer", lambda own: own.ranked, FLAT),
        ("memory of a serving process", lambda own: own.serving_mb, FLAT),
    ]
    for name, of, limit in rows:
        yield _exponent_line(name, figures, of, limit)
    for operation in _names(figures):

        def median(own: Figures, operation: str = operation) -> float:
            return statistics.median(own.operations[operation])

        yield _exponent_line(operation, figures, median, FLAT)
    yield ""


def _exponent_line(
    name: str, figures: Mapping[int, Figures], of: Callable[[Figures], float], limit: float
) -> str:
    exponent = _exponent(figures, of)
    aim = f"linear (≤ {limit})" if limit == LINEAR else f"flat or logarithmic (≤ {limit})"
    return f"| {name} | {exponent:.2f} | {aim} | {_holds(figures, exponent > limit)} |"


def _exponent(figures: Mapping[int, Figures], of: Callable[[Figures], float]) -> float:
    """The slope of the line that fits the logarithms best."""
    sizes = [math.log(count) for count in figures]
    return statistics.linear_regression(sizes, [math.log(of(own)) for own in figures.values()])[0]


def _misses(figures: Mapping[int, Figures], small: float | None) -> Iterator[str]:
    missed = [(row.name, row.cause) for row in ROWS if row.is_missed(figures)]
    if small is not None and small > SMALL:
        missed.append(("`skillagent list` on the small graph", START))
    slow = [operation for operation in _names(figures) if _is_slow(figures, operation)]
    if slow:
        missed.append((", ".join(slow), CALLS))
    if not missed:
        return
    yield "What is missed, and why:"
    yield ""
    causes: dict[str, list[str]] = {}
    for name, cause in missed:
        causes.setdefault(cause, []).append(name)
    for cause, names in causes.items():
        yield wrapped(f"- **{'; '.join(names)}**: {cause}", "  ")
    yield ""
