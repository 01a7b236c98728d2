"""Installs each program of `benchmarks.peers` into a folder of its own, by the ordinary clients."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peer_programs import Program

LIMIT = 900
"""Maximum seconds of one installation."""


class InstallError(Exception):
    """A program cannot be installed here; the message says why."""


@dataclass(frozen=True)
class Installation:
    """A program that is installed."""

    programs: Path
    """The folder with its commands."""
    version: str


def install(program: Program, cache: Path, interpreters: Sequence[str]) -> Installation:
    """Install a program, unless the cache has it.

    Args:
        program: what is installed.
        cache: folder in which each program has a folder of its own.
        interpreters: Python interpreters, the first one that the package accepts is used.

    Raises:
        InstallError: no interpreter is accepted, or the registry does not have it.
    """
    if not program.packages:
        version = importlib.metadata.version("skillagent-graph")
        return Installation(Path(sys.executable).parent, version)
    folder = cache / program.name
    made = folder / "installed.json"
    if not made.exists():
        if program.is_npm:
            version = _install_by_npm(program, folder)
        else:
            version = _install_by_pip(program, folder, interpreters)
        made.write_text(json.dumps({"version": version}))
    below = "node_modules/.bin" if program.is_npm else "bin"
    return Installation(folder / below, json.loads(made.read_text())["version"])


def _install_by_pip(program: Program, folder: Path, interpreters: Sequence[str]) -> str:
    reason = ""
    for interpreter in interpreters:
        try:
            shutil.rmtree(folder, ignore_errors=True)
            _run([interpreter, "-m", "venv", str(folder)])
            python = str(folder / "bin" / "python")
            # The same client, several times faster where it is installed.
            client = ["uv", "pip", "install", "--compile-bytecode", "--python", python]
            if not shutil.which("uv"):
                client = [python, "-m", "pip", "install"]
            _run([*client, *program.packages])
            tell = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"
            return _run([python, "-c", tell, program.packages[0].partition("[")[0]]).strip()
        except InstallError as error:
            reason = reason or str(error)
    raise InstallError(reason)


def _install_by_npm(program: Program, folder: Path) -> str:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    client = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder)]
    _run([*client, *program.packages])
    package = program.packages[0].rpartition("@")[0]
    described = (folder / "node_modules" / package / "package.json").read_text(encoding="utf-8")
    return str(json.loads(described)["version"])


def _run(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    except FileNotFoundError:
        raise InstallError(f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise InstallError(f"{command[0]} was stopped after {LIMIT} s") from None
    if done.returncode:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines()]
        raise InstallError(next((line for line in lines if line), "failed without a word")[:300])
    return done.stdout
