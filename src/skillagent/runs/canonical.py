"""The form in which requests and events are hashed: no floats, and ids of calls by their order.

Floats are written as text, because two languages may print the same float in two ways (RFC 8785
needs a page to define it). Providers give calls random ids, so calls are numbered instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from skillagent.digest import canonical_json
from skillagent.messages import Message, Opaque, Part, Text, ToolCall, ToolSpec
from skillagent.secrets import SCRUBBED, Scrubber

_WORD = re.compile(r"[a-z0-9]+")
_REMEMBERED = 10_000
"""Most texts of a run that are remembered."""
_LONG, _VERY_LONG = 6, 16
"""Least characters of a word of a secret that tells something of it, with and without a digit."""


def without_floats(value: Any) -> Any:
    """A JSON value in which every float is text, as Python writes it."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        return {str(key): without_floats(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_floats(inner) for inner in value]
    return value


def has_float(value: Any) -> bool:
    """Whether a JSON value contains a float."""
    if isinstance(value, Mapping):
        return any(map(has_float, value.values()))
    if isinstance(value, list | tuple):
        return any(map(has_float, value))
    return isinstance(value, float)


def arguments_form(arguments: Any) -> Any:
    """A call's arguments; as one JSON text if they contain a float, so that none is lost."""
    if isinstance(arguments, str):
        return arguments
    plain = dict(arguments)
    return canonical_json(plain) if has_float(plain) else plain


@dataclass(frozen=True)
class RunScrubber(Scrubber):
    """Removes secrets from all that is written of one run, and learns those that the run shows.

    A query that is a secret comes back in the answer as its words, in lower case, which nobody
    would recognise any more. Each text is looked at once, because a conversation repeats them.
    """

    words: dict[str, None] = field(default_factory=dict)
    """Words of secrets that the run has shown."""
    cleaned: dict[str, str] = field(default_factory=dict)
    """Text → the text without secrets."""

    @classmethod
    def like(cls, scrubber: Scrubber) -> RunScrubber:
        """A scrubber that knows what another one knows."""
        return cls(scrubber.known, scrubber.stand_in)

    def learn(self, value: Any) -> None:
        """Take the words of the secrets in a JSON value for secrets, too."""
        for text in _strings(value):
            if self.text(text) == text:
                continue
            for secret in self.found_in(text):
                words = filter(_is_telling, _WORD.findall(secret.lower()))
                self.words.update(dict.fromkeys(words))
            self.cleaned.clear()

    def text(self, text: str) -> str:
        """A text without secrets; see `Scrubber.text`."""
        clean = self.cleaned.get(text)
        if clean is None:
            clean = super().text(text)
            for word in self.words:
                clean = clean.replace(word, SCRUBBED)
            if len(self.cleaned) < _REMEMBERED:
                self.cleaned[text] = clean
        return clean


def _is_telling(word: str) -> bool:
    """Whether a word of a secret is none of any other text, such as `private` of a key's head."""
    return len(word) >= _LONG and (len(word) >= _VERY_LONG or any(map(str.isdigit, word)))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


class CanonicalMessages:
    """Messages in canonical form, without secrets.

    A conversation only grows, so each message is converted once.

    Args:
        scrubber: removes secrets.
    """

    def __init__(self, scrubber: RunScrubber) -> None:
        self._scrubber = scrubber
        self._ids: dict[str, str] = {}
        self._forms: dict[int, tuple[Message, dict[str, Any]]] = {}
        """`id` of a message → the message, which keeps that `id` in use, and its form."""

    def call_id(self, given: str) -> str:
        """The canonical id of a call: `call_0` for the first one of the run."""
        return self._ids.setdefault(given, f"call_{len(self._ids)}")

    def of(self, message: Message) -> dict[str, Any]:
        """The form of a message."""
        known = self._forms.get(id(message))
        if known is None:
            form = {"role": message.role.value, "parts": [self.part(p) for p in message.parts]}
            known = self._forms[id(message)] = message, form
        return known[1]

    def part(self, part: Part) -> dict[str, Any]:
        """The form of a part of a message."""
        clean = self._scrubber.value
        if isinstance(part, Text):
            self._scrubber.learn(part.text)
            return {"type": "text", "text": clean(part.text)}
        if isinstance(part, ToolCall):
            self._scrubber.learn(part.arguments)
            arguments = clean(arguments_form(part.arguments), "arguments")
            call = {"id": self.call_id(part.id), "name": clean(part.name), "arguments": arguments}
            return {"type": "tool_call", **call}
        if isinstance(part, Opaque):
            data = clean(without_floats(part.data), "data")
            return {"type": "opaque", "api": part.api, "data": data}
        text = clean(part.text)
        return {
            "type": "tool_result",
            "id": self.call_id(part.id),
            "text": text,
            "error": part.error,
        }


def tool_form(spec: ToolSpec) -> dict[str, Any]:
    """A tool definition as a JSON object."""
    return {
        "name": spec.name,
        "description": spec.description,
        "parameters": without_floats(spec.parameters),
    }
