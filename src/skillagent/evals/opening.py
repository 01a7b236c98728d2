"""Opens a suite, whatever format it is in.

Above: `cli`. Below: `suite_file`, `agent_skills_file`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from skillagent.errors import UsageError
from skillagent.evals.agent_skills_file import NAME, SUFFIX, load_agent_skills
from skillagent.evals.suite import Suite
from skillagent.evals.suite_file import FOLDER, load, suite_in


def open_suite(path: Path, graph: Sequence[str] = ()) -> Suite:
    """Read a suite.

    Args:
        path: a YAML file, a JSON file in the format of Agent Skills, or a graph's folder with
            `evals/suite.yaml` or else `evals/evals.json`.
        graph: folders of the graph, instead of those that the suite is about.

    Raises:
        UsageError: there is no suite, or it is not valid.
    """
    if path.is_dir():
        path = _suite_of(path)
    if path.suffix.lower() == SUFFIX:
        return load_agent_skills(path, graph)
    return load(path).about(graph)


def _suite_of(folder: Path) -> Path:
    suite = suite_in(folder)
    if suite is not None:
        return suite
    foreign = folder / FOLDER / NAME
    if foreign.is_file():
        return foreign
    raise UsageError(
        f"{folder}: there is no suite in it: write {folder / FOLDER / 'suite.yaml'}; "
        "docs/evals.md shows how"
    )
