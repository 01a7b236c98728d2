"""A suite as Harbor tasks: each case one folder, in which an agent finds the graph and our tools.

The format is that of harbor 0.26.0, schema 1.4 (`harbor.models.task`):

    CASE/
        task.toml            what the image serves; gold nodes under `metadata`, for people
        instruction.md       the question, and where the answer goes
        environment/         Dockerfile, the nodes of the graph, a skill that names the tools
        tests/               test.sh grades the answer file by the checks of the case
        solution/solve.sh    writes an answer that passes, where the checks give one

The agent reaches the graph through `skillagent serve`, which is in the image. There the checks are
carried out by the same code as in `skillagent eval`. Only nodes are copied: other files of the
graph's folder, such as the suite with its answers, are not.

Above: `cli`. Below: `suite`, `suite_text`, `graph_json`.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomlkit

from skillagent import __version__
from skillagent.errors import UsageError
from skillagent.evals import checks
from skillagent.evals.suite import Case, Suite
from skillagent.evals.suite_text import check_fields
from skillagent.files.whole_folder import staged_folder
from skillagent.graph import SkillGraph
from skillagent.graph_json import graph_record

SCHEMA = "1.4"
BASE_IMAGE = (
    "python:3.12-slim@sha256:229a2c5bfa27522db7815ea81f9bed70af17ccb9de9fc7ad142b1877b5830d36"
)
"""The same as that of our own image."""
PACKAGE = f"skillagent-graph[mcp]=={__version__}"
GRAPH, SKILLS, ANSWER = "/graph", "/skills", "/app/answer.txt"
"""Places in the image."""
SKILL = "skill-graph"
AGENT_SECONDS, TEST_SECONDS, BUILD_SECONDS = 900.0, 120.0, 900.0

_GRADABLE = (checks.Contains, checks.Exact, checks.Matches, checks.Numeric)

_TEST = f"""\
#!/bin/bash
# Writes 1 as the reward if the answer fulfils every check in checks.json, otherwise 0.
mkdir -p /logs/verifier
if python3 "$(dirname "$0")/check_answer.py" {ANSWER}; then
  echo 1 > /logs/verifier/reward.txt
else
  echo 0 > /logs/verifier/reward.txt
fi
"""
_CHECK = '''\
"""Exits with 0 if the answer in a file fulfils every check in checks.json."""

import json
import sys
from pathlib import Path

from skillagent.evals.suite_file import CheckModel

try:
    answer = Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace")
except OSError as error:
    sys.exit(f"there is no answer: {error}")
failed = 0
for values in json.loads(Path(__file__).with_name("checks.json").read_text(encoding="utf-8")):
    check = CheckModel.model_validate(values).check()
    holds = check.holds(answer)
    print("passed:" if holds else "FAILED:", check)
    failed += not holds
sys.exit(bool(failed))
'''


def write_tasks(suite: Suite, graph: SkillGraph, folder: Path, budget: int) -> tuple[str, ...]:
    """Write a folder with a task for each case that has a check of its answer.

    Args:
        suite: the suite.
        graph: its graph.
        folder: destination; new or empty.
        budget: tokens that the tools may show in a session.

    Returns:
        The ids of the cases that became tasks.

    Raises:
        UsageError: no case has a check, one has a check that a script cannot carry out, or the
            folder is not empty or cannot be written.
    """
    cases = [case for case in suite.cases if case.checks]
    if not cases:
        raise UsageError(f"{suite.file or suite.name}: no case has a check that a task could grade")
    for case in cases:
        _refuse_ungradable(suite, case)
    shared = {
        **_graph_files(graph),
        "environment/Dockerfile": _dockerfile().encode(),
        f"environment/skills/{SKILL}/SKILL.md": _skill(graph).encode(),
        "tests/test.sh": _TEST.encode(),
        "tests/check_answer.py": _CHECK.encode(),
    }
    files = {
        f"{case.id}/{name}": data
        for case in cases
        for name, data in {**shared, **_case_files(suite, case, graph, budget)}.items()
    }
    _place(folder, files)
    return tuple(case.id for case in cases)


def _refuse_ungradable(suite: Suite, case: Case) -> None:
    for check in case.checks:
        if not isinstance(check, _GRADABLE):
            raise suite.error(
                case,
                f"a Harbor task cannot check that an answer {check}: only contains, exact, regex "
                "and numeric; name the other cases with --case",
            )


def _case_files(suite: Suite, case: Case, graph: SkillGraph, budget: int) -> dict[str, bytes]:
    forms = list(map(check_fields, case.checks))
    files = {
        "task.toml": tomlkit.dumps(task_values(suite, case, graph, budget)),
        "instruction.md": _instruction(case),
        "tests/checks.json": json.dumps(forms, ensure_ascii=False, indent=2) + "\n",
    }
    if (answer := solution(case)) is not None:
        files["solution/solve.sh"] = (
            "#!/bin/bash\n# Writes an answer that passes.\n"
            f"printf '%s\\n' {shlex.quote(answer)} > {ANSWER}\n"
        )
    return {name: text.encode("utf-8", "backslashreplace") for name, text in files.items()}


def task_values(suite: Suite, case: Case, graph: SkillGraph, budget: int) -> dict[str, Any]:
    """The values of a `task.toml`; for the arguments see `write_tasks`."""
    return {
        "schema_version": SCHEMA,
        "task": {
            "name": f"{_name(suite.name)}/{_name(case.id)}",
            "description": f"A question about the skill graph {graph.name}",
            "keywords": list(case.tags),
        },
        "metadata": {
            "case": case.id,
            "gold": list(case.gold),
            "distractors": list(case.distractors),
            "graph_digest": graph.digest,
        },
        "agent": {"timeout_sec": AGENT_SECONDS},
        "verifier": {"timeout_sec": TEST_SECONDS},
        "environment": {
            "build_timeout_sec": BUILD_SECONDS,
            "skills_dir": SKILLS,
            "mcp_servers": [
                {
                    "name": "skillagent",
                    "transport": "stdio",
                    "command": "skillagent",
                    "args": ["serve", *_served(graph), "--budget", str(budget), "--no-watch"],
                }
            ],
        },
    }


def solution(case: Case) -> str | None:
    """An answer that passes every check of a case; None if the checks do not give one."""
    exact = [check.text for check in case.checks if isinstance(check, checks.Exact)]
    parts = [
        check.text if isinstance(check, checks.Contains) else repr(check.value)
        for check in case.checks
        if isinstance(check, checks.Contains | checks.Numeric)
    ]
    answer = exact[0] if exact else "\n".join(parts)
    return answer if answer and all(check.holds(answer) for check in case.checks) else None


def _name(text: str) -> str:
    # Two dots in a row are refused there.
    while ".." in text:
        text = text.replace("..", ".")
    return text


def _instruction(case: Case) -> str:
    return (
        f"{case.question}\n\n"
        "The answer is in a skill graph. Read it with the tools `list_index`, `read_summary` and "
        "`read_node` of the MCP server `skillagent`. If nothing in it answers the question, say "
        f"so.\n\nWrite the answer, and nothing else, to `{ANSWER}`.\n"
    )


def _skill(graph: SkillGraph) -> str:
    entry = graph.nodes[graph.entry] if graph.entry else None
    about = f": {entry.description}" if entry and entry.description else ""
    description = f"Use to answer from the skill graph {graph.name}{about}"[:1_000]
    return (
        f"---\nname: {SKILL}\ndescription: {json.dumps(description, ensure_ascii=False)}\n---\n\n"
        f"# Skill graph\n\nThe MCP server `skillagent` shows it in steps, and each step says what "
        "it costs:\n\n"
        "1. `list_index` with the question as `query` lists what there is.\n"
        "2. `read_summary` shows what a node is about and where its links lead.\n"
        "3. `read_node` shows the text of a node.\n\n"
        "Read only what the question needs, and answer from what was read.\n"
    )


def _dockerfile() -> str:
    return (
        "# For a package that is no release: --build-arg SKILLAGENT=URL, or edit the line.\n"
        f"FROM {BASE_IMAGE}\n"
        f'ARG SKILLAGENT="{PACKAGE}"\n'
        'RUN pip install --no-cache-dir "$SKILLAGENT"\n'
        f"COPY graph {GRAPH}\n"
        f"COPY skills {SKILLS}\n"
        f"WORKDIR {Path(ANSWER).parent.as_posix()}\n"
    )


def _graph_files(graph: SkillGraph) -> dict[str, bytes]:
    return {
        f"environment{GRAPH}/{root}/{path}": data
        for root, files in graph_record(graph).files().items()
        for path, data in files.items()
    }


def _served(graph: SkillGraph) -> Iterator[str]:
    """What `skillagent serve` is told of the graph."""
    for root in graph.roots:
        yield f"{root.name}={GRAPH}/{root.name}" if len(graph.roots) > 1 else f"{GRAPH}/{root.name}"
    if len({dialect.name for dialect in graph.dialects}) == 1:
        # It may have been known by files that are no nodes.
        yield from ("--dialect", graph.dialect.name)


def _place(folder: Path, files: Mapping[str, bytes]) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder}: not a folder; choose another place")
    try:
        with staged_folder(folder.absolute().parent, files) as staged:
            if folder.exists():
                folder.rmdir()
            staged.rename(folder)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {error.strerror or error}") from None
