"""doctor: what a host would see of the server, checked with a real process.

The servers here are ours, or small programs with one fault. The command lines of hosts are
scripts that print what the real ones print.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skillagent.cli import main
from skillagent.hosts import host_cli, install
from skillagent.hosts.doctor import session
from skillagent.hosts.doctor.checks import (
    MAX_CHARACTERS,
    SLOW_START,
    TOOLS,
    Check,
    CheckResult,
    InstalledEntry,
    cli_checks,
    find_entries,
    resolve_process,
    session_results,
)
from skillagent.hosts.doctor.run import graph_checks, installation_checks, run_checks
from skillagent.hosts.doctor.session import ServerProcess, SessionReport
from skillagent.hosts.environment import all_variables, claude_code, codex, gemini, sdk_default
from skillagent.hosts.host_cli import CliOutput, ServerStatus, entry_status, plugin_status
from skillagent.hosts.launch import Launch, portable_launch, this_installation
from skillagent.hosts.locations import Locations
from skillagent.hosts.registry import HOSTS, Host, Scope
from skillagent.installation import adding
from tests.conftest import BUNDLED

COMMAND, *FIRST = this_installation()
OURS = Launch(COMMAND, (*FIRST, "serve", str(BUNDLED), "--no-watch"))
CLAUDE, CODEX, ZED = HOSTS["claude-code"], HOSTS["codex"], HOSTS["zed"]
GOOD = SessionReport(
    protocol="2025-11-25", tools=TOOLS, seconds=0.5, blocks=("text",), characters=900
)

posix = pytest.mark.skipif(sys.platform == "win32", reason="scripts with a first line of #!")


@pytest.fixture
def locations(tmp_path: Path) -> Locations:
    for name in ("home", "project", "bin"):
        (tmp_path / name).mkdir()
    environ = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path / "home"), "MY_TOKEN": "x"}
    home, project = tmp_path / "home", tmp_path / "project"
    return Locations(sys.platform, home, environ, project, tmp_path / "state")


def script(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


def an_entry(host: Host, launch: Launch = OURS, *, disabled: bool = False) -> InstalledEntry:
    return InstalledEntry(host, Scope.PROJECT, "skillagent", Path("config"), 3, launch, disabled)


def write(
    host: Host, locations: Locations, launch: Launch = OURS, scope: Scope | None = None
) -> Path:
    scope = scope or (Scope.PROJECT if Scope.PROJECT in host.files else Scope.USER)
    change = install.plan_install(host, scope, locations, "skillagent", launch)
    install.write(change, locations)
    return change.file


def results(checks: Iterable[Check]) -> list[tuple[CheckResult, str]]:
    return [(check.result, check.what) for check in checks]


def failed(checks: Iterable[Check]) -> list[str]:
    return [check.what for check in checks if check.result is CheckResult.FAILED]


# a real server, in every protocol version that a host speaks


@pytest.mark.process
@pytest.mark.parametrize("protocol", ["2025-06-18", "2025-11-25", "2026-07-28"])
def test_our_server_shows_its_tools_in_each_protocol(protocol: str, tmp_path: Path) -> None:
    report = session.probe(ServerProcess(OURS.command, OURS.args, {}, tmp_path), protocol)
    assert not report.error, report
    assert report.protocol == protocol
    assert set(report.tools) >= set(TOOLS)
    assert report.blocks == ("text",) and 0 < report.characters < MAX_CHARACTERS
    assert not failed(session_results(an_entry(CLAUDE), report))


@pytest.mark.process
def test_the_time_to_the_tools_is_measured(tmp_path: Path) -> None:
    ticks = iter([100.0, 103.5])
    report = session.probe(
        ServerProcess(OURS.command, OURS.args, {}, tmp_path),
        "2025-06-18",
        clock=lambda: next(ticks),
    )
    assert report.seconds == 3.5


# servers that behave badly

OLD_SERVER = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked:
        continue
    answer = {"jsonrpc": "2.0", "id": asked["id"]}
    if asked["method"] == "initialize":
        answer["result"] = {
            "protocolVersion": asked["params"]["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "stand-in", "version": "1"},
        }
    elif asked["method"] == "tools/list":
        schema = {"type": "object"}
        answer["result"] = {"tools": [{"name": n, "inputSchema": schema} for n in TOOLS]}
    elif asked["method"] == "tools/call":
        answer["result"] = RESULT
    else:
        answer["error"] = {"code": -32601, "message": "not here"}
    print(json.dumps(answer), flush=True)
"""
TEXT: dict[str, Any] = {"type": "text", "text": "x"}


def old_server_report(
    folder: Path, result: dict[str, Any], tools: tuple[str, ...] = TOOLS, protocol: str = ""
) -> SessionReport:
    file = folder / "server.py"
    file.write_text(f"TOOLS = {tools!r}\nRESULT = {result!r}\n{OLD_SERVER}")
    process = ServerProcess(sys.executable, (str(file),), {}, folder)
    return session.probe(process, protocol or "2025-06-18", seconds=20)


@pytest.mark.process
def test_a_server_that_knows_only_the_handshake_is_reached_by_it(tmp_path: Path) -> None:
    report = old_server_report(tmp_path, {"content": [TEXT]}, protocol="2026-07-28")
    assert (report.error, report.protocol) == ("", "2025-11-25")


@pytest.mark.process
@pytest.mark.parametrize(
    ("result", "tools", "expected"),
    [
        ({"content": [TEXT]}, ("read_node",), "tools are missing: list_index, read_summary"),
        ({"content": [TEXT]}, TOOLS[:1], "tools are missing: read_summary, read_node"),
        (
            {"content": [TEXT, TEXT]},
            TOOLS,
            "list_index answers with text, text, not with one text",
        ),
        ({"content": []}, TOOLS, "list_index answers with nothing, not with one text"),
        (
            {"content": [{"type": "text", "text": "budget\nspent"}], "isError": True},
            TOOLS,
            "list_index answers with an error: budget spent",
        ),
    ],
)
def test_what_a_host_would_not_see_fails(
    tmp_path: Path, result: dict[str, Any], tools: tuple[str, ...], expected: str
) -> None:
    report = old_server_report(tmp_path, result, tools)
    assert failed(session_results(an_entry(CLAUDE), report)) == [expected]


@pytest.mark.process
def test_a_long_answer_is_a_warning(tmp_path: Path) -> None:
    report = old_server_report(
        tmp_path, {"content": [{"type": "text", "text": "x" * MAX_CHARACTERS}]}
    )
    found = list(session_results(an_entry(CLAUDE), report))
    assert found[-1].result is CheckResult.WARNING and "20,000 characters" in found[-1].what


@pytest.mark.process
@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (
            "import sys; sys.exit('no such graph')",
            "the server failed at handshake: Connection closed; it wrote: no such graph",
        ),
        ("import time; time.sleep(60)", "the server failed at handshake: no answer within 1 sec"),
    ],
)
def test_a_server_that_does_not_answer_says_why(
    tmp_path: Path, program: str, expected: str
) -> None:
    process = ServerProcess(sys.executable, ("-c", program), {}, tmp_path)
    report = session.probe(process, "2025-06-18", seconds=1 if "sleep" in program else 30)
    checks = list(session_results(an_entry(CLAUDE), report))
    assert len(checks) == 1 and checks[0].result is CheckResult.FAILED
    assert checks[0].what.startswith(expected)
    assert checks[0].place == "config:3" and "by hand" in checks[0].remedy


@pytest.mark.parametrize(
    ("seconds", "result"),
    [(0.5, CheckResult.OK), (SLOW_START, CheckResult.OK), (SLOW_START + 0.1, CheckResult.WARNING)],
)
def test_a_slow_start_is_a_warning(seconds: float, result: CheckResult) -> None:
    found = session_results(an_entry(CODEX), replace(GOOD, seconds=seconds))
    assert [check.result for check in found if "seconds from start" in check.what] == [result]


# what a server gets of the environment

GIVEN = {"PATH": "/bin", "HOME": "/h", "LANG": "C", "SKILLAGENT_GRAPHS": "/g", "A_TOKEN": "t"}


@pytest.mark.parametrize(
    ("passes", "expected"),
    [
        (all_variables, set(GIVEN)),
        (claude_code, {*GIVEN, "CLAUDECODE", "CLAUDE_PROJECT_DIR"}),
        (codex, {"PATH", "HOME", "LANG"}),
        (gemini, {"PATH", "HOME", "LANG", "SKILLAGENT_GRAPHS", "GEMINI_CLI"}),
        (sdk_default, {"PATH", "HOME"}),
    ],
)
def test_each_host_passes_its_own_variables(
    passes: Callable[..., dict[str, str]], expected: set[str]
) -> None:
    assert set(passes(GIVEN, Path("/project"))) == expected
    assert "APPDATA" in passes({**GIVEN, "SYSTEMROOT": "C:", "APPDATA": "a"}, Path())


def test_the_process_is_what_the_host_would_start(locations: Locations) -> None:
    launch = replace(OURS, env={"MORE": "1"})
    process, _ = resolve_process(an_entry(CODEX, launch), locations)
    assert process is not None and process.cwd == locations.project
    assert process.env == {
        "PATH": locations.environ["PATH"],
        "HOME": str(locations.home),
        "MORE": "1",
    }
    process, _ = resolve_process(an_entry(HOSTS["claude-desktop"]), locations)
    assert process is not None and process.cwd == Path(locations.project.anchor)


@posix
@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("/no/such/skillagent", "the command '/no/such/skillagent' is not there"),
        ("skillagent", "the command 'skillagent' is not there"),
        ("HERE/plain", "is not executable"),
    ],
)
def test_a_command_that_cannot_be_run_fails(
    locations: Locations, command: str, expected: str
) -> None:
    (locations.project / "plain").write_text("")
    launch = Launch(command.replace("HERE", str(locations.project)), ("serve",))
    process, check = resolve_process(an_entry(CLAUDE, launch), locations)
    assert process is None and check.result is CheckResult.FAILED and expected in check.what
    assert "skillagent install claude-code" in check.remedy


def test_a_folder_that_is_gone_fails(locations: Locations) -> None:
    process, check = resolve_process(
        an_entry(CLAUDE, replace(OURS, cwd="/no/such/folder")), locations
    )
    assert process is None and "its folder" in check.what


# what is in the files


def test_entries_of_both_scopes_and_of_one_project_are_found(locations: Locations) -> None:
    write(CLAUDE, locations)
    entry = CLAUDE.entry(OURS)
    user = locations.home / ".claude.json"
    local = {str(locations.project): {"mcpServers": {"mine": entry, "x": {"command": "x"}}}}
    user.write_text(json.dumps({"mcpServers": {"all": entry}, "projects": local}, indent=1))
    found, checks = find_entries(CLAUDE, locations)
    assert [one.name for one in found] == ["skillagent", "all", "mine"] and not checks
    assert found[0].place == f"{locations.project / '.mcp.json'}:3"
    assert '"mine"' in user.read_text().splitlines()[found[2].line - 1]


@pytest.mark.parametrize(
    ("name", "written", "meant"),
    [
        ("claude-code", "${HOME}/a", "HOME/a"),
        ("claude-code", "${NONE:-b}/a", "b/a"),
        ("claude-code", "${EMPTY:-b}${EMPTY}", "b"),
        ("claude-code", "${NONE}/a $HOME", "${NONE}/a $HOME"),
        ("gemini", "$HOME/${HOME} $NONE ${NONE:-c}", "HOME/HOME $NONE c"),
        ("vscode", "${workspaceFolder}/a ${env:EMPTY}${userHome}", "PROJECT/a HOME"),
        ("cursor", "${workspaceFolderBasename} ${unknown}", "project ${unknown}"),
        ("opencode", "{env:HOME}/a{env:NONE}", "HOME/a"),
        ("codex", "${HOME}", "${HOME}"),
    ],
)
def test_variables_mean_what_they_mean_to_the_host(
    locations: Locations, name: str, written: str, meant: str
) -> None:
    locations = replace(locations, environ={**locations.environ, "EMPTY": ""})
    entry = HOSTS[name].entry(Launch("skillagent", ("serve", written)))
    started = HOSTS[name].started(entry, locations)
    places = {"HOME": str(locations.home), "PROJECT": str(locations.project)}
    # A variable that stays is written with its sign.
    meant = re.sub(r"(?<![${])(HOME|PROJECT)", lambda match: places[match[1]], meant)
    assert started is not None and started.args == ("serve", meant)


@posix
def test_a_file_that_is_a_pipe_fails_and_holds_nothing_up(locations: Locations) -> None:
    os.mkfifo(locations.project / ".mcp.json")
    os.mkfifo(locations.project / "skillagent.toml")
    checks = [check for check in run_checks(locations) if check.result is CheckResult.FAILED]
    what = "cannot be read: it is no regular file but a named pipe"
    assert [check.about for check in checks] == ["project", "claude-code", "copilot"]
    assert all(what in check.what for check in checks)


@posix
def test_what_a_hosts_file_holds_cannot_steer_a_terminal(
    project: Locations, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = Launch("/no/such/skillagent", ("serve", "\x1b[2J\u202egraph\u2028ok      forged\r\x07"))
    file = project.project / ".mcp.json"
    file.write_text(json.dumps({"mcpServers": {"\x1b]0;x\x07\u2028ok": CLAUDE.entry(odd)}}))
    main(["doctor", "claude-code"])
    out = capsys.readouterr().out
    assert "not started" in out and not set("\x1b\x07\r\u202e\u2028") & set(out)
    assert not any(line.startswith("ok      forged") for line in out.split("\n"))


def test_a_broken_file_fails_with_its_line(locations: Locations) -> None:
    file = locations.project / ".mcp.json"
    file.write_text('{\n"a": 1,\n}')
    found, checks = find_entries(CLAUDE, locations)
    assert not found and checks[0].result is CheckResult.FAILED
    assert checks[0].place == f"{file}:2"
    assert checks[0].what.startswith("its project file is not JSON as Claude Code reads it")


@pytest.mark.process
def test_an_entry_that_is_turned_off_fails(locations: Locations) -> None:
    file = write(HOSTS["opencode"], locations)
    file.write_text(file.read_text().replace('"enabled": true', '"enabled": false'))
    checks = list(run_checks(locations, [HOSTS["opencode"]]))
    assert "the entry 'skillagent' is turned off" in failed(checks)


def test_a_host_that_is_named_must_have_an_entry(locations: Locations) -> None:
    checks = [check for check in run_checks(locations, [CODEX]) if check.about == "codex"]
    assert results(checks) == [(CheckResult.FAILED, "no entry of ours is there")]
    assert checks[0].remedy == "skillagent install codex"


def test_without_hosts_nothing_installed_is_a_warning(locations: Locations) -> None:
    checks = list(run_checks(locations))
    assert not failed(checks)
    assert (
        checks[-1].result is CheckResult.WARNING and "skillagent install HOST" in checks[-1].remedy
    )


# what the host itself says

CLAUDE_SAYS = """Checking MCP server health…

other: /x/skillagent serve - ✘ Failed to connect
skillagent: /x/bin/skillagent serve /graphs/failed - {}
"""
CODEX_SAYS = """Name        Command            Args   Env  Cwd  Status    Auth
skillagent  /x/bin/skillagent  serve  -    -    {}   Unsupported
"""


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (CLAUDE_SAYS.format("✔ Connected"), ServerStatus.WORKS),
        (CLAUDE_SAYS.format("⏸ Pending approval (run `claude` to approve)"), ServerStatus.WAITS),
        (CLAUDE_SAYS.format("✘ Failed to connect"), ServerStatus.FAILS),
        (CODEX_SAYS.format("enabled"), ServerStatus.WORKS),
        (CODEX_SAYS.format("disabled"), ServerStatus.WAITS),
        ("✓ skillagent: /x/skillagent serve (stdio) - Connected", ServerStatus.WORKS),
        ("✗ skillagent: /x/skillagent serve (stdio) - Disconnected", ServerStatus.FAILS),
        ("○ skillagent: /x/skillagent serve (stdio) - Disabled", ServerStatus.WAITS),
        ("●  ✓ skillagent connected\n│      /x/skillagent serve", ServerStatus.WORKS),
        ("Workspace servers:\n  skillagent (local)\n", ServerStatus.WORKS),
        ("User servers:\n  skillagent-two (local)\n", ServerStatus.MISSING),
        ("Warning: servers are disabled because this folder is untrusted.", ServerStatus.MISSING),
    ],
)
def test_listings_of_hosts_are_understood(text: str, status: ServerStatus) -> None:
    assert entry_status(text, "skillagent")[0] is status


CLAUDE_PLUGIN = """Checking MCP server health…

plugin:skillagent:skillagent: python3 /p/skills/skillagent/scripts/skillagent.py serve - {}
"""
CODEX_PLUGIN = """Name        Command  Args                            Env Cwd Status
skillagent  python3  /h/scripts/skillagent.py serve  -   /h  {}
"""
COPILOT_PLUGIN = "User servers:\n  other (local)\n\nPlugin servers:\n  skillagent (local)\n"
GEMINI_PLUGIN = """Configured MCP servers:

{} skillagent (from skillagent): python3 /x/scripts/skillagent.py serve (stdio) - {}
"""


@pytest.mark.parametrize(
    ("text", "by_plugin", "by_entry"),
    [
        (CLAUDE_PLUGIN.format("✔ Connected"), ServerStatus.WORKS, ServerStatus.MISSING),
        (CLAUDE_PLUGIN.format("✘ Failed to connect"), ServerStatus.FAILS, ServerStatus.MISSING),
        (
            CLAUDE_PLUGIN.format("x") + CLAUDE_SAYS.format("✔ Connected"),
            ServerStatus.WORKS,
            ServerStatus.WORKS,
        ),
        (CODEX_PLUGIN.format("enabled"), ServerStatus.WORKS, ServerStatus.MISSING),
        (CODEX_PLUGIN.format("disabled"), ServerStatus.WAITS, ServerStatus.MISSING),
        (CODEX_SAYS.format("enabled"), ServerStatus.MISSING, ServerStatus.WORKS),
        (COPILOT_PLUGIN, ServerStatus.WORKS, ServerStatus.MISSING),
        (
            "Workspace servers:\n  skillagent (local)\n\n" + COPILOT_PLUGIN,
            ServerStatus.WORKS,
            ServerStatus.WORKS,
        ),
        ("Plugin servers:\n  other (local)\n", ServerStatus.MISSING, ServerStatus.MISSING),
        (GEMINI_PLUGIN.format("✓", "Connected"), ServerStatus.WORKS, ServerStatus.MISSING),
        (GEMINI_PLUGIN.format("✗", "Disconnected"), ServerStatus.FAILS, ServerStatus.MISSING),
        (
            "✓ skillagent (from another): x (stdio) - Connected",
            ServerStatus.MISSING,
            ServerStatus.WORKS,
        ),
    ],
)
def test_the_server_of_the_plugin_is_told_from_an_entry(
    text: str, by_plugin: ServerStatus, by_entry: ServerStatus
) -> None:
    assert plugin_status(text)[0] is by_plugin
    assert entry_status(text, "skillagent")[0] is by_entry


def says(locations: Locations, program: str, text: str) -> None:
    script(Path(locations.environ["PATH"]) / program, f"#!/bin/sh\n/bin/cat <<'END'\n{text}\nEND\n")


@pytest.mark.process
@posix
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    ("program", "text"),
    [
        ("claude", CLAUDE_PLUGIN.format("✔ Connected")),
        ("codex", CODEX_PLUGIN.format("enabled")),
        ("copilot", COPILOT_PLUGIN),
        ("gemini", GEMINI_PLUGIN.format("✓", "Connected")),
    ],
)
def test_with_the_plugin_no_second_server_is_advised(
    locations: Locations, program: str, text: str, named: bool
) -> None:
    says(locations, program, text)
    hosts = [host for host in HOSTS.values() if host.cli_program == program]
    checks = list(run_checks(locations, hosts if named else []))
    about = [check for check in checks if check.about == hosts[0].name]
    assert [check.result for check in about] == [CheckResult.OK]
    assert about[0].what.startswith(f"the plugin brings our server: `{program} mcp list` says: ")
    assert not any("skillagent install" in check.remedy for check in checks)


@pytest.mark.process
@posix
def test_a_plugins_server_that_fails_is_a_failed_check(locations: Locations) -> None:
    says(locations, "claude", CLAUDE_PLUGIN.format("✘ Failed to connect"))
    checks = [check for check in run_checks(locations) if check.about == "claude-code"]
    assert [check.result for check in checks] == [CheckResult.FAILED]
    assert "skillagent install" not in checks[0].remedy


@pytest.mark.process
@posix
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CLAUDE_SAYS.format("✔ Connected"), "the entry 'skillagent' also starts our server"),
        ("", "`claude mcp list` names the server of the plugin and not the entry 'skillagent'"),
    ],
)
def test_an_entry_beside_the_plugin_is_one_too_many(
    locations: Locations, text: str, expected: str
) -> None:
    write(CLAUDE, locations)
    says(locations, "claude", text + CLAUDE_PLUGIN.format("✔ Connected"))
    checks = [
        check for check in run_checks(locations, [CLAUDE]) if check.result is CheckResult.WARNING
    ]
    assert len(checks) == 1 and checks[0].what.startswith(expected)
    remedy = "skillagent install claude-code --uninstall --scope project --name skillagent"
    assert checks[0].remedy == remedy


@pytest.mark.parametrize(
    ("said", "result", "part"),
    [
        (None, CheckResult.WARNING, "`claude` is not on PATH"),
        (
            CliOutput("skillagent: x - ✔ Connected"),
            CheckResult.OK,
            "`claude mcp list` says: skillagent",
        ),
        (
            CliOutput("skillagent: x - ✘ Failed"),
            CheckResult.FAILED,
            "says: skillagent: x - ✘ Failed",
        ),
        (
            CliOutput("", "no answer within 9 seconds"),
            CheckResult.FAILED,
            "no answer within 9 seconds",
        ),
        (
            CliOutput("this folder is untrusted"),
            CheckResult.FAILED,
            "does not name 'skillagent': this folder",
        ),
    ],
)
def test_what_a_host_says_becomes_a_check(
    said: CliOutput | None, result: CheckResult, part: str
) -> None:
    checks = list(cli_checks(an_entry(CLAUDE), said))
    assert [check.result for check in checks] == [result] and part in checks[0].what


def test_a_host_without_a_command_line_is_not_asked(locations: Locations) -> None:
    assert host_cli.list_servers(ZED, locations.environ, locations.project) is None
    assert list(cli_checks(an_entry(ZED), None)) == []


@pytest.mark.process
@posix
def test_the_hosts_command_line_is_run_in_the_project(locations: Locations, tmp_path: Path) -> None:
    script(tmp_path / "bin" / "codex", '#!/bin/sh\necho "$1 $2 \033[32m$PWD\033[0m"\nexit 3\n')
    said = host_cli.list_servers(CODEX, locations.environ, locations.project)
    assert said is not None and said.error == "exit code 3"
    assert said.text.strip() == f"mcp list {locations.project.resolve()}"


@pytest.mark.process
@posix
def test_a_hosts_command_line_that_hangs_is_given_up(locations: Locations, tmp_path: Path) -> None:
    script(tmp_path / "bin" / "codex", "#!/bin/sh\nexec /bin/sleep 60\n")
    said = host_cli.list_servers(CODEX, locations.environ, locations.project, seconds=0.2)
    assert said == CliOutput("", "no answer within 0.2 seconds")


# all of it


@pytest.mark.process
@posix
def test_an_installed_host_is_proved_from_end_to_end(locations: Locations, tmp_path: Path) -> None:
    write(CLAUDE, locations)
    script(tmp_path / "bin" / "claude", "#!/bin/sh\necho 'skillagent: x - ✔ Connected'\n")
    checks = list(run_checks(locations))
    assert not failed(checks)
    whats = [check.what for check in checks if check.about == "claude-code"]
    assert whats[0] == "the entry 'skillagent' is there"
    assert "the server speaks MCP 2026-07-28" in whats
    assert f"its tools are there: {', '.join(TOOLS)}" in whats
    assert whats[-1] == "`claude mcp list` says: skillagent: x - ✔ Connected"
    assert any(check.about == "graph" and check.place == str(BUNDLED) for check in checks)


@pytest.mark.process
@posix
@pytest.mark.parametrize(
    "launch",
    [
        Launch("./skillagent", ("serve",)),
        Launch(sys.executable, ("-m", "skillagent", "serve")),
        replace(OURS, env={"PYTHONPATH": "."}),
        replace(OURS, cwd="."),
    ],
    ids=["program", "module", "environment", "folder"],
)
def test_a_cloned_project_starts_nothing(
    locations: Locations, monkeypatch: pytest.MonkeyPatch, launch: Launch
) -> None:
    monkeypatch.chdir(locations.project)
    touch = f"open({str(locations.project / 'started')!r}, 'w')"
    script(locations.project / "skillagent", f"#!{sys.executable}\n{touch}\n")
    (locations.project / "skillagent.py").write_text(touch)
    entry = {**CLAUDE.entry(launch), "env": dict(launch.env)}
    entry |= {"cwd": launch.cwd} if launch.cwd else {}
    (locations.project / ".mcp.json").write_text(json.dumps({"mcpServers": {"x": entry}}))
    checks = list(run_checks(locations, [CLAUDE]))
    assert not (locations.project / "started").exists()
    found = [check for check in checks if check.what.startswith("not started")]
    assert [check.result for check in found] == [CheckResult.WARNING]
    assert launch.command in found[0].what and "--trust" in found[0].remedy

    checks = list(run_checks(locations, [CLAUDE], trusted=True))
    assert not any(check.what.startswith("not started") for check in checks)


@pytest.mark.process
@posix
@pytest.mark.parametrize("name", ["claude-code", "vscode", "opencode"])
def test_a_shared_entry_of_this_installation_is_started(
    locations: Locations, tmp_path: Path, name: str
) -> None:
    host = HOSTS[name]
    (tmp_path / "bin" / "skillagent").symlink_to(COMMAND)
    (locations.project / "laws").mkdir()
    (locations.project / "laws" / "one.md").write_text("---\ndescription: One.\n---\n\nText.\n")
    file = write(
        host, locations, portable_launch(["laws"], None, locations.project, host.project_variable)
    )
    assert str(tmp_path) not in file.read_text()
    checks = list(run_checks(locations, [host]))
    assert (CheckResult.OK, f"its tools are there: {', '.join(TOOLS)}") in results(checks)
    assert [check.place for check in checks if check.about == "graph"] == [
        str(locations.project / "laws")
    ]


@posix
@pytest.mark.parametrize("path", ["", ".", "PROJECT"])
def test_a_shared_entry_starts_nothing_that_the_project_slips_in(
    locations: Locations, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(locations.project)
    script(locations.project / "skillagent", f"#!/bin/sh\n: > {locations.project / 'started'}\n")
    folder = path.replace("PROJECT", str(locations.project))
    locations = replace(locations, environ={**locations.environ, "PATH": folder})
    write(CLAUDE, locations, Launch("skillagent", ("serve",)))
    checks = list(run_checks(locations, [CLAUDE]))
    assert not (locations.project / "started").exists()
    assert any(check.what.startswith("not started") for check in checks)


@posix
def test_a_name_that_the_path_does_not_lead_to_says_what_to_do(locations: Locations) -> None:
    process, check = resolve_process(an_entry(CLAUDE, Launch("skillagent", ("serve",))), locations)
    assert process is None and check.result is CheckResult.FAILED
    assert "let the PATH with which Claude Code starts lead to it" in check.remedy
    assert "--scope user" in check.remedy


@pytest.mark.process
@posix
def test_a_users_own_entry_is_started(locations: Locations, tmp_path: Path) -> None:
    text = f"#!{sys.executable}\nTOOLS = {TOOLS!r}\nRESULT = {{'content': [{TEXT!r}]}}\n"
    program = script(tmp_path / "bin" / "skillagent", text + OLD_SERVER)
    write(CODEX, locations, Launch(str(program), ("serve",)), Scope.USER)
    assert (CheckResult.OK, f"its tools are there: {', '.join(TOOLS)}") in results(
        run_checks(locations)
    )


@pytest.mark.process
@posix
def test_a_host_that_guards_nothing_is_asked_only_with_trust(
    locations: Locations, tmp_path: Path
) -> None:
    write(HOSTS["opencode"], locations)
    text = f"#!/bin/sh\n: > {tmp_path / 'asked'}\necho '✓ skillagent connected'\n"
    script(tmp_path / "bin" / "opencode", text)
    assert list(run_checks(locations, [HOSTS["opencode"]]))[-1].remedy.endswith("--trust")
    assert not (tmp_path / "asked").exists()
    checks = list(run_checks(locations, [HOSTS["opencode"]], trusted=True))
    assert checks[-1].what == "`opencode mcp list` says: ✓ skillagent connected"


def test_a_missing_package_is_a_failed_check(
    locations: Locations, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(ZED, locations)
    monkeypatch.setitem(sys.modules, "mcp", None)
    checks = [check for check in run_checks(locations, [ZED]) if check.about == "zed"]
    assert failed(checks) == ["a session with the server needs the package 'mcp'"]
    assert checks[-1].remedy == adding("mcp")


def test_an_installation_without_the_server_names_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "mcp" else found(name)
    )
    checks = [check for check in installation_checks() if check.result is CheckResult.FAILED]
    assert [check.what for check in checks] == ["packages of the server are missing: mcp"]
    assert checks[0].remedy == adding("mcp")


@pytest.mark.process
def test_a_graph_is_read_once(locations: Locations) -> None:
    write(CLAUDE, locations)
    checks = list(run_checks(locations, [CLAUDE], [str(BUNDLED)]))
    assert [check.place for check in checks if check.about == "graph"] == [str(BUNDLED)]


def test_a_declared_graph_is_read(locations: Locations) -> None:
    graph = locations.project / "laws"
    graph.mkdir()
    (graph / "one.md").write_text("---\nname: one\ndescription: One.\n---\n\nText.\n")
    (locations.project / "skillagent.toml").write_text('graphs = ["laws"]\n')
    checks = list(run_checks(locations))
    assert (CheckResult.OK, "1 graph is declared") in results(checks)
    assert [check.place for check in checks if check.about == "graph"] == [str(graph)]
    (locations.project / "skillagent.toml").write_text("graphs = 1\n")
    assert "skillagent.toml" in failed(run_checks(locations))[0]


def test_graphs_that_are_gone_empty_or_faulty_say_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "faulty" / "x").mkdir(parents=True)
    (tmp_path / "faulty" / "x" / "SKILL.md").write_text("no header\n")
    folders = [str(tmp_path / name) for name in ("gone", "empty", "faulty")]
    found = list(graph_checks(folders, set()))
    expected = [CheckResult.FAILED, CheckResult.FAILED, CheckResult.WARNING]
    assert [check.result for check in found] == expected
    assert found[2].remedy == f"skillagent check {tmp_path / 'faulty'}"


def test_an_old_python_fails() -> None:
    assert failed(installation_checks((3, 10, 2))) == ["Python 3.10.2 is too old"]
    assert not failed(installation_checks())


def test_a_check_is_one_line_and_json() -> None:
    check = Check(CheckResult.FAILED, "codex", "it is\nbroken", "file:3", "mend it")
    assert str(check) == "failed  codex: it is broken [file:3] (mend it)"
    assert check.to_json() == {
        "result": "failed",
        "about": "codex",
        "what": "it is\nbroken",
        "place": "file:3",
        "remedy": "mend it",
    }


# the command


@pytest.fixture
def project(locations: Locations, monkeypatch: pytest.MonkeyPatch) -> Locations:
    """The locations, as those that the command uses."""
    monkeypatch.setattr(Locations, "of_this_process", classmethod(lambda cls: locations))
    return locations


@pytest.mark.process
def test_the_command_prints_checks_and_exits_by_them(
    project: Locations, capsys: pytest.CaptureFixture[str]
) -> None:
    write(ZED, project)
    assert main(["doctor", "zed", str(BUNDLED)]) == 0
    out = capsys.readouterr().out
    assert f"ok      zed: its tools are there: {', '.join(TOOLS)}" in out
    assert out.splitlines()[-1].endswith("0 warning, 0 failed")

    assert main(["doctor", "codex", "--json"]) == 1
    checks = json.loads(capsys.readouterr().out)
    assert checks[-1]["what"] == "no entry of ours is there"


def test_an_argument_that_is_neither_host_nor_folder_is_refused(
    project: Locations, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "no-such-thing"]) == 2
    assert "is neither a folder nor a host; hosts are claude-code" in capsys.readouterr().err
