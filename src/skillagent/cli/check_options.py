"""The options of `skillagent check`."""

from __future__ import annotations

import argparse

FORMATS = ("text", "json", "sarif", "github", "gitlab")
SEVERITIES = ("error", "warning", "info", "never")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare what a check looks for, what it corrects, and how it prints its findings."""
    parser.add_argument(
        "--select",
        action="append",
        default=[],
        metavar="CODES",
        help="only these codes, or codes that begin so, with commas: SG020,SG3",
    )
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="CODES", help="all but these codes"
    )
    parser.add_argument(
        "--fix", action="store_true", help="correct what has one certain correction"
    )
    parser.add_argument(
        "--diff", action="store_true", help="write nothing; show what --fix would change as a diff"
    )
    parser.add_argument(
        "--add-ignore",
        action="store_true",
        help="declare everything that is found now as ignored, in skillagent.toml",
    )
    parser.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        help="exit with 1 from this severity on (default: error; with --strict: warning)",
    )
    parser.add_argument(
        "--statistics", action="store_true", help="only how often each code was found"
    )
    parser.add_argument(
        "--all", action="store_true", help="every finding and node, not the first of each"
    )
    parser.add_argument(
        "--output-format", choices=FORMATS, default="text", help="how findings are printed (text)"
    )
    parser.add_argument("--json", action="store_true", help="the same as --output-format json")
