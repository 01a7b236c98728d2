"""The HTML file around the parts of a report: style, script, and the policy that allows only these.

Above: `run_report`. Below: `markup`.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
from functools import cache

from skillagent.exports.report.markup import Markup, element, joined

_KEYS = (
    ("j or ↓", "next call (the arrow only when a call has the focus)"),
    ("k or ↑", "previous call"),
    ("Enter", "open or close the call"),
    ("a", "open or close all calls"),
    ("?", "show or hide these keys"),
)


def document(title: str, header: Markup, *sections: Markup) -> str:
    """A whole HTML file.

    Args:
        title: title of the window.
        header: what comes before all sections, with the first heading.
        sections: the parts.
    """
    style, script = _file("report.css"), _file("report.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    head = joined(
        [
            Markup('<meta charset="utf-8">\n'),
            Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'),
            Markup('<meta name="viewport" content="width=device-width, initial-scale=1">\n'),
            element("title", title),
            Markup(f"\n<style>{style}</style>\n"),
        ]
    )
    main = element("main", Markup("\n"), *(Markup(f"{part}\n") for part in sections))
    body = joined([element("header", header), Markup("\n"), main, Markup("\n"), _keys()])
    ending = Markup(f"\n<script>{script}</script>\n")
    inner = element("head", head), Markup("\n"), element("body", body, ending)
    return f"<!DOCTYPE html>\n{element('html', *inner, lang='en')}\n"


def _keys() -> Markup:
    """The button and the dialog for the keys; the script shows the button."""
    rows = [
        joined([element("dt", element("kbd", key)), element("dd", what)]) for key, what in _KEYS
    ]
    choice = element("label", Markup('<input type="checkbox" checked> '), "Use these keys")
    close = element("button", "Close", type="button")
    title = element("h2", "Keys", id="keys-title")
    parts = title, element("dl", *rows), element("p", choice), element("p", close)
    dialog = element("dialog", *parts, id="keys", aria_labelledby="keys-title")
    button = element("button", "Keys (?)", type="button")
    return joined([element("footer", button, id="keys-button", hidden=True), dialog])


@cache
def _file(name: str) -> str:
    source = importlib.resources.files("skillagent.exports.report") / name
    return source.read_text("utf-8")


def _hash(text: str) -> str:
    """The source expression of a script or style in a content security policy (CSP level 3)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
