"""Lists the commands that create and change a graph."""

from __future__ import annotations

import argparse

from skillagent.cli import add as add_node
from skillagent.cli import health, importing, merge, new, rename, split, stats, suggest, weave
from skillagent.cli.arguments import Commands


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the commands, in the order of their usual use."""
    for noun in (new, importing, add_node, weave, rename, split, merge, health, stats, suggest):
        noun.add(commands)
