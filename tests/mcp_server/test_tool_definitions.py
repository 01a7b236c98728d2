"""The tool definitions that are sent before the SDK is imported agree with the SDK."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

FILE = Path("src", "skillagent", "mcp_server", "tools.json")


def tool_definitions(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder / ".ci" / "tool_definitions"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_file_is_what_the_script_writes() -> None:
    done = tool_definitions(ROOT, "--check")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_a_file_that_differs_is_named_and_written_again(tmp_path: Path) -> None:
    for path in (Path(".ci", "tool_definitions"), FILE):
        (tmp_path / path).parent.mkdir(parents=True)
        shutil.copy(ROOT / path, tmp_path / path)
    (tmp_path / FILE).write_text("[]\n")
    checked = tool_definitions(tmp_path, "--check")
    expected = f"{FILE.as_posix()}: differs from .ci/tool_definitions: run it\n"
    assert (checked.returncode, checked.stdout) == (1, expected)
    assert tool_definitions(tmp_path).returncode == 0
    assert (tmp_path / FILE).read_bytes() == (ROOT / FILE).read_bytes()
