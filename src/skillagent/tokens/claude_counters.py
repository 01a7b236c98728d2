"""Counters for Claude, whose tokenizer is not public."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from skillagent.errors import MissingPackageError, ProviderError, UsageError


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
