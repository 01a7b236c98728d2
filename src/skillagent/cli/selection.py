"""What a check looks for: by the command line, or else as the project declares."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skillagent.config import Config
    from skillagent.lint.selection import Selection


def selection_of(
    config: Config | None, select: Iterable[str] = (), ignore: Iterable[str] = ()
) -> Selection:
    """The selection of the command line and of a project.

    Args:
        config: the configuration of the project that contains the graph; None if there is none.
        select: what the command line selects, in place of what the project does.
        ignore: what the command line ignores, besides what the project does.

    Raises:
        UsageError: a name is no code, or a pattern of files is not valid.
    """
    from skillagent.lint.selection import EVERY, FileIgnores, Selection, codes_named

    selected, ignored = codes_named(select, "--select"), codes_named(ignore, "--ignore")
    if config is None:
        return Selection(selected or (EVERY,), ignored)
    declared, where = config.check, str(config.file)
    patterns = [(pattern, codes_named(codes, where)) for pattern, codes in declared.per_file]
    return Selection(
        selected or codes_named(declared.select, where) or (EVERY,),
        (*ignored, *codes_named(declared.ignore, where)),
        FileIgnores(config.file.parent, patterns, where),
    )
