"""Findings about input files, which are values and not exceptions.

Every function that reads files returns its findings beside its result. `CODES` lists all
possible findings; the meaning of a code never changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple


class Severity(StrEnum):
    """How serious a finding is: `skillagent check` exits with 1 if there is an error."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Code(NamedTuple):
    """One row of `CODES`: how serious a finding is, and how to correct it."""

    severity: Severity
    remedy: str


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

CODES: dict[str, Code] = {
    # files
    "SG001": Code(_E, "make it readable, or list it in .skillagentignore"),
    "SG002": Code(_E, "split the file, or raise max_file_bytes from Python"),
    "SG003": Code(_W, "save the file as UTF-8"),
    "SG004": Code(_W, "remove the NUL bytes"),
    "SG005": Code(_I, "write the node or delete the file"),
    "SG006": Code(_W, "copy the target into the root; links out of it are not followed"),
    "SG007": Code(_W, "rename one of them: they are equal but for case, Unicode form or suffix"),
    "SG008": Code(_E, "name the file with valid UTF-8 and without line breaks"),
    # frontmatter
    "SG010": Code(_E, "correct the YAML; the other keys were kept"),
    "SG011": Code(_W, "close the header with a line of three dashes"),
    "SG012": Code(_W, "write the header as `key: value` lines"),
    "SG013": Code(_W, "keep one of the keys; the last one was used"),
    "SG014": Code(_E, "put the value in quotes, or remove it; the other keys were kept"),
    "SG015": Code(_W, 'put the link in quotes: "[[target]]"'),
    "SG016": Code(_W, "put the value in quotes"),
    "SG017": Code(_I, "start the file with the three dashes of the header"),
    "SG018": Code(_I, "write `aliases` as a YAML list"),
    "SG019": Code(_I, "merge the second block into the first; it was read as text"),
    # links
    "SG020": Code(_W, "create the node, or correct the link"),
    "SG021": Code(_W, "write more of the path in the link"),
    "SG022": Code(_W, "correct the heading or block after the #"),
    "SG023": Code(_I, "write the link as the target is spelled"),
    "SG024": Code(_W, "link only to nodes inside the graph"),
    "SG025": Code(_I, "write \\| inside a table"),
    "SG026": Code(_W, "give the alias to one node only"),
    "SG027": Code(_I, "load the graph with the dialect named"),
    "SG028": Code(_E, "write more of the path in the link (strict is on)"),
    "SG029": Code(_W, "check whether it contains a text that is missing elsewhere, then remove it"),
    # text
    "SG030": Code(_W, "write the link with two brackets on both sides, in one line"),
    "SG031": Code(_W, "define the footnote, or remove the mark"),
    "SG032": Code(_I, "use the footnote in the text, or remove it"),
    "SG033": Code(_W, "indent with spaces: YAML refuses tabs, which were read as spaces"),
    "SG034": Code(_W, "remove one of the links, so that the current node has no successor"),
    "SG035": Code(_W, "write the date as YYYY-MM-DD"),
    "SG039": Code(_I, "nothing; or load it with dialect obsidian to read it as an ordinary folder"),
    # what headers ignore
    "SG040": Code(_I, "remove the code from check-ignore"),
    "SG041": Code(_W, "write a code, or its beginning, such as SG305 or SG3"),
    # agent skills
    "SG101": Code(_E, "begin SKILL.md with three dashes, and save it as UTF-8 without a BOM"),
    "SG102": Code(_E, "close the header with a line of three dashes"),
    "SG103": Code(_E, "correct the YAML; a value with a colon needs quotes"),
    "SG104": Code(_W, "write block lists, plain text and each key once: strict hosts skip it"),
    "SG105": Code(_E, "write the header as `key: value` lines"),
    "SG106": Code(_E, "move other data under `metadata`, as strings"),
    "SG107": Code(_E, "add `name`, equal to the folder's"),
    "SG108": Code(_E, "write `name` as text, equal to the folder's"),
    "SG109": Code(_E, "shorten the name and the folder's"),
    "SG110": Code(_E, "write the name, and the folder's, in lower case"),
    "SG111": Code(_E, "remove the hyphen at the beginning or end of the name"),
    "SG112": Code(_E, "write one hyphen between the words of the name"),
    "SG113": Code(_E, "write the name with letters, digits and hyphens only"),
    "SG114": Code(_E, "rename the folder or the skill: both must be equal"),
    "SG115": Code(_E, "add `description`: what the skill does and when to use it"),
    "SG116": Code(_E, "write `description` as text: what the skill does and when to use it"),
    "SG117": Code(_E, "shorten the description; details belong in the body"),
    "SG118": Code(_E, "write `compatibility` as one text"),
    "SG119": Code(_E, "shorten the compatibility"),
    "SG120": Code(_W, "write the compatibility, or remove the key"),
    "SG121": Code(_W, "write the tools in one line, separated by spaces"),
    "SG122": Code(_W, 'write each value of `metadata` as one text, such as "a, b" for a list'),
    "SG123": Code(_W, "write `license` as one text"),
    "SG124": Code(_W, "write the name, and the folder's, with a-z, 0-9 and hyphens"),
    "SG130": Code(_W, "move parts into files under references/ and link them"),
    "SG131": Code(_I, "move parts into files under references/ and link them"),
    "SG132": Code(_I, "move parts into files under references/ and link them"),
    "SG133": Code(_W, "give the file another name, or move its folder beside the other skill"),
    # hidden text
    "SG201": Code(_E, "remove them: they are only used to hide text"),
    "SG202": Code(_W, "remove them; a model is shown the text without them"),
    "SG203": Code(_W, "remove them; a model is shown the text without them"),
    "SG204": Code(_E, "remove them: they are only used to hide text"),
    "SG205": Code(_W, "remove them; a model is shown the text without them"),
    "SG206": Code(_W, "remove them"),
    "SG207": Code(_I, "write in the text what a model should know: it is not shown comments"),
    "SG208": Code(_I, "write in the text what a model should know: it is not shown comments"),
    "SG210": Code(_W, "write in the text what a model should know: it is not shown the element"),
    # secrets, and texts that are meant for a model
    "SG211": Code(_E, "revoke it where it is valid, and write where it is kept instead"),
    "SG212": Code(_W, "remove it, or leave it if the node is about such phrases"),
    "SG213": Code(_W, "write an address without a place for data"),
    "SG214": Code(_W, "write an address of a page"),
    # a whole root
    "SG301": Code(
        _W, "name the folder that contains .md files; hidden and ignored folders are not searched"
    ),
    "SG302": Code(_I, "convert them to Markdown if agents should read them"),
    # health
    "SG303": Code(_W, "split each: what is said here, and its links, are those of its beginning"),
    "SG304": Code(
        _W, "link each from a map: skillagent weave finds where, or hang it there by hand"
    ),
    "SG305": Code(_W, "write the node, or correct the links"),
    "SG306": Code(
        _W, "add description: to the header, with what the node holds and when to read it"
    ),
    "SG307": Code(_I, "skillagent split, where the parts are read apart"),
    "SG308": Code(_I, "part the map in two, or hang some links on a map below it"),
    "SG309": Code(_I, "add the words behind each link: - [[name]] - when to read it"),
    "SG310": Code(_I, "link them, or their map, from a map nearer to the entry"),
    "SG311": Code(_I, "say what sets each apart, or merge them"),
    "SG312": Code(_I, "merge the map into the one that links to it, or let it grow"),
    "SG313": Code(_I, "judge each: does it tell what question the node answers?"),
    # strict
    "SG320": Code(_I, "say in 200 characters what it holds and when to read it"),
    "SG321": Code(_W, "say what it holds and when to read it"),
    "SG322": Code(_W, "say what sets each apart, or merge the nodes"),
    "SG323": Code(_I, "part the map, so that an agent lists only what its question is about"),
    "SG324": Code(_W, "keep one of the nodes, and link to it; or say in both what differs"),
    "SG325": Code(_W, "replace one of the embeds with a link"),
    "SG326": Code(_I, "link the name, so that an agent finds the way back"),
    "SG327": Code(_I, "write the heading one level below the one before"),
    "SG328": Code(_I, "lower the others to level 2, or split the node: skillagent split"),
    "SG329": Code(_I, "write the text, or remove the heading"),
    "SG330": Code(_W, "link the node that replaces it, or say beside the link that it is outdated"),
    "SG331": Code(_I, "link the file where it is named"),
    "SG332": Code(_W, "add the file, or correct its path"),
    "SG333": Code(_I, "let the words of the link say what is there"),
    "SG334": Code(_W, "remove the alias, or give it another name"),
    "SG335": Code(_I, "write a path that all readers have, or a placeholder such as ~/project"),
    "SG336": Code(
        _W, "close the fence: all that follows is read as code, and its links do not count"
    ),
    # Open Knowledge Format
    "SG401": Code(_E, "begin the file with a YAML header that has a `type`"),
    "SG402": Code(_E, "write `type:` with a word for the kind of concept, such as Metric"),
    "SG403": Code(_E, "remove the key; a folder is described in the listing above it"),
    "SG404": Code(_E, "write a heading, and items below it: * [Title](file.md) - description"),
    "SG405": Code(_E, "write the heading as ## YYYY-MM-DD"),
    "SG406": Code(_E, "put the newest date first"),
    "SG407": Code(_E, "write `runtime:`, such as bigquery or python"),
    "SG408": Code(_E, "give each source a `resource`: an address, a path, or words for what it is"),
    "SG409": Code(_E, "write `by` in it: NAME/VERSION for a tool, human:ID for a person"),
    "SG410": Code(_W, "write it as 2026-01-31T09:00:00Z"),
    "SG411": Code(_W, "write NAME/VERSION for a tool, human:ID or process:ID for others"),
    "SG412": Code(_W, "write draft, stable or deprecated"),
    "SG413": Code(_W, "name the footnote as the `id` of one of the `sources`"),
    "SG414": Code(_I, "write it in the form of version 0.2"),
    "SG415": Code(_W, "write the computation below `# Computation`, or its path in `computation`"),
    "SG416": Code(_W, "write `description:` in one sentence"),
    "SG417": Code(_W, "write a `type`, or move the file out of the bundle"),
    "SG418": Code(_W, "write each as { by: human:ID, at: 2026-01-31T09:00:00Z }"),
    "SG419": Code(_W, "write a Markdown link; skillagent export okf does it for all"),
    "SG420": Code(_W, "write the description of the file behind the link"),
    "SG421": Code(_W, "remove the header of the log"),
    "SG422": Code(_I, "confirm the concept anew"),
    "SG423": Code(_W, 'write the version as a text, such as "0.2"'),
}
OF_PROFILES = "SG4"
"""Beginning of the codes that are looked for only by a profile, such as that of a format."""
FAULTS = frozenset(("SG001", "SG002", "SG008", "SG010", "SG014"))
"""Codes of the errors of a single file: it was not read as it was meant."""


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
    return Diagnostic(path, line, code, _one_line(message), _one_line(remedy) or CODES[code].remedy)


def _one_line(text: str) -> str:
    """A text that may quote any character of a file, on one line that shows all of it."""
    text = " ".join(text.split())
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


# Fields by name: a finding of a subclass cannot be compared with one of this class.
_BY_PLACE = attrgetter("path", "line", "code", "message", "remedy")


def ordered(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings without duplicates, sorted by path, line and code."""
    return tuple(sorted(set(findings), key=_BY_PLACE))
