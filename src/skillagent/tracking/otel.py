"""Sends run records as OpenTelemetry spans, to any collector that speaks OTLP.

    emit(RunRecord.read(Path("runs/…")), otlp_exporter("http://localhost:4318"))

The spans keep the ids and times that the record gives them. Resource attributes, headers and
timeouts come from OpenTelemetry's own environment variables, such as `OTEL_SERVICE_NAME`.

Source: the package `opentelemetry-sdk`, 1.45 and later.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from skillagent import __version__
from skillagent.errors import MissingPackageError, UsageError
from skillagent.runs import RunRecord
from skillagent.secrets import scrub
from skillagent.tracking import conventions as names
from skillagent.tracking.span import Span
from skillagent.tracking.spans import spans_of

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter

_BATCH = 512
"""Spans in one request, as OpenTelemetry's own batches have."""
_PATH = "/v1/traces"
"""Where a collector takes spans, if the endpoint has no path."""


def otlp_exporter(endpoint: str | None = None) -> SpanExporter:
    """An exporter that sends spans over HTTP.

    Args:
        endpoint: address of the collector, such as `http://localhost:4318`; None takes what
            OpenTelemetry's environment variables name, else that address.

    Raises:
        MissingPackageError: the extra `otel` is not installed.
        UsageError: the endpoint is no address.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError:
        package = "opentelemetry-exporter-otlp-proto-http"
        raise MissingPackageError(package, "otel", "sending spans") from None
    return OTLPSpanExporter(None if endpoint is None else _whole(endpoint))


def _whole(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise UsageError(
            f"{scrub(endpoint)!r} is no address of a collector: write http://HOST:PORT"
        )
    return urlunsplit(parts._replace(path=_PATH)) if parts.path in ("", "/") else endpoint


def emit(record: RunRecord, exporter: SpanExporter, *, content: bool = False) -> int:
    """Send the spans of a record.

    Sending it again sends spans with the same ids.

    Args:
        record: any record.
        exporter: where they go, such as an `otlp_exporter`; it is not shut down.
        content: include questions, prompts, answers, arguments and results.

    Returns:
        How many spans were sent; 0 if `OTEL_SDK_DISABLED` is set.

    Raises:
        MissingPackageError: the extra `otel` is not installed.
        UsageError: the exporter could not send them; or, with `content`, the cassette cannot be
            read.
    """
    spans = sdk_spans(spans_of(record, content=content))
    from opentelemetry.sdk.trace.export import SpanExportResult

    for first in range(0, len(spans), _BATCH):
        with _messages() as messages:
            result = exporter.export(spans[first : first + _BATCH])
        if result is not SpanExportResult.SUCCESS:
            why = f": {scrub(messages[0])}" if messages else ""
            raise UsageError(f"{record.folder}: the spans could not be sent{why}")
    return len(spans)


def sdk_spans(spans: Iterable[Span]) -> Sequence[ReadableSpan]:
    """Spans as OpenTelemetry's SDK makes them.

    Raises:
        MissingPackageError: the package `opentelemetry-sdk` is not installed.
    """
    try:
        from opentelemetry.context import Context
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
        from opentelemetry.sdk.trace.id_generator import IdGenerator
        from opentelemetry.sdk.trace.sampling import ALWAYS_ON
        from opentelemetry.trace import (
            NonRecordingSpan,
            SpanContext,
            SpanKind,
            Status,
            StatusCode,
            TraceFlags,
            set_span_in_context,
        )
    except ImportError:
        raise MissingPackageError("opentelemetry-sdk", "otel", "making spans") from None

    class GivenIds(IdGenerator):
        trace_id = span_id = 0

        def generate_span_id(self) -> int:
            return self.span_id

        def generate_trace_id(self) -> int:
            return self.trace_id

    ids, finished = GivenIds(), InMemorySpanExporter()
    resource = Resource.create({"service.name": names.SCOPE, "service.version": __version__})
    provider = TracerProvider(ALWAYS_ON, resource, shutdown_on_exit=False, id_generator=ids)
    provider.add_span_processor(SimpleSpanProcessor(finished))
    tracer = provider.get_tracer(names.SCOPE, __version__, schema_url=names.SCHEMA_URL)
    sampled = TraceFlags(TraceFlags.SAMPLED)
    for span in spans:
        ids.trace_id, ids.span_id = span.trace_id, span.span_id
        context = Context()
        if span.parent_id is not None:
            parent = SpanContext(span.trace_id, span.parent_id, False, sampled)
            context = set_span_in_context(NonRecordingSpan(parent), context)
        kind = SpanKind.CLIENT if span.kind == "client" else SpanKind.INTERNAL
        made = tracer.start_span(span.name, context, kind, span.attributes, start_time=span.start)
        for event in span.events:
            made.add_event(event.name, event.attributes, event.time)
        if span.error is not None:
            made.set_status(Status(StatusCode.ERROR, span.error))
        made.end(span.end)
    provider.shutdown()
    return finished.get_finished_spans()


@contextmanager
def _messages() -> Iterator[list[str]]:
    """What exporters log meanwhile: they return no reason. It is not printed."""
    messages: list[str] = []

    class Collects(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    logger, handler = logging.getLogger("opentelemetry.exporter"), Collects()
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield messages
    finally:
        logger.removeHandler(handler)
        logger.propagate = before
