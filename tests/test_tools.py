"""The tool definitions: one source, OpenAI's strict subset, forgiving reading."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from skillagent.disclosure import tools


def test_the_three_tools_have_the_documented_arguments() -> None:
    arguments = {spec.name: list(spec.parameters["properties"]) for spec in tools.specs()}
    assert arguments == {
        "list_index": ["map", "query", "cursor"],
        "read_summary": ["nodes", "query", "depth"],
        "read_node": ["node", "section", "again"],
    }


@pytest.mark.parametrize("spec", tools.specs(), ids=lambda spec: spec.name)
def test_schemas_lie_in_the_strict_subset(spec: Any) -> None:
    schema = spec.parameters
    assert schema["additionalProperties"] is False
    assert schema["required"] == list(schema["properties"])
    for field in schema["properties"].values():
        assert set(field) <= {"type", "description", "items"}
    assert len(spec.description) < 500


def test_definitions_are_the_same_bytes_every_time() -> None:
    first = json.dumps([dict(spec.parameters) for spec in tools.specs()])
    tools.specs.cache_clear()
    assert json.dumps([dict(spec.parameters) for spec in tools.specs()]) == first


@pytest.mark.parametrize(
    ("name", "arguments", "parsed"),
    [
        ("list_index", {}, {"map": None, "query": None, "cursor": None}),
        ("list_index", "", {"map": None, "query": None, "cursor": None}),
        ("list_index", {"cursor": 8}, {"map": None, "query": None, "cursor": "8"}),
        ("read_summary", {"nodes": "a"}, {"nodes": ["a"], "query": None, "depth": None}),
        (
            "read_summary",
            {"nodes": ["a"], "depth": 2.0},
            {"nodes": ["a"], "query": None, "depth": 2},
        ),
        (
            "read_summary",
            '{"nodes": ["a"], "depth": 3.0}',
            {"nodes": ["a"], "query": None, "depth": 3},
        ),
        (
            "read_summary",
            {"nodes": ["a"], "depth": "2"},
            {"nodes": ["a"], "query": None, "depth": 2},
        ),
        ("read_node", '{"node": "a"}', {"node": "a", "section": None, "again": None}),
    ],
)
def test_arguments_are_read_forgivingly(name: str, arguments: Any, parsed: Any) -> None:
    assert tools.parse(name, arguments) == parsed


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("read_nod", {}, "there is no tool 'read_nod'; use list_index, read_summary, read_node"),
        ("read_node", "{", "not valid JSON; read_node takes node, section (optional)"),
        ("read_node", "[1]", "must be a JSON object"),
        ("read_node", {}, "'node' is missing; read_node takes node"),
        ("read_node", {"node": 3}, "'node' should be a valid string"),
        ("read_node", {"node": "a", "x": 1}, "'x' is not an argument"),
        ("read_summary", {"nodes": []}, "'nodes'"),
        ("read_summary", {"nodes": ["a"] * 11}, "'nodes'"),
        ("read_summary", {"nodes": ["a"], "depth": 4}, "'depth' should be less than or equal to 3"),
        ("read_summary", {"nodes": ["a"], "depth": "two"}, "'depth' should be a valid integer"),
        ("read_summary", {"nodes": ["a"], "depth": 2.5}, "'depth' should be a valid integer"),
        ("read_summary", {"nodes": ["a"], "depth": True}, "'depth' should be a valid integer"),
        ("read_summary", {"nodes": ["a"], "depth": math.inf}, "'depth' should be a valid integer"),
        ("read_summary", {"nodes": ["a"], "depth": 4.0}, "'depth' should be less than or equal"),
        ("read_node", "[" * 100_000, "not valid JSON"),
    ],
)
def test_what_cannot_be_read_says_how_to_write_it(name: str, arguments: Any, says: str) -> None:
    with pytest.raises(tools.ArgumentError) as error:
        tools.parse(name, arguments)
    assert says in str(error.value)
    assert "pydantic" not in str(error.value)
