"""How many nodes are near the entry: within some links, and within some tokens of an agent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from skillagent.disclosure import Toolset
from skillagent.disclosure.results import SummaryResult
from skillagent.graph import SkillGraph
from skillagent.lint import Inspection
from skillagent.progress import Progress, no_progress
from skillagent.tokens import TokenCounter

LINKS = (1, 2, 3, 4, 5)
"""Numbers of links from an entry within which nodes are counted."""
BUDGETS = (1_000, 2_000, 4_000, 8_000)
"""Budgets, in tokens, within which nodes are counted."""


@dataclass(frozen=True, slots=True)
class WithinLinks:
    """How many nodes are so near an entry."""

    links: int
    """Most links from the nearest entry."""
    nodes: int
    """The nodes within them, with the entries."""
    share: float
    """Their share of all nodes, 0 to 1."""


@dataclass(frozen=True, slots=True)
class WithinTokens:
    """How many nodes an agent has seen when so much of its budget is spent."""

    tokens: int
    """Most tokens of all answers together."""
    named: int
    """Nodes whose id an answer has named, so that the agent could read them."""
    summarised: int
    """Nodes whose summary was shown."""
    share: float
    """Share of all nodes that were named, 0 to 1."""


def within_links(graph: SkillGraph) -> tuple[WithinLinks, ...]:
    """Nodes within each number of `LINKS`."""
    steps = list(Inspection(graph).steps.values())
    total = len(graph.nodes) or 1
    counts = [(links, sum(step <= links for step in steps)) for links in LINKS]
    return tuple(WithinLinks(links, count, round(count / total, 4)) for links, count in counts)


def within_tokens(
    graph: SkillGraph,
    budgets: Iterable[int] = BUDGETS,
    counter: TokenCounter | None = None,
    progress: Progress = no_progress,
) -> tuple[WithinTokens, ...]:
    """Nodes that are seen within each budget by a walk of summaries, breadth first.

    The walk is one session of the product's own tools, so that the tokens are those that an agent
    would pay. It begins with the entries. It asks for the summary of one node at a time, without
    a query, in the order in which the answers named the nodes; a summary that has more links than
    it shows is asked for again until it has shown all. A node counts as named within a budget if
    all answers up to the first one that names it cost no more than that; the same holds for
    summaries. An answer is not made shorter where a smaller budget ends, so the figures of a
    budget do not depend on the other ones.

    Args:
        graph: of one root or several.
        budgets: in tokens, in any order.
        counter: counts tokens; None for o200k_base.
        progress: called for each answer.
    """
    wanted = sorted(set(budgets))
    if not wanted:
        return ()
    named = dict.fromkeys(graph.entries, 0)
    summarised: dict[str, int] = {}
    for spent, node, links in _walk(graph, wanted[-1], counter, progress):
        summarised.setdefault(node, spent)
        for target in links:
            named.setdefault(target, spent)
    total = len(graph.nodes) or 1
    rows = []
    for budget in wanted:
        names = sum(spent <= budget for spent in named.values())
        summaries = sum(spent <= budget for spent in summarised.values())
        rows.append(WithinTokens(budget, names, summaries, round(names / total, 4)))
    return tuple(rows)


def _walk(
    graph: SkillGraph, budget: int, counter: TokenCounter | None, progress: Progress
) -> Iterator[tuple[int, str, Sequence[str]]]:
    """Answers of a walk.

    Yields:
        Tokens spent up to the answer, the node, and the ids that the answer names for the first
        time or again.
    """
    # The last answer may be cut to fit the budget, so the session may spend more than is counted.
    toolset = Toolset(graph, 2 * budget + 4_000, counter=counter)
    queue = list(graph.entries)
    queued = set(queue)
    for node in queue:
        more = True
        while more and toolset.ledger.spent < budget:
            answer = toolset.read_summary(node)
            progress("walking summaries", toolset.ledger.spent, budget)
            if not isinstance(answer.result, SummaryResult) or not answer.result.nodes:
                break
            shown = answer.result.nodes[0]
            links = [link.id for link in (*shown.links, *shown.backlinks)]
            yield toolset.ledger.spent, node, links
            for link in shown.links:
                if link.id not in queued:
                    queued.add(link.id)
                    queue.append(link.id)
            more = bool(shown.more_links and shown.links)
        if toolset.ledger.spent >= budget:
            return
