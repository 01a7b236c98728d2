"""Regular expressions that are compiled at their first use.

The parser has more than 200 patterns. Compiling all of them takes longer than most processes
need in total, and a process that answers from stored values uses none of them.

Below: nothing.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any, cast


class _LazyPattern:
    """Stands for a compiled pattern; has the methods and attributes of one.

    What is first asked for is looked up in the compiled pattern and then kept as an attribute, so
    that later uses are nearly as fast as those of the pattern itself. If two threads compile it at
    the same time, both get equal results.
    """

    def __init__(self, source: str, flags: int, module: str) -> None:
        self.pattern = source
        self._flags = flags
        self._module = module

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # `copy` and `pickle` ask for methods that no pattern has
            raise AttributeError(name)
        compiled = import_module(self._module).compile(self.pattern, self._flags)
        value = getattr(compiled, name)
        setattr(self, name, value)
        return value


def lazy_pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """A pattern of `re`, compiled at its first use.

    Args:
        source: the regular expression; an error in it is raised at the first use.
        flags: as for `re.compile`.
    """
    return cast("re.Pattern[str]", _LazyPattern(source, flags, "re"))


def lazy_unicode_pattern(source: str) -> Any:
    r"""A pattern of `regex`, which knows classes such as `\p{Han}`, compiled at its first use.

    Args:
        source: the regular expression, with its flags inside, such as `(?V1)`.
    """
    return _LazyPattern(source, 0, "regex")
