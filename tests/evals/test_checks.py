"""Checks of answers."""

from __future__ import annotations

import pytest

from skillagent.errors import ProviderError, UsageError
from skillagent.evals import checks
from skillagent.evals.checks import Check, Contains, Exact, Judged, Matches, Numeric, Python
from skillagent.evals.judge import Judge
from skillagent.messages import Message, Reply, Request, Role, Stop, Text


@pytest.mark.parametrize(
    ("check", "answer", "holds"),
    [
        (Contains("double in size"), "Let it  DOUBLE\nin size.", True),
        (Contains("double in size"), "Let it double.", False),
        (Contains("½ cup"), "1⁄2 cup", True),
        (Exact("ten minutes"), " Ten  minutes ", True),
        (Exact("ten minutes"), "ten minutes.", False),
        (Matches(r"\b1\d minutes"), "about 12 minutes", True),
        (Matches(r"^12$"), "about 12", False),
        (Numeric(1000), "It is 1,000 tokens.", True),
        (Numeric(0.3, 0.1), "0.4", True),
        (Numeric(0.3, 0.1), "0.41", False),
        (Numeric(-2), "from −2 to 5", True),
        (Numeric(3.5e6), "3.5e6 of them", True),
        (Numeric(3), "no number", False),
        (Numeric(2), "Risk 1-2 % per trade", True),
        (Numeric(2020), "2019-2020", True),
        (Numeric(-3), "step-3", False),
        (Numeric(0.5), "It is .5", True),
        (Numeric(1200), "in 2024 1 200", False),
        (Numeric(1200), "1\u202f200 tokens", True),
        (Numeric(3), "H2O3", False),
        (Python("os.path:isabs"), "/etc", True),
        (Python("os.path:isabs"), "etc", False),
    ],
    ids=str,
)
def test_a_check_holds_or_not(check: Check, answer: str, holds: bool) -> None:
    assert check.holds(answer) is holds


@pytest.mark.parametrize(
    ("check", "told"),
    [
        (Matches(r"(a+)+$"), "takes too long"),
        (Python("no_such_module:check"), "cannot be imported"),
        (Python("os:no_such_function"), "cannot be imported"),
        (Python("os:sep"), "is no function"),
        (Python("math:sqrt"), "math:sqrt failed: TypeError"),
        (Judged("It is kind."), "--judge"),
    ],
    ids=str,
)
def test_a_check_that_cannot_be_carried_out_says_why(
    check: Check, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "PATTERN_SECONDS", 0.1)
    with pytest.raises(UsageError, match=told):
        check.holds("a" * 5_000 + "b")


class Verdict:
    """A model that always says the same."""

    name = "judge"

    def __init__(self, text: str) -> None:
        self._text = text
        self.asked: list[Request] = []

    def reply(self, request: Request) -> list[Reply]:
        self.asked.append(request)
        return [Reply(Message(Role.ASSISTANT, (Text(self._text),)), Stop.END)]


@pytest.mark.parametrize(("text", "holds"), [("PASS", True), ("fail.", False), ("**Pass**", True)])
def test_a_judge_sees_rubric_question_and_answer(text: str, holds: bool) -> None:
    model = Verdict(text)
    judge = Judge(lambda: model)  # type: ignore[arg-type, return-value]  # a list is iterable, too
    assert judge.holds("It names a time.", "How long?", "An hour.") is holds
    shown = model.asked[0].messages[0].text
    assert all(part in shown for part in ("It names a time.", "How long?", "An hour."))


def test_a_judge_without_a_verdict_is_an_error_and_no_fail() -> None:
    judge = Judge(lambda: Verdict("Well, it depends"))  # type: ignore[arg-type, return-value]
    with pytest.raises(ProviderError, match="instead of PASS or FAIL"):
        judge.holds("It names a time.", "How long?", "An hour.")
