"""Results as skill-creator's viewer and its scripts read them.

Source of the layout and of all names: anthropics/skills, skills/skill-creator, with
references/schemas.md, eval-viewer/generate_review.py and eval-viewer/viewer.html.

    iteration-N/
        benchmark.json
        eval-CASE/
            eval_metadata.json
            with_skill/                 one attempt, or a folder run-K for each of several
                grading.json  timing.json  outputs/
            without_skill/              the same

How an eval of ours corresponds to it:

- `with_skill` is our policy: the first model, else `graph`. `without_skill` is the strongest
  baseline, or a policy that is named. Both are given the largest budget of the eval.
- Expectations are what a case asks for: that each gold node was read whole; if there is none, that
  no node was read; and the checks of the answer. Those checks are graded only if both policies
  answer, since otherwise the two would not be asked for the same; `notes` says so.
- `total_tokens` and `tokens` are the tokens of everything that was shown. Seconds are left out,
  because none are measured: the viewer shows no row for them.
- `outputs` has what was read, and the answer if there is one: the viewer lists no run without it.

Above: `cli`. Below: `agent_skills_file`, `running`, `attempt`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from skillagent.errors import UsageError
from skillagent.evals.agent_skills_file import sentence
from skillagent.evals.attempt import Attempt
from skillagent.evals.policies.policy import Policy, Role
from skillagent.evals.running import Eval
from skillagent.evals.suite import Case
from skillagent.files.whole_folder import staged_folder

WITH, WITHOUT = "with_skill", "without_skill"
_ITERATION = re.compile(r"iteration-(\d+)")
_PLACES = 4
_EXCERPT = 200
"""Most characters of an answer that are quoted as evidence."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an attempt fulfils one expectation, and what shows it."""

    text: str
    passed: bool
    evidence: str

    def to_json(self) -> dict[str, Any]:
        return {"text": self.text, "passed": self.passed, "evidence": self.evidence}


@dataclass(frozen=True, slots=True)
class GradedPolicies:
    """The two policies that are graded side by side."""

    ours: Policy
    baseline: Policy

    @classmethod
    def of(cls, policies: Sequence[Policy], against: str = "") -> GradedPolicies:
        """Choose from the policies that are run.

        Args:
            policies: the policies of an eval.
            against: name of the policy to compare with; empty for the first baseline.

        Raises:
            UsageError: none of ours is run, or nothing to compare with.
        """
        roles = (Role.MODEL, Role.GRAPH)
        ours = next((p for role in roles for p in policies if p.role is role), None)
        if ours is None:
            raise UsageError("--grading needs a policy of ours: run `graph`, or `llm` with a model")
        baselines = [p for p in policies if p.role is Role.BASELINE]
        if against:
            baselines = [p for p in policies if p.name == against and p is not ours]
        if not baselines:
            names = ", ".join(p.name for p in policies if p is not ours) or "no other policy"
            what = f"{against!r}" if against else "a baseline"
            raise UsageError(f"--grading compares with {what}, and what is run is {names}")
        return cls(ours, baselines[0])


class Grading:
    """The results of an eval, as skill-creator has them.

    Args:
        plan: the eval.
        attempts: its attempts; cases that one of the two policies has not run are left out.
        policies: the two policies.
    """

    def __init__(self, plan: Eval, attempts: Iterable[Attempt], policies: GradedPolicies) -> None:
        self._plan = plan
        self._budget = max(plan.suite.budgets)
        self._sides = {WITH: policies.ours, WITHOUT: policies.baseline}
        self._runs: dict[tuple[str, str], list[Attempt]] = {}
        for attempt in attempts:
            task = attempt.task
            if task.budget == self._budget:
                self._runs.setdefault((task.policy, task.case), []).append(attempt)
        answering = {
            policy
            for (policy, _), runs in self._runs.items()
            if any(run.answer is not None for run in runs)
        }
        self._answers = {policy.name for policy in self._sides.values()} <= answering
        self._cases = [
            case
            for case in plan.suite.cases
            if all((policy.name, case.id) in self._runs for policy in self._sides.values())
        ]

    def write(self, folder: Path) -> Path:
        """Write the next iteration into a folder, whole or not at all.

        Returns:
            The folder of the iteration.

        Raises:
            UsageError: it cannot be written.
        """
        try:
            return _placed(folder, self.files())
        except OSError as error:
            raise UsageError(f"{folder}: cannot be written: {error.strerror or error}") from None

    def files(self) -> dict[str, str]:
        """Path in the folder of the iteration → content."""
        files = {"benchmark.json": _json(self.benchmark())}
        for number, case in enumerate(self._cases, 1):
            above = f"eval-{case.id}"
            metadata = _json(self._metadata(number, case))
            files[f"{above}/eval_metadata.json"] = metadata
            for side in self._sides:
                runs = self._of(side, case)
                if len(runs) > 1:  # the viewer looks no more than one folder above a run
                    files[f"{above}/{side}/eval_metadata.json"] = metadata
                for at, attempt in enumerate(runs, 1):
                    place = f"{above}/{side}" + f"/run-{at}" * (len(runs) > 1)
                    for name, text in self._run_files(case, attempt):
                        files[f"{place}/{name}"] = text
        return files

    def benchmark(self) -> dict[str, Any]:
        """The value of `benchmark.json`."""
        runs = list(self._benchmark_runs())
        summary = {
            side: _summary([run["result"] for run in runs if run["configuration"] == side])
            for side in self._sides
        }
        ours, theirs = summary[WITH], summary[WITHOUT]
        delta = {
            "pass_rate": f"{ours['pass_rate']['mean'] - theirs['pass_rate']['mean']:+.2f}",
            "tokens": f"{ours['tokens']['mean'] - theirs['tokens']['mean']:+.0f}",
        }
        return {
            "metadata": {
                "skill_name": self._plan.suite.name,
                "executor_model": self._sides[WITH].name,
                "evals_run": list(range(1, len(self._cases) + 1)),
                "runs_per_configuration": max(
                    (len(self._of(side, case)) for side in self._sides for case in self._cases),
                    default=0,
                ),
            },
            "runs": runs,
            "run_summary": {**summary, "delta": delta},
            "notes": list(self._notes()),
        }

    def _of(self, side: str, case: Case) -> list[Attempt]:
        return self._runs[self._sides[side].name, case.id]

    def _benchmark_runs(self) -> Iterator[dict[str, Any]]:
        for number, case in enumerate(self._cases, 1):
            for side in self._sides:
                for at, attempt in enumerate(self._of(side, case), 1):
                    verdicts = self._verdicts(case, attempt)
                    yield {
                        "eval_id": number,
                        "eval_name": case.id,
                        "configuration": side,
                        "run_number": at,
                        "result": {
                            **_counts(verdicts),
                            "tokens": attempt.spent,
                            "tool_calls": attempt.calls,
                            "errors": int(bool(attempt.error)),
                        },
                        "expectations": [verdict.to_json() for verdict in verdicts],
                        "notes": [attempt.error] if attempt.error else [],
                    }

    def _metadata(self, number: int, case: Case) -> dict[str, Any]:
        verdicts = self._verdicts(case, self._of(WITH, case)[0])
        return {
            "eval_id": number,
            "eval_name": case.id,
            "prompt": case.question,
            "assertions": [verdict.text for verdict in verdicts],
        }

    def _run_files(self, case: Case, attempt: Attempt) -> Iterator[tuple[str, str]]:
        verdicts = self._verdicts(case, attempt)
        yield (
            "grading.json",
            _json(
                {
                    "expectations": [verdict.to_json() for verdict in verdicts],
                    "summary": _counts(verdicts),
                    "execution_metrics": {
                        "tool_calls": _by_tool(attempt),
                        "total_tool_calls": attempt.calls,
                        "errors_encountered": int(bool(attempt.error)),
                        "output_chars": len(attempt.answer or ""),
                    },
                }
            ),
        )
        yield "timing.json", _json({"total_tokens": attempt.spent})
        yield "outputs/read.md", _read(attempt)
        if attempt.answer is not None:
            yield "outputs/answer.md", attempt.answer.rstrip("\n") + "\n"

    def _verdicts(self, case: Case, attempt: Attempt) -> list[Verdict]:
        verdicts = [_gold_verdict(node, attempt) for node in case.gold]
        if not case.gold:
            verdicts.append(_silence_verdict(attempt))
        if self._answers:
            verdicts += _answer_verdicts(case, attempt)
        return verdicts

    def _notes(self) -> Iterator[str]:
        ours, baseline = self._sides[WITH].name, self._sides[WITHOUT].name
        yield f"{WITH} is the policy {ours}, {WITHOUT} is {baseline}, both in {self._budget} tokens"
        if not self._answers and any(case.checks for case in self._cases):
            yield (
                "The checks of answers are not graded, because not both policies answer; "
                "--grading-against names another one"
            )


def _gold_verdict(node: str, attempt: Attempt) -> Verdict:
    tokens = 0
    best = "it was never shown"
    for call, step in enumerate(attempt.steps, 1):
        tokens += step.cost
        if node in step.read:
            return Verdict(
                _gold_text(node), True, f"answer {call} ({step.tool}) showed it, {tokens} tokens in"
            )
        if node in step.parts:
            best = f"only a section of it was read, in answer {call}"
        elif node in step.listed and best == "it was never shown":
            best = f"it was listed in answer {call} and not read"
    return Verdict(_gold_text(node), False, best)


def _gold_text(node: str) -> str:
    return f"The node {node} was read"


def _silence_verdict(attempt: Attempt) -> Verdict:
    nodes = dict.fromkeys(node for step in attempt.steps for node in (*step.read, *step.parts))
    evidence = f"read: {', '.join(nodes)}" if nodes else "nothing was read"
    return Verdict("No node was read, since none answers this", not nodes, evidence)


def _answer_verdicts(case: Case, attempt: Attempt) -> Iterator[Verdict]:
    passed = attempt.passed or (False,) * len(case.checks)
    answer = " ".join((attempt.answer or "").split())
    excerpt = answer if len(answer) <= _EXCERPT else f"{answer[:_EXCERPT]}…"
    evidence = f"no answer: {attempt.error}" if attempt.error else f"the answer: {excerpt}"
    for check, holds in zip(case.checks, passed, strict=True):
        yield Verdict(sentence(check), holds, evidence)


def _counts(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    passed, total = sum(verdict.passed for verdict in verdicts), len(verdicts)
    rate = round(passed / total, _PLACES) if total else 0.0
    return {"passed": passed, "failed": total - passed, "total": total, "pass_rate": rate}


def _summary(results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        name: _statistics([result[name] for result in results]) for name in ("pass_rate", "tokens")
    }


def _statistics(values: Sequence[float]) -> dict[str, float]:
    if not values:
        return {"mean": 0.0, "stddev": 0.0, "min": 0.0, "max": 0.0}
    spread = stdev(values) if len(values) > 1 else 0.0
    numbers = {"mean": fmean(values), "stddev": spread, "min": min(values), "max": max(values)}
    return {name: round(float(value), _PLACES) for name, value in numbers.items()}


def _by_tool(attempt: Attempt) -> dict[str, int]:
    names = [step.tool for step in attempt.steps if step.tool != "instructions"]
    return {name: names.count(name) for name in dict.fromkeys(names)}


def _read(attempt: Attempt) -> str:
    lines = ["# What was shown", ""]
    for number, step in enumerate(attempt.steps, 1):
        parts = [f"{number}. {step.tool}, {step.cost} tokens"]
        for what, nodes in (
            ("read", step.read),
            ("sections of", step.parts),
            ("listed", step.listed),
        ):
            parts += [f"{what} {', '.join(nodes)}"] if nodes else []
        lines.append("; ".join(parts))
    if attempt.error:
        lines += ["", f"The model failed: {attempt.error}"]
    return "\n".join(lines) + "\n"


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def _placed(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files to the next free iteration in a folder."""
    data = {name: text.encode("utf-8", "backslashreplace") for name, text in files.items()}
    with staged_folder(folder, data) as staged:
        numbers = [int(m[1]) for p in folder.iterdir() if (m := _ITERATION.fullmatch(p.name))]
        place = folder / f"iteration-{max(numbers, default=0) + 1}"
        staged.rename(place)
    return place
