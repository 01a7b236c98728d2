"""doctor: what a host would see of the server, told from a real process of it.

The servers here are ours, or small programs that behave badly in one way; the command lines
of hosts are scripts that print what the real ones print.
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
    CHARACTERS,
    SLOW,
    TOOLS,
    Check,
    Installed,
    Result,
    installed,
    judged,
    said_checks,
    start,
)
from skillagent.hosts.doctor.run import examine, graph_checks, here
from skillagent.hosts.doctor.session import Seen, Start
from skillagent.hosts.environment import claude_code, codex, everything, gemini, sdk_default
from skillagent.hosts.host_cli import Said, Word, judge, judge_plugin
from skillagent.hosts.launch import Launch, portable, this_installation
from skillagent.hosts.locations import Machine
from skillagent.hosts.registry import HOSTS, Host, Scope
from skillagent.installation import adding
from tests.conftest import BUNDLED

COMMAND, *FIRST = this_installation()
OURS = Launch(COMMAND, (*FIRST, "serve", str(BUNDLED), "--no-watch"))
CLAUDE, CODEX, ZED = HOSTS["claude-code"], HOSTS["codex"], HOSTS["zed"]
GOOD = Seen(protocol="2025-11-25", tools=TOOLS, seconds=0.5, blocks=("text",), characters=900)

posix = pytest.mark.skipif(sys.platform == "win32", reason="scripts with a first line of #!")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    for name in ("home", "project", "bin"):
        (tmp_path / name).mkdir()
    environ = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path / "home"), "MY_TOKEN": "x"}
    home, project = tmp_path / "home", tmp_path / "project"
    return Machine(sys.platform, home, environ, project, tmp_path / "state")


def script(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


def an_entry(host: Host, launch: Launch = OURS, *, disabled: bool = False) -> Installed:
    return Installed(host, Scope.PROJECT, "skillagent", Path("config"), 3, launch, disabled)


def write(host: Host, machine: Machine, launch: Launch = OURS, scope: Scope | None = None) -> Path:
    scope = scope or (Scope.PROJECT if Scope.PROJECT in host.files else Scope.USER)
    change = install.install(host, scope, machine, "skillagent", launch)
    install.write(change, machine)
    return change.file


def results(checks: Iterable[Check]) -> list[tuple[Result, str]]:
    return [(check.result, check.what) for check in checks]


def failed(checks: Iterable[Check]) -> list[str]:
    return [check.what for check in checks if check.result is Result.FAILED]


# a real server, in every protocol version that a host speaks


@pytest.mark.process
@pytest.mark.parametrize("protocol", ["2025-06-18", "2025-11-25", "2026-07-28"])
def test_our_server_shows_its_tools_in_each_protocol(protocol: str, tmp_path: Path) -> None:
    seen = session.hold(Start(OURS.command, OURS.args, {}, tmp_path), protocol)
    assert not seen.error, seen
    assert seen.protocol == protocol
    assert set(seen.tools) >= set(TOOLS)
    assert seen.blocks == ("text",) and 0 < seen.characters < CHARACTERS
    assert not failed(judged(an_entry(CLAUDE), seen))


@pytest.mark.process
def test_the_time_to_the_tools_is_measured(tmp_path: Path) -> None:
    ticks = iter([100.0, 103.5])
    seen = session.hold(
        Start(OURS.command, OURS.args, {}, tmp_path), "2025-06-18", clock=lambda: next(ticks)
    )
    assert seen.seconds == 3.5


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


def stand_in(
    folder: Path, result: dict[str, Any], tools: tuple[str, ...] = TOOLS, protocol: str = ""
) -> Seen:
    file = folder / "server.py"
    file.write_text(f"TOOLS = {tools!r}\nRESULT = {result!r}\n{OLD_SERVER}")
    begun = Start(sys.executable, (str(file),), {}, folder)
    return session.hold(begun, protocol or "2025-06-18", seconds=20)


@pytest.mark.process
def test_a_server_that_knows_only_the_handshake_is_reached_by_it(tmp_path: Path) -> None:
    seen = stand_in(tmp_path, {"content": [TEXT]}, protocol="2026-07-28")
    assert (seen.error, seen.protocol) == ("", "2025-11-25")


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
    seen = stand_in(tmp_path, result, tools)
    assert failed(judged(an_entry(CLAUDE), seen)) == [expected]


@pytest.mark.process
def test_a_long_answer_is_a_warning(tmp_path: Path) -> None:
    seen = stand_in(tmp_path, {"content": [{"type": "text", "text": "x" * CHARACTERS}]})
    found = list(judged(an_entry(CLAUDE), seen))
    assert found[-1].result is Result.WARNING and "20,000 characters" in found[-1].what


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
    begun = Start(sys.executable, ("-c", program), {}, tmp_path)
    seen = session.hold(begun, "2025-06-18", seconds=1 if "sleep" in program else 30)
    checks = list(judged(an_entry(CLAUDE), seen))
    assert len(checks) == 1 and checks[0].result is Result.FAILED
    assert checks[0].what.startswith(expected)
    assert checks[0].place == "config:3" and "by hand" in checks[0].remedy


@pytest.mark.parametrize(
    ("seconds", "result"), [(0.5, Result.OK), (SLOW, Result.OK), (SLOW + 0.1, Result.WARNING)]
)
def test_a_slow_start_is_a_warning(seconds: float, result: Result) -> None:
    found = judged(an_entry(CODEX), replace(GOOD, seconds=seconds))
    assert [check.result for check in found if "seconds from start" in check.what] == [result]


# what a server gets of the environment

GIVEN = {"PATH": "/bin", "HOME": "/h", "LANG": "C", "SKILLAGENT_GRAPHS": "/g", "A_TOKEN": "t"}


@pytest.mark.parametrize(
    ("passes", "expected"),
    [
        (everything, set(GIVEN)),
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


def test_the_process_is_what_the_host_would_start(machine: Machine) -> None:
    launch = replace(OURS, env={"MORE": "1"})
    begun, _ = start(an_entry(CODEX, launch), machine)
    assert begun is not None and begun.cwd == machine.folder
    assert begun.env == {"PATH": machine.environ["PATH"], "HOME": str(machine.home), "MORE": "1"}
    begun, _ = start(an_entry(HOSTS["claude-desktop"]), machine)
    assert begun is not None and begun.cwd == Path(machine.folder.anchor)


@posix
@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("/no/such/skillagent", "the command '/no/such/skillagent' is not there"),
        ("skillagent", "the command 'skillagent' is not there"),
        ("HERE/plain", "is not executable"),
    ],
)
def test_a_command_that_cannot_be_run_fails(machine: Machine, command: str, expected: str) -> None:
    (machine.folder / "plain").write_text("")
    launch = Launch(command.replace("HERE", str(machine.folder)), ("serve",))
    begun, check = start(an_entry(CLAUDE, launch), machine)
    assert begun is None and check.result is Result.FAILED and expected in check.what
    assert "skillagent install claude-code" in check.remedy


def test_a_folder_that_is_gone_fails(machine: Machine) -> None:
    begun, check = start(an_entry(CLAUDE, replace(OURS, cwd="/no/such/folder")), machine)
    assert begun is None and "its folder" in check.what


# what is in the files


def test_entries_of_both_scopes_and_of_one_project_are_found(machine: Machine) -> None:
    write(CLAUDE, machine)
    entry = CLAUDE.entry(OURS)
    user = machine.home / ".claude.json"
    local = {str(machine.folder): {"mcpServers": {"mine": entry, "x": {"command": "x"}}}}
    user.write_text(json.dumps({"mcpServers": {"all": entry}, "projects": local}, indent=1))
    found, checks = installed(CLAUDE, machine)
    assert [one.name for one in found] == ["skillagent", "all", "mine"] and not checks
    assert found[0].place == f"{machine.folder / '.mcp.json'}:3"
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
    machine: Machine, name: str, written: str, meant: str
) -> None:
    machine = replace(machine, environ={**machine.environ, "EMPTY": ""})
    entry = HOSTS[name].entry(Launch("skillagent", ("serve", written)))
    started = HOSTS[name].started(entry, machine)
    places = {"HOME": str(machine.home), "PROJECT": str(machine.folder)}
    # A variable that stays is written with its sign.
    meant = re.sub(r"(?<![${])(HOME|PROJECT)", lambda match: places[match[1]], meant)
    assert started is not None and started.args == ("serve", meant)


@posix
def test_a_file_that_is_a_pipe_fails_and_holds_nothing_up(machine: Machine) -> None:
    os.mkfifo(machine.folder / ".mcp.json")
    os.mkfifo(machine.folder / "skillagent.toml")
    checks = [check for check in examine(machine) if check.result is Result.FAILED]
    what = "cannot be read: it is no regular file but a named pipe"
    assert [check.about for check in checks] == ["project", "claude-code", "copilot"]
    assert all(what in check.what for check in checks)


@posix
def test_what_a_hosts_file_holds_cannot_steer_a_terminal(
    project: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = Launch("/no/such/skillagent", ("serve", "\x1b[2J\u202egraph\u2028ok      forged\r\x07"))
    file = project.folder / ".mcp.json"
    file.write_text(json.dumps({"mcpServers": {"\x1b]0;x\x07\u2028ok": CLAUDE.entry(odd)}}))
    main(["doctor", "claude-code"])
    out = capsys.readouterr().out
    assert "not started" in out and not set("\x1b\x07\r\u202e\u2028") & set(out)
    assert not any(line.startswith("ok      forged") for line in out.split("\n"))


def test_a_broken_file_fails_with_its_line(machine: Machine) -> None:
    file = machine.folder / ".mcp.json"
    file.write_text('{\n"a": 1,\n}')
    found, checks = installed(CLAUDE, machine)
    assert not found and checks[0].result is Result.FAILED
    assert checks[0].place == f"{file}:2"
    assert checks[0].what.startswith("its project file is not JSON as Claude Code reads it")


@pytest.mark.process
def test_an_entry_that_is_turned_off_fails(machine: Machine) -> None:
    file = write(HOSTS["opencode"], machine)
    file.write_text(file.read_text().replace('"enabled": true', '"enabled": false'))
    checks = list(examine(machine, [HOSTS["opencode"]]))
    assert "the entry 'skillagent' is turned off" in failed(checks)


def test_a_host_that_is_named_must_have_an_entry(machine: Machine) -> None:
    checks = [check for check in examine(machine, [CODEX]) if check.about == "codex"]
    assert results(checks) == [(Result.FAILED, "no entry of ours is there")]
    assert checks[0].remedy == "skillagent install codex"


def test_without_hosts_nothing_installed_is_a_warning(machine: Machine) -> None:
    checks = list(examine(machine))
    assert not failed(checks)
    assert checks[-1].result is Result.WARNING and "skillagent install HOST" in checks[-1].remedy


# what the host itself says

CLAUDE_SAYS = """Checking MCP server health…

other: /x/skillagent serve - ✘ Failed to connect
skillagent: /x/bin/skillagent serve /graphs/failed - {}
"""
CODEX_SAYS = """Name        Command            Args   Env  Cwd  Status    Auth
skillagent  /x/bin/skillagent  serve  -    -    {}   Unsupported
"""


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (CLAUDE_SAYS.format("✔ Connected"), Word.WORKS),
        (CLAUDE_SAYS.format("⏸ Pending approval (run `claude` to approve)"), Word.WAITS),
        (CLAUDE_SAYS.format("✘ Failed to connect"), Word.FAILS),
        (CODEX_SAYS.format("enabled"), Word.WORKS),
        (CODEX_SAYS.format("disabled"), Word.WAITS),
        ("✓ skillagent: /x/skillagent serve (stdio) - Connected", Word.WORKS),
        ("✗ skillagent: /x/skillagent serve (stdio) - Disconnected", Word.FAILS),
        ("○ skillagent: /x/skillagent serve (stdio) - Disabled", Word.WAITS),
        ("●  ✓ skillagent connected\n│      /x/skillagent serve", Word.WORKS),
        ("Workspace servers:\n  skillagent (local)\n", Word.WORKS),
        ("User servers:\n  skillagent-two (local)\n", Word.MISSING),
        ("Warning: servers are disabled because this folder is untrusted.", Word.MISSING),
    ],
)
def test_listings_of_hosts_are_understood(text: str, word: Word) -> None:
    assert judge(text, "skillagent")[0] is word


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
        (CLAUDE_PLUGIN.format("✔ Connected"), Word.WORKS, Word.MISSING),
        (CLAUDE_PLUGIN.format("✘ Failed to connect"), Word.FAILS, Word.MISSING),
        (CLAUDE_PLUGIN.format("x") + CLAUDE_SAYS.format("✔ Connected"), Word.WORKS, Word.WORKS),
        (CODEX_PLUGIN.format("enabled"), Word.WORKS, Word.MISSING),
        (CODEX_PLUGIN.format("disabled"), Word.WAITS, Word.MISSING),
        (CODEX_SAYS.format("enabled"), Word.MISSING, Word.WORKS),
        (COPILOT_PLUGIN, Word.WORKS, Word.MISSING),
        ("Workspace servers:\n  skillagent (local)\n\n" + COPILOT_PLUGIN, Word.WORKS, Word.WORKS),
        ("Plugin servers:\n  other (local)\n", Word.MISSING, Word.MISSING),
        (GEMINI_PLUGIN.format("✓", "Connected"), Word.WORKS, Word.MISSING),
        (GEMINI_PLUGIN.format("✗", "Disconnected"), Word.FAILS, Word.MISSING),
        ("✓ skillagent (from another): x (stdio) - Connected", Word.MISSING, Word.WORKS),
    ],
)
def test_the_server_of_the_plugin_is_told_from_an_entry(
    text: str, by_plugin: Word, by_entry: Word
) -> None:
    assert judge_plugin(text)[0] is by_plugin
    assert judge(text, "skillagent")[0] is by_entry


def says(machine: Machine, program: str, text: str) -> None:
    script(Path(machine.environ["PATH"]) / program, f"#!/bin/sh\n/bin/cat <<'END'\n{text}\nEND\n")


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
    machine: Machine, program: str, text: str, named: bool
) -> None:
    says(machine, program, text)
    hosts = [host for host in HOSTS.values() if host.program == program]
    checks = list(examine(machine, hosts if named else []))
    about = [check for check in checks if check.about == hosts[0].name]
    assert [check.result for check in about] == [Result.OK]
    assert about[0].what.startswith(f"the plugin brings our server: `{program} mcp list` says: ")
    assert not any("skillagent install" in check.remedy for check in checks)


@pytest.mark.process
@posix
def test_a_plugins_server_that_fails_is_a_failed_check(machine: Machine) -> None:
    says(machine, "claude", CLAUDE_PLUGIN.format("✘ Failed to connect"))
    checks = [check for check in examine(machine) if check.about == "claude-code"]
    assert [check.result for check in checks] == [Result.FAILED]
    assert "skillagent install" not in checks[0].remedy


@pytest.mark.process
@posix
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CLAUDE_SAYS.format("✔ Connected"), "the entry 'skillagent' starts our server too"),
        ("", "`claude mcp list` names the server of the plugin and not the entry 'skillagent'"),
    ],
)
def test_an_entry_beside_the_plugin_is_one_too_many(
    machine: Machine, text: str, expected: str
) -> None:
    write(CLAUDE, machine)
    says(machine, "claude", text + CLAUDE_PLUGIN.format("✔ Connected"))
    checks = [check for check in examine(machine, [CLAUDE]) if check.result is Result.WARNING]
    assert len(checks) == 1 and checks[0].what.startswith(expected)
    remedy = "skillagent install claude-code --uninstall --scope project --name skillagent"
    assert checks[0].remedy == remedy


@pytest.mark.parametrize(
    ("said", "result", "part"),
    [
        (None, Result.WARNING, "`claude` is not on PATH"),
        (Said("skillagent: x - ✔ Connected"), Result.OK, "`claude mcp list` says: skillagent"),
        (Said("skillagent: x - ✘ Failed"), Result.FAILED, "says: skillagent: x - ✘ Failed"),
        (Said("", "no answer within 9 seconds"), Result.FAILED, "no answer within 9 seconds"),
        (
            Said("this folder is untrusted"),
            Result.FAILED,
            "does not name 'skillagent': this folder",
        ),
    ],
)
def test_what_a_host_says_becomes_a_check(said: Said | None, result: Result, part: str) -> None:
    checks = list(said_checks(an_entry(CLAUDE), said))
    assert [check.result for check in checks] == [result] and part in checks[0].what


def test_a_host_without_a_command_line_is_not_asked(machine: Machine) -> None:
    assert host_cli.ask(ZED, machine.environ, machine.folder) is None
    assert list(said_checks(an_entry(ZED), None)) == []


@pytest.mark.process
@posix
def test_the_hosts_command_line_is_run_in_the_project(machine: Machine, tmp_path: Path) -> None:
    script(tmp_path / "bin" / "codex", '#!/bin/sh\necho "$1 $2 \033[32m$PWD\033[0m"\nexit 3\n')
    said = host_cli.ask(CODEX, machine.environ, machine.folder)
    assert said is not None and said.error == "exit code 3"
    assert said.text.strip() == f"mcp list {machine.folder.resolve()}"


@pytest.mark.process
@posix
def test_a_hosts_command_line_that_hangs_is_given_up(machine: Machine, tmp_path: Path) -> None:
    script(tmp_path / "bin" / "codex", "#!/bin/sh\nexec /bin/sleep 60\n")
    said = host_cli.ask(CODEX, machine.environ, machine.folder, seconds=0.2)
    assert said == Said("", "no answer within 0.2 seconds")


# all of it


@pytest.mark.process
@posix
def test_an_installed_host_is_proved_from_end_to_end(machine: Machine, tmp_path: Path) -> None:
    write(CLAUDE, machine)
    script(tmp_path / "bin" / "claude", "#!/bin/sh\necho 'skillagent: x - ✔ Connected'\n")
    checks = list(examine(machine))
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
    machine: Machine, monkeypatch: pytest.MonkeyPatch, launch: Launch
) -> None:
    monkeypatch.chdir(machine.folder)
    touch = f"open({str(machine.folder / 'started')!r}, 'w')"
    script(machine.folder / "skillagent", f"#!{sys.executable}\n{touch}\n")
    (machine.folder / "skillagent.py").write_text(touch)
    entry = {**CLAUDE.entry(launch), "env": dict(launch.env)}
    entry |= {"cwd": launch.cwd} if launch.cwd else {}
    (machine.folder / ".mcp.json").write_text(json.dumps({"mcpServers": {"x": entry}}))
    checks = list(examine(machine, [CLAUDE]))
    assert not (machine.folder / "started").exists()
    found = [check for check in checks if check.what.startswith("not started")]
    assert [check.result for check in found] == [Result.WARNING]
    assert launch.command in found[0].what and "--trust" in found[0].remedy

    checks = list(examine(machine, [CLAUDE], trusted=True))
    assert not any(check.what.startswith("not started") for check in checks)


@pytest.mark.process
@posix
@pytest.mark.parametrize("name", ["claude-code", "vscode", "opencode"])
def test_a_shared_entry_of_this_installation_is_started(
    machine: Machine, tmp_path: Path, name: str
) -> None:
    host = HOSTS[name]
    (tmp_path / "bin" / "skillagent").symlink_to(COMMAND)
    (machine.folder / "laws").mkdir()
    (machine.folder / "laws" / "one.md").write_text("---\ndescription: One.\n---\n\nText.\n")
    file = write(host, machine, portable(["laws"], None, machine.folder, host.project))
    assert str(tmp_path) not in file.read_text()
    checks = list(examine(machine, [host]))
    assert (Result.OK, f"its tools are there: {', '.join(TOOLS)}") in results(checks)
    assert [check.place for check in checks if check.about == "graph"] == [
        str(machine.folder / "laws")
    ]


@posix
@pytest.mark.parametrize("path", ["", ".", "PROJECT"])
def test_a_shared_entry_starts_nothing_that_the_project_slips_in(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(machine.folder)
    script(machine.folder / "skillagent", f"#!/bin/sh\n: > {machine.folder / 'started'}\n")
    folder = path.replace("PROJECT", str(machine.folder))
    machine = replace(machine, environ={**machine.environ, "PATH": folder})
    write(CLAUDE, machine, Launch("skillagent", ("serve",)))
    checks = list(examine(machine, [CLAUDE]))
    assert not (machine.folder / "started").exists()
    assert any(check.what.startswith("not started") for check in checks)


@posix
def test_a_name_that_the_path_does_not_lead_to_says_what_to_do(machine: Machine) -> None:
    begun, check = start(an_entry(CLAUDE, Launch("skillagent", ("serve",))), machine)
    assert begun is None and check.result is Result.FAILED
    assert "let the PATH with which Claude Code starts lead to it" in check.remedy
    assert "--scope user" in check.remedy


@pytest.mark.process
@posix
def test_a_users_own_entry_is_started(machine: Machine, tmp_path: Path) -> None:
    text = f"#!{sys.executable}\nTOOLS = {TOOLS!r}\nRESULT = {{'content': [{TEXT!r}]}}\n"
    program = script(tmp_path / "bin" / "skillagent", text + OLD_SERVER)
    write(CODEX, machine, Launch(str(program), ("serve",)), Scope.USER)
    assert (Result.OK, f"its tools are there: {', '.join(TOOLS)}") in results(examine(machine))


@pytest.mark.process
@posix
def test_a_host_that_guards_nothing_is_asked_only_with_trust(
    machine: Machine, tmp_path: Path
) -> None:
    write(HOSTS["opencode"], machine)
    text = f"#!/bin/sh\n: > {tmp_path / 'asked'}\necho '✓ skillagent connected'\n"
    script(tmp_path / "bin" / "opencode", text)
    assert list(examine(machine, [HOSTS["opencode"]]))[-1].remedy.endswith("--trust")
    assert not (tmp_path / "asked").exists()
    checks = list(examine(machine, [HOSTS["opencode"]], trusted=True))
    assert checks[-1].what == "`opencode mcp list` says: ✓ skillagent connected"


def test_a_missing_package_is_a_failed_check(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(ZED, machine)
    monkeypatch.setitem(sys.modules, "mcp", None)
    checks = [check for check in examine(machine, [ZED]) if check.about == "zed"]
    assert failed(checks) == ["a session with the server needs the package 'mcp'"]
    assert checks[-1].remedy == adding("mcp")


def test_an_installation_without_the_server_names_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "mcp" else found(name)
    )
    checks = [check for check in here() if check.result is Result.FAILED]
    assert [check.what for check in checks] == ["packages of the server are missing: mcp"]
    assert checks[0].remedy == adding("mcp")


@pytest.mark.process
def test_a_graph_is_read_once(machine: Machine) -> None:
    write(CLAUDE, machine)
    checks = list(examine(machine, [CLAUDE], [str(BUNDLED)]))
    assert [check.place for check in checks if check.about == "graph"] == [str(BUNDLED)]


def test_a_declared_graph_is_read(machine: Machine) -> None:
    graph = machine.folder / "laws"
    graph.mkdir()
    (graph / "one.md").write_text("---\nname: one\ndescription: One.\n---\n\nText.\n")
    (machine.folder / "skillagent.toml").write_text('graphs = ["laws"]\n')
    checks = list(examine(machine))
    assert (Result.OK, "1 graph is declared") in results(checks)
    assert [check.place for check in checks if check.about == "graph"] == [str(graph)]
    (machine.folder / "skillagent.toml").write_text("graphs = 1\n")
    assert "skillagent.toml" in failed(examine(machine))[0]


def test_graphs_that_are_gone_empty_or_faulty_say_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "faulty" / "x").mkdir(parents=True)
    (tmp_path / "faulty" / "x" / "SKILL.md").write_text("no header\n")
    folders = [str(tmp_path / name) for name in ("gone", "empty", "faulty")]
    found = list(graph_checks(folders, set()))
    expected = [Result.FAILED, Result.FAILED, Result.WARNING]
    assert [check.result for check in found] == expected
    assert found[2].remedy == f"skillagent check {tmp_path / 'faulty'}"


def test_an_old_python_fails() -> None:
    assert failed(here((3, 10, 2))) == ["Python 3.10.2 is too old"]
    assert not failed(here())


def test_a_check_is_one_line_and_json() -> None:
    check = Check(Result.FAILED, "codex", "it is\nbroken", "file:3", "mend it")
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
def project(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """The machine, as the one that the command runs on."""
    monkeypatch.setattr(Machine, "here", classmethod(lambda cls: machine))
    return machine


@pytest.mark.process
def test_the_command_prints_checks_and_exits_by_them(
    project: Machine, capsys: pytest.CaptureFixture[str]
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
    project: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "no-such-thing"]) == 2
    assert "is neither a folder nor a host; hosts are claude-code" in capsys.readouterr().err
