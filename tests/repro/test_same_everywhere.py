"""The same command gives the same bytes in another environment, folder, language and time zone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import NamedTuple

import pytest

from skillagent.runs import RunRecord
from tests.conftest import ROOT

QUESTION = "How do I size a position in a volatile market?"


class Outcome(NamedTuple):
    lock: bytes
    answer: bytes
    inputs_id: str
    run_digest: str
    events: list[str]


def outcome(python: Path, graph: Path, environ: dict[str, str]) -> Outcome:
    """Lock a graph and ask it, both by the command line, in the folder above the graph."""

    def run(*words: str) -> bytes:
        done = subprocess.run(
            [python, "-m", "skillagent", *words],
            cwd=graph.parent,
            env={**os.environ, "HOME": str(graph.parent), **environ},
            capture_output=True,
            check=True,
        )
        return done.stdout

    run("lock", graph.name)
    answer = run("chat", graph.name, "-p", QUESTION, "--record", "--no-history", "--seed", "7")
    (folder,) = (path for path in (graph.parent / "runs").iterdir() if path.is_dir())
    record = RunRecord.read(folder)
    return Outcome(
        (graph / "skillgraph.lock").read_bytes(),
        answer,
        record.manifest.inputs_id,
        record.run_digest,
        [event.hashed for event in record.events],
    )


def environment(folder: Path) -> Path:
    """A new virtual environment with the packages of this one; its interpreter."""
    venv.create(folder)
    names = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", "venv", vars=names))
    paths = [str(ROOT / "src"), sysconfig.get_path("purelib")]
    (packages / "here.pth").write_text("\n".join(paths))
    return folder / "bin" / "python"


@pytest.mark.process
@pytest.mark.skipif(os.name == "nt", reason="the interpreter of an environment is elsewhere")
def test_two_environments_and_two_folders_give_the_same_run(tmp_path: Path) -> None:
    here = tmp_path / "here" / "trading"
    there = tmp_path / "Größe mit Leerzeichen" / "copy of the graph"
    for folder in (here, there):
        shutil.copytree(ROOT / "examples" / "trading", folder)
    first = outcome(Path(sys.executable), here, {"PYTHONHASHSEED": "0", "TZ": "UTC"})
    second = outcome(
        environment(tmp_path / "environment"),
        there,
        {"PYTHONHASHSEED": "99", "TZ": "Pacific/Auckland", "LANG": "C", "LC_ALL": "C"},
    )
    assert second == first
