"""`skillagent list`, `summary` and `read`: the three operations of an agent, for a person."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from skillagent.cli.declared import first_is_no_graph
from skillagent.cli.output import printable, to_json
from skillagent.cli.progress_bar import progress_bar
from skillagent.cli.session import build_index, load, needs_loading, opened, toolset
from skillagent.errors import StoredIndexError

if TYPE_CHECKING:
    from skillagent.disclosure import Answer


def run(arguments: argparse.Namespace) -> int:
    if arguments.command == "summary" and first_is_no_graph(arguments):
        arguments.nodes.insert(0, arguments.graph)
        arguments.graph = None
    try:
        answer = _answer(arguments)
    except StoredIndexError as error:
        # A file was written after the index had looked at it, or the index is damaged.
        answer = _answer(arguments, error)
    text = _text(answer, arguments)
    if not text:
        print("the budget is too small for any answer: give more with --budget", file=sys.stderr)
    if text or arguments.json:
        print(to_json(answer.to_json()) if arguments.json else printable(text))
    return 1 if answer.error else 0


def _text(answer: Answer, arguments: argparse.Namespace) -> str:
    if not arguments.hidden_text:
        return answer.text
    from skillagent.markdown.hidden import revealed

    # The author of a graph wants to see invisible characters.
    return revealed(answer.text)


def _answer(arguments: argparse.Namespace, after: StoredIndexError | None = None) -> Answer:
    with progress_bar() as progress:
        if needs_loading(arguments):
            tools = toolset(load(arguments, progress), arguments, one_call=True)
            if arguments.command != "read" and arguments.query:
                build_index(tools, progress)
        else:
            tools = toolset(opened(arguments, progress, after).view, arguments, one_call=True)
    if arguments.command == "list":
        return tools.list_index(arguments.map, arguments.query, arguments.cursor)
    if arguments.command == "summary":
        return tools.read_summary(arguments.nodes, arguments.query, arguments.depth)
    return tools.read_node(arguments.node, arguments.section)
