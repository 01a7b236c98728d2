"""Skills with an `evals.json` each, as in NVIDIA/skills: which skill should a prompt select?

The nodes are the Markdown files of the skills, unchanged. A prompt that contains the name of its
skill asks for nothing, so it is left out. A prompt for which no skill is expected is a case that
nothing should answer.

Above: `cli`. Below: `made_suite`, `source_files`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skillagent.errors import UsageError
from skillagent.evals.adapters.made_suite import Cases, MadeSuite
from skillagent.evals.adapters.plain_text import one_line
from skillagent.evals.adapters.source_files import entries, objects, read_values, text_of
from skillagent.evals.suite import Case
from skillagent.files.regular import read_regular
from skillagent.graph.file_name import SUFFIXES
from skillagent.progress import Progress, tracked

ENTRY = "SKILL.md"
EVALS = ("evals.json", "evals/evals.json")
"""Where a skill has its evals."""
NEAR = "near-another-skill"
"""Tag of a case that no skill should answer, although its author names one that is close."""
_LEAKS = (
    "prompts with the name of their skill are left out; what is left shares words of a title, "
    "as people do who have the task that the skill is named after."
)
_EXPLANATIONS = ("ground_truth", "expected_output", "expected_behavior", "assertions")


@dataclass(frozen=True, slots=True)
class _Skill:
    name: str
    """Name of its folder."""
    folder: Path
    node: str
    """Id of its entry."""


def nvidia_skills(source: Path, progress: Progress) -> MadeSuite:
    """The suite of a folder of skills.

    Raises:
        UsageError: there is no skill in it, or a file cannot be read.
    """
    skills = _skills(source)
    if not skills:
        raise UsageError(f"{source}: no {ENTRY} below it; name a folder of skills")
    files: dict[str, bytes] = {}
    cases = Cases()
    for skill in tracked(list(skills.values()), "reading skills", progress):
        for path in _files(skill.folder):
            files[path.relative_to(source).as_posix()] = _read(path)
        for case in _prompts(skill.folder, cases):
            _add(cases, case, skill, skills)
    return MadeSuite(
        name="nvidia-skills",
        description=f"{len(skills)} skills, and prompts that should select one of them or none",
        files=dict(sorted(files.items())),
        cases=cases.all(),
        leaks=_LEAKS,
        left_out=cases.left_out,
    )


def prompt_of(case: Mapping[str, Any]) -> str:
    """The prompt of a case; empty if it has none."""
    return one_line(text_of(case.get("question")) or text_of(case.get("prompt")))


def _add(cases: Cases, case: Mapping[str, Any], own: _Skill, skills: Mapping[str, _Skill]) -> None:
    prompt = prompt_of(case)
    if not prompt:
        return cases.leave_out("they have no prompt")
    expected = _expected(case)
    if expected is None:
        return cases.leave_out("they do not say which skill is expected")
    name = text_of(case.get("id"))
    name = name if own.name in name else f"{own.name}-{name}"
    if expected == "":
        distractors = _named(case, own, skills)
        tags = (NEAR,) if len(distractors) > 1 else ()
        return cases.add(name, Case("", prompt, distractors=distractors, tags=tags))
    if expected not in skills:
        return cases.leave_out("their skill is not in the folder")
    if _plain(expected) in _plain(prompt):
        return cases.leave_out("they contain the name of their skill")
    return cases.add(name, Case("", prompt, (skills[expected].node,), tags=("single",)))


def _expected(case: Mapping[str, Any]) -> str | None:
    """The skill that a prompt should select; empty if none should be, None if that is not said.

    Some sets name the skill for which a prompt was written, and say beside it that it should not
    be selected.
    """
    if case.get("should_trigger") is False:
        return ""
    value = case.get("expected_skill", 0)
    return (value or "").strip() if isinstance(value, str | None) else None


def _named(case: Mapping[str, Any], own: _Skill, skills: Mapping[str, _Skill]) -> tuple[str, ...]:
    """The skill that a negative prompt was written for, and those that its author names."""
    parts = [text_of(part) for key in _EXPLANATIONS for part in _listed(case.get(key))]
    words = set(re.findall(r"[\w-]+", " ".join((prompt_of(case), *parts)).casefold()))
    nodes = [skill.node for name, skill in skills.items() if name.casefold() in words]
    return tuple(dict.fromkeys((own.node, *nodes)))


def _listed(value: Any) -> list[Any]:
    return entries(value) or [value]


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold())


def _prompts(folder: Path, cases: Cases) -> Iterator[Mapping[str, Any]]:
    for name in EVALS:
        path = folder / name
        if not path.is_file():
            continue
        values = read_values(path)
        if len(values) == 1 and isinstance(values[0], Mapping):
            lists = (values[0].get(key) for key in ("evals", "cases"))
            values = next(filter(None, map(entries, lists)), values)
        for _ in range(len(values) - len(objects(values))):
            cases.leave_out("they are no objects")
        yield from objects(values)


def _skills(source: Path) -> dict[str, _Skill]:
    """Name → skill, of the skills below a folder; of two with one name, the first."""
    skills: dict[str, _Skill] = {}
    for path in _files(source):
        if path.name == ENTRY and path.parent != source:
            folder = path.parent
            node = path.relative_to(source).as_posix().removesuffix(".md")
            skills.setdefault(folder.name, _Skill(folder.name, folder, node))
    return skills


def _files(folder: Path) -> list[Path]:
    """The Markdown files below a folder, sorted; hidden ones and links are not followed."""
    paths: list[Path] = []
    for above, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths += [
            Path(above, name)
            for name in names
            if name.endswith(SUFFIXES) and not name.startswith(".")
        ]
    return sorted(path for path in paths if not path.is_symlink())


def _read(path: Path) -> bytes:
    try:
        return read_regular(path)
    except OSError as error:
        raise UsageError(f"{path}: it cannot be read: {error.strerror}") from None
