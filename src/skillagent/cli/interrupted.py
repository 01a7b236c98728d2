"""Changes of files that are interrupted: undone in this process, finished in the next one."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from skillagent.cli.output import printable
from skillagent.errors import SkillAgentError
from skillagent.files import JOURNAL

_SIGNALS = ("SIGTERM", "SIGHUP")


def finish_interrupted(*folders: str | os.PathLike[str]) -> None:
    """Complete or undo what a killed command left in these folders, and say so in a line each.

    Args:
        folders: graphs, as the command line names them. One that is not there, or cannot be
            mended, is left to the command itself.
    """
    for folder in folders:
        path = _path(folder)
        # Nearly always there is nothing to do, and nothing more need be imported.
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

    The process then ends with 128 and the number of the signal, as a shell expects. A signal
    that whoever started this process has told it to ignore, as `nohup` does, stays ignored.
    """

    def stop(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {}
    # Python lets only the main thread set handlers; elsewhere signals do what they did.
    names = _SIGNALS if threading.current_thread() is threading.main_thread() else ()
    try:
        for name in names:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, stop)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _path(folder: str | os.PathLike[str]) -> Path | None:
    from skillagent.graph import Root

    try:
        return Root.parse(folder).path
    except SkillAgentError:
        return None
