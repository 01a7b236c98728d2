"""Kills processes that record: `python -m tests.runs.killed FOLDER KILLS`.

One process loads a graph and forks a child for each kill. The child has a conversation that is
recorded, and kills itself before, in or after its n-th operation on files. The operations are
counted first, so that the kills are spread over the whole conversation. Prints the exit codes of
all children as JSON. All records are in the folder `runs`.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from skillagent import Agent, OfflineProvider, SkillGraph, Toolset
from skillagent.agent import saved
from skillagent.errors import ProviderError
from skillagent.messages import Message, Reply, Request, Role, Stop, Text, ToolCall
from skillagent.providers import Provider
from skillagent.runs import RunRecorder
from skillagent.runs.recorder import IGNORED

When = Literal["before", "in", "after"]
FILES = {
    "index.md": "# Index\n\n- [[Seeds]]\n- [[Loss]]\n",
    "Seeds.md": "---\ndescription: What a seed fixes.\n---\n# Seeds\n\nA seed. See [[Loss]].\n",
    "Loss.md": "# Loss\n\nThe loss of a run differs from that of another.\n",
}
QUESTIONS = ("What does a seed fix?", "Why does the loss differ?", "What does a seed fix?")
OPERATIONS = ("mkdir", "write", "fsync", "replace")


class Model:
    """Reads a node and answers; it fails when it is asked the third question."""

    name = "mock:model"

    def reply(self, request: Request) -> Iterator[Text | Reply]:
        if len(request.messages) > 12:
            yield Text("Half of ")
            raise ProviderError("mock:model is overloaded (529): try again", 529)
        if len(request.messages) % 4 == 1:
            call = ToolCall(f"id{len(request.messages)}", "read_node", {"node": "Seeds"})
            yield Reply(Message(Role.ASSISTANT, (Text("I look."), call)), Stop.TOOL_USE)
        else:
            yield Text("It fixes ")
            yield Reply(Message(Role.ASSISTANT, (Text("It fixes the order."),)), Stop.END)


def converse(graph: SkillGraph, folder: Path, kind: str, start: float = 0.0) -> None:
    """Ask all questions, take the second one back, and change the budget.

    Two records of one second would try names until one is free, so each starts at its own time.
    """
    if kind == "calls":
        make_calls(graph, folder, start)
        return
    provider: Provider = OfflineProvider() if kind == "offline" else Model()
    agent = Agent(Toolset(graph, 3_000), provider)
    earlier = folder.parent / EARLIER
    if kind == "resumed":
        conversation = saved.load(earlier)
        toolset = Toolset.resume(graph, conversation.state)
        messages, marks = conversation.messages, conversation.marks
        agent = Agent(toolset, provider, messages=messages, marks=marks)
    agent.record = RunRecorder(
        folder,
        with_nodes=kind == "with nodes",
        environ={},
        clock=lambda: start,
        resumed=earlier.read_bytes() if kind == "resumed" else b"",
    )
    for number, question in enumerate(QUESTIONS):
        try:
            for _ in agent.ask(question):
                pass
        except ProviderError:
            pass
        if number == 1:
            agent.undo()
            agent.toolset.rebudget(4_000)


KINDS = ("offline", "model", "with nodes", "resumed", "calls")
EARLIER = "earlier.json"


def make_calls(graph: SkillGraph, folder: Path, start: float) -> None:
    """Make calls without a model, as programs do."""
    recorder = RunRecorder(folder, environ={}, clock=lambda: start)
    tools = Toolset(graph, 3_000)
    for number, node in enumerate(("index", "Seeds", "nowhere", "Loss", "Seeds", "Loss")):
        recorder.begin(tools, None, None)
        call = ToolCall(f"line {number}", "read_node", {"node": node})
        recorder.call(call)
        recorder.answer(call, tools.call(call.name, call.arguments))
    recorder.close()


def save_earlier(graph: SkillGraph, path: Path) -> None:
    """Save a conversation of one question, which others resume."""
    agent = Agent(Toolset(graph, 3_000), Model())
    for _ in agent.ask(QUESTIONS[0]):
        pass
    saved.save(agent, path, Model.name, None)


class Counting:
    """Takes the place of the operations in `os`, and counts them.

    Args:
        fatal: number of the operation at which the process is killed; 0 for none.
        when: on which side of it.
    """

    def __init__(self, fatal: int = 0, when: When = "before") -> None:
        self.count = 0
        self._fatal, self._when = fatal, when
        for name in OPERATIONS:
            setattr(os, name, self._counted(name, getattr(os, name)))

    def _counted(self, name: str, operation: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            self.count += 1
            is_fatal = self.count == self._fatal
            if is_fatal and self._when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            if is_fatal and self._when == "in" and name == "write":
                handle, data = arguments
                operation(handle, data[: len(data) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                return operation(*arguments, **named)
            finally:
                if is_fatal:
                    os.kill(os.getpid(), signal.SIGKILL)

        return counted


def in_child(action: Callable[[], None]) -> int:
    """Run in a child process; its exit code, or the number of its signal as a negative one."""
    child = os.fork()
    if child == 0:
        try:
            action()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def counted(graph: SkillGraph, folder: Path, kind: str) -> int:
    """How many operations a conversation makes."""
    reader, writer = os.pipe()

    def action() -> None:
        operations = Counting()
        converse(graph, folder, kind)
        os.write(writer, str(operations.count).encode())

    in_child(action)
    return int(os.read(reader, 99))


def main(top: Path, kills: int) -> None:
    for name, text in FILES.items():
        (top / "graph").mkdir(exist_ok=True, parents=True)
        (top / "graph" / name).write_text(text, encoding="utf-8")
    graph = SkillGraph.load(top / "graph")
    save_earlier(graph, top / EARLIER)
    converse(graph, top / "warm", "offline")  # what is imported late is imported once
    operations = {}
    for kind in KINDS:
        folder = top / f"whole {kind}"
        # As in the folder of the kills, where only the first child makes this file.
        folder.mkdir()
        (folder / IGNORED).write_text("*\n", encoding="utf-8")
        operations[kind] = counted(graph, folder, kind)
    dice = random.Random(13)
    codes = []
    for number in range(kills):
        kind = KINDS[number % len(KINDS)]
        # The n-th of all kills is in the n-th part of the conversation.
        fatal = 1 + (number * operations[kind] + dice.randrange(operations[kind])) // kills
        when: When = dice.choice(("before", "in", "in", "after"))

        def action(
            kind: str = kind, fatal: int = fatal, when: When = when, start: float = 60.0 * number
        ) -> None:
            Counting(fatal, when)
            converse(graph, top / "runs", kind, start)

        codes.append(in_child(action))
    print(json.dumps(codes))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
