"""The report of `skillagent repeat` as lines for a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from skillagent.providers.base import Determinism

if TYPE_CHECKING:
    from skillagent.repro.control import Compared, Difference
    from skillagent.repro.repeat import Departure, OutcomeCount, Repeated, Spread

_TEXT = 100
"""Most characters of an answer."""
_DETAILS = 4
"""Most lines that show a difference."""


def report_lines(repeated: Repeated, noise: Compared | None, other: Compared | None) -> list[str]:
    """The report.

    Args:
        repeated: what the runs of group A have in common.
        noise: the control, if it was asked for.
        other: group B, if it was asked for.
    """
    count = len(repeated.samples)
    lines = [f"{_runs(count)} of {repeated.model}, {_words(repeated.determinism)}"]
    lines += [*_outcome_lines(repeated), *_agreement_lines(repeated)]
    if noise:
        count = len(noise.repeated.samples)
        lines += ["", f"control: A asked again, the same inputs, {_runs(count)}"]
        lines += _compared_lines(noise)
    if other:
        group = other.repeated
        lines += ["", f"B: {_runs(len(group.samples))} of {group.model}, {group.determinism}"]
        lines += _outcome_lines(group)
        lines += _compared_lines(other)
    return lines


def _words(determinism: str) -> str:
    if determinism == Determinism.SCRIPTED:
        return "scripted: fixed rules answer, so equal runs say nothing of a model"
    return determinism


def _runs(count: int) -> str:
    return f"{count} run{'' if count == 1 else 's'}"


def _outcome_lines(repeated: Repeated) -> Iterator[str]:
    total, count = len(repeated.samples), len(repeated.outcomes)
    yield f"{count} distinct outcome{'' if count == 1 else 's'}:"
    for outcome in repeated.outcomes:
        example = f"run {outcome.runs[0]}"
        if outcome.record:
            example += f" ({outcome.record})"
        yield f"  {len(outcome.runs)} of {total}  {example}: {_outcome_text(outcome)}"
        if outcome.departure:
            yield from _departure_lines(outcome.departure)


def _outcome_text(outcome: OutcomeCount) -> str:
    if outcome.outcome.is_failed:
        return f"failed: {'; '.join(outcome.errors)}"
    reason, text = outcome.outcome.reason, outcome.outcome.text
    shown = (text if len(text) <= _TEXT else text[: _TEXT - 1] + "…") or "(no text)"
    return shown if reason == "end" else f"{reason}: {shown}"


def _departure_lines(left: Departure) -> Iterator[str]:
    difference = left.divergence
    place = f"turn {left.turn}, event {difference.event}"
    yield f"      leaves run {left.leaves} at {place}: {difference.what}"
    details = difference.details
    yield from (f"      {line}" for line in details[:_DETAILS])
    if len(details) > _DETAILS:
        yield f"        … and {len(details) - _DETAILS} lines more, see --json"


def _agreement_lines(repeated: Repeated) -> Iterator[str]:
    share = repeated.agreement
    interval = share.interval
    yield (
        f"agreement: {share.count} of {share.of} runs gave the most frequent answer, "
        f"{share.value:.0%}, 95 % interval {interval.low:.0%} to {interval.high:.0%}"
    )
    if repeated.departures:
        turns = [f"{_runs(count)} at turn {turn}" for turn, count in repeated.departures.items()]
        yield f"they leave it: {', '.join(turns)}"
    if repeated.failed:
        yield f"failed: {_runs(repeated.failed)}; what follows is of the others"
    if repeated.nodes is not None:
        yield f"nodes read: mean Jaccard similarity of two runs {repeated.nodes:.2f}"
    for name, spread in (
        ("tokens disclosed", repeated.tokens),
        ("calls", repeated.calls),
    ):
        if spread is not None:
            yield f"{name}: {_spread(spread)}"


def _spread(spread: Spread) -> str:
    if spread.low == spread.high:
        return f"{spread.low} in every run"
    return f"mean {spread.mean:.1f}, from {spread.low} to {spread.high}"


def _compared_lines(compared: Compared) -> Iterator[str]:
    if compared.repeated.failed:
        yield f"  failed: {_runs(compared.repeated.failed)}"
    if not compared.differences:
        yield "  every run of A failed, so there is nothing to compare with"
    for difference in compared.differences:
        verdict = compared.verdicts.get(difference.metric)
        yield _difference_line(difference) + (f"  {verdict}" if verdict else "")


def _difference_line(difference: Difference) -> str:
    interval = difference.interval
    return (
        f"  {difference.metric + ':':<12} {difference.before:.2f} → {difference.after:.2f}, "
        f"difference {_signed(difference.value)}, "
        f"95 % interval {_signed(interval.low)} to {_signed(interval.high)}"
    )


def _signed(number: float) -> str:
    return f"{number:+.2f}" if round(number, 2) else "0.00"
