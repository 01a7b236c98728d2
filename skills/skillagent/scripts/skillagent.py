"""Start skillagent from a plugin: find an installation of it and hand over the arguments.

    python3 skillagent.py serve
    python3 skillagent.py check notes/

Tried in this order: $SKILLAGENT_PYTHON, the interpreter that runs this file, `skillagent` on
PATH, `.venv` of the plugin, `venv` in the plugin's data folder, uv. Where there is none, one line
on standard error says how to install it (exit code 3), and `serve` says so to the model: it
offers one tool that answers with that line.

Needs only the standard library of Python 3.8 or newer, for it runs before anything is installed.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
DATA = os.environ.get("PLUGIN_DATA") or os.environ.get("CLAUDE_PLUGIN_DATA")
WINDOWS = os.name == "nt"
# The project's folder must not be searched for modules: hence -P.
MODULE = ["-P", "-m", "skillagent"]
PROBE = "import sys, importlib.util as u; sys.exit(not all(map(u.find_spec, sys.argv[1:])))"


def found(arguments: list[str], needed: list[str]) -> list[str] | None:
    """The command that runs skillagent in another process; None where there is no skillagent.

    Args:
        arguments: of skillagent.
        needed: packages that must be there.
    """
    named = os.environ.get("SKILLAGENT_PYTHON")
    if named:
        return [named, *MODULE, *arguments]
    installed = shutil.which("skillagent")
    if installed:
        # One without the extra that a server needs would end where the model sees nothing.
        python = interpreter_of(installed)
        if python is None or holds(python, needed):
            return [installed, *arguments]
    folders = [ROOT / ".venv", *([Path(DATA, "venv")] if DATA else [])]
    if ROOT.name == "_plugin":  # in a wheel: the environment that it was installed in
        folders.insert(0, ROOT.parents[3 if WINDOWS else 4])
    for python in map(python_of, folders):
        if python.is_file() and holds(str(python), needed):
            return [str(python), *MODULE, *arguments]
    uvx = shutil.which("uvx")
    if uvx and (ROOT / "pyproject.toml").is_file():
        # A hook must not wait for a download.
        offline = ["--offline"] if arguments[:1] == ["hook"] else []
        source = "skillagent-graph[mcp] @ " + ROOT.as_uri()
        return [uvx, "--quiet", *offline, "--from", source, "skillagent", *arguments]
    return None


def python_of(folder: Path) -> Path:
    """The interpreter of a virtual environment."""
    return folder / ("Scripts/python.exe" if WINDOWS else "bin/python")


def interpreter_of(program: str) -> str | None:
    """The Python that a console script begins with; None where it names none by its path."""
    try:
        with open(program, "rb") as file:
            first = os.fsdecode(file.readline(1_000)).strip()
    except OSError:
        return None
    path = first[2:].strip() if first.startswith("#!") else ""
    return path if os.path.isabs(path) and "python" in os.path.basename(path) else None


def holds_here(names: list[str]) -> bool:
    """Whether this interpreter has these packages, without importing them."""
    if sys.version_info < (3, 11):  # noqa: UP036 - a host may run any Python
        return False
    # This file has the package's name, and its folder is the first to be searched.
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != HERE]
    return all(importlib.util.find_spec(name) for name in names)


def holds(python: str, names: list[str]) -> bool:
    """Whether another interpreter has these packages."""
    command = [python, "-P", "-c", PROBE, *names]
    try:
        return not subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode  # noqa: S603 - a list, no shell
    except OSError:
        return False


def advice() -> str:
    """How to install it here, in one line."""
    line = extra_line() if ROOT.name == "_plugin" else ""
    if line:
        return f"skillagent's server needs more packages: run `{line}`, and start the host again"
    folder = Path(DATA, "venv") if DATA else ROOT / ".venv"
    python = python_of(folder)
    # Below 3.11 this interpreter would make an environment that cannot hold it.
    begin = sys.executable if sys.version_info >= (3, 11) else "python3.11"
    # Not the distribution's name: on an index it may belong to anybody.
    checkout = (ROOT / "pyproject.toml").is_file()
    source = str(ROOT) if checkout else "CHECKOUT"
    where = "" if checkout else ", where CHECKOUT is the folder of skillagent's repository"
    return (
        f'skillagent is not installed: run `"{begin}" -m venv "{folder}"` and then '
        f'`"{python}" -m pip install "{source}[mcp]"` (Python 3.11 or newer){where}; then start '
        "the host again"
    )


def extra_line() -> str:
    """The command that adds the server to the environment of a wheel; empty if unknown."""
    python = str(python_of(ROOT.parents[3 if WINDOWS else 4]))
    code = "from skillagent.installation import adding; print(adding('mcp'))"
    try:
        told = subprocess.run(  # noqa: S603 - a list, no shell
            [python, "-P", "-c", code], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError:
        return ""
    return "" if told.returncode else os.fsdecode(told.stdout).strip()


def serve_advice(text: str) -> None:
    """An MCP server on standard input and output with one tool, which says what is missing."""
    tool = {
        "name": "skillagent_setup",
        "description": "skillagent is not installed, so list_index, read_summary and read_node are "
        "missing. Call this for the line that installs it, and tell the user that line.",
        "inputSchema": {"type": "object", "properties": {}, "additionalProperties": False},
        "annotations": {"readOnlyHint": True, "openWorldHint": False},
    }
    for line in sys.stdin:
        try:
            request = json.loads(line)
            method, number = request["method"], request["id"]
        except (ValueError, KeyError, TypeError):
            continue  # a notification, or no request at all
        result: dict[str, Any] | None = None
        if method == "initialize":
            params = request.get("params")
            wanted = params.get("protocolVersion") if isinstance(params, dict) else None
            result = {
                "protocolVersion": wanted if wanted == "2025-06-18" else "2025-11-25",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "skillagent", "version": "0"},
                "instructions": text,
            }
        elif method == "tools/list":
            result = {"tools": [tool]}
        elif method == "tools/call":
            result = {"content": [{"type": "text", "text": text}], "isError": True}
        elif method == "ping":
            result = {}
        answer = {"jsonrpc": "2.0", "id": number}
        if result is None:
            answer["error"] = {"code": -32601, "message": f"skillagent is missing: no {method}"}
        else:
            answer["result"] = result
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def session_folder() -> str | None:
    """The host's own folder, where it started us in the plugin's, as Codex and Copilot do."""
    if os.environ.get("CLAUDE_PROJECT_DIR") or Path.cwd() != ROOT or WINDOWS:
        return None
    parent = os.getppid()
    try:
        return os.readlink(f"/proc/{parent}/cwd")
    except OSError:
        asked = ["lsof", "-a", "-d", "cwd", "-Fn", "-p", str(parent)]
    try:
        told = subprocess.run(asked, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603 - a list, no shell
    except OSError:
        return None
    lines = os.fsdecode(told.stdout).splitlines()
    return next((line[1:] for line in lines if line.startswith("n/")), None)


def run_here(arguments: list[str]) -> int:
    """Run it in this process, which saves the start of another interpreter."""
    from skillagent.cli import main as run

    sys.argv[0] = "skillagent"
    try:
        return run(arguments)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(bool(stop.code))


def run_there(command: list[str], arguments: list[str]) -> int:
    """Become another process; where that cannot be, or a hook's exit code matters, have one."""
    try:
        if not WINDOWS and arguments[:1] != ["hook"]:
            os.execv(command[0], command)  # noqa: S606 - a list, no shell
        return subprocess.run(command, check=False).returncode  # noqa: S603 - a list, no shell
    except OSError as error:
        sys.stderr.write(f"skillagent: {command[0]} cannot be run: {error.strerror}\n")
        return 3


def main(arguments: list[str]) -> int:
    """Run it, wherever it is; the exit code."""
    needed = ["skillagent", "mcp"] if arguments[:1] == ["serve"] else ["skillagent"]
    # A project's graph is declared in its folder: the server begins to look where it starts.
    with contextlib.suppress(OSError):
        os.chdir(session_folder() or ".")
    if not os.environ.get("SKILLAGENT_PYTHON") and holds_here(needed):
        code = run_here(arguments)
    elif (command := found(arguments, needed)) is not None:
        code = run_there(command, arguments)
    else:
        text = advice()
        sys.stderr.write(f"skillagent: {text}\n")
        if arguments[:1] == ["serve"] and "--http" not in arguments:
            serve_advice(text)
        code = 3
    # A hook that fails is no reason to stop the host.
    return 0 if arguments[:1] == ["hook"] else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
