"""Placeholder until the environment part is merged."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class Environment:
    @classmethod
    def here(cls, project: Path | None = None) -> Environment:
        return cls()

    def to_json(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_json(cls, values: Any) -> Environment:
        return cls()


def differences(before: Environment, after: Environment) -> tuple[str, ...]:
    return ()
