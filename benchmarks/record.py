"""Measures what recording a run costs, and how fast a record is replayed.

    python -m benchmarks.record

A conversation with the mock LLM has four replies and six tool calls, over the real SDKs: the mock
answers in the same process, so hardly any time is left in which recording could hide. Plain and
recorded conversations alternate. Printed are the medians of each, in milliseconds of wall time and
of processor time; the difference a tool call; what a record costs once (folder, environment, first
and last manifest); and what a replay takes a call. The aims: less than 5 % of a conversation over a
socket, 1 ms a call, and 5 ms a call for a replay.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from skillagent import Agent, OfflineProvider, SkillGraph, Toolset
from skillagent.messages import ToolCall
from skillagent.providers import AnthropicProvider, OpenAIProvider, Provider
from skillagent.repro.answers import replay_answers
from skillagent.runs import RunRecord, RunRecorder
from skillagent.store import view_of
from skillagent.testing import Call, Conversation, MockLLM, Turn, call, calls, say

GRAPH = "examples/ml-reproducibility"
QUESTION = "Why do two runs with the same seed give different losses on a GPU?"
ROUNDS = 40
NODES = ("what-a-seed-fixes", "gpu-atomics-and-kernel-selection", "hardware-changes-low-bits")


def policy(conversation: Conversation) -> Turn:
    """The script: list, read two nodes, read three more, answer."""
    if conversation.turn == 0:
        return call("list_index", query=QUESTION)
    if conversation.turn == 1:
        return calls(*(Call("read_node", {"node": node}) for node in NODES[:2]))
    if conversation.turn == 2:
        return calls(*(Call("read_summary", {"nodes": [node]}) for node in NODES))
    return say("Atomic additions are not ordered. See [[gpu-atomics-and-kernel-selection]].")


@dataclass(frozen=True, slots=True)
class Cost:
    """Time of one conversation, in seconds."""

    wall: float
    processor: float


def timed(action: Callable[[], object]) -> Cost:
    """What a function costs."""
    wall, processor = time.perf_counter(), time.process_time()
    action()
    return Cost(time.perf_counter() - wall, time.process_time() - processor)


def conversation(graph: SkillGraph, provider: Provider, record: RunRecorder | None) -> Agent:
    """One question from the first request to the answer."""
    agent = Agent(Toolset(graph), provider, record=record)
    for _ in agent.ask(QUESTION):
        pass
    return agent


def compared(graph: SkillGraph, provider: Callable[[], Provider], runs: Path) -> str:
    """The costs of plain and recorded conversations with a provider, as a line."""
    costs: dict[bool, list[Cost]] = {False: [], True: []}
    for number in range(2 * ROUNDS + 2):
        is_recorded = bool(number % 2)
        recorder = RunRecorder(runs) if is_recorded else None
        cost = timed(partial(conversation, graph, provider(), recorder))
        if number > 1:  # the first ones import
            costs[is_recorded].append(cost)
    wall = {kind: statistics.median(cost.wall for cost in costs[kind]) for kind in costs}
    cpu = {kind: statistics.median(cost.processor for cost in costs[kind]) for kind in costs}
    more = wall[True] - wall[False]
    return (
        f"{wall[False] * 1e3:6.1f} → {wall[True] * 1e3:6.1f} ms wall, "
        f"{cpu[False] * 1e3:6.1f} → {cpu[True] * 1e3:6.1f} ms processor; "
        f"{more * 1e3:5.2f} ms more, {100 * more / wall[False]:5.1f} %"
    )


def calls_alone(graph: SkillGraph, runs: Path) -> str:
    """What recording adds to one tool call, without anything around it."""
    plain: list[float] = []
    recorded: list[float] = []
    for number in range(ROUNDS):
        tools = Toolset(graph, 1_000_000)
        recorder = RunRecorder(runs)
        recorder.begin(tools, None, None)
        for at, node in enumerate(sorted(graph.nodes)[:40]):
            made = ToolCall(f"{number}.{at}", "read_node", {"node": node})
            started = time.perf_counter()
            recorder.call(made)
            asked = time.perf_counter()
            answer = tools.call(made.name, made.arguments)
            answered = time.perf_counter()
            recorder.answer(made, answer)
            recorded.append(time.perf_counter() - answered + asked - started)
            plain.append(answered - asked)
        recorder.close()
    call_ms, record_ms = (statistics.median(times) * 1e3 for times in (plain, recorded))
    return f"a tool call takes {call_ms:.3f} ms, recording it {record_ms:.3f} ms"


def command(runs: Path) -> str:
    """What `skillagent chat` costs as a whole process, plain and recorded."""
    times: dict[bool, list[float]] = {False: [], True: []}
    chat = [sys.executable, "-m", "skillagent", "chat", GRAPH, "-p", QUESTION, "--no-history"]
    for number in range(12):
        is_recorded = bool(number % 2)
        words = [*chat, f"--record={runs}"] if is_recorded else chat
        started = time.perf_counter()
        subprocess.run(words, capture_output=True, check=True)
        times[is_recorded].append(time.perf_counter() - started)
    plain, recorded = (statistics.median(times[kind]) * 1e3 for kind in (False, True))
    return f"{plain:.0f} → {recorded:.0f} ms, {100 * (recorded / plain - 1):.1f} %"


def main() -> None:
    graph = SkillGraph.load(GRAPH)
    with tempfile.TemporaryDirectory() as folder:
        runs = Path(folder)
        mock = MockLLM(policy)
        anthropic, openai = mock.anthropic(), mock.openai()
        providers: dict[str, Callable[[], Provider]] = {
            "offline navigator": OfflineProvider,
            "Anthropic SDK, mock in process": lambda: AnthropicProvider("m", client=anthropic),
            "OpenAI SDK, mock in process": lambda: OpenAIProvider("m", client=openai),
        }
        for name, provider in providers.items():
            print(f"{name}: {compared(graph, provider, runs)}")
        with MockLLM(policy).serve() as server:
            import anthropic as sdk

            client = sdk.Anthropic(base_url=server.url, api_key="none")
            line = compared(graph, lambda: AnthropicProvider("m", client=client), runs)
            print(f"Anthropic SDK, mock on a socket: {line}")
        print(f"`skillagent chat` as a whole process: {command(runs)}")
        print(calls_alone(graph, runs))
        agent = conversation(graph, OfflineProvider(), RunRecorder(runs))
        assert isinstance(agent.record, RunRecorder)
        assert agent.record.path is not None
        record = RunRecord.read(agent.record.path)
        made = record.manifest.calls
        times = [timed(lambda: replay_answers(record, view_of(graph))).wall for _ in range(ROUNDS)]
        size = sum(path.stat().st_size for path in record.folder.iterdir())
        print(f"replay: {statistics.median(times) / made * 1e3:.2f} ms a call ({made} calls)")
        print(f"record: {size:,} bytes, {size / made:,.0f} a call")


if __name__ == "__main__":
    main()
