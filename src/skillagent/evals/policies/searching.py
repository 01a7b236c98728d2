"""Policies that search and read whole files, best first: what plain retrieval does.

The searching costs nothing, and the texts cost what they have: no closing lines, no listing. A
text that does not fit is left out, and the next ones are tried.

Above: `table`. Below: `policy`, `lexical`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import product

from skillagent.evals.policies.lexical import Lexical, ranked, tokens
from skillagent.evals.policies.policy import Policy, Role, Setup, read_in_order
from skillagent.evals.session import Session
from skillagent.evals.suite import Case
from skillagent.index import SearchIndex

K1S = (0.9, 1.5, 2.5)
BS = (0.4, 0.75, 0.9)
SHORT_WEIGHTS = (0.25, 0.5, 1.0, 2.0)
"""The parameters that are tried, of names and descriptions beside the whole text, too."""
FEWEST = 20
"""Fewest answerable cases of a half to tune on; with fewer, the usual parameters are used."""
DAMPING = 0.5
"""Share of a node's rank that its links pass on, as in HippoRAG (arXiv:2405.14831)."""
ROUNDS = 30
"""Enough for a difference below 1e-9 at this damping."""


def bm25_top_k(setup: Setup) -> Policy:
    """The best files by BM25 of their whole text, as many as fit."""
    ranking = Lexical(_whole(setup))

    def walk(case: Case, session: Session) -> None:
        read_in_order(ranking.rank(case.question), session)

    return Policy("bm25-top-k", Role.BASELINE, walk, is_plain=True)


def bm25_fused(setup: Setup) -> Policy:
    """BM25 of the whole text plus BM25 of names and descriptions, tuned to the suite.

    The parameters for a case are those with the best mean reciprocal rank on the other half of
    the cases, so they are never tuned on what they are judged by.
    """
    fused = Fused.of(setup)

    def walk(case: Case, session: Session) -> None:
        read_in_order(ranked(fused.keys, fused.scores(case)), session)

    return Policy("bm25-fused", Role.BASELINE, walk, is_plain=True, about=fused.about)


def bm25_ppr(setup: Setup) -> Policy:
    """The fused scores, spread along the links by personalised PageRank."""
    fused, links = Fused.of(setup), _neighbours(setup)

    def walk(case: Case, session: Session) -> None:
        scores = spread(fused.scores(case), links)
        read_in_order(ranked(fused.keys, scores), session)

    return Policy("bm25+ppr", Role.BASELINE, walk, is_plain=True, about=fused.about)


def hybrid_top_k(setup: Setup) -> Policy:
    """The best files by words and by meaning, as many as fit."""
    index = SearchIndex.of(setup.graph, embedder=setup.embedder)
    count = len(setup.graph.nodes)

    def walk(case: Case, session: Session) -> None:
        read_in_order((hit.node for hit in index.search(case.question, count)[0]), session)

    return Policy("hybrid-top-k", Role.BASELINE, walk, is_plain=True)


class Fused:
    """Fused BM25 with parameters for each half of the cases."""

    def __init__(self, setup: Setup) -> None:
        self.keys = list(setup.graph.nodes)
        self._whole = _rankings(_whole(setup))
        self._short = _rankings(
            {node.id: f"{node.title}\n{node.description}" for node in setup.graph.nodes.values()}
        )
        self._cases = [case for case in setup.cases if case.is_answerable]

    @classmethod
    def of(cls, setup: Setup) -> Fused:
        """The one of a graph and its cases, which several policies share: tuning takes seconds."""
        return setup.graph.keep((cls, setup.cases), lambda: cls(setup))

    def scores(self, case: Case) -> list[float]:
        """The score of each node for the question of a case, in the order of `keys`."""
        return self._with(case.question, *self._parameters[case.half])

    @property
    def about(self) -> str:
        """The parameters in words."""
        named = dict.fromkeys(
            f"k1 {k1}, b {b}, names and descriptions × {weight}"
            for (k1, b), weight in self._parameters
        )
        return "; ".join(named)

    @cached_property
    def _parameters(self) -> tuple[tuple[tuple[float, float], float], ...]:
        """For each half: k1 and b, and the weight of names and descriptions."""
        return tuple(self._tuned(half) for half in (0, 1))

    def _tuned(self, half: int) -> tuple[tuple[float, float], float]:
        others = [case for case in self._cases if case.half != half]
        if len(others) < FEWEST:
            return (1.5, 0.75), 0.5
        candidates = list(product(self._whole, SHORT_WEIGHTS))
        return max(candidates, key=lambda tried: self._reciprocal_rank(others, *tried))

    def _reciprocal_rank(
        self, cases: Sequence[Case], pair: tuple[float, float], weight: float
    ) -> float:
        total = 0.0
        for case in cases:
            order = ranked(self.keys, self._with(case.question, pair, weight))
            places = {node: place for place, node in enumerate(order, 1)}
            total += sum(1 / places[node] for node in case.gold if node in places) / len(case.gold)
        return total

    def _with(self, question: str, pair: tuple[float, float], weight: float) -> list[float]:
        whole, short = self._whole[pair].scores(question), self._short[pair].scores(question)
        return [a + weight * b for a, b in zip(whole, short, strict=True)]


def _rankings(texts: Mapping[str, str]) -> dict[tuple[float, float], Lexical]:
    """A ranking of the texts for each k1 and b."""
    split = tokens(list(texts.values()))
    return {pair: Lexical(texts, *pair, split=split) for pair in product(K1S, BS)}


def spread(scores: Sequence[float], links: Mapping[int, Sequence[int]]) -> list[float]:
    """Personalised PageRank: ranks that begin at the scores and go on along the links.

    Sums are taken in a fixed order, so equal graphs give equal ranks. Source: L. Page et al.,
    The PageRank Citation Ranking (1999), section 6.

    Args:
        scores: where a walk begins, in any unit.
        links: index of a node → indexes of its neighbours.
    """
    total = sum(scores)
    if not total:
        return list(scores)
    start = [score / total for score in scores]
    ranks = start
    for _ in range(ROUNDS):
        following = [(1 - DAMPING) * share for share in start]
        lost = 0.0
        for node, rank in enumerate(ranks):
            neighbours = links.get(node, ())
            if not neighbours:
                lost += DAMPING * rank
            for other in neighbours:
                following[other] += DAMPING * rank / len(neighbours)
        ranks = [rank + lost * share for rank, share in zip(following, start, strict=True)]
    return ranks


def _neighbours(setup: Setup) -> dict[int, list[int]]:
    """Index of each node → indexes of the nodes that it links to, or that link to it."""
    number = {node: at for at, node in enumerate(setup.graph.nodes)}
    near: dict[int, set[int]] = {}
    for link in setup.graph.links:
        if link.target and link.target != link.source:
            source, target = number[link.source], number[link.target]
            near.setdefault(source, set()).add(target)
            near.setdefault(target, set()).add(source)
    return {node: sorted(others) for node, others in sorted(near.items())}


def _whole(setup: Setup) -> dict[str, str]:
    return {node.id: node.document.text for node in setup.graph.nodes.values()}
