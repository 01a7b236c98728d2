"""`skillagent list`, `summary` and `read`: the three operations of an agent, for a person."""

from __future__ import annotations

import argparse

from skillagent.cli.declared import first_is_no_graph
from skillagent.cli.output import printable, to_json
from skillagent.cli.progress_bar import progress_bar
from skillagent.cli.session import build_index, load, toolset
from skillagent.markdown.hidden import revealed


def run(arguments: argparse.Namespace) -> int:
    if arguments.command == "summary" and first_is_no_graph(arguments):
        arguments.nodes.insert(0, arguments.graph)
        arguments.graph = None
    with progress_bar() as progress:
        tools = toolset(load(arguments, progress), arguments, one_call=True)
        if arguments.command != "read" and arguments.query:
            build_index(tools, progress)
    if arguments.command == "list":
        answer = tools.list_index(arguments.map, arguments.query, arguments.cursor)
    elif arguments.command == "summary":
        answer = tools.read_summary(arguments.nodes, arguments.query, arguments.depth)
    else:
        answer = tools.read_node(arguments.node, arguments.section)
    # With --hidden-text, the author of a graph wants to see invisible characters.
    text = revealed(answer.text) if arguments.hidden_text else answer.text
    print(to_json(answer.to_json()) if arguments.json else printable(text))
    return 1 if answer.error else 0
