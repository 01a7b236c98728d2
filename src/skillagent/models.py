"""What the name of a model says about the requests that the model accepts.

New names appear every month, so an unknown name is never refused: a Claude model without a known
version counts as the newest one, and a model of an unknown maker as one that accepts everything.
"""

from __future__ import annotations

import re

from skillagent.tokens import claude_version

_REASONING = re.compile(r"^(?:o\d|codex|gpt-(?:[5-9]|\d\d))")
NO_SAMPLING = (4, 7)
"""First version of Claude that refuses temperature, top_p and top_k."""


def takes_sampling(model: str) -> bool:
    """Whether a model accepts a temperature.

    Sources: Anthropic's guide to migrating to Claude Opus 4.7; OpenAI's guide to reasoning
    models (the o series, and GPT-5 and later).
    """
    version = claude_version(model)
    if version is not None:
        return version < NO_SAMPLING
    return not reasons(model)


def reasons(model: str) -> bool:
    """Whether OpenAI returns encrypted reasoning for a model, which can be sent back to it."""
    name = model.casefold().rpartition("/")[2]
    return bool(_REASONING.match(name)) and "-chat" not in name and "-search" not in name
