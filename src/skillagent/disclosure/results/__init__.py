"""The answers as typed values: what their texts say, for programs.

`to_json` gives the stable form that the CLI documents under `result`. Each operation has a module
of its own. Names are imported when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillagent.lazy_names import importing

if TYPE_CHECKING:
    from skillagent.disclosure.results.any_result import Result
    from skillagent.disclosure.results.base import INSTRUCTIONS_CALL
    from skillagent.disclosure.results.listing import IndexLine, IndexResult
    from skillagent.disclosure.results.neighbourhood import NeighbourhoodResult, NeighbourLine
    from skillagent.disclosure.results.node import NodeResult
    from skillagent.disclosure.results.refusal import Refusal
    from skillagent.disclosure.results.summary import (
        LinkLine,
        NodeSummary,
        SectionLine,
        SummaryResult,
        UnresolvedLink,
    )

__all__ = [
    "INSTRUCTIONS_CALL",
    "IndexLine",
    "IndexResult",
    "LinkLine",
    "NeighbourLine",
    "NeighbourhoodResult",
    "NodeResult",
    "NodeSummary",
    "Refusal",
    "Result",
    "SectionLine",
    "SummaryResult",
    "UnresolvedLink",
]

__getattr__ = importing(
    __name__,
    {
        "INSTRUCTIONS_CALL": "base",
        "IndexLine": "listing",
        "IndexResult": "listing",
        "LinkLine": "summary",
        "NeighbourLine": "neighbourhood",
        "NeighbourhoodResult": "neighbourhood",
        "NodeResult": "node",
        "NodeSummary": "summary",
        "Refusal": "refusal",
        "Result": "any_result",
        "SectionLine": "summary",
        "SummaryResult": "summary",
        "UnresolvedLink": "summary",
    },
)
