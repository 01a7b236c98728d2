"""Names with values, one line each.

Above: the parts of reports. Below: `markup`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from skillagent.html.markup import Markup, element


@dataclass(frozen=True, slots=True)
class Fact:
    """One line about what a report is of."""

    name: str
    value: str


def facts_list(facts: Iterable[Fact]) -> Markup:
    """Facts about one thing, such as a run."""
    lines = [element("div", element("dt", fact.name), element("dd", fact.value)) for fact in facts]
    return element("dl", *lines, class_="facts")
