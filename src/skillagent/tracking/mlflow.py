"""Logs run records in MLflow: one MLflow run for each record.

    log(RunRecord.read(Path("runs/…")), "sqlite:///mlflow.db", "my-graph")

A run gets the record's inputs as parameters, its counts as metrics, its digests as tags, its files
as artefacts, and each of its questions as a trace. With SQLite nothing is sent anywhere: MLflow's
usage reports are switched off, unless the process has imported MLflow before.

Source: the package `mlflow-skinny`, 3.17 and later; for SQLite also SQLAlchemy and Alembic.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skillagent.digest import canonical_json
from skillagent.errors import MissingPackageError, UsageError
from skillagent.messages import well_formed
from skillagent.runs import RunRecord
from skillagent.runs.manifest import FILE
from skillagent.runs.node_copy import NODES
from skillagent.runs.recorder import CASSETTE, RESUMED, TRACE
from skillagent.runs.run_events import typed_event
from skillagent.secrets import scrub
from skillagent.tracking.otel import sdk_spans
from skillagent.tracking.span import Span, seeded_id
from skillagent.tracking.spans import spans_of
from skillagent.tracking.totals import RunTotals

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

_LONGEST = 6_000
"""Characters of a parameter's value that MLflow keeps."""
_BATCH = 100
"""Parameters in one request, and traces of one run in one request."""
_SQLITE = "sqlite:///"
_ARTIFACTS = "mlartifacts"
"""Folder beside an SQLite file; MLflow's own default is in the working folder."""
RUN, DIGEST = "skillagent.run", "skillagent.run_digest"
"""The tags by which a record is found again."""


@dataclass(frozen=True, slots=True)
class Logged:
    """Where a record is in MLflow."""

    run_id: str
    is_new: bool
    """False if the record had been logged before: nothing was written then."""


def log(record: RunRecord, tracking_uri: str, experiment: str, *, content: bool = False) -> Logged:
    """Log a record, unless the experiment has it: a run with the same id and digest.

    A run that was only half logged, because its process was killed, is completed. A parameter
    longer than MLflow keeps ends with `… (cut)`; the artefacts have it whole.

    Args:
        record: any record, also one of a process that was killed.
        tracking_uri: `sqlite:///FILE`, or the address of an MLflow server.
        experiment: its name; it is made if it does not exist.
        content: give the traces questions, prompts, answers, arguments and results. The artefacts
            have them in any case.

    Raises:
        MissingPackageError: the extra `mlflow` is not installed.
        UsageError: MLflow refuses the address, the experiment or the record; or, with `content`,
            the cassette cannot be read.
    """
    spans = spans_of(record, content=content)
    with _mlflow_errors(tracking_uri):
        client = _client(tracking_uri)
        experiment_id = _experiment(client, tracking_uri, experiment)
        run = _found(client, experiment_id, record)
        if run is not None and run.info.status != "RUNNING":
            return Logged(run.info.run_id, is_new=False)
        run_id = run.info.run_id if run else _begun(client, experiment_id, record, spans)
        _log_values(client, run_id, record, spans)
        _log_files(client, run_id, record)
        _log_traces(client, run_id, experiment_id, spans)
        client.set_terminated(run_id, _status(record), end_time=_milliseconds(spans, last=True))
        return Logged(run_id, is_new=True)


def _client(tracking_uri: str) -> MlflowClient:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    # Else it asks GitHub for the price of every model that a span names.
    os.environ.setdefault("MLFLOW_MODEL_CATALOG_URI", "")
    try:
        import mlflow
    except ImportError:
        raise MissingPackageError("mlflow-skinny", "mlflow", "logging in MLflow") from None
    if tracking_uri.startswith(_SQLITE):
        for package in ("sqlalchemy", "alembic"):
            if importlib.util.find_spec(package) is None:
                raise MissingPackageError(package, "mlflow", "MLflow with SQLite")
        # MLflow would try for a minute to open it.
        folder = _sqlite_file(tracking_uri).parent
        if not folder.is_dir():
            raise UsageError(f"{folder}: no such folder for MLflow's database")
    return mlflow.MlflowClient(tracking_uri)


def _sqlite_file(tracking_uri: str) -> Path:
    return Path(tracking_uri.removeprefix(_SQLITE).partition("?")[0]).absolute()


def _experiment(client: MlflowClient, tracking_uri: str, name: str) -> str:
    known = client.get_experiment_by_name(name)
    if known is not None:
        return str(known.experiment_id)
    location = None
    if tracking_uri.startswith(_SQLITE):
        location = (_sqlite_file(tracking_uri).parent / _ARTIFACTS).as_uri()
    return str(client.create_experiment(name, location))


def _found(client: MlflowClient, experiment_id: str, record: RunRecord) -> Run | None:
    wanted = {RUN: record.manifest.run, DIGEST: record.run_digest}
    # The id is the name of a folder, which may have a quotation mark; the digest is compared here.
    query = f"tags.`{DIGEST}` = '{record.run_digest}'"
    page = client.search_runs([experiment_id], query)
    return next((run for run in page if wanted.items() <= run.data.tags.items()), None)


def _begun(
    client: MlflowClient, experiment_id: str, record: RunRecord, spans: tuple[Span, ...]
) -> str:
    manifest = record.manifest
    tags = {
        RUN: manifest.run,
        DIGEST: record.run_digest,
        "skillagent.graph_root": manifest.inputs.graph_root,
        "skillagent.inputs_id": manifest.inputs_id,
        "skillagent.determinism": manifest.determinism.value,
        "skillagent.outcome": manifest.outcome.reason if manifest.outcome else "",
        "skillagent.ended": record.where_it_ended or "complete",
    }
    start = _milliseconds(spans, last=False)
    run = client.create_run(experiment_id, start, tags, run_name=manifest.run)
    return str(run.info.run_id)


def _status(record: RunRecord) -> str:
    outcome = record.manifest.outcome
    if not record.is_complete or outcome is None or outcome.reason == "interrupted":
        return "KILLED"
    return "FAILED" if outcome.reason == "failed" else "FINISHED"


def _milliseconds(spans: tuple[Span, ...], *, last: bool) -> int | None:
    times = [span.end if last else span.start for span in spans]
    return (max(times) if last else min(times)) // 1_000_000 if times else None


def _log_values(
    client: MlflowClient, run_id: str, record: RunRecord, spans: tuple[Span, ...]
) -> None:
    from mlflow.entities import Metric, Param

    params = [Param(name, value) for name, value in sorted(params_of(record).items())]
    for first in range(0, len(params), _BATCH):
        client.log_batch(run_id, params=params[first : first + _BATCH])
    time = _milliseconds(spans, last=True) or 0
    metrics = sorted(metrics_of(record, spans).items())
    client.log_batch(run_id, [Metric(name, value, time, 0) for name, value in metrics])


def params_of(record: RunRecord) -> dict[str, str]:
    """The inputs of a record as parameters: one level, with dots in the names."""
    return {
        re.sub(r"[^/\w.\- ]", "_", name): _cut(value)
        for name, value in _flat("", record.manifest.inputs.to_json())
    }


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}" if name else str(key), inner)
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _flat(f"{name}.{number}", inner)
    elif value is not None:
        yield name, value if isinstance(value, str) else canonical_json(value)


def _cut(value: str) -> str:
    clean, mark = well_formed(value), "… (cut)"
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - len(mark)] + mark


def metrics_of(record: RunRecord, spans: tuple[Span, ...]) -> dict[str, float]:
    """The counts of a record as metrics.

    Args:
        record: the record.
        spans: its spans, which tell how long its questions took.
    """
    totals = RunTotals.of(map(typed_event, record.events))
    usage = totals.usage
    metrics: dict[str, float] = {
        "tokens": totals.tokens,
        "questions": totals.questions,
        "turns": totals.turns,
        "failures": totals.failures,
        "calls": totals.calls,
        "seconds": sum(span.end - span.start for span in spans if span.parent_id is None) / 1e9,
        "usage.input": usage.input,
        "usage.output": usage.output,
        "usage.cache_read": usage.cache_read,
        "usage.cache_write": usage.cache_write,
        **{f"nodes.{level}": count for level, count in totals.nodes.items()},
    }
    return metrics if totals.dollars is None else metrics | {"dollars": totals.dollars}


def _log_files(client: MlflowClient, run_id: str, record: RunRecord) -> None:
    for name in (FILE, TRACE, CASSETTE, RESUMED, NODES):
        if (record.folder / name).is_file():
            client.log_artifact(run_id, str(record.folder / name), "record")


def _log_traces(
    client: MlflowClient, run_id: str, experiment_id: str, spans: tuple[Span, ...]
) -> None:
    from mlflow import entities

    # Only this one takes spans that have ids and times already.
    from mlflow.tracing.client import TracingClient

    # A trace belongs to one experiment, and its id is unique in the whole store.
    ours = [replace(span, trace_id=seeded_id(128, span.trace_id, experiment_id)) for span in spans]
    readable = sdk_spans(map(_for_mlflow, ours))
    if not readable:
        return
    TracingClient(client.tracking_uri).log_spans(experiment_id, [*map(entities.Span, readable)])
    traces = sorted({_trace_id(span) for span in ours})
    for first in range(0, len(traces), _BATCH):
        client.link_traces_to_run(traces[first : first + _BATCH], run_id)


def _trace_id(span: Span) -> str:
    return f"tr-{span.trace_id:032x}"


def _for_mlflow(span: Span) -> Span:
    """The span in MLflow's form: every attribute is JSON, and one is the trace's id."""
    attributes = {**span.attributes, "mlflow.traceRequestId": _trace_id(span)}
    return replace(
        span,
        attributes={
            name: json.dumps(value, ensure_ascii=False) for name, value in attributes.items()
        },
    )


@contextmanager
def _mlflow_errors(tracking_uri: str) -> Iterator[None]:
    try:
        yield
    except (MissingPackageError, UsageError):
        raise
    except Exception as error:
        if not type(error).__module__.startswith(("mlflow", "sqlalchemy", "alembic")):
            raise
        line = str(error).strip().partition("\n")[0]
        raise UsageError(f"{scrub(tracking_uri)}: MLflow: {scrub(line)}") from error
