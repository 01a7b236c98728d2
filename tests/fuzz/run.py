"""Runs one target under atheris: `python -m tests.fuzz.run TARGET [libFuzzer options] [FOLDER]`.

Above: `.ci/fuzz`, which installs atheris. Only modules of this package are instrumented.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

TARGETS = ("parser", "resolver", "arguments", "mcp_lines")


def main(name: str, options: list[str]) -> None:
    """Run a target until libFuzzer ends the process.

    Args:
        name: one of `TARGETS`.
        options: arguments of libFuzzer.
    """
    atheris: Any = importlib.import_module("atheris")
    # Not `SKILLAGENT_CACHE` of the user, nor the address of a server.
    for variable in [name for name in os.environ if name.startswith("SKILLAGENT_")]:
        del os.environ[variable]
    with atheris.instrument_imports(include=["skillagent"]):
        target = importlib.import_module(f"tests.fuzz.{name}")
    atheris.Setup([sys.argv[0], *options], target.check)
    atheris.Fuzz()


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"usage: python -m tests.fuzz.run {'|'.join(TARGETS)} [options] [folder]")
    main(sys.argv[1], sys.argv[2:])
