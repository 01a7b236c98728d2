"""Every example runs without a network and asserts what it claims."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

EXAMPLES = ROOT / "examples"
MANIFEST = tomllib.loads((EXAMPLES / "manifest.toml").read_text())
SERVERS = ("langchain", "local_server")
"""Examples that start a server on a socket."""
OWN_PROCESS = ("inspect",)
"""Examples of frameworks that meet deprecations of others, which are errors in these tests."""
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/main.py"))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.process] if name in SERVERS else [])
        for name in NAMES
        if name not in OWN_PROCESS
    ],
)
def test_the_example_holds_what_it_asserts(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["main.py"])
    runpy.run_path(str(EXAMPLES / name / "main.py"), run_name="__main__")
    assert capsys.readouterr().out


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.parametrize("name", OWN_PROCESS)
def test_the_example_holds_what_it_asserts_in_a_process_of_its_own(
    name: str, tmp_path: Path
) -> None:
    home = {key: str(tmp_path) for key in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")}
    done = subprocess.run(
        [sys.executable, EXAMPLES / name / "main.py"],
        cwd=tmp_path,
        env=os.environ | home | dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("name", [name for name, entry in MANIFEST.items() if "extras" in entry])
def test_an_example_without_its_packages_says_in_one_line_what_it_needs(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("anthropic", "openai", "agents", "langchain", "langchain_openai", "inspect_ai"):
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr(sys, "argv", ["main.py"])
    line = f"pip install '.[{','.join(MANIFEST[name]['extras'])}]'"
    with pytest.raises(SystemExit, match=re.escape(line)) as stopped:
        runpy.run_path(str(EXAMPLES / name / "main.py"), run_name="__main__")
    assert "\n" not in str(stopped.value)
    assert f"{line}\npython" in (EXAMPLES / name / "README.md").read_text()


def test_the_manifest_lists_every_example_and_says_what_its_first_line_says() -> None:
    assert sorted(MANIFEST) == NAMES
    for name, entry in MANIFEST.items():
        if name != "trading":
            text = (EXAMPLES / name / "README.md").read_text()
            assert f"python examples/{name}/main.py" in text
            assert entry["shows"] in text
