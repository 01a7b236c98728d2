"""What a test may ask of a toolset after a run, each failing with what was found instead."""

from __future__ import annotations

from skillagent.disclosure import Level, Toolset


def assert_disclosed(toolset: Toolset, *nodes: str, level: Level | str | None = None) -> None:
    """These nodes were shown.

    Args:
        toolset: of the run.
        nodes: ids.
        level: at which level or fuller; None for any.

    Raises:
        AssertionError: with what was shown.
    """
    found = toolset.ledger.levels()
    order = list(Level)
    least = order.index(Level(level)) if level is not None else 0
    missing = [node for node in nodes if node not in found or order.index(found[node]) < least]
    if missing:
        shown = "\n".join(f"  {at.value:<8} {node}" for node, at in found.items()) or "  nothing"
        wanted = f" at level {Level(level).value}" if level is not None else ""
        raise AssertionError(f"not disclosed{wanted}: {', '.join(missing)}; shown was:\n{shown}")


def assert_charged(toolset: Toolset, *, at_most: int | None = None) -> None:
    """The ledger adds up, and no more was spent than may be.

    Args:
        toolset: of the run.
        at_most: tokens; None for the toolset's budget.

    Raises:
        AssertionError: with every call and its cost.
    """
    ledger = toolset.ledger
    limit = ledger.total if at_most is None else at_most
    total = sum(entry.cost for entry in ledger.entries)
    if total != ledger.spent or total > limit:
        raise AssertionError(f"{total} tokens charged, {limit} allowed:\n{_calls(toolset)}")


def assert_no_call_after_spent(toolset: Toolset) -> None:
    """The model stopped calling once it was told that the budget is spent.

    Raises:
        AssertionError: with every call and its cost.
    """
    late = [entry.call for entry in toolset.ledger.entries if entry.call and not entry.cost]
    if late:
        raise AssertionError(f"called after the budget was spent: {late}\n{_calls(toolset)}")


def _calls(toolset: Toolset) -> str:
    return "\n".join(
        f"  {entry.call:>3}  {entry.tool}({dict(entry.arguments)})  {entry.cost} tokens"
        for entry in toolset.ledger.entries
    )
