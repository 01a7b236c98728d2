"""By which link an agent came to a node: the last one that an answer had shown it.

An answer shows a link in a listing of a map, in a summary, or in a node's own text. A node can also
be named by a search, or by the agent itself, and then no link leads to it.

Above: `walk`, `walking`. Below: `store`, `disclosure`, `html`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from skillagent.disclosure.writing import from_id
from skillagent.errors import ResolveError
from skillagent.html.markup import shown
from skillagent.store import GraphView, LinkView

MOST_CHARACTERS = 100_000
"""Characters of an answer that are searched for links; a longer one is a forged record's."""
MOST_LINKS = 5_000
"""Links of one node that are looked for in an answer."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How the agent came to a node that it opened for the first time."""

    node: str
    source: str
    """The node whose link led there; empty if a search, or nothing in the record, named it."""
    step: int
    """Number of the step that showed the link, or named the node; 0 if none did."""
    context: str
    """The sentence around the link; empty if there is no link."""

    def to_json(self) -> dict[str, Any]:
        return {
            "node": self.node,
            "from": self.source,
            "step": self.step,
            "why": self.context,
        }


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """An answer, as far as it tells where an agent can go next."""

    step: int
    tool: str
    arguments: Mapping[str, Any]
    text: str | None
    """None if nobody kept it; then every link of a node that it opened counts as shown."""
    listed: Collection[str]
    """Ids of the nodes with a line of an index."""
    opened: Collection[str]
    """Ids of the nodes with a summary, a section or their text."""


class Arrivals:
    """Follows the answers of a run, in their order.

    Args:
        view: the graph, whose links tell which node leads to which.
    """

    def __init__(self, view: GraphView) -> None:
        self._view = view
        self._named: dict[str, Arrival] = {}
        """Node → how the newest answer that names it would bring the agent there."""
        self._opened: set[str] = set()

    def after(self, answer: AnswerShown) -> tuple[Arrival, ...]:
        """How the agent came to the nodes that an answer opens for the first time."""
        new = [node for node in dict.fromkeys(answer.opened) if node not in self._opened]
        arrivals = tuple(self._named.get(node, Arrival(node, "", 0, "")) for node in new)
        self._opened.update(new)
        self._named.update((node, Arrival(node, "", answer.step, "")) for node in answer.listed)
        for link in self._shown_links(answer):
            assert link.target is not None
            self._named[link.target] = Arrival(
                link.target, link.source, answer.step, shown(link.context)
            )
        return arrivals

    def _shown_links(self, answer: AnswerShown) -> Iterable[LinkView]:
        for source, targets in self._listings(answer):
            yield from (link for link in self._links(source) if link.target in targets)
        text = None if answer.text is None else answer.text[:MOST_CHARACTERS]
        for source in dict.fromkeys(answer.opened):
            for link in islice(self._links(source), MOST_LINKS):
                if text is None or _is_written(link, text):
                    yield link

    def _listings(self, answer: AnswerShown) -> Iterable[tuple[str, Collection[str]]]:
        """Nodes from which others are listed, each with these others."""
        listed = frozenset(answer.listed)
        if answer.tool == "list_index" and not answer.arguments.get("query"):
            return [(source, listed) for source in self._maps(answer)]
        if answer.tool == "read_summary" and answer.text is not None:
            return _neighbours(answer.text[:MOST_CHARACTERS])
        return ()

    def _maps(self, answer: AnswerShown) -> Iterable[str]:
        """The map that a listing is of; without a name, the entries."""
        name = answer.arguments.get("map")
        if not isinstance(name, str):
            return self._view.entries
        try:
            return (self._view.locate(from_id(name))[0],)
        except ResolveError:
            return ()

    def _links(self, source: str) -> Iterable[LinkView]:
        """The links of a node to other nodes; none if the graph has no such node."""
        links = self._view.links_from(source) if source in self._view else ()
        return (link for link in links if link.target not in (None, source))


def _neighbours(text: str) -> Iterable[tuple[str, Collection[str]]]:
    """The nodes through which an answer lists others, each with one of these.

    The lines are `near` of the grammar in `disclosure.writing`.
    """
    for line in text.split("\n"):
        before, via, source = line.rpartition(" | via [[")
        if via and before.startswith("- [["):
            target = before[4:].partition("]] (")[0]
            yield from_id(source.partition("]]")[0]), (from_id(target),)


def _is_written(link: LinkView, text: str) -> bool:
    """Whether an answer names the target of a link, in the author's words or in its own."""
    name, target = link.name, link.target
    marks = f"[[{target}", f"[[{name}", f"]({name}", f"](<{name}", f"]: {name}"
    return any(mark in text for mark in marks)
