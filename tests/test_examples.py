"""Every example runs without a network and asserts what it claims."""

from __future__ import annotations

import runpy
import sys
import tomllib

import pytest

from tests.conftest import ROOT

EXAMPLES = ROOT / "examples"
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/main.py"))


@pytest.mark.parametrize("name", NAMES)
def test_the_example_holds_what_it_asserts(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["main.py"])
    runpy.run_path(str(EXAMPLES / name / "main.py"), run_name="__main__")
    assert capsys.readouterr().out


def test_the_manifest_lists_every_example_and_says_what_its_first_line_says() -> None:
    manifest = tomllib.loads((EXAMPLES / "manifest.toml").read_text())
    assert sorted(manifest) == NAMES
    for name, entry in manifest.items():
        if name != "trading":
            text = (EXAMPLES / name / "README.md").read_text()
            assert f"python examples/{name}/main.py" in text
            assert entry["shows"] in text
