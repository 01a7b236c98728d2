"""Findings about input files, which are values and not exceptions.

Every function that reads files returns its findings beside its result. `CODES` lists all
possible findings; the meaning of a code never changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How serious a finding is: `skillagent check` exits with 1 if there is an error."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of `CODES`: how serious a finding is, and how to correct it."""

    severity: Severity
    remedy: str


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

CODES: dict[str, Rule] = {
    # files
    "SG001": Rule(_E, "make the file readable, or list it in .skillagentignore"),
    "SG002": Rule(_E, "split the file, or raise max_file_bytes"),
    "SG003": Rule(_W, "save the file as UTF-8"),
    "SG004": Rule(_W, "remove the NUL bytes"),
    "SG005": Rule(_I, "write the node or delete the file"),
    "SG006": Rule(_W, "copy the target into the root; links out of it are not followed"),
    "SG007": Rule(_W, "rename one of the files: they are equal but for case or Unicode form"),
    "SG008": Rule(_E, "name the file with valid UTF-8 and without line breaks"),
    # frontmatter
    "SG010": Rule(_E, "correct the YAML; the other keys were kept"),
    "SG011": Rule(_W, "close the header with a line of three dashes"),
    "SG012": Rule(_W, "write the header as `key: value` lines"),
    "SG013": Rule(_W, "keep one of the keys; the last one was used"),
    "SG014": Rule(_E, "put the value in quotes, or remove it; the other keys were kept"),
    "SG015": Rule(_W, 'put the link in quotes: "[[target]]"'),
    "SG016": Rule(_W, "put the value in quotes"),
    "SG017": Rule(_I, "start the file with the three dashes of the header"),
    "SG018": Rule(_I, "write `aliases` as a YAML list"),
    "SG019": Rule(_I, "merge the second block into the first; it was read as text"),
    # links
    "SG020": Rule(_W, "create the node, or correct the link"),
    "SG021": Rule(_W, "write more of the path in the link"),
    "SG022": Rule(_W, "correct the heading or block after the #"),
    "SG023": Rule(_I, "write the link as the target is spelled"),
    "SG024": Rule(_W, "link only to nodes inside the graph"),
    "SG025": Rule(_I, "write \\| inside a table"),
    "SG026": Rule(_W, "give the alias to one node only"),
    "SG027": Rule(_I, "load the graph with the dialect named"),
    "SG028": Rule(_E, "write more of the path in the link (strict is on)"),
    "SG029": Rule(_W, "check whether it contains a text that is missing elsewhere, then remove it"),
    # text
    "SG030": Rule(_W, "write the link with two brackets on both sides, in one line"),
    "SG031": Rule(_W, "define the footnote, or remove the mark"),
    "SG032": Rule(_I, "use the footnote in the text, or remove it"),
    "SG033": Rule(_W, "indent with spaces: YAML refuses tabs, which were read as spaces"),
    "SG039": Rule(_I, "nothing; or load it with dialect obsidian to read it as an ordinary folder"),
    # agent skills
    "SG101": Rule(_E, "begin SKILL.md with three dashes, and save it as UTF-8 without a BOM"),
    "SG102": Rule(_E, "close the header with a line of three dashes"),
    "SG103": Rule(_E, "correct the YAML; a value with a colon needs quotes"),
    "SG104": Rule(_W, "write block lists, plain text and each key once: strict hosts skip it"),
    "SG105": Rule(_E, "write the header as `key: value` lines"),
    "SG106": Rule(_E, "move other data under `metadata`, as strings"),
    "SG107": Rule(_E, "add `name`, equal to the folder's"),
    "SG108": Rule(_E, "write `name` as text, equal to the folder's"),
    "SG109": Rule(_E, "shorten the name and the folder's"),
    "SG110": Rule(_E, "write the name, and the folder's, in lower case"),
    "SG111": Rule(_E, "remove the hyphen at the end of the name"),
    "SG112": Rule(_E, "write one hyphen between the words of the name"),
    "SG113": Rule(_E, "write the name with letters, digits and hyphens only"),
    "SG114": Rule(_E, "rename the folder or the skill: both must be equal"),
    "SG115": Rule(_E, "add `description`: what the skill does and when to use it"),
    "SG116": Rule(_E, "write `description` as text: what the skill does and when to use it"),
    "SG117": Rule(_E, "shorten the description; details belong in the body"),
    "SG118": Rule(_E, "write `compatibility` as one text"),
    "SG119": Rule(_E, "shorten the compatibility"),
    "SG120": Rule(_W, "write the compatibility, or remove the key"),
    "SG121": Rule(_W, "write the tools in one line, separated by spaces"),
    "SG122": Rule(_W, 'write each value of `metadata` as one text, such as "a, b" for a list'),
    "SG123": Rule(_W, "write `license` as one text"),
    "SG124": Rule(_W, "write the name, and the folder's, with a-z, 0-9 and hyphens"),
    "SG130": Rule(_W, "move parts into files under references/ and link them"),
    "SG131": Rule(_I, "move parts into files under references/ and link them"),
    "SG132": Rule(_I, "move parts into files under references/ and link them"),
    "SG133": Rule(_W, "give the file another name, or move its folder beside the other skill"),
    # hidden text
    "SG201": Rule(_E, "remove them: they are only used to hide text"),
    "SG202": Rule(_W, "remove them; a model is shown the text without them"),
    "SG203": Rule(_W, "remove them; a model is shown the text without them"),
    "SG204": Rule(_E, "remove them: they are only used to hide text"),
    "SG205": Rule(_W, "remove them; a model is shown the text without them"),
    "SG206": Rule(_W, "remove them"),
    "SG207": Rule(_I, "write in the text what a model should know: it is not shown comments"),
    "SG208": Rule(_I, "write in the text what a model should know: it is not shown comments"),
    # a whole root
    "SG301": Rule(
        _W, "name the folder that contains .md files; hidden and ignored folders are not searched"
    ),
    "SG302": Rule(_I, "convert them to Markdown if agents should read them"),
}


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One finding; findings are sorted by path, line and code."""

    path: str
    """Path of the file relative to its root, with `/`; in a graph of several roots `name::path`."""
    line: int
    """Line in the file, from 1; 0 if the finding is about the whole file."""
    code: str
    """Key of `CODES`, such as SG020."""
    message: str
    """What is wrong, one line."""
    remedy: str = ""
    """How to correct it: from `CODES`, or a more specific text."""

    @property
    def severity(self) -> Severity:
        return CODES[self.code].severity

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.severity} {self.code}: {self.message} ({self.remedy})"

    def to_json(self) -> dict[str, object]:
        return {
            "code": self.code,
            "severity": str(self.severity),
            "message": self.message,
            "path": self.path,
            "line": self.line,
            "remedy": self.remedy,
        }


def finding(code: str, path: str, line: int, message: str, remedy: str = "") -> Diagnostic:
    """Make a `Diagnostic`.

    Args:
        code: key of `CODES`.
        path: path of the file, as in `Diagnostic`.
        line: line in the file, from 1; 0 for the whole file.
        message: what is wrong.
        remedy: how to correct it; empty takes the remedy in `CODES`.
    """
    # A message may quote any character of a file. It must stay one line that shows all of it.
    message = " ".join(message.split())
    if not message.isprintable():
        message = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in message)
    return Diagnostic(path, line, code, message, remedy or CODES[code].remedy)


def ordered(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings without duplicates, sorted by path, line and code."""
    return tuple(sorted(set(findings)))
