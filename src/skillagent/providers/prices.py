"""Prices of models, from a bundled table that a user can extend or override.

A price applies to the model with exactly this name and to dated snapshots of it. A newer model
whose name only begins the same has no price until the table has one.
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
"""Maximum size of a table in bytes."""
_SNAPSHOT = re.compile(r"[-@](?:\d{8}|\d{4}-\d\d-\d\d|latest)$")


@dataclass(frozen=True, slots=True)
class Price:
    """Prices in US dollars for a million tokens."""

    input: float
    output: float
    cache_read: float | None = None
    """None: the price of `input`."""
    cache_write: float | None = None
    """None: the price of `input`."""

    def dollars(self, usage: Usage) -> float:
        """The cost of a usage in US dollars."""
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
        table: prices by the models' names, without the date of a snapshot.
    """

    def __init__(self, table: Mapping[str, Price]) -> None:
        self._table = dict(table)

    @classmethod
    def bundled(cls) -> Prices:
        """The bundled table; the file names the month of its prices."""
        return cls(_bundled())

    @classmethod
    def load(cls, path: str | Path) -> Prices:
        """The bundled table, overridden by a user's own prices.

        Args:
            path: path of a TOML file: a table for each model's name, with `input`, `output` and,
                where they differ from `input`, `cache_read` and `cache_write`.

        Raises:
            UsageError: the file cannot be read, is not a regular file, or is not a price table.
        """
        try:
            text = read_regular(path, LIMIT).decode("utf-8")
        except OSError as error:
            raise UsageError(f"{path}: the prices cannot be read: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise UsageError(f"{path}: the prices cannot be read: {error}") from None
        return cls({**_bundled(), **_parse(text, str(path))})

    def dollars(self, model: str, usage: Usage) -> float | None:
        """The cost of a usage in US dollars; None if the model's price is not known.

        Args:
            model: name of the model, with or without the provider and a colon before it.
            usage: tokens as the provider counted them.
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
    prices = {}
    for name, table in tables.items():
        numbers = isinstance(table, dict) and all(
            isinstance(value, int | float)
            and not isinstance(value, bool)
            # TOML also allows `inf` and `nan`, which are no prices.
            and 0 <= value < math.inf
            for value in table.values()
        )
        if not numbers or not {"input", "output"} <= set(table) <= set(_KINDS):
            raise UsageError(
                f"{path}: [{name!r}] takes input, output and perhaps cache_read and cache_write, "
                "in dollars for a million tokens"
            )
        prices[name] = Price(**table)
    return prices
