"""Writing files so that nothing is lost: one file as a whole, or many files all or none.

`changes` holds what a tool would write, `journal` writes it, file by file with `placing`, and
finishes what a killed process left behind; `atomic` writes a single file, `regular` reads one.
Above: everything that writes. Below: `digest`, `errors`.
"""

from __future__ import annotations

STAGED = ".skillagent-"
"""Every file and folder that waits for its place has a name that begins so."""
JOURNAL = ".skillagent-change"
"""The folder, in that of the graph, which holds a change while its files are written."""
