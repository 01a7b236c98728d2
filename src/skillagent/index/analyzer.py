"""Text → the terms that searching compares.

Words are those of Unicode's rules (UAX 29): letters and digits with the marks on them. Two
things differ, for the sake of searching: a word also ends at an underscore or an apostrophe,
since names and elisions are looked for by their parts; and scripts that put no space between
words are cut into overlapping pairs of characters, as are the words of Korean, whose particles
are joined to them. Of Chinese characters each counts alone as well, because many are a word
(Nie, Gao, Zhang and Zhou, "On the use of words and n-grams for Chinese information retrieval",
IRAL 2000).

Before, text is brought to one form: NFKC, casefolded, without characters that show nothing and
without the vowel signs that Hebrew and Arabic may leave out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from unicodedata import normalize

import regex

from skillagent.index.languages import ENGLISH, STOP_WORDS, stems, stop_words

__all__ = ["STOP_WORDS", "query_terms", "query_words", "stem", "terms", "words"]

SINGLE = 0.5
"""What one character of a longer run counts in a query, beside its pairs."""

_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*")
_PLAIN_WORD = re.compile(r"[^\W_]+")
_ASCII_GAPS: Final = {code: " " for code in range(128) if not chr(code).isalnum()}
"""Splitting at these finds the words of ASCII several times faster than a pattern does."""
# Most texts hold Latin letters with signs such as dashes and arrows: there casefolding is enough,
# and the words of `re` are the same. What else there is below U+0250 has a form of its own in NFKC.
_BEYOND = re.compile(
    "[^\x00-\xa7\xa9\xab\xac\xae\xb0\xb1\xb6\xb7\xbb\xbf-\u012f\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e"
    "\u2010-\u2027\u2030-\u205e\u2190-\u245f\u2500-\u2bff\U0001f300-\U0001faff]"
)
# Zero-width space is left: it ends a word where a script has no other sign for that.
_UNSEEN = regex.compile(
    r"[\p{Default_Ignorable_Code_Point}--\u200b]"
    r"|[\u0640\u064b-\u065f\u0670\u06d6-\u06ed]|[\u0591-\u05c7&&\p{Mn}]|(?<=i)\u0307",
    regex.VERSION1,
)
_UNSPACED: Final = r"\p{Han}\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_PAIRED = regex.compile(rf"[{_UNSPACED}\p{{Hangul}}]")
_RUNS = regex.compile(
    rf"(?P<unspaced>[{_UNSPACED}][{_UNSPACED}\p{{M}}]*)|(?P<hangul>\p{{Hangul}}+)"
    rf"|[^{_UNSPACED}\p{{Hangul}}]+"
)
_CLUSTER = regex.compile(r"\X")
_HAN = regex.compile(r"\p{Han}")
_HAN_RUN = regex.compile(r"\p{Han}+")
_EMPTY = regex.compile(
    r"[\p{Hiragana}ー的了是在和有不我你您他她它们們这這那什么麼怎哪里裡吗嗎呢吧啊为為与與及或也都就很請请]+"
)
"""Pairs that carry no subject: Japanese endings and particles, Chinese function words."""

_ASKING = regex.compile(
    "ที่ไหน|อยู่ที่|อะไร|อย่างไร|ยังไง|เมื่อไหร่|เมื่อไร|ทำไม|เท่าไหร่|เท่าไร|หรือไม่|ไหม|คือ|ใคร"
    "|어디(?:에서|에|서)?|언제|무엇|무슨|어떻게|어떤|누구|얼마나|있습니까|습니까|입니까|합니까|인가요|나요|까요|하는|해야|하나요"
)
"""Words that only make a question, in scripts where pairs stand for words."""


def folded(text: str) -> str:
    """Text in the one form in which it is compared."""
    if text.isascii():
        return text.lower()
    # Compatibility forms may fold to capitals, and folding may take composed letters apart.
    text = normalize("NFKC", normalize("NFKC", text).casefold())
    return str(_UNSEEN.sub("", text))


def words(text: str) -> list[str]:
    """Words in order, in the form in which they are compared, with pairs for words."""
    if text.isascii():
        return text.lower().translate(_ASCII_GAPS).split()
    if not _BEYOND.search(text):
        return _PLAIN_WORD.findall(text.casefold())
    plain = folded(text)
    whole: list[str] = _WORD.findall(plain)
    if not _PAIRED.search(plain):
        return whole
    return [part for word in whole for part in _parts(word)]


def _parts(word: str) -> Iterator[str]:
    """What a word is searched by: itself, or the parts of its unspaced runs."""
    if not _PAIRED.search(word):
        yield word
        return
    for run in _RUNS.finditer(word):
        text = run[0]
        if run.lastgroup is None:
            yield text
            continue
        clusters = _clusters(text)
        if run.lastgroup == "hangul" or len(clusters) == 1:
            yield clusters[0]
        else:
            yield from _HAN.findall(text)
        yield from _pairs(clusters)


def _clusters(run: str) -> list[str]:
    """A run's characters as a reader sees them, each with the marks on it."""
    return list(_CLUSTER.findall(run))


def _pairs(clusters: list[str]) -> Iterator[str]:
    return (left + right for left, right in pairwise(clusters))


def terms(text: str, language: str = ENGLISH) -> list[str]:
    """The stems of the words in a text.

    Args:
        text: any text.
        language: whose endings are taken off (ISO 639-1); see `skillagent.index.languages`.
    """
    return list(map(stems(language).__getitem__, words(text)))


def stem(word: str, language: str = ENGLISH) -> str:
    """A casefolded word without the endings of its language (Snowball, snowballstem.org)."""
    return stems(language)[word]


def query_words(text: str, language: str = ENGLISH) -> dict[str, float]:
    """Word → how often a query asks for it, without stop words unless nothing else is there.

    Args:
        text: the query.
        language: whose stop words are left out.

    Returns:
        The words in their order. A part of a longer run may count less than once.
    """
    every: dict[str, float] = {}
    if text.isascii() or not _BEYOND.search(text):
        every.update(Counter(words(text)))
    else:
        # No word goes beyond a space, so of a long query only the other letters cost much.
        for piece, count in Counter(text.split()).items():
            for part, weight in _asked(piece):
                every[part] = every.get(part, 0.0) + weight * count
    stop = stop_words(language)
    kept = {
        word: count
        for word, count in every.items()
        if word not in stop and (word.isascii() or not _EMPTY.fullmatch(word))
    }
    return kept or every


def _asked(piece: str) -> list[tuple[str, float]]:
    """The words in a piece of a query without spaces, by their parts, and what each counts."""
    if piece.isascii():
        return [(word, 1.0) for word in words(piece)]
    plain = _ASKING.sub(" ", folded(piece))
    return [part for word in _WORD.findall(plain) for part in _weighted(word)]


def _weighted(word: str) -> Iterator[tuple[str, float]]:
    """The parts of a word of a query, and what each counts."""
    if word.isascii() or not _PAIRED.search(word):
        yield word, 1.0
        return
    for run in _RUNS.finditer(word):
        text = run[0]
        if run.lastgroup is None:
            yield text, 1.0
            continue
        clusters = _clusters(text)
        yield from ((pair, 1.0) for pair in _pairs(clusters))
        if len(clusters) == 1:
            yield text, 1.0
        elif run.lastgroup == "hangul":
            # A word of one syllable and a particle of one.
            yield from [(clusters[0], SINGLE)] if len(clusters) == 2 else ()
        else:
            for han in _HAN_RUN.findall(text):
                count = 1.0 if len(han) == 1 else SINGLE
                yield from ((character, count) for character in han)


def is_part(word: str) -> bool:
    """True for a piece of a run without spaces, which may be no word of its own."""
    return not word.isascii() and len(word) > 1 and bool(_PAIRED.search(word))


def query_terms(text: str, language: str = ENGLISH) -> dict[str, str]:
    """Term → the first word of a query that it stands for, without stop words."""
    result: dict[str, str] = {}
    for word in query_words(text, language):
        result.setdefault(stem(word, language), word)
    return result
