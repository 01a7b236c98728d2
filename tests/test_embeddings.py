"""Vectors: their form, the file that keeps them, and the model of the extra `semantic`."""

from __future__ import annotations

import logging
import math
import sqlite3
import sys
from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent.embeddings import compact, embedder_of, vectors_of
from skillagent.embeddings.minilm import MiniLM, installed_model
from skillagent.embeddings.vector_cache import VectorCache, user_cache
from skillagent.embeddings.vectors import BATCH, UNIT
from tests.concepts import Concepts

TEXTS = ["a car", "a loaf", "a car"]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8), st.floats(0.001, 1000))
def test_the_form_of_a_vector_depends_on_its_direction_only(
    vector: list[float], factor: float
) -> None:
    parts = array("b", compact(vector))
    assert all(-UNIT <= part <= UNIT for part in parts)
    scaled = array("b", compact([part * factor for part in vector]))
    assert all(abs(one - other) <= 1 for one, other in zip(parts, scaled, strict=True))
    if math.hypot(*vector) > 1e-3:
        assert math.hypot(*parts) == pytest.approx(UNIT, abs=math.sqrt(len(parts)) / 2)


def test_products_of_two_vectors_are_exact_in_any_order() -> None:
    numpy = pytest.importorskip("numpy", reason="the extra `semantic` is not installed")
    rows = numpy.random.default_rng(1).normal(size=(50, 384))
    vectors = [numpy.frombuffer(compact(row.tolist()), dtype=numpy.int8) for row in rows]
    exact = numpy.array(vectors, dtype=numpy.int64)
    floats = exact.astype(numpy.float32)
    order = numpy.random.default_rng(2).permutation(384)
    expected = (exact @ exact.T).tolist()
    assert (floats @ floats.T).tolist() == expected
    assert (floats[:, order] @ floats[:, order].T).tolist() == expected


def test_a_text_is_embedded_once_and_then_kept(tmp_path: Path) -> None:
    model = Concepts()
    first = vectors_of(TEXTS, model, VectorCache(tmp_path, model.name))
    assert model.texts == ["a car", "a loaf"]
    assert vectors_of(TEXTS, model, VectorCache(tmp_path, model.name)) == first
    assert model.texts == ["a car", "a loaf"]


def test_each_model_has_its_file_and_no_file_has_a_text(tmp_path: Path) -> None:
    for name in ("one", "two"):
        vectors_of(["a secret car"], Concepts(name), VectorCache(tmp_path, name))
    files = list(tmp_path.iterdir())
    assert len(files) == 2
    assert not any(b"secret" in file.read_bytes() for file in files)


def test_deleting_the_file_is_safe(tmp_path: Path) -> None:
    model = Concepts()
    cache = VectorCache(tmp_path, model.name)
    first = vectors_of(TEXTS, model, cache)
    cache.path.unlink()
    assert vectors_of([*TEXTS, "a quay"], model, cache).items() >= first.items()
    assert VectorCache(tmp_path, model.name).read(["a quay"])


def damage(path: Path) -> None:
    path.write_bytes(b"this is no database" * 99)


def cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 2_000)


@pytest.mark.parametrize("spoil", [damage, cut])
def test_a_damaged_file_is_said_once_and_memory_takes_its_place(
    spoil: Callable[[Path], None], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = Concepts()
    expected = vectors_of(TEXTS, model, VectorCache(tmp_path, model.name))
    cache = VectorCache(tmp_path, model.name)
    spoil(cache.path)
    with caplog.at_level(logging.WARNING):
        assert vectors_of(TEXTS, model, cache) == expected
        before = len(model.texts)
        assert vectors_of(TEXTS, model, cache) == expected
    assert len(model.texts) == before
    (record,) = caplog.records
    assert "kept in memory only" in record.getMessage()
    assert str(cache.path) in record.getMessage()


def test_a_folder_that_cannot_be_made_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    model = Concepts()
    cache = VectorCache(tmp_path / "file" / "vectors", model.name)
    for _ in range(2):
        assert len(vectors_of(TEXTS, model, cache)) == 2
    assert (len(caplog.records), len(model.texts)) == (1, 2)


def test_a_changed_byte_of_a_vector_is_noticed(tmp_path: Path) -> None:
    model = Concepts()
    cache = VectorCache(tmp_path, model.name)
    expected = vectors_of(TEXTS, model, cache)
    with sqlite3.connect(cache.path) as connection:
        (sealed,) = connection.execute("SELECT vector FROM vectors LIMIT 1").fetchone()
        changed = bytes([*sealed[:-1], sealed[-1] ^ 1])
        connection.execute("UPDATE vectors SET vector = ? WHERE vector = ?", (changed, sealed))
    connection.close()
    assert vectors_of(TEXTS, model, VectorCache(tmp_path, model.name)) == expected
    assert len(model.texts) == 3


def test_caches_of_one_file_write_at_the_same_time(tmp_path: Path) -> None:
    texts = [f"a car {number}" for number in range(3 * BATCH)]

    def fill(start: int) -> dict[str, bytes]:
        mine = texts[start:] + texts[:start]
        return vectors_of(mine, Concepts(), VectorCache(tmp_path, "concepts"))

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(fill, (0, 20, 40, 60))
    assert all(other == first for other in others)
    assert VectorCache(tmp_path, "concepts").read(texts) == first


def test_a_stopped_run_keeps_the_batches_that_were_done(tmp_path: Path) -> None:
    class Stopping(Concepts):
        def embed(self, texts: Sequence[str]) -> list[list[float]]:
            if self.texts:
                raise KeyboardInterrupt
            return super().embed(texts)

    texts = [f"car {number}" for number in range(2 * BATCH)]
    with pytest.raises(KeyboardInterrupt):
        vectors_of(texts, Stopping(), VectorCache(tmp_path, "concepts"))
    assert list(VectorCache(tmp_path, "concepts").read(texts)) == texts[:BATCH]


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders are those of Linux")
def test_vectors_are_in_the_users_cache_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert user_cache("concepts").path.parent == tmp_path / "skillagent" / "vectors"
    assert user_cache("concepts") is user_cache("concepts")


@pytest.fixture(scope="module")
def model() -> MiniLM:
    pytest.importorskip("onnxruntime", reason="the extra `semantic` is not installed")
    return installed_model()


def test_a_model_is_asked_for_by_a_switch_or_given(model: MiniLM) -> None:
    given_model = Concepts()
    assert embedder_of(False) is None
    assert (installed := embedder_of(True)) is not None and installed.name == model.name
    assert embedder_of(given_model) is given_model


def test_the_vector_of_a_text_does_not_depend_on_the_others(model: MiniLM) -> None:
    texts = ["A short text.", "A much longer text about seeds and workers. " * 40, ""]
    alone = [model.embed([text])[0] for text in texts]
    assert model.embed(texts) == alone
    assert model.embed(texts[::-1]) == alone[::-1]
    assert {len(vector) for vector in alone} == {384}


def test_texts_of_the_same_meaning_are_similar(model: MiniLM) -> None:
    def similarity(one: str, other: str) -> float:
        first, second = (array("b", compact(vector)) for vector in model.embed([one, other]))
        return sum(map(float.__mul__, map(float, first), map(float, second))) / UNIT**2

    question = "How do I bake bread?"
    assert similarity(question, "Making a sourdough loaf in the oven") > 0.5
    assert similarity(question, "Random seeds of parallel workers") < 0.2
