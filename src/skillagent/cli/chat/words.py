"""Numbers and tool calls as text, for the chat and its commands."""

from __future__ import annotations

from skillagent.disclosure import Ledger
from skillagent.messages import ToolCall, Usage

ARGUMENT_CHARS = 100
BAR = 10


def call_text(name: str, arguments: object, limit: int = ARGUMENT_CHARS) -> str:
    """`read_node(node='a')`, with its arguments cut to the limit."""
    if isinstance(arguments, dict):
        text = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
    else:
        text = str(arguments)
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return f"{name}({text})"


def tool_call_text(call: ToolCall, limit: int = ARGUMENT_CHARS) -> str:
    arguments = call.arguments
    shown = arguments if isinstance(arguments, str) else dict(arguments)
    return call_text(call.name, shown, limit)


def budget_bar(ledger: Ledger) -> str:
    """`█████░░░░░ 4,138 of 8,000 tokens`."""
    share = ledger.spent / ledger.total if ledger.total else 1.0
    # Rounded up, so that the bar is not empty once something is spent; full only at the total.
    filled = min(BAR, -(-ledger.spent * BAR // ledger.total)) if share < 1 else BAR
    bar = "█" * filled + "░" * (BAR - filled)
    return f"{bar} {ledger.spent:,} of {ledger.total:,} tokens"


def usage_text(usage: Usage) -> str:
    """`9,120 in (8,000 from cache, 500 to cache), 310 out`."""
    cached = [
        f"{number:,} {where} cache"
        for number, where in ((usage.cache_read, "from"), (usage.cache_write, "to"))
        if number
    ]
    inside = f" ({', '.join(cached)})" if cached else ""
    return f"{usage.input:,} in{inside}, {usage.output:,} out"


def dollars_text(dollars: float) -> str:
    """`$0.0213`."""
    return f"${dollars:.4f}" if dollars >= 0.0001 or not dollars else "under $0.0001"
