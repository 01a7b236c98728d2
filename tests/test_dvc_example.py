"""The pipeline in examples/dvc, run by the real DVC in the environment that `.ci/run` makes for it.

DVC brings a hundred packages, so it is not in the environment of the other tests.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT

PROGRAMS = ROOT / ".venv-dvc" / "bin"
STAGES = ["lock", "ask", "evaluate", "verify"]
Dvc = Callable[..., str]


@pytest.fixture
def dvc(tmp_path: Path) -> Dvc:
    """A function that runs DVC in a copy of the example, and returns what it prints."""
    shutil.copytree(ROOT / "examples" / "dvc", tmp_path / "pipeline")
    # DVC and its users' settings stay in this folder, and DVC reports nothing to its authors.
    environment = {
        **os.environ,
        "DVC_GLOBAL_CONFIG_DIR": str(tmp_path / "global"),
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(tmp_path / "cache"),
        "DVC_SYSTEM_CONFIG_DIR": str(tmp_path / "system"),
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
    }

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [str(PROGRAMS / "dvc"), *arguments],
            cwd=tmp_path / "pipeline",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run("init", "--no-scm", "--quiet")
    return run


def executed(output: str) -> list[str]:
    """The stages that a `dvc repro` ran, in their order in the file."""
    ran = re.findall(r"^Running stage '(\w+)'", output, re.MULTILINE)
    return sorted(ran, key=STAGES.index)


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Path → bytes and time of change, for all files but those of DVC itself."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".dvc" not in path.parts
    }


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.skipif(
    not (PROGRAMS / "dvc").exists(),
    reason="DVC is not in .venv-dvc: VENV=.venv-dvc LOCK=requirements-dvc.lock sh .ci/setup",
)
def test_the_pipeline_runs_only_what_a_change_reaches(dvc: Dvc, tmp_path: Path) -> None:
    pipeline = tmp_path / "pipeline"
    assert executed(dvc("repro")) == STAGES
    before = contents(pipeline)
    assert {"answer.txt", "metrics.json", "skillgraph.lock", "verified.txt"} <= before.keys()
    assert list(pipeline.glob("runs/*/manifest.json"))
    metrics = json.loads(dvc("metrics", "show", "--json"))[""]["data"]["metrics.json"]["data"]
    assert metrics["right"] == metrics["cases"] == 3

    # The second time there is nothing to do, and nothing is touched.
    assert executed(dvc("repro")) == []
    assert contents(pipeline) == before

    params = pipeline / "params.yaml"
    params.write_text(params.read_text().replace("same seed differ?", "same order differ?"))
    assert executed(dvc("repro")) == ["ask", "verify"]

    with open(pipeline / "graph" / "seeds.md", "a") as node:
        node.write("\nA change.\n")
    assert executed(dvc("repro")) == STAGES
    assert (pipeline / "skillgraph.lock").read_bytes() != before["skillgraph.lock"][0]
