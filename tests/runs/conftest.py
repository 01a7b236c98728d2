"""The same small graph and record as in the tests of replays."""

from __future__ import annotations

from tests.repro.conftest import graph, record

__all__ = ["graph", "record"]
