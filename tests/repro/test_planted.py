"""Whatever is changed behind the back of a run is caught, and named, by one of three commands."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from skillagent.cli import main
from skillagent.disclosure import tools
from skillagent.environment import Environment
from skillagent.runs.manifest import read_manifest
from tests.repro.conftest import FILES, FixedModel, Record, edit_line, resealed


@dataclass(frozen=True)
class Scene:
    """A graph with its lock, and a run on it."""

    graph: Path
    run: Path
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def write(self, name: str, text: str) -> None:
        path = self.graph / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def lines(self, name: str) -> list[str]:
        return (self.run / name).read_text(encoding="utf-8").splitlines()

    def write_lines(self, name: str, lines: list[str]) -> None:
        (self.run / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def another_model(scene: Scene) -> None:
    _change_model(scene, name="fixed:two")


def another_temperature(scene: Scene) -> None:
    _change_model(scene, parameters={"temperature": "0.9"})


def _change_model(scene: Scene, **changes: Any) -> None:
    """As a careful forger does, or a later version that reads its settings elsewhere."""
    inputs = read_manifest(scene.run).inputs
    assert inputs.model is not None
    inputs = replace(inputs, model=replace(inputs.model, **changes))
    resealed(scene.run, inputs=inputs, inputs_id=inputs.inputs_id)


def another_tool_description(scene: Scene) -> None:
    first, *rest = tools.specs()
    changed = (replace(first, description="Lists what is there."), *rest)
    scene.monkeypatch.setattr(tools, "specs", lambda: changed)


def another_package_version(scene: Scene) -> None:
    now = Environment.here(Path.cwd())
    older = replace(now, packages={**now.packages, "pydantic": "2.0.0"})
    resealed(scene.run, environment=older.to_json())


def an_edited_trace(scene: Scene) -> None:
    number = next(n for n, line in enumerate(scene.lines("trace.jsonl"), 1) if '"answer"' in line)
    edit_line(scene.run / "trace.jsonl", number, lambda event: {**event, "text": "Nothing here."})


def a_damaged_trace(scene: Scene) -> None:
    edit_line(scene.run / "trace.jsonl", 6, lambda event: {**event, "cost": "much"})


def an_edited_manifest(scene: Scene) -> None:
    path = scene.run / "manifest.json"
    path.write_text(path.read_text().replace('"spent": ', '"spent": 1'))


def resealed_sums(scene: Scene) -> None:
    resealed(scene.run, spent=1, calls=7)


def a_resealed_outcome(scene: Scene) -> None:
    outcome = read_manifest(scene.run).outcome
    assert outcome is not None
    resealed(scene.run, outcome=replace(outcome, reason="max_turns"))


def resealed_tools(scene: Scene) -> None:
    inputs = replace(read_manifest(scene.run).inputs, tools={})
    resealed(scene.run, inputs=inputs, inputs_id=inputs.inputs_id)


def more_events_than_there_are(scene: Scene) -> None:
    resealed(scene.run, events=read_manifest(scene.run).events + 1, spent=1)


def no_seals(scene: Scene) -> None:
    resealed(scene.run, files={})


def a_seal_outside(scene: Scene) -> None:
    manifest = read_manifest(scene.run)
    files = {**manifest.files, "../../graph/sizing.md": manifest.files["trace.jsonl"]}
    resealed(scene.run, files=files)


def an_incomplete_edited_trace(scene: Scene) -> None:
    """A record that says of itself that more was asked, so that it looks cut off by a kill."""
    manifest = read_manifest(scene.run)
    an_edited_trace(scene)
    trace = (scene.run / "trace.jsonl").read_bytes()
    seal = replace(
        manifest.files["trace.jsonl"], bytes=len(trace), sha256=hashlib.sha256(trace).hexdigest()
    )
    files = {**manifest.files, "trace.jsonl": seal}
    resealed(scene.run, status="running", outcome=None, files=files)


def a_missing_exchange(scene: Scene) -> None:
    head, _, *rest = scene.lines("cassette.jsonl")
    scene.write_lines("cassette.jsonl", [head, *rest])


def an_exchange_out_of_order(scene: Scene) -> None:
    head, first, second, *rest = scene.lines("cassette.jsonl")
    scene.write_lines("cassette.jsonl", [head, second, first, *rest])


def an_edited_reply(scene: Scene) -> None:
    def change(exchange: Any) -> Any:
        exchange["answer"]["message"]["parts"][0]["text"] = "Buy more."
        return exchange

    edit_line(scene.run / "cassette.jsonl", 4, change)


def a_changed_byte(scene: Scene) -> None:
    scene.write("sizing.md", FILES["sizing.md"].replace("less", "more"))


def a_renamed_node(scene: Scene) -> None:
    (scene.graph / "sizing.md").rename(scene.graph / "amounts.md")


def a_new_link(scene: Scene) -> None:
    scene.write("sizing.md", FILES["sizing.md"] + "\nAlso [[deep/risk]].\n")


def a_link_that_resolves_elsewhere(scene: Scene) -> None:
    scene.write("near/deep/risk.md", "# Another risk\n")
    (scene.graph / "deep" / "risk.md").unlink()


def an_unrecorded_file(scene: Scene) -> None:
    scene.write("script.sh", "echo\n")


LOCK = ("lock", "{graph}", "--check")
VERIFY = ("verify", "{run}")
REPLAY = ("replay", "{run}")
TABLE: list[tuple[Callable[[Scene], None], tuple[str, ...], int, str]] = [
    (a_changed_byte, LOCK, 8, "changed node sizing"),
    (a_changed_byte, VERIFY, 4 | 16, "[[sizing]] was read, and its file has changed"),
    (a_changed_byte, REPLAY, 16, "the file of [[sizing]] has changed"),
    (a_renamed_node, LOCK, 4 | 16 | 32, "sizing was renamed to amounts"),
    (a_renamed_node, VERIFY, 4 | 16, "[[sizing]] was read, and is no longer"),
    (a_new_link, LOCK, 8, "changed node sizing"),
    (a_new_link, REPLAY, 16, "the file of [[sizing]] has changed"),
    (a_link_that_resolves_elsewhere, LOCK, 4 | 16 | 32, "relinked node stops"),
    (a_link_that_resolves_elsewhere, VERIFY, 4 | 16, "lock: relinked node stops"),
    (an_unrecorded_file, LOCK, 64, "script.sh"),
    (an_unrecorded_file, VERIFY, 4, "lock: unrecorded file script.sh"),
    (another_model, REPLAY, 4, "request 1 differs: model"),
    (another_model, VERIFY, 8 | 16, "+fixed:two"),
    (resealed_sums, VERIFY, 8, "spent is 1, but the other files give"),
    (resealed_sums, VERIFY, 8, "calls is 7, but the other files give 2"),
    (a_resealed_outcome, VERIFY, 8, "outcome.reason is max_turns, but the other files give"),
    (resealed_tools, VERIFY, 8, "inputs.tools is {}, but the other files give"),
    (more_events_than_there_are, VERIFY, 8, "events, but the trace has"),
    (no_seals, VERIFY, 8, "it has no seal of trace.jsonl"),
    (a_seal_outside, VERIFY, 8, "it seals '../../graph/sizing.md', which is no file of a record"),
    (an_incomplete_edited_trace, VERIFY, 8 | 16, "do not give the run_digest"),
    (another_temperature, REPLAY, 4, "request 1 differs: parameter parameters"),
    (another_tool_description, REPLAY, 4, "tool schema of tool list_index"),
    (another_package_version, VERIFY, 0, "note: package pydantic: 2.0.0 → "),
    (an_edited_trace, VERIFY, 8 | 16, "trace.jsonl: it was edited"),
    (an_edited_trace, REPLAY, 8, "the answer to call_0 differs"),
    (a_damaged_trace, VERIFY, 8 | 16, "trace.jsonl:6: answer.cost: Input should be"),
    (a_damaged_trace, REPLAY, 32, "trace.jsonl:6: answer.cost: Input should be"),
    (an_edited_manifest, VERIFY, 8, "manifest.json: it was edited"),
    (a_missing_exchange, VERIFY, 8 | 16, "the exchange of request 1 (trace.jsonl:3) is missing"),
    (a_missing_exchange, REPLAY, 32, "the exchange of request 1"),
    (an_exchange_out_of_order, VERIFY, 8 | 16, "exchange 1 is out of order"),
    (an_exchange_out_of_order, REPLAY, 32, "exchange 1 is out of order"),
    (an_edited_reply, VERIFY, 8 | 16, "reply 3 is not the one in cassette.jsonl"),
]


@pytest.fixture
def scene(graph: Path, record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    assert main(["lock", str(graph)]) == 0
    return Scene(graph, record("How much do I buy?"), tmp_path, monkeypatch)


@pytest.mark.parametrize(("plant", "command", "code", "name"), TABLE)
def test_each_change_is_caught_and_named(
    plant: Callable[[Scene], None],
    command: tuple[str, ...],
    code: int,
    name: str,
    scene: Scene,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = [word.format(graph=scene.graph, run=scene.run) for word in command]
    assert main(words) == 0
    capsys.readouterr()
    plant(scene)
    assert (main(words), name in (out := capsys.readouterr().out)) == (code, True), out


def test_a_lock_that_somebody_else_signed_is_named(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = {}
    for who in ("anna", "mallory"):
        path = scene.folder / who
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", who, "-f", str(path)]
        subprocess.run(make, check=True)
        keys[who] = path
    allowed = scene.folder / "allowed"
    allowed.write_text(f"anna {(scene.folder / 'anna.pub').read_text()}")
    verify = [
        "verify",
        str(scene.run),
        *("--signer", "anna", "--allowed-signers", str(allowed)),
    ]
    assert main(["lock", str(scene.graph), "--sign", str(keys["anna"])]) == 0
    assert main(verify) == 0
    assert main(["lock", str(scene.graph), "--sign", str(keys["mallory"])]) == 0
    capsys.readouterr()
    assert main(verify) == 2
    assert "anna" in capsys.readouterr().err


def test_two_runs_that_differ_in_one_thing_are_explained(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    first = record()
    others = {
        "model.name": record(model=FixedModel(name="fixed:two")),
        "model.parameters.temperature": record(model=FixedModel(parameters={"temperature": 0.9})),
        "budget": record(budget=5_000),
        "seed": record(seed=7),
        "questions": record("What do I buy?"),
        "-Buy less.": record(model=FixedModel(answers=("Buy more.",))),
    }
    for name, other in others.items():
        capsys.readouterr()
        assert main(["diff", str(first), str(other)]) == 1
        assert name in capsys.readouterr().out
    again = record()
    capsys.readouterr()
    assert main(["diff", str(first), str(again)]) == 0
    assert json.loads(_json(capsys, ["diff", str(first), str(again), "--json"]))["same"] is True


def _json(capsys: pytest.CaptureFixture[str], words: list[str]) -> str:
    capsys.readouterr()
    main(words)
    return capsys.readouterr().out


def test_one_record_that_cannot_be_read_does_not_hide_the_others(
    scene: Scene, record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    other = record("How much do I sell?")
    path = scene.run / "manifest.json"
    path.write_text(path.read_text().replace("{", '{"spent": 1,', 1))
    for command in ("verify", "replay"):
        assert main([command, str(scene.run.parent)]) == 2
        out, err = capsys.readouterr()
        assert "manifest.json: not a manifest: the key 'spent' is written twice" in err
        assert other.name in out


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("manifest.json", '"today": null', '"today": "x"'),
        ("manifest.json", '"model": {', '"model": null, "was": {'),
        ("manifest.json", '"count": ', '"count": true, "was": '),
        ("manifest.json", '"leaf": "', '"leaf": null, "was": "'),
        ("manifest.json", '"models": [', '"models": 7, "was": ['),
        ("cassette.jsonl", '"parts": [', '"parts": null, "was": ['),
        ("cassette.jsonl", '"body": {', '"body": null, "was": {'),
    ],
)
def test_a_malformed_record_is_an_error_and_no_crash(
    scene: Scene, capsys: pytest.CaptureFixture[str], name: str, old: str, new: str
) -> None:
    path = scene.run / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    for command in ("verify", "replay", "runs"):
        code = main([command, str(scene.run.parent)])
        out, err = capsys.readouterr()
        assert code or command != "verify"
        assert "Traceback" not in out + err


def test_a_named_pipe_in_place_of_a_cassette_is_refused(scene: Scene) -> None:
    path = scene.run / "cassette.jsonl"
    path.unlink()
    os.mkfifo(path)
    assert main(["replay", str(scene.run)]) == 32
