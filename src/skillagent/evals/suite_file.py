"""Suites as YAML files. The models below define the format; `schema()` returns it as JSON Schema.

Above: `cli`. Below: `suite`, `checks`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from skillagent.errors import UsageError
from skillagent.evals import checks
from skillagent.evals.suite import BUDGETS, POLICIES, Case, Suite
from skillagent.files.yaml_model import read_yaml

NAMES = ("suite.yaml", "suite.yml")
"""Names of a suite in the folder `evals` of a graph."""
FOLDER = "evals"


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str | dict) else value


_Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
_Texts = Annotated[list[_Text], BeforeValidator(_listed)]
_Tag = Annotated[str, Field(pattern=r"^[^\n\r|]*[^\s|][^\n\r|]*$", max_length=120)]
_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=120)]
_Tokens = Annotated[int, Field(gt=0, le=10_000_000)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NumericModel(_Model):
    """A number that the answer must have."""

    value: float = Field(allow_inf_nan=False)
    tolerance: float = Field(default=0.0, ge=0, allow_inf_nan=False)


class CheckModel(_Model):
    """One check of an answer's text; exactly one of the fields is given."""

    contains: _Text | None = None
    exact: str | None = None
    regex: str | None = Field(default=None, description="Found anywhere in the answer.")
    numeric: NumericModel | None = None
    python: str | None = Field(
        default=None,
        pattern=r"^[\w.]+:[\w.]+$",
        description="`module:function`, called with the answer; runs only with --allow-python.",
    )
    judge: str | None = Field(default=None, description="A rubric for the model that judges.")

    @field_validator("regex")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        checks.refuse_pattern(pattern or "")
        return pattern

    @model_validator(mode="after")
    def _exactly_one(self) -> CheckModel:
        if len(self.model_fields_set) != 1:
            raise ValueError("a check has exactly one of " + ", ".join(type(self).model_fields))
        return self

    def check(self) -> checks.Check:
        """The check as a value of `checks`."""
        if self.contains is not None:
            return checks.Contains(self.contains)
        if self.exact is not None:
            return checks.Exact(self.exact)
        if self.regex is not None:
            return checks.Matches(self.regex)
        if self.numeric is not None:
            return checks.Numeric(self.numeric.value, self.numeric.tolerance)
        if self.python is not None:
            return checks.Python(self.python)
        return checks.Judged(self.judge or "")


class CaseModel(_Model):
    """One question."""

    id: _Id
    question: _Text
    gold: _Texts = Field(
        default=[],
        description="Ids, titles or aliases of the nodes that are all needed to answer it; none "
        "if nothing in the graph should answer it.",
    )
    distractors: _Texts = Field(
        default=[], description="Nodes that are close to the question and do not answer it."
    )
    tags: Annotated[list[_Tag], BeforeValidator(_listed)] = Field(
        default=[], description="Groups for which figures are given, too."
    )
    check: Annotated[list[CheckModel], BeforeValidator(_listed)] = Field(
        default=[], description="What the text of an answer must fulfil."
    )
    comment: str = Field(default="", description="For readers of the file.")


class SuiteModel(_Model):
    """A suite of evals."""

    name: _Id
    description: str = ""
    graph: _Texts = Field(
        description="Folder of the graph, relative to this file; several roots as `NAME=FOLDER`."
    )
    budgets: list[_Tokens] = Field(default=list(BUDGETS), min_length=1)
    policies: list[_Text] = Field(default=list(POLICIES), min_length=1)
    models: list[_Text] = Field(default=[], description="Models for the policy `llm`.")
    judge: str = Field(default="", description="The model that judges answers.")
    repeats: int = Field(default=1, ge=1, le=1_000)
    seed: int = Field(default=0, ge=0, lt=2**32)
    leaks: Literal["refuse", "allow"] = Field(
        default="refuse",
        description="What happens with questions that quote the title of a node that answers them.",
    )
    cases: list[CaseModel] = Field(min_length=1)


def load(path: str | Path) -> Suite:
    """Read a suite.

    Args:
        path: path of a YAML file.

    Raises:
        UsageError: the file cannot be read, is not YAML, or is no suite. The text has the line
            number.
    """
    file = read_yaml(path, SuiteModel, "the suite")
    refuse_repeated(file.model.cases, lambda text, at: file.error(text, "cases", at))
    lines = [file.line("cases", at) for at, _ in enumerate(file.model.cases)]
    return suite_of(file.model, Path(path), lines)


def suite_of(model: SuiteModel, path: Path, lines: Sequence[int]) -> Suite:
    """The suite of a model.

    Args:
        model: the suite as it was read.
        path: its file; folders of the graph are relative to it.
        lines: the line of each case; 0 where it is not known.
    """
    cases = tuple(
        Case(
            case.id,
            " ".join(case.question.split()),
            tuple(case.gold),
            tuple(case.distractors),
            tuple(dict.fromkeys(case.tags)),
            tuple(check.check() for check in case.check),
            line,
        )
        for case, line in zip(model.cases, lines, strict=True)
    )
    return Suite(
        name=model.name,
        roots=tuple(_root(path.parent, root) for root in model.graph),
        cases=cases,
        budgets=tuple(sorted(set(model.budgets))),
        policies=tuple(dict.fromkeys(model.policies)),
        models=tuple(dict.fromkeys(model.models)),
        judge=model.judge,
        repeats=model.repeats,
        seed=model.seed,
        allows_leaks=model.leaks == "allow",
        file=path,
    )


def suite_in(folder: Path) -> Path | None:
    """The suite of a graph's folder: `evals/suite.yaml`; None if it has none."""
    paths = [folder / FOLDER / name for name in NAMES]
    return next((path for path in paths if path.is_file()), None)


def schema() -> dict[str, Any]:
    """The format as JSON Schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **SuiteModel.model_json_schema(),
    }


def refuse_repeated(cases: Sequence[CaseModel], error: Callable[[str, int], UsageError]) -> None:
    """Refuse cases with the same id, and a case whose gold is a distractor, too.

    Args:
        cases: the cases.
        error: makes the error about the case at an index.
    """
    # Records are named by ids, and some file systems do not tell `A` from `a`.
    counts = Counter(case.id.casefold() for case in cases)
    for at, case in enumerate(cases):
        if (count := counts[case.id.casefold()]) > 1:
            raise error(f"the id {case.id!r} is used {count} times", at)
        both = set(case.gold) & set(case.distractors)
        if both:
            raise error(f"{', '.join(sorted(both))}: both gold and a distractor", at)


def _root(folder: Path, root: str) -> str:
    name, equals, path = root.rpartition("=")
    return f"{name}{equals}{os.path.normpath(folder / path)}"
