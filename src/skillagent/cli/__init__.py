"""Arguments → one call → text and exit code. A file a noun; nothing below imports this.

Exit codes: 0 done; 1 the graph has errors, a call was refused, or the model did not answer to
its end; 2 the command line, the graph's folder, a key or a package is wrong; 3 the model
could not be reached or failed; 130 interrupted.
"""

from skillagent.cli.main import main

__all__ = ["main"]
