"""Token counts of prompts, and the part of them that a provider's prompt cache would hold.

A token is four bytes of JSON. The cache follows the providers' published rules: a prefix has at
least 1,024 tokens; Anthropic reads and writes only at `cache_control` marks; OpenAI caches
without marks, and reads in steps of 128 tokens. Nothing expires.

Above: `mock`. Below: `digest`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from skillagent.digest import canonical_json
from skillagent.messages import Usage
from skillagent.testing.conversation import CHAT, MESSAGES

BYTES_A_TOKEN = 4
LEAST = 1_024
"""Tokens of the shortest prefix that is cached."""
STEP = 128
"""OpenAI reads a multiple of so many tokens from its cache."""
_MARK = "cache_control"


class PromptCache:
    """Counts the tokens of prompts, and remembers their prefixes."""

    def __init__(self) -> None:
        self._prefixes: set[bytes] = set()

    def usage(self, api: str, body: Mapping[str, Any], written: int) -> Usage:
        """The usage of a request, whose prompt is then in the cache.

        Args:
            api: `messages`, `chat` or `responses`.
            body: body of the request.
            written: characters of the answer.
        """
        digest = hashlib.sha256(f"{api} {body.get('model')}".encode())
        size = read = marked = 0
        new: list[bytes] = []
        for text, mark in _segments(api, body):
            data = text.encode("utf-8", "surrogatepass")
            digest.update(data)
            size += len(data)
            tokens = _tokens(size)
            if tokens < LEAST:
                continue
            key = digest.digest()
            if key in self._prefixes:
                read = tokens
            if mark or api != MESSAGES:
                new.append(key)
                marked = tokens
        self._prefixes.update(new)
        if api != MESSAGES:
            return Usage(_tokens(size), _tokens(written), read // STEP * STEP)
        # A longer prefix may be cached from a request with a later mark: only up to here counts.
        read = min(read, marked)
        return Usage(_tokens(size), _tokens(written), read, marked - read)


def prompt_tokens(api: str, body: Mapping[str, Any]) -> int:
    """Tokens of a prompt, as `PromptCache.usage` counts its input."""
    return _tokens(
        sum(len(text.encode("utf-8", "surrogatepass")) for text, _ in _segments(api, body))
    )


def _segments(api: str, body: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """The texts of the prompt in the order of caching, each with whether a cache mark follows."""
    parts = list(_parts(api, body))
    for at, (role, part) in enumerate(parts):
        mark = isinstance(part, Mapping) and _MARK in part
        if mark:
            # Moving a mark does not change the prompt.
            part = {name: value for name, value in part.items() if name != _MARK}
        last = at == len(parts) - 1 and body.get(_MARK) is not None
        yield f"{role}{canonical_json(part)}", mark or last


def _parts(api: str, body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for tool in body.get("tools") or ():
        yield "tool", tool
    if api == MESSAGES:
        yield from (("system", block) for block in _blocks(body.get("system") or ()))
        for message in body["messages"]:
            yield from ((message["role"], block) for block in _blocks(message["content"]))
    elif api == CHAT:
        yield from (("", message) for message in body["messages"])
    else:
        if body.get("instructions"):
            yield "system", body["instructions"]
        items = body.get("input") or ()
        yield from (("", item) for item in ([items] if isinstance(items, str) else items))


def _blocks(content: Any) -> list[Any]:
    """The blocks of a content; a plain text is the same prompt as a block of text."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def _tokens(size: int) -> int:
    return -(-size // BYTES_A_TOKEN)
