"""Every input of the fuzzers' corpus holds the promises of its target, without atheris."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from hashlib import sha1
from pathlib import Path

import pytest

from tests.fuzz.run import TARGETS

CORPUS = Path(__file__).parent / "corpus"
MOST_BYTES = 500_000
"""Of all inputs together: they are only those that reach code which no other one reaches."""


def check_of(target: str) -> Callable[[bytes], None]:
    check: Callable[[bytes], None] = importlib.import_module(f"tests.fuzz.{target}").check
    return check


@pytest.mark.parametrize("target", TARGETS)
def test_every_input_of_the_corpus_holds_what_its_target_promises(target: str) -> None:
    check = check_of(target)
    inputs = sorted((CORPUS / target).iterdir())
    assert inputs
    for path in inputs:
        check(path.read_bytes())


def test_the_corpus_is_small_and_each_input_has_the_name_of_its_content() -> None:
    inputs = [path for path in CORPUS.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in inputs) < MOST_BYTES
    assert {path.parent.name for path in inputs} == set(TARGETS)
    for path in inputs:
        assert path.name == sha1(path.read_bytes()).hexdigest()


FOUND = {
    "parser": (
        # A remedy quoted a control character of a file.
        b"\x03\x00See [[a\x1b\x07b",
        # The line of a file that is neither UTF-16 nor UTF-8 was counted in its bytes.
        b"[\x00\n\x00\x00\x00\x00\xff\x00\x00\x00\n\x00",
        # A link of the header had a sentence that ended before it began.
        b'\x03\x00---\ndepends_on: ["[[b]]"]\n---\nText.\n',
        b"\x02\x00up:: [m](n.md) %%[[k]]%% and [[b]]\n- z\n",
        # The first line of a table in TOML was a link.
        b'\x03\x00+++\ntitle = "a"\n[[resources]]\nsrc = "b"\n+++\nText.\n',
    ),
}
"""Target → inputs for which it once raised."""


@pytest.mark.parametrize(
    ("target", "data"), [(target, data) for target, inputs in FOUND.items() for data in inputs]
)
def test_what_fuzzing_found_stays_corrected(target: str, data: bytes) -> None:
    check_of(target)(data)
