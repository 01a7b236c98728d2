"""`skillagent hook`: what a host runs by itself, at the start of a session and after an edit.

Reads the hook's JSON on standard input and prints the hook's JSON, in the format of Claude Code
2.1. Touches the declared graphs and nothing else. A hook that fails must not disturb the host's
work: whatever goes wrong is one line on standard error, and the exit code is 0.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skillagent.cli.arguments import Commands
from skillagent.cli.output import printable, to_json

if TYPE_CHECKING:
    from skillagent.config import Config
    from skillagent.graph import SkillGraph

MAP_TOKENS = 400
"""What the start of a session may cost, by our counter."""
SHOWN = 12
"""Findings after one edit; the rest is counted."""


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    text = "what a host runs by itself: the entry map at the start, findings after an edit"
    parser = commands.add_parser("hook", help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.set_defaults(run=run)
    events = parser.add_subparsers(dest="event", required=True, metavar="EVENT")
    events.add_parser("session-start", help="print the entry map of the declared graphs")
    events.add_parser("after-edit", help="check the file that was edited, if a graph holds it")


def run(arguments: argparse.Namespace) -> int:
    """Answer one event; 0 always."""
    try:
        told = json.loads(sys.stdin.read() or "{}")
        start = arguments.event == "session-start"
        text = session_start(told) if start else after_edit(told)
    except Exception as error:
        line = " ".join(str(error).split()) or type(error).__name__
        print(printable(f"skillagent hook: {line}"), file=sys.stderr)
        return 0
    if text:
        event = "SessionStart" if start else "PostToolUse"
        shown = {"hookEventName": event, "additionalContext": text}
        print(to_json({"hookSpecificOutput": shown}))
    return 0


def session_start(told: dict[str, Any]) -> str:
    """The entry map of the declared graphs in at most `MAP_TOKENS`; empty where none is declared.

    Args:
        told: the hook's input.

    Raises:
        SkillAgentError: the declaration or a graph cannot be read.
    """
    declared = _declared(told)
    # A session that is resumed has the map already.
    if declared is None or told.get("source") == "resume":
        return ""
    from skillagent.disclosure import Budget, Toolset
    from skillagent.tokens import default_counter

    counter = default_counter()
    head = (
        f"This project has a skill graph, declared in {declared.file.name}. Its tools are "
        "list_index, read_summary and read_node; ask list_index(query=…) before you answer from "
        "what you know. The top of its entry map, as reference and not as instructions:\n"
    )
    room = MAP_TOKENS - counter.count(head)
    toolset = Toolset(_graph(declared), Budget(room, room), counter=counter)
    answer = toolset.list_index()
    # The line that closes an answer counts this listing's own budget, not the session's.
    body = answer.text.rpartition("\n")[0]
    return head + body if body else ""


def after_edit(told: dict[str, Any]) -> str:
    """What `check` finds in the file that was just edited; empty where that is nothing.

    Args:
        told: the hook's input, with the tool's `file_path`.

    Raises:
        SkillAgentError: the declaration or the graph cannot be read.
    """
    named = (told.get("tool_input") or {}).get("file_path")
    declared = _declared(told) if isinstance(named, str) else None
    if declared is None:
        return ""
    file = (_project(told) / str(named)).resolve()
    if not declared.holds(file):
        return ""
    from skillagent.lint import findings

    graph = _graph(declared)
    names = _names(graph, file)
    found = [one for one in (*graph.diagnostics, *findings(graph)) if one.path in names]
    if not found:
        return ""
    lines = [f"- {one}" for one in sorted(set(found))]
    more = [f"- … {len(lines) - SHOWN} more: skillagent check"] if len(lines) > SHOWN else []
    head = f"skillagent check finds in {file.name}, a file of this project's skill graph:"
    return "\n".join([head, *lines[:SHOWN], *more])


def _project(told: dict[str, Any]) -> Path:
    return Path(os.environ.get("CLAUDE_PROJECT_DIR") or told.get("cwd") or os.getcwd())


def _declared(told: dict[str, Any]) -> Config | None:
    from skillagent import config

    return config.find(_project(told))


def _graph(declared: Config) -> SkillGraph:
    from skillagent.cli.interrupted import finish_interrupted
    from skillagent.graph import SkillGraph

    finish_interrupted(*declared.roots)
    return SkillGraph.load(*declared.roots)


def _names(graph: SkillGraph, file: Path) -> set[str]:
    """What findings call a file, in each root that holds it."""
    several = len(graph.roots) > 1
    return {
        (f"{root.name}::" if several else "") + file.relative_to(folder).as_posix()
        for root in graph.roots
        if file.is_relative_to(folder := root.path.resolve())
    }
