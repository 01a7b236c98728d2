"""A suite as a task of Inspect AI, answered by its mock model.

`--live` asks the model of $INSPECT_EVAL_MODEL and needs its key.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

try:
    import inspect_ai
    from inspect_ai.model import ModelOutput, ModelUsage, get_model

    from skillagent.evals.inspect_tasks import suite
except ModuleNotFoundError as missing:
    raise SystemExit(f"this example needs {missing.name}: pip install '.[inspect]'") from None

GRAPH = Path(__file__).parents[1] / "trading"
QUESTIONS = 5
BUDGET = 2_000


def reply(messages: list[Any], tools: Any, tool_choice: Any, config: Any) -> ModelOutput:  # noqa: ARG001 - what the mock calls
    """Rank the nodes by the question, read the best one, answer."""
    turn = sum(message.role == "assistant" for message in messages)
    if turn == 0:
        question = {"query": messages[1].text}
        output = ModelOutput.for_tool_call("mockllm", "list_index", question)
    elif turn == 1:
        best = messages[-1].text.partition("[[")[2].partition("]]")[0]
        output = ModelOutput.for_tool_call("mockllm", "read_node", {"node": best})
    else:
        output = ModelOutput.from_content("mockllm", "That is all that I read.")
    # Without usage the mock counts tokens itself, with a vocabulary from the network.
    output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    return output


def main() -> None:
    task = suite(str(GRAPH), BUDGET)
    if "--live" in sys.argv:
        inspect_ai.eval(task)
        return
    with tempfile.TemporaryDirectory() as logs:
        model = get_model("mockllm/model", custom_outputs=reply)
        (log,) = inspect_ai.eval(task, model, limit=QUESTIONS, log_dir=logs, display="none")
        check(log)  # samples are read from the log when they are asked for


def check(log: Any) -> None:
    assert log.status == "success", log.error
    means = {score.name: score.metrics["mean"].value for score in log.results.scores}
    print(f"gold recall {means['gold_recall']:.2f}, precision {means['precision']:.2f}")
    for sample in log.samples:
        print(sample.id, sample.store["skillagent:spent"])
        assert sample.store["skillagent:spent"] <= BUDGET
    assert len(log.samples) == QUESTIONS
    assert 0 < means["gold_recall"] <= 1


if __name__ == "__main__":
    main()
