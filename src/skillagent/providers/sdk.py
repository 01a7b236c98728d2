"""Shared by the SDK adapters: imports SDKs late, and turns their errors into one line."""

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
    """Import an SDK.

    Args:
        package: name of the package.
        why: what needs it, for the error.

    Raises:
        MissingPackageError: the package is not installed.
    """
    try:
        return importlib.import_module(package)
    except ImportError:
        raise MissingPackageError(package, package, why) from None


_TOO_LONG = re.compile(r"(?i)context (?:length|window|size)|(?:prompt|input) is too long")


@contextmanager
def sdk_errors(name: str, variable: str) -> Iterator[None]:
    """Turns any error of an SDK into a `ProviderError`: one line for a person, without secrets.

    Once a stream has begun, both SDKs raise the errors of the transport and of JSON as they are,
    and a damaged stream can break their accumulators in any way: hence every `Exception`.

    Args:
        name: name of the provider.
        variable: environment variable with its key.

    Raises:
        MissingKeyError: the key is missing or cannot be sent.
        ProviderError: any other failure.
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
    message = _message(error, hide) or text
    if status == 401:
        return f"{name} refuses the key (401): {message}; check {variable}"
    if status == 404:
        return f"{name} knows no such model or address (404): {message}"
    if status == 413 or (status == 400 and _TOO_LONG.search(message)):
        return f"{name} cannot take so long a conversation ({status}): {message}"
    if status == 429:
        return f"{name} allows no more requests for now (429): {message}"
    if status in (503, 529) or "overloaded" in text.casefold():
        return f"{name} is overloaded ({status or 'in mid-answer'}): {message}; try again"
    if status is not None:
        return f"{name} answered {status}: {message}"
    if "Timeout" in kind:
        return f"{name} did not answer in time ({kind})"
    if "Connection" in kind or "Connect" in kind:
        # The SDKs' own text is only `Connection error.`
        *_, innermost = _causes(error)
        return f"{name} cannot be reached: {str(innermost) or type(innermost).__name__}"
    if isinstance(error, ValueError | AssertionError | AttributeError | KeyError | TypeError):
        return f"{name} sent something unreadable ({kind}: {message or 'no details'})"
    return f"the connection to {name} broke ({kind}: {message or 'no details'})"


def _message(error: Exception, hide: Callable[[str], str]) -> str:
    """The provider's own message, from the body that both SDKs keep.

    Secrets are removed before the text is cut: half a secret would not be recognised.
    """
    body = getattr(error, "body", None)
    inner = body.get("error", body) if isinstance(body, dict) else None
    message = inner.get("message") if isinstance(inner, dict) else None
    shown = hide(str(message or error))
    return " ".join(shown.split())[:300] if message else shown.split("\n")[0][:300]


def _scrubber(error: BaseException) -> Scrubber:
    """A scrubber for the secrets of the failed request, which the answer may repeat."""
    for cause in _causes(error):
        # The property of an HTTP library's error raises if no request is set.
        with suppress(RuntimeError, AttributeError):
            request: Any = cause.request  # type: ignore[attr-defined]  # of the SDKs' errors
            return Scrubber.of_request(dict(request.headers), str(request.url))
    return Scrubber()


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and its causes, down to the innermost."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__
