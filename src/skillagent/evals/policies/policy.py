"""What a policy is, and what policies are made from.

Above: the modules of the policies, `table`. Below: `session`, `suite`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from skillagent.agent.agent import MAX_TURNS
from skillagent.embeddings import Embedder, embedder_of
from skillagent.evals.session import Session
from skillagent.evals.suite import Case
from skillagent.graph import SkillGraph
from skillagent.providers import Provider
from skillagent.tokens import TokenCounter


class Role(StrEnum):
    """What kind of way a policy is, in a comparison."""

    BASELINE = "baseline"
    """A plainer way to give knowledge to an agent."""
    GRAPH = "graph"
    """The three operations, walked by rules."""
    MODEL = "model"
    """The three operations, walked by a model."""
    BOUND = "bound"
    """Knows the gold nodes: shows what is possible, and is no way to do it."""
    OTHER = "other"
    """A function of the user's."""


Walk = Callable[[Case, Session], str | None]
"""Acts on a session for the question of a case; returns the text of an answer, if it makes one.

Only a bound may look at more of the case than its id and its question.
"""


@dataclass(frozen=True, slots=True)
class Policy:
    """A way to choose what of a graph is shown for a question."""

    name: str
    role: Role
    walk: Walk
    is_plain: bool = False
    """Whether it hands over texts and calls no tool; see `plain_budget`."""
    is_semantic: bool = False
    """Whether its tools search by meaning, too."""
    is_sampled: bool = False
    """Whether two runs with the same inputs may differ."""
    function: str = ""
    """`module:function` of the user's function; empty for every other policy."""
    about: str = ""
    """What it was tuned to, for reports."""


@dataclass(frozen=True)
class Setup:
    """What policies are made from."""

    graph: SkillGraph
    cases: tuple[Case, ...]
    """All cases: a baseline is tuned on the half that it is not judged by."""
    counter: TokenCounter
    new_provider: Callable[[str, int], Provider] = field(repr=False)
    """Makes the provider of a model, from its name and the number of the repeat: each repeat has a
    seed of its own, because with the same one a model that takes it would only repeat itself."""
    max_turns: int = MAX_TURNS
    is_semantic: bool = False
    """Whether models and functions of the user's search by meaning, too."""

    @cached_property
    def embedder(self) -> Embedder:
        """The model of the extra `semantic`.

        Raises:
            MissingPackageError: the extra is not installed.
        """
        embedder = embedder_of(True)
        assert embedder is not None
        return embedder

    @cached_property
    def costs(self) -> Mapping[str, int]:
        """Id of each node → tokens of its text."""
        nodes = self.graph.nodes.values()
        return {node.id: node.cost(self.counter) for node in nodes}

    @cached_property
    def in_order(self) -> tuple[str, ...]:
        """All nodes in the author's order: from the entry along the links, then the others."""
        order: dict[str, None] = {}
        waiting = [self.graph.entry] if self.graph.entry else []
        while waiting:
            following: list[str] = []
            for node in waiting:
                if node not in order:
                    order[node] = None
                    links = self.graph.links_from(node)
                    following += [link.target for link in links if link.target]
            waiting = following
        return tuple(dict.fromkeys((*order, *self.graph.nodes)))


def read_in_order(nodes: Iterable[str], session: Session) -> None:
    """Hand over each node that still fits; one that does not fit is left out, and others follow."""
    for node in nodes:
        session.hand_over(node)
