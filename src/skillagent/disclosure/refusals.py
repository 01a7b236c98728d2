"""What a model is told of a call that was refused: short, and enough to correct it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from skillagent.disclosure import writing
from skillagent.disclosure.draft import Draft
from skillagent.disclosure.ledger import Level
from skillagent.disclosure.results import Refusal
from skillagent.errors import ResolveError

_CLAUSE_END = re.compile(r"(?<!\d);")
"""A semicolon, but for that of an escaped character in an id."""


def unresolved(error: ResolveError) -> Refusal:
    """A name that leads to no node, or to several, with the ids that were meant perhaps."""
    name = error.name.strip()[:80]
    named = ", ".join(f"[[{writing.identifier(one)}]]" for one in error.candidates[:5])
    if error.ambiguous:
        return Refusal("ambiguous", f"{name!r} may mean {named}; use one id.", error.candidates)
    if named:
        message = f"There is no node {name!r}; nearest: {named}."
    else:
        message = f"There is no node {name!r}; find it with list_index(query=…)."
    return Refusal("unknown", message, error.candidates)


def drafts(refusal: Refusal) -> Iterator[Draft]:
    """The refusal in full, then with less and less."""
    message = writing.words(refusal.message)
    yield Draft(replace(refusal, message=message))
    head, *more = _CLAUSE_END.split(message, maxsplit=1)
    if more:
        yield Draft(replace(refusal, message=f"{head}."))
    yield Draft(replace(refusal, message=f"Refused: {refusal.code}."))


def last_words(levels: Mapping[str, Level]) -> Iterator[str]:
    """That the budget is spent, and what was read, from the fullest text down.

    Args:
        levels: node → the fullest level at which it was shown.
    """
    head = "The budget is spent; nothing more can be shown. Answer from what you have read"
    order = (Level.NODE, Level.SECTION, Level.SUMMARY)
    names = [node for level in order for node, at in levels.items() if at is level]
    named = [f"[[{writing.identifier(node)}]]" for node in names[:12]]
    for count in range(len(named), 0, -1):
        more = f" and {len(names) - count} more" if count < len(names) else ""
        yield f"{head}: {', '.join(named[:count])}{more}."
    yield f"{head}."
    yield "The budget is spent."
    yield "Budget spent."
