"""An attempt: one case, run once by one policy in one budget. Results files keep attempts.

Above: `running`, `scores`. Below: `session`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from skillagent.evals.session import Step


class Task(NamedTuple):
    """What is to be run."""

    policy: str
    """Name of the policy, with the model if it has one: `llm:claude-sonnet-5-5`."""
    budget: int
    case: str
    repeat: int = 1

    @property
    def record_name(self) -> str:
        """The folder of its run record: no two tasks of an eval have the same."""
        policy = quote(self.policy, safe="+")
        # No id and no quoted name contains `@`, so it separates them.
        return f"{self.case}@{policy}@{self.budget}" + f"@{self.repeat}" * (self.repeat > 1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a task."""

    task: Task
    steps: tuple[Step, ...]
    answer: str | None = None
    """The text of the answer; None for a policy that only reads."""
    passed: tuple[bool, ...] = ()
    """Whether the answer fulfils each check of the case."""
    error: str = ""
    """Why the model gave no answer; empty if it did."""
    record: str = ""
    """Name of the folder of its run record; empty if it has none."""

    @property
    def spent(self) -> int:
        """Tokens of everything shown."""
        return sum(step.cost for step in self.steps)

    @property
    def calls(self) -> int:
        """Number of answers, without the system prompt."""
        return sum(step.tool != "instructions" for step in self.steps)

    def to_json(self) -> dict[str, Any]:
        return {
            "case": self.task.case,
            "policy": self.task.policy,
            "budget": self.task.budget,
            "repeat": self.task.repeat,
            "steps": [step.to_json() for step in self.steps],
            "answer": self.answer,
            "passed": list(self.passed),
            "error": self.error,
            "record": self.record,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Attempt:
        """An attempt that `to_json` wrote.

        Raises:
            ValueError, KeyError, TypeError: the values are none.
        """
        texts = [values["policy"], values["case"], values["error"], values["record"]]
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("a name is no text")
        if not isinstance(values["answer"], str | None):
            raise TypeError("the answer is no text")
        if not all(isinstance(passed, bool) for passed in values["passed"]):
            raise TypeError("a verdict is neither true nor false")
        return cls(
            Task(values["policy"], values["budget"], values["case"], values["repeat"]),
            tuple(map(Step.from_json, values["steps"])),
            values["answer"],
            tuple(values["passed"]),
            values["error"],
            values["record"],
        )
