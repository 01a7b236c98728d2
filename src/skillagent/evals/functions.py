"""Functions of the user's that a suite or a command line names: `module:function`.

Above: `policies`, `checks`, `cli`. Below: nothing.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING

from skillagent.digest import sha256
from skillagent.errors import UsageError

if TYPE_CHECKING:
    from skillagent.evals.suite import Suite


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


def functions_digest(suite: Suite) -> dict[str, str]:
    """Name of each function of a suite, as policy or check → SHA-256 of its module's source."""
    from skillagent.evals.checks import Python

    checks = (check for case in suite.cases for check in case.checks)
    names = {check.name for check in checks if isinstance(check, Python)}
    names |= {name for name in suite.policies if ":" in name}
    return {name: _source_digest(imported(name)) for name in sorted(names)}


def _source_digest(function: Callable[..., object]) -> str:
    module = inspect.getmodule(function)
    try:
        source = inspect.getsource(module) if module else ""
    except (OSError, TypeError):
        source = ""  # built in, or without a file
    return sha256(source)
