"""Text → the terms that searching compares."""

from __future__ import annotations

import re
from collections.abc import Iterable

import Stemmer

_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
STOP_WORDS = frozenset(
    "a about after all also am an and any are as at be because been before being between both "
    "but by can could did do does doing done each few for from get gets give had has have "
    "having he her here him his how i if in into is it its just let like may me might more most "
    "must my need needs no not now of off on once one only or other our out over own s same she "
    "should so some such t than that the their them then there these they this those through to "
    "too two under up us use used using very via was we well were what when where which while "
    "who why will with within would you your".split()
)

_stemmer = Stemmer.Stemmer("english")
_MAX_STEMS = 500_000


class _Stems(dict[str, str]):
    """Word → stem, filled as words are met; looking a word up is then one step in C."""

    def __missing__(self, word: str) -> str:
        # A word with digits or beyond ASCII is a name or another language: it stays whole.
        found: str = _stemmer.stemWord(word) if word.isascii() and word.isalpha() else word
        if len(self) < _MAX_STEMS:
            self[word] = found
        return found


_stems = _Stems()


def stem(word: str) -> str:
    """A lower-case word without its English endings (Porter 2, snowballstem.org)."""
    return _stems[word]


def words(text: str) -> list[str]:
    """Lower-case words in order; a run of Chinese, Japanese or Korean as pairs of characters."""
    found = _WORD.findall(text.casefold())
    if text.isascii() or not _CJK.search(text):
        return found
    return [part for word in found for part in (_pairs(word) if _CJK.search(word) else (word,))]


def terms(text: str) -> list[str]:
    """The stems of the words in a text."""
    return list(map(_stems.__getitem__, words(text)))


def query_terms(text: str, limit: int = 32) -> dict[str, str]:
    """Term → the first word that it stands for, without stop words unless nothing else is there."""
    found = words(text)
    kept = [word for word in found if word not in STOP_WORDS] or found
    result: dict[str, str] = {}
    for word in kept:
        result.setdefault(stem(word), word)
        if len(result) == limit:
            break
    return result


def _pairs(word: str) -> Iterable[str]:
    if len(word) == 1:
        return (word,)
    return (word[at : at + 2] for at in range(len(word) - 1))
