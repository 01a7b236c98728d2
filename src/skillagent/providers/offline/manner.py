"""Judges by its wording how likely a sentence is to answer a question.

The word lists are English. Sentences of other languages are judged by place, length and
punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from skillagent.index.analyzer import query_terms
from skillagent.providers.offline.passages import Passage
from skillagent.providers.offline.walk_state import LIGHT_TERMS

CUE, CAVEAT, POINTER, LABEL, OPEN_END = 1.25, 0.5, 0.6, 0.75, 0.6
"""Factors for a sentence with a cue, a caveat, an item about another node, a label, and a sentence
that ends with a question mark or a colon."""
EARLY = 0.25
"""Added to the factor of a section's first sentence; later sentences get less."""
LONG, LONG_COST = 160, 0.004
"""Characters above which a sentence may contain words by chance, and the cost of each of them."""
_CAVEAT = re.compile(
    r"^(?:but|however|note|warning|caution|unless|although|though|except|nevertheless|see|this|"
    r"that|these|those|it|they|he|she|since \S+ v?\d\S*)(?!\w)"
    r"|\b(?:no longer|deprecated|removed|obsolete|not yet|limitations?)\b",
    re.IGNORECASE,
)
_TELLS_HOW: Final = (
    r"^(?:to|use|add|run|create|open|press|type|set|click|go|select|put|write|call|make|choose|"
    r"install|start|submit|ask|contact|report|email|append|enter)\b"
    r"|\byou (?:can|may|should|need|must)\b|\b(?:by|using|with the)\b"
)
_TELLS_WHY: Final = (
    r"\b(?:because|since|so that|due to|reason|therefore|means that|causes?|make|makes)\b"
)
_CUES: Final = tuple(
    (re.compile(question, re.IGNORECASE), re.compile(cue, re.IGNORECASE))
    for question, cue in (
        (r"^(?:how (?:do|can|should|to|would)|can i|what should)\b", _TELLS_HOW),
        (r"^why\b", _TELLS_WHY),
        (r"^when\b", r"\b(?:when|if|once|after|before|as soon as|every)\b"),
        (r"^how (?:many|much|long|often|big|old)\b", r"\d|\b(?:unlimited|weekly|monthly|daily)\b"),
        (r"^who\b", r"\b(?:responsible|owner|owns|lead|team|contact|manager)\b"),
        (r"^(?:does|do|is|are|can)\b", r"\b(?:supports?|can|allows?|you|is|are)\b"),
    )
)
"""The beginning of a question → the cue of sentences that answer it."""
_DEFINED: Final = re.compile(r"^what(?:'s| is| are| does)\b", re.IGNORECASE)
_DEFINITION: Final = re.compile(
    r"^(.{1,80}?)(?:\s(?:is|are|(?:literally )?means?|refers? to|stands? for|lets?|allows?|helps?|"
    r"gives?|creates?|contains?|shows?|[-–—])\s|:\s)",
    re.IGNORECASE,
)


def subject_of(question: str) -> frozenset[str]:
    """The terms of X in a question like "What is X?"; empty for other questions."""
    if not _DEFINED.search(question.strip()):
        return frozenset()
    return frozenset(query_terms(question)) - LIGHT_TERMS


def defines(text: str, subject: frozenset[str]) -> bool:
    """Whether a sentence begins with a definition of a subject.

    Args:
        text: the sentence.
        subject: returned by `subject_of` the question.
    """
    match = _DEFINITION.match(text)
    if not match or not subject:
        return False
    head = frozenset(query_terms(match[1]))
    return subject <= head and len(head) <= len(subject) + 1


def cues_of(question: str) -> list[re.Pattern[str]]:
    """The cues of sentences that answer this kind of question."""
    return [cue for pattern, cue in _CUES if pattern.search(question.strip())]


def is_caveat(text: str) -> bool:
    """Whether a sentence limits or continues another one."""
    return bool(_CAVEAT.search(text))


def manner(passage: Passage, cues: Sequence[re.Pattern[str]]) -> float:
    """A factor: how likely a sentence is to be an answer, by its wording and place.

    Args:
        passage: the sentence.
        cues: returned by `cues_of` for the question.
    """
    text = passage.text
    factor = (1 + EARLY / (1 + passage.place)) / (1 + LONG_COST * max(0, len(text) - LONG))
    if any(cue.search(text) for cue in cues):
        factor *= CUE
    if is_caveat(text):
        factor *= CAVEAT
    if passage.kind == "pointer":
        factor *= POINTER
    if passage.kind == "text" and text[-1].isalnum() and text.isascii():
        factor *= LABEL  # a label or a caption rather than a sentence
    if text.endswith(("?", "？", "؟")) or (text.endswith((":", "：")) and not passage.below):
        factor *= OPEN_END
    return factor
