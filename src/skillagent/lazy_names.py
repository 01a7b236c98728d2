"""Imports the public names of a package when they are first used, so that a start stays short.

A package calls it once: `__getattr__ = importing(__name__, {"Node": "node"})`; see PEP 562. Modules
that read only some names of the package then load no others.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def importing(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """A `__getattr__` for a package.

    Args:
        package: the package's `__name__`.
        homes: public name → the module of the package that has it.
    """

    def attribute(name: str) -> Any:
        home = homes.get(name)
        if home is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{home}"), name)
        # Python asks for a name only as long as the package does not have it.
        setattr(sys.modules[package], name, value)
        return value

    return attribute
