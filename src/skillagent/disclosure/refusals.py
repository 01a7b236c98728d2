"""What a model is told of a call that was refused: short, and enough to correct it."""

from __future__ import annotations

from collections.abc import Iterator

from skillagent.disclosure.results import Refusal
from skillagent.disclosure.view import Plan
from skillagent.errors import ResolveError


def unresolved(error: ResolveError) -> Refusal:
    """A name that leads to no node, or to several, with the ids that were meant perhaps."""
    name = error.name.strip()[:80]
    named = ", ".join(f"[[{candidate}]]" for candidate in error.candidates[:5])
    if error.ambiguous:
        return Refusal("ambiguous", f"{name!r} may mean {named}; use one id.", error.candidates)
    if named:
        message = f"There is no node {name!r}; nearest: {named}."
    else:
        message = f"There is no node {name!r}; find it with list_index(query=…)."
    return Refusal("unknown", message, error.candidates)


def plans(refusal: Refusal) -> Iterator[Plan]:
    """The refusal in full, then with less and less."""
    yield Plan(refusal.message, refusal)
    head, semicolon, _ = refusal.message.partition(";")
    if semicolon:
        yield Plan(f"{head}.", refusal)
    yield Plan(f"Refused: {refusal.code}.", refusal)
