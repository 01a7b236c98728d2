"""A rule about keys and passwords in the text of a file: whoever asks the graph is shown them."""

from __future__ import annotations

from collections.abc import Iterator

from skillagent.diagnostics import Diagnostic, finding
from skillagent.lint.inspection import Inspection
from skillagent.secrets import Scrubber

SHOWN = 4
"""Characters of a secret that a message shows, so that its author finds it."""
NAMED = 3
"""Most secrets of a file that are reported; the message of the last one tells the number of all."""


def secrets(inspection: Inspection) -> Iterator[Diagnostic]:
    """Texts with the format or the position of a secret, in headers and bodies."""
    scrubber = Scrubber()
    for node in inspection.graph.nodes.values():
        document = node.document
        spans = [
            (start, end)
            for start, end in scrubber.spans(document.text)
            if not _is_placeholder(document.text[start:end])
        ]
        for number, (start, end) in enumerate(spans[:NAMED], start=1):
            line = document.text.count("\n", 0, start) + 1
            beginning = document.text[start : start + SHOWN]
            message = f"what looks like a secret: {beginning}… ({end - start} characters)"
            if number == NAMED < len(spans):
                message += f"; the file has {len(spans)} of them"
            yield finding("SG211", document.path, line, message)


def _is_placeholder(text: str) -> bool:
    """Whether a text only shows where a secret belongs, as `xxxxxxxxxxxx1` and `your-api-key-1`."""
    folded = text.casefold()
    return len(set(folded)) <= 4 or any(
        word in folded for word in ("your", "example", "changeme", "placeholder", "redacted")
    )
