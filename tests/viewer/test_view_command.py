"""`skillagent view`: a file, or a local address."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from skillagent import SkillGraph
from skillagent.cli import main
from skillagent.viewer import page, picture_of
from tests.conftest import Vault
from tests.viewer.graphs import SMALL

Printed = pytest.CaptureFixture[str]


def test_a_file_is_written_and_named(vault: Vault, tmp_path: Path, capsys: Printed) -> None:
    root, file = vault(SMALL), tmp_path / "graph.html"
    assert main(["view", str(root), "--export", str(file)]) == 0
    assert file.read_text(encoding="utf-8") == page(picture_of(SkillGraph.load(root)))
    assert capsys.readouterr().out == f"{file}: 6 nodes, 7 links\n"


def test_a_file_that_exists_is_replaced_only_on_demand(
    vault: Vault, tmp_path: Path, capsys: Printed
) -> None:
    file = tmp_path / "graph.html"
    file.write_text("mine")
    command = ["view", str(vault(SMALL)), "--export", str(file)]
    assert main(command) == 2
    assert "give --force to replace it" in capsys.readouterr().err
    assert file.read_text() == "mine"
    assert main([*command, "--force", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == {"file": str(file), "nodes": 6, "links": 7, "remarks": []}


def test_a_port_that_cannot_be_used_is_explained_in_one_line(vault: Vault, capsys: Printed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["view", str(vault(SMALL)), "--no-open", "--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"port {port} cannot be used" in said
    with pytest.raises(SystemExit):
        main(["view", "--port", "70000"])
    assert "'70000' is not a port from 0 to 65535" in capsys.readouterr().err


@pytest.mark.process
def test_the_page_is_served_until_ctrl_c(vault: Vault) -> None:
    command = [sys.executable, "-m", "skillagent", "view", str(vault(SMALL)), "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        match = re.fullmatch(
            r"(http://127\.0\.0\.1:\d+/[\w-]{20,}/): 6 nodes.*Ctrl-C stops\n", line
        )
        assert match
        address = urlsplit(match[1])
        connection = http.client.HTTPConnection(address.netloc)
        connection.request("GET", address.path)
        assert b"Set a seed" in connection.getresponse().read()
        connection.close()
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "stopped\n"
    assert process.returncode == 0
