"""Which codes a check looks for, and where they are not reported.

A code is named as a whole, or by its beginning: `SG3` names every code from SG300 to SG399, and
`ALL` every code. The longest name that fits a code decides, as in ruff; of two equal ones, the one
that ignores it.

Above: `checking`. Below: `diagnostics`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from skillagent.diagnostics import CODES
from skillagent.errors import UsageError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_ONE_PATH = re.compile(r"/[^*?\[\\!#]*[^*?\[\\/ ]")
EVERY = "ALL"
"""Names every code."""


def codes_named(names: Iterable[str], where: str) -> tuple[str, ...]:
    """Names of codes in capitals, each the beginning of at least one code.

    Args:
        names: as a person wrote them; several may be in one text, with commas between them.
        where: what contains them, for the error.

    Raises:
        UsageError: no code begins with a name.
    """
    parts = (part.strip() for name in names for part in name.split(","))
    named = tuple(part.upper() for part in parts if part)
    for name in named:
        if not is_code(name):
            raise UsageError(f"{where}: there is no code {name!r}; `skillagent rule` lists them")
    return named


def is_code(name: str) -> bool:
    """Whether a name, in capitals, names at least one code."""
    return name == EVERY or any(code.startswith(name) for code in CODES)


class FileIgnores:
    """Patterns of files, as in `.gitignore`, and the codes that are not reported there.

    Args:
        folder: the folder that patterns are relative to; None if there are none.
        patterns: each pattern, and names of codes.
        where: what contains them, for an error.

    Raises:
        UsageError: a pattern is not valid.
    """

    def __init__(
        self,
        folder: Path | None = None,
        patterns: Iterable[tuple[str, tuple[str, ...]]] = (),
        where: str = "",
    ) -> None:
        self._folder = folder.resolve() if folder else None
        self._files: dict[str, tuple[str, ...]] = {}
        """Path → codes, of the patterns that name one file or folder: there may be thousands."""
        self._rules: list[tuple[GitIgnoreSpec, tuple[str, ...]]] = []
        for pattern, codes in patterns:
            if _ONE_PATH.fullmatch(pattern):
                self._files[pattern[1:]] = codes
            else:
                self._rules.append((_spec(pattern, where), codes))

    def names(self, file: Path) -> tuple[str, ...]:
        """Names of the codes that are not reported in a file.

        Args:
            file: an absolute path without symbolic links.
        """
        if self._folder is None or not file.is_relative_to(self._folder):
            return ()
        path = file.relative_to(self._folder).as_posix()
        matching = [codes for spec, codes in self._rules if spec.match_file(path)]
        # A pattern of one path may be that of a folder.
        named = [self._files.get(str(place), ()) for place in (path, *PurePosixPath(path).parents)]
        return tuple(chain(*named, *matching))


@dataclass(frozen=True, slots=True)
class Selection:
    """The codes that a check looks for, and where it does not report them."""

    select: tuple[str, ...] = (EVERY,)
    """Names of the codes that are looked for."""
    ignore: tuple[str, ...] = ()
    """Names of the codes that are not reported."""
    per_file: FileIgnores = field(default_factory=FileIgnores)
    """Codes that are not reported in some files."""

    @property
    def is_narrowed(self) -> bool:
        """Whether only some codes are looked for."""
        return EVERY not in self.select

    def holds(self, code: str) -> bool:
        """Whether a code is looked for."""
        return _longest(code, self.select) > _longest(code, self.ignore)

    def is_ignored_in(self, file: Path, code: str) -> bool:
        """Whether a code is not reported in a file.

        Args:
            file: an absolute path without symbolic links.
            code: key of `CODES`.
        """
        return any(fits(code, name) for name in self.per_file.names(file))


def _longest(code: str, names: Iterable[str]) -> int:
    """Length of the longest name that fits a code; 0 for `ALL`, -1 if none fits."""
    lengths = [0 if name == EVERY else len(name) for name in names if fits(code, name)]
    return max(lengths, default=-1)


def fits(code: str, name: str) -> bool:
    """Whether a name, such as `SG3`, names a code."""
    return name == EVERY or code.startswith(name)


def _spec(pattern: str, where: str) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines([pattern])
    except (ValueError, re.error):
        raise UsageError(f"{where}: {pattern!r} is not a pattern of files") from None
