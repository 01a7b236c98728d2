"""What a person meets first: the help, a slip of the keys, completion, an empty folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import shtab

from skillagent.cli import main
from skillagent.cli.all_commands import GROUPS
from skillagent.cli.check import NAMED
from skillagent.cli.completion import SHELLS
from tests.conftest import Vault


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    try:
        code = main([str(argument) for argument in arguments])
    except SystemExit as stop:
        code = int(str(stop.code))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


# help


def test_called_with_nothing_it_shows_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys)
    assert (code, err) == (2, "")
    assert out == run(capsys, "--help")[1]


def test_the_help_has_each_command_once_under_what_it_is_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, out, _ = run(capsys, "--help")
    titles = [line for line in out.splitlines() if line.endswith(":") and line != "options:"]
    assert titles == [f"{title}:" for title in GROUPS]
    listed = [line.split()[0] for line in out.splitlines() if line.startswith("    ")]
    assert sorted(listed) == sorted(name for names in GROUPS.values() for name in names)
    assert max(map(len, out.splitlines())) <= 100


def test_no_command_is_left_out_of_the_groups(capsys: pytest.CaptureFixture[str]) -> None:
    _, _, err = run(capsys, "zzzz")
    choices = err.partition("choose from ")[2].partition(";")[0].split(", ")
    assert sorted(choices) == sorted(name for names in GROUPS.values() for name in names)


# slips


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("chekc", "x"), "skillagent: argument COMMAND: there is no 'chekc': did you mean check?"),
        (("wave",), "did you mean weave?"),
        (("check", "--jsn"), "skillagent check: there is no option --jsn: did you mean --json?"),
        (("read", "x", "--sektion=A"), "there is no option --sektion: did you mean --section?"),
        (("list", "--dialect", "obsidan"), "there is no 'obsidan': did you mean obsidian?"),
        (("export", "llms"), "there is no 'llms': did you mean llms-txt?"),
        (("install", "cluade-code"), "there is no 'cluade-code': did you mean claude-code?"),
        (("mock", "serv"), "did you mean serve?"),
        (
            ("list", "--", "x", "-q", "y"),
            "skillagent list: -q stands behind `--`; write options before it",
        ),
        (("check", "--zzzz"), "there is no option --zzzz; see `skillagent check --help`"),
        (("check", "a", "b"), "skillagent check: 'b' is one argument too many"),
        (("read",), "the following arguments are required: NODE"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_slip_is_one_line_with_what_was_meant(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert says in err


@pytest.mark.parametrize(
    "words",
    [
        ("summary", "FOLDER", "ancor"),
        ("read", "FOLDER", "ancor"),
        ("list", "FOLDER", "--map", "ancor"),
        ("rename", "FOLDER", "ancor", "new"),
        ("split", "FOLDER", "ancor"),
        ("weave", "FOLDER", "ancor"),
        ("add", "FOLDER", "New", "--description", "x", "--map", "ancor"),
    ],
    ids=lambda words: words[0],
)
def test_a_slip_in_a_nodes_name_is_answered_with_the_nearest(
    vault: Vault, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    # Two that are equally near: none of them may be taken without a word.
    folder = vault({"index.md": "[[anchor]] [[ancorb]]", "anchor.md": "x", "ancorb.md": "y"})
    code, out, err = run(capsys, *(str(folder) if word == "FOLDER" else word for word in words))
    assert code != 0
    assert "anchor" in out + err
    assert (out + err).count("\n") <= 2


# completion


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script_that_names_every_command(
    capsys: pytest.CaptureFixture[str], shell: str
) -> None:
    code, out, err = run(capsys, "completion", shell)
    assert (code, err) == (0, "")
    for names in GROUPS.values():
        for name in names:
            assert name in out
    assert "ml-reproducibility" not in out


def test_the_shells_are_those_that_the_package_knows() -> None:
    assert set(SHELLS) <= set(shtab.SUPPORTED_SHELLS)


@pytest.mark.process
@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("skillagent ch", {"chat", "check"}),
        ("skillagent check --js", {"--json"}),
        ("skillagent export llm", {"llms-txt"}),
        ("skillagent check --dialect den", {"dendron"}),
        ("skillagent check kno", {"know"}),
        ("skillagent read kno", {"know"}),
        ("skillagent export report kno", {"know"}),
        ("skillagent export traj", {"trajectory"}),
        ("skillagent completion po", {"powershell"}),
    ],
)
def test_bash_completes_commands_options_values_and_folders(
    vault: Vault, typed: str, completed: set[str]
) -> None:
    folder = vault({"know/a.md": "", "knowing.txt": ""})
    script = (
        f'source <("{sys.executable}" -m skillagent completion bash)\n'
        f"COMP_WORDS=({typed}); COMP_CWORD=$(({len(typed.split())} - 1)); COMPREPLY=()\n"
        "_shtab_skillagent\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n"
    )
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=os.environ, capture_output=True, check=True
    )
    assert set(done.stdout.decode().split()) == completed


# check


def test_check_names_its_orphans_and_what_cannot_be_reached(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = vault(
        {"index.md": "[[a]]", "a.md": "x", "lone.md": "[[far]]", "far.md": "See [[lone#x]]."}
        | {"alone.md": "[[near]]", "near.md": "y"}
    )
    _, out, _ = run(capsys, "check", folder)
    assert "  orphan: alone\n" in out
    assert "  unreachable, though linked: far\n" in out
    assert "  unreachable, though linked: near\n" in out
    report = json.loads(run(capsys, "check", folder, "--json")[1])
    assert report["orphans"] == ["alone"]
    assert report["unreachable"] == ["alone", "far", "lone", "near"]
    assert report["counts"]["unreachable"] == len(report["unreachable"])


def test_of_many_the_first_are_named_and_all_on_demand(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    files: dict[str, str | bytes] = {f"n{at:02}.md": "x" for at in range(NAMED + 5)}
    folder = vault({"index.md": "Nothing here.", **files})
    _, out, _ = run(capsys, "check", folder)
    assert out.count("  orphan: ") == NAMED
    assert "  … 5 more: check --all\n" in out
    assert run(capsys, "check", folder, "--all")[1].count("  orphan: ") == NAMED + 5


@pytest.mark.parametrize(
    ("files", "saw"),
    [
        ({}, "saw no file"),
        ({"a.rst": "x", "b/c.RST": "x", "d.txt": "x"}, "saw 2 .rst, 1 .txt"),
        ({"a.ipynb": "x", "b.py": "x", "c.py": "x"}, "saw 1 .ipynb, 2 .py"),
        ({f"a.{kind}": "" for kind in "pqrstu"}, "saw 1 .p, 1 .q, 1 .r, 1 .s, others"),
        ({".hidden/a.md": "x"}, "saw no file"),
    ],
    ids=["empty", "other formats", "documents come first", "many kinds", "hidden"],
)
def test_a_folder_that_holds_nothing_is_said_so(
    vault: Vault, capsys: pytest.CaptureFixture[str], files: dict[str, str | bytes], saw: str
) -> None:
    folder = vault({"x/keep.bin": "", **{f"top/{name}": text for name, text in files.items()}})
    (folder / "top").mkdir(exist_ok=True)
    code, out, _ = run(capsys, "check", folder / "top")
    assert code == 0
    assert f"SG301: no Markdown file: looked for *.md, *.markdown and *.mdx, {saw} (" in out
    report = json.loads(run(capsys, "check", folder / "top", "--json")[1])
    assert [one["code"] for one in report["diagnostics"]] == ["SG301"]


def test_of_several_roots_the_empty_one_is_named(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = vault({"one/a.md": "x", "two/b.txt": "x"})
    _, out, _ = run(capsys, "check", folder / "one", "--also", folder / "two")
    assert "two::: warning SG301" in out
    assert out.count("SG301") == 1
