"""Renders a result as the text that a model reads.

The text is made from the result alone, so the two always agree. The docstring of `writing` has the
grammar of every line. Below: a module of texts for each kind of result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillagent.disclosure import listing_text
from skillagent.disclosure.results.listing import IndexResult
from skillagent.disclosure.results.refusal import Refusal

if TYPE_CHECKING:
    from skillagent.disclosure.results import (
        NeighbourhoodResult,
        NodeResult,
        Result,
        SummaryResult,
    )


def render(result: Result) -> str:
    """The text of a result, without the closing line."""
    match result:
        case IndexResult():
            return listing_text.listing(result)
        case Refusal():
            return result.message
        case _:
            return _of_nodes(result)


def _of_nodes(result: SummaryResult | NeighbourhoodResult | NodeResult) -> str:
    # Imported late: a process that only lists nodes needs none of these.
    from skillagent.disclosure import neighbourhood_text, node_text, summary_text
    from skillagent.disclosure.results import NeighbourhoodResult, SummaryResult

    match result:
        case SummaryResult():
            return summary_text.summaries(result)
        case NeighbourhoodResult():
            return neighbourhood_text.neighbourhood(result)
        case _:
            return node_text.node(result)
