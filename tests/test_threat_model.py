"""Each threat of `docs/security.md` is held by tests that exist."""

from __future__ import annotations

import re

from tests.conftest import ROOT

MODEL = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in MODEL.partition("\n## Threats\n")[2].split("\n")
    if line.startswith("| ") and not line.startswith("| threat")
]


def test_every_threat_names_what_is_done_and_a_test_of_this_repository() -> None:
    assert len(ROWS) > 15
    for threat, done, _, tests in ROWS:
        named = re.findall(r"`(tests/[\w/]+\.py)`", tests)
        assert threat and done and named, threat
        assert [path for path in named if not (ROOT / path).is_file()] == []
        for path in named:
            assert "def test_" in (ROOT / path).read_text(encoding="utf-8")


def test_the_policy_points_to_the_model_and_back() -> None:
    policy = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "(docs/security.md)" in policy
    assert "(../SECURITY.md)" in MODEL
