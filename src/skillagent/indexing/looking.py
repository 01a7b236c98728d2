"""What an index is made of: the files as they look, and the version of what reads them.

Above: `opening`, `building`. Below: `graph`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from skillagent import __version__
from skillagent.graph.collection_pause import collection_paused
from skillagent.graph.folder_state import FolderState, digest_of, state_of
from skillagent.graph.walk import Options, Root

_VERSION = f"{__version__} "


@dataclass(frozen=True, slots=True)
class Looked:
    """The files of a graph at one moment, without their contents."""

    at_ns: int
    """When the look began, in nanoseconds since 1970."""
    states: Sequence[FolderState]
    """One for each root."""
    state: str
    """What an index of these files is made of, as one text: equal if nothing has changed."""


def look(roots: Sequence[Root], options: Options) -> Looked:
    """Look at the files of a graph.

    Args:
        roots: its folders.
        options: how it is loaded.

    Raises:
        GraphError: a root cannot be listed.
    """
    at_ns = time.time_ns()
    with collection_paused():
        states = [state_of(root, options) for root in roots]
    return Looked(at_ns, states, _VERSION + digest_of(states))


def is_judged_today(judged_on: str | None, options: Options) -> bool:
    """Whether the dates in the files were compared with the day that counts.

    Args:
        judged_on: the day that they were compared with; None if there are none.
        options: how the graph is loaded. If they name a day, an index of its own has it.
    """
    if judged_on is None or options.today is not None:
        return True
    return judged_on == datetime.now(UTC).date().isoformat()


def is_of_this_version(state: str) -> bool:
    """Whether this version of the package made an index.

    Args:
        state: what it was made of; see `Looked.state`.
    """
    return state.startswith(_VERSION)
