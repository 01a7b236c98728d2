"""Repeats runs from their records, and says how two runs differ.

- `answers` replays a record with the recorded answers of the model, and compares every event.
- `recorded_calls` carries out recorded calls again.
- `decisions` replays the recorded tool calls against another state of the graph.
- `verify` checks a record, level by level; `compare` explains the difference of two runs.
- `repeat` asks the same question several times and compares the runs, each reduced to a `sample`;
  `control` compares two groups of runs, with `intervals`; `live` asks a recorded model again.
- `comparison` compares the events of a replay with the recorded ones, as they come.
- `divergence` names the first event in which two runs differ; `consistency` compares the trace of
  a record with its cassette.
- `cassette_provider` answers from a cassette; `no_network` proves that nothing else answered;
  `graph_at_hand` finds the graph that was recorded.

Above: `cli`, exports, evals. Below: `agent`, `runs`, `lock`.
"""
