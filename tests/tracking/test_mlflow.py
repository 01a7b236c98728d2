"""Records in MLflow: a real SQLite database, read back by MLflow's own client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from skillagent import MissingPackageError
from skillagent.cli import main
from skillagent.runs import RunRecord
from skillagent.tracking import conventions as names
from skillagent.tracking import mlflow, spans_of
from tests import run_records
from tests.run_records import KINDS, Maker

pytestmark = [
    pytest.mark.slow,
    # MLflow's tables use what SQLAlchemy 2.1 warns of.
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning"),
]


class Tracker:
    """One database for all tests, because making it takes a second."""

    def __init__(self, uri: str) -> None:
        from mlflow import MlflowClient

        self.uri = uri
        self.client = MlflowClient(uri)

    def log(self, folder: Path, experiment: str, **more: Any) -> Any:
        return self.client.get_run(self.logged(folder, experiment, **more).run_id)

    def logged(self, folder: Path, experiment: str, **more: Any) -> mlflow.Logged:
        return mlflow.log(RunRecord.read(folder), self.uri, experiment, **more)

    def runs(self, experiment: str) -> list[Any]:
        known = self.client.get_experiment_by_name(experiment)
        assert known is not None
        return list(self.client.search_runs([known.experiment_id]))

    def traces(self, run: Any) -> list[Any]:
        experiment, run_id = run.info.experiment_id, run.info.run_id
        found = self.client.search_traces(locations=[experiment], run_id=run_id)
        return sorted(found, key=lambda trace: trace.info.request_time)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mlflow") / "mlflow.db"


@pytest.fixture
def tracker(database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Tracker:
    monkeypatch.chdir(tmp_path)
    # The command sets these, and they must not last longer than the test.
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("MLFLOW_LOGGING_LEVEL", "WARNING")
    return Tracker(f"sqlite:///{database}")


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


def files(tracker: Tracker, run: Any) -> dict[str, bytes]:
    """The artefacts of a run, by name."""
    listed = tracker.client.list_artifacts(run.info.run_id, "record")
    paths = [Path(tracker.client.download_artifacts(run.info.run_id, one.path)) for one in listed]
    return {path.name: path.read_bytes() for path in paths}


def test_a_run_has_inputs_counts_digests_and_files(
    make: Maker, tracker: Tracker, database: Path, tmp_path: Path
) -> None:
    record = RunRecord.read(run_records.priced(make))
    run = tracker.log(record.folder, "priced")
    manifest = record.manifest
    assert run.info.run_name == manifest.run
    assert run.info.status == "FINISHED"
    spans = spans_of(record)
    assert (run.info.start_time, run.info.end_time) == (
        spans[0].start // 1_000_000,
        spans[0].end // 1_000_000,
    )
    params = run.data.params
    assert params["graph_root"] == manifest.inputs.graph_root
    assert params["model.name"] == "a-model"
    assert params["budget"] == "2000"
    assert params["hidden_text"] == "false"
    assert params["tools.read_node"] == manifest.inputs.tools["read_node"]
    assert params["questions.0"] == manifest.inputs.questions[0]
    assert "seed" not in params, "what is not set is no parameter"
    assert run.data.metrics == {
        "tokens": manifest.spent,
        "questions": 1,
        "turns": 2,
        "failures": 0,
        "calls": 1,
        "seconds": 14,
        "usage.input": 300,
        "usage.output": 30,
        "usage.cache_read": 150,
        "usage.cache_write": 0,
        "nodes.index": 1,
        "nodes.summary": 0,
        "nodes.section": 0,
        "nodes.node": 1,
        "dollars": pytest.approx(manifest.observed["dollars"]),
    }
    ours = {n: value for n, value in run.data.tags.items() if n.startswith("skillagent.")}
    assert ours == {
        "skillagent.run": manifest.run,
        "skillagent.run_digest": record.run_digest,
        "skillagent.graph_root": manifest.inputs.graph_root,
        "skillagent.inputs_id": manifest.inputs_id,
        "skillagent.determinism": "sampled",
        "skillagent.outcome": "end",
        "skillagent.ended": "complete",
    }
    assert files(tracker, run) == {path.name: path.read_bytes() for path in record.folder.iterdir()}
    assert (database.parent / "mlartifacts").is_dir()
    assert not (tmp_path / "mlruns").exists(), "nothing is written into the working folder"


def test_each_question_is_a_trace_of_the_run(make: Maker, tracker: Tracker) -> None:
    record = RunRecord.read(run_records.other_model_and_budget(make))
    run = tracker.log(record.folder, "traces", content=True)
    traces = tracker.traces(run)
    assert len(traces) == 2
    logged = [span for trace in traces for span in trace.data.spans]
    for wanted, span in zip(spans_of(record, content=True), logged, strict=True):
        assert int(span.span_id, 16) == wanted.span_id
        assert int(span.parent_id or "0", 16) == (wanted.parent_id or 0)
        assert (span.name, span.start_time_ns, span.end_time_ns) == (
            wanted.name,
            wanted.start,
            wanted.end,
        )
        nodes = wanted.attributes.get(names.NODE_ID)
        assert span.attributes.get(names.NODE_ID) == (list(nodes) if nodes else None)  # type: ignore[arg-type]  # a list of ids
    # What MLflow understands of them.
    assert [s.span_type for s in traces[1].data.spans] == [
        "AGENT",
        "CHAT_MODEL",
        "TOOL",
        "CHAT_MODEL",
    ]
    metadata = traces[1].info.trace_metadata
    assert metadata["mlflow.trace.session"] == record.manifest.run
    assert '"total_tokens": 330' in metadata["mlflow.trace.tokenUsage"]
    assert "And the split?" in traces[1].info.request_preview


def test_a_record_is_logged_once(make: Maker, tracker: Tracker) -> None:
    folder = run_records.with_usage(make)
    first = tracker.logged(folder, "once")
    again = tracker.logged(folder, "once")
    assert (first.is_new, again.is_new) == (True, False)
    assert again.run_id == first.run_id
    other = tracker.logged(run_records.with_usage(make), "once")
    assert other.is_new, "another record with the same events is another run"
    assert len(tracker.runs("once")) == 2


def test_a_record_may_be_in_two_experiments(make: Maker, tracker: Tracker) -> None:
    folder = run_records.with_usage(make)
    runs = [tracker.log(folder, name) for name in ("one", "two")]
    assert [len(tracker.runs(name)) for name in ("one", "two")] == [1, 1]
    assert runs[0].info.run_id != runs[1].info.run_id
    assert [len(tracker.traces(run)) for run in runs] == [1, 1]


def test_a_half_logged_record_is_completed(
    make: Maker, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run_records.with_usage(make)
    with monkeypatch.context() as patch:
        patch.setattr(mlflow, "_log_traces", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            tracker.logged(folder, "half")
    assert [run.info.status for run in tracker.runs("half")] == ["RUNNING"]
    assert tracker.logged(folder, "half").is_new
    (run,) = tracker.runs("half")
    assert run.info.status == "FINISHED"
    assert len(tracker.traces(run)) == 1


def test_every_record_can_be_logged(make: Maker, tracker: Tracker) -> None:
    statuses = {
        kind: tracker.log(KINDS[kind](Maker(make.folder / kind)), f"all {kind}").info.status
        for kind in KINDS
    }
    assert {kind for kind, status in statuses.items() if status == "FAILED"} == {"failed"}
    assert {kind for kind, status in statuses.items() if status == "KILLED"} == {
        "stopped_in_the_answer",
        "stopped_in_a_call",
        "before_the_first_event",
        "killed_while_writing",
        "killed_while_waiting",
        "without_the_call",
        "of_a_later_version",
        "no_json",
    }


def test_the_command_tells_where_each_record_is(
    make: Maker, tracker: Tracker, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run_records.offline(make)
    command = ["track", "mlflow", str(folder.parent), "--uri", tracker.uri, "--experiment", "told"]
    assert main(command) == 0
    (run,) = tracker.runs("told")
    assert capsys.readouterr().out == f"{folder}: logged as MLflow run {run.info.run_id}\n"
    assert main(command) == 0
    again = f"nothing to do, was logged before as MLflow run {run.info.run_id}\n"
    assert capsys.readouterr().out == f"{folder}: {again}"


@pytest.mark.process
def test_nothing_is_sent_or_fetched(make: Maker, tmp_path: Path) -> None:
    # In a process of its own: MLflow reports nothing in tests and in CI, as it knows them.
    command = ["track", "mlflow", str(run_records.with_usage(make)), "--uri", "sqlite:///my.db"]
    code = (
        "import sys\n"
        "refused = ('socket.connect', 'socket.getaddrinfo')\n"
        "sys.addaudithook(lambda event, _: print(event) if event in refused else None)\n"
        f"from skillagent.cli import main; main({command!r})\n"
        "from mlflow.telemetry.utils import is_telemetry_disabled; print(is_telemetry_disabled())"
    )
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environ, capture_output=True, check=True
    )
    logged, told = done.stdout.splitlines()
    assert (b"logged as MLflow run" in logged, told) == (True, b"True")
    assert done.stderr == b""


def test_long_values_are_cut_and_say_so(make: Maker, tracker: Tracker) -> None:
    folder = run_records.offline(make)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    inputs = manifest["inputs"]
    inputs |= {"system": "x" * 7_000}
    inputs["model"]["parameters"] = {"odd=name\n": {"a": [1.5, None, True]}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    params = tracker.log(folder, "long").data.params
    assert params["system"] == "x" * 5_993 + "… (cut)"
    assert params["model.parameters.odd_name_.a.0"] == "1.5"
    assert params["model.parameters.odd_name_.a.2"] == "true"


def test_what_mlflow_refuses_is_an_error_of_one_line(
    make: Maker, tracker: Tracker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run_records.offline(make)
    (tmp_path / "no.db").write_text("no database " * 99, encoding="utf-8")
    tracker.client.delete_experiment(tracker.client.create_experiment("deleted"))
    for uri, experiment, told in (
        (f"sqlite:///{tmp_path / 'no.db'}", "x", "file is not a database"),
        (f"sqlite:///{tmp_path / 'nowhere' / 'my.db'}", "x", "no such folder"),
        ("gopher://x", "x", "unsupported URI"),
        (tracker.uri, "deleted", "deleted"),
        (tracker.uri, "", "experiment"),
    ):
        command = ["track", "mlflow", str(folder), "--uri", uri, "--experiment", experiment]
        assert main(command) == 2
        error = capsys.readouterr().err
        assert told in error
        assert error.count("\n") == 1


@pytest.mark.parametrize("package", ["mlflow", "sqlalchemy", "alembic"])
def test_without_a_package_the_extra_is_named(
    package: str, make: Maker, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackageError) as caught:
        tracker.logged(run_records.offline(make), "x")
    assert caught.value.extra == "mlflow"
