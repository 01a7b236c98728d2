"""`skillagent index --store` publishes a graph, and never shows a password."""

from __future__ import annotations

import json
import os
import sys

import pytest

from skillagent.cli import main
from tests.conftest import Vault
from tests.postgres import Server


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code and outputs of `skillagent index`."""
    code = main(["index", *arguments])
    out, error = capsys.readouterr()
    return code, out, error


@pytest.mark.process
def test_a_graph_is_published_again_only_where_it_changed(
    vault: Vault,
    postgres: Server,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = postgres.new_database()
    folder = vault({"a.md": "See [[b]].", "b.md": "Text of b."})
    arguments = (str(folder), "--store", address, "--namespace", "team.graph")
    code, out, _ = told(capsys, *arguments)
    assert code == 0
    assert out.startswith("team.graph: revision 1 in postgresql://")
    assert told(capsys, *arguments)[1] == "team.graph: unchanged, revision 1\n"
    # Processes that read the files, too, make the same rows.
    monkeypatch.setattr("skillagent.cli.workers.WORTHWHILE", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert told(capsys, *arguments)[1] == "team.graph: unchanged, revision 1\n"
    vault({"b.md": "Another text of b."})
    published = json.loads(told(capsys, *arguments, "--json")[1])
    assert (published["namespace"], published["revision"], published["nodes"]) == (
        "team.graph",
        2,
        2,
    )
    assert published["written"] > 0


@pytest.mark.process
def test_another_graph_or_an_empty_one_takes_no_place_unasked(
    vault: Vault, postgres: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    address = postgres.new_database()
    root = vault({"notes/a.md": "Text.", "other/a.md": "Other text.", "empty/notes/a.txt": ""})
    name = ("--store", address, "--namespace", "team")
    assert told(capsys, str(root / "notes"), *name)[0] == 0
    code, _, error = told(capsys, str(root / "empty" / "notes"), *name)
    assert (code, error.count("\n")) == (2, 1)
    assert "no Markdown file was found, so nothing is published" in error
    code, _, error = told(capsys, str(root / "other"), *name)
    assert (code, error.count("\n")) == (2, 1)
    assert "team holds the graph 'notes', and this is 'other'" in error
    assert told(capsys, str(root / "notes"), *name)[1] == "team: unchanged, revision 1\n"
    assert "revision 2" in told(capsys, str(root / "other"), *name, "--replace")[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--namespace", "notes"], "give its address in --store"),
        (["--replace"], "give its address in --store"),
        (["--store", "postgresql://me:s3cret@db/graphs"], "PGPASSWORD"),
        (["--store", "graphs.sqlite"], "write it as postgresql://"),
        (["--store", "postgresql://db/graphs", "--watch"], "leave it out with --store"),
    ],
)
def test_a_wrong_command_is_one_line_without_a_password(
    arguments: list[str], message: str, vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, error = told(capsys, str(vault({"a.md": "Text."})), *arguments)
    assert (code, out) == (2, "")
    assert message in error
    assert error.count("\n") == 1
    assert "s3cret" not in error


@pytest.mark.parametrize("package", ["psycopg", "psycopg_pool"])
def test_a_missing_package_is_named_with_its_extra(
    package: str,
    vault: Vault,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = vault({"a.md": "Text."})
    for module in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    code, _, error = told(capsys, str(folder), "--store", "postgresql://me@db/graphs")
    assert code == 2
    assert f"a store in PostgreSQL needs the package {package.replace('_', '-')!r}: " in error
