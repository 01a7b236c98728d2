"""Writes the figures in `docs/evals.md`: every policy, on every suite, in every budget.

    python -m benchmarks.evals [FOLDER …] [--check]

The suites are those of the bundled graphs, and those in the named folders, which `skillagent suite`
makes from public sets. With `--check` it writes nothing, and fails where the document has other
figures. The same code and folders give the same bytes.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from skillagent import OfflineProvider, SkillGraph
from skillagent.evals import POLICIES, Eval, Report, Setup, load, policies, report
from skillagent.evals.suite_file import suite_in
from skillagent.evals.tables import report_lines
from skillagent.tokens import default_counter

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "evals.md"
BUNDLED = (ROOT / "examples" / "ml-reproducibility", ROOT / "examples" / "trading")
BEGIN, END = "<!-- figures: made by `python -m benchmarks.evals` -->", "<!-- end of figures -->"


def measured(folder: Path) -> Report:
    """Every policy on the suite of a folder."""
    path = suite_in(folder)
    if path is None:
        raise SystemExit(f"{folder}: there is no suite in it")
    suite = replace(load(path), policies=tuple(POLICIES))
    graph = SkillGraph.load(*suite.roots)
    suite = suite.on(graph)
    setup = Setup(graph, suite.cases, default_counter(), lambda name, repeat: OfflineProvider())
    chosen = policies(suite.policies, (), setup)
    with tempfile.TemporaryDirectory() as results:
        plan = Eval(suite, setup, chosen, Path(results), records=False)

        def progress(stage: str, done: int, total: int) -> None:
            if done % 200 == 0:
                print(f"{suite.name}: {stage}, {done} of {total}", file=sys.stderr, flush=True)

        return report(plan, plan.run(progress))


def section(figures: Report) -> Iterator[str]:
    """The part of the document about one suite."""
    yield f"### {figures.suite}"
    yield ""
    yield from report_lines(figures)
    yield ""


def main() -> None:
    words = [word for word in sys.argv[1:] if word != "--check"]
    folders = [*BUNDLED, *map(Path, words)]
    lines = [line for folder in folders for line in section(measured(folder))]
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"{DOCUMENT}: the marks of the figures are missing")
    made = "\n".join([before + BEGIN, "", *lines, END + after])
    if "--check" in sys.argv[1:]:
        raise SystemExit(0 if made == text else f"{DOCUMENT}: its figures are others")
    DOCUMENT.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
