"""`skillagent index --store` publishes a graph, and never shows a password."""

from __future__ import annotations

import argparse
import json
import sys

import pytest

from skillagent.cli import publish
from skillagent.cli.arguments import command
from skillagent.errors import MissingPackageError, UsageError
from tests.conftest import Vault
from tests.postgres import Server


def index(*arguments: str) -> int:
    commands = argparse.ArgumentParser().add_subparsers()
    parser = command(commands, "index", publish.run, "publish a graph")
    publish.add_store_options(parser)
    parser.add_argument("--json", action="store_true")
    return publish.run(parser.parse_args(arguments))


@pytest.mark.process
def test_a_graph_is_published_again_only_where_it_changed(
    vault: Vault, postgres: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    address = postgres.new_database()
    folder = vault({"a.md": "See [[b]].", "b.md": "Text of b."})
    arguments = (str(folder), "--store", address, "--namespace", "team.graph")
    assert index(*arguments) == 0
    assert capsys.readouterr().out.startswith("team.graph: revision 1 in postgresql://")
    index(*arguments)
    assert capsys.readouterr().out == "team.graph: unchanged, revision 1\n"
    vault({"b.md": "Another text of b."})
    index(*arguments, "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["namespace"], told["revision"], told["nodes"]) == ("team.graph", 2, 2)
    assert told["written"] > 0


def test_a_password_on_the_command_line_is_refused(vault: Vault) -> None:
    folder = vault({"a.md": "Text."})
    with pytest.raises(UsageError, match="PGPASSWORD") as refused:
        index(str(folder), "--store", "postgresql://me:s3cret@db/graphs")
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("package", ["psycopg", "psycopg_pool"])
def test_a_missing_package_is_named_with_its_extra(
    package: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = vault({"a.md": "Text."})
    for module in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackageError) as missing:
        index(str(folder), "--store", "postgresql://me@db/graphs")
    assert missing.value.extra == "postgres"
