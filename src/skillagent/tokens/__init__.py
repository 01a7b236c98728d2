"""Counting tokens, exactly and offline.

A `TokenCounter` has a name and counts one string. Every report names its counter, because a
number of tokens has no meaning without its tokenizer.

- `counter` is the protocol, `counter_choice` finds a counter for a model or a name.
- `encoding_counter` counts as tiktoken does: by `table_counter`, which needs no tokenizer, or by
  the `tokenizer`, which counts more text in less time.
- `table_counter` splits a text into `pieces`, looks them up in the `vocabulary_table` on disk,
  which `table_writer` makes, and merges the `byte_pairs` of those that are not a token.
- `scaled_counter` and `claude_counters` are for models whose tokenizer is not public.

Below: `files`, `errors`. Above: everything that has a budget.
"""

from skillagent.tokens.claude_counters import AnthropicCounter, CtokCounter
from skillagent.tokens.counter import TokenCounter
from skillagent.tokens.counter_choice import (
    CLAUDE_FACTORS,
    claude_version,
    counter_for,
    counter_named,
)
from skillagent.tokens.encoding_counter import EncodingCounter, default_counter
from skillagent.tokens.scaled_counter import ScaledCounter, scaled_from
from skillagent.tokens.vocabulary import DEFAULT_ENCODING

__all__ = [
    "CLAUDE_FACTORS",
    "DEFAULT_ENCODING",
    "AnthropicCounter",
    "CtokCounter",
    "EncodingCounter",
    "ScaledCounter",
    "TokenCounter",
    "claude_version",
    "counter_for",
    "counter_named",
    "default_counter",
    "scaled_from",
]
