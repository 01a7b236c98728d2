"""Arguments → one call → text and exit code. A file a noun; nothing below imports this.

Exit codes: 0 done; 1 the graph has errors, or a call was refused; 2 the command line or
the graph's folder makes no sense; 130 interrupted.
"""

from skillagent.cli.main import main

__all__ = ["main"]
