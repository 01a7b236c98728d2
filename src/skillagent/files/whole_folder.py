"""Writes a folder of files that appears whole or not at all.

Above: `evals`. Below: nothing.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from skillagent.files import STAGED

_SCRIPT = ".sh"


@contextmanager
def staged_folder(parent: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """A new folder with files, to be renamed; one that was not is removed at the end.

    Args:
        parent: where it is made: the folder in which its final place is.
        files: path in the folder → content; what ends in `.sh` may be executed.

    Raises:
        OSError: it cannot be written.
    """
    parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=STAGED, dir=parent))
    try:
        staged.chmod(0o755)
        for name, data in files.items():
            path = staged / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            if path.suffix == _SCRIPT:
                path.chmod(0o755)
        yield staged
    finally:
        shutil.rmtree(staged, ignore_errors=True)
