"""The text of a node as HTML that may be shown: no tag of the text itself, no image, no script.

Links to nodes become buttons that name the node in `data-node`. Other links stay links only if
their scheme is one of `SCHEMES`. Headings are moved down, because the panel has the title.

Above: `picture`. Below: markdown-it-py, `graph`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from functools import cache
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from skillagent.graph import Link, Node
from skillagent.html.markup import shown

SCHEMES = frozenset(("http", "https", "mailto"))
HEADING_STEP = 2
"""How many levels a heading is moved down."""
_WIKILINK = re.compile(r"!?\[\[([^\[\]\n]+)\]\]")


def rendered_text(node: Node, links: Iterable[Link]) -> str:
    """The text of a node as HTML; the same text and links give the same HTML.

    Args:
        node: whose text it is.
        links: all links in the node, with the nodes to which they lead.
    """
    text = node.document.text
    written: dict[str, str | None] = {}
    for link in links:
        if not link.key:
            written[_plain(shown(text[link.start : link.reference.end]))] = link.target
            written.setdefault(_plain(shown(link.name)), link.target)
    body = shown(node.document.body.strip())
    tokens = _markdown().parse(body, env := {"links": written})
    if _repeats(tokens, node.title):
        tokens = tokens[3:]
    for token in tokens:
        # The page allows no style in an attribute.
        if (style := str(token.attrs.pop("style", ""))) and not style.endswith("left"):
            token.attrSet("class", f"to-{style.rpartition(':')[2]}")
    html: str = _markdown().renderer.render(tokens, _markdown().options, env)
    return html


def _repeats(tokens: Sequence[Token], title: str) -> bool:
    """Whether the first block is a heading with the words of the title."""
    if not tokens or tokens[0].type != "heading_open":
        return False
    return _words(tokens[1].content) == _words(title)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "linkify": False})
    markdown.enable(["table", "strikethrough"])
    # A link with a scheme that is not allowed is written as its label: see `_link_open`.
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]  # how it is configured
    markdown.inline.ruler.before("link", "wikilink", _wikilink)
    rules = {
        "wikilink": _button,
        "link_open": _link_open,
        "link_close": _link_close,
        "image": _image,
        "heading_open": _heading,
        "heading_close": _heading,
    }
    for name, rule in rules.items():
        markdown.add_render_rule(name, rule)
    return markdown


def _wikilink(state: StateInline, silent: bool) -> bool:
    """Rule of markdown-it: `[[target|label]]` becomes one token."""
    match = _WIKILINK.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        token = state.push("wikilink", "", 0)
        target, _, label = match[1].replace("\\|", "|").partition("|")
        token.content = label.strip() or target.strip().lstrip("#^")
        token.meta = {"node": _target(state.env, match[0], target)}
    state.pos = match.end()
    return True


def _target(env: Mapping[str, Any], *names: str) -> str | None:
    """The id of the node to which a link leads, by one of the ways in which it can be written."""
    written: Mapping[str, str | None] = env["links"]
    return next((written[_plain(name)] for name in names if _plain(name) in written), None)


def _plain(name: str) -> str:
    return name.replace("\\|", "|").strip()


def _button(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    token = tokens[at]
    return _opening(token.meta["node"]) + escape(token.content) + _closing(token.meta["node"])


def _opening(node: str | None) -> str:
    if node is None:
        return '<span class="broken">'
    return f'<button type="button" class="to-node" data-node="{escape(node)}">'


def _closing(node: str | None) -> str:
    return "</span>" if node is None else "</button>"


def _link_open(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    href = str(tokens[at].attrs.get("href", ""))
    path = unquote(href)
    node = _target(env, path, path.partition("#")[0])
    opening, closing = _opening(node), _closing(node)
    if node is None and _is_allowed(href):
        opening = f'<a href="{escape(href)}" rel="noopener noreferrer nofollow" target="_blank">'
        closing = "</a>"
    # Links are never inside each other, so one end is waiting at most.
    env["closing"] = closing
    return opening


def _link_close(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    return str(env.pop("closing", "</span>"))


def _is_allowed(href: str) -> bool:
    try:
        return urlsplit(href).scheme in SCHEMES
    except ValueError:
        return False


def _image(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    label = renderer.renderInlineAsText(tokens[at].children or [], options, env)
    return f'<span class="image">image: {escape(label) or "without a text"}</span>'


def _heading(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    at: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    level = min(6, int(tokens[at].tag[1:]) + HEADING_STEP)
    end = "/" if tokens[at].nesting < 0 else ""
    return f"<{end}h{level}>" + ("\n" if end else "")
