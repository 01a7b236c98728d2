"""The command that a missing extra is answered with, for each way to install this package."""

from __future__ import annotations

import json
import pickle
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from skillagent.errors import MissingPackageError
from skillagent.installation import Installation, adding
from tests.conftest import ROOT

REQUIRES = (
    "PyYAML>=6.0.1",
    "tiktoken>=0.8",
    "prompt-toolkit>=3.0.40; extra == 'chat'",
    "rich>=13.7; extra == 'chat'",
    "new>=1; python_version >= '3.99' and extra == 'newer'",
    "mcp<3,>=2.3; extra == 'mcp'",
)
BASE = Installation("/venv/bin/python", Path("/venv"), True, REQUIRES)
PIP = "/venv/bin/python -m pip install"
UV = "uv pip install --python /venv/bin/python"
PACKAGES = "'prompt-toolkit>=3.0.40' 'rich>=13.7'"


def folder_of(path: Path, **info: Any) -> dict[str, Any]:
    return {"url": path.as_uri(), "dir_info": info}


def test_a_checkout_is_named_as_it_was_installed(tmp_path: Path) -> None:
    place = tmp_path / "my checkout"
    place.mkdir()
    for info, option in (({}, ""), ({"editable": True}, "-e ")):
        one = replace(BASE, origin=folder_of(place, **info))
        assert one.adding("chat") == f"{PIP} {option}'{place}[chat]'"
    assert shlex.split(one.adding("chat"))[-1] == f"{place}[chat]"


def test_an_archive_on_this_machine_is_named_by_its_path(tmp_path: Path) -> None:
    wheel = tmp_path / "skillagent_graph-1-py3-none-any.whl"
    wheel.touch()
    one = replace(BASE, origin={"url": wheel.as_uri(), "archive_info": {}})
    assert one.adding("mcp") == f"{PIP} '{wheel}[mcp]'"


@pytest.mark.parametrize(
    ("origin", "requirement"),
    [
        (
            {
                "url": "https://git.invalid/it.git",
                "vcs_info": {"vcs": "git", "commit_id": "ab12", "requested_revision": "main"},
                "subdirectory": "py",
            },
            "skillagent-graph[chat] @ git+https://git.invalid/it.git@ab12#subdirectory=py",
        ),
        (
            {
                "url": "ssh://git@git.invalid/it",
                "vcs_info": {"vcs": "git", "commit_id": "ab12"},
            },
            "skillagent-graph[chat] @ git+ssh://git@git.invalid/it@ab12",
        ),
        (
            {"url": "https://user:secret@files.invalid/it-1.whl", "archive_info": {}},
            "skillagent-graph[chat] @ https://files.invalid/it-1.whl",
        ),
    ],
    ids=["git", "git-ssh", "archive-with-a-password"],
)
def test_an_address_is_named_with_the_extra_and_without_a_password(
    origin: dict[str, Any], requirement: str
) -> None:
    line = replace(BASE, origin=origin).adding("chat")
    assert shlex.split(line)[-1] == requirement
    assert Requirement(requirement).extras == {"chat"} and Requirement(requirement).url


@pytest.mark.parametrize(
    "origin",
    [
        None,
        {},
        {"url": "file:///no/such/checkout", "dir_info": {}},
        {"url": "http://unsafe.invalid/it-1.whl", "archive_info": {}},
        {"url": "file:///my src", "vcs_info": {"vcs": "git", "commit_id": "ab12"}},
    ],
    ids=["index", "empty", "gone", "plain-http", "repository-on-this-machine"],
)
def test_without_a_place_the_packages_themselves_are_named(origin: dict[str, Any] | None) -> None:
    line = replace(BASE, origin=origin).adding("chat")
    assert line == f"{PIP} {PACKAGES}"
    assert "skillagent-graph" not in line


@pytest.mark.parametrize(
    ("extra", "package", "expected"),
    [
        ("tiktoken", "tiktoken", f"{PIP} 'tiktoken>=0.8'"),
        ("pyyaml", "PyYAML", f"{PIP} 'PyYAML>=6.0.1'"),
        ("nothing", "unheard-of", f"{PIP} unheard-of"),
        (
            "newer",
            "new",
            "the extra 'newer' is not for this Python: new>=1 needs python_version >= \"3.99\"",
        ),
    ],
)
def test_what_is_no_extra_here_has_a_line_too(extra: str, package: str, expected: str) -> None:
    assert BASE.adding(extra, package) == expected


def test_each_environment_has_its_installer(tmp_path: Path) -> None:
    assert replace(BASE, has_pip=False).adding("chat") == f"{UV} {PACKAGES}"
    (tmp_path / "pipx_metadata.json").touch()
    by_pipx = replace(BASE, prefix=tmp_path, origin=folder_of(tmp_path))
    assert by_pipx.adding("chat") == f"pipx inject {tmp_path.name} {PACKAGES}"


def test_on_windows_words_are_quoted_for_both_shells() -> None:
    python = r"C:\venv\Scripts\python.exe"
    line = replace(BASE, python=python, windows=True).adding("chat")
    assert line == f'{python} -m pip install "prompt-toolkit>=3.0.40" "rich>=13.7"'


def test_a_copy_that_was_never_installed_names_its_checkout() -> None:
    bare = Installation("/bin/python3", Path("/usr"), True, checkout=Path("/src/it"))
    assert bare.adding("chat", "rich") == "/bin/python3 -m pip install -e '/src/it[chat]'"


def test_this_copy_tells_how_it_was_installed() -> None:
    line = shlex.split(adding("mcp"))
    assert line[0] == sys.executable
    assert line[-2:] == ["-e", f"{ROOT}[mcp]"]


def test_metadata_that_cannot_be_read_costs_only_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    information = tmp_path / "skillagent_graph-9.dist-info"
    information.mkdir()
    requires = "".join(f"Requires-Dist: {one}\n" for one in REQUIRES)
    head = "Metadata-Version: 2.4\nName: skillagent-graph\nVersion: 9\n"
    (information / "METADATA").write_text(head + requires)
    monkeypatch.syspath_prepend(tmp_path)
    for text in ("{broken", json.dumps(["no", "object"])):
        (information / "direct_url.json").write_text(text)
        assert adding("chat").endswith(f"-m pip install {PACKAGES}")


def test_an_environment_that_lacks_more_than_an_extra_has_a_line_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "packaging.requirements", None)
    assert BASE.adding("chat", "rich") == f"{PIP} rich"
    assert replace(BASE, origin=folder_of(tmp_path)).adding("chat") == f"{PIP} '{tmp_path}[chat]'"


def test_the_error_says_the_line_and_survives_a_pickle() -> None:
    error = MissingPackageError("mcp", "mcp", "a session with the server")
    expected = f"a session with the server needs the package 'mcp': {adding('mcp')}"
    assert str(error) == str(pickle.loads(pickle.dumps(error))) == expected


def test_nothing_that_is_shipped_installs_the_distribution_by_its_bare_name() -> None:
    """A name that nobody has claimed on an index can be claimed by anybody."""
    folders = ("src", "skills", "commands", ".claude-plugin", "examples", "docs")
    texts = [path for name in folders for path in (ROOT / name).rglob("*") if path.is_file()]
    lines = [
        f"{path}: {line}"
        for path in (*texts, ROOT / "README.md")
        if path.suffix in {".py", ".md", ".json", ".toml", ".yaml"}
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        if "install" in line and "skillagent-graph" in line
    ]
    assert not lines
