"""What all results have in common."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

INSTRUCTIONS_CALL = 0
"""The call number of the system prompt."""


@dataclass(frozen=True, slots=True)
class BaseResult:
    """A result; each kind derives from it."""

    kind: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, **asdict(self, dict_factory=_fields)}


def _fields(values: list[tuple[str, Any]]) -> dict[str, Any]:
    """The fields of a result, without the tag of a text that needs none."""
    return {name: value for name, value in values if name != "tag" or value}
