"""Splits texts and queries into the terms that search compares.

A word is a sequence of letters and digits with their marks, as in Unicode (UAX 29), with two
differences. A word also ends at an underscore or an apostrophe, because people search for the
parts of names and elisions. And scripts without spaces between words are split into overlapping
pairs of characters, as are the words of Korean, which contain particles. Each Chinese character
is a term of its own, too, because many of them are words (Nie, Gao, Zhang and Zhou, "On the use of
words and n-grams for Chinese information retrieval", IRAL 2000).

First, text is normalised: NFKC, casefolded, without invisible characters, and without the vowel
signs that are optional in Hebrew and Arabic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from unicodedata import normalize

from skillagent.index.languages import ENGLISH, STOP_WORDS, stems, stop_words
from skillagent.markdown.lazy_pattern import lazy_pattern, lazy_unicode_pattern

__all__ = ["STOP_WORDS", "query_terms", "query_words", "stem", "terms", "words"]

SINGLE = 0.5
"""Weight in a query of one character of a longer run; the pairs of characters have weight 1."""

_WORD = lazy_unicode_pattern(r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*")
_ASCII: Final = bytes(range(128))
_IN_WORDS: Final = bytes(
    code if code > 127 else ord(chr(code).lower()) if chr(code).isalnum() else 32
    for code in range(256)
)
"""A table for `bytes.translate`: ASCII letters in lower case, blanks for all that ends a word.

Translating bytes and splitting them is several times faster than a regular expression."""
# Most texts contain only Latin letters and signs such as dashes and arrows. NFKC does not change
# these, so casefolding each character is enough. This pattern finds all other characters.
_BEYOND = lazy_pattern(
    "[^\x00-\xa7\xa9\xab\xac\xae\xb0\xb1\xb6\xb7\xbb\xbf-\u012f\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e"
    "\u2010-\u2027\u2030-\u205e\u2190-\u245f\u2500-\u2bff\U0001f300-\U0001faff]"
)
# The zero-width space is kept: some scripts use it to separate words.
_UNSEEN = lazy_unicode_pattern(
    r"(?V1)[\p{Default_Ignorable_Code_Point}--\u200b]"
    r"|[\u0640\u064b-\u065f\u0670\u06d6-\u06ed]|[\u0591-\u05c7&&\p{Mn}]|(?<=i)\u0307"
)
_UNSPACED: Final = r"\p{Han}\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_PAIRED = lazy_unicode_pattern(rf"[{_UNSPACED}\p{{Hangul}}]")
_RUNS = lazy_unicode_pattern(
    rf"(?P<unspaced>[{_UNSPACED}][{_UNSPACED}\p{{M}}]*)|(?P<hangul>\p{{Hangul}}+)"
    rf"|[^{_UNSPACED}\p{{Hangul}}]+"
)
_CLUSTER = lazy_unicode_pattern(r"\X")
_HAN = lazy_unicode_pattern(r"\p{Han}")
_HAN_RUN = lazy_unicode_pattern(r"\p{Han}+")
_EMPTY = lazy_unicode_pattern(
    r"[\p{Hiragana}ー的了是在和有不我你您他她它们們这這那什么麼怎哪里裡吗嗎呢吧啊为為与與及或也都就很請请]+"
)
"""Pairs without meaning of their own: Japanese endings and particles, Chinese function words."""

_ASKING = lazy_unicode_pattern(
    "ที่ไหน|อยู่ที่|อะไร|อย่างไร|ยังไง|เมื่อไหร่|เมื่อไร|ทำไม|เท่าไหร่|เท่าไร|หรือไม่|ไหม|คือ|ใคร"
    "|어디(?:에서|에|서)?|언제|무엇|무슨|어떻게|어떤|누구|얼마나|있습니까|습니까|입니까|합니까|인가요|나요|까요|하는|해야|하나요"
)
"""Words that only mark a question, in the scripts that are split into pairs."""


def folded(text: str) -> str:
    """Text in normal form: see the module."""
    if text.isascii():
        return text.lower()
    # NFKC can produce capital letters, and casefolding can decompose letters: normalise again.
    text = normalize("NFKC", normalize("NFKC", text).casefold())
    return str(_UNSEEN.sub("", text))


def words(text: str) -> list[str]:
    """The words of a text in order, in normal form; or pairs of characters instead of words."""
    data = text.encode("utf-8", "surrogatepass")
    if not text.isascii():
        others = data.translate(None, _ASCII).decode("utf-8", "surrogatepass")
        if _BEYOND.search(others):
            if "\n" not in text:
                return _words_beyond(text)
            # A word never crosses a line end, so the slow way is only taken for some lines.
            return [word for line in text.split("\n") if line for word in words(line)]
        # Each of these characters is replaced in the whole text; there are few different ones.
        for char in set(others):
            form = "".join(part if part.isalnum() else " " for part in char.casefold())
            if form != char:
                data = data.replace(char.encode(), form.encode())
    return data.translate(_IN_WORDS).decode().split()


def _words_beyond(text: str) -> list[str]:
    """The words of a text with characters that NFKC changes, or without spaces between words."""
    normalised = folded(text)
    unsplit: list[str] = _WORD.findall(normalised)
    if not _PAIRED.search(normalised):
        return unsplit
    return [part for word in unsplit for part in _parts(word)]


def _parts(word: str) -> Iterator[str]:
    """The terms of a word: the word itself, or the parts of its runs without spaces."""
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
    """The characters of a run, each together with its marks."""
    return list(_CLUSTER.findall(run))


def _pairs(clusters: list[str]) -> Iterator[str]:
    return (left + right for left, right in pairwise(clusters))


def terms(text: str, language: str = ENGLISH) -> list[str]:
    """The stems of the words in a text.

    Args:
        text: any text.
        language: language of the text (ISO 639-1); see `skillagent.index.languages`.
    """
    return list(map(stems(language).__getitem__, words(text)))


def stem(word: str, language: str = ENGLISH) -> str:
    """The stem of a casefolded word, by Snowball (snowballstem.org)."""
    return stems(language)[word]


def query_words(text: str, language: str = ENGLISH) -> dict[str, float]:
    """The words of a query and how often it contains each of them.

    Args:
        text: the query.
        language: language of the query, whose stop words are omitted.

    Returns:
        Word → count, in the order of the query. Stop words are included only if there are no
        other words. A part of a longer run can count less than 1.
    """
    counts: dict[str, float] = {}
    if text.isascii() or not _BEYOND.search(text):
        counts.update(Counter(words(text)))
    else:
        # A word never crosses a space, so the slow way is only taken for what is not ASCII.
        for token, count in Counter(text.split()).items():
            for part, weight in _token_parts(token):
                counts[part] = counts.get(part, 0.0) + weight * count
    stop = stop_words(language)
    meaningful = {
        word: count
        for word, count in counts.items()
        if word not in stop and (word.isascii() or not _EMPTY.fullmatch(word))
    }
    return meaningful or counts


def _token_parts(token: str) -> list[tuple[str, float]]:
    """The words of a part of a query without spaces, with their weights."""
    if token.isascii():
        return [(word, 1.0) for word in words(token)]
    normalised = _ASKING.sub(" ", folded(token))
    return [part for word in _WORD.findall(normalised) for part in _weighted(word)]


def _weighted(word: str) -> Iterator[tuple[str, float]]:
    """The parts of one word of a query, with their weights."""
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
            # It can be a word of one syllable with a particle of one syllable.
            yield from [(clusters[0], SINGLE)] if len(clusters) == 2 else ()
        else:
            for han in _HAN_RUN.findall(text):
                count = 1.0 if len(han) == 1 else SINGLE
                yield from ((character, count) for character in han)


def is_part(word: str) -> bool:
    """Whether a term is a part of a run without spaces, and perhaps not a word by itself."""
    return not word.isascii() and len(word) > 1 and bool(_PAIRED.search(word))


def query_terms(text: str, language: str = ENGLISH) -> dict[str, str]:
    """Term → the first word of a query with this stem, without stop words."""
    first_words: dict[str, str] = {}
    for word in query_words(text, language):
        first_words.setdefault(stem(word, language), word)
    return first_words
