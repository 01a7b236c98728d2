"""Spans on the wire: a collector on this machine decodes what OpenTelemetry's exporter sends."""

from __future__ import annotations

import http.server
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1 import trace_pb2
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from skillagent import MissingPackageError, UsageError, __version__
from skillagent.cli import main
from skillagent.runs import RunRecord
from skillagent.tracking import conventions as names
from skillagent.tracking import otel, spans_of
from tests import run_records
from tests.run_records import KINDS, Maker

KIND = {"client": trace_pb2.Span.SPAN_KIND_CLIENT, "internal": trace_pb2.Span.SPAN_KIND_INTERNAL}


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


@pytest.fixture(autouse=True)
def nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OTEL_SDK_DISABLED", "OTEL_SERVICE_NAME", "OTEL_EXPORTER_OTLP_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)


class Collector:
    """A collector that keeps what it was sent.

    Args:
        status: how it answers.
    """

    def __init__(self, status: int = 200) -> None:
        self.paths: list[str] = []
        self.requests: list[ExportTraceServiceRequest] = []
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.paths.append(self.path)
                collector.requests.append(ExportTraceServiceRequest.FromString(body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                """Print nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    @property
    def spans(self) -> list[trace_pb2.Span]:
        (request,) = self.requests
        (resource,) = request.resource_spans
        (scope,) = resource.scope_spans
        return list(scope.spans)


@pytest.fixture
def collector() -> Iterator[Collector]:
    yield from _serving(Collector())


@pytest.fixture
def refusing() -> Iterator[Collector]:
    yield from _serving(Collector(status=400))


def _serving(collector: Collector) -> Iterator[Collector]:
    thread = threading.Thread(target=collector.server.serve_forever, args=(0.01,))
    thread.start()
    yield collector
    collector.server.shutdown()
    thread.join()
    collector.server.server_close()


def plain(value: AnyValue) -> object:
    if value.WhichOneof("value") == "array_value":
        return tuple(map(plain, value.array_value.values))
    kind = value.WhichOneof("value")
    assert kind is not None
    return getattr(value, kind)


@pytest.mark.process
def test_a_collector_gets_the_spans_with_our_ids_and_times(
    make: Maker, collector: Collector
) -> None:
    record = RunRecord.read(run_records.failed(make))
    exporter = otel.otlp_exporter(collector.url)
    assert otel.emit(record, exporter, content=True) == 4
    exporter.shutdown()
    assert collector.paths == ["/v1/traces"]
    for wanted, span in zip(spans_of(record, content=True), collector.spans, strict=True):
        assert int.from_bytes(span.trace_id, "big") == wanted.trace_id
        assert int.from_bytes(span.span_id, "big") == wanted.span_id
        assert int.from_bytes(span.parent_span_id, "big") == (wanted.parent_id or 0)
        assert (span.name, span.kind) == (wanted.name, KIND[wanted.kind])
        assert span.start_time_unix_nano == wanted.start
        assert span.end_time_unix_nano == wanted.end
        assert {a.key: plain(a.value) for a in span.attributes} == wanted.attributes
        assert [event.name for event in span.events] == [event.name for event in wanted.events]
        assert [e.time_unix_nano for e in span.events] == [e.time for e in wanted.events]
        is_error = span.status.code == trace_pb2.Status.STATUS_CODE_ERROR
        assert (span.status.message if is_error else None) == wanted.error


@pytest.mark.process
def test_the_scope_has_the_schema_and_the_resource_our_name(
    make: Maker, collector: Collector
) -> None:
    exporter = otel.otlp_exporter(collector.url + "/")
    otel.emit(RunRecord.read(run_records.offline(make)), exporter)
    exporter.shutdown()
    resource = collector.requests[0].resource_spans[0]
    scope = resource.scope_spans[0]
    assert (scope.scope.name, scope.scope.version) == ("skillagent", __version__)
    assert scope.schema_url == names.SCHEMA_URL
    assert {a.key: plain(a.value) for a in resource.resource.attributes}.items() >= {
        "service.name": "skillagent",
        "service.version": __version__,
    }.items()


@pytest.mark.parametrize("kind", KINDS)
def test_every_record_can_be_sent(kind: str, make: Maker) -> None:
    exporter = InMemorySpanExporter()
    record = RunRecord.read(KINDS[kind](make))
    sent = otel.emit(record, exporter)
    contexts = [span.context for span in exporter.get_finished_spans()]
    sent_ids = [context.span_id for context in contexts if context]
    assert sent_ids == [span.span_id for span in spans_of(record)]
    assert sent == len(sent_ids)


def test_long_records_are_sent_in_parts(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    class Counting(InMemorySpanExporter):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            sizes.append(len(spans))
            return super().export(spans)

    monkeypatch.setattr(otel, "_BATCH", 3)
    assert otel.emit(RunRecord.read(run_records.offline(make)), Counting()) == 7
    assert sizes == [3, 3, 1]


@pytest.mark.process
def test_the_command_sends_a_folder_of_records(
    make: Maker, collector: Collector, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run_records.offline(make)
    run_records.with_usage(make)
    assert main(["track", "otel", str(folder.parent), "--endpoint", collector.url]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{folder}: 7 spans sent"
    assert len(lines) == len(collector.requests) == 2
    assert "How do I set a seed?" not in str(collector.requests)


@pytest.mark.process
def test_the_command_sends_texts_on_request(make: Maker, collector: Collector) -> None:
    folder = run_records.offline(make)
    assert main(["track", "otel", str(folder), "--endpoint", collector.url, "--content"]) == 0
    assert "How do I set a seed?" in str(collector.requests)


@pytest.mark.process
def test_a_collector_that_refuses_is_an_error_of_one_line(
    make: Maker, refusing: Collector, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run_records.offline(make)
    assert main(["track", "otel", str(folder), "--endpoint", refusing.url]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"skillagent: {folder}: the spans could not be sent: ")
    assert "400" in told.err
    assert told.err.count("\n") == 1


@pytest.mark.parametrize(
    "endpoint", ["", "localhost:4318", "grpc://localhost", "http://", "http://["]
)
def test_what_is_no_address_is_refused(endpoint: str) -> None:
    with pytest.raises(UsageError, match="is no address of a collector"):
        otel.otlp_exporter(endpoint)


def test_without_the_package_the_extra_is_named(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = RunRecord.read(run_records.offline(make))
    exporter = InMemorySpanExporter()
    for module in [
        m for m in sys.modules if m.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))
    ]:
        monkeypatch.setitem(sys.modules, module, None)
    for act in (lambda: otel.emit(record, exporter), otel.otlp_exporter):
        with pytest.raises(MissingPackageError) as caught:
            act()
        assert caught.value.extra == "otel"
