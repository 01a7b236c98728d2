"""The same small graph and record as in the tests of replays; files are not synchronised."""

from __future__ import annotations

from tests.repro.conftest import graph, no_disk_sync, record

__all__ = ["graph", "no_disk_sync", "record"]
