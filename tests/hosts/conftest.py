"""Real hosts with homes of their own and no way to the network. `.ci/hosts` installs them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from skillagent import Budget, SkillGraph, Toolset
from tests.conftest import ROOT

GUIDE = ROOT / "skills" / "skillagent"
HOSTS = Path(os.environ.get("SKILLAGENT_HOSTS") or ROOT / ".hosts").absolute()
PARTS = (
    ".claude-plugin",
    "commands",
    "skills",
    "LICENSE",
    "README.md",
    "gemini-extension.json",
    "mcp.json",
    "plugin.json",
)
NOWHERE = "http://127.0.0.1:9"
"""A proxy that is not there: who asks for the network gets an error at once."""
QUESTION = "when may a payout be sent again?"
BUDGET = 3_000
GRAPH = {
    "index.md": "---\ndescription: What whoever is on call for payments knows\n---\n# On call\n\n"
    "- [[payouts/read-the-status-first]] - when a payout timed out and you want to send it again.\n"
    "- [[ask-the-bank]] - when the status stays unknown for an hour.\n",
    "payouts/read-the-status-first.md": "---\ndescription: A payout that timed out may have gone "
    "through; read its status before it is sent again\n---\n# Read the status first\n\nA payout "
    "carries an idempotency key. If the bank says nothing, see [[ask-the-bank]].\n",
    "ask-the-bank.md": "---\ndescription: Whom to call at the bank, and what they want to know\n"
    "---\n# Ask the bank\n\nHave the reference at hand.\n",
}


@dataclass(frozen=True)
class Host:
    """The command line of one host."""

    program: str
    home: Path
    project: Path
    """Where it is run: a project that declares a graph."""
    path: str
    """Its search path, on which `python3` is an interpreter with skillagent or without."""

    def run(
        self, *arguments: str, environment: Mapping[str, str] | None = None, fails: bool = False
    ) -> str:
        """What it prints, standard error included."""
        done = subprocess.run(
            [str(HOSTS / "node_modules/.bin" / self.program), *arguments],
            cwd=self.project,
            env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=180,
            check=False,
        )
        assert bool(done.returncode) == fails, done.stdout
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        proxies = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), NOWHERE)
        proxies |= {name.upper(): address for name, address in proxies.items()}
        return {
            **proxies,
            "no_proxy": "127.0.0.1,localhost",
            "NO_PROXY": "127.0.0.1,localhost",
            "HOME": str(self.home),
            "PATH": self.path,
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "NO_COLOR": "1",
            "DISABLE_TELEMETRY": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        }

    def expected(self) -> str:
        """What our tool answers `QUESTION` with in this project, as the first call."""
        graph = SkillGraph.load(self.project / "know")
        return Toolset(graph, Budget(BUDGET)).list_index(query=QUESTION).text


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """Skips all of these where the hosts are not."""
    if not (HOSTS / "pins").is_file():
        pytest.skip(f"no hosts in {HOSTS.name}; .ci/hosts installs them")


@pytest.fixture(scope="session")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plugin as a host would get it from a repository, without what is not committed."""
    folder = tmp_path_factory.mktemp("repository") / "skillagent"
    folder.mkdir()
    for name in PARTS:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def programs(folder: Path, *options: str) -> str:
    """A search path with Node and with a `python3` that runs ours with these options."""
    folder.mkdir()
    (folder / "node").symlink_to(HOSTS / "node")
    python = folder / "python3"
    command = shlex.join([sys.executable, *options])
    python.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


@pytest.fixture(scope="module")
def host(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Host:
    """The host that a module names as `PROGRAM`, in a home that knows nothing yet."""
    folder = tmp_path_factory.mktemp(request.module.PROGRAM)
    home, project = folder / "home", folder / "project"
    home.mkdir()
    (project / ".git").mkdir(parents=True)
    declared = f'graphs = ["know"]\nbudget = {BUDGET}\n'
    (project / "skillagent.toml").write_text(declared, encoding="utf-8")
    for name, text in GRAPH.items():
        file = project / "know" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return Host(request.module.PROGRAM, home, project, programs(folder / "bin"))


@contextmanager
def served() -> Iterator[str]:
    """The address at which our guide is served over HTTP, by a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "skillagent", "serve", str(GUIDE), "--http", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        said = process.stderr.readline()
        found = re.search(r"listening on (\S+)", said)
        assert found, said
        yield found[1]
    finally:
        process.terminate()
        process.communicate(timeout=20)
