"""`skillagent health`: counts what an author should improve next."""

from __future__ import annotations

import argparse

from skillagent.cli.arguments import Commands
from skillagent.cli.changes import on_graph, whole_graph
from skillagent.cli.declared import roots_of
from skillagent.cli.output import printable, to_json
from skillagent.cli.progress_bar import progress_bar

SHOWN = 10


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    text = "figures that tell an author what to do next"
    parser = commands.add_parser("health", help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.set_defaults(run=run)
    on_graph(parser)
    parser.add_argument("--all", action="store_true", help="every node, not the first 10 of a kind")
    parser.add_argument("--json", action="store_true", help="verdict and figures as JSON")
    parser.add_argument(
        "--strict", action="store_true", help="exit with 1 if anything but guesses is found"
    )


def run(arguments: argparse.Namespace) -> int:
    from skillagent.authoring.health import health, verdict

    with progress_bar() as progress:
        graph = whole_graph(arguments, progress, roots_of(arguments))
        figures = health(graph, progress=progress)
    if arguments.json:
        report = {
            "verdict": verdict(graph, figures),
            "figures": [figure.to_json() for figure in figures],
        }
        print(to_json(report))
    else:
        lines = [verdict(graph, figures)]
        for figure in figures:
            guess = " (a guess, to judge)" if figure.heuristic else ""
            lines += ["", f"{len(figure.places)} × {figure.title}{guess}", f"  → {figure.remedy}"]
            shown = figure.places if arguments.all else figure.places[:SHOWN]
            lines += [f"  {node}: {detail}" if detail else f"  {node}" for node, detail in shown]
            if len(figure.places) > len(shown):
                lines.append(f"  … {len(figure.places) - len(shown)} more: health --all")
        print(printable("\n".join(lines)))
    return int(arguments.strict and any(not figure.heuristic for figure in figures))
