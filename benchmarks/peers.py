"""Measures skillagent and its peers on the same generated notes, each by the same means.

    python -m benchmarks.peers
    python -m benchmarks.peers --notes 1000,10000 --report docs/peers-benchmark.md
    python -m benchmarks.peers --only graphmark,qmd --python python3.12

Each peer is installed into a virtual environment of its own in a cache folder (`peer_install`). It
runs in processes of its own, with an empty home folder and its own copy of the notes
(`peer_measuring`). `peer_programs` holds what each is asked. A program that cannot be installed,
fails or does not end in time is named with the reason.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import shutil
import statistics
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import platformdirs

from benchmarks.child_process import run
from benchmarks.generated_notes import questions, write_notes
from benchmarks.peer_install import Installation, InstallError, install
from benchmarks.peer_measuring import CALLS, Measurements, Measurer
from benchmarks.peer_programs import PROGRAMS, Command, Program

ROUNDS = 3
TIMEOUT = 300.0

RUN = """\
`python -m benchmarks.peers --notes {notes} --report docs/peers-benchmark.md` on {date}; {machine};
CPython {python}; {versions}. Load in the minute before: {load:.1f}; the machine was shared with
other work, so seconds are those of the processor, with those of the clock in brackets, and ratios
tell more than seconds."""

HEAD = """\
# Peers: figures

{run}

Every program got the same generated notes (`benchmarks/generated_notes.py`): 2 KB each with eight
wikilinks and a header, and a map for each hundred. Each ran in processes of its own, with an empty
home folder and its own copy of the notes; what each was asked is at the end. Medians of up to
{rounds} rounds; no further round begins after two minutes.

- *cold*: from nothing to its index, or to its first answer if it keeps none.
- *unchanged*: the same once more, when no file has changed.
- *list*, *search*: the first answer of a new process of its command line, when it has its index.
- *server*: from the start of its MCP server to the first answer of its search; then {calls} other
  questions, one call each, median.
- *tokens*: of the answer to a list and to a search (median) in `o200k_base`: of the server's
  answer, if it has a server, otherwise of what the command prints.
- *names it*: for how many of these {calls} questions, each made of three words of one note's
  description, the answer names that note.
- *MB*: most memory of the largest process: cold, and of the first answer (a search if it has one).

A Python process that does nothing takes {bare:.3f} s and {bare_mb:.0f} MB.
"""

NAMES = """\
`{notes}` is the folder of the notes, `{home}` the home folder of the program, `{query}` a question;
`{stub}` and `{vault}` are short files in `benchmarks/peer_programs.py`.
"""

COLUMNS = (
    "program",
    "cold, s",
    "÷ ours",
    "unchanged, s",
    "list, s",
    "search, s",
    "server, s",
    "a call, ms",
    "tokens, list",
    "tokens, search",
    "names it",
    "MB, cold",
    "MB, answer",
)


def table(rows: Sequence[Measurements]) -> Iterator[str]:
    """The Markdown table of one number of notes; then what is missing from it and why."""
    yield f"| {' | '.join(COLUMNS)} |"
    yield "|---" + "|--:" * (len(COLUMNS) - 1) + "|"
    ours = rows[0].median("cold", "cpu")
    for row in rows:
        yield f"| {' | '.join(_cells(row, ours))} |"
    remarks = []
    for row in rows:
        if row.fault:
            remarks.append(f"- **{row.program.name}** was stopped or failed: {row.fault}.")
        if row.changed:
            remarks.append(f"- **{row.program.name}** changed {row.changed:,} files of the notes.")
    if remarks:
        yield from ("", *remarks)


def _cells(row: Measurements, ours: float | None) -> Iterator[str]:
    yield row.program.name
    cold = row.median("cold", "cpu")
    yield _times(row, "cold")
    yield f"{cold / ours:.2f}" if cold and ours else "–"
    for stage in ("warm", "list", "search"):
        yield _times(row, stage)
    start = row.server_start
    yield f"{start.cpu:.2f} ({start.wall:.2f})" if start else "–"
    if row.calls:
        cpu, wall = (statistics.median(times) * 1e3 for times in zip(*row.calls, strict=True))
        yield f"{cpu:.1f} ({wall:.1f})"
    else:
        yield "–"
    for answer in ("list", "search"):
        yield f"{row.tokens[answer]:,.0f}" if answer in row.tokens else "–"
    yield f"{row.named} of {len(row.calls)}" if row.calls else "–"
    peak = row.median("cold", "peak_mb")
    yield f"{peak:,.0f}" if peak else "–"
    answer_peak = row.median("search", "peak_mb") or row.median("list", "peak_mb")
    yield f"{answer_peak:,.0f}" if answer_peak else "–"


def _times(row: Measurements, stage: str) -> str:
    cpu, wall = row.median(stage, "cpu"), row.median(stage, "wall")
    return "–" if cpu is None or wall is None else f"{cpu:.2f} ({wall:.2f})"


def asked(programs: Sequence[Program]) -> Iterator[str]:
    """What each program was asked, as Markdown."""
    for program in programs:
        yield f"- **{program.name}**: {program.remark}."
        for stage in ("cold", "warm", "list", "search"):
            value = getattr(program, stage)
            commands: Sequence[Command] = (value,) if value and isinstance(value[0], str) else value
            if commands and not (stage == "warm" and commands == program.cold):
                yield f"  - {stage}: {', '.join(f'`{_shell(words)}`' for words in commands)}"
        if program.server:
            tools = [program.server.search, *filter(None, [program.server.list])]
            names = ", ".join(f"`{tool}`" for tool, _ in tools)
            yield f"  - server: `{_shell(program.server.command)}`, {names}"


def _shell(command: Command) -> str:
    return " ".join(f'"{word}"' if word == "{query}" else word for word in command)


def machine() -> str:
    """The number of cores, the processor and the system of this machine."""
    name = platform.machine()
    try:
        model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        model = None
    return f"{os.cpu_count()} cores ({model[1] if model else name}), {platform.system()} {name}"


def _install_all(
    programs: Sequence[Program],
    cache: Path,
    interpreters: Sequence[str],
    say: Callable[[str], None],
) -> tuple[dict[str, Installation], dict[str, str]]:
    """Name → installation; and name → why it cannot be installed."""
    installations, reasons = {}, {}
    for program in programs:
        say(f"installing {program.name}")
        try:
            installations[program.name] = install(program, cache, interpreters)
        except InstallError as error:
            reasons[program.name] = str(error)
    return installations, reasons


def _measure(
    counts: Sequence[int],
    programs: Sequence[Program],
    installations: Mapping[str, Installation],
    arguments: argparse.Namespace,
    say: Callable[[str], None],
) -> Iterator[str]:
    """The sections of the report, one for each number of notes."""
    for count in counts:
        with tempfile.TemporaryDirectory() as scratch:
            notes = Path(scratch) / "notes"
            write_notes(notes, count)
            asking = questions(notes, CALLS + 1)
            rows = []
            for program in programs:
                folder = notes
                if program.write is not write_notes:
                    folder = Path(scratch) / program.name
                    program.write(folder, count)
                say(f"measuring {program.name} on {count:,} notes")
                measurer = Measurer(folder, asking, arguments.timeout, arguments.rounds)
                rows.append(measurer.measure(program, installations[program.name]))
            yield "\n".join(["", f"## {count:,} notes", "", *table(rows)])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--notes", default="1000,10000", help="numbers of notes (1000,10000)")
    parser.add_argument("--only", help="names of programs; skillagent is always measured")
    parser.add_argument("--python", action="append", help="another interpreter for the peers")
    parser.add_argument("--cache", type=Path, help="where the peers are installed")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--timeout", type=float, default=TIMEOUT, help="seconds of one command")
    parser.add_argument("--report", type=Path, help="a file for the report")
    parser.add_argument("--machine", default=machine(), help="what the report says of the machine")
    today = datetime.datetime.now(datetime.UTC).date()
    parser.add_argument("--date", default=str(today), help="what the report says of the day")
    arguments = parser.parse_args()
    cache = arguments.cache or Path(platformdirs.user_cache_dir("skillagent-benchmarks")) / "peers"
    cache.mkdir(parents=True, exist_ok=True)
    load = os.getloadavg()[0]

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    names = arguments.only.split(",") if arguments.only else [each.name for each in PROGRAMS]
    chosen = [each for each in PROGRAMS if each.name in {PROGRAMS[0].name, *names}]
    interpreters = [sys.executable, *filter(shutil.which, arguments.python or ())]
    installations, reasons = _install_all(chosen, cache, interpreters, say)
    measured = [each for each in chosen if each.name in installations]
    bare = run([sys.executable, "-c", "pass"], dict(os.environ), arguments.timeout)
    counts = [int(count) for count in arguments.notes.split(",")]
    ran = RUN.format(
        notes=arguments.notes,
        date=arguments.date,
        machine=arguments.machine,
        python=platform.python_version(),
        versions=", ".join(f"{name} {it.version}" for name, it in installations.items()),
        load=load,
    )
    text = HEAD.format(
        run=textwrap.fill(ran, 100, break_long_words=False, break_on_hyphens=False),
        rounds=arguments.rounds,
        calls=CALLS,
        bare=bare.cpu,
        bare_mb=bare.peak_mb,
    )
    text += "\n".join(_measure(counts, measured, installations, arguments, say)) + "\n"
    if reasons:
        text += "\nNot installed here:\n\n"
        text += "".join(f"- **{name}**: {reason}\n" for name, reason in reasons.items())
    text += f"\n## What each was asked\n\n{NAMES}\n" + "\n".join(asked(measured)) + "\n"
    print(text)
    if arguments.report:
        arguments.report.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
