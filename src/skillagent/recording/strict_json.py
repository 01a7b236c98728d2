"""JSON as the standard defines it, as bytes: no NaN, no infinity, and any string can be written."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, NoReturn


def _fields(value: Any) -> dict[str, Any]:
    """The fields of a dataclass; `asdict` would first copy all that is in them."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_SPACED = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_fields).encode

_SORTED = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True).encode


def parsed(data: bytes) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: the text is not JSON, holds NaN or an infinity, or has a key twice.
        RecursionError: it is nested too deeply.
    """
    return json.loads(
        data, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=without_twins
    )


def without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no key is written twice, because readers disagree about such a file.

    Raises:
        ValueError: a key is written twice.
    """
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice[:80]!r} is written twice")
    return values


def dumped(value: Any) -> bytes:
    """JSON without spaces, as model APIs write it."""
    return _encoded(_COMPACT(value))


def line(value: Any) -> bytes:
    """One line of a file that people read too, with its line end.

    Args:
        value: JSON values and dataclasses of them.

    Raises:
        ValueError: the value holds NaN or an infinity.
    """
    return _encoded(_SPACED(value)) + b"\n"


def pretty(value: Mapping[str, Any]) -> bytes:
    """A JSON file that people compare line by line: sorted keys, and a line for each value.

    What lies deeper than two levels is on the line of its value: `json` is several times slower
    where it breaks all lines.

    Raises:
        ValueError: the value holds NaN or an infinity.
    """
    parts = []
    for name, inner in sorted(value.items()):
        if isinstance(inner, Mapping) and inner:
            lines = [f"  {_SORTED(key)}: {_SORTED(item)}" for key, item in sorted(inner.items())]
            text = "{\n" + ",\n".join(lines) + "\n }"
        else:
            text = _SORTED(inner)
        parts.append(f" {_SORTED(name)}: {text}")
    return _encoded("{\n" + ",\n".join(parts) + "\n}") + b"\n"


def _encoded(text: str) -> bytes:
    # Half of a surrogate pair has no UTF-8 form: its replacement is its JSON escape.
    return text.encode("utf-8", "backslashreplace")


def _finite(text: str) -> float:
    """A number; one that is too large for a float, such as 1e999, would become an infinity."""
    value = float(text)
    return value if math.isfinite(value) else _refuse(text)


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")
