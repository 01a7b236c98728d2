"""Functions of the user's that a suite or a command line names: `module:function`.

Above: `policies`, `checks`, `cli`. Below: nothing.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable

from skillagent.digest import sha256
from skillagent.errors import UsageError


def imported(name: str) -> Callable[..., object]:
    """A function.

    Args:
        name: `module:name`; the module is looked up as Python does.

    Raises:
        UsageError: there is no such function.
    """
    module_name, colon, attribute = name.partition(":")
    if not colon:
        raise UsageError(f"{name!r} is no function: write module:name")
    try:
        target: object = importlib.import_module(module_name)
        for part in attribute.split("."):
            target = getattr(target, part)
    except (Exception, SystemExit) as error:
        # A module of the user's may raise anything while it is imported.
        raise UsageError(f"{name}: cannot be imported: {error!r}") from error
    if not callable(target):
        raise UsageError(f"{name} is no function")
    return target


def source_digest(name: str) -> str:
    """SHA-256 of the source of a function's module; of nothing for a module without source.

    Args:
        name: see `imported`.

    Raises:
        UsageError: there is no such function.
    """
    module = inspect.getmodule(imported(name))
    try:
        source = inspect.getsource(module) if module else ""
    except (OSError, TypeError):
        source = ""
    return sha256(source)
