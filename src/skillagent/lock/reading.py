"""Reads a lock file, and refuses one that is damaged or does not agree with itself.

Above: the commands, and every package that is given a lock. Below: `form`, `graph_lock`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.errors import UsageError
from skillagent.files.regular import read_regular
from skillagent.lock.graph_lock import GraphLock, LockedFile, LockedNode
from skillagent.recording.strict_json import without_twins

if TYPE_CHECKING:
    from skillagent.lock.form import LockForm

LIMIT = 512 * 1024 * 1024
"""Maximum size of a lock file, in bytes."""
LOCK_AGAIN = "restore it from version control, or write it again with `skillagent lock`"


def read_lock(path: Path) -> GraphLock:
    """Read a lock file.

    Raises:
        UsageError: there is no such file, it cannot be read, has not the form of a lock, or its
            root is not that of its entries; the text names the line where it can.
    """
    try:
        data = read_regular(path, LIMIT)
    except FileNotFoundError:
        raise UsageError(
            f"{path}: there is no lock; write one with `skillagent lock GRAPH`"
        ) from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    return parsed_lock(data, str(path))


def parsed_lock(data: bytes, where: str) -> GraphLock:
    """The lock that the bytes of a file contain.

    Args:
        data: the bytes.
        where: the path that errors name.

    Raises:
        UsageError: see `read_lock`.
    """
    try:
        text = data.decode("utf-8")
        json.loads(text, object_pairs_hook=without_twins)
    except json.JSONDecodeError as error:
        raise UsageError(
            f"{where}:{error.lineno}: is not JSON: {error.msg}; {LOCK_AGAIN}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: is not a lock: {error}; {LOCK_AGAIN}") from None
    form = _form(text, where)
    lock = GraphLock(
        tokenizer=form.tokenizer,
        dialects=tuple(form.dialects),
        entries=tuple(form.entries),
        nodes={
            node_id: LockedNode(node.path, node.size, node.digest, node.text, tuple(node.links))
            for node_id, node in form.nodes.items()
        },
        files={path: LockedFile(file.size, file.digest) for path, file in form.files.items()},
    )
    for key in ("root", "model_signing"):
        written, computed = getattr(form, key), getattr(lock, key)
        if written != computed:
            raise UsageError(
                f"{where}:{_line_of(text, key)}: {key} is not that of the entries above: the file "
                f"was edited; {LOCK_AGAIN}"
            )
    return lock


def _form(text: str, where: str) -> LockForm:
    from pydantic import ValidationError

    from skillagent.lock.form import LockForm

    try:
        return LockForm.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = [str(part) for part in first["loc"]]
        line = _line_of(text, *place[:2])
        at = f"{where}:{line}" if line else where
        message = ": ".join((*place, first["msg"]))
        raise UsageError(f"{at}: {message}; {LOCK_AGAIN}") from None


def _line_of(text: str, *place: str) -> int:
    """The line of a key at the top, or of an entry below it; 0 if it is not there."""
    line = 0
    lines = text.split("\n")
    for part in place:
        key = json.dumps(part, ensure_ascii=False) + ":"
        line = next(
            (
                number
                for number, content in enumerate(lines[line:], line + 1)
                if content.startswith(key)
            ),
            line,
        )
    return line
