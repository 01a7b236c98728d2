"""The committed page is what its sources build."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from tests.conftest import ROOT

VIEWER = ROOT / "src" / "skillagent" / "viewer"
LARGEST = 700_000


@pytest.mark.process
@pytest.mark.slow
def test_the_committed_page_is_the_build_of_its_sources() -> None:
    if shutil.which("npm") is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no npm, which builds the page")
        pytest.skip("there is no npm, which builds the page")
    command = ["sh", str(ROOT / ".ci" / "viewer"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_is_small_and_its_licences_are_beside_it() -> None:
    assert (VIEWER / "page.js").stat().st_size < LARGEST
    licences = (VIEWER / "LICENSES.txt").read_text(encoding="utf-8")
    wanted = json.loads((VIEWER / "page" / "package.json").read_text(encoding="utf-8"))
    for name, version in wanted["dependencies"].items():
        assert f"\n{name} {version} (MIT)\n" in licences


def test_the_lock_of_the_packages_names_no_registry() -> None:
    lock = json.loads((VIEWER / "page" / "package-lock.json").read_text(encoding="utf-8"))
    packages = [about for path, about in lock["packages"].items() if path]
    assert packages
    assert not any("resolved" in about for about in packages)
    assert all("integrity" in about for about in packages)
