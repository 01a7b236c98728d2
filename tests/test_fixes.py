"""`check --fix`: each correction, what is left alone, and what no correction may do."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skillagent.authoring.fixes import FIXES, fixed
from skillagent.cli.main import main
from skillagent.graph import SkillGraph
from skillagent.lint.checking import check
from tests.conftest import Vault

B = {"b.md": "# B\n", "my-node.md": "# Mine\n", "x/twin.md": "# T\n", "y/twin.md": "# T\n"}

CASES = [
    # A link without quotes in the header
    ("SG015", "---\nup: [[b]]\n---\n", '---\nup: "[[b]]"\n---\n'),
    ("SG015", "---\nup: [[b]]  \n---\n", '---\nup: "[[b]]"  \n---\n'),
    ("SG015", "---\nup:\n  - [[b]]\n  - x\n---\n", '---\nup:\n  - "[[b]]"\n  - x\n---\n'),
    ("SG015", "---\nup: [[b]], [[b|x]]\n---\n", '---\nup: "[[b]], [[b|x]]"\n---\n'),
    ("SG015", '---\nup: [[b|"x"]]\n---\n', None),
    # A value with a colon
    ("SG016", "---\nwhen: now: or never\n---\n", '---\nwhen: "now: or never"\n---\n'),
    ("SG016", '---\nwhen: a: "b" c\n---\n', '---\nwhen: "a: \\"b\\" c"\n---\n'),
    ("SG016", "---\r\nwhen: a: b\r\n---\r\n", '---\r\nwhen: "a: b"\r\n---\r\n'),
    # Aliases
    ("SG018", "---\naliases: x, y\n---\n", "---\naliases: [x, y]\n---\n"),
    ("SG018", "---\naliases: x, y # z\n---\n", "---\naliases: [x, y] # z\n---\n"),
    ("SG018", "---\nalias: x # z\n---\n", "---\naliases: [x] # z\n---\n"),
    ("SG018", "---\nalias: x\n---\n", "---\naliases: [x]\n---\n"),
    ("SG018", "---\nalias: [x]\n---\n", "---\naliases: [x]\n---\n"),
    ("SG018", "---\nalias:\n  - x\n  - y\n---\n", "---\naliases:\n  - x\n  - y\n---\n"),
    ("SG018", "---\nalias: x\naliases: [y]\n---\n", None),
    # The spelling of the only similar name
    ("SG023", "See [[my node]].\n", "See [[my-node|my node]].\n"),
    ("SG023", "See [[my_node|it]].\n", "See [[my-node|it]].\n"),
    ("SG023", "|a|b|\n|-|-|\n|[[my node]]|x|\n", "|a|b|\n|-|-|\n|[[my-node\\|my node]]|x|\n"),
    # A pipe in a table
    ("SG025", "|a|b|\n|-|-|\n|[[b|x]]|y|\n", "|a|b|\n|-|-|\n|[[b\\|x]]|y|\n"),
    # A missing bracket
    ("SG030", "See [[b] now.\n", "See [[b]] now.\n"),
    ("SG030", "See [b]] now.\n", "See [[b]] now.\n"),
    ("SG030", "See [[b\n", "See [[b]]\n"),
    ("SG030", "See [[b|in\nit]] now.\n", "See [[b|in it]] now.\n"),
    ("SG030", "See [[nope] now.\n", None),
    ("SG030", "See [[twin] now.\n", None),
    # Tabs
    ("SG033", "---\ntags:\n\t- a\n\t- b\n---\n", "---\ntags:\n    - a\n    - b\n---\n"),
    # What nobody sees
    ("SG201", "Flag\U000e0061\U000e0062.\n", "Flag.\n"),
    ("SG202", "Zero\u200bwidth.\n", "Zerowidth.\n"),
    ("SG203", "Turned\u202e around.\n", "Turned around.\n"),
    ("SG204", "Say\ufe01\ufe02 it.\n", "Say it.\n"),
    ("SG205", "Fill\u3164er.\n", "Filler.\n"),
    ("SG206", "Bell\x07.\n", "Bell.\n"),
    ("SG206", "\ufeffBell\x07.\n", "\ufeffBell.\n"),
]


@pytest.mark.parametrize(("code", "before", "after"), CASES)
def test_a_fix_writes_the_one_certain_correction(
    vault: Vault, code: str, before: str, after: str | None
) -> None:
    folder = vault({**B, "a.md": before})
    graph = SkillGraph.load(folder)
    report = check(graph, strict=True)
    assert code in {one.code for one in report.findings}
    for changes in fixed(graph, [one for one in report.findings if one.code == code]).changes:
        changes.write()
    assert (folder / "a.md").read_bytes().decode() == (before if after is None else after)
    if after is not None:
        again = check(SkillGraph.load(folder), strict=True)
        assert code not in {one.code for one in again.findings}


def test_a_header_as_long_as_one_may_be_is_fixed_in_seconds(vault: Vault) -> None:
    keys = "".join(f"k{number}: x: y\n" for number in range(15_000))
    signs = f'aliases: "x, y{" #" * 50_000}"\n'
    started = time.process_time()
    for header in (keys, signs):
        graph = SkillGraph.load(vault({"a.md": f"---\n{header}---\n"}))
        assert fixed(graph, check(graph).findings).codes
    assert time.process_time() - started < 10


def test_every_fix_has_a_case() -> None:
    assert {code for code, *_ in CASES} == set(FIXES)


def test_fix_corrects_and_reports_what_is_left(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = vault({**B, "a.md": "---\nalias: x\n---\nSee [[b], [[my node]] and [[nope]].\n"})
    assert main(["check", str(folder), "--fix"]) == 0
    out = capsys.readouterr().out
    assert "broken link to 'nope'" in out
    assert out.endswith("corrected: SG018 in 1 file, SG023 in 1 file, SG030 in 1 file\n")
    text = "---\naliases: [x]\n---\nSee [[b]], [[my-node|my node]] and [[nope]].\n"
    assert (folder / "a.md").read_text() == text
    assert main(["check", str(folder), "--fix", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fixed"] == {}


def test_a_fix_that_needs_another_one_first_is_made_in_the_same_run(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = vault({"a.md": "---\nwhen: now: or never\naliases: x, y\n---\n# A\n"})
    assert main(["check", str(folder), "--fix"]) == 0
    assert capsys.readouterr().out.endswith("corrected: SG016 in 1 file, SG018 in 1 file\n")
    text = '---\nwhen: "now: or never"\naliases: [x, y]\n---\n# A\n'
    assert (folder / "a.md").read_text() == text


def test_diff_shows_what_fix_would_write_and_writes_nothing(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = vault({**B, "a.md": "See [[b] now.\n"})
    assert main(["check", str(folder), "--diff"]) == 1
    shown = capsys.readouterr().out
    assert shown == "--- a/a.md\n+++ b/a.md\n@@ -1 +1 @@\n-See [[b] now.\n+See [[b]] now.\n"
    assert (folder / "a.md").read_text() == "See [[b] now.\n"
    (folder / "a.md").write_text("See [[b]] now.\n")
    assert main(["check", str(folder), "--diff"]) == 0
    assert capsys.readouterr().out == ""


def test_only_what_is_selected_and_not_ignored_is_corrected(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "---\nalias: x\ncheck-ignore: [SG030]\n---\nSee [[b] now\u200b.\n"
    folder = vault({**B, "a.md": text})
    main(["check", str(folder), "--fix", "--ignore", "SG202"])
    capsys.readouterr()
    assert (folder / "a.md").read_text() == text.replace("alias: x", "aliases: [x]")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("See [[b] – now.\n".encode("cp1252"), "a.md: is not UTF-8; save it as UTF-8 first"),
        ("See [[b] now.\n".encode("utf-16"), "a.md: is not UTF-8; save it as UTF-8 first"),
    ],
)
def test_a_file_in_another_encoding_is_left_with_a_remark(
    vault: Vault, capsys: pytest.CaptureFixture[str], data: bytes, said: str
) -> None:
    folder = vault({**B, "a.md": data})
    main(["check", str(folder), "--fix"])
    captured = capsys.readouterr()
    assert f"remark: {said}\n" in captured.err
    assert captured.out.endswith("corrected: nothing\n")
    assert (folder / "a.md").read_bytes() == data


def test_files_of_several_roots_are_corrected_each_in_its_own(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = vault({"one/a.md": "[[b] x\n", "one/b.md": "B\n", "two/c.md": "[[d] x\n"})
    (folder / "two/d.md").write_text("D\n")
    roots = [str(folder / "one"), "--also", str(folder / "two")]
    assert main(["check", *roots, "--diff"]) == 1
    out = capsys.readouterr().out
    assert f"in {folder / 'one'}:\n--- a/a.md\n" in out
    assert f"in {folder / 'two'}:\n--- a/c.md\n" in out
    main(["check", *roots, "--fix"])
    assert "corrected: SG030 in 2 files" in capsys.readouterr().out
    assert (folder / "one/a.md").read_text() == "[[b]] x\n"
    assert (folder / "two/c.md").read_text() == "[[d]] x\n"


LINES = st.sampled_from(
    [
        "See [[b] now",
        "[b]] it",
        "[[my node]] and [[my_node#Part|x]]",
        "|a|b|\n|-|-|\n|[[b|x]]|[[my node]]|",
        "`[[b]` and [[b]]",
        "```\n[[b]\n```",
        "Zero\u200b\u202e\U000e0061 [[b\u200b]]",
        "Bell\x07 [[nope",
        "![[b] and [x](b.md)",
        "[^1] and [[b|in\nit]]",
        "# Head [[b]",
    ]
)
HEADERS = st.sampled_from(
    [
        "alias: x, y",
        "aliases: x",
        "up: [[b]]",
        "up: [[b]], [[my node]]",
        "list:\n\t- [[b]]\n\t- c",
        "when: now: never",
        "when: [broken: {",
        "title: A\u200bb",
        'quoted: "a\\u200b"',
        "description: see [[b] it: yes",
    ]
)


@given(
    headers=st.lists(HEADERS, max_size=4),
    lines=st.lists(LINES, max_size=5),
    newline=st.sampled_from(["\n", "\r\n"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_fixes_bring_no_finding_lose_no_link_and_end(
    tmp_path: Path, headers: list[str], lines: list[str], newline: str
) -> None:
    head = "\n".join(["---", *headers, "---"]) + "\n" if headers else ""
    text = head + "\n\n".join(lines) + "\n"
    for name, content in {**B, "a.md": text.replace("\n", newline)}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content.encode())
    before = SkillGraph.load(tmp_path)
    report = check(before, strict=True)
    for changes in fixed(before, report.findings).changes:
        changes.write()
    after = SkillGraph.load(tmp_path)
    again = check(after, strict=True)
    gained = {one.code for one in again.findings} - {one.code for one in report.findings}
    # A text that has become a link can have findings of its own, and count where links do.
    assert {code for code in gained if code < "SG3"} <= {"SG022", "SG023", "SG025"}
    led = Counter(link.target for link in before.links if link.target)
    leads = Counter(link.target for link in after.links if link.target)
    assert led <= leads
    once = (tmp_path / "a.md").read_bytes()
    for changes in fixed(after, again.findings).changes:
        changes.write()
    twice = (tmp_path / "a.md").read_bytes()
    last = SkillGraph.load(tmp_path)
    assert not fixed(last, check(last, strict=True).findings).codes, (once, twice)
