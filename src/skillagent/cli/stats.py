"""`skillagent stats`: what a graph is like, in figures."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from skillagent.cli.arguments import Commands, tokens
from skillagent.cli.changes import on_graph, whole_graph
from skillagent.cli.declared import roots_of
from skillagent.cli.output import printable, to_json
from skillagent.cli.progress_bar import progress_bar

if TYPE_CHECKING:
    from skillagent.authoring.statistics import Statistics

HUBS = 3
"""Hubs of each kind and clusters that the text names."""
MONTHS = 6
"""Months that the text shows."""


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    text = "size, density, reach, hubs, clusters and growth of a graph"
    parser = commands.add_parser("stats", help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.set_defaults(run=run)
    on_graph(parser)
    parser.add_argument(
        "--budget",
        type=tokens,
        metavar="N",
        help="also count the nodes that an agent sees within N tokens",
    )
    parser.add_argument("--json", action="store_true", help="all figures as JSON")


def run(arguments: argparse.Namespace) -> int:
    from skillagent.authoring.statistics import statistics
    from skillagent.authoring.statistics.reach import BUDGETS

    budgets = BUDGETS if arguments.budget is None else (*BUDGETS, arguments.budget)
    with progress_bar() as progress:
        graph = whole_graph(arguments, progress, roots_of(arguments))
        figures = statistics(graph, budgets, progress=progress)
    print(to_json(figures.to_json()) if arguments.json else printable("\n".join(_lines(figures))))
    return 0


def _lines(figures: Statistics) -> Iterator[str]:
    size, density = figures.size, figures.density
    yield (
        f"{figures.name}: {size.nodes:,} nodes, {size.maps:,} maps, {size.tokens:,} tokens "
        f"(median {size.median:,}, 95 % up to {size.p95:,})"
    )
    yield (
        f"links: {density.links:,}, {density.links_per_node:g} a node, "
        f"{density.reciprocal:.0%} linked back, {density.with_words:.0%} with words beside them "
        f"(median {density.words_beside})"
    )
    yield f"within links of the entry: {_reach((row.links, row.share) for row in figures.reach)}"
    yield (
        "seen by an agent within tokens: "
        f"{_reach((row.tokens, row.share) for row in figures.disclosed)}"
    )
    for title, hubs in (("linked", figures.linked_most), ("links", figures.linking_most)):
        if hubs:
            named = ", ".join(f"{hub.node} ({hub.count})" for hub in hubs[:HUBS])
            yield f"{title} most: {named}"
    around = ", ".join(f"{row.center} ({row.nodes})" for row in figures.clusters[:HUBS])
    yield f"clusters: {figures.cluster_count}" + (f", the largest around {around}" * bool(around))
    if figures.parts:
        yield (
            f"isolated: {figures.isolated} nodes in {figures.part_count} parts, "
            f"such as {figures.parts[0].first}"
        )
    if figures.growth:
        shown = figures.growth.months[-MONTHS:]
        yield "growth: " + ", ".join(
            f"{row.month} {row.files} files, {row.links} links" for row in shown
        )


def _reach(rows: Iterator[tuple[int, float]]) -> str:
    return ", ".join(f"{limit:,}: {share:.0%}" for limit, share in rows)
