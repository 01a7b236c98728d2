"""What models cost, from a table that a user can add to or replace.

A price holds for exactly the model it names, dated snapshots of it included: a newer model
whose name only begins alike has no price until the table says so.
"""

from __future__ import annotations

import importlib.resources
import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from skillagent.errors import UsageError
from skillagent.files.regular import read_regular
from skillagent.messages import Usage

_KINDS = ("input", "output", "cache_read", "cache_write")
MILLION = 1_000_000
LIMIT = 4_000_000
"""Bytes that a table may have."""
_SNAPSHOT = re.compile(r"[-@](?:\d{8}|\d{4}-\d\d-\d\d|latest)$")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    input: float
    output: float
    cache_read: float | None = None
    """None: as any other token of the prompt."""
    cache_write: float | None = None
    """None: as any other token of the prompt."""

    def dollars(self, usage: Usage) -> float:
        """What a usage costs."""
        fresh = usage.input - usage.cache_read - usage.cache_write
        read = self.input if self.cache_read is None else self.cache_read
        write = self.input if self.cache_write is None else self.cache_write
        return (
            fresh * self.input
            + usage.cache_read * read
            + usage.cache_write * write
            + usage.output * self.output
        ) / MILLION


class Prices:
    """Prices by a model's name.

    Args:
        table: name, without the date of a snapshot → price.
    """

    def __init__(self, table: Mapping[str, Price]) -> None:
        self._table = dict(table)

    @classmethod
    def bundled(cls) -> Prices:
        """The table that comes with the package; it says of which month it is."""
        return cls(_bundled())

    @classmethod
    def load(cls, path: str | Path) -> Prices:
        """The bundled table, with a user's own prices over it.

        Args:
            path: a TOML file; a table for each model's name, with `input`, `output` and, where
                they differ from `input`, `cache_read` and `cache_write`.

        Raises:
            UsageError: the file is missing, no regular file or no TOML, or holds something else.
        """
        try:
            text = read_regular(path, LIMIT).decode("utf-8")
        except OSError as error:
            raise UsageError(f"{path}: the prices cannot be read: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise UsageError(f"{path}: the prices cannot be read: {error}") from None
        return cls({**_bundled(), **_parse(text, str(path))})

    def dollars(self, model: str, usage: Usage) -> float | None:
        """What a usage costs; None where the model's price is not known.

        Args:
            model: its name, with or without the provider's before a colon.
            usage: as the provider counted it.
        """
        for name in (model, model.partition(":")[2]):
            price = self._table.get(name) or self._table.get(_SNAPSHOT.sub("", name))
            if price is not None:
                return price.dollars(usage)
        return None


@cache
def _bundled() -> Mapping[str, Price]:
    source = importlib.resources.files("skillagent.providers") / "prices.toml"
    return _parse(source.read_text(encoding="utf-8"), "prices.toml")


def _parse(text: str, path: str) -> dict[str, Price]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: {error}") from None
    found = {}
    for name, table in tables.items():
        numbers = isinstance(table, dict) and all(
            isinstance(value, int | float)
            and not isinstance(value, bool)
            # Not `inf` and not `nan` either, which TOML knows as well.
            and 0 <= value < math.inf
            for value in table.values()
        )
        if not numbers or not {"input", "output"} <= set(table) <= set(_KINDS):
            raise UsageError(
                f"{path}: [{name!r}] takes input, output and perhaps cache_read and cache_write, "
                "in dollars for a million tokens"
            )
        found[name] = Price(**table)
    return found
