"""`skillagent rule`: explains a code, with an example and its correction; lists all codes.

The pages are nodes of the user guide, so that agents read them, too.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from skillagent.cli.arguments import Commands
from skillagent.cli.output import printable, to_json
from skillagent.errors import UsageError

if TYPE_CHECKING:
    from skillagent.markdown import Document


SHOWN = 12
"""Codes that are named to one who gave only their beginning."""


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    text = "what a code such as SG020 means, and how to correct it; without a code, all of them"
    parser = commands.add_parser("rule", help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.set_defaults(run=run)
    parser.add_argument("code", nargs="?", metavar="CODE", help="a code, or the name of its rule")
    parser.add_argument("--json", action="store_true", help="code, severity, title and text")


def run(arguments: argparse.Namespace) -> int:
    from skillagent.diagnostics import CODES

    if arguments.code is None:
        rows = [
            {"code": code, "severity": str(CODES[code].severity), "title": title}
            for code, title in titles().items()
        ]
        if arguments.json:
            print(to_json(rows))
        else:
            lines = (f"{row['code']}  {row['severity']:<7}  {row['title']}" for row in rows)
            print(printable("\n".join(lines)))
        return 0
    code, page = _page(arguments.code)
    text = page.body.strip()
    if arguments.json:
        severity = str(CODES[code].severity)
        print(to_json({"code": code, "severity": severity, "title": _title(page), "text": text}))
    else:
        print(printable(text))
    return 0


def titles() -> dict[str, str]:
    """Code → the title of its page."""
    from skillagent.diagnostics import CODES

    return {code: _title(_read(code)) for code in CODES}


def _page(name: str) -> tuple[str, Document]:
    """A code and its page, by the code or by the name of the rule."""
    from skillagent.cli.arguments import did_you_mean
    from skillagent.diagnostics import CODES

    if (code := name.upper()) in CODES:
        return code, _read(code)
    names: dict[str, str] = {}
    for code in CODES:
        page = _read(code)
        for alias in page.frontmatter.words("aliases"):
            if alias == name.casefold():
                return code, page
            names[alias] = code
    begins = [one for one in CODES if one.startswith(name.upper())]
    if name and begins:
        hint = f"name one of {', '.join(begins[:SHOWN])}" + (" …" if len(begins) > SHOWN else "")
    else:
        hint = did_you_mean(name.casefold(), names)
    raise UsageError(f"there is no rule {name!r}: {hint or '`skillagent rule` lists them'}")


def _title(page: Document) -> str:
    return page.headings[0].title.partition(": ")[2]


def _read(code: str) -> Document:
    from skillagent.cli.session import GUIDE, bundled_graph
    from skillagent.markdown.document import parse

    file = bundled_graph(GUIDE) / "rules" / f"{code}.md"
    try:
        return parse(file.read_bytes(), file.name)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
