"""Evals: what a skill graph is worth, measured by questions beside plainer ways.

- `suite` and `suite_file`: questions about a graph, with the nodes that answer them; `leaks` finds
  questions that give their answer away, `checks` and `judge` examine answers.
- `opening` takes a suite in any format: also those of Agent Skills, with `agent_skills_file`.
  `harbor_tasks` writes one as Harbor tasks.
- `policies`: ways to choose what is shown for a question, plain ones and those with the tools. All
  of them act on a `session`, in the same budget and by the same token counter.
- `running` runs them and leaves a run record of each; `results_file` keeps every `attempt`.
- `scores`, `figures`, `resampling`: from an attempt to a figure with its interval.
- `report` has all figures, `tables` shows them, `gate` and `baseline` judge them for CI; `grading`
  writes results for skill-creator's viewer.

Above: `cli`. Below: `agent`, `repro`, `runs`, `disclosure`.
"""

from skillagent.evals.attempt import Attempt, Task
from skillagent.evals.opening import open_suite
from skillagent.evals.policies.policy import Policy, Role, Setup
from skillagent.evals.policies.table import POLICIES, policies
from skillagent.evals.report import Report, report
from skillagent.evals.running import Eval
from skillagent.evals.scores import Score, score
from skillagent.evals.session import Session, Step
from skillagent.evals.suite import Case, Suite
from skillagent.evals.suite_file import load

__all__ = [
    "POLICIES",
    "Attempt",
    "Case",
    "Eval",
    "Policy",
    "Report",
    "Role",
    "Score",
    "Session",
    "Setup",
    "Step",
    "Suite",
    "Task",
    "load",
    "open_suite",
    "policies",
    "report",
    "score",
]
