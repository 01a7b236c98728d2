"""`skillagent track`: sends run records to MLflow or to an OpenTelemetry collector."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.cli.arguments import Commands

if TYPE_CHECKING:
    from skillagent.runs import RunRecord

_URI, _EXPERIMENT = "sqlite:///mlflow.db", "skillagent"


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare `track` and its trackers."""
    parser = commands.add_parser(
        "track",
        help="send run records to MLflow or OpenTelemetry",
        description="Send run records to a tracker. Sending one again makes no second run.",
    )
    trackers = parser.add_subparsers(dest="tracker", required=True, metavar="TRACKER")
    mlflow = _tracker(trackers, "mlflow", _mlflow, "log each record as a run of MLflow")
    mlflow.add_argument(
        "--uri",
        metavar="URI",
        help=f"sqlite:///FILE, or a server (default: $MLFLOW_TRACKING_URI, else {_URI})",
    )
    mlflow.add_argument(
        "--experiment",
        default=_EXPERIMENT,
        metavar="NAME",
        help=f"made if it does not exist ({_EXPERIMENT})",
    )
    otel = _tracker(trackers, "otel", _otel, "send each record as spans, over OTLP/HTTP")
    otel.add_argument(
        "--endpoint",
        metavar="URL",
        help="the collector (default: $OTEL_EXPORTER_OTLP_ENDPOINT, else http://localhost:4318)",
    )


def _tracker(
    trackers: Commands[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    parser = trackers.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.set_defaults(run=run)
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="folder of a record, or a folder of records"
    )
    parser.add_argument(
        "--content", action="store_true", help="with questions, prompts, answers and results"
    )
    return parser


def _mlflow(arguments: argparse.Namespace) -> int:
    from skillagent.cli.output import printable
    from skillagent.tracking.mlflow import log

    # Its messages about new tables are no concern of a person at a terminal.
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    uri = arguments.uri or os.environ.get("MLFLOW_TRACKING_URI") or _URI
    for record in _records(arguments.runs):
        logged = log(record, uri, arguments.experiment, content=arguments.content)
        what = "logged as" if logged.is_new else "nothing to do, was logged before as"
        print(printable(f"{record.folder}: {what} MLflow run {logged.run_id}"))
    return 0


def _otel(arguments: argparse.Namespace) -> int:
    from skillagent.cli.output import printable
    from skillagent.tracking.otel import emit, otlp_exporter

    exporter = otlp_exporter(arguments.endpoint)
    try:
        for record in _records(arguments.runs):
            sent = emit(record, exporter, content=arguments.content)
            print(printable(f"{record.folder}: {sent} spans sent"))
    finally:
        exporter.shutdown()
    return 0


def _records(runs: list[str]) -> Iterator[RunRecord]:
    from skillagent.runs import RunRecord
    from skillagent.runs.record import records_in

    for folder in records_in(tuple(map(Path, runs))):
        yield RunRecord.read(folder)
