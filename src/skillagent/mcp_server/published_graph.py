"""A graph that a server reads from a PostgreSQL database.

Above: `published_app`. Below: `indexing`, `disclosure`.
"""

from __future__ import annotations

from skillagent.disclosure import DEFAULT_BUDGET, Budget, Toolset
from skillagent.disclosure.state import SessionState
from skillagent.errors import StoredIndexError
from skillagent.indexing.published import OpenedRevision, open_published
from skillagent.mcp_server.graph_loader import RESULT_CHARACTERS
from skillagent.mcp_server.server_config import ServerConfig, described
from skillagent.store import GraphView
from skillagent.store.postgres.database import Database
from skillagent.tokens import counter_for


class PublishedGraph:
    """The newest revision of one graph; see `ServedGraph`.

    Args:
        config: the budget of its sessions, and by which tokens it is counted.
        database: the primary server's, or a replica's.
        namespace: the name of the graph in the database.

    Raises:
        StoreError: the database cannot be read, or has no such graph.
    """

    def __init__(self, config: ServerConfig, database: Database, namespace: str) -> None:
        self.config = config
        self.namespace = namespace
        self.counter = counter_for(config.count_for)
        total = DEFAULT_BUDGET if config.budget is None else config.budget
        self.budget = Budget(total, config.per_call, RESULT_CHARACTERS)
        self._database = database
        self._opened: OpenedRevision = open_published(database, namespace)

    @property
    def number(self) -> int:
        """Number of the graph in the database."""
        return self._opened.graph

    @property
    def view(self) -> GraphView:
        return self._opened.view

    @property
    def instructions(self) -> str:
        """The text that a host may put into the system prompt."""
        view = self._opened.view
        about = ""
        if view.entries and not self._untrusted:
            about = view.head(view.entries[0]).description
        return described([self.namespace], about, marks=bool(self._untrusted))

    @property
    def _untrusted(self) -> tuple[str, ...]:
        """The name of the whole graph if its namespace is not trusted."""
        return (self.view.name,) if self.namespace in self.config.untrusted else ()

    def warm(self) -> None:
        """Make now what the first calls would wait for: the tokenizer, and what search reads."""
        self.toolset().warm()

    def refresh(self, error: StoredIndexError | None = None) -> None:
        """Open the newest revision, if it is another one than before.

        Raises:
            StoreError: the database cannot be read; the revision before remains in use.
        """
        self._opened = open_published(self._database, self.namespace, self._opened)

    def toolset(self, session: str = "") -> Toolset:
        return Toolset(
            self._opened.view,
            self.budget,
            counter=self.counter,
            session=session,
            untrusted=self._untrusted,
        )

    def resume(self, state: SessionState, session: str = "") -> Toolset:
        return Toolset.resume(self._opened.view, state, counter=self.counter, session=session)
