"""What both SDK adapters share: late imports, and errors in our words."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from skillagent.errors import (
    MissingKeyError,
    MissingPackageError,
    ProviderError,
    SkillAgentError,
)
from skillagent.secrets import Scrubber


def load(package: str, why: str) -> Any:
    """The SDK, imported now.

    Raises:
        MissingPackageError: it is not installed.
    """
    try:
        return importlib.import_module(package)
    except ImportError:
        raise MissingPackageError(package, package, why) from None


_TOO_LONG = re.compile(r"(?i)context (?:length|window|size)|(?:prompt|input) is too long")


@contextmanager
def in_our_words(name: str, variable: str) -> Iterator[None]:
    """Whatever an SDK raises becomes a `ProviderError` with one line for a person, without secrets.

    Both SDKs let errors of transport and of JSON through raw once a stream has begun, and
    a damaged stream can break their accumulators in any way: hence every `Exception`.

    Args:
        name: of the provider.
        variable: the environment variable that holds its key.
    """
    try:
        yield
    except SkillAgentError:
        raise
    except Exception as error:
        hide = _scrubber(error).text
        text = " ".join(hide(str(error)).split())
        if any(
            "Illegal header value" in str(cause) or isinstance(cause, UnicodeEncodeError)
            for cause in _causes(error)
        ):
            # The message of these errors holds the key itself.
            raise MissingKeyError(name, variable, "a key without odd characters") from None
        if "Could not resolve authentication" in text or "Missing credentials" in text:
            raise MissingKeyError(name, variable) from None
        status = getattr(error, "status_code", None)
        status = status if isinstance(status, int) and status != 200 else None
        line = _line(name, error, text, status, variable, hide)
        key = os.environ.get(variable, "").strip()
        line = hide(line)
        raise ProviderError(line.replace(key, "…") if key else line, status) from error


def _line(
    name: str,
    error: Exception,
    text: str,
    status: int | None,
    variable: str,
    hide: Callable[[str], str],
) -> str:
    kind = type(error).__name__
    said = _message(error, hide) or text
    if status == 401:
        return f"{name} refuses the key (401): {said}; check {variable}"
    if status == 404:
        return f"{name} knows no such model or address (404): {said}"
    if status == 413 or (status == 400 and _TOO_LONG.search(said)):
        return f"{name} cannot take so long a conversation ({status}): {said}"
    if status == 429:
        return f"{name} allows no more requests for now (429): {said}"
    if status in (503, 529) or "overloaded" in text.casefold():
        return f"{name} is overloaded ({status or 'in mid-answer'}): {said}; try again"
    if status is not None:
        return f"{name} answered {status}: {said}"
    if "Timeout" in kind:
        return f"{name} did not answer in time ({kind})"
    if "Connection" in kind or "Connect" in kind:
        # The SDKs' own text is only `Connection error.`
        *_, innermost = _causes(error)
        return f"{name} cannot be reached: {str(innermost) or type(innermost).__name__}"
    if isinstance(error, ValueError | AssertionError | AttributeError | KeyError | TypeError):
        return f"{name} sent something unreadable ({kind}: {said or 'no details'})"
    return f"the connection to {name} broke ({kind}: {said or 'no details'})"


def _message(error: Exception, hide: Callable[[str], str]) -> str:
    """The provider's own words, from the body that both SDKs keep.

    Secrets are taken out before they are cut: what is left of one has no format any more.
    """
    body = getattr(error, "body", None)
    inner = body.get("error", body) if isinstance(body, dict) else None
    message = inner.get("message") if isinstance(inner, dict) else None
    said = hide(str(message or error))
    return " ".join(said.split())[:300] if message else said.split("\n")[0][:300]


def _scrubber(error: BaseException) -> Scrubber:
    """Knows the secrets of the request that failed, which a provider's answer may repeat."""
    for cause in _causes(error):
        # The property of an HTTP library's error raises where no request is set.
        with suppress(RuntimeError, AttributeError):
            request: Any = cause.request  # type: ignore[attr-defined]  # of the SDKs' errors
            return Scrubber.of_request(dict(request.headers), str(request.url))
    return Scrubber()


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what it came of, down to the innermost."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__
