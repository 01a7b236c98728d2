"""Routing quality for authors: which words of a graph lead questions to the wrong nodes.

A suite is run by one policy in one budget; then the walks are compared with the gold nodes. Every
finding names a place, the cases that show it, and the words to change.

- `wording`: the words of questions, and of what a reader sees of a node before its text.
- `walks`: what each case ranked, listed and read.
- `attracting`: descriptions that attract questions that belong elsewhere.
- `unreached`: nodes that no question reaches.
- `misleading`: links whose sentences match better than those that lead to the gold nodes.
- `description`: all of it; `text`: as lines for the terminal.

Above: `cli`. Below: `running`, `suite`, the search index.
"""

from skillagent.evals.describe.description import Description, describe
from skillagent.evals.describe.text import description_lines

__all__ = ["Description", "describe", "description_lines"]
