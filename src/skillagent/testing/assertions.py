"""Assertions about a toolset after a run; a failure shows what the toolset recorded."""

from __future__ import annotations

from skillagent.disclosure import Level, Toolset


def assert_disclosed(toolset: Toolset, *nodes: str, level: Level | str | None = None) -> None:
    """These nodes were shown.

    Args:
        toolset: toolset of the run.
        nodes: ids of nodes.
        level: lowest level at which they were shown; None for any.

    Raises:
        AssertionError: the text lists what was shown.
    """
    levels = toolset.ledger.levels()
    order = list(Level)
    least = order.index(Level(level)) if level is not None else 0
    missing = [node for node in nodes if node not in levels or order.index(levels[node]) < least]
    if missing:
        shown = "\n".join(f"  {at.value:<8} {node}" for node, at in levels.items()) or "  nothing"
        wanted = f" at level {Level(level).value}" if level is not None else ""
        raise AssertionError(f"not disclosed{wanted}: {', '.join(missing)}; shown was:\n{shown}")


def assert_charged(toolset: Toolset, *, at_most: int | None = None) -> None:
    """The ledger adds up, and the total is within a limit.

    Args:
        toolset: toolset of the run.
        at_most: limit in tokens; None for the toolset's budget.

    Raises:
        AssertionError: the text lists every call and its cost.
    """
    ledger = toolset.ledger
    limit = ledger.total if at_most is None else at_most
    total = sum(entry.cost for entry in ledger.entries)
    if total != ledger.spent or total > limit:
        raise AssertionError(f"{total} tokens charged, {limit} allowed:\n{_calls(toolset)}")


def assert_no_call_after_spent(toolset: Toolset) -> None:
    """The model made no more calls after an answer said that the budget is spent.

    Raises:
        AssertionError: the text lists every call and its cost.
    """
    late = [entry.call for entry in toolset.ledger.entries if entry.call and not entry.cost]
    if late:
        raise AssertionError(f"called after the budget was spent: {late}\n{_calls(toolset)}")


def _calls(toolset: Toolset) -> str:
    return "\n".join(
        f"  {entry.call:>3}  {entry.tool}({dict(entry.arguments)})  {entry.cost} tokens"
        for entry in toolset.ledger.entries
    )
