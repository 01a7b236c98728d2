"""Ranked search over all nodes: BM25F, names and descriptions, and the links between hits.

All fields of a node are scored as one text (`postings`). Names and descriptions are scored once
more, as a short text of their own, and both scores are added. A word that a query repeats
counts more, up to a limit, by the third part of BM25 (`K3`; Robertson and Zaragoza, "The
Probabilistic Relevance Framework", 2009, 3.4.1). A query word that no node holds is replaced by
the name word that is spelled most like it.

A hit gains a part of the scores of other hits that link to it, as far as the two answer
different parts of the query: that is what a link adds. Two nodes that say the same gain
nothing from each other.

Every score is summed in a fixed order, so equal graphs give equal rankings.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from skillagent.graph import Node, SkillGraph
from skillagent.graph.status import WORDS as STATUS_WORDS
from skillagent.index.analyzer import is_part, query_words, stem, terms, words
from skillagent.index.detection import GraphLanguages
from skillagent.index.languages import stems
from skillagent.index.postings import Postings
from skillagent.index.query import Match, Query
from skillagent.index.spelling import Spelling
from skillagent.progress import Progress, tracked, untold

FIELDS = ("title", "description", "tags", "headings", "links to it", "text")
WEIGHTS = (5.0, 3.0, 2.0, 2.0, 1.5)
"""Of all fields but the text, which counts 1."""
SHORT_WEIGHTS = (2.0, 1.0)
SHORT_WEIGHT = 0.5
"""What names and descriptions as a text of their own count beside all fields."""
K3 = 8.0
"""How soon repeating a word in a query stops to count: it counts 1 + K3 times at most."""
LINK_SHARE = 0.7
"""The part of its score that a hit gives to the hits it links to, which answer all else."""
LINKED_HITS = 30
OUTDATED_SHARE = 0.5
"""The part of its score that an outdated node keeps, unless the query asks for such nodes."""
BEHIND = 0.999
"""The part of its successor's score that an outdated node has at most."""
QUERY_WORDS = 300
"""Of a longer query, so many different words are searched, the first ones."""
TELLING = 64
"""By so many terms of a query, those that tell most, hits are compared and explained."""
WHY_WORDS = 12
"""A hit names at most so many words of the query, those that tell most."""
ANCHORS = 10
"""Of the links to a node, the words around so many are searched."""
RESPELLED = 4
"""Of the words that no node holds, so many are looked up in another spelling, the first ones."""
RESPELLED_WEIGHT = 0.7
NONE_BELOW, WEAK_BELOW = 0.25, 0.5
"""Strength of the best hit below which nothing matches, or weakly: see `benchmarks.off_subject`."""
PART = 0.25
"""What an unknown pair of characters counts in a query's words: most of them are no word."""
UNSURE = 0.4
"""Strength that a hit has at most if it only holds words that are spelled like those asked."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One node that answers a query."""

    node: str
    score: float
    why: tuple[tuple[str, tuple[str, ...]], ...]
    """Field → the words of the query found in it, strongest field first."""
    linked_from: tuple[str, ...] = ()
    """Other hits that link to it."""


class SearchIndex:
    """The searchable form of one graph; build it with `SearchIndex.of`, which keeps it."""

    def __init__(self, graph: SkillGraph, progress: Progress = untold) -> None:
        self._graph = graph
        self._ids = list(graph.nodes)
        self._languages = GraphLanguages(graph)
        self._stems = [stems(code) for code in self._languages.every]
        self._postings, short = Postings(), Postings()
        self._fields: list[tuple[frozenset[str], ...]] = []
        """Document → the terms of each field but the text."""
        self._parsed: Query | None = None
        self._last: _Answer | None = None
        names: dict[str, None] = {}
        anchors = self._anchors()
        for node in tracked(graph.nodes.values(), "indexing", progress):
            language = self._languages.of(node.id)
            name_words = words("\n".join(_names(node)))
            names.update(dict.fromkeys(name_words))
            described = () if node.description_derived else terms(node.description, language)
            fields = (
                [stem(word, language) for word in name_words],
                described,
                terms(" ".join((*node.tags, *node.topics)), language),
                terms("\n".join(heading.title for heading in node.document.headings), language),
                anchors.get(node.id, ()),
            )
            self._postings.add(fields, WEIGHTS, terms(node.document.body, language))
            short.add(fields[:2], SHORT_WEIGHTS)
            self._fields.append(tuple(map(frozenset, fields)))
        short.close()
        self._postings.close(short, SHORT_WEIGHT)
        self._spelling = Spelling(names, self._postings.rows.keys(), self._count_word)

    def _anchors(self) -> dict[str, list[str]]:
        """Node → the terms around the links to it, of at most `ANCHORS` links a node."""
        around: dict[str, list[str]] = {}
        count: dict[str, int] = {}
        for link in self._graph.links:
            target = link.target
            if not target or target == link.source or count.get(target, 0) >= ANCHORS:
                continue
            count[target] = count.get(target, 0) + 1
            before, after = link.around()
            language = self._languages.of(link.source)
            around.setdefault(target, []).extend(terms(f"{before} {link.label} {after}", language))
        return around

    def _count_word(self, word: str) -> int:
        return max(self._postings.count(stem(word, code)) for code in self._languages.every)

    @classmethod
    def of(cls, graph: SkillGraph, progress: Progress = untold) -> SearchIndex:
        """The index of a graph, built at the first call.

        Args:
            graph: which keeps it.
            progress: told of each node while it is built.
        """
        return graph.keep(cls, lambda: cls(graph, progress))

    def search(
        self,
        query: str,
        limit: int = 10,
        offset: int = 0,
        within: Collection[str] | None = None,
    ) -> tuple[list[Hit], int]:
        """The best nodes for a query.

        Args:
            query: words in any order; a node's name need not be spelled right.
            limit: hits to return.
            offset: hits to leave out, for paging.
            within: ids of the nodes that may be hits; None for all.

        Returns:
            The hits, best first, and how many there are in all. They are the nodes that hold
            any of the words: `match` tells whether that is an answer.
        """
        answer = self._answer(query)
        scores = answer.scores
        if within is not None:
            numbers = self._numbers
            kept = [numbers[node] for node in within if numbers[node] in scores]
            scores = {document: scores[document] for document in kept}
        order = _top(scores, max(offset + limit, LINKED_HITS))
        hits = [
            Hit(
                self._ids[document],
                round(score, 6),
                self._why(document, answer.query),
                tuple(self._ids[source] for source in answer.linked.get(document, ())),
            )
            for document, score in order[offset : offset + limit]
        ]
        return hits, len(scores)

    def match(self, query: str, node: str | None = None) -> Match:
        """How far the graph answers a query, by the `strength` of one hit.

        Args:
            query: as given to `search`.
            node: the hit; None for the best one.
        """
        strength = self.strength(query, node)
        if strength < NONE_BELOW:
            return Match.NONE
        return Match.WEAK if strength < WEAK_BELOW else Match.GOOD

    def strength(self, query: str, node: str | None = None) -> float:
        """How well one hit answers a query, 0 if not at all.

        It is the share of the query's words that the hit holds, each weighted by 1 + idf and by
        the root of how strongly it is held, times the root of their number: chance rarely
        brings several words of a question into one node. Never more than weak if the hit holds
        none of the words as they are written.

        Args:
            query: as given to `search`.
            node: the hit; None for the best one.
        """
        answer = self._answer(query)
        if not answer.scores:
            return 0.0
        document = _top(answer.scores, 1)[0][0] if node is None else self._numbers[node]
        asked, held, told = answer.query, set(), 0.0
        for term, weight in asked.weights.items():
            if impact := self._postings.impact(term, document):
                held.add(term)
                idf = self._postings.idf(term)
                told += weight * math.sqrt(impact / idf) * (1 + idf)
        strength = told / asked.told * math.sqrt(len(held))
        return min(strength, UNSURE) if held <= asked.respelled else strength

    def _answer(self, query: str) -> _Answer:
        # One query is asked again for its next page, and to judge its hits.
        last = self._last
        if last is None or last.query.text != query:
            parsed = self._parse(query)
            scores = self._postings.score(parsed.weights)
            linked = self._add_links(parsed, scores)
            self._fade(parsed, scores)
            last = self._last = _Answer(parsed, scores, linked)
        return last

    def _fade(self, query: Query, scores: dict[int, float]) -> None:
        """Lower what is outdated, and place it behind what replaces it."""
        outdated = self._graph.outdated
        if not outdated or not STATUS_WORDS.isdisjoint(query.text.casefold().split()):
            return
        numbers = self._numbers
        faded: dict[int, float] = {}
        for node, reason in outdated.items():
            if (score := scores.get(numbers[node])) is not None:
                newer = [scores.get(numbers[one], 0.0) for one in reason.successors]
                limits = (BEHIND * other for other in newer if other)
                faded[numbers[node]] = min(OUTDATED_SHARE * score, *limits, math.inf)
        scores.update(faded)

    def _add_links(self, query: Query, scores: dict[int, float]) -> dict[int, list[int]]:
        """Raise what other hits link to; of the best documents, each → those that link to it."""
        before = dict(_top(scores, LINKED_HITS))
        linked = self._links_between(list(before))
        involved = dict.fromkeys(linked)
        for sources in linked.values():
            involved.update(dict.fromkeys(sources))
        by_term = [
            [weight * impact for impact in self._postings.impacts(term, involved)]
            for term, weight in islice(query.weights.items(), TELLING)
        ]
        parts = dict(zip(involved, zip(*by_term, strict=True), strict=True)) if involved else {}
        for document, sources in linked.items():
            for source in sources:
                apart = _apart(parts[document], parts[source])
                if apart:
                    out = len(self._graph.neighbors(self._ids[source]))
                    scores[document] += LINK_SHARE * apart * before[source] / math.sqrt(out)
        return linked

    def scores_of(self, query: str, nodes: Sequence[str]) -> dict[str, float]:
        """Node → its score for a query, 0 where it does not answer, of the nodes given."""
        scores = self._answer(query).scores
        return {node: scores.get(self._numbers[node], 0.0) for node in nodes}

    def relevance(self, query: str, node: str, text: str) -> float:
        """How well a link's text, with the node behind it, answers a query; 0 if not at all."""
        tells = self._parse(query).tells
        summary, near = self._summary_terms(node), set(terms(text, self._languages.of(node)))
        return sum(value for term, value in tells.items() if term in near or term in summary)

    def weight(self, query: str, node: str, text: str) -> float:
        """How much of a query a text of a node holds: its words by their rarity.

        Args:
            query: the question.
            node: whose language the text is in.
            text: of the node; what it repeats counts less each time.
        """
        counts = Counter(terms(text, self._languages.of(node)))
        return sum(
            value * counts[term] / (counts[term] + 1)
            for term, value in self._parse(query).tells.items()
        )

    def _summary_terms(self, node: str) -> frozenset[str]:
        held = self._summaries.get(node)
        if held is None:
            target = self._graph.nodes[node]
            text = f"{target.title} {target.stem} {target.description}"
            held = self._summaries[node] = frozenset(terms(text, self._languages.of(node)))
        return held

    @cached_property
    def _summaries(self) -> dict[str, frozenset[str]]:
        return {}

    def _parse(self, text: str) -> Query:
        # One query ranks a page of hits and then the links of several summaries.
        query = self._parsed
        if query is None or query.text != text:
            query = self._parsed = self._read(text)
        return query

    def _read(self, text: str) -> Query:
        counts: dict[str, float] = {}
        named: dict[str, str] = {}
        unknown: list[tuple[str, float]] = []
        words = query_words(text, self._languages.of_query(text))
        for word, count in islice(words.items(), QUERY_WORDS):
            forms = self._known(word)
            for form in forms:
                counts[form] = counts.get(form, 0.0) + count
                named.setdefault(form, word)
            if not forms:
                unknown.append((word, count))
        idf = self._postings.idf
        weights = {term: _saturated(count) for term, count in counts.items()}
        told = sum([weight * (1 + idf(term)) for term, weight in weights.items()])
        missed = [_saturated(PART * count if is_part(word) else count) for word, count in unknown]
        told += sum(missed) * (1 + idf(""))
        respelled: set[str] = set()
        for word, count in unknown[:RESPELLED]:
            near = self._spelling.nearest(word)
            for form in self._known(near) if near else ():
                respelled.add(form)
                named.setdefault(form, f"{word}→{near}")
                weights[form] = weights.get(form, 0.0) + RESPELLED_WEIGHT * _saturated(count)
        telling = sorted([(-weight * idf(term), term) for term, weight in weights.items()])
        ranked = {term: weights[term] for _, term in telling}
        tells = {term: -value for value, term in telling}
        order = {term: number for number, term in enumerate(named)}
        return Query(text, named, order, ranked, tells, told, frozenset(respelled))

    def _known(self, word: str) -> Sequence[str]:
        """The stems of a word that nodes hold, with other accents if they hold none as it is."""
        rows, tables = self._postings.rows, self._stems
        if len(tables) == 1:
            form = tables[0][word]
            if form in rows:
                return (form,)
            forms = {form: None}
        else:
            forms = dict.fromkeys(table[word] for table in tables)
            if known := [form for form in forms if form in rows]:
                return known
        if word.isascii() and not self._spelling.has_accents:
            return ()
        return [other for form in forms if (other := self._spelling.accented(form))]

    def _why(self, document: int, query: Query) -> tuple[tuple[str, tuple[str, ...]], ...]:
        telling = tuple(islice(query.weights, TELLING))
        strongest = self._strongest(document, frozenset(telling))
        places: dict[str, int] = {}
        for term in telling:
            if term in strongest:
                places[term] = strongest[term]
            elif self._postings.impact(term, document):
                places[term] = len(FIELDS) - 1
            if len(places) == WHY_WORDS:
                break
        named: dict[int, list[str]] = {}
        for term in sorted(places, key=query.order.__getitem__):
            named.setdefault(places[term], []).append(query.words[term])
        return tuple((FIELDS[place], tuple(named[place])) for place in sorted(named))

    def _strongest(self, document: int, wanted: frozenset[str]) -> dict[str, int]:
        """Term → the strongest field of a document but the text that holds it, as its number
        in `FIELDS`."""
        places: dict[str, int] = {}
        for place, held in enumerate(self._fields[document]):
            for term in wanted & held:
                places.setdefault(term, place)
        return places

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {node: number for number, node in enumerate(self._ids)}

    def _links_between(self, documents: list[int]) -> dict[int, list[int]]:
        """Of some documents: each → those of them that link to it, in their order."""
        wanted = set(documents)
        linked: dict[int, list[int]] = {}
        for source in documents:
            for target in self._graph.neighbors(self._ids[source]):
                number = self._numbers[target]
                if number in wanted:
                    linked.setdefault(number, []).append(source)
        return linked


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one query led to."""

    query: Query
    scores: dict[int, float]
    linked: dict[int, list[int]]
    """Of the best documents: each → the others that link to it."""


def _saturated(count: float) -> float:
    return (1 + K3) * count / (K3 + count)


def _apart(left: Sequence[float], right: Sequence[float]) -> float:
    """How far two hits answer different parts of a query: from 0, where one holds no term that
    the other lacks, to 1, where they share none.

    Args:
        left: the parts of one hit's score, by term.
        right: those of the other.
    """
    whole_left = whole_right = own_left = own_right = 0.0
    for one, other in zip(left, right, strict=True):
        if not other:
            whole_left += one
            own_left += one
        elif not one:
            whole_right += other
            own_right += other
        else:
            whole_left += one
            whole_right += other
    if not own_left or not own_right:
        return 0.0
    return own_left / whole_left * (own_right / whole_right)


def _names(node: Node) -> tuple[str, ...]:
    return (node.path.rpartition(".")[0], node.title, *node.aliases)


def _top(scores: Mapping[int, float], count: int) -> list[tuple[int, float]]:
    """The best documents with their scores, best first; of equals, the first document."""
    if len(scores) > 4 * count:
        # Sorting plain floats finds the cut; only what passes it is sorted with its document.
        cut = sorted(scores.values(), reverse=True)[count - 1]
        items = [item for item in scores.items() if item[1] >= cut]
    else:
        items = list(scores.items())
    return sorted(items, key=lambda item: (-item[1], item[0]))[:count]
