"""Reads a JSON file of another program's, part by part; errors name the file and line.

Above: suites of evals in other formats. Below: `regular`, `yaml_model`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import yaml
from pydantic import ValidationError

from skillagent.errors import UsageError
from skillagent.files.regular import read_regular
from skillagent.files.yaml_model import LIMIT, Model, line_of

# YAML refuses half of a surrogate pair, and JSON writes emoji as two of them.
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


@dataclass(frozen=True)
class JsonFile:
    """A file that was read."""

    path: Path
    text: str
    value: Any
    """What it contains."""

    def line(self, *place: int | str) -> int:
        """The line of a place, or of its innermost part that is in the file; 0 if unknown."""
        return line_of(self._root, place) if self._root else 0

    def error(self, text: str, *place: int | str) -> UsageError:
        """An error about a place in the file."""
        named = ".".join(map(str, place))
        line = self.line(*place)
        where = f"{self.path}:{line}" if line else str(self.path)
        return UsageError(": ".join(part for part in (where, named, text) if part))

    def parsed(self, value: Any, model: type[Model], *place: int | str) -> Model:
        """The value at a place, as a model.

        Args:
            value: the value.
            model: the form that it must have.
            place: keys and indexes that lead to it.

        Raises:
            UsageError: it has another form.
        """
        try:
            return model.model_validate(value)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise self.error(first["msg"], *place, *first["loc"]) from None

    @cached_property
    def _root(self) -> yaml.Node | None:
        """The file as a tree that has lines; None if it cannot be read as YAML.

        JSON is YAML, but for tabs between its parts and a few characters.
        """
        text = _SURROGATE.sub(r"\\u0020", self.text.replace("\t", " "))
        try:
            return yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except (yaml.YAMLError, RecursionError):
            return None


def read_json(path: str | Path, what: str) -> JsonFile:
    """Read a file.

    Args:
        path: path of a JSON file.
        what: what the file is, for errors, such as `the suite`.

    Raises:
        UsageError: the file cannot be read, or is not JSON.
    """
    try:
        text = read_regular(path, LIMIT).decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: {what} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: {what} cannot be read: {error}") from None
    try:
        return JsonFile(Path(path), text, json.loads(text, parse_constant=_refuse))
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}:{error.lineno}: no JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: no JSON: {error}") from None


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")
