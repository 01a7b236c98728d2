"""MCP's own conformance suite, against the server over HTTP; see conformance.toml."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosts.conftest import HOSTS, served

pytestmark = pytest.mark.process

TABLE = tomllib.loads((Path(__file__).parent / "conformance.toml").read_text(encoding="utf-8"))
VERSIONS = ("2025-06-18", "2025-11-25", "2026-07-28")
FINE = ("SUCCESS", "INFO")


def conformance(*arguments: str) -> str:
    program = HOSTS / "node_modules/.bin/conformance"
    done = subprocess.run(
        [str(HOSTS / "node"), str(program), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def suite() -> dict[str, list[str]]:
    """Scenario → the versions of the protocol that it is for; `extension` for those of none."""
    listed = re.findall(r"^  - (\S+) \[(.+)\]$", conformance("list", "--server"), re.MULTILINE)
    return {name: versions.split(",") for name, versions in listed}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served() as found:
        yield found


def test_every_scenario_of_the_suite_is_judged_once(suite: dict[str, list[str]]) -> None:
    absent = [name for reason in TABLE["absent"] for name in reason["scenarios"]]
    assert sorted(TABLE["applies"] + absent) == sorted(suite)
    assert all(reason["why"] for reason in TABLE["absent"])


@pytest.mark.parametrize("scenario", TABLE["applies"])
def test_what_applies_holds(
    suite: dict[str, list[str]], url: str, tmp_path: Path, scenario: str
) -> None:
    versions = [version for version in VERSIONS if version in suite[scenario]] or VERSIONS[-1:]
    held = 0
    for version in versions:
        folder = tmp_path / version
        options = ["--scenario", scenario, "--spec-version", version, "--output-dir", str(folder)]
        extension = ["--force"] if suite[scenario] == ["extension"] else []
        told = conformance("server", "--url", url, *options, *extension)
        files = list(folder.glob("*/checks.json"))
        assert files, told
        checks = json.loads(files[0].read_text(encoding="utf-8"))
        bad = {check["id"]: check for check in checks if check["status"] not in FINE}
        assert set(bad) <= set(TABLE["except"]), (version, bad)
        held += sum(check["status"] == "SUCCESS" for check in checks)
    assert held, f"{scenario} proves nothing"


def test_no_exception_is_kept_that_is_not_needed(url: str, tmp_path: Path) -> None:
    failed: set[str] = set()
    for scenario, version in (
        ("caching", VERSIONS[-1]),
        ("server-stateless", VERSIONS[-1]),
        ("server-sse-multiple-streams", "2025-11-25"),
    ):
        folder = str(tmp_path / scenario)
        options = ["--scenario", scenario, "--spec-version", version, "--output-dir", folder]
        conformance("server", "--url", url, *options)
    for file in tmp_path.glob("*/*/checks.json"):
        checks = json.loads(file.read_text(encoding="utf-8"))
        failed |= {check["id"] for check in checks if check["status"] not in FINE}
    assert failed == set(TABLE["except"])
