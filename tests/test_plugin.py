"""The repository as a plugin: manifests that agree, and a launcher that finds skillagent."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import frontmatter
import pytest

from skillagent import __version__
from skillagent.disclosure.tools import specs
from skillagent.tokens import default_counter
from tests.conftest import ROOT

LAUNCHER = "skills/skillagent/scripts/skillagent.py"
CLAUDE_COMMANDS = sorted((ROOT / ".claude-plugin" / "commands").glob("*.md"))
WRITTEN = (
    "plugin.json",
    "mcp.json",
    "gemini-extension.json",
    ".claude-plugin/plugin.json",
    ".claude-plugin/marketplace.json",
)
posix = pytest.mark.skipif(os.name == "nt", reason="stand-ins are shell scripts")


def read(path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / path).read_text(encoding="utf-8"))
    return found


# manifests


def manifests(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder / ".ci" / "manifests"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.process
def test_every_manifest_is_what_the_script_writes() -> None:
    done = manifests(ROOT, "--check")
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.process
@pytest.mark.parametrize(
    "path", [*WRITTEN, ".claude-plugin/commands/add.md", "commands/skillagent/add.toml"]
)
def test_a_manifest_that_was_edited_by_hand_is_named(tmp_path: Path, path: str) -> None:
    for name in (".ci/manifests", "src/skillagent/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    assert manifests(tmp_path).returncode == 0
    file = tmp_path / path
    before = file.read_bytes()
    file.write_bytes(before.replace(b"skillagent", b"skill agent", 1))
    checked = manifests(tmp_path, "--check")
    assert (checked.returncode, checked.stdout) == (
        1,
        f"{path}: differs from .ci/manifests: run it\n",
    )
    assert manifests(tmp_path).returncode == 0
    assert file.read_bytes() == before


def test_the_version_and_the_words_are_the_same_in_every_host() -> None:
    for path in ("plugin.json", "gemini-extension.json", ".claude-plugin/plugin.json"):
        manifest = read(path)
        assert manifest["version"] == __version__
        assert manifest["name"] == "skillagent"
        assert manifest["description"] == read("plugin.json")["description"]


def test_mcp_json_has_only_the_keys_of_the_standard() -> None:
    written = read("mcp.json")
    assert written["$schema"] == "https://agent-plugins.org/schemas/1.0.0/mcp.schema.json"
    assert set(written) == {"$schema", "mcpServers"}
    [entry] = written["mcpServers"].values()
    assert set(entry) <= {"type", "command", "args", "env", "cwd"}
    assert entry["type"] == "stdio"
    assert "$" not in entry["command"]
    assert set(re.findall(r"\$\{(\w+)\}", json.dumps(entry))) == {"PLUGIN_ROOT"}


def test_claude_code_gets_the_tools_with_the_first_request() -> None:
    entry = read(".claude-plugin/plugin.json")["mcpServers"]["skillagent"]
    assert entry["alwaysLoad"] is True
    assert set(re.findall(r"\$\{(\w+)\}", json.dumps(entry))) == {"CLAUDE_PLUGIN_ROOT"}


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("mcp.json", "${PLUGIN_ROOT}"),
        (".claude-plugin/plugin.json", "${CLAUDE_PLUGIN_ROOT}"),
        ("gemini-extension.json", "${extensionPath}"),
    ],
)
def test_every_host_starts_the_launcher_that_is_there(path: str, root: str) -> None:
    entry = read(path)["mcpServers"]["skillagent"]
    script, command = entry["args"]
    assert (ROOT / script.replace(root + "/", "")).is_file()
    assert command == "serve"


def test_nothing_loads_itself_for_who_works_in_the_repository() -> None:
    assert not (ROOT / ".mcp.json").exists()
    assert not {"agents", "hooks", "rules"} & {path.name for path in ROOT.iterdir()}


def test_the_wheel_holds_the_plugin_in_the_same_places() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    places = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert places == {name: f"skillagent/_plugin/{name}" for name in places}
    for path in (*WRITTEN, ".claude-plugin/commands", "commands", "skills", LAUNCHER):
        assert any(Path(path).is_relative_to(place) for place in places), path


# commands


@pytest.mark.process
@pytest.mark.parametrize("file", CLAUDE_COMMANDS, ids=lambda path: path.stem)
def test_a_command_points_at_its_procedure_and_at_a_command_of_ours(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    [procedure] = re.findall(r"`(\S+\.md)`", text)
    assert (ROOT / procedure).is_file()
    assert f"run `python3` with the whole path of `{LAUNCHER}` in that folder" in text
    # A host may end the folder's name with a slash: nothing is put behind it.
    assert re.findall(r"\$\{CLAUDE_PLUGIN_ROOT\}.", text) == ["${CLAUDE_PLUGIN_ROOT}`"]
    help_text = subprocess.run(
        [sys.executable, "-m", "skillagent", "--help"], capture_output=True, text=True, check=True
    ).stdout
    call = re.findall(r"here: `(\w+) ", text)
    assert re.search(rf"^ +{call[0]} ", help_text, re.MULTILINE)
    gemini = tomllib.loads(
        (ROOT / "commands" / "skillagent" / f"{file.stem}.toml").read_text(encoding="utf-8")
    )
    assert set(gemini) == {"description", "prompt"}
    assert f"building/{Path(procedure).name}" in gemini["prompt"]
    assert "{{args}}" in gemini["prompt"]


@pytest.mark.parametrize(
    ("path", "prefix"),
    [
        (".claude-plugin/commands/ask.md", "mcp__plugin_skillagent_skillagent__"),
        ("commands/skillagent/ask.toml", "mcp_skillagent_"),
    ],
)
def test_ask_names_the_tools_that_there_are(path: str, prefix: str) -> None:
    named = re.findall(rf"`{prefix}(\w+)`", (ROOT / path).read_text(encoding="utf-8"))
    assert named == [*(spec.name for spec in specs()), "skillagent_setup"]
    assert '"name": "skillagent_setup"' in (ROOT / LAUNCHER).read_text(encoding="utf-8")


def test_each_command_has_a_form_for_both_hosts() -> None:
    gemini = sorted(path.stem for path in (ROOT / "commands" / "skillagent").iterdir())
    assert [path.stem for path in CLAUDE_COMMANDS] == gemini
    assert len(gemini) == 5


ALWAYS_ON = 200
"""Tokens, by our counter, of what the plugin adds to every session before a tool is called."""


def test_what_a_session_always_pays_for_is_the_guide_alone() -> None:
    """Hosts list every `skills/*/SKILL.md` by name and description, as Claude Code writes it."""
    skills = sorted((ROOT / "skills").glob("*/SKILL.md"))
    assert [file.parent.name for file in skills] == ["skillagent"]
    fields = [frontmatter.loads(file.read_text(encoding="utf-8")).metadata for file in skills]
    lines = [f"- skillagent:{field['name']}: {field['description']}\n" for field in fields]
    assert default_counter().count("".join(lines)) <= ALWAYS_ON
    for file in CLAUDE_COMMANDS:
        assert "disable-model-invocation: true" in file.read_text(encoding="utf-8")


# the launcher


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A plugin of which there is only the launcher."""
    file = tmp_path / "plugin" / LAUNCHER
    file.parent.mkdir(parents=True)
    shutil.copy(ROOT / LAUNCHER, file)
    return tmp_path / "plugin"


def stand_in(path: Path, *lines: str) -> Path:
    """A program that says its name and arguments."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(["#!/bin/sh", *(lines or (f'echo "{path.name}: $*"',))])
    path.write_text(text + "\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def launch(
    plugin: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    bare: bool = True,
    said: str = "",
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the launcher, by an interpreter that has no packages unless `bare` is False."""
    interpreter = [sys.executable, "-I", "-S"] if bare else [sys.executable]
    return subprocess.run(
        [*interpreter, str(plugin / LAUNCHER), *arguments],
        env={"PATH": "/usr/bin:/bin", **(environment or {})},
        input=said,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.process
def test_its_own_interpreter_serves_where_it_has_the_package(plugin: Path) -> None:
    done = launch(plugin, "--version", bare=False)
    assert (done.stdout, done.returncode) == (f"skillagent {__version__}\n", 0)


@pytest.mark.process
def test_the_exit_code_is_handed_on(plugin: Path) -> None:
    assert launch(plugin, "check", str(plugin / "nowhere"), bare=False).returncode == 2


@pytest.mark.process
@posix
def test_where_it_looks_and_in_which_order(plugin: Path, tmp_path: Path) -> None:
    """Each place is added before all those that were found so far."""
    programs, data = tmp_path / "bin", tmp_path / "data"
    environment = {"PATH": f"{programs}:/usr/bin:/bin", "PLUGIN_DATA": str(data)}
    (plugin / "pyproject.toml").write_text("", encoding="utf-8")

    stand_in(programs / "uvx")
    said = launch(plugin, "check", "x", environment=environment).stdout
    source = f"skillagent-graph[mcp] @ {plugin.as_uri()}"
    assert said == f"uvx: --quiet --from {source} skillagent check x\n"
    said = launch(plugin, "hook", "after-edit", environment=environment).stdout
    assert said.startswith("uvx: --quiet --offline --from")

    # Asked whether it has the packages, a stand-in says yes; then it is run.
    probed = '[ "$2" = -c ] && exit 0'
    stand_in(data / "venv/bin/python", probed, 'echo "data: $*"')
    said = launch(plugin, "check", "x", environment=environment).stdout
    assert said == "data: -P -m skillagent check x\n"

    stand_in(plugin / ".venv/bin/python", probed, 'echo "plugin: $*"')
    said = launch(plugin, "serve", environment=environment).stdout
    assert said == "plugin: -P -m skillagent serve\n"

    stand_in(programs / "skillagent")
    said = launch(plugin, "check", "x", environment=environment).stdout
    assert said == "skillagent: check x\n"

    said = launch(plugin, "--version", environment=environment, bare=False).stdout
    assert said == f"skillagent {__version__}\n"

    named = {**environment, "SKILLAGENT_PYTHON": str(stand_in(tmp_path / "named"))}
    said = launch(plugin, "--version", environment=named, bare=False).stdout
    assert said == "named: -P -m skillagent --version\n"


@pytest.mark.process
@posix
def test_an_environment_without_the_package_is_passed_over(plugin: Path) -> None:
    stand_in(plugin / ".venv/bin/python", "exit 1")
    done = launch(plugin, "check", "x")
    assert done.returncode == 3
    assert "skillagent is not installed" in done.stderr


@pytest.mark.process
@posix
def test_a_program_on_the_path_without_the_package_is_passed_over(
    plugin: Path, tmp_path: Path
) -> None:
    environment = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}
    python = tmp_path / "python3"
    program = stand_in(tmp_path / "bin" / "skillagent")
    program.write_text(f"#!{python}\n", encoding="utf-8")
    stand_in(python, "exit 1")
    assert launch(plugin, "serve", "--http", environment=environment).returncode == 3
    stand_in(python, '[ "$2" = -c ] && exit 0', 'echo "its python: $*"')
    said = launch(plugin, "serve", "--http", environment=environment).stdout
    assert said == f"its python: {program} serve --http\n"


@pytest.mark.process
@posix
def test_in_a_wheel_it_finds_the_environment_of_the_wheel(tmp_path: Path) -> None:
    whole = tmp_path / "env/lib/python3.11/site-packages/skillagent/_plugin"
    (whole / LAUNCHER).parent.mkdir(parents=True)
    shutil.copy(ROOT / LAUNCHER, whole / LAUNCHER)
    stand_in(tmp_path / "env/bin/python", '[ "$2" = -c ] && exit 0', 'echo "wheel: $*"')
    assert launch(whole, "--version").stdout == "wheel: -P -m skillagent --version\n"


@pytest.mark.process
@pytest.mark.parametrize("is_checkout", [True, False])
def test_where_there_is_none_one_line_says_how_to_install_it(
    plugin: Path, is_checkout: bool
) -> None:
    if is_checkout:
        (plugin / "pyproject.toml").write_text("", encoding="utf-8")
    done = launch(plugin, "check", "x")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1
    source = plugin if is_checkout else "CHECKOUT"
    assert f'-m pip install "{source}[mcp]"' in done.stderr
    assert ("where CHECKOUT is" in done.stderr) is not is_checkout
    assert "skillagent-graph" not in done.stderr
    assert str(plugin / ".venv") in done.stderr


@pytest.mark.process
@posix
def test_in_a_wheel_without_the_server_the_hint_is_that_of_its_environment(tmp_path: Path) -> None:
    whole = tmp_path / "env/lib/python3.11/site-packages/skillagent/_plugin"
    (whole / LAUNCHER).parent.mkdir(parents=True)
    shutil.copy(ROOT / LAUNCHER, whole / LAUNCHER)
    answer = "case $3 in *adding*) echo pip install mcp;; *) exit 1;; esac"
    stand_in(tmp_path / "env/bin/python", answer)
    done = launch(whole, "serve", "--http")
    assert done.returncode == 3
    assert "needs more packages: run `pip install mcp`" in done.stderr


@pytest.mark.process
def test_an_interpreter_that_is_not_there_is_one_line(plugin: Path) -> None:
    done = launch(plugin, "check", environment={"SKILLAGENT_PYTHON": "/no/such"})
    assert done.returncode == 3
    assert done.stderr == "skillagent: /no/such cannot be run: No such file or directory\n"


@pytest.mark.process
@pytest.mark.parametrize(
    ("asked", "answered"),
    [("2025-06-18", "2025-06-18"), ("2025-11-25", "2025-11-25"), ("2027-01-01", "2025-11-25")],
)
def test_where_there_is_none_the_model_is_told_so(plugin: Path, asked: str, answered: str) -> None:
    lines: list[object] = [
        {"jsonrpc": "2.0", "id": 0, "method": "server/discover", "params": {}},
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": asked}},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
        {"jsonrpc": "2.0", "id": "3", "method": "tools/call", "params": {"name": "any"}},
        {"jsonrpc": "2.0", "id": 4, "method": "ping"},
        {"jsonrpc": "2.0", "id": 5, "method": "initialize", "params": [asked]},
        [],
    ]
    done = launch(plugin, "serve", said="no JSON\n" + "\n".join(map(json.dumps, lines)))
    assert done.returncode == 3
    unknown, first, listed, called, pong, odd = map(json.loads, done.stdout.splitlines())
    assert unknown["error"]["code"] == -32601
    assert first["result"]["protocolVersion"] == answered
    [tool] = listed["result"]["tools"]
    assert tool["name"] == "skillagent_setup"
    # Some hosts show a model no instructions: the tool alone must tell what is missing.
    assert "not installed" in tool["description"]
    for spec in specs():
        assert spec.name in tool["description"]
    assert "pip install" in called["result"]["content"][0]["text"]
    assert called["id"] == "3"
    assert called["result"]["content"][0]["text"] == first["result"]["instructions"]
    assert pong["result"] == {}
    assert odd["result"]["protocolVersion"] == "2025-11-25"


@pytest.mark.process
def test_over_http_nobody_waits_for_a_server_that_cannot_be(plugin: Path) -> None:
    done = launch(plugin, "serve", "--http")
    assert (done.returncode, done.stdout) == (3, "")


@pytest.mark.process
@posix
def test_a_hook_never_disturbs_its_host(plugin: Path) -> None:
    nothing = launch(plugin, "hook", "after-edit")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    # Exit code 2, as of a skillagent that knows no hooks yet, would stop a host.
    stand_in(plugin / ".venv/bin/python", '[ "$2" = -c ] && exit 0', "echo said", "exit 2")
    failed = launch(plugin, "hook", "after-edit")
    assert (failed.returncode, failed.stdout) == (0, "said\n")


@pytest.mark.process
@posix
@pytest.mark.parametrize("with_proc", [True, False])
def test_started_in_the_plugin_it_goes_to_where_the_host_is(
    plugin: Path, tmp_path: Path, with_proc: bool
) -> None:
    """Codex and Copilot start a server in the plugin's folder and tell no other."""
    file = plugin / LAUNCHER
    if with_proc and not Path("/proc/self/cwd").exists():
        pytest.skip("this system has no /proc")
    if not with_proc:
        if shutil.which("lsof", path="/usr/bin:/bin:/usr/sbin") is None:
            pytest.skip("lsof is not installed")
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("/proc/{parent}", "/no/{parent}"), encoding="utf-8")
    python = stand_in(tmp_path / "python", "pwd")
    named = {"SKILLAGENT_PYTHON": str(python), "PATH": "/usr/bin:/bin:/usr/sbin"}
    said = launch(plugin, "serve", cwd=plugin, environment=named).stdout
    assert said == f"{Path.cwd().resolve()}\n"
    # Anywhere else it stays.
    assert launch(plugin, "serve", cwd=tmp_path, environment=named).stdout == f"{tmp_path}\n"
    told = {**named, "CLAUDE_PROJECT_DIR": "/somewhere"}
    assert launch(plugin, "serve", cwd=plugin, environment=told).stdout == f"{plugin}\n"


@pytest.mark.process
@pytest.mark.parametrize("name", ["skillagent.py", "json.py", "mcp.py"])
def test_no_file_of_the_project_is_run(plugin: Path, tmp_path: Path, name: str) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / name).write_text("raise SystemExit('planted')", encoding="utf-8")
    done = launch(plugin, "--version", bare=False, cwd=project)
    assert done.stdout == f"skillagent {__version__}\n", done.stderr


def test_the_launcher_runs_on_any_python_that_a_host_may_find() -> None:
    source = (ROOT / LAUNCHER).read_text(encoding="utf-8")
    assert "sys.version_info < (3, 11)" in source  # below it, none of our modules is imported
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {
        alias.name.partition(".")[0]
        for node in tree.body
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    imported |= {node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names
