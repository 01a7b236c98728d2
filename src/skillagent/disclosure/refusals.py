"""The texts for a call that is refused: short, and enough for a model to correct the call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from skillagent.disclosure import writing
from skillagent.disclosure.draft import Draft
from skillagent.disclosure.ledger import Level
from skillagent.disclosure.results import Refusal
from skillagent.errors import NotAsLockedError, ResolveError
from skillagent.markdown.lazy_pattern import lazy_pattern

_CLAUSE_END = lazy_pattern(r"(?<!\d);")
"""A semicolon, except one that ends an escaped character in an id (`&#8203;`)."""


def unresolved(error: ResolveError) -> Refusal:
    """The refusal of a name that leads to no node, or to several, with the nearest ids."""
    name = error.name.strip()[:80]
    candidates = ", ".join(f"[[{writing.identifier(node)}]]" for node in error.candidates[:5])
    if isinstance(error, NotAsLockedError):
        return _frozen(error, name, candidates)
    if error.ambiguous:
        return Refusal(
            "ambiguous", f"{name!r} may mean {candidates}; use one id.", error.candidates
        )
    if candidates:
        message = f"There is no node {name!r}; nearest: {candidates}."
    else:
        message = f"There is no node {name!r}; find it with list_index(query=…)."
    return Refusal("unknown", message, error.candidates)


def _frozen(error: NotAsLockedError, name: str, candidates: str) -> Refusal:
    """The refusal of a node that is not as it was locked; nothing that it contains is said."""
    message = f"{name!r} {error.why}, so nothing of it can be shown; go on without it"
    message += f", perhaps with {candidates}." if candidates else "."
    return Refusal("frozen", message, error.candidates)


def too_large(limit: int) -> Refusal:
    """The refusal of a call of which no draft fits, although much of the budget is left.

    Args:
        limit: tokens that the answer may cost.
    """
    message = (
        f"That does not fit in one answer of {limit} tokens; ask for less, "
        "such as one node, a section or a shorter query."
    )
    return Refusal("too_large", message)


def file_too_large(name: str, cost: int, left: int, node: str | None) -> str:
    """The message that refuses to give out a whole file.

    Args:
        name: name by which the file was requested.
        cost: its tokens.
        left: tokens that are left for it.
        node: id of the node whose file it is; None for another file.
    """
    sections = f"; read_node can show sections of [[{writing.identifier(node)}]]" if node else ""
    return f"{name} costs {cost} tokens; {left} are left{sections}."


def drafts(refusal: Refusal) -> Iterator[Draft]:
    """The refusal with its whole message, then with shorter ones."""
    message = writing.words(refusal.message)
    yield Draft(replace(refusal, message=message))
    head, *more = _CLAUSE_END.split(message, maxsplit=1)
    if more:
        yield Draft(replace(refusal, message=f"{head}."))
    yield Draft(replace(refusal, message=f"Refused: {refusal.code}."))


def last_words(levels: Mapping[str, Level]) -> Iterator[str]:
    """Texts of the last answer, the longest first: the budget is spent, and what was read.

    Args:
        levels: node → the fullest level at which it was shown.
    """
    head = "The budget is spent; nothing more can be shown. Answer from what you have read"
    order = (Level.NODE, Level.SECTION, Level.SUMMARY)
    nodes = [node for level in order for node, shown in levels.items() if shown is level]
    links = [f"[[{writing.identifier(node)}]]" for node in nodes[:12]]
    for count in range(len(links), 0, -1):
        more = f" and {len(nodes) - count} more" if count < len(nodes) else ""
        yield f"{head}: {', '.join(links[:count])}{more}."
    yield f"{head}."
    yield "The budget is spent."
    yield "Budget spent."
