"""Reads a YAML file that a person writes into a pydantic model; errors name the file and line.

Above: scripts of the mock LLM, suites of evals. Below: `regular`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from skillagent.errors import UsageError
from skillagent.files.regular import read_regular

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[int | str, ...]
"""Keys and indexes that lead to a value in the file."""
LIMIT = 64_000_000
"""Maximum size of a file in bytes."""


@dataclass(frozen=True, slots=True)
class YamlFile(Generic[Model]):
    """A file that was read."""

    path: Path
    model: Model
    _root: yaml.Node | None

    def line(self, *place: int | str) -> int:
        """The line of a place, or of its innermost part that is in the file; from 1."""
        return line_of(self._root, place) if self._root else 1

    def error(self, text: str, *place: int | str) -> UsageError:
        """An error about a place in the file."""
        return UsageError(f"{self.path}:{self.line(*place)}: {text}")


def read_yaml(path: str | Path, model: type[Model], what: str) -> YamlFile[Model]:
    """Read a file.

    Args:
        path: path of a YAML file.
        model: the form that it must have.
        what: what the file is, for errors, such as `the script`.

    Raises:
        UsageError: the file cannot be read, is not YAML, or has another form. The text has the
            line number.
    """
    try:
        text = read_regular(path, LIMIT).decode("utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {what} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: {what} cannot be read: {error}") from None
    try:
        root = _composed(text)
        values = yaml.SafeLoader("").construct_document(root) if root else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise UsageError(f"{path}{line}: {getattr(error, 'problem', error)}") from None
    except (ValueError, RecursionError, OverflowError) as error:
        # A date that does not exist, or a number of thousands of digits.
        reason = str(error) or "it is nested too deeply"
        raise UsageError(f"{path}: {what} has a value that is none: {reason}") from None
    try:
        parsed = model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        named = ".".join(str(part) for part in first["loc"]) or what
        line = f":{line_of(root, first['loc'])}" if root else ""
        raise UsageError(f"{path}{line}: {named}: {first['msg']}") from None
    return YamlFile(Path(path), parsed, root)


def _composed(text: str) -> yaml.Node | None:
    """The tree of a YAML text; None if it is empty."""
    try:
        return yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        # The loader in C is ten times faster, and that in Python names the line better.
        return yaml.compose(text, yaml.SafeLoader)


def line_of(node: yaml.Node, place: Place) -> int:
    """The line of a place in a tree, or of its innermost part that is there; from 1."""
    line = int(node.start_mark.line) + 1
    for part in place:
        inner: yaml.Node | None = None
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            inner = node.value[part] if part < len(node.value) else None
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    line = int(key.start_mark.line) + 1
                    inner = value
        if inner is None:
            break
        node = inner
        line = max(line, int(node.start_mark.line) + 1) if isinstance(part, int) else line
    return line
