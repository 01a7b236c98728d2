"""The manifest of a run: its published form, and what is said of a wrong one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skillagent.errors import UsageError
from skillagent.runs.manifest import read_manifest, schema
from tests.conftest import ROOT
from tests.repro.conftest import Record


def test_the_published_schema_is_that_of_the_code() -> None:
    published = (ROOT / "docs" / "run-manifest.schema.json").read_text(encoding="utf-8")
    assert json.loads(published) == schema()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"spent": "much"},
            "manifest.json: not a manifest (spent: Input should be a valid integer",
        ),
        ({"inputs": {}}, "not a manifest (inputs.graph_root: Field required)"),
        ({"mood": "good"}, "not a manifest (mood: "),
        ({"determinism": "sure"}, "not a manifest (determinism: "),
    ],
)
def test_a_wrong_manifest_is_refused_in_one_line(
    record: Record, change: dict[str, object], message: str
) -> None:
    run = record()
    path = run / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}), encoding="utf-8")
    with pytest.raises(UsageError) as error:
        read_manifest(run)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_folder_without_a_manifest_is_no_record(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no run record: it has no manifest\.json"):
        read_manifest(tmp_path)
