"""The command line: each command reads its arguments, calls the library and prints the result.

`main` declares the commands and `arguments` the options that they share; every other module is
one command, or a part that several commands use. No other package imports this one.

Exit codes: 0 success; 1 the graph has errors, a call was refused, or the answer of the model is
incomplete; 2 the command line, the graph's folder, a key or a package is wrong; 3 the model could
not be reached or failed; 130 interrupted. `lock --check`, `replay` and `verify` also have sums of
4 to 128.
"""

from skillagent.cli.main import main

__all__ = ["main"]
