"""Interrupted changes of files: a signal undoes them; after a kill, the next command does."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.cli.output import printable
from skillagent.errors import SkillAgentError
from skillagent.files import JOURNAL

if TYPE_CHECKING:
    from types import FrameType

_SIGNALS = ("SIGTERM", "SIGHUP")


def finish_interrupted(*folders: str | os.PathLike[str]) -> None:
    """Complete or undo changes of commands that were killed, and print one line for each.

    Args:
        folders: folders of graphs, as on the command line. A folder that does not exist is
            ignored: the command itself reports it.
    """
    for folder in folders:
        path = _path(folder)
        # Usually there is nothing to do; then the slow import below is not needed.
        if path is None or not os.path.lexists(path / JOURNAL):
            continue
        from skillagent.files.journal import recover

        try:
            line = recover(path)
        except SkillAgentError as error:
            line = str(error)
        if line:
            print(printable(f"skillagent: {line}"), file=sys.stderr)


@contextlib.contextmanager
def undone_by_signals() -> Iterator[None]:
    """While files are written, let SIGTERM and SIGHUP undo the change, as Ctrl-C does.

    The process then exits with 128 plus the number of the signal, as shells expect. A signal that
    the process ignores, for example under `nohup`, stays ignored.
    """
    import signal  # late: commands that only read need neither
    import threading

    def stop(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    previous = {}
    # Python allows only the main thread to set handlers; other threads leave signals as they are.
    names = _SIGNALS if threading.current_thread() is threading.main_thread() else ()
    try:
        for name in names:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                previous[number] = signal.signal(number, stop)
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _path(folder: str | os.PathLike[str]) -> Path | None:
    from skillagent.graph import Root

    try:
        return Root.parse(folder).path
    except SkillAgentError:
        return None
