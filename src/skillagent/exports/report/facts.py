"""What a run was: question, outcome, model, digests, environment.

Above: `run_report`. Below: `html`, `run_events`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from skillagent.html.facts import Fact, facts_list
from skillagent.html.markup import Markup, details, element, joined, table
from skillagent.runs import RunRecord
from skillagent.runs.run_events import RunEvent, spent_by


def facts_of(record: RunRecord, events: Iterable[RunEvent]) -> list[Fact]:
    """The facts about a run, in the order in which they are shown.

    Args:
        record: the record.
        events: its events.
    """
    manifest = record.manifest
    inputs, observed = manifest.inputs, manifest.observed
    model = inputs.model
    return [
        *(Fact(f"Question {number}", text) for number, text in enumerate(record.questions, 1)),
        Fact("Outcome", manifest.outcome.reason if manifest.outcome else "none"),
        Fact("Record", _state(record)),
        Fact("Model asked", model.name if model else "none of ours"),
        Fact("Model reported", _words(observed.get("models")) or "none"),
        Fact("Parameters", _words(model.parameters if model else None) or "none"),
        Fact("Determinism", manifest.determinism.value),
        Fact("Budget", f"{_words(inputs.budget)} tokens by {_words(inputs.counter)}"),
        Fact("Disclosed", f"{spent_by(events):,} tokens"),
        Fact("Graph root", _words(inputs.graph_root)),
        Fact("inputs_id", manifest.inputs_id),
        Fact("run_digest", _digest(record)),
        Fact("Run", manifest.run),
        Fact("Started", _words(observed.get("started"))),
    ]


def facts_table(caption: str, first: Iterable[Fact], second: Iterable[Fact]) -> Markup:
    """Facts about two runs beside each other; the first column says which differ."""
    values = {fact.name: fact.value for fact in first}
    others = {fact.name: fact.value for fact in second}
    names = [*values, *(name for name in others if name not in values)]
    rows = []
    for name in names:
        pair = values.get(name, "none"), others.get(name, "none")
        mark = element("strong", " differs", class_="differs") if pair[0] != pair[1] else ""
        rows.append((joined([name, mark]), *pair))
    return table(caption, ("Fact", "Run 1", "Run 2"), rows)


def environment_facts(record: RunRecord) -> list[Fact]:
    """The environment, every value with its path."""
    return [Fact(path, value) for path, value in _leaves(record.manifest.environment, "")]


def environment_list(facts: list[Fact]) -> Markup:
    """The environment of one run, folded away."""
    if not facts:
        return element("p", "The record says nothing of the environment.")
    return details(f"Environment ({len(facts)} values)", facts_list(facts))


def environment_table(first: list[Fact], second: list[Fact]) -> Markup:
    """The environments of two runs, folded away; the heading counts what differs."""
    differing = len({fact.name for fact in set(first) ^ set(second)})
    title = f"Environment ({differing} values differ)"
    return details(title, facts_table("Environment of the two runs", first, second))


def _state(record: RunRecord) -> str:
    if record.is_complete:
        return f"complete, {len(record.events)} events"
    damage = "".join(f"; {line}" for line in record.damage)
    return f"incomplete: it ended {record.where_it_ended}{damage}"


def _digest(record: RunRecord) -> str:
    digest = record.run_digest
    is_other = record.is_complete and digest != record.manifest.run_digest
    return digest + (" – not that of the manifest: the trace was changed" if is_other else "")


def _words(value: Any) -> str:
    """A JSON value as a person reads it; empty if there is none."""
    if value in (None, [], {}, ""):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ", ".join(map(_words, value))
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=dict)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key in sorted(value, key=str):
            yield from _leaves(value[key], f"{path}.{key}" if path else str(key))
    else:
        yield path, _words(value) or "none"
