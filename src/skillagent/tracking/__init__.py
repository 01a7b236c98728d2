"""Run records in the forms of tracking systems: OpenTelemetry spans, and runs of MLflow.

A record is read after the run, so a run needs neither package and never waits for a server.

The modules: `conventions` has every attribute name; `spans` turns a record into span values, with
the messages that `content` writes; `totals` counts; `otel` and `mlflow` send these values. Only
these two import a foreign package, when they are called.

Above: the command `track`. Below: `runs`.
"""

from skillagent.tracking.span import Span, SpanEvent
from skillagent.tracking.spans import spans_of
from skillagent.tracking.totals import RunTotals

__all__ = ["RunTotals", "Span", "SpanEvent", "spans_of"]
