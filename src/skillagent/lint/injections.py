"""A rule about phrases that give orders to a model instead of telling it something.

The list is short, and each pattern was counted on graphs of people who write about other things,
so that a finding is worth a look. It finds what was copied, not an author who tries to hide it:
what protects a model is that texts of others are marked as data; see `disclosure.trust`.

Sources of the phrases: the OWASP list of risks of LLM applications (LLM01), and published
collections of prompt injections.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph import Node
from skillagent.lint.inspection import Inspection
from skillagent.markdown.hidden import visible
from skillagent.markdown.lazy_pattern import lazy_pattern

QUOTED = 60
"""Most characters of a phrase that a message shows, and most to the end of its quotation."""
_CLOSING = {'"': '"', "“": "”", "„": "“", "«": "»", "‘": "’"}
"""Quotation mark → the one that closes it."""

_RULES = r"(?:instruct(?:ion)?s?|prompts?|rules|guidelines|directions|commands|messages)"
_EARLIER = r"(?:previous|prior|above|earlier|preceding|existing|original|former|system)"
PATTERNS: dict[str, re.Pattern[str]] = {
    name: lazy_pattern(pattern, re.IGNORECASE | re.MULTILINE)
    for name, pattern in (
        (
            "an order to drop earlier instructions",
            (
                r"\b(?:ignore|disregard|forget|override|bypass)\s++(?:(?:all|any|every|everything"
                r"|the|your|my|of|these|those)\s++)*+"
                rf"{_EARLIER}\s++(?:\w++\s++)?{_RULES}\b"
            ),
        ),
        (
            "the mark of a turn in a conversation",
            (
                r"<\|(?:im_(?:start|end|sep)|system|user|assistant|endoftext|eot_id|start_header_id)\|>"
                r"|\[/?INST\]|<</?SYS>>|^[ \t]*<(?:system|assistant)>[ \t]*$"
            ),
        ),
        (
            "a turn of the system",
            (
                r"^[#>* \t]{0,8}(?:system|developer)(?:\s+(?:prompt|message|override))?"
                r"\s*\**:\**\s+(?:you|your|ignore|from\s+now|the\s+(?:user|assistant))\b"
            ),
        ),
        (
            "another role for the model",
            (
                r"\byou\s+are\s+now\s+(?:in\s+\w+\s+mode|DAN\b|an?\s+(?:unrestricted|uncensored|different"
                r"|evil|new)\b)|\b(?:act|behave|respond)\s+as\s+if\s+you\s+(?:have|had)\s+no\s+"
                r"(?:restrictions|rules|limits|guidelines)\b"
            ),
        ),
        (
            "a request to hide something from the user",
            (
                r"\b(?:do\s+not|don['’]t|never)\s+(?:tell|inform|alert|notify|warn)\s+(?:the\s+)?user\b"
                r"|\b(?:do\s+not|don['’]t|never)\s+(?:mention|reveal|show|disclose|report)\s+"
                r"(?:this|these|it|them)\b[^.\n]{0,40}\bto\s+the\s+user\b"
                r"|\bwithout\s+(?:telling|informing|alerting|notifying|asking)\s+the\s+user\b"
                r"|\b(?:hide|keep|conceal)\s+(?:this|it)\b[^.\n]{0,40}\bfrom\s+the\s+user\b"
            ),
        ),
        (
            "a request for the system prompt",
            (
                r"\b(?:reveal|print|repeat|output|show|leak|recite)\s+(?:me\s+)?(?:all\s+of\s+)?your\s+"
                r"(?:\w+\s+)?(?:system\s+prompt|hidden\s+instructions|initial\s+instructions)\b"
            ),
        ),
        (
            "a request to send data away",
            (
                r"\b(?:send|post|upload|forward|exfiltrate|e-?mail)\s+(?:\w+\s+){0,4}"
                r"(?:api\s+keys?|passwords?|credentials|secrets|tokens|conversation|chat\s+history"
                r"|system\s+prompt|environment\s+variables)\s+to\s+(?:https?:|\S+@)"
            ),
        ),
    )
}
"""What it is → its pattern. Blanks and line ends between the words are equal."""


def phrases(inspection: Inspection) -> Iterator[Diagnostic]:
    """Phrases that give orders to a model; at most one finding for each node."""
    for node in inspection.graph.nodes.values():
        if (diagnostic := _first(node)) is not None:
            yield diagnostic


def _first(node: Node) -> Diagnostic | None:
    document = node.document
    # A word with invisible characters in it is read by a model as if it had none.
    text = visible(document.text)
    matches = (
        (match.start(), what, match[0])
        for what, pattern in PATTERNS.items()
        for match in islice(_not_quoted(pattern, text), 1)
    )
    start, what, phrase = min(matches, default=(-1, "", ""))
    if start < 0:
        return None
    shown = " ".join(phrase.split())[:QUOTED]
    line = text.count("\n", 0, start) + 1
    return finding("SG212", document.path, line, f"{what}: {shown!r}")


def _not_quoted(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The matches that are not in quotation marks, as the examples of a text about them are."""
    for match in pattern.finditer(text):
        closing = _CLOSING.get(text[match.start() - 1 : match.start()])
        rest = text[match.end() : match.end() + QUOTED].partition("\n")[0]
        if closing is None or closing not in rest:
            yield match
