"""Writes the report of an eval as one HTML file, with its curves.

The file needs nothing else: no network, no other file, and no script. All text of a suite is
escaped. The same report gives the same bytes.

- `drawing`: a figure of matplotlib as inline SVG, in the colours of the file.
- `series`: how each policy is drawn; `curves`: the figures.
- `figure_tables`, `cases`: the tables.
- `page`: the parts in their order.

Above: `cli`. Below: `report`, `tables`, `html`.
"""

from skillagent.evals.page.drawing import require_matplotlib
from skillagent.evals.page.page import page

__all__ = ["page", "require_matplotlib"]
