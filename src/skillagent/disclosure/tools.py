"""The definitions of the three tools, and the parser of their arguments: one pydantic model each.

The schemas keep to the strict subset that OpenAI enforces: closed objects, every property required,
optional ones nullable. The parser also accepts calls without the optional arguments. It is imported
when a model calls a tool, because pydantic takes longer to import than a call to carry out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from skillagent.disclosure.planning import MAX_DEPTH, MAX_NODES
from skillagent.messages import ToolSpec


def _as_list(value: object) -> object:
    """A list, also from one name: models often send that."""
    return [value] if isinstance(value, str) else value


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_number(value: object) -> object:
    """A number, also from a text, and from `2.0`: JSON has no separate type for integers."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return int(value) if isinstance(value, str) and value in ("1", "2", "3") else value


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ListIndex(_Arguments):
    """List nodes of the skill graph, one line each: id, tokens to read it, description.
    Without arguments: the entry map. With `query`: the nodes that answer it, best first - start
    here. With `map`: that map's nodes under its author's headings."""

    map: str | None = Field(None, description="Id of a map to list.")
    query: str | None = Field(
        None,
        description="What you want to know, in your own words; filters narrow it: type:guide "
        "tag:auth status:current path:api/ (-tag:x excludes).",
    )
    cursor: Annotated[str | None, BeforeValidator(_as_text)] = Field(
        None, description="Next page, as an earlier answer named it; repeat its other arguments."
    )


class ReadSummary(_Arguments):
    """Show summaries of one to ten nodes, without their text: description, outline with tokens,
    and links, each with the sentence that says why to follow it. Cheap: decide here what to read.
    With `depth`: instead, one line for each node around them."""

    nodes: Annotated[list[str], BeforeValidator(_as_list)] = Field(
        description="Ids, titles or aliases.", min_length=1, max_length=MAX_NODES
    )
    query: str | None = Field(
        None, description="What you want to know; ranks the links and sections."
    )
    depth: Annotated[int | None, BeforeValidator(_as_number)] = Field(
        None,
        description="2 or 3: list all nodes that links lead to within that many steps.",
        ge=1,
        le=MAX_DEPTH,
    )


class ReadNode(_Arguments):
    """Show the whole text of one node, or one section of it. What does not fit is named with its
    tokens. Text that was already shown is not repeated."""

    node: str = Field(description="Id, title or alias.")
    section: str | None = Field(None, description="A heading from the outline, for that part only.")
    again: bool | None = Field(
        None, description="True to repeat text that is no longer in your context."
    )


MODELS: dict[str, type[_Arguments]] = {
    "list_index": ListIndex,
    "read_summary": ReadSummary,
    "read_node": ReadNode,
}


@cache
def specs() -> tuple[ToolSpec, ...]:
    """The definitions of the three tools, the same bytes every time."""
    return tuple(
        ToolSpec(name, " ".join((model.__doc__ or "").split()), _schema(model))
        for name, model in MODELS.items()
    )


def _schema(model: type[_Arguments]) -> dict[str, Any]:
    raw = model.model_json_schema()
    properties = {}
    for name, field in raw["properties"].items():
        schema = {key: value for key, value in field.items() if key not in ("title", "default")}
        if options := schema.pop("anyOf", None):
            schema = {"type": [option["type"] for option in options], **schema}
        if schema.get("type") == "array":
            # OpenAI's strict subset has no lengths; the parser still checks them.
            schema = {key: schema[key] for key in ("type", "items", "description")}
        properties[name] = schema
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


class ArgumentError(Exception):
    """A tool call cannot be read; the text tells the model how to write it.

    `Toolset.call` catches it and answers with the text.
    """


def parse(name: object, arguments: object) -> dict[str, Any]:
    """The arguments of a call, checked.

    Args:
        name: name of the tool.
        arguments: an object, or its JSON text; an empty text means no arguments.

    Raises:
        ArgumentError: the tool is unknown, the text is not JSON, or an argument is not valid.
    """
    model = MODELS.get(name) if isinstance(name, str) else None
    if model is None:
        raise ArgumentError(f"there is no tool {str(name)[:60]!r}; use {', '.join(MODELS)}")
    usage = f"{name} takes {_usage(model)}"
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments) if arguments.strip() else {}
        except (ValueError, RecursionError):
            raise ArgumentError(f"the arguments are not valid JSON; {usage}") from None
    if not isinstance(arguments, Mapping):
        raise ArgumentError(f"the arguments must be a JSON object; {usage}")
    try:
        return model.model_validate(dict(arguments)).model_dump()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "arguments"
        problem = {"extra_forbidden": "is not an argument", "missing": "is missing"}.get(
            first["type"], first["msg"].removeprefix("Input ")
        )
        raise ArgumentError(f"{place[:60]!r} {problem}; {usage}") from None


def _usage(model: type[_Arguments]) -> str:
    return ", ".join(
        name if field.is_required() else f"{name} (optional)"
        for name, field in model.model_fields.items()
    )
