"""`skillagent access NAMESPACE --store ADDRESS`: makes and revokes tokens of a published graph."""

from __future__ import annotations

import argparse
from contextlib import closing

from skillagent.cli.arguments import Commands


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    text = "make a token that lets a client read a published graph, or revoke it"
    parser = commands.add_parser("access", help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.set_defaults(run=run)
    parser.add_argument("namespace", metavar="NAMESPACE", help="name of the graph in the database")
    parser.add_argument(
        "--store", required=True, metavar="ADDRESS", help="postgresql://USER@HOST/DATABASE"
    )
    parser.add_argument(
        "--name", default="default", metavar="NAME", help="name of the token (default: default)"
    )
    parser.add_argument("--revoke", action="store_true", help="revoke the token of this name")


def run(arguments: argparse.Namespace) -> int:
    """Make or revoke a token. A new token is printed once; the database keeps its hash only.

    Raises:
        SkillAgentError: the database cannot be used, or the name is taken or unknown.
    """
    from skillagent.cli.publish import store_address

    address = store_address(arguments.store)
    from skillagent.store.postgres.database import Database
    from skillagent.store.postgres.tokens import make_token, revoke_token

    with closing(Database(address)) as database:
        if arguments.revoke:
            revoke_token(database, arguments.namespace, arguments.name)
        else:
            print(make_token(database, arguments.namespace, arguments.name))
    return 0
