"""Recorded exchanges at another boundary than HTTP: a cassette serves any type of request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from skillagent.errors import UsageError
from skillagent.messages import Message, Request, Role, Text, ToolSpec
from skillagent.recording import CanonicalRequest, Cassette, Exchange, strict_json
from skillagent.recording.difference import differences, nearest

TOOL = ToolSpec("read_node", "Read a node.", {"type": "object"})


@dataclass(frozen=True)
class NeutralRequest:
    """A request as an agent sends it to any provider."""

    model: str
    system: str
    tools: tuple[Mapping[str, Any], ...]
    messages: tuple[Mapping[str, Any], ...]

    @property
    def canonical(self) -> CanonicalRequest:
        return CanonicalRequest("request", asdict(self))


@dataclass(frozen=True)
class NeutralReply:
    text: str


def neutral(*words: str, system: str = "Be brief.", model: str = "a-model") -> NeutralRequest:
    messages = tuple(Message(Role.USER, (Text(word),)) for word in words)
    request = Request(system, messages, (TOOL,))
    fields = asdict(request)
    return NeutralRequest(model, system, tuple(fields["tools"]), tuple(fields["messages"]))


def tape_at(folder: Path) -> Cassette[NeutralRequest, NeutralReply]:
    return Cassette(folder / "run.jsonl", Exchange[NeutralRequest, NeutralReply])


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_a_number_that_json_lacks_is_not_read(number: str) -> None:
    with pytest.raises(ValueError, match=f"{number} is not JSON"):
        strict_json.parsed(f'{{"cost": {number}}}'.encode())


def test_a_cassette_gives_back_the_exchanges_of_another_boundary(tmp_path: Path) -> None:
    tape = tape_at(tmp_path)
    tape.begin()
    tape.append(Exchange.of(neutral("one"), NeutralReply("1")))
    tape.append(Exchange.of(neutral("one", "two"), NeutralReply("2")))
    exchanges = tape_at(tmp_path).read()
    assert [line for line, _ in exchanges] == [2, 3]
    assert [exchange.answer.text for _, exchange in exchanges] == ["1", "2"]
    digests = [neutral("one").canonical.digest, neutral("one", "two").canonical.digest]
    assert [exchange.digest for _, exchange in exchanges] == digests


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("Be brief", "Be long", "the digest does not fit the request"),
        ('{"digest"', '{"more": 1, "digest"', "more: Unexpected"),
    ],
)
def test_a_changed_line_is_named(tmp_path: Path, before: str, after: str, problem: str) -> None:
    tape = tape_at(tmp_path)
    tape.begin()
    tape.append(Exchange.of(neutral("one"), NeutralReply("1")))
    path = Path(tape.path)
    path.write_text(path.read_text().replace(before, after))
    with pytest.raises(UsageError, match=rf"run\.jsonl:2: {problem}"):
        tape.read()


@pytest.mark.parametrize(
    ("request_now", "line"),
    [
        (neutral("one", system="Be long."), "system prompt:"),
        (neutral("one", model="another"), "model:"),
        (neutral("one", "two"), "message 2 (user): is new, and was not recorded"),
    ],
)
def test_the_difference_names_the_part_that_changed(request_now: NeutralRequest, line: str) -> None:
    recorded = [neutral("something", "else").canonical, neutral("one").canonical]
    now = request_now.canonical
    place = nearest(now, recorded, is_used=lambda place: False)
    assert place == 1
    [block] = differences(recorded[place].parts, now.parts)
    assert block.strip().startswith(line)


def test_of_requests_that_are_equally_near_the_first_unused_is_meant() -> None:
    recorded = [neutral("one").canonical, neutral("one").canonical, neutral("one").canonical]
    now = neutral("one", model="another").canonical
    assert nearest(now, recorded, is_used=lambda place: place == 0) == 1
    assert nearest(now, recorded, is_used=lambda place: True) == 0
