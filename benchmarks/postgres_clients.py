"""The clients of `benchmarks.postgres`, in a process of their own, and what each process used.

Each client opens sessions one after another and makes the calls of one session: a ranked list, two
summaries, one text, of nodes drawn from a seed. It sends each call to any of the servers, as
through a load balancer without memory. The texts of each session are counted again at the end.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.mcp import META, VERSION
from skillagent.tokens import EncodingCounter

SEED = 20261128
ANSWER_SECONDS = 30
UNUSED_SECONDS = 4.0
"""Seconds after which an unused connection is made anew; a server closes it after five."""
TICK = os.sysconf("SC_CLK_TCK")


def processor_seconds(process: int) -> float:
    """Processor time of a process and of all processes below it, also of those that ended."""
    parents: dict[int, tuple[int, float]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        parents[int(path.parent.name)] = (int(fields[1]), sum(map(int, fields[11:15])) / TICK)
    total, waiting = 0.0, [process]
    while waiting:
        one = waiting.pop()
        total += parents[one][1]
        waiting += [child for child, (parent, _) in parents.items() if parent == one]
    return total


@dataclass
class Measured:
    """What all clients of one process measured."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    """Operation → seconds of each call after the servers had filled what they keep."""
    errors: list[str] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    """Session → its answers."""


@dataclass(frozen=True)
class Nodes:
    """The nodes that calls are about."""

    ids: Sequence[str]
    titles: Sequence[str]

    def calls_of_a_session(self, dice: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
        """Tool and arguments of each call."""
        places = [dice.randrange(len(self.ids)) for _ in range(3)]
        names = [self.ids[place] for place in places]
        yield "list_index", {"query": " ".join(self.titles[places[0]].split()[:2])}
        yield "read_summary", {"nodes": names[:2]}
        yield "read_node", {"node": names[2]}


class Connection:
    """One open connection to one server."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._used = 0.0

    def close(self) -> None:
        """Close the connection, if it is open."""
        if self._streams:
            self._streams[1].close()

    async def call(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The result of a call.

        Raises:
            ValueError: the answer is an error.
        """
        params = {"name": name, "arguments": arguments, "_meta": META}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        data = json.dumps(message).encode()
        now = time.monotonic()
        if self._streams is None or now - self._used > UNUSED_SECONDS:
            self.close()
            self._streams = await asyncio.open_connection(
                self._address.hostname, self._address.port
            )
        self._used = now
        reader, writer = self._streams
        writer.write(
            f"POST {self._address.path} HTTP/1.1\r\nHost: {self._address.netloc}\r\n"
            "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
            f"Mcp-Protocol-Version: {VERSION}\r\nMcp-Method: tools/call\r\nMcp-Name: {name}\r\n"
            f"Content-Length: {len(data)}\r\n\r\n".encode()
            + data
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        body = await reader.readexactly(int(head.partition("content-length: ")[2].split()[0]))
        result: dict[str, Any] | None = json.loads(body).get("result")
        if result is None or result.get("isError"):
            raise ValueError(body[:300].decode())
        return result


async def client(
    number: int, urls: Sequence[str], nodes: Nodes, pause: float, seconds: float, into: Measured
) -> None:
    """Call the servers until the time is over; the first half of it is not measured."""
    dice = random.Random(SEED + number)
    connections = [Connection(url) for url in urls]
    start = time.monotonic()
    while (passed := time.monotonic() - start) < 2 * seconds:
        session: str | None = None
        for name, arguments in nodes.calls_of_a_session(dice):
            await asyncio.sleep(pause * (0.5 + dice.random()))  # as long as an agent thinks
            connection = dice.choice(connections)
            started = time.perf_counter()
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    result = await connection.call(name, {**arguments, "session": session})
            except (OSError, ValueError, asyncio.IncompleteReadError) as error:
                into.errors.append(str(error))
                break
            if passed > seconds:
                into.seconds.setdefault(name, []).append(time.perf_counter() - started)
            session = result["_meta"]["skillagent/session"]
            into.texts.setdefault(session, []).append(result["content"][0]["text"])


async def all_clients(settings: dict[str, Any]) -> dict[str, Any]:
    """What the clients measured, and what each process used in the second half of the time."""
    into, nodes = Measured(), Nodes(*settings["nodes"])
    processes: dict[str, int] = {**settings["processes"], "clients": os.getpid()}
    seconds = settings["seconds"]

    async def used() -> dict[str, float]:
        await asyncio.sleep(seconds)
        before = {name: processor_seconds(process) for name, process in processes.items()}
        await asyncio.sleep(seconds)
        return {
            name: processor_seconds(process) - before[name] for name, process in processes.items()
        }

    using = asyncio.create_task(used())
    await asyncio.gather(
        *(
            client(number, settings["urls"], nodes, settings["pause"], seconds, into)
            for number in range(settings["clients"])
        )
    )
    count = EncodingCounter(fast=False).count
    costs = [sum(map(count, texts)) for texts in into.texts.values()]
    return {
        "seconds": into.seconds,
        "errors": into.errors,
        "sessions": len(costs),
        "breaches": sum(cost > settings["budget"] for cost in costs),
        "used": await using,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(all_clients(json.load(sys.stdin)))))
