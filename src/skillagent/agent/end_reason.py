"""Why a run ended."""

from __future__ import annotations

from enum import StrEnum


class EndReason(StrEnum):
    """Why a run ended. The values are part of the JSON form of events."""

    END = "end"
    """The model finished its answer."""
    REFUSAL = "refusal"
    """The model refused to answer."""
    MAX_TOKENS = "max_tokens"
    """The last reply reached the limit of its length."""
    CONTEXT_FULL = "context_full"
    """The conversation no longer fits the model's context window."""
    INCOMPLETE = "incomplete"
    """The stream of the last reply ended before the reply did."""
    PAUSE = "pause"
    """The model paused in a reply with tool calls, which were not run."""
    MAX_TURNS = "max_turns"
    """The model was still calling tools after the last turn that the run allows."""
    INTERRUPTED = "interrupted"
    """The user stopped the run. An agent emits no event then; the chat reports it."""
    FAILED = "failed"
    """The model gave no reply. An agent raises then; a run record has this reason."""
