"""What a scripted model does in the tests of Inspect AI, and a process that runs it there.

    python -m tests.evals.inspect_script SUITE LOGS 300 1200

Inspect has a process of its own: it leaves streams open and meets deprecations of others, which
are errors in these tests. It prints one JSON object: what came of each budget, and of the first
one without a judge.
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any, NamedTuple


class Turn(NamedTuple):
    """One reply of the scripted model."""

    calls: tuple[tuple[str, dict[str, Any] | str], ...] = ()
    """Name and arguments of each call; a text is no JSON object."""
    text: str = ""
    is_cut_off: bool = False


EVERYTHING = ("long", "pale-crust", "steam", "stone", "ovens", "bread")
GREEDY = (
    Turn((("list_index", {"query": "heavy loaf"}), ("read_summary", {"nodes": "dense-crumb"}))),
    Turn((("read_node", '{"node": '), ("search", {"query": "x"}), ("read_node", {"nod": 7}))),
    Turn((("read_node", {"node": "dense-crumb"}), ("read_node", {"node": "dense-crumb"}))),
    Turn(tuple(("read_node", {"node": node}) for node in EVERYTHING)),
    Turn(text="Let it double in size, by all means."),
)
SCRIPTS: dict[str, tuple[Turn, ...]] = {
    "Why is my loaf": GREEDY,
    "The outside of": (Turn((("read_node", {"node": "steam"}),)), Turn(text="Steam.")),
    "How long before": (Turn((("read_node", {"node": "stone"}),), is_cut_off=True),),
    "Where may visit": (Turn(text="I do not know."),),
}
ENDLESS = Turn((("list_index", {}),))
"""What the model does when its script is over."""


def turn(question: str, number: int) -> Turn:
    """What the model replies to a question for the n-th time, from 0."""
    turns = next((SCRIPTS[start] for start in SCRIPTS if question.startswith(start)), ())
    return turns[number] if number < len(turns) else ENDLESS


def main() -> None:
    """Run the suite for each budget, without a network."""
    suite_file, logs, *budgets = sys.argv[1:]
    _refuse_network()
    judged = {budget: _run(suite_file, logs, budget, has_grader=True) for budget in budgets}
    unjudged = _run(suite_file, logs, budgets[0], has_grader=False)
    print(json.dumps({"judged": judged, "unjudged": unjudged}))


def _run(suite_file: str, logs: str, budget: str, *, has_grader: bool) -> dict[str, Any]:
    import inspect_ai
    from inspect_ai.model import get_model

    from skillagent.evals.inspect_tasks import suite

    model = get_model("mockllm/model", custom_outputs=_output, memoize=False)
    grader = get_model("mockllm/judge", custom_outputs=_verdict, memoize=False)
    (log,) = inspect_ai.eval(
        suite(suite_file, budget),
        model=model,
        model_roles={"grader": grader} if has_grader else {},
        log_dir=logs,
        display="none",
    )
    scores = log.results.scores if log.results else []
    return {
        "status": log.status,
        "log": Path(log.location).name,
        "metrics": {
            score.name: [score.scored_samples, score.metrics["mean"].value] for score in scores
        },
        "samples": {
            str(sample.id): {
                "steps": sample.store["skillagent:steps"],
                "spent": sample.store["skillagent:spent"],
                "shown": [m.text for m in sample.messages if m.role in ("system", "tool")],
                "target": sample.target,
                "metadata": sample.metadata,
                "scores": {name: score.value for name, score in (sample.scores or {}).items()},
                "told": {name: score.explanation for name, score in (sample.scores or {}).items()},
            }
            for sample in log.samples or ()
        },
    }


def _output(messages: list[Any], tools: Any, tool_choice: Any, config: Any) -> Any:
    from inspect_ai.model import ChatMessageAssistant, ModelOutput, ModelUsage
    from inspect_ai.tool import ToolCall

    question = next(message.text for message in messages if message.role == "user")
    number = sum(message.role == "assistant" for message in messages)
    reply = turn(question, number)
    calls = [
        ToolCall(f"{number}-{at}", name, arguments)
        if isinstance(arguments, dict)
        else ToolCall(f"{number}-{at}", name, {}, parse_error=f"Error parsing {arguments}")
        for at, (name, arguments) in enumerate(reply.calls)
    ]
    message = ChatMessageAssistant(content=reply.text, tool_calls=calls or None)
    stop = "max_tokens" if reply.is_cut_off else "tool_calls" if calls else "stop"
    output = ModelOutput.from_message(message, stop)  # type: ignore[arg-type]  # a literal
    # Without usage the mock counts tokens, for which it wants a vocabulary from the network.
    output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    return output


def _verdict(messages: list[Any], tools: Any, tool_choice: Any, config: Any) -> Any:
    from inspect_ai.model import ModelOutput, ModelUsage

    said = "FAIL" if "I do not know" in messages[-1].text.split("<answer>")[1] else "PASS"
    output = ModelOutput.from_content("judge", said)
    output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    return output


def _refuse_network() -> None:
    def refused(self: socket.socket, address: object) -> None:
        print(f"a test tried to reach {address!r}", file=sys.stderr, flush=True)
        raise SystemExit(3)

    socket.socket.connect = refused  # type: ignore[assignment,method-assign]  # for this process only


if __name__ == "__main__":
    main()
