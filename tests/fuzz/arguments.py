"""`Toolset.call`: no arguments make it raise, and the budget and the grammar hold.

The first byte of an input chooses the budget, and whether the graph is trusted; then each call is a
line of JSON as programs send it, or, after a byte for its kind, built of names that the graph has
and of free texts.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from skillagent import Answer, Budget, SkillGraph, Toolset
from skillagent.disclosure.call_lines import answer_line
from skillagent.disclosure.tools import MODELS
from tests.conftest import ROOT
from tests.fuzz.choices import Choices
from tests.test_structure import check as check_grammar
from tests.test_trust import outside, without_marks

CALLS = 6
"""Most calls of one session."""
BUDGETS = (Budget(60_000), Budget(4_000, 300), Budget(500, 250), Budget(120), Budget(0))
SESSIONS = tuple((budget, untrusted) for untrusted in ((), ("trading",)) for budget in BUDGETS)
"""Budget, and names of the untrusted roots."""
_NAMES = ("index", "risk-management", "position-sizing", "stop losses", "[[index]]", "none", "")
_WORDS = (
    "stop loss",
    "tag:risk",
    "type:map -tag:x",
    "path:",
    '"a b"',
    "unmapped",
    "1",
    "a#b",
    "&#91;",
)
_FIELDS = tuple(name for model in MODELS.values() for name in model.model_fields)


@cache
def _graph() -> SkillGraph:
    return SkillGraph.load(ROOT / "examples" / "trading")


def check(data: bytes) -> None:
    """Make the calls of one input in one session."""
    choices = Choices(data)
    budget, untrusted = choices.of(SESSIONS)
    tools = Toolset(_graph(), budget, clock=lambda: 0.0, untrusted=untrusted)
    tag = tools.state().tag
    spent = 0
    for _ in range(CALLS):
        if not choices:
            break
        answer = _called(tools, choices)
        spent += answer.cost
        assert answer.cost == (tools.counter.count(answer.text) if answer.text else 0)
        assert answer.remaining == tools.remaining == tools.budget.total - spent >= 0
        outside(answer.text, tag)
        check_grammar(without_marks(answer) if tag else answer)
        json.dumps(answer.to_json())


def _called(tools: Toolset, choices: Choices) -> Answer:
    match choices.number(3):
        case 0:
            return answer_line(tools, choices.text())
        case 1:
            return tools.call(choices.of((*MODELS, "")), choices.text())
        case _:
            return tools.call(choices.of(tuple(MODELS)), _arguments(choices))


def _arguments(choices: Choices) -> dict[str, Any]:
    return {
        choices.of((*_FIELDS, choices.text())): _value(choices, 2) for _ in range(choices.number(4))
    }


def _value(choices: Choices, depth: int) -> Any:
    match choices.number(7 if depth else 5):
        case 0:
            return choices.of(_NAMES)
        case 1:
            return choices.of(_WORDS)
        case 2:
            return choices.text()
        case 3:
            return choices.of((None, True, False, 0, 1, 2, 3, -1, 2.0, 1.5, float("nan"), 10**30))
        case 4:
            return choices.of(tuple(_graph().nodes))
        case 5:
            return [_value(choices, depth - 1) for _ in range(choices.number(5))]
        case _:
            return {choices.text(): _value(choices, depth - 1) for _ in range(choices.number(3))}
