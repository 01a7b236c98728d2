"""Fixtures for every test: files on disk, and no way to the network."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from skillagent.tokens import DEFAULT_ENCODING
from skillagent.tokens.table_writer import ensure_table

# A landing must not hang on chance: CI draws the same examples every time, and everyone
# else new ones. No deadline, for a shared machine may stand still at any moment.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

pytest_plugins = ["pytester", "tests.browser", "tests.postgres"]

ROOT = Path(__file__).parents[1]
BUNDLED = ROOT / "examples" / "ml-reproducibility"
SHIPPED = (BUNDLED, ROOT / "skills" / "skillagent")
"""The graphs that come with the package."""
SETTINGS = ("SKILLAGENT_CACHE", "SKILLAGENT_MODEL", "SKILLAGENT_PRICES")
"""Variables with which a user changes what commands do."""

Vault = Callable[[Mapping[str, str | bytes]], Path]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests are not traced for coverage.

    They repeat a thousand times what other tests reach once, and tracing takes half of their time.
    So the other tests alone must reach the limit. Those that compare times are traced all the same,
    because longer times differ less by chance.
    """
    for item in items:
        if item.get_closest_marker("slow") and item.path.stem != "test_growth":
            item.add_marker("no_cover")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """Write files, given as path → text, and return the folder that holds them."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content.encode() if isinstance(content, str) else content
            path.write_bytes(data)
        return tmp_path

    return write


@pytest.fixture(scope="session")
def vocabularies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The vocabulary table that is made with the first index, once for all tests."""
    folder = tmp_path_factory.mktemp("tables")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SKILLAGENT_CACHE", str(folder))
        assert ensure_table(DEFAULT_ENCODING)
    return folder / "vocabularies"


@pytest.fixture(autouse=True)
def nothing_of_the_user(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    vocabularies: Path,
) -> None:
    """No file, key, model or price of whoever runs the tests is read or written."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    (cache / "skillagent").mkdir()
    (cache / "skillagent" / "vocabularies").symlink_to(vocabularies)
    for name in os.environ:
        if name.startswith(("ANTHROPIC_", "OPENAI_")) or name in SETTINGS:
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def no_network(no_llm_network: None) -> None:
    """Any connection beyond this machine fails the test that tries it: our own fixture."""
