"""Findings about the routing of a graph as lines for the terminal.

Above: `cli`. Below: `description`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from skillagent.evals.describe.attracting import Attraction, Lacking
from skillagent.evals.describe.description import Description
from skillagent.evals.describe.misleading import Misleading
from skillagent.evals.describe.unreached import OnMaps, Unnamed, Unread

SHOWN = 10
"""Most findings of a kind; `--json` has all."""
WORDS = 6
"""Most words that are named for one change."""
CASES = 4
GOLD = 3
"""Most cases, and most gold nodes, that are named for one finding."""
SAID = 4
"""Most words that are named although a node has them nowhere: many of them are chance."""
_Finding = TypeVar("_Finding")


def description_lines(description: Description) -> Iterator[str]:
    """All kinds of findings, each with its most rewarding ones."""
    missed, questions = len(description.missed), description.questions
    yield (
        f"{description.suite}: {description.policy} misses a gold node of {missed} of "
        f"{_count(questions, 'question')} in {description.budget:,} tokens"
    )
    kinds = (
        _part("Descriptions that attract questions of other nodes", description.attracting, _pull),
        _part("Nodes that their questions never reach", description.unread, _unread),
        _part("Nodes that no walk came across", description.unnamed, _unnamed),
        _part("Links that lead away from the answer", description.misleading, _link),
    )
    for lines in kinds:
        yield from lines
    if not description.has_findings:
        yield "Nothing to change was found."


def _part(
    title: str, findings: Sequence[_Finding], lines: Callable[[_Finding], Iterator[str]]
) -> Iterator[str]:
    if not findings:
        return
    yield ""
    yield f"{title} ({len(findings)})"
    for finding in findings[:SHOWN]:
        first, *rest = lines(finding)
        yield f"- {first}"
        yield from (f"    {line}" for line in rest)
    if len(findings) > SHOWN:
        yield f"- {len(findings) - SHOWN} more: see --json"


def _pull(one: Attraction) -> Iterator[str]:
    questions = _count(len(one.cases), "question")
    yield f"{one.place}: above the right node in {questions}; it is missed in {len(one.missed)}"
    yield f"drop or qualify: {_listed(one.to_drop, WORDS)}"
    for gold in one.instead[:GOLD]:
        yield f"should be {gold.place} ({_listed(gold.cases, CASES)}): {_additions(gold)}"
    if len(one.instead) > GOLD:
        yield f"and {len(one.instead) - GOLD} more"


def _unread(one: Unread) -> Iterator[str]:
    words, count = one.words, len(one.words.cases)
    cases = [
        f"{case} {'no hit' if rank is None else f'rank {rank}'}"
        for case, rank in zip(words.cases, one.ranks, strict=True)
    ]
    named = f"a listing names it in {one.named}" if one.named else "no listing or map names it"
    questions = _count(count, "question")
    yield f"{words.place}: not read for {questions} ({_listed(cases, CASES)}); {named}"
    yield _additions(words)
    if not one.on.maps:
        yield _mapped(one.on)


def _unnamed(one: Unnamed) -> Iterator[str]:
    asked = "; no case asks for it" if one.on.maps else ""
    words = f"; its description lacks: {_listed(one.to_add, WORDS)}" if one.to_add else ""
    yield f"{one.place}: {_mapped(one.on)}{asked}{words}"


def _link(one: Misleading) -> Iterator[str]:
    cases = f"{_count(len(one.cases), 'question')} ({_listed(one.cases, CASES)})"
    yield f"{one.place}: the link to {one.target} misleads {cases}"
    yield f"“{one.sentence}”"
    yield f"drop or qualify: {_listed(one.to_drop, WORDS)}"
    for right in one.instead[:GOLD]:
        added = f"add: {_listed(right.to_add, WORDS)}" if right.to_add else "say more of the target"
        yield f"at the link to {right.target}, {right.place}, {added}"


def _additions(words: Lacking) -> str:
    """What to add to the description of a gold node, in one line."""
    own, others = words.to_add[: words.in_text], words.to_add[words.in_text :]
    parts = []
    if own:
        parts.append(f"add words of its text: {_listed(own, WORDS)}")
    if others:
        parts.append(f"in the questions, not in it: {', '.join(others[:SAID])}")
    return "; ".join(parts) or "its description has every word of them"


def _mapped(on: OnMaps) -> str:
    if on.maps:
        return f"listed by {_listed(on.maps, 2)}"
    return f"on no map; list it in {on.proposed}" if on.proposed else "on no map; write one"


def _listed(texts: Sequence[str], most: int) -> str:
    rest = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {rest} more" if rest > 0 else "")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + "s" * (number != 1)
