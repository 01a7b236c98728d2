"""Run records: what a run was made of, what happened in it, and what the model answered.

A record is a folder:

- `manifest.json`: inputs, environment, nodes read, outcome, and what was merely observed.
- `trace.jsonl`: one event a line, written as it happens.
- `cassette.jsonl`: each request to the model with its answer.
- `nodes.jsonl`: the files of the graph, if they were asked for.
- `resumed.json`: the conversation that the run continued, if there was one, without secrets.

The modules: `trace` turns what happens into events, `model_exchange` is the cassette's form at the
provider boundary, `inputs` and `manifest` describe the run, `observer` follows it, `recorder`
writes a record, `record` reads one, `node_copy` copies a graph's files and restores them,
`conversation_copy` copies a saved conversation.

Above: `agent`, which records, and everything that reads records. Below: `disclosure`, `providers`,
`recording`.
"""

from skillagent.providers.base import Determinism
from skillagent.runs.manifest import Manifest
from skillagent.runs.observer import Recorder, RunObserver
from skillagent.runs.record import RunRecord
from skillagent.runs.recorder import RunRecorder
from skillagent.runs.trace import TraceEvent, run_digest

__all__ = [
    "Determinism",
    "Manifest",
    "Recorder",
    "RunObserver",
    "RunRecord",
    "RunRecorder",
    "TraceEvent",
    "run_digest",
]
