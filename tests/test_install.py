"""A host's configuration file: what install writes, what it leaves alone, how it goes back."""

from __future__ import annotations

import json
import os
import stat
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillagent.cli import main
from skillagent.cli.install import HOST_NAMES
from skillagent.errors import UsageError
from skillagent.hosts import install, install_record
from skillagent.hosts.editing.json_edit import JsonEditor
from skillagent.hosts.editing.json_text import HostSyntaxError, scan
from skillagent.hosts.install import EDITORS, ChangeKind, ConfigChange
from skillagent.hosts.launch import (
    Launch,
    portable_launch,
    split_graph,
    this_installation,
    user_launch,
)
from skillagent.hosts.locations import Locations
from skillagent.hosts.registry import HOSTS, Host, Scope, Syntax
from tests.conftest import BUNDLED

SERVER = Launch("/opt/bin/skillagent", ("serve", "/graphs/laws", "--budget", "8000"))
CLAUDE, CODEX, VSCODE = HOSTS["claude-code"], HOSTS["codex"], HOSTS["vscode"]
PLACES = [
    pytest.param(host, scope, id=f"{host.name}-{scope}")
    for host in HOSTS.values()
    for scope in host.files
]


def locations_at(folder: Path, platform: str = "linux", **environ: str) -> Locations:
    home, project = folder / "home", folder / "project"
    home.mkdir(exist_ok=True)
    project.mkdir(exist_ok=True)
    return Locations(platform, home, environ, project, folder / "state")


@pytest.fixture
def locations(tmp_path: Path) -> Locations:
    return locations_at(tmp_path)


def put(host: Host, locations: Locations, text: str, scope: Scope = Scope.PROJECT) -> Path:
    file = host.file(scope, locations)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    return file


def install_entry(
    host: Host,
    locations: Locations,
    server: Launch = SERVER,
    scope: Scope = Scope.PROJECT,
    name: str = "skillagent",
) -> ConfigChange:
    change = install.plan_install(host, scope, locations, name, server)
    install.write(change, locations)
    return change


def uninstall(host: Host, locations: Locations, scope: Scope = Scope.PROJECT) -> ConfigChange:
    change = install.plan_uninstall(host, scope, locations, "skillagent")
    install.write(change, locations)
    return change


def content(file: Path) -> str:
    return file.read_bytes().decode()


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# where the files are


@pytest.mark.parametrize(
    ("name", "scope", "platform", "expected"),
    [
        ("claude-code", Scope.PROJECT, "linux", "project/.mcp.json"),
        ("claude-code", Scope.USER, "linux", "home/.claude.json"),
        ("codex", Scope.PROJECT, "linux", "project/.codex/config.toml"),
        ("codex", Scope.USER, "darwin", "home/.codex/config.toml"),
        ("cursor", Scope.PROJECT, "win32", "project/.cursor/mcp.json"),
        ("cursor", Scope.USER, "win32", "home/.cursor/mcp.json"),
        ("gemini", Scope.PROJECT, "linux", "project/.gemini/settings.json"),
        ("gemini", Scope.USER, "linux", "home/.gemini/settings.json"),
        ("vscode", Scope.PROJECT, "linux", "project/.vscode/mcp.json"),
        ("vscode", Scope.USER, "linux", "home/.config/Code/User/mcp.json"),
        (
            "vscode",
            Scope.USER,
            "darwin",
            "home/Library/Application Support/Code/User/mcp.json",
        ),
        ("vscode", Scope.USER, "win32", "home/AppData/Roaming/Code/User/mcp.json"),
        ("copilot", Scope.PROJECT, "linux", "project/.mcp.json"),
        ("copilot", Scope.USER, "linux", "home/.copilot/mcp-config.json"),
        (
            "claude-desktop",
            Scope.USER,
            "darwin",
            "home/Library/Application Support/Claude/claude_desktop_config.json",
        ),
        (
            "claude-desktop",
            Scope.USER,
            "win32",
            "home/AppData/Roaming/Claude/claude_desktop_config.json",
        ),
        ("windsurf", Scope.USER, "linux", "home/.codeium/windsurf/mcp_config.json"),
        ("zed", Scope.USER, "linux", "home/.config/zed/settings.json"),
        ("zed", Scope.USER, "darwin", "home/.config/zed/settings.json"),
        ("zed", Scope.USER, "win32", "home/AppData/Roaming/Zed/settings.json"),
        ("opencode", Scope.PROJECT, "linux", "project/opencode.json"),
        ("opencode", Scope.USER, "win32", "home/.config/opencode/opencode.json"),
    ],
)
def test_each_host_has_its_file(
    tmp_path: Path, name: str, scope: Scope, platform: str, expected: str
) -> None:
    assert HOSTS[name].file(scope, locations_at(tmp_path, platform)) == tmp_path / expected


@pytest.mark.parametrize(
    ("name", "variable", "platform", "expected"),
    [
        ("claude-code", "CLAUDE_CONFIG_DIR", "linux", ".claude.json"),
        ("codex", "CODEX_HOME", "linux", "config.toml"),
        ("copilot", "COPILOT_HOME", "darwin", "mcp-config.json"),
        ("gemini", "GEMINI_CLI_HOME", "linux", ".gemini/settings.json"),
        ("vscode", "XDG_CONFIG_HOME", "linux", "Code/User/mcp.json"),
        ("vscode", "APPDATA", "win32", "Code/User/mcp.json"),
        ("zed", "XDG_CONFIG_HOME", "linux", "zed/settings.json"),
        ("opencode", "XDG_CONFIG_HOME", "darwin", "opencode/opencode.json"),
    ],
)
def test_variables_move_a_users_file(
    tmp_path: Path, name: str, variable: str, platform: str, expected: str
) -> None:
    place = tmp_path / "elsewhere"
    locations = locations_at(tmp_path, platform, **{variable: str(place)})
    assert HOSTS[name].file(Scope.USER, locations) == place / expected
    empty = locations_at(tmp_path, platform, **{variable: ""})
    assert HOSTS[name].file(Scope.USER, empty).is_relative_to(tmp_path / "home")


def test_a_scope_that_a_host_has_not_is_refused(locations: Locations) -> None:
    with pytest.raises(UsageError, match="Zed has no project configuration; use --scope user"):
        HOSTS["zed"].file(Scope.PROJECT, locations)


def test_opencode_keeps_to_the_file_that_is_there(locations: Locations) -> None:
    (locations.project / "opencode.jsonc").write_text("// ours\n{}\n")
    change = install_entry(HOSTS["opencode"], locations)
    assert change.file.name == "opencode.jsonc"
    assert content(change.file).startswith("// ours\n{\n")


# what is written


@pytest.mark.parametrize(("host", "scope"), PLACES)
def test_a_new_file_holds_the_entry_and_goes_with_it(
    locations: Locations, tmp_path: Path, host: Host, scope: Scope
) -> None:
    before = files_below(tmp_path)
    change = install_entry(host, locations, scope=scope)
    assert change.kind is ChangeKind.ADD and change.diff.startswith("--- /dev/null\n")
    data = install.parse(host, change.file, install.read_text(change.file))
    found = host.read(install.servers(data, host.keys)["skillagent"])
    assert found == SERVER
    if sys.platform != "win32":
        mode = 0o644 if scope is Scope.PROJECT else 0o600
        assert stat.S_IMODE(change.file.stat().st_mode) == mode
    assert install_entry(host, locations, scope=scope).kind is ChangeKind.NOTHING

    assert uninstall(host, locations, scope).after is None
    assert [name for name in files_below(tmp_path) if not name.startswith("state")] == before


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "claude-code",
            {"type": "stdio", "command": "x", "args": ["serve"], "alwaysLoad": True},
        ),
        ("codex", {"command": "x", "args": ["serve"]}),
        ("copilot", {"type": "stdio", "command": "x", "args": ["serve"], "tools": ["*"]}),
        ("gemini", {"command": "x", "args": ["serve"]}),
        ("opencode", {"type": "local", "command": ["x", "serve"], "enabled": True}),
        ("vscode", {"type": "stdio", "command": "x", "args": ["serve"]}),
        ("zed", {"source": "custom", "command": "x", "args": ["serve"], "env": {}}),
    ],
)
def test_an_entry_has_the_form_of_its_host(name: str, expected: dict[str, Any]) -> None:
    assert HOSTS[name].entry(Launch("x", ("serve",))) == expected


def test_claude_code_and_copilot_share_a_projects_entry(locations: Locations) -> None:
    install_entry(HOSTS["copilot"], locations)
    file = install_entry(CLAUDE, locations).file
    assert install_entry(HOSTS["copilot"], locations).kind is ChangeKind.NOTHING
    assert json.loads(content(file))["mcpServers"]["skillagent"] == {
        **HOSTS["copilot"].entry(SERVER),
        **CLAUDE.entry(SERVER),
    }


LAYOUTS = [
    pytest.param("{}", '{\n  "mcpServers": {\n    "skillagent": ENTRY4\n  }\n}', id="empty"),
    pytest.param(
        '{"mcpServers":{"a":{"url":"u"}}}',
        '{"mcpServers":{"a":{"url":"u"},"skillagent":COMPACT}}',
        id="one-line-tight",
    ),
    pytest.param(
        '{"mcpServers": {"a": {"url": "u"}}}',
        '{"mcpServers": {"a": {"url": "u"}, "skillagent": INLINE}}',
        id="one-line-airy",
    ),
    pytest.param(
        '{\n\t"z": 1,\n\t"mcpServers": {\n\t\t"a": {}\n\t},\n\t"b": [1,  2]\n}\n',
        '{\n\t"z": 1,\n\t"mcpServers": {\n\t\t"a": {},\n\t\t"skillagent": TABS\n\t},\n'
        '\t"b": [1,  2]\n}\n',
        id="tabs-and-order",
    ),
    pytest.param(
        '{\r\n    "mcpServers": {}\r\n}',
        '{\r\n    "mcpServers": {\r\n        "skillagent": CRLF\r\n    }\r\n}',
        id="crlf-no-newline-at-end",
    ),
]


def rendered(text: str, entry: dict[str, Any]) -> str:
    def shown(indent: str, base: str, end: str = "\n") -> str:
        return json.dumps(entry, indent=indent).replace("\n", end + base)

    for key, value in {
        "ENTRY4": shown("  ", "    "),
        "COMPACT": json.dumps(entry, separators=(",", ":")),
        "INLINE": json.dumps(entry),
        "TABS": shown("\t", "\t\t"),
        "CRLF": shown("    ", "        ", "\r\n"),
    }.items():
        text = text.replace(key, value)
    return text


@pytest.mark.parametrize(("before", "after"), LAYOUTS)
def test_the_layout_of_the_file_is_kept(locations: Locations, before: str, after: str) -> None:
    file = put(CLAUDE, locations, before)
    install_entry(CLAUDE, locations)
    assert content(file) == rendered(after, CLAUDE.entry(SERVER))
    uninstall(CLAUDE, locations)
    assert content(file) == before


def test_comments_and_trailing_commas_stay(locations: Locations) -> None:
    before = (
        "// servers of the team\n{\n  // first\n"
        '  "servers": {\n    "a": {"url": "u"}, // why a\n    /* none yet */\n  },\n}\n'
    )
    file = put(VSCODE, locations, before)
    install_entry(VSCODE, locations)
    text = content(file)
    assert '"a": {"url": "u"}, // why a\n    "skillagent": {\n' in text
    assert "    },\n    /* none yet */\n  },\n}\n" in text
    uninstall(VSCODE, locations)
    assert content(file) == before


def test_a_file_of_comments_keeps_them(locations: Locations) -> None:
    before = "// nothing here yet\n"
    file = put(VSCODE, locations, before)
    install_entry(VSCODE, locations)
    assert content(file).startswith(before + "{\n")
    uninstall(VSCODE, locations)
    assert content(file) == before


def test_toml_keeps_comments_and_order(locations: Locations) -> None:
    before = '# mine\nmodel = "m" # and why\n\n[mcp_servers.a]\ncommand = "a"\n\n[tui]\nx = 1\n'
    file = put(CODEX, locations, before)
    install_entry(CODEX, locations)
    text = content(file)
    assert text.startswith(before) and tomllib.loads(text)["mcp_servers"]["skillagent"] == {
        "command": SERVER.command,
        "args": list(SERVER.args),
    }
    uninstall(CODEX, locations)
    assert content(file) == before


def test_a_path_with_odd_letters_survives_toml(locations: Locations) -> None:
    odd = Launch('/opt/ä "b"\\c\x7f/skillagent', ("serve", "C:\\laws"))
    change = install_entry(CODEX, locations, odd)
    assert CODEX.read(tomllib.loads(content(change.file))["mcp_servers"]["skillagent"]) == odd


# what people share with a project


@pytest.mark.parametrize(
    ("name", "graph", "expected"),
    [
        ("claude-code", "notes", "notes"),
        ("claude-code", "./notes/deep/..", "notes"),
        ("claude-code", "PROJECT/notes", "notes"),
        ("claude-code", "laws=notes/deep", "laws=notes/deep"),
        ("claude-code", ".", "."),
        ("claude-code", "link", "link"),
        ("codex", "./-x", "./-x"),
        ("codex", "./a=b", "./a=b"),
        ("vscode", "notes", "${workspaceFolder}/notes"),
        ("cursor", "laws=notes", "laws=${workspaceFolder}/notes"),
        ("vscode", ".", "${workspaceFolder}"),
    ],
)
def test_a_shared_entry_names_graphs_from_the_project(
    locations: Locations, tmp_path: Path, name: str, graph: str, expected: str
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (locations.project / "link").symlink_to(tmp_path / "elsewhere")
    for folder in ("notes/deep", "-x", "a=b"):
        (locations.project / folder).mkdir(parents=True)
    graph = graph.replace("PROJECT", str(locations.project))
    shared = portable_launch([graph], 9, locations.project, HOSTS[name].project_variable)
    assert shared == Launch("skillagent", ("serve", expected, "--budget", "9"))
    there = shared.expanded(lambda text: HOSTS[name].expand_variables(text, {}, locations.project))
    found = locations.project / split_graph(there.graphs[0])[1]
    assert found.resolve() == (locations.project / split_graph(graph)[1]).resolve()


def test_a_project_that_is_reached_by_a_link_is_one_project(tmp_path: Path) -> None:
    (tmp_path / "real" / "notes").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    shared = portable_launch([str(tmp_path / "real" / "notes")], None, tmp_path / "link", "")
    assert shared.args == ("serve", "notes")


@pytest.mark.parametrize("graph", ["..", "../elsewhere", "x=/"])
def test_a_graph_outside_the_project_is_not_shared(
    locations: Locations, tmp_path: Path, graph: str
) -> None:
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(UsageError, match=r"lies outside the project.*--scope user"):
        portable_launch([graph], None, locations.project, "")


# what is ours


@pytest.mark.parametrize(
    ("command", "args", "ours"),
    [
        ("/v/bin/skillagent", ["serve"], True),
        ("C:\\v\\Scripts\\skillagent.exe", ["serve", "x"], True),
        ("/usr/bin/python3", ["-m", "skillagent", "serve"], True),
        ("skillagent", ["serve"], True),
        ("skillagent", ["mock", "serve"], False),
        ("/usr/bin/skillagent-other", ["serve"], False),
        ("uvx", ["skillagent", "serve"], False),
    ],
)
def test_an_entry_is_known_by_its_command_line(command: str, args: list[str], ours: bool) -> None:
    assert Launch(command, tuple(args)).starts_skillagent is ours


@pytest.mark.parametrize(
    ("host", "text", "line"),
    [
        (CLAUDE, '{\n  "mcpServers": {\n    "skillagent": {"command": "other"}\n  }\n}\n', 3),
        (CODEX, 'model = "m"\n[mcp_servers.skillagent]\nurl = "https://x.invalid"\n', 2),
    ],
)
def test_another_server_of_that_name_is_never_overwritten(
    locations: Locations, host: Host, text: str, line: int
) -> None:
    file = put(host, locations, text)
    with pytest.raises(UsageError, match=rf":{line}: 'skillagent' is another server.*--name"):
        install_entry(host, locations)
    with pytest.raises(UsageError, match=rf":{line}: 'skillagent' is another.*left alone"):
        uninstall(host, locations)
    assert content(file) == text
    install_entry(host, locations, name="graphs")
    assert "graphs" in content(file)


@pytest.mark.parametrize("name", ["claude-code", "codex", "opencode", "vscode"])
def test_ours_is_updated_and_what_the_user_added_stays(locations: Locations, name: str) -> None:
    host = HOSTS[name]
    file = host.file(Scope.PROJECT, locations)
    install_entry(host, locations)
    mark = "\nstartup_timeout_sec = 30\n" if host.syntax is Syntax.TOML else '"timeout": 30,'
    text = content(file)
    if host.syntax is Syntax.TOML:
        text = text.rstrip() + mark
    else:
        text = text.replace('"skillagent": {', f'"skillagent": {{\n      {mark}')
    file.write_text(text)

    other = Launch("/new/skillagent", ("serve", "/graphs/other"))
    change = install_entry(host, locations, other)
    assert change.kind is ChangeKind.UPDATE and change.line > 0
    assert "+" in change.diff and "/graphs/other" in change.diff
    data = install.parse(host, file, content(file))
    entry = install.servers(data, host.keys)["skillagent"]
    assert host.read(entry) == other
    assert 30 in entry.values() and mark.strip() in content(file)


def test_an_update_can_be_taken_back_to_before_both(locations: Locations) -> None:
    before = '{"mcpServers": {}, "x": 1}'
    file = put(CLAUDE, locations, before)
    install_entry(CLAUDE, locations)
    install_entry(CLAUDE, locations, Launch("/new/skillagent", ("serve",)))
    uninstall(CLAUDE, locations)
    assert content(file) == before


# what cannot be done is refused


@pytest.mark.parametrize(
    ("host", "text", "reason"),
    [
        (CLAUDE, '{\n  "a": 1,\n}\n', ":2: is not JSON as Claude Code reads it: there is a comma"),
        (CLAUDE, "// no\n{}\n", ":1: is not JSON as"),
        (CLAUDE, '{"a": 1', ":1: is not JSON as"),
        (CLAUDE, "[]", ":1: is not JSON as Claude Code reads it: the top is not an object"),
        (HOSTS["gemini"], '{\n "a": [1,\n ],\n}', ":2: is not JSON with comments as Gemini"),
        (CODEX, "a = 1\nb = = 2\n", ":2: is not TOML as Codex reads it"),
        (CODEX, 'a = "', ":1: is not TOML"),
        (CLAUDE, '{"mcpServers": []}', "'mcpServers' is not an object; paste under mcpServers: "),
        (CLAUDE, '{"mcpServers": {}, "mcpServers": {}}', "is there twice; paste under"),
        (CODEX, "mcp_servers = {}\n", "cannot be changed safely: .*; write there: "),
        (
            HOSTS["opencode"],
            '{"mcp": {"servers": {}}}',
            "OpenCode 2, which was not tested; paste under mcp.servers: .skillagent",
        ),
    ],
)
def test_a_file_that_cannot_be_changed_is_left_alone(
    locations: Locations, host: Host, text: str, reason: str
) -> None:
    file = put(host, locations, text)
    with pytest.raises(UsageError, match=reason) as caught:
        install_entry(host, locations)
    assert "\n" not in str(caught.value) and str(file) in str(caught.value)
    assert content(file) == text


def test_bytes_that_are_no_text_are_left_alone(locations: Locations) -> None:
    file = put(CLAUDE, locations, "")
    file.write_bytes(b'{\n"a": "\xff"}')
    with pytest.raises(UsageError, match=":2: is not UTF-8; it was left alone"):
        install_entry(CLAUDE, locations)


def test_a_change_in_the_meantime_is_not_overwritten(locations: Locations) -> None:
    file = put(CLAUDE, locations, "{}")
    change = install.plan_install(CLAUDE, Scope.PROJECT, locations, "skillagent", SERVER)
    file.write_text('{"new": 1}')
    with pytest.raises(UsageError, match="has changed in the meantime"):
        install.write(change, locations)
    assert content(file) == '{"new": 1}'


@pytest.mark.skipif(sys.platform == "win32", reason="links and modes of POSIX")
@pytest.mark.parametrize("act", [install_entry, uninstall])
def test_what_is_no_file_is_refused_in_one_line(
    locations: Locations, act: Callable[[Host, Locations], ConfigChange]
) -> None:
    file = CLAUDE.file(Scope.PROJECT, locations)
    os.mkfifo(file)
    expected = f"{file}: cannot be read: it is no regular file but a named pipe"
    with pytest.raises(UsageError, match=expected):
        act(CLAUDE, locations)
    assert stat.S_ISFIFO(file.stat().st_mode)


@pytest.mark.skipif(sys.platform == "win32", reason="links and modes of POSIX")
def test_links_stay_links_and_modes_stay(locations: Locations, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "claude.json"
    real.parent.mkdir()
    real.write_text("{}")
    real.chmod(0o640)
    link = locations.home / ".claude.json"
    link.symlink_to(real)
    install_entry(CLAUDE, locations, scope=Scope.USER)
    assert link.is_symlink() and "skillagent" in content(real)
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    uninstall(CLAUDE, locations, Scope.USER)
    assert link.is_symlink() and content(real) == "{}"
    assert files_below(real.parent) == ["claude.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
@pytest.mark.parametrize("scope", [Scope.USER, Scope.PROJECT])
def test_a_link_that_leads_nowhere_stays_and_its_target_comes_and_goes(
    locations: Locations, tmp_path: Path, scope: Scope
) -> None:
    target = tmp_path / "dotfiles" / "hosts" / "servers.json"
    link = CLAUDE.file(scope, locations)
    link.symlink_to(target)
    install_entry(CLAUDE, locations, scope=scope)
    assert link.is_symlink() and "skillagent" in content(target)
    assert uninstall(CLAUDE, locations, scope).kind is ChangeKind.REMOVE
    assert link.is_symlink() and not target.exists()
    assert not (tmp_path / "dotfiles").exists()
    assert uninstall(CLAUDE, locations, scope).kind is ChangeKind.NOTHING
    assert link.is_symlink()


# how it goes back


def test_other_changes_since_are_kept(locations: Locations) -> None:
    file = put(CLAUDE, locations, '{\n  "a": 1\n}\n')
    install_entry(CLAUDE, locations)
    file.write_text(content(file).replace('"a": 1', '"a": 2'))
    uninstall(CLAUDE, locations)
    assert content(file) == '{\n  "a": 2\n}\n'


def test_a_lost_record_costs_no_more_than_an_empty_table(locations: Locations) -> None:
    file = put(CLAUDE, locations, '{\n  "a": 1\n}\n')
    install_entry(CLAUDE, locations)
    (locations.state / install_record.FILE).write_text("{broken")
    uninstall(CLAUDE, locations)
    assert content(file) == '{\n  "a": 1,\n  "mcpServers": {}\n}\n'


def test_a_file_that_is_only_ours_goes_without_a_record(locations: Locations) -> None:
    change = install_entry(CODEX, locations)
    (locations.state / install_record.FILE).unlink()
    uninstall(CODEX, locations)
    assert not change.file.exists()


def test_two_entries_go_back_in_any_order(locations: Locations) -> None:
    install_entry(CLAUDE, locations, name="one")
    install_entry(CLAUDE, locations, name="two")
    for name in ("one", "two"):
        install.write(install.plan_uninstall(CLAUDE, Scope.PROJECT, locations, name), locations)
    assert files_below(locations.project) == []


def test_nothing_of_ours_is_nothing_to_do(locations: Locations) -> None:
    assert uninstall(CLAUDE, locations).kind is ChangeKind.NOTHING
    put(CLAUDE, locations, '{"mcpServers": {"a": {"command": "a"}}}')
    assert uninstall(CLAUDE, locations).kind is ChangeKind.NOTHING


def test_an_entry_that_no_record_tells_of_does_not_come_back(locations: Locations) -> None:
    file = put(CLAUDE, locations, '{"a": 1}')
    install_entry(CLAUDE, locations)
    (locations.state / install_record.FILE).unlink()
    install_entry(CLAUDE, locations, Launch("/new/skillagent", ("serve",)))
    install_entry(CLAUDE, locations, Launch("/newer/skillagent", ("serve",)))
    uninstall(CLAUDE, locations)
    assert json.loads(content(file)) == {"a": 1, "mcpServers": {}}


@pytest.mark.slow
@settings(max_examples=30)
@given(data=st.data())
def test_entries_that_go_in_any_order_leave_every_byte(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    locations = locations_at(tmp_path_factory.mktemp("order"))
    host = data.draw(st.sampled_from([VSCODE, CODEX]))
    text = data.draw(toml_texts() if host is CODEX else json_texts(host))
    file = put(host, locations, text)
    for name in ("n1", "n2", "n3"):
        install_entry(host, locations, name=name)
    again = data.draw(st.sampled_from(["", "n1", "n3"]))
    if again:
        install_entry(host, locations, Launch("/new/skillagent", ("serve",)), name=again)
    for name in data.draw(st.permutations(["n1", "n2", "n3"])):
        install.write(install.plan_uninstall(host, Scope.PROJECT, locations, name), locations)
    assert content(file) == text
    assert install_record.read_record(locations.state, install.real_path(file)) is None


@settings(max_examples=40)
@given(data=st.data())
def test_an_entry_unknown_to_the_record_is_never_brought_back(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    locations = locations_at(tmp_path_factory.mktemp("lost"))
    file = put(CLAUDE, locations, '{"mcpServers": {"other": {"url": "u"}}}')
    names = ["n1", "n2", "n3"]
    steps = st.tuples(st.sampled_from(["put", "take", "lose"]), st.sampled_from(names))
    for number, (step, name) in enumerate(data.draw(st.lists(steps, max_size=8))):
        if step == "put":
            install_entry(
                CLAUDE, locations, Launch("skillagent", ("serve", str(number))), name=name
            )
        elif step == "take":
            install.write(install.plan_uninstall(CLAUDE, Scope.PROJECT, locations, name), locations)
            assert name not in json.loads(content(file))["mcpServers"]
        else:
            (locations.state / install_record.FILE).unlink(missing_ok=True)
    for name in data.draw(st.permutations(names)):
        install.write(install.plan_uninstall(CLAUDE, Scope.PROJECT, locations, name), locations)
    assert json.loads(content(file)) == {"mcpServers": {"other": {"url": "u"}}}


def test_a_state_folder_that_cannot_be_written_costs_only_exactness(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file, not a folder")
    locations = locations_at(tmp_path)
    file = put(CLAUDE, locations, '{"a": 1}')
    change = install.plan_install(CLAUDE, Scope.PROJECT, locations, "skillagent", SERVER)
    assert install.write(change, locations).startswith(f"{locations.state}: cannot be written: ")
    uninstall(CLAUDE, locations)
    assert json.loads(content(file)) == {"a": 1, "mcpServers": {}}


# properties

NAMES = st.sampled_from(["a", "mcpServers", "servers", "ä", "x y", "skills", 'q"q'])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 9), st.text('ab"\\/{},:#ü\n', max_size=6)
)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
ENTRIES = st.dictionaries(st.sampled_from(["one", "two", "three"]), DATA, max_size=3)


@st.composite
def json_texts(draw: st.DrawFn, host: Host) -> str:
    """A file as someone may have written it: any layout that the host reads."""
    data = draw(st.dictionaries(NAMES, DATA, max_size=4))
    if draw(st.booleans()):
        data[host.keys[0]] = draw(ENTRIES)
    else:
        data.pop(host.keys[0], None)
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(["", "\n", " \n\t"]))
    reader = EDITORS[host.syntax]
    assert isinstance(reader, JsonEditor)
    one_line = draw(st.booleans())
    step = draw(st.sampled_from(["  ", "\t", "    ", ""]))
    colon = draw(st.sampled_from([":", ": ", " : "]))
    notes = draw(st.booleans()) and reader.comments and not one_line
    commas = draw(st.booleans()) and reader.trailing_commas
    line_end = draw(st.sampled_from(["\n", "\r\n"]))

    def note() -> str:
        if not notes:
            return ""
        return draw(st.sampled_from(["", " // say, {", ' /* "x": [ */', " // }"]))

    def write(value: object, depth: int) -> str:
        if not isinstance(value, dict | list) or not value:
            return json.dumps(value, ensure_ascii=draw(st.booleans()))
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        items = (
            [f"{json.dumps(key)}{colon}{write(item, depth + 1)}" for key, item in value.items()]
            if isinstance(value, dict)
            else [write(item, depth + 1) for item in value]
        )
        if one_line:
            return opening + ", ".join(items) + ("," if commas else "") + closing
        pad = line_end + step * (depth + 1)
        body = "".join(
            pad + item + ("," if commas or item_at + 1 < len(items) else "") + note()
            for item_at, item in enumerate(items)
        )
        return opening + note() + body + line_end + step * depth + closing

    mark = draw(st.sampled_from(["", "", "\ufeff"]))
    return mark + write(data, 0) + draw(st.sampled_from(["", line_end, line_end * 2]))


@st.composite
def toml_texts(draw: st.DrawFn) -> str:
    """A TOML file: keys, tables, servers or none, comments, one of both line ends."""
    lines = draw(
        st.lists(st.sampled_from(["a = 1", "# a [note]", "", 'b = "]"  # c']), unique=True)
    )
    if draw(st.booleans()):
        lines += ["[mcp_servers.one]", 'command = "x"', 'args = ["[mcp_servers.two]"]']
    if draw(st.booleans()):
        lines += ["", "[tui]  # look", 'text = """', "[mcp_servers.three]", '"""']
    line_end = draw(st.sampled_from(["\n", "\r\n"]))
    return line_end.join(lines) + (line_end if draw(st.booleans()) and lines else "")


def round_trip(host: Host, folder: Path, text: str) -> None:
    locations = locations_at(folder)
    file = put(host, locations, text)
    reader = EDITORS[host.syntax]
    before = reader.load(text)
    install_entry(host, locations)
    once = content(file)
    after = reader.load(once)
    entry = install.servers(after, host.keys).pop("skillagent")
    assert host.read(entry) == SERVER
    del after[host.keys[0]]["skillagent"]
    if host.keys[0] not in before:
        assert after.pop(host.keys[0]) == {}
    assert after == before
    assert install_entry(host, locations).kind is ChangeKind.NOTHING and content(file) == once

    # With the record: every byte. Without it: the meaning, but for an empty table.
    records = (locations.state / install_record.FILE).read_text()
    uninstall(host, locations)
    assert content(file) == text
    put(host, locations, once)
    (locations.state / install_record.FILE).unlink(missing_ok=True)
    uninstall(host, locations)
    left = reader.load(content(file)) if file.exists() else {}
    assert left in (before, {**before, host.keys[0]: {}})

    put(host, locations, once)
    (locations.state / install_record.FILE).write_text(records)
    install_entry(host, locations, Launch("/x/skillagent", ("serve",)))
    uninstall(host, locations)
    assert content(file) == text


@pytest.mark.slow
@given(data=st.data(), name=st.sampled_from(["claude-code", "gemini", "vscode", "zed"]))
def test_install_and_uninstall_of_json_are_the_identity(
    data: st.DataObject, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    host = HOSTS[name]
    if Scope.PROJECT not in host.files:
        host = VSCODE
    round_trip(host, tmp_path_factory.mktemp("round"), data.draw(json_texts(host)))


@pytest.mark.slow
@given(text=toml_texts())
def test_install_and_uninstall_of_toml_are_the_identity(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    round_trip(CODEX, tmp_path_factory.mktemp("round"), text)


@given(data=DATA, indent=st.sampled_from([None, 1, 2]))
def test_the_scanner_reads_what_json_reads(data: Any, indent: int | None) -> None:
    found = scan(json.dumps(data, indent=indent))
    assert found is not None and found.data == data


@given(st.text('{}[]",:\\ \n/*1ae.-', max_size=20))
def test_the_scanner_takes_and_refuses_what_json_does(text: str) -> None:
    try:
        expected: Any = json.loads(text)
    except ValueError:
        expected = HostSyntaxError
    try:
        found = scan(text)
    except HostSyntaxError:
        assert expected is HostSyntaxError
    else:
        assert (found is None and not text.strip()) or (found and found.data == expected)


@given(former=st.text("ab", max_size=8), written=st.text("ab", max_size=8))
def test_a_span_leads_back(former: str, written: str) -> None:
    assert install_record.make_patch(former, written).apply(written) == former


# the command


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of a user who has nothing, as the current folder."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    for name in ("CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME", "GEMINI_CLI_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_the_command_line_knows_every_host() -> None:
    assert tuple(HOSTS) == HOST_NAMES


def test_a_dry_run_shows_the_change_and_writes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.symlink(BUNDLED, project / "graph")
    assert main(["install", "claude-code", "graph", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("--- /dev/null\n+++ ") and '+      "alwaysLoad": true' in out
    assert "nothing was written" in out
    assert files_below(project) == ["graph"]


def test_the_command_installs_once_and_uninstalls(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.symlink(BUNDLED, project / "graph")
    line = ["install", "claude-code", "graph", "--budget", "9000"]
    assert main(line) == 0
    out = capsys.readouterr().out
    assert "next: " in out and "skillagent doctor claude-code" in out
    entry = json.loads((project / ".mcp.json").read_text())["mcpServers"]["skillagent"]
    assert entry["command"] == "skillagent"
    assert entry["args"] == ["serve", "graph", "--budget", "9000"]
    assert main(line) == 0
    assert f"{project / '.mcp.json'}:3: it is there already" in capsys.readouterr().out
    assert main(["install", "claude-code", "--uninstall", "--dry-run"]) == 0
    assert files_below(project) == [".mcp.json", "graph"]
    assert main(["install", "claude-code", "--uninstall"]) == 0
    assert files_below(project) == ["graph"]
    assert main(["install", "claude-code", "--uninstall"]) == 0
    assert "nothing of ours" in capsys.readouterr().out


def test_a_users_entry_names_this_installation_and_whole_paths(project: Path) -> None:
    (project / "graph").mkdir()
    assert main(["install", "claude-code", "graph", "--scope", "user"]) == 0
    file = project.parent / "home" / ".claude.json"
    entry = json.loads(file.read_text())["mcpServers"]["skillagent"]
    started = [*this_installation(), "serve", str(project / "graph")]
    assert [entry["command"], *entry["args"]] == started


@pytest.mark.skipif(sys.platform == "win32", reason="programs are links here")
@pytest.mark.parametrize("on_path", [True, False])
def test_who_has_the_program_not_on_the_path_is_told(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    on_path: bool,
) -> None:
    programs = project.parent / "bin"
    programs.mkdir()
    if on_path:
        (programs / "skillagent").symlink_to(this_installation()[0])
    monkeypatch.setenv("PATH", str(programs))
    assert main(["install", "claude-code"]) == 0
    err = capsys.readouterr().err
    assert ("PATH does not lead to this installation" in err) is not on_path
    assert err.count("\n") == (0 if on_path else 1)


def test_a_change_that_is_shown_cannot_steer_a_terminal(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = '{"mcpServers": {"x": {"url": "\x9b2J\u202eu\u2028+forged"}}}\n'
    (project / ".mcp.json").write_text(theirs)
    assert main(["install", "claude-code", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert not set("\x9b\u202e") & set(out)
    # The old line is one line of the diff, whatever it holds.
    assert [line[:3] for line in out.split("\n") if line.startswith("-{")] == ['-{"']
    assert sum(line.startswith("+") for line in out.split("\n")) == 2


def test_print_prints_the_entry_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", "codex", "--print", "--name", "g"]) == 0
    assert list(tomllib.loads(capsys.readouterr().out)["mcp_servers"]) == ["g"]
    assert files_below(project) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["install", "claude-code", "no-such-folder"], "no-such-folder: no such folder"),
        (["install", "zed", "--scope", "project"], "Zed has no project configuration"),
        (
            ["install", "codex", str(BUNDLED)],
            "lies outside the project, whose file other people share; use --scope user",
        ),
    ],
)
def test_what_makes_no_sense_is_one_line(
    project: Path, capsys: pytest.CaptureFixture[str], line: list[str], message: str
) -> None:
    assert main(line) == 2
    err = capsys.readouterr().err
    assert message in err and err.count("\n") == 1


def test_a_name_that_a_host_would_refuse_is_refused(project: Path) -> None:
    with pytest.raises(SystemExit):
        main(["install", "claude-code", "--name", "a b"])


def test_the_executable_beside_the_interpreter_is_taken(tmp_path: Path) -> None:
    python = tmp_path / "python"
    assert this_installation(str(python)) == (str(python), "-m", "skillagent")
    (tmp_path / "skillagent").write_text("")
    assert this_installation(str(python)) == (str(tmp_path / "skillagent"),)


def test_graphs_of_an_entry_are_told_from_its_options(tmp_path: Path) -> None:
    started = user_launch([f"laws={tmp_path}", "."], 5, tmp_path)
    assert started.graphs == (f"laws={tmp_path}", str(tmp_path))
    more = Launch("skillagent", ("serve", "--strict", "a", "--budget", "5", "--port=1", "b"))
    assert more.graphs == ("a", "b")
