"""What words that better hits lack add to the score of a hit.

A question with several parts is rarely answered by one node, and the best hits often repeat the
same part. So each of the best hits gets a part of its score once more, where a word counts less the
more of the better hits contain it. This is maximal marginal relevance (Carbonell and Goldstein,
SIGIR 1998) with words of the query instead of similarity, and in one pass.
"""

from __future__ import annotations

from itertools import islice

from skillagent.index.postings import Postings
from skillagent.index.query import TELLING, Query
from skillagent.index.scores import best

COMPARED_HITS = 30
"""Number of the best hits that are compared."""
NOVELTY = 0.75
"""Part of its score that a hit gets once more if no better hit contains its words."""
REPEATED = 0.3
"""Factor for that part of a word's score, for each better hit that contains the word."""


def add_novelty(query: Query, scores: dict[int, float], postings: Postings) -> None:
    """Raise the scores of the best hits by what words in no better hit tell.

    Args:
        query: the query, as it is parsed.
        scores: document → score; changed in place.
        postings: the postings of all documents.
    """
    documents = [document for document, _ in best(scores, COMPARED_HITS)]
    for term, weight in islice(query.weights.items(), TELLING):
        factor = NOVELTY * weight
        for document, impact in zip(documents, postings.impacts(term, documents), strict=True):
            if impact:
                scores[document] += factor * impact
                factor *= REPEATED
