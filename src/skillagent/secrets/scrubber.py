"""`Scrubber`: replaces the secrets in text, JSON, headers and addresses.

Above: the package. Below: `formats`, `places` and `words`, which recognise secrets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from skillagent.secrets.formats import of_formats
from skillagent.secrets.places import (
    ends_in_token,
    is_random,
    is_secret_name,
    login,
    names_header,
    names_parameter,
    of_places,
)
from skillagent.secrets.words import SecretWords

SCRUBBED = "[scrubbed]"
"""Replaces every secret."""
SHORTEST = 16
"""Least characters of a header's or query's value that is also searched elsewhere: a shorter value
may be an ordinary word."""

_ROUNDS = 8
"""Maximum number of passes over a text: one secret may hide another that follows it directly."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Scrubber:
    """Replaces secrets, by their format, by the name of their field, and those that are known.

    Args:
        known: values that are secret, whatever their format.
        stand_in: a text that contains a secret, and the text that replaces it, where the number
            of tokens must not change; None for none.
        words: collects the words of the secrets that are removed, which are then removed, too;
            None removes whole secrets only.
    """

    known: tuple[str, ...] = ()
    stand_in: tuple[str, str] | None = None
    words: SecretWords | None = None

    @classmethod
    def of_request(cls, headers: Mapping[str, str], target: str = "") -> Scrubber:
        """A scrubber that knows the secrets in the headers and the query of a request.

        Args:
            headers: headers by names in upper or lower case.
            target: path with the query.
        """
        secrets = list(_of_query(target))
        for name, value in headers.items():
            if names_header(name):
                secrets += _of_header(value)
        long = {value for value in secrets if len(value) >= SHORTEST}
        # The longest first, because one may be part of another.
        return cls(tuple(sorted(long, key=lambda value: (-len(value), value))))

    def text(self, text: str) -> str:
        """A text without its secrets; unchanged if it has none."""
        return (
            self._cleaned(text) if self.words is None else self.words.cleaned(text, self._cleaned)
        )

    def _cleaned(self, text: str) -> str:
        if self.stand_in:
            text = text.replace(*self.stand_in)
        for _ in range(_ROUNDS):
            before, text = text, self._once(text)
            if text == before:
                break
        return text

    def _once(self, text: str) -> str:
        parts, end = [], 0
        for start, stop in self.spans(text):
            parts += [text[end:start], self._removed(text[start:stop])]
            end = stop
        return "".join([*parts, text[end:]]) if parts else text

    def _removed(self, secret: str) -> str:
        if self.words is not None:
            self.words.add(secret)
        return SCRUBBED

    def value(self, value: Any, name: str = "") -> Any:
        """A JSON value without its secrets.

        Strings that contain JSON, as the arguments of a tool call do, are parsed and scrubbed too.

        Args:
            value: JSON value.
            name: name of the field with the value; empty if there is none.
        """
        clean = self._value(value, name)
        # A word may come before the secret that it is part of.
        return clean if self.words is None else self._value(clean, name)

    def _value(self, value: Any, name: str) -> Any:
        if isinstance(value, str):
            if value and (is_secret_name(name) or (ends_in_token(name) and is_random(value))):
                return self._removed(value)
            return self._string(value)
        if isinstance(value, Mapping):
            return {self.text(str(key)): self._field(value, key, name) for key in value}
        if isinstance(value, list | tuple):
            return [self._value(inner, name) for inner in value]
        return value

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers without their secrets; names may be in upper or lower case."""
        return {
            name: SCRUBBED if names_header(name) else self.text(value)
            for name, value in headers.items()
        }

    def url(self, url: str) -> str:
        """An address without its user, password, secret parameters and keys in its path."""
        address, mark, query = url.partition("?")
        fields = [
            f"{name}={SCRUBBED}" if value and names_parameter(name) else f"{name}{equals}{value}"
            for name, equals, value in (field.partition("=") for field in query.split("&"))
        ]
        return self.text(address + mark + "&".join(fields))

    def _field(self, fields: Mapping[Any, Any], key: Any, name: str) -> Any:
        if key == "token" and "logprob" in fields:
            # A token of a model's text, not a secret.
            return self._value(fields[key], "")
        if key == "value":
            # As in `{"name": "Cookie", "value": …}`, or inside a field that is itself secret.
            named = fields.get("name")
            if isinstance(named, str) and is_secret_name(named):
                name = named
            return self._value(fields[key], name)
        return self._value(fields[key], str(key))

    def _string(self, text: str) -> str:
        if text[:1] + text[-1:] in ("{}", "[]"):
            try:
                inner = json.loads(text)
                scrubbed = self._value(inner, "")
            except (ValueError, RecursionError):
                return self.text(text)
            if scrubbed != inner:
                return json.dumps(scrubbed, ensure_ascii=False)
        return self.text(text)

    def spans(self, text: str) -> list[Span]:
        """Start and end of all secrets, in order and without overlap."""
        of_words = self.words.spans(text) if self.words else ()
        every = sorted((*self._of_known(text), *of_formats(text), *of_places(text), *of_words))
        apart: list[Span] = []
        for start, end in every:
            if apart and start <= apart[-1][1]:
                apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
            else:
                apart.append((start, end))
        return apart

    def _of_known(self, text: str) -> Iterator[Span]:
        for secret in self.known:
            at = text.find(secret)
            while at >= 0:
                yield at, at + len(secret)
                at = text.find(secret, at + len(secret))


def scrub(text: str) -> str:
    """A text without secrets, for a log or an error; see `Scrubber.text`."""
    return Scrubber().text(text)


def _of_query(target: str) -> Iterator[str]:
    for name, value in parse_qsl(target.partition("?")[2], keep_blank_values=True):
        if names_parameter(name):
            yield value


def _of_header(value: str) -> Iterator[str]:
    """The parts of a header's value that another text may repeat."""
    yield value.strip()
    scheme, _, rest = value.strip().partition(" ")
    yield rest.strip()
    if scheme.lower() == "basic":
        yield login(rest.strip()).partition(":")[2]
    for cookie in value.split(";"):
        yield cookie.partition("=")[2].strip().strip('"')
