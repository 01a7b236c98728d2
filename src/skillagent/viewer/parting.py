"""Where the walks of two recorded runs part: the first difference of the records, as a step.

Above: the command `view`. Below: `walking`, `repro.divergence`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from skillagent.repro.divergence import divergence_of_records
from skillagent.runs import RunRecord
from skillagent.store import GraphView
from skillagent.viewer.walk import Parting, Step, Walk
from skillagent.viewer.walking import line, walk_of_record


def compared_walks(first: RunRecord, second: RunRecord, view: GraphView) -> tuple[Walk, Walk]:
    """The walks of two recorded runs, each with the place where it parts from the other.

    Args:
        first: a record.
        second: another one.
        view: the graph of today.
    """
    walks = walk_of_record(first, view), walk_of_record(second, view)
    difference = divergence_of_records(first, second)
    if difference is None:
        return walks
    place = difference.event - 1
    steps = _first_at(walks[0].steps, place), _first_at(walks[1].steps, place)
    words = f"{_until(steps)}: {line(difference.what)}. {_goes_on(steps)}"
    first_walk, second_walk = (
        replace(walk, parting=Parting(step.number if step else None, words))
        for walk, step in zip(walks, steps, strict=True)
    )
    return first_walk, second_walk


def _first_at(steps: Sequence[Step], place: int) -> Step | None:
    """The first step whose answer is at a place among the events, or behind it."""
    return next((step for step in steps if step.place >= place), None)


def _until(steps: Sequence[Step | None]) -> str:
    """How far the runs are equal."""
    numbers = [step.number for step in steps if step]
    if not numbers:
        return "All steps are equal; then the runs differ"
    # Up to their difference both runs have the same steps.
    equal = min(numbers) - 1
    if not equal:
        return "The runs differ from their first step on"
    return f"The first {equal} steps are equal" if equal > 1 else "The first step is equal"


def _goes_on(steps: Sequence[Step | None]) -> str:
    """What each run does from there."""
    if not any(steps):
        return "Neither run has a step after it."
    sentences = []
    for run, step in enumerate(steps, 1):
        if step:
            call = " ".join(filter(None, (step.operation, step.arguments)))
            sentences.append(f"run {run} goes on with {call} (step {step.number})")
        else:
            sentences.append(f"run {run} has no step after it")
    text = "; ".join(sentences)
    return f"{text[0].upper()}{text[1:]}."
