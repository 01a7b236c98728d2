"""A new process counts by the table: exactly as tiktoken does, and without loading a tokenizer."""

from __future__ import annotations

import sys
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from pathlib import Path
from random import Random

import pytest
import tiktoken
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skillagent.tokens import EncodingCounter, counter_named, table_counter
from skillagent.tokens.byte_pairs import NO_TOKEN, merged_parts
from skillagent.tokens.encoding_counter import TEXTS_FOR_TOKENIZER
from skillagent.tokens.pieces import TIKTOKEN_UNICODE, _stand_in, _UnknownCharacterError, splitter
from skillagent.tokens.table_counter import LONG_TEXT, STEPS
from skillagent.tokens.vocabulary import DEFAULT_ENCODING, VOCABULARIES
from skillagent.tokens.vocabulary_table import VocabularyTable
from tests.test_architecture import modules_after, tracked_files

pytestmark = pytest.mark.usefixtures("tables")

REFERENCES = {encoding: EncodingCounter(encoding, fast=False) for encoding in VOCABULARIES}
ENCODINGS = pytest.mark.parametrize("encoding", VOCABULARIES)
# The folder of the tables is the same for all examples of a test.
EXAMPLES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def by_table(encoding: str, text: str) -> int | None:
    """The count of a new process; None if it would load a tokenizer."""
    counter = table_counter.table_counter(VOCABULARIES[encoding])
    assert counter is not None
    return counter.count(text)


TEXTS = [
    "",
    "a",
    "plain words",
    "<|endoftext|> and <|im_start|>",
    "don't DON'T I'LL they'VE we're 'S 's'S it'd'd o'clock ''s l'l l'll",
    "it'ſ 'ſ IT'ſ ſ'ſ",
    "HTTPServer camelCase ABCdef ABC ÀÉÎõü ǅ ǅa aǅ ªº ʰa Aʰ",
    "1234567890 1.5e-7 0xdeadbeef ٣٤٥٦ ⅷ Ⅷ² ½ 𝟙𝟚𝟛𝟜",
    "  \t\r\n\n   x  \n",
    "x   \n  \n\n\ty \r\r\n z\x85 \u2028\u2029 \xa0\u3000  \u2003.",
    "end of text, then spaces   ",
    "\x1c\x1d\x1e\x1f a\x1cb \x1d\n\x00\x01\x02 \x0b\x0c\x7f",
    "path/to/file.md:// //\n/\n !/\n\n/x",
    "e\u0301 \u0301a \u0301\u0301A .\u0301 \u200b\ufeff \u20dd",
    "日本語 हिन्दी العربية Ωмега ภาษาไทย 한국어 ქართული ᲥᲐᲠᲗᲣᲚᲘ",
    "👩‍👩‍👧‍👦 🏳️‍🌈 ☺️ → ⇒ – — “ ” … × ≥ • ✓ €",
    "\ue000 \U000f0000 \ufffd",
    "| a | b |\n|---|:--:|\n| `x` | **y** |\n\n> [!tip] See [[a#b|c]].\n",
    "```python\nfor i in range(3):\n\tprint(i)\n```",
    "#" * 200 + "=" * 79 + "\n" + "-" * 300,
]


@ENCODINGS
@pytest.mark.parametrize("text", TEXTS)
def test_the_table_counts_as_tiktoken_does(encoding: str, text: str) -> None:
    assert by_table(encoding, text) == REFERENCES[encoding].count(text)


PARTS = [
    *"aZsſéÉªʰ日अा\u0301٣7² \t\n\r\x0b\x1c\x85\xa0\u2028'’/.!-_#|`→👍\u200d\0",
    "'s",
    "'LL",
    "\n\n",
]


@ENCODINGS
@EXAMPLES
@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join))
def test_kinds_of_characters_in_any_order_are_counted_as_tiktoken_does(
    encoding: str, text: str
) -> None:
    assert by_table(encoding, text) == REFERENCES[encoding].count(text)


@ENCODINGS
@EXAMPLES
@given(st.text(max_size=200))
def test_any_text_is_counted_as_tiktoken_does(encoding: str, text: str) -> None:
    is_known = all(unicodedata.category(character) != "Cn" for character in text)
    count = by_table(encoding, text)
    assert count == REFERENCES[encoding].count(text) or (count is None and not is_known)
    assert EncodingCounter(encoding).count(text) == REFERENCES[encoding].count(text)


@EXAMPLES
@given(st.text(st.characters(codec="latin-1"), max_size=100))
def test_a_scaled_counter_is_exact_over_the_table(text: str) -> None:
    exact = REFERENCES[DEFAULT_ENCODING].count(text)
    assert counter_named("o200k_base×1.65").count(text) == ceil(exact * 1.65)


@EXAMPLES
@given(st.text(st.characters(categories=["Cs", "Lo", "Ll"]), max_size=20))
def test_lone_surrogates_are_counted_as_before(text: str) -> None:
    assert EncodingCounter().count(text) == REFERENCES[DEFAULT_ENCODING].count(text)


@ENCODINGS
def test_the_markdown_of_this_repository_is_counted_as_tiktoken_does(encoding: str) -> None:
    counter = EncodingCounter(encoding)
    texts = [path.read_text("utf-8", "replace") for path in tracked_files() if path.suffix == ".md"]
    assert len(texts) > 200
    for text in texts:
        assert counter.count(text) == REFERENCES[encoding].count(text), text[:80]


def test_every_character_is_of_the_kind_that_tiktoken_takes_it_for() -> None:
    bytes_alone = {bytes([code]): code for code in range(256)}
    known: dict[str, list[str]] = {}
    for code in range(0x80, sys.maxunicode + 1):
        character = chr(code)
        try:
            known.setdefault(_stand_in(character), []).append(character)
        except _UnknownCharacterError:
            assert unicodedata.category(character) == "Cn"
    text = "".join(character for kind in known.values() for character in kind)
    text = text.encode("utf-8", "replace").decode()
    kinds = {
        "A": r"[\p{Lu}\p{Lt}]",
        "a": r"[\p{Ll}--ſ]",
        "ª": r"[\p{Lm}\p{Lo}]",
        "\u0300": r"\p{M}",
        "0": r"\p{N}",
        "\t": r"\s",
        "s": "(?i:s)",
    }
    for stand_in, pattern in kinds.items():
        codec = tiktoken.Encoding(
            "kind", pat_str=pattern, mergeable_ranks=bytes_alone, special_tokens={}
        )
        assert codec.decode(codec.encode_ordinary(text)) == "".join(known.pop(stand_in))
    assert known.keys() == {"!"}


def test_a_newer_unicode_than_tiktokens_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tuple(map(int, unicodedata.unidata_version.split("."))) <= TIKTOKEN_UNICODE
    monkeypatch.setattr("skillagent.tokens.pieces._IS_NEWER", True)
    monkeypatch.setattr("skillagent.tokens.pieces._stand_ins", {})
    with pytest.raises(_UnknownCharacterError):
        _stand_in("é")


# What is too much for the table


@ENCODINGS
@pytest.mark.parametrize("character", [*"aA 1\n\r.^/é日\u0301ª", "\xa0", "👍", "\0"])
def test_ten_thousand_times_one_character(encoding: str, character: str) -> None:
    for text in (character * 10_000, character * 10_000 + "x", "x" + character * 10_000 + "\n"):
        exact = REFERENCES[encoding].count(text)
        assert by_table(encoding, text) == exact


@pytest.mark.parametrize("piece", [b"a" * 10_000, b"ab" * 5_000, bytes(range(250)) * 40])
def test_merging_looks_up_a_few_pairs_for_each_byte(piece: bytes) -> None:
    class Ranks(dict[bytes, int]):
        looked_up = 0

        def __getitem__(self, token: bytes) -> int:
            self.looked_up += 1
            return len(token) if len(token) < 64 else NO_TOKEN

    ranks = Ranks()
    merged_parts(piece, ranks)
    assert ranks.looked_up <= 3 * len(piece)


@ENCODINGS
@pytest.mark.parametrize(
    "unit", ["a", "A", "aA", " ", "\n", " \n", "\n ", "'", "ªA", "\u0301", "é "]
)
def test_splitting_hostile_text_takes_linear_time(encoding: str, unit: str) -> None:
    split = splitter(VOCABULARIES[encoding].pattern)

    def seconds(size: int) -> float:
        started = time.process_time()
        split(unit * (size // len(unit)) + "x")
        return time.process_time() - started

    assert seconds(160_000) < 64 * max(min(seconds(10_000) for _ in range(3)), 0.001)


def words(count: int) -> str:
    """Different words that are not tokens."""
    random = Random(7)
    return " ".join("".join(random.choices("bcdfghjklmnpqrstvwxz", k=9)) for _ in range(count))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(words(STEPS // 9), id="many new pieces"),
        pytest.param("x" * (STEPS + 1), id="a long piece"),
        pytest.param("a b " * (LONG_TEXT // 4 + 1), id="a long text"),
        pytest.param("\u0378", id="a character that is in no version of Unicode"),
    ],
)
def test_more_than_the_table_is_good_for_is_counted_by_a_tokenizer(text: str) -> None:
    assert by_table(DEFAULT_ENCODING, text) is None
    counter = EncodingCounter()
    assert counter.count("a b") == 2
    assert counter.count(text) == REFERENCES[DEFAULT_ENCODING].count(text)
    assert counter.count("a b") == 2


@pytest.mark.parametrize(
    ("characters", "asks_the_table"),
    [(0, True), (TEXTS_FOR_TOKENIZER - 1, True), (TEXTS_FOR_TOKENIZER, False)],
)
def test_who_knows_of_many_texts_does_not_look_up_their_pieces_first(
    characters: int, asks_the_table: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    rank = VocabularyTable.rank

    def noted(table: VocabularyTable, token: bytes) -> int | None:
        asked.append(token)
        return rank(table, token)

    monkeypatch.setattr(VocabularyTable, "rank", noted)
    counter = EncodingCounter()
    counter.prepare(characters)
    for text in TEXTS:
        assert counter.count(text) == REFERENCES[DEFAULT_ENCODING].count(text)
    assert bool(asked) == asks_the_table


def test_a_process_that_rarely_meets_new_pieces_needs_no_tokenizer_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table_counter, "STEPS", 100)
    monkeypatch.setattr(table_counter, "PERIOD", 1_000)
    counter = table_counter.table_counter(VOCABULARIES[DEFAULT_ENCODING])
    assert counter is not None
    for word in words(100).split():
        text = "the same words again and again, and one more: " * 30 + word
        assert counter.count(text) == REFERENCES[DEFAULT_ENCODING].count(text)


@pytest.mark.parametrize("period", [table_counter.PERIOD, 2_000])
def test_threads_count_with_one_counter(period: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_counter, "PERIOD", period)
    texts = [*TEXTS, *(words(400)[start : start + 300] for start in range(0, 3_000, 100))]
    exact = [REFERENCES[DEFAULT_ENCODING].count(text) for text in texts]
    texts.append(words(STEPS // 9))  # Here all of them go over to a tokenizer.
    counter = EncodingCounter()
    with ThreadPoolExecutor(8) as pool:
        for counts in pool.map(lambda _: [counter.count(text) for text in texts], range(8)):
            assert counts[:-1] == exact


@pytest.mark.process
def test_a_new_process_counts_without_a_tokenizer(tables: Path) -> None:
    code = f"import skillagent; skillagent.EncodingCounter().count({'Größe → “x”, 日本. ' * 9!r})"
    late = {"tiktoken", "toktok", "regex", "platformdirs", "tempfile", "hashlib", "logging"}
    assert not modules_after(code) & late


@pytest.mark.process
def test_importing_the_counters_opens_nothing() -> None:
    late = {"tiktoken", "toktok", "regex", "sqlite3", "importlib.resources", "gzip", "base64"}
    assert not modules_after("import skillagent.tokens") & late
