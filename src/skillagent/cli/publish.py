"""`skillagent index GRAPH --store ADDRESS`: publishes a graph in a PostgreSQL database."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skillagent.store.postgres.address import Address


def add_store_options(parser: argparse.ArgumentParser) -> None:
    """Declare where a graph is published."""
    parser.add_argument(
        "--store",
        metavar="ADDRESS",
        help="publish the graph in a PostgreSQL database, as in postgresql://USER@HOST/DATABASE",
    )
    parser.add_argument(
        "--namespace",
        default="",
        metavar="NAME",
        help="name of the graph in the database (default: its own name)",
    )

    parser.add_argument(
        "--replace",
        action="store_true",
        help="publish it although the namespace holds a graph with another name",
    )


def check_store_options(arguments: argparse.Namespace) -> None:
    """Refuse options that mean nothing without a database.

    Raises:
        UsageError: one of them is given.
    """
    if arguments.namespace or arguments.replace:
        from skillagent.errors import UsageError

        option = "--namespace" if arguments.namespace else "--replace"
        raise UsageError(f"{option} is for a graph in a database: give its address in --store")


def run(arguments: argparse.Namespace) -> int:
    """Load a graph, publish it and say what was written.

    Raises:
        SkillAgentError: the graph cannot be loaded, or the database cannot be written to.
    """
    from skillagent.cli.declared import roots_of
    from skillagent.cli.output import printable, to_json
    from skillagent.cli.progress_bar import progress_bar
    from skillagent.cli.session import load, options_of, tell_faults

    if arguments.watch:
        from skillagent.errors import UsageError

        raise UsageError("--watch is for the index of this machine: leave it out with --store")
    address = store_address(arguments.store)
    from skillagent.cli.workers import workers_of
    from skillagent.graph.walk import roots_of as roots_in_order
    from skillagent.indexing.looking import look
    from skillagent.indexing.partition import facts_by
    from skillagent.indexing.published import publish_graph

    roots = roots_in_order((*roots_of(arguments), *arguments.also))
    options = options_of(arguments)
    workers, looked = workers_of(arguments), look(roots, options)
    with progress_bar() as progress, facts_by(workers, roots, options, looked) as known:
        graph = load(arguments, progress)
        tell_faults(graph.faulty)
        published = publish_graph(
            graph,
            address,
            namespace=arguments.namespace,
            replace=arguments.replace,
            known=known,
            progress=progress,
        )
    if arguments.json:
        print(to_json({"store": str(address), "nodes": len(graph.nodes), **asdict(published)}))
    elif published.written or published.ended:
        print(
            printable(
                f"{published.namespace}: revision {published.revision} in {address}, "
                f"{len(graph.nodes)} nodes; {published.written} rows written, "
                f"{published.ended} rows ended"
            )
        )
    else:
        print(printable(f"{published.namespace}: unchanged, revision {published.revision}"))
    return 0


def store_address(text: str) -> Address:
    """The address of a database, as an argument of the command line.

    Raises:
        UsageError: it is no such address, or contains a password.
        MissingPackageError: a package of the extra `postgres` is not installed.
    """
    from skillagent.errors import MissingPackageError, UsageError
    from skillagent.store.postgres.address import Address

    address = Address.parse(text)
    if address.has_password:
        raise UsageError(
            "the address of the store contains a password, which every user of this machine can "
            "read in the list of processes: leave it out, and give it in PGPASSWORD, ~/.pgpass or "
            "a service of pg_service.conf"
        )
    try:
        import psycopg_pool  # noqa: F401 - asked for here, not in the middle of the work
    except ImportError:
        raise MissingPackageError("psycopg-pool", "postgres", "a store in PostgreSQL") from None
    return address
