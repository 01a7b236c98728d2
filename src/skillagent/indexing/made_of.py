"""What an index is made of: the state of the files, and the version of what reads them.

Above: `opening`, `building`. Below: `graph`.
"""

from __future__ import annotations

from collections.abc import Sequence

from skillagent import __version__
from skillagent.graph.folder_state import FolderState, digest_of

_VERSION = f"{__version__} "


def made_of(states: Sequence[FolderState]) -> str:
    """What an index of these files is made of, as one text: equal if nothing has changed."""
    return _VERSION + digest_of(states)


def is_of_this_version(made: str) -> bool:
    """Whether this version of the package made an index.

    Args:
        made: as `made_of` returned it.
    """
    return made.startswith(_VERSION)
