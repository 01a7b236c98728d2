"""Gemini CLI validates and installs the plugin as an extension, and starts its server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hosts.conftest import Host

pytestmark = pytest.mark.process

PROGRAM = "gemini"


@pytest.fixture(scope="module")
def gemini(host: Host, plugin: Path) -> Host:
    """With both folders trusted, which a person is asked for otherwise."""
    settings = host.home / ".gemini"
    settings.mkdir(exist_ok=True)
    trusted = {str(folder): "TRUST_FOLDER" for folder in (plugin, host.project)}
    (settings / "trustedFolders.json").write_text(json.dumps(trusted), encoding="utf-8")
    host.run("extensions", "install", "--consent", str(plugin))
    return host


def test_its_validator_finds_nothing(host: Host, plugin: Path) -> None:
    told = host.run("extensions", "validate", str(plugin))
    assert f"Extension {plugin} has been successfully validated." in told
    assert "warning" not in told.casefold()


def test_it_lists_the_extension_and_its_parts(gemini: Host) -> None:
    told = gemini.run("extensions", "list")
    assert "✓ skillagent (0.1.0)" in told
    assert " MCP servers:\n  skillagent\n" in told
    skills = gemini.run("skills", "list", "--all")
    assert "skillagent [Enabled]" in skills
    assert "ml-reproducibility" not in skills


def test_it_starts_the_server(gemini: Host) -> None:
    told = gemini.run("mcp", "list")
    assert "✓ skillagent (from skillagent): python3 " in told
    assert "serve (stdio) - Connected" in told


def test_the_commands_are_where_it_looks_for_them(gemini: Host) -> None:
    folder = gemini.home / ".gemini/extensions/skillagent/commands/skillagent"
    assert sorted(path.name for path in folder.iterdir()) == [
        "add.toml",
        "ask.toml",
        "health.toml",
        "set-up.toml",
        "weave.toml",
    ]
