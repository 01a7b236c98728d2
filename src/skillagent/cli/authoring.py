"""The commands that set up and grow a graph."""

from __future__ import annotations

import argparse

from skillagent.cli import add as add_node
from skillagent.cli import health, importing, new, rename, split, weave
from skillagent.cli.arguments import Commands


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare them, in the order in which one uses them."""
    for noun in (new, importing, add_node, weave, rename, split, health):
        noun.add(commands)
