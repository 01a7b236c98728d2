"""What a server needs of a graph, whether it comes from files or from a database.

`GraphLoader` is one such graph, `PublishedGraph` the other. Above: `sessions`, `server`.
"""

from __future__ import annotations

from typing import Protocol

from skillagent.disclosure import Budget, Toolset
from skillagent.disclosure.state import SessionState
from skillagent.errors import StoredIndexError
from skillagent.mcp_server.server_config import ServerConfig
from skillagent.store import GraphView
from skillagent.tokens import TokenCounter


class ServedGraph(Protocol):
    """The newest state of a graph, and the terms of its sessions. Threads share it."""

    config: ServerConfig
    counter: TokenCounter
    budget: Budget
    """That of a new session."""

    @property
    def view(self) -> GraphView:
        """The newest state: the same object until the graph changes."""
        ...

    def refresh(self, error: StoredIndexError | None = None) -> object:
        """Open the newest state now.

        Args:
            error: why: a file is no longer as the state shows it, or the state is damaged.

        Raises:
            GraphError: it cannot be opened; the state before remains in use.
        """
        ...

    def toolset(self, session: str = "") -> Toolset:
        """The toolset of a new session.

        Args:
            session: name of the session; empty if it has none.
        """
        ...

    def resume(self, state: SessionState, session: str = "") -> Toolset:
        """The toolset of an earlier session, continued on the newest state.

        Args:
            state: the session as `Toolset.state` gave it.
            session: see `toolset`.
        """
        ...
