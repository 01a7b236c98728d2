"""Two environments compared, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skillagent.environment.environment import Environment
    from skillagent.environment.git_state import GitState

_FACTS = {
    "skillagent": "skillagent",
    "python": "Python",
    "implementation": "implementation of Python",
    "system": "system",
    "machine": "machine",
    "libc": "C library",
    "container": "container image",
    "hash_seed": "PYTHONHASHSEED",
}
_MAPPINGS = {"packages": "package", "origins": "origin of package", "lock_files": "lock file"}
_DIGITS = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{28,}\b")


def differences(before: Environment, after: Environment) -> tuple[str, ...]:
    """What differs between two environments, one line each.

    A line reads `package pydantic: 2.11.1 → 2.12.0`, or `… → none`. Digests are shortened.

    Args:
        before: the environment of the earlier run.
        after: the environment of the later one.

    Returns:
        The lines, in the same order for the same environments; empty if nothing differs.
    """
    return tuple(_DIGITS.sub(r"\1…", line) for line in _lines(before, after))


def _lines(before: Environment, after: Environment) -> Iterator[str]:
    for field, name in _FACTS.items():
        yield from _changed(name, getattr(before, field), getattr(after, field))
    for field, name in _MAPPINGS.items():
        old: Mapping[str, str] = getattr(before, field)
        new: Mapping[str, str] = getattr(after, field)
        for key in sorted(old.keys() | new.keys()):
            yield from _changed(f"{name} {key}", old.get(key), new.get(key))
    was_set, is_set = set(before.variables), set(after.variables)
    for variable in sorted(was_set ^ is_set):
        yield f"variable {variable}: " + (
            "set → not set" if variable in was_set else "not set → set"
        )
    yield from _of_git(before.git, after.git)


def _of_git(before: GitState | None, after: GitState | None) -> Iterator[str]:
    yield from _changed("git commit", _commit(before), _commit(after))
    yield from _changed("uncommitted changes", _changes(before), _changes(after))


def _commit(state: GitState | None) -> str | None:
    return None if state is None else state.commit


def _changes(state: GitState | None) -> str | None:
    if state is None or state.dirty is False:
        return None
    return state.changes or ("some, not read" if state.dirty else "unknown")


def _changed(name: str, before: str | None, after: str | None) -> Iterator[str]:
    if before != after:
        yield f"{name}: {before or 'none'} → {after or 'none'}"
