"""A cache folder with the vocabulary tables of both encodings, made once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillagent.files.user_cache import CACHE_VARIABLE
from skillagent.tokens.table_writer import ensure_table
from skillagent.tokens.vocabulary import VOCABULARIES


@pytest.fixture(scope="session")
def folder_of_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(CACHE_VARIABLE, str(folder))
        assert all(ensure_table(encoding) for encoding in VOCABULARIES)
    return folder


@pytest.fixture
def tables(folder_of_tables: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder is that of this test; the test must not change it."""
    monkeypatch.setenv(CACHE_VARIABLE, str(folder_of_tables))
    return folder_of_tables
