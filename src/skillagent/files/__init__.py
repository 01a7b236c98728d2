"""Reading and writing files safely.

- `regular` reads a file, and refuses anything else, such as a device or a pipe.
- `atomic` writes one file completely or not at all; `append` adds one line to a file.
- `changes` describes what a command will write to many files.
- `journal` writes such changes, all or none, and finishes those of a process that was killed;
  `placing` moves each single file.

Above: every package that writes files. Below: `digest`, `errors`.
"""

from __future__ import annotations

STAGED = ".skillagent-"
"""Prefix of the names of temporary files and folders, which are renamed when they are complete."""
JOURNAL = ".skillagent-change"
"""Name of the folder inside the graph's that contains a change while its files are written."""
