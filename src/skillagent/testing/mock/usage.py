"""Tokens of a prompt, and what of it a provider's prompt cache would hold: counted, never asked.

A token is four bytes of JSON. The cache is held to the providers' rules as far as they are
public: a prefix of at least 1,024 tokens; Anthropic reads and writes at `cache_control` marks
only, OpenAI caches by itself and reads in steps of 128. Nothing expires.

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
"""OpenAI's cache is read in so many tokens."""
_MARK = "cache_control"


class PromptCache:
    """Counts prompts, and remembers their beginnings."""

    def __init__(self) -> None:
        self._held: set[bytes] = set()

    def usage(self, api: str, body: Mapping[str, Any], written: int) -> Usage:
        """What a request costs, which is then in the cache.

        Args:
            api: `messages`, `chat` or `responses`.
            body: of the request.
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
            if key in self._held:
                read = tokens
            if mark or api != MESSAGES:
                new.append(key)
                marked = tokens
        self._held.update(new)
        if api != MESSAGES:
            return Usage(_tokens(size), _tokens(written), read // STEP * STEP)
        # A prefix behind the last mark may be held from a request that marked more of it.
        read = min(read, marked)
        return Usage(_tokens(size), _tokens(written), read, marked - read)


def prompt_tokens(api: str, body: Mapping[str, Any]) -> int:
    """Tokens of a prompt, the same that `PromptCache.usage` counts as its input."""
    return _tokens(
        sum(len(text.encode("utf-8", "surrogatepass")) for text, _ in _segments(api, body))
    )


def _segments(api: str, body: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """The prompt in the order in which it is cached, and after what there is a mark."""
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
        given = body.get("input") or ()
        yield from (("", item) for item in ([given] if isinstance(given, str) else given))


def _blocks(content: Any) -> list[Any]:
    """Text is the same prompt whether it is sent as such or as a block."""
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def _tokens(size: int) -> int:
    return -(-size // BYTES_A_TOKEN)
