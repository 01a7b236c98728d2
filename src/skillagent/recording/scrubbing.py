"""Removes secrets from an answer before it is recorded, whether it was streamed or not.

A secret may be split over two events of a stream, or repeated as the tokens of an answer. So the
pieces of one text are joined before they are searched.

Above: whoever records. Below: `secrets`.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from skillagent.recording.strict_json import dumped
from skillagent.secrets import Scrubber

Scrub: TypeAlias = Callable[[Any], Any]
"""A user's own function: from JSON to the JSON that may be recorded. It receives a copy."""

_EVENT_END = re.compile(rb"(?<=\n\n)|(?<=\r\n\r\n)")
_PLACES = ("index", "item_id", "output_index", "content_index", "summary_index")
"""Fields that name the text of an answer to which a piece belongs."""


def scrubbed(
    chunks: Sequence[bytes], scrubber: Scrubber, scrub: Scrub | None, *, stream: bool
) -> Sequence[bytes]:
    """The chunks of an answer without secrets.

    Args:
        chunks: chunks as they came.
        scrubber: removes what is secret in any answer.
        scrub: the user's own function, called with a whole body or with the data of each event.
        stream: True for server-sent events.

    Returns:
        The chunks themselves if nothing changes; otherwise one chunk for each event.
    """
    data = b"".join(chunks)
    clean = _stream(data, scrubber, scrub) if stream else _whole(data, scrubber, scrub)
    if clean == data:
        return chunks
    return _EVENT_END.split(clean) if stream else [clean]


def _whole(data: bytes, scrubber: Scrubber, scrub: Scrub | None) -> bytes:
    value = json.loads(data)
    clean = scrubber.value(value)
    if clean != value:
        clean = _without_logprobs(clean)
    return _dumped_if_changed(data, value, clean if scrub is None else scrub(copy.deepcopy(clean)))


def _stream(data: bytes, scrubber: Scrubber, scrub: Scrub | None) -> bytes:
    lines = data.split(b"\n")
    before = {at: event for at, line in enumerate(lines) if (event := _data_of(line)) is not None}
    after = copy.deepcopy(before)
    changed = _scrub_pieces(list(after.values()), scrubber)
    for at, event in after.items():
        after[at] = scrubber.value(event)
        changed = changed or after[at] != event
    for at, event in after.items():
        clean = _without_logprobs(event) if changed else event
        clean = clean if scrub is None else scrub(copy.deepcopy(clean))
        lines[at] = _dumped_if_changed(lines[at], before[at], clean, b"data: ")
    for at in range(len(lines)):
        if at not in before:
            # A comment, the name of an event, or data that is not JSON.
            text = lines[at].decode("utf-8", "surrogateescape")
            lines[at] = scrubber.text(text).encode("utf-8", "surrogateescape")
    return b"\n".join(lines)


def _data_of(line: bytes) -> Any:
    """The JSON of an event's line; None for any other line."""
    name, _, text = line.partition(b":")
    if name != b"data":
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _dumped_if_changed(data: bytes, before: Any, after: Any, head: bytes = b"") -> bytes:
    if after == before:
        return data
    return head + dumped(after) + (b"\r" if data.endswith(b"\r") else b"")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A string of an event, and the object or list that holds it."""

    holder: Any
    key: Any

    @property
    def text(self) -> str:
        text: str = self.holder[self.key]
        return text

    def replace(self, text: str) -> None:
        self.holder[self.key] = text


def _scrub_pieces(events: Sequence[Any], scrubber: Scrubber) -> bool:
    """Scrub texts that come in pieces, in place.

    The whole text goes into the first of its pieces, and the others become empty.

    Returns:
        True if a text held a secret.
    """
    texts: dict[tuple[object, ...], list[_Piece]] = {}
    for event in events:
        for place, piece in _pieces(event, (), inside=False):
            texts.setdefault(place, []).append(piece)
    changed = False
    for pieces in texts.values():
        text = "".join(piece.text for piece in pieces)
        clean = scrubber.value(text)
        if clean != text:
            changed = True
            for piece in pieces:
                piece.replace("")
            pieces[0].replace(clean)
    return changed


def _pieces(
    value: Any, place: tuple[object, ...], *, inside: bool
) -> Iterator[tuple[tuple[object, ...], _Piece]]:
    """Every string below a field `delta`, with a key that all pieces of its text share."""
    if isinstance(value, dict):
        marks = ((name, value.get(name)) for name in _PLACES)
        place = (*place, *(mark for mark in marks if isinstance(mark[1], int | str)))
        keys: Any = value
    elif isinstance(value, list):
        keys = range(len(value))
    else:
        return
    for key in keys:
        # Elements of a list carry their own index, so their position is not part of the key.
        named = (*place, key) if isinstance(value, dict) else place
        if isinstance(value[key], str):
            if inside or key == "delta":
                yield named, _Piece(value, key)
        else:
            yield from _pieces(value[key], named, inside=inside or key == "delta")


def _without_logprobs(value: Any) -> Any:
    """A value without the tokens of its text: they would repeat what was removed from it."""
    if isinstance(value, dict):
        return {
            key: ([] if isinstance(inner, list) else None)
            if key == "logprobs"
            else _without_logprobs(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_without_logprobs(inner) for inner in value]
    return value
