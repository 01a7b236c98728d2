"""The guide has a page for each finding code, whose examples are what it says they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from skillagent.diagnostics import CODES
from skillagent.graph import Options, SkillGraph
from skillagent.lint import RULES, findings
from skillagent.lint.checking import check
from skillagent.markdown.document import parse
from skillagent.markdown.frontmatter import Frontmatter
from tests.conftest import ROOT, Vault

FOLDER = ROOT / "skills" / "skillagent" / "rules"
LONGEST_DESCRIPTION = 160
EXAMPLE, FIX = "\n## Example\n", "\n## Fix\n"
"""The headings of a page, in this order."""
FILE = re.compile(r"^`([^`\n]+)`\n\n````\w+\n(.*?)^````$", re.MULTILINE | re.DOTALL)
KEBAB_CASE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
FEWEST_WORDS = 6
"""Words of an example that has no files."""

Files = Mapping[str, str]
"""Path → text."""

NOT_BY_TEXT = {
    "SG001": "a file that may not be read, a pipe or a symbolic link to nothing",
    "SG003": "bytes that are not UTF-8, and a page is UTF-8",
    "SG004": "NUL bytes, which would be left out of the page too",
    "SG006": "a symbolic link",
    "SG008": "a file name with a line break or bytes that are not UTF-8",
}
"""Codes that no Markdown text can show, each with what it would take."""

SMALL = Options(max_file_bytes=100)
OPTIONS = {"SG002": SMALL, "SG028": Options(strict=True), "SG303": SMALL}
"""How the files of a code are loaded, where that is not the default."""


def skill(field: str, body: str = "Text.\n") -> Files:
    """A valid skill with one more line in its header."""
    header = ["name: fees", "description: When a trade is planned.", field]
    if field.startswith("description"):
        del header[1]
    lines = "\n".join(line for line in header if line)
    return {"fees/SKILL.md": f"---\n{lines}\n---\n{body}"}


def wide_map(links: int) -> Files:
    names = [f"n{number}" for number in range(links)]
    lines = "".join(f"- [[{name}]] - when asked\n" for name in names)
    return {"index.md": f"---\ntype: map\n---\n{lines}"} | {f"{name}.md": "A." for name in names}


def chain(links: int) -> Files:
    """An entry and nodes of which each links to the next one."""
    names = ["index", *(f"n{number}" for number in range(links))]
    texts = [*(f"See [[{name}]] then.\n" for name in names[1:]), "The end.\n"]
    return {f"{name}.md": text for name, text in zip(names, texts, strict=True)}


TOO_LARGE: dict[str, tuple[Files, Files]] = {
    "SG117": (skill(f"description: {'d' * 1_025}"), skill(f"description: {'d' * 1_024}")),
    "SG119": (skill(f"compatibility: {'c' * 501}"), skill(f"compatibility: {'c' * 500}")),
    "SG130": (skill("", "word " * 1_600), skill("", "word " * 1_500)),
    "SG131": (skill("", "a\n" * 501), skill("", "a\n" * 500)),
    "SG132": (skill("", "a " * 5_010), skill("", "a " * 4_990)),
    "SG307": ({"fees.md": "a " * 1_510}, {"fees.md": "a " * 1_490}),
    "SG308": (wide_map(26), wide_map(25)),
    "SG310": (chain(5), chain(4)),
}
"""The files with the finding and those without it, where they are too large for a page."""


class Page(NamedTuple):
    """The page of a code, in parts."""

    header: Frontmatter
    title: str
    example: str
    """The section with the example."""
    fix: str
    """The section with the correction, to the end."""


def read_page(code: str) -> Page:
    path = FOLDER / f"{code}.md"
    document = parse(path.read_bytes(), path.name)
    before, example, rest = document.body.partition(EXAMPLE)
    section, fix, correction = rest.partition(FIX)
    assert example and fix, "the page needs both headings"
    return Page(document.frontmatter, before.partition("\n")[0], section, correction)


def files_in(section: str) -> Files:
    """The files that a section of a page shows."""
    return dict(FILE.findall(section))


def codes_of(top: Path, code: str) -> set[str]:
    """Every code that loading or a rule finds in a folder, loaded as the code needs it."""
    graph = SkillGraph.load(top, options=OPTIONS.get(code))
    # What counts the broken links that another finding names is left out by `check`.
    counted = findings(graph, rules=RULES)
    return {diagnostic.code for diagnostic in (*check(graph, strict=True).findings, *counted)}


def test_each_code_has_a_page_and_each_page_a_code() -> None:
    pages = {path.name for path in FOLDER.iterdir() if not path.name.startswith("codes-of-")}
    assert pages == {f"{code}.md" for code in CODES}


@pytest.mark.parametrize("code", CODES)
def test_a_page_is_found_by_its_code_and_by_the_name_of_its_rule(code: str) -> None:
    page = read_page(code)
    assert re.fullmatch(rf"# {code}: \S.+", page.title)
    assert page.header.get("type") == "rule"
    description = page.header.get("description")
    assert isinstance(description, str)
    assert description.startswith(f"{code}, ")
    assert len(description) < LONGEST_DESCRIPTION
    (alias,) = page.header.words("aliases")
    assert KEBAB_CASE.fullmatch(alias)


@pytest.mark.parametrize("field", ["description", "aliases"])
def test_no_two_pages_have_the_same(field: str) -> None:
    values = Counter(read_page(code).header.get(field) for code in CODES)
    assert [value for value, count in values.items() if count > 1] == []


@pytest.mark.parametrize("code", [code for code in CODES if code not in NOT_BY_TEXT])
def test_the_example_has_the_finding_and_the_fix_has_not(code: str, vault: Vault) -> None:
    page = read_page(code)
    faulty, sound = TOO_LARGE.get(code) or (files_in(page.example), files_in(page.fix))
    assert faulty and sound
    top = vault(
        {f"faulty/{path}": text for path, text in faulty.items()}
        | {f"sound/{path}": text for path, text in sound.items()}
    )
    assert code in codes_of(top / "faulty", code)
    assert code not in codes_of(top / "sound", code)


def test_what_a_page_cannot_show_it_says_in_words() -> None:
    assert (NOT_BY_TEXT.keys() | TOO_LARGE.keys()) <= CODES.keys()
    for code in (*NOT_BY_TEXT, *TOO_LARGE):
        page = read_page(code)
        assert not files_in(page.example + page.fix), code
        assert len(page.example.split()) >= FEWEST_WORDS, code
