"""The words of questions, and the words that a reader sees of a node before its text.

Words are compared by their stems, and shown as they are written: those of a question as it asks,
those of a node as its author wrote them.

Above: the kinds of findings. Below: `index`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from skillagent.evals.suite import Case
from skillagent.graph import Link, Node, SkillGraph
from skillagent.index.analyzer import query_terms, stem, words
from skillagent.index.detection import detect
from skillagent.index.languages import stop_words

COMMON = 0.25
"""Share of the nodes above which a word is too common to lead a question anywhere."""
FEW = 3
"""In so few nodes a word is never too common, however small the graph is."""
_PHRASES = frozenset(
    "able aside already although among another answer anyone anything around ask asks away back "
    "believe best better big bit come comes done else enough even ever every everybody everything "
    "far find first four five got half hold instead keep kept kind know last later least left long "
    "look looks made make makes many matter mean mostly much never next nobody nothing ok others "
    "otherwise people perhaps put question questions quite rather really right say says second see "
    "seem seems seen several since six someone something sort still sure take tell tells ten thing "
    "things think third three today together told took toward tried try trying twice unless until "
    "usually want wants whatever whether whole without won work worked works yet "
    "didn doesn don hasn haven isn wasn won wouldn".split()
)
"""English words that people ask with whatever they ask about; no description is known by them."""
_DESCRIPTIONS = "description", "summary", "desc"


class Wording:
    """The words of one graph.

    Args:
        graph: the graph.
    """

    def __init__(self, graph: SkillGraph) -> None:
        self.graph = graph
        self._languages = detect(graph).languages
        self._described = {node.id: self._words(node, _seen(node)) for node in graph.nodes.values()}
        self._texts = {
            node.id: Counter(self._stems(node.id, node.document.body))
            for node in graph.nodes.values()
        }
        self._spread = Counter(
            term for node in graph.nodes for term in {*self._described[node], *self._texts[node]}
        )
        self._asked: dict[str, dict[str, str]] = {}

    def asked(self, case: Case) -> Mapping[str, str]:
        """The telling words of a question: stem → the word as it is asked, the rarest first."""
        asked = self._asked.get(case.id)
        if asked is None:
            language = self._languages.of_query(case.question)
            terms = query_terms(case.question, language)
            telling = [
                term
                for term, word in terms.items()
                if word not in _PHRASES and self.is_telling(term)
            ]
            telling.sort(key=lambda term: -self.rarity(term))
            asked = self._asked[case.id] = {term: terms[term] for term in telling}
        return asked

    def described(self, node: str) -> Mapping[str, str]:
        """The words of a node's title, aliases and description: stem → the word as written."""
        return self._described[node]

    def has(self, node: str, term: str) -> bool:
        """Whether the text of a node has a word."""
        return term in self._texts[node]

    def in_sentence(self, link: Link) -> Mapping[str, str]:
        """The words of the sentence around a link: stem → the word as written."""
        return self._words(self.graph.nodes[link.source], link.context)

    def own_words(self, node: str) -> list[str]:
        """Words that tell a node's text apart and are not in its description, the best first."""
        language = self._languages.of(node)
        described, counts = self._described[node], self._texts[node]
        stop = stop_words(language)
        written: dict[str, str] = {}
        for word in words(self.graph.nodes[node].document.body):
            if word not in stop and word.isalpha() and len(word) > 2:
                written.setdefault(stem(word, language), word)
        order = sorted(
            (term for term in written if term not in described and counts[term] > 1),
            key=lambda term: (-counts[term] * self.rarity(term), term),
        )
        return [written[term] for term in order if self.is_telling(term)]

    def rarity(self, term: str) -> float:
        """The inverse document frequency of a word, as in BM25."""
        count, total = self._spread[term], len(self.graph.nodes)
        return math.log(1 + (total - count + 0.5) / (count + 0.5))

    def weight(self, terms: Iterable[str]) -> float:
        """How much some words lead to a node, by their rarity."""
        return sum(sorted(self.rarity(term) for term in terms))

    def is_telling(self, term: str) -> bool:
        """Whether a word is rare enough to lead a question somewhere, and is more than a number."""
        limit = max(FEW, COMMON * len(self.graph.nodes))
        return self._spread[term] <= limit and not term.isdigit()

    def is_known(self, term: str) -> bool:
        """Whether any node has a word."""
        return self._spread[term] > 0

    def _words(self, node: Node, text: str) -> dict[str, str]:
        language = self._languages.of(node.id)
        stop = stop_words(language)
        written: dict[str, str] = {}
        for word in words(text):
            if word not in stop:
                written.setdefault(stem(word, language), word)
        return written

    def _stems(self, node: str, text: str) -> list[str]:
        language = self._languages.of(node)
        return [stem(word, language) for word in words(text)]


def place(node: Node) -> str:
    """`file:line` of a node's description, or of its first line if it has none."""
    lines = node.document.frontmatter.lines
    line = next((number for key, number in lines.items() if key.casefold() in _DESCRIPTIONS), 1)
    return f"{file_of(node)}:{line}"


def link_place(graph: SkillGraph, link: Link) -> str:
    """`file:line` of a link."""
    return f"{file_of(graph.nodes[link.source])}:{link.line}"


def file_of(node: Node) -> str:
    """The path of a node's file, with the name of its root if there are several."""
    return f"{node.root}::{node.path}" if node.root else node.path


def counted(terms: Counter[str], order: Iterable[str]) -> list[str]:
    """Words by how many questions have them; equal ones in the given order.

    Args:
        terms: stem → number of questions.
        order: all stems, in the order of equal ones.
    """
    return sorted(dict.fromkeys(order), key=lambda term: -terms[term])


def _seen(node: Node) -> str:
    return "\n".join((node.title, node.stem, *node.aliases, node.description))
