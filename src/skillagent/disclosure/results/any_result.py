"""The result of any call."""

from __future__ import annotations

from typing import TypeAlias

from skillagent.disclosure.results.listing import IndexResult
from skillagent.disclosure.results.neighbourhood import NeighbourhoodResult
from skillagent.disclosure.results.node import NodeResult
from skillagent.disclosure.results.refusal import Refusal
from skillagent.disclosure.results.summary import SummaryResult

Result: TypeAlias = IndexResult | SummaryResult | NeighbourhoodResult | NodeResult | Refusal
