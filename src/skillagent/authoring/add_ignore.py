"""Writes what a check finds today into the configuration, so that only new findings are reported.

A graph that is older than the rules can so be checked from now on, and mended bit by bit: each
line that is removed from the configuration brings its findings back.

Above: the command `check`. Below: `config`, `lint`.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from skillagent.authoring.scaffold import indent_of_items, project_of
from skillagent.config import FILE, find
from skillagent.diagnostics import Diagnostic
from skillagent.errors import UsageError
from skillagent.files.changes import Changes, FileChange


def add_ignore(
    folder: Path, findings: Iterable[Diagnostic], file_of: Callable[[str], Path]
) -> Changes:
    """The change of the configuration after which the findings are not reported.

    Args:
        folder: folder of the graph.
        findings: what a check found.
        file_of: the file that a path in a finding names.

    Raises:
        UsageError: the configuration cannot be read, or a file is outside its project.
    """
    import tomlkit

    top = folder.resolve()
    config = find(top)
    file = config.file if config else project_of(top) / FILE
    before = file.read_bytes() if config else None
    document = tomlkit.parse((before or b"").decode("utf-8-sig"))
    table: Any = document
    names = ("check",) if file.name == FILE else ("tool", "skillagent", "check")
    for name in names:
        table = _table_in(table, name)
    whole: set[str] = set()
    by_file: dict[str, set[str]] = {}
    for one in findings:
        place = file_of(one.path)
        if place.is_dir():
            whole.add(one.code)  # it is about the graph, and about no file
        elif place.is_relative_to(file.parent):
            by_file.setdefault(_pattern(place.relative_to(file.parent)), set()).add(one.code)
        else:
            raise UsageError(f"{place}: is outside the project of {file}; name it in a header")
    if whole:
        _add_codes(table, "ignore", whole)
    if by_file:
        ignores = _table_in(table, "per-file-ignores")
        for pattern, codes in sorted(by_file.items()):
            _add_codes(ignores, pattern, codes)
    after = tomlkit.dumps(document).encode() if whole or by_file else before
    if after and not _holds(after.decode(), names, by_file):
        where = ".".join(names[:-1]) or "graphs"
        raise UsageError(f"{file}: cannot be extended; write [{where}] as a table of its own")
    if before == after:
        return Changes(top, ())
    return Changes(top, (FileChange(file, os.path.relpath(file, top), before, after),))


def _holds(text: str, names: Iterable[str], by_file: Mapping[str, set[str]]) -> bool:
    """Whether a configuration ignores what was found, as a reader of TOML sees it."""
    table = tomllib.loads(text)
    for name in names:
        table = table.get(name, {})
    ignores = table.get("per-file-ignores", {})
    return all(codes <= set(ignores.get(pattern, ())) for pattern, codes in by_file.items())


def _table_in(parent: Any, name: str) -> Any:
    """A table of the configuration; one that was in one line gets lines of its own."""
    import tomlkit

    old = parent.get(name, {})
    if isinstance(old, tomlkit.items.InlineTable) or name not in parent:
        parent[name] = tomlkit.table()
        parent[name].update(old)
    return parent[name]


def _add_codes(table: Any, key: str, new: Iterable[str]) -> None:
    """Add codes to a list of the configuration, which stays sorted.

    A list on several lines gets further lines instead, so that its comments stay.
    """
    import tomlkit

    old = table.get(key, [])
    missing = sorted({*new} - {*map(str, old)})
    if isinstance(old, tomlkit.items.Array) and "\n" in old.as_string():
        for code in missing:
            old.add_line(code, indent=indent_of_items(old.as_string()))
    elif missing:
        codes = tomlkit.array()
        codes.extend(sorted({*map(str, old), *missing}))
        table[key] = codes


def _pattern(path: Path) -> str:
    """The pattern that fits one file only, as in `.gitignore`."""
    escaped = re.sub(r"([*?\[\\!# ])", r"\\\1", path.as_posix())
    # Only a blank at the end has a meaning of its own.
    return "/" + re.sub(r"\\ (?!$)", " ", escaped)
