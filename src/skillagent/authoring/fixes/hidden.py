"""Fixes of text that nobody sees: a model is shown the text without it already.

Above: `planning`. Below: `markdown.hidden`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from skillagent.authoring.fixes.place import Place
from skillagent.markdown.edit import Edit
from skillagent.markdown.hidden import Hidden, controls, runs


def without(kind: Hidden) -> Callable[[Place], Iterator[Edit]]:
    """SG201 to SG205: the fix that removes the hidden characters of one kind."""

    def fix(place: Place) -> Iterator[Edit]:
        for run in runs(place.document.text):
            if run.kind is kind:
                yield Edit(run.start, run.end, "")

    return fix


def without_controls(place: Place) -> Iterator[Edit]:
    """SG206: control characters are removed."""
    for match in controls(place.document.text):
        yield Edit(match.start(), match.end(), "")
