"""The HTML file around the parts of a report: style, script, and the policy that allows only these.

Above: whatever writes a report. Below: `markup`.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
from functools import cache

from skillagent.html.markup import EMPTY, Markup, element, joined


def document(
    title: str,
    header: Markup,
    *sections: Markup,
    style: str = "",
    script: str = "",
    ending: Markup = EMPTY,
) -> str:
    """A whole HTML file.

    Args:
        title: title of the window.
        header: what comes before all sections, with the first heading.
        sections: the parts.
        style: CSS that follows the style of all files.
        script: the only script; empty for a file without any.
        ending: what comes after all sections.
    """
    whole_style = _whole(style)
    policy = content_security_policy(style, script)
    head = joined(
        [
            Markup('<meta charset="utf-8">\n'),
            Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'),
            Markup('<meta name="viewport" content="width=device-width, initial-scale=1">\n'),
            element("title", title),
            Markup(f"\n<style>{whole_style}</style>\n"),
        ]
    )
    main = element("main", Markup("\n"), *(Markup(f"{part}\n") for part in sections))
    body = joined([element("header", header), Markup("\n"), main, Markup("\n"), ending])
    last = Markup(f"\n<script>{script}</script>\n") if script else Markup("\n")
    inner = element("head", head), Markup("\n"), element("body", body, last)
    return f"<!DOCTYPE html>\n{element('html', *inner, lang='en')}\n"


def content_security_policy(style: str = "", script: str = "") -> str:
    """The policy of a file, which allows its style and its script, and no other.

    Args:
        style: as for `document`.
        script: as for `document`.
    """
    scripts = f"script-src '{_hash(script)}'; " if script else ""
    return (
        f"default-src 'none'; style-src '{_hash(_whole(style))}'; {scripts}"
        "base-uri 'none'; form-action 'none'"
    )


@cache
def resource(package: str, name: str) -> str:
    """The text of a style or a script that comes with a package."""
    return (importlib.resources.files(package) / name).read_text("utf-8")


def _whole(style: str) -> str:
    return resource("skillagent.html", "base.css") + style


def _hash(text: str) -> str:
    """The source expression of a script or style in a content security policy (CSP level 3)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
