"""Writes a recorded run, or two side by side, as one HTML file for people.

The file needs nothing else: no network, no other file, and no script to be read. All text of a run
is escaped, and a content security policy forbids every script but our own. The same record gives
the same bytes.

- `document`: the whole file, with the keys.
- `facts`, `path`, `budget`, `course`: the parts of a report.
- `divergence`: where two runs part.
- `run_report`: the parts in their order, for one run and for two.

Above: the command `export`. Below: `html`, `run_events`.
"""

from skillagent.exports.report.run_report import comparison_report, run_report

__all__ = ["comparison_report", "run_report"]
