"""The forms of `evals/evals.json` and of trigger sets, as Agent Skills have them.

Sources: agentskills/agentskills, docs/skill-creation/evaluating-skills.mdx; anthropics/skills,
skills/skill-creator/references/schemas.md. Keys that are not named here are other programs' and
are ignored; what this package adds is under its own key, `skillagent`, and others ignore that.

Above: `agent_skills_file`. What is under our key has the forms of `suite_file`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    model_validator,
)

KEY = "skillagent"
"""The key of this package's own values, in the file and in each eval."""
SENTENCES = ("text", "description", "expectation", "assertion", "criteria")
"""Keys of an expectation that is an object, the first of which is its sentence."""


def _as_text(value: Any) -> Any:
    # Some programs write an expectation as an object, with room for its verdict.
    if not isinstance(value, Mapping):
        return value
    if value.get("type") == "contains" and isinstance(value.get("value"), str):
        return f'The output contains "{value["value"]}".'
    sentence = next((value[key] for key in SENTENCES if isinstance(value.get(key), str)), None)
    if sentence is None:
        raise ValueError("an expectation is a sentence, or an object with its sentence as `text`")
    return sentence


def _as_name(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
_Expectation = Annotated[_Text, BeforeValidator(_as_text)]


class _Foreign(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class EvalModel(_Foreign):
    """One eval, or one query of a trigger set."""

    id: Annotated[str, BeforeValidator(_as_name)] = ""
    """A number in the format; some files have a name."""
    prompt: _Text = Field(validation_alias=AliasChoices("prompt", "query", "question"))
    expected_output: str = Field(
        default="", validation_alias=AliasChoices("expected_output", "ground_truth")
    )
    files: list[str] = []
    expectations: list[_Expectation] = Field(
        default=[],
        validation_alias=AliasChoices("expectations", "assertions", "expected_behavior"),
    )
    should_trigger: StrictBool | None = None
    expected_skill: str | None = None
    own: dict[str, Any] = Field(default={}, validation_alias=KEY)
    """Fields of a case of `suite_file`, without its question."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        # Programs write null for a missing value. Only `expected_skill: null` says something: none.
        if not isinstance(value, Mapping):
            return value
        return {k: v for k, v in value.items() if v is not None or k == "expected_skill"}

    @property
    def triggers(self) -> bool:
        """Whether a skill should be read for it."""
        if self.should_trigger is not None:
            return self.should_trigger
        return "expected_skill" not in self.model_fields_set or self.expected_skill is not None


class FileModel(_Foreign):
    """A file, but for its evals."""

    skill_name: str = ""
    own: dict[str, Any] = Field(default={}, validation_alias=KEY)
    """Fields of a suite of `suite_file`, without its cases."""
