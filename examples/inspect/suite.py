"""The task of skillagent in a file, for `inspect eval` where the package is installed as editable.

inspect eval examples/inspect/suite.py -T suite=examples/trading -T budget=4000 --model NAME
"""

from inspect_ai import Task, task

from skillagent.evals import inspect_tasks


@task
def suite(suite: str, budget: int | str = 4_000, max_turns: int = 12) -> Task:
    return inspect_tasks.suite(suite, budget, max_turns=max_turns)
