"""HTML reports taken apart, and what must hold for each of them; a record with hostile text."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser
from pathlib import Path

from tests.run_records import FILES, Maker, Scripted, answered, calls, says

HOSTILE = (
    "<script>window.owned = 1</script></pre></details></script><img src=x onerror='owned=1'>"
    '<svg onload="owned=1"></svg><a href="javascript:owned=1">x</a> [x](javascript:owned=1)'
    " <!-- ]]> &lt; \" ' <iframe srcdoc='<script>owned=1</script>'> </title><style>*{}</style>"
)
HOSTILE_FILES = FILES | {
    "seed.md": f"---\ndescription: {HOSTILE.replace(': ', ' ')!r}\n---\n# {HOSTILE}\n\n{HOSTILE}\n",
}
INVISIBLE = {"head", "title", "style", "script", "meta"}


class Page(HTMLParser):
    """Tags, attributes and texts of an HTML file."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.labels: list[str] = []
        """What drawings are read out as."""
        self.policy = ""
        self.sources: dict[str, str] = {}
        """Content of the last style and script."""
        self._texts: list[str] = []
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """All that a person can read, with single blanks."""
        return " ".join("".join(self._texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "input"):
            self.open.append(tag)
        self.attributes |= {name for name, _ in attrs}
        values = dict(attrs)
        self.ids += [values["id"] or ""] if "id" in values else []
        self.labels += [values["aria-label"] or ""] if "aria-label" in values else []
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"] or ""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        inside = self.open[-1] if self.open else ""
        if inside in ("style", "script"):
            self.sources[inside] = self.sources.get(inside, "") + data
        elif inside not in INVISIBLE:
            self._texts += [data, " "]


def checked(html: str, *, has_script: bool = True) -> Page:
    """The file, which must be well-formed, need nothing else, and run no script but ours."""
    page = Page(html)
    assert page.open == []
    assert len(set(page.ids)) == len(page.ids)
    assert page.tags.count("style") == 1
    assert page.tags.count("script") == has_script
    allowed = {"img", "iframe", "link", "object", "embed", "base", "form", "a"} & set(page.tags)
    assert not allowed
    fetched = {"src", "href", "srcset", "style", "action", "data", "poster"} & page.attributes
    assert not fetched
    assert not [name for name in page.attributes if name.startswith("on")]
    hashes = {
        kind: base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        for kind, source in page.sources.items()
    }
    script = f"script-src 'sha256-{hashes['script']}'; " if has_script else ""
    assert page.policy == (
        f"default-src 'none'; style-src 'sha256-{hashes['style']}'; "
        f"{script}base-uri 'none'; form-action 'none'"
    )
    return page


def hostile(folder: Path) -> Path:
    """A record in which everything that comes from outside is hostile."""
    make = Maker(folder, HOSTILE_FILES)
    model = Scripted(
        calls({"node": "seed"}, HOSTILE, {HOSTILE: HOSTILE}), says(HOSTILE), name=HOSTILE
    )
    return answered(make.agent(model), HOSTILE)
