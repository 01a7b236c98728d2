"""The inputs of a run: what must be equal for two runs to be the same experiment.

Nothing here depends on when, where or by whom a run is started, so the same configuration has the
same `inputs_id` on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from skillagent.digest import canonical_json, sha256
from skillagent.disclosure import Toolset
from skillagent.lock import FrozenView
from skillagent.messages import ToolSpec
from skillagent.providers import Provider
from skillagent.providers.base import parameters_of
from skillagent.recording.exchange import STRICT
from skillagent.runs.canonical import tool_form, without_floats
from skillagent.secrets import Scrubber
from skillagent.store import embedder_behind

if TYPE_CHECKING:
    from pydantic import ConfigDict


@dataclass(frozen=True, slots=True)
class ModelInputs:
    """The model that is asked."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    name: str
    """Name of the provider and the model, as asked for."""
    parameters: Mapping[str, Any]
    """What is sent with each request, such as the temperature as text; see `parameters_of`."""

    @classmethod
    def of(cls, provider: Provider, scrubber: Scrubber) -> ModelInputs:
        """The model of a provider, without secrets."""
        name, parameters = scrubber.value([provider.name, parameters_of(provider)])
        return cls(name, without_floats(parameters))


@dataclass(frozen=True, slots=True)
class RunInputs:
    """Everything that a run is made of."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    graph_root: str
    """Root of the graph's lock."""
    frozen: str | None
    """Root of the lock that the graph is frozen by; then `graph_root` is that of the nodes that
    are as it records them. None if the graph is not frozen."""
    counter: str
    """Name of the token counter."""
    budget: int
    """Tokens of all answers together, when the run began."""
    per_call: int | None
    characters: int | None
    hidden_text: bool
    today: str | None
    """The day that dates in the graph are compared with; None if no node has such a date."""
    tools: Mapping[str, str]
    """Name of a tool → digest of its definition."""
    system: str | None
    """Digest of the system prompt; None if there is none."""
    max_turns: int | None
    model: ModelInputs | None
    """None for a session without a model of ours, such as a served one."""
    seed: int | None
    questions: tuple[str, ...] = ()
    """Digests of the questions."""
    semantic: str | None = None
    """Name of the model by which the graph was searched by meaning, too; None for words alone."""
    untrusted: tuple[str, ...] = ()
    """Names of the roots whose texts were marked as data."""

    def __post_init__(self) -> None:
        if self.today is not None:
            date.fromisoformat(self.today)

    @property
    def inputs_id(self) -> str:
        """SHA-256 of the canonical JSON of all fields."""
        return sha256(canonical_json(self.to_json()))

    def to_json(self) -> dict[str, Any]:
        model = self.model
        return {
            "graph_root": self.graph_root,
            "frozen": self.frozen,
            "counter": self.counter,
            "budget": self.budget,
            "per_call": self.per_call,
            "characters": self.characters,
            "hidden_text": self.hidden_text,
            "today": self.today,
            "tools": dict(self.tools),
            "system": self.system,
            "max_turns": self.max_turns,
            "model": model and {"name": model.name, "parameters": dict(model.parameters)},
            "seed": self.seed,
            "questions": list(self.questions),
            # Left out if there is none: records from before it existed keep their `inputs_id`.
            **({"semantic": self.semantic} if self.semantic else {}),
            **({"untrusted": list(self.untrusted)} if self.untrusted else {}),
        }


def inputs_of(
    toolset: Toolset,
    provider: Provider | None,
    scrubber: Scrubber,
    *,
    graph_root: str,
    today: str | None,
    max_turns: int | None,
    seed: int | None,
) -> RunInputs:
    """The inputs of a run that is about to begin."""
    budget = toolset.budget
    return RunInputs(
        graph_root=graph_root,
        frozen=graph.lock.root if isinstance(graph := toolset.graph, FrozenView) else None,
        counter=toolset.counter.name,
        budget=budget.total,
        per_call=budget.per_call,
        characters=budget.characters,
        hidden_text=toolset.hidden_text,
        today=today,
        tools=tool_digests(toolset.specs),
        system=None,
        max_turns=max_turns,
        model=ModelInputs.of(provider, scrubber) if provider else None,
        seed=seed,
        semantic=embedder.name if (embedder := embedder_behind(toolset.graph)) else None,
        untrusted=toolset.untrusted,
    )


def tool_digests(specs: Iterable[ToolSpec]) -> dict[str, str]:
    """Name of each tool → digest of its definition."""
    return {spec.name: sha256(canonical_json(tool_form(spec))) for spec in specs}
