"""Suites as tasks of Inspect AI, so that its models, parallelism, logs and viewer serve.

    inspect eval skillagent/suite -T suite=examples/trading -T budget=4000 --model openai/gpt-6-sol

Each sample has a session of its own: one toolset with its budget, whose ledger is kept in the
sample's store. The scorers need nothing but the sample, so `inspect score` can repeat them.

Inspect cuts the results of tools, refuses calls that do not fit their schema, and reports errors
in its own words. None of that happens here: the model receives the very text that was counted.

Above: users of Inspect AI. Below: `session`, `scores`, `judge`, `suite_file`.
Source: the package `inspect-ai`, 0.3.285 and later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from skillagent.agent.agent import MAX_TURNS
from skillagent.disclosure import Toolset
from skillagent.errors import MissingPackageError
from skillagent.evals import scores
from skillagent.evals.attempt import Attempt
from skillagent.evals.attempt import Task as Attempted
from skillagent.evals.checks import Check, Judged, Python
from skillagent.evals.gate import tokens_of
from skillagent.evals.judge import SYSTEM, judged_text, verdict
from skillagent.evals.leaks import refuse_leaks
from skillagent.evals.opening import open_suite
from skillagent.evals.session import Session, Step
from skillagent.evals.suite import Case, Suite
from skillagent.evals.suite_file import CheckModel
from skillagent.evals.suite_text import check_fields
from skillagent.formats.blocks import tool_call
from skillagent.graph import SkillGraph
from skillagent.tokens import counter_for

try:
    from inspect_ai import Task, task
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import (
        ChatMessage,
        ChatMessageAssistant,
        ChatMessageSystem,
        ChatMessageUser,
        execute_tools,
        get_model,
        model_roles,
    )
    from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
    from inspect_ai.solver import Generate, Solver, TaskState, solver
    from inspect_ai.tool import ToolDef, ToolInfo, ToolParams
except ImportError:
    raise MissingPackageError("inspect-ai", "inspect", "Inspect AI") from None

GRADER = "grader"
"""The role of the model that judges answers by rubrics: `--model-role grader=…`."""
STEPS, COSTS, SPENT = "skillagent:steps", "skillagent:costs", "skillagent:spent"
"""Keys of the sample's store: the ledger, tokens of the nodes in it, and tokens of all answers."""
_MALFORMED = "INVALID_JSON"
"""Key for arguments that are no JSON object, on their way to our own parser."""
_CUT_OFF = ("max_tokens", "model_length", "content_filter")
"""Reasons why a reply ended early; it may contain half a call, which is not run."""


@task
def suite(
    suite: str,
    budget: int | str = 4_000,
    count_for: str | None = None,
    max_turns: int = MAX_TURNS,
    allow_python: bool = False,
) -> Task:
    """The task of a suite, one sample a case.

    Args:
        suite: a suite, or the folder of a graph with one; see `open_suite`.
        budget: tokens that everything shown for a question may cost, such as 4000 or `4k`.
        count_for: count tokens as for this model; o200k_base by default.
        max_turns: maximum of replies of the model to one question.
        allow_python: run functions that the suite names as checks.

    Raises:
        UsageError: the suite or its graph cannot be used.
    """
    loaded = open_suite(Path(suite))
    graph = SkillGraph.load(*loaded.roots)
    loaded = loaded.on(graph)
    refuse_leaks(loaded, graph)
    _allow_python(loaded, allowed=allow_python)
    return Task(
        dataset=MemoryDataset([_sample(case) for case in loaded.cases], name=loaded.name),
        solver=skill_graph(list(loaded.roots), tokens_of(str(budget)), count_for, max_turns),
        scorer=[gold_recall(), all_gold(), precision(), false_disclosure(), answer_checks()],
        metadata={"suite": loaded.name, "nodes": len(graph.nodes), "graph": list(loaded.roots)},
    )


@solver
def skill_graph(
    roots: list[str], budget: int, count_for: str | None = None, max_turns: int = MAX_TURNS
) -> Solver:
    """Let the model answer with the three operations, inside a budget.

    Args:
        roots: folders of the graph.
        budget: tokens that the system prompt and all answers of the tools may cost together.
        count_for: count tokens as for this model; o200k_base by default.
        max_turns: maximum of replies of the model.
    """
    graph, counter = SkillGraph.load(*roots), counter_for(count_for)

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001 - Inspect passes it
        session = Session(graph, budget, counter)
        tools = session.toolset
        if text := tools.instructions():
            state.messages.insert(0, ChatMessageSystem(content=text))
        _keep(state, session)
        for _ in range(max_turns):
            state.output = await get_model().generate(state.messages, _definitions(tools))
            message = state.output.message
            state.messages.append(message)
            if not message.tool_calls or state.output.stop_reason in _CUT_OFF:
                break
            results = await execute_tools(_runnable(message), _runners(message, tools), 0)
            state.messages.extend(results.messages)
            _keep(state, session)
        return state

    return solve


@scorer(metrics=[mean(), stderr()])
def gold_recall() -> Scorer:
    """Share of the gold nodes whose whole text was shown."""
    return _of_answerable(lambda score: score.recall)


@scorer(metrics=[mean(), stderr()])
def all_gold() -> Scorer:
    """Whether the whole text of every gold node was shown."""
    return _of_answerable(lambda score: float(score.all_gold))


@scorer(metrics=[mean(), stderr()])
def precision() -> Scorer:
    """Tokens of gold nodes, of all tokens of texts that were shown."""
    return _of_answerable(lambda score: score.precision)


@scorer(metrics=[mean(), stderr()])
def false_disclosure() -> Scorer:
    """Whether any text was shown for a question that nothing should answer."""

    async def value(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - scorers have one shape
        if _case(state).gold:
            return Score.unscored(explanation="the question has an answer")
        return _scored(state, lambda score: float(score.disclosed))

    return value


@scorer(metrics=[mean(), stderr()])
def answer_checks() -> Scorer:
    """Whether the answer fulfils every check of its case; rubrics only if there is a grader."""

    async def value(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - scorers have one shape
        case, answer = _case(state), _answer(state)
        has_grader = GRADER in model_roles()
        checks = [check for check in case.checks if has_grader or not isinstance(check, Judged)]
        if not checks:
            why = f"no model has the role {GRADER}" if case.checks else "the case has no checks"
            return Score.unscored(explanation=why)
        results = [await _holds(check, case, answer) for check in checks]
        lines = [
            f"{'yes' if held else 'no'}: {check}"
            for check, held in zip(checks, results, strict=True)
        ]
        return Score(value=float(all(results)), answer=answer, explanation="\n".join(lines))

    return value


def _of_answerable(figure: Callable[[scores.Score], float]) -> Scorer:
    async def value(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - scorers have one shape
        if not _case(state).gold:
            return Score.unscored(explanation="nothing should answer the question")
        return _scored(state, figure)

    return value


def _scored(state: TaskState, figure: Callable[[scores.Score], float]) -> Score:
    case = _case(state)
    steps = tuple(map(Step.from_json, state.store.get(STEPS, [])))
    attempt = Attempt(Attempted("inspect", 0, case.id), steps)
    score = scores.score(case, attempt, state.store.get(COSTS, {}))
    read = list(dict.fromkeys(node for step in steps for node in step.read))
    return Score(
        value=figure(score),
        answer=_answer(state),
        explanation=f"gold: {', '.join(case.gold) or 'none'}; read: {', '.join(read) or 'nothing'}",
        metadata={"tokens": score.tokens, "calls": score.calls, "wasted": score.wasted},
    )


async def _holds(check: Check, case: Case, answer: str) -> bool:
    if not isinstance(check, Judged):
        return check.holds(answer)
    model = get_model(role=GRADER)
    text = judged_text(check.rubric, case.question, answer)
    reply = await model.generate([ChatMessageSystem(content=SYSTEM), ChatMessageUser(content=text)])
    return verdict(reply.completion)


def _sample(case: Case) -> Sample:
    fields = list(map(check_fields, case.checks))
    texts = [value for field in fields for value in field.values() if isinstance(value, str)]
    return Sample(
        id=case.id,
        input=case.question,
        target=texts,
        metadata={
            "gold": list(case.gold),
            "distractors": list(case.distractors),
            "tags": list(case.tags),
            "checks": fields,
        },
    )


def _case(state: TaskState) -> Case:
    """The case of a sample, from what its log keeps."""
    values = state.metadata
    return Case(
        str(state.sample_id),
        state.input_text,
        tuple(values["gold"]),
        tuple(values["distractors"]),
        tuple(values["tags"]),
        tuple(CheckModel(**fields).check() for fields in values["checks"]),
    )


def _answer(state: TaskState) -> str:
    """The text of the last reply; empty if the sample ended with calls."""
    last = state.messages[-1] if state.messages else None
    return last.text if isinstance(last, ChatMessageAssistant) else ""


def _keep(state: TaskState, session: Session) -> None:
    """Put the ledger into the store after every turn: a limit of Inspect may end the next one."""
    steps, tools = session.steps, session.toolset
    nodes = sorted({node for step in steps for node in (*step.read, *step.parts)})
    costs = {node: session.graph.nodes[node].cost(tools.counter) for node in nodes}
    state.store.set(STEPS, [step.to_json() for step in steps])
    state.store.set(COSTS, costs)
    state.store.set(SPENT, tools.ledger.spent)


def _definitions(tools: Toolset) -> list[ToolInfo]:
    return [
        ToolInfo(
            name=spec.name,
            description=spec.description,
            parameters=ToolParams.model_validate(spec.parameters),
        )
        for spec in tools.specs
    ]


def _runnable(message: ChatMessageAssistant) -> list[ChatMessage]:
    """The reply with calls that Inspect passes on, whatever their arguments are."""
    calls = [
        replace(call, parse_error=None, arguments={_MALFORMED: call.parse_error})
        if call.parse_error
        else call
        for call in message.tool_calls or ()
    ]
    return [message.model_copy(update={"tool_calls": calls})]


def _runners(message: ChatMessageAssistant, tools: Toolset) -> Sequence[ToolDef]:
    """A tool for each name that is called, also for one that does not exist."""
    names = dict.fromkeys(call.function for call in message.tool_calls or ())
    return [_runner(name, tools) for name in names]


def _runner(name: str, tools: Toolset) -> ToolDef:
    async def run(**kwargs: Any) -> str:
        return tools.answer(tool_call("", name, kwargs.get(_MALFORMED, kwargs))).text

    any_arguments = ToolParams(additionalProperties=True)
    return ToolDef(run, name=name, description=name, parameters=any_arguments)


def _allow_python(suite: Suite, *, allowed: bool) -> None:
    for case in suite.cases:
        for check in case.checks:
            if isinstance(check, Python) and not allowed:
                raise suite.error(
                    case,
                    f"it asks to run {check.name}: that is Python code of the suite's own; allow "
                    "it with -T allow_python=true if you trust it",
                )
