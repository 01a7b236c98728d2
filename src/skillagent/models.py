"""What must be known of a model before it is asked, by the family its name begins with.

Names change monthly, so an unknown one is never refused: a model of a known maker counts
as its newest family, any other as one that takes everything.
"""

from __future__ import annotations

import re

from skillagent.tokens import claude_version

_REASONING = re.compile(r"^(?:o\d|codex|gpt-(?:[5-9]|\d\d))")
NO_SAMPLING = (4, 7)
"""From this version on, Claude refuses temperature, top_p and top_k."""


def takes_sampling(model: str) -> bool:
    """True where a model takes a temperature.

    Sources: Anthropic's guide to migrating to Claude Opus 4.7; OpenAI's guide to reasoning
    models (the o series, and GPT-5 and later).
    """
    version = claude_version(model)
    if version is not None:
        return version < NO_SAMPLING
    return not reasons(model)


def reasons(model: str) -> bool:
    """True for a reasoning model of OpenAI, whose encrypted reasoning can be sent back."""
    name = model.casefold().rpartition("/")[2]
    return bool(_REASONING.match(name)) and "-chat" not in name and "-search" not in name
