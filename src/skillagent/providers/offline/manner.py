"""How a sentence says what it says: whether it is of a kind that answers a question.

The words are English. A sentence in another language is judged by its place, length and marks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from skillagent.index.analyzer import query_terms
from skillagent.providers.offline.passages import Passage
from skillagent.providers.offline.seen import LIGHT_TERMS

CUE, CAVEAT, POINTER, LABEL, OPEN_END = 1.25, 0.5, 0.6, 0.75, 0.6
EARLY = 0.25
"""What counts once more for the first sentence of a section."""
LONG, LONG_COST = 160, 0.004
"""Characters above which a sentence holds words by chance, and what each of them costs."""
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
    (re.compile(asked, re.IGNORECASE), re.compile(said, re.IGNORECASE))
    for asked, said in (
        (r"^(?:how (?:do|can|should|to|would)|can i|what should)\b", _TELLS_HOW),
        (r"^why\b", _TELLS_WHY),
        (r"^when\b", r"\b(?:when|if|once|after|before|as soon as|every)\b"),
        (r"^how (?:many|much|long|often|big|old)\b", r"\d|\b(?:unlimited|weekly|monthly|daily)\b"),
        (r"^who\b", r"\b(?:responsible|owner|owns|lead|team|contact|manager)\b"),
        (r"^(?:does|do|is|are|can)\b", r"\b(?:supports?|can|allows?|you|is|are)\b"),
    )
)
"""How a question begins → how sentences speak that answer it."""
_DEFINED: Final = re.compile(r"^what(?:'s| is| are| does)\b", re.IGNORECASE)
_DEFINITION: Final = re.compile(
    r"^(.{1,80}?)(?:\s(?:is|are|(?:literally )?means?|refers? to|stands? for|lets?|allows?|helps?|"
    r"gives?|creates?|contains?|shows?|[-–—])\s|:\s)",
    re.IGNORECASE,
)


def subject_of(question: str) -> frozenset[str]:
    """The terms of what a question asks the meaning of; empty for another question."""
    if not _DEFINED.search(question.strip()):
        return frozenset()
    return frozenset(query_terms(question)) - LIGHT_TERMS


def defines(text: str, subject: frozenset[str]) -> bool:
    """Whether a sentence begins by saying what a subject is."""
    match = _DEFINITION.match(text)
    if not match or not subject:
        return False
    head = frozenset(query_terms(match[1]))
    return subject <= head and len(head) <= len(subject) + 1


def cues_of(question: str) -> list[re.Pattern[str]]:
    """What sentences that answer a question of its kind are recognised by."""
    return [said for asked, said in _CUES if asked.search(question.strip())]


def is_caveat(text: str) -> bool:
    """Whether a sentence limits another one or goes on with it."""
    return bool(_CAVEAT.search(text))


def manner(passage: Passage, cues: Sequence[re.Pattern[str]]) -> float:
    """A factor: how likely a sentence of its kind is to answer.

    Args:
        passage: the sentence.
        cues: from `cues_of` the question.
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
