"""Suites in the format of Agent Skills: `evals/evals.json`, and trigger sets.

How the two formats correspond:

- An eval is a case, its `prompt` the question. Its `expectations` are checks by a judge; where
  there are none, `expected_output` is. Case ids are words here and numbers there: the eval 3
  becomes the case `eval-3`.
- A query with `should_trigger: true` is a case whose gold is the node of the skill, or of
  `expected_skill` if one is named. With `false` it is one that nothing should answer.
- An eval that names no gold node needs the node of the skill, too: it is written for that skill.
- Without a judge, `skillagent eval` leaves out the checks that need one: others wrote them.
- An eval with input `files` has the tag `needs-files`, because a session is given none.
- What only our suites have is under the key `skillagent`, in the form of `suite.yaml`: there a case
  has `id`, `gold`, `distractors`, `tags` and `check`, and the file has everything but `cases`.
  Checks that need no judge are under `check` and also sentences in `expectations`, so others can
  grade them. An expectation that is the sentence of a listed check is not a further check.

Above: `opening`, `cli`. Below: `agent_skills_models`, `suite_file`, `suite_text`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from skillagent.errors import UsageError
from skillagent.evals import checks
from skillagent.evals.agent_skills_models import KEY, EvalModel, FileModel
from skillagent.evals.suite import Case, Suite
from skillagent.evals.suite_file import (
    FOLDER,
    CaseModel,
    CheckModel,
    SuiteModel,
    refuse_repeated,
    suite_of,
)
from skillagent.evals.suite_text import check_fields
from skillagent.files.json_file import JsonFile, read_json
from skillagent.files.yaml_model import Place

NAME = "evals.json"
SUFFIX = ".json"
NEEDS_FILES = "needs-files"
"""The tag of evals with input files."""
_LISTS = ("evals", "cases", "queries")
"""Keys under which files have their evals; some are the list itself."""
_SKILL = "SKILL.md"


def load_agent_skills(path: str | Path, graph: Sequence[str] = ()) -> Suite:
    """Read a suite in the format of Agent Skills.

    Args:
        path: path of a JSON file: `evals.json`, or a trigger set.
        graph: folders of the graph; if there are none, those that the file names under our key,
            or the skill's folder: that above `evals`, else that of the file if it has a `SKILL.md`.

    Raises:
        UsageError: the file cannot be read, is not JSON, or is no suite. The text has the line
            number where it is known.
    """
    return _Reader(read_json(path, "the suite"), tuple(graph)).suite()


class _Reader:
    def __init__(self, file: JsonFile, graph: tuple[str, ...]) -> None:
        self._file = file
        self._graph = graph
        self._evals, self._place = _list_of(file)
        header = file.value if isinstance(file.value, Mapping) else {}
        self._header = file.parsed(header, FileModel)
        self._folder = _skill_folder(file.path.absolute())

    def suite(self) -> Suite:
        file, own = self._file, self._header.own
        skill = self._skill()
        cases = [self._case(at, value, skill) for at, value in enumerate(self._evals)]
        refuse_repeated(cases, lambda text, at: file.error(text, *self._place, at))
        above = file.path.absolute().parent
        values = {
            "name": _slug(self._header.skill_name or (self._folder or above).name, "evals"),
            "graph": [os.path.relpath(self._folder or above, above)],
            "leaks": "refuse" if own else "allow",  # questions of others were not made for us
            **own,
            "cases": cases,
        }
        model = file.parsed(values, SuiteModel, KEY)
        lines = [file.line(*self._place, at) for at, _ in enumerate(cases)]
        return suite_of(model, file.path, lines).about(self._graph)

    def _skill(self) -> str:
        """What the node of the skill is called; empty if nothing says so."""
        own = self._header.own.get("graph", ())
        own = [root for root in ([own] if isinstance(own, str) else own) if isinstance(root, str)]
        if self._folder is None and not (self._graph or own):
            raise UsageError(f"{self._file.path}: it is in no skill: name the graph with --graph")
        is_named = bool(self._header.skill_name)
        if self._graph or own:
            roots = self._graph or [os.path.join(self._file.path.parent, root) for root in own]
            is_skill = not is_named and len(roots) == 1 and (Path(roots[0]) / _SKILL).is_file()
        else:
            is_skill = self._folder is not None and (self._folder / _SKILL).is_file()
        return "SKILL" if is_skill else self._header.skill_name

    def _case(self, at: int, value: Any, skill: str) -> CaseModel:
        place: Place = (*self._place, at)
        entry = self._file.parsed(value, EvalModel, *place)
        gold = [entry.expected_skill or skill] if entry.triggers and "gold" not in entry.own else []
        if gold == [""]:
            raise self._file.error("name its skill as `expected_skill`, or a `skill_name`", *place)
        values = {
            "id": _slug(f"eval-{entry.id}" if entry.id.isdigit() else entry.id, f"eval-{at + 1}"),
            "gold": gold,
            "tags": [NEEDS_FILES] if entry.files else [],
            **entry.own,
            "question": entry.prompt,
        }
        listed = self._file.parsed(values, CaseModel, *place, KEY).check
        known = {sentence(check.check()) for check in listed}
        further = [text for text in entry.expectations if text not in known]
        if not (listed or further or entry.own) and entry.expected_output.strip():
            further = [entry.expected_output]
        every = [*listed, *(CheckModel(judge=text) for text in further)]
        return CaseModel.model_validate({**values, "check": every})


def _skill_folder(file: Path) -> Path | None:
    """The folder of the skill that a file is about; None if it is in none."""
    if file.parent.name == FOLDER:
        return file.parent.parent
    return file.parent if (file.parent / _SKILL).is_file() else None


def _list_of(file: JsonFile) -> tuple[list[Any], tuple[str, ...]]:
    """The evals of a file, and the keys that lead to them."""
    if isinstance(file.value, list):
        return file.value, ()
    if isinstance(file.value, Mapping):
        for key in _LISTS:
            if isinstance(file.value.get(key), list):
                return file.value[key], (key,)
    raise file.error("no suite: it is neither a list of evals nor an object with one as `evals`")


def _slug(name: str, otherwise: str) -> str:
    """A name of which ours are made; the other one if nothing is left of it."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:120] or otherwise


def sentence(check: checks.Check) -> str:
    """A check as a statement about the output that a person or a model can judge."""
    match check:
        case checks.Contains(text):
            return f'The output contains "{text}".'
        case checks.Exact(text):
            return f'The output is "{text}" and nothing else.'
        case checks.Matches(pattern):
            return f"The output has a match of the regular expression `{pattern}`."
        case checks.Numeric(value, tolerance):
            near = f", or one at most {tolerance!r} away" if tolerance else ""
            return f"The output has the number {value!r}{near}."
        case checks.Judged(rubric):
            return rubric
    return f"The output is accepted: {check}."


def agent_skills_values(suite: Suite, folder: Path) -> dict[str, Any]:
    """A suite as the value of an `evals.json`, from which the same suite is read.

    Args:
        suite: the suite.
        folder: the folder that the file will be in; the graph is named relative to it.
    """
    return {
        "skill_name": suite.name,
        "evals": [_eval(number, case) for number, case in enumerate(suite.cases, 1)],
        KEY: {
            "name": suite.name,
            "graph": [_relative(root, folder) for root in suite.roots],
            "budgets": list(suite.budgets),
            "policies": list(suite.policies),
            "models": list(suite.models),
            "judge": suite.judge,
            "repeats": suite.repeats,
            "seed": suite.seed,
            "leaks": "allow" if suite.allows_leaks else "refuse",
        },
    }


def _eval(number: int, case: Case) -> dict[str, Any]:
    return {
        "id": number,
        "prompt": case.question,
        "expected_output": _expected(case),
        "files": [],
        "expectations": [text for text in map(sentence, case.checks) if text.strip()],
        KEY: dict(_own(case)),
    }


def _own(case: Case) -> Iterator[tuple[str, Any]]:
    yield "id", case.id
    yield "gold", list(case.gold)
    if case.distractors:
        yield "distractors", list(case.distractors)
    if case.tags:
        yield "tags", list(case.tags)
    # A rubric is its own sentence. Among other checks it is listed, too, so that all keep order.
    if not all(isinstance(check, checks.Judged) and check.rubric.strip() for check in case.checks):
        yield "check", list(map(check_fields, case.checks))


def _expected(case: Case) -> str:
    if not case.gold:
        return "It is said that the skill does not answer this."
    return f"An answer from what the skill says in: {', '.join(case.gold)}."


def _relative(root: str, folder: Path) -> str:
    name, equals, path = root.rpartition("=")
    return f"{name}{equals}{Path(os.path.relpath(path, folder)).as_posix()}"
