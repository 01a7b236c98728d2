"""What of an exchange may be written: bodies and streams without their secrets.

A secret may be split over two events of a stream, or said again as the tokens of an answer. So
the pieces of one text are put together before they are looked at.

Above: `record`. Below: `secrets`.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from skillagent.secrets import Scrubber
from skillagent.testing.wire.events import dumped

Scrub: TypeAlias = Callable[[Any], Any]
"""From JSON to JSON that may be written; it is given a copy."""

_EVENT_END = re.compile(rb"(?<=\n\n)|(?<=\r\n\r\n)")
_PLACES = ("index", "item_id", "output_index", "content_index", "summary_index")
"""Fields that tell which text of an answer a piece belongs to."""


def scrubbed(
    chunks: Sequence[bytes], scrubber: Scrubber, scrub: Scrub | None, *, stream: bool
) -> Sequence[bytes]:
    """The chunks of an answer that may be written.

    Args:
        chunks: as they came.
        scrubber: takes out what is secret in any answer.
        scrub: the user's own, given a whole body or the data of each event.
        stream: whether these are server-sent events.

    Returns:
        The chunks themselves where nothing changes; else one for each event.
    """
    data = b"".join(chunks)
    made = _stream(data, scrubber, scrub) if stream else _whole(data, scrubber, scrub)
    if made == data:
        return chunks
    return _EVENT_END.split(made) if stream else [made]


def _whole(data: bytes, scrubber: Scrubber, scrub: Scrub | None) -> bytes:
    value = json.loads(data)
    made = scrubber.value(value)
    if made != value:
        made = _without_logprobs(made)
    return _dumped_if_changed(data, value, made if scrub is None else scrub(copy.deepcopy(made)))


def _stream(data: bytes, scrubber: Scrubber, scrub: Scrub | None) -> bytes:
    lines = data.split(b"\n")
    before = {at: found for at, line in enumerate(lines) if (found := _data_of(line)) is not None}
    after = copy.deepcopy(before)
    changed = _scrub_pieces(list(after.values()), scrubber)
    for at, value in after.items():
        made = scrubber.value(value)
        changed = changed or made != value
        after[at] = made
    for at, value in after.items():
        made = _without_logprobs(value) if changed else value
        made = made if scrub is None else scrub(copy.deepcopy(made))
        lines[at] = _dumped_if_changed(lines[at], before[at], made, b"data: ")
    for at in range(len(lines)):
        if at not in before:
            # A comment, the name of an event, or what is no JSON.
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
    """A string of an event, and where it is kept."""

    holder: Any
    key: Any

    @property
    def text(self) -> str:
        found: str = self.holder[self.key]
        return found

    def replace(self, text: str) -> None:
        self.holder[self.key] = text


def _scrub_pieces(events: Sequence[Any], scrubber: Scrubber) -> bool:
    """Scrub texts that come in pieces; whether one of them held a secret.

    A text with a secret is left whole in the first of its pieces.
    """
    texts: dict[tuple[object, ...], list[_Piece]] = {}
    for event in events:
        for place, piece in _pieces(event, (), inside=False):
            texts.setdefault(place, []).append(piece)
    changed = False
    for pieces in texts.values():
        text = "".join(piece.text for piece in pieces)
        made = scrubber.value(text)
        if made != text:
            changed = True
            for piece in pieces:
                piece.replace("")
            pieces[0].replace(made)
    return changed


def _pieces(
    value: Any, place: tuple[object, ...], *, inside: bool
) -> Iterator[tuple[tuple[object, ...], _Piece]]:
    """Every string below a field `delta`, with what tells its text from others."""
    if isinstance(value, dict):
        marks = ((name, value.get(name)) for name in _PLACES)
        place = (*place, *(mark for mark in marks if isinstance(mark[1], int | str)))
        keys: Any = value
    elif isinstance(value, list):
        keys = range(len(value))
    else:
        return
    for key in keys:
        # The elements of a list say themselves which they are.
        named = (*place, key) if isinstance(value, dict) else place
        if isinstance(value[key], str):
            if inside or key == "delta":
                yield named, _Piece(value, key)
        else:
            yield from _pieces(value[key], named, inside=inside or key == "delta")


def _without_logprobs(value: Any) -> Any:
    """A value without the tokens of its text: they would say again what was taken out of it."""
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
