"""No file can stop a load: each bad one becomes a finding, and its neighbours stay whole."""

import hashlib
import os
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from skillagent.diagnostics import CODES, Severity
from skillagent.errors import GraphError, UsageError
from skillagent.graph import Options, SkillGraph

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
ONE_LINE = re.compile(r"[^\n]+?(?P<line>:\d+)?: (error|warning|info) SG\d{3}: [^\n]+ \([^\n]+\)")

Finding = tuple[str, Severity, int]
"""Code, severity and line of one finding."""


class Case(NamedTuple):
    """A root, the findings about it, and how it is loaded."""

    files: Mapping[str, bytes]
    findings: list[Finding]
    options: Options = Options()


def write(root: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def load_beside_neighbours(
    root: Path, files: Mapping[str, bytes], options: Options | None = None
) -> SkillGraph:
    """The graph of the files; the two good notes beside them must be there, linked."""
    write(root, {**files, "good.md": b"Good.\n", "near.md": b"See [[good]].\n"})
    graph = SkillGraph.load(root, options=options)
    assert [link.target for link in graph.links_from("near")] == ["good"]
    assert not [found for found in graph.diagnostics if found.path in ("good.md", "near.md")]
    return graph


def found_in(graph: SkillGraph) -> list[Finding]:
    return [(found.code, found.severity, found.line) for found in graph.diagnostics]


BOMB = b"a0: &a0 [x]\n" + b"\n".join(
    b"a%d: &a%d [%b]" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 9)
)

# One file, `x.md`: its bytes and what is found.
FILES: dict[str, Case] = {
    name: Case({"x.md": data}, findings)
    for name, data, findings in [
        ("no-header", b"Only text.\n", []),
        ("empty-header", b"---\n---\nText.\n", []),
        ("rule-as-first-line", b"---\n\nText.\n", [("SG011", WARNING, 1)]),
        ("broken-yaml", b"---\na: 1\nb: [2\n---\nText.\n", [("SG010", ERROR, 3)]),
        ("broken-without-keys", b"---\n k: v\n![[x\n---\nText.\n", [("SG010", ERROR, 2)]),
        ("broken-toml", b"+++\na = \n+++\nText.\n", [("SG010", ERROR, 2)]),
        ("unquoted-colon", b"---\ndescription: a: b\n---\nText.\n", [("SG016", WARNING, 2)]),
        ("tabs", b"---\na: 1\n\tb: 2\n---\nText.\n", [("SG010", ERROR, 2)]),
        (
            "date-of-two-meanings",
            b"---\nvalid_until: 01/02/2026\n---\nText.\n",
            [("SG035", WARNING, 2)],
        ),
        ("tabs-before-items", b"---\ntags:\n\t- a\n---\nText.\n", [("SG033", WARNING, 3)]),
        ("alias-of-nothing", b"---\na: 1\nb: *c\n---\nText.\n", [("SG014", ERROR, 3)]),
        ("unclosed-header", b"---\na: 1\nText.\n", [("SG011", WARNING, 1)]),
        ("header-is-a-list", b"---\n- a\n---\nText.\n", [("SG012", WARNING, 1)]),
        ("repeated-key", b"---\na: 1\na: 2\n---\nText.\n", [("SG013", WARNING, 3)]),
        ("object-tag", b"---\na: !!python/name:os.system\n---\nText.\n", [("SG014", ERROR, 2)]),
        (
            "alias-bomb",
            b"---\n" + BOMB + b"\n---\nText.\n",
            [("SG014", ERROR, line) for line in range(6, 11)],
        ),
        ("recursive-alias", b"---\na: &a [*a]\n---\nText.\n", [("SG014", ERROR, 2)]),
        ("bare-link", b"---\nup: [[good]]\n---\nText.\n", [("SG015", WARNING, 2)]),
        ("blank-line-first", b"\n---\na: 1\n---\nText.\n", [("SG017", INFO, 2)]),
        ("alias-as-string", b"---\naliases: One, Two\n---\nText.\n", [("SG018", INFO, 2)]),
        ("singular-alias", b"---\nalias: One\n---\nText.\n", [("SG018", INFO, 2)]),
        ("two-yaml-blocks", b"---\na: 1\n---\n---\nb: 2\n---\nText.\n", [("SG019", INFO, 4)]),
        ("bom", b"\xef\xbb\xbf---\na: 1\n---\nText.\n", []),
        ("crlf", b"---\r\na: 1\r\n---\r\nSee [[good]].\r\n", []),
        ("utf-16-le", "\ufeffSee [[good]].\n".encode("utf-16-le"), [("SG003", WARNING, 1)]),
        ("utf-16-be", "\ufeffSee [[good]].\n".encode("utf-16-be"), [("SG003", WARNING, 1)]),
        ("utf-32", "\ufeffSee [[good]].\n".encode("utf-32-le"), [("SG003", WARNING, 1)]),
        ("utf-16-cut-off", "\ufeffText".encode("utf-16-le") + b"x", [("SG003", WARNING, 1)]),
        ("latin-1", b"One\ncaf\xe9 [[good]]\n", [("SG003", WARNING, 2)]),
        ("every-byte", bytes(range(1, 256)), [("SG003", WARNING, 3)]),
        (
            "bytes-of-two-encodings",
            b"\0\n\0\0\0\0\xff\0\0\0\n\0",
            [("SG003", WARNING, 1), ("SG004", WARNING, 1)],
        ),
        ("carriage-returns", b"One\rTwo\r\ncaf\xe9 [[good]]\n", [("SG003", WARNING, 3)]),
        ("nul", b"One\n\0 [[good]]\n", [("SG004", WARNING, 2)]),
        ("empty", b"", [("SG005", INFO, 0)]),
        ("blank", b" \n\n\t\n", [("SG005", INFO, 0)]),
        ("only-a-bom", b"\xef\xbb\xbf", [("SG005", INFO, 0)]),
        ("deep-flow", b"---\na: " + b"[" * 100_000 + b"\n---\nT.\n", [("SG014", ERROR, 2)]),
        ("deep-block", b"---\na:\n" + b"- " * 100_000 + b"\n---\nT.\n", [("SG014", ERROR, 3)]),
        ("deep-json", b'{\n"a": ' + b"[" * 100_000 + b"\n}\nText.\n", []),
        ("deep-quotes", b"> " * 100_000 + b"[[good]]\n", []),
        ("deep-lists", b"- " * 100_000 + b"[[good]]\n", []),
        ("deep-brackets", b"[" * 100_000 + b"good" + b"]" * 100_000, []),
        ("dangling-link", b"One\n\n[[nope]]\n", [("SG020", WARNING, 3)]),
        ("dangling-markdown-link", b"One\n[t](nope.md)\n", [("SG020", WARNING, 2)]),
        ("dangling-header-link", b"---\nup: '[[nope]]'\n---\nT.\n", [("SG020", WARNING, 2)]),
        ("missing-heading", b"\n[[good#No such]]\n", [("SG022", WARNING, 2)]),
        ("missing-own-heading", b"\n[t](#no-such)\n", [("SG022", WARNING, 2)]),
        ("one-bracket-missing", b"\nSee [[good|g].\n", [("SG030", WARNING, 2)]),
        ("footnote-not-defined", b"One.\n\nTwo.[^1]\n", [("SG031", WARNING, 3)]),
        ("footnote-not-used", b"One.\n\n[^1]: Two.\n", [("SG032", INFO, 3)]),
        ("missing-block", b"[[good#^none]]\n", [("SG022", WARNING, 1)]),
        ("outside", b"\n\n[[../../etc/passwd]]\n", [("SG024", WARNING, 3)]),
        ("outside-by-markdown-link", b"[t](../../etc/x.md)\n", [("SG024", WARNING, 1)]),
        ("outside-by-drive", b"[[C:\\x]]\n", [("SG024", WARNING, 1)]),
        ("outside-by-address", b"[[file:///etc/passwd]]\n", [("SG024", WARNING, 1)]),
        ("bare-pipe", b"| a |\n|---|\n| [[good|g]] |\n", [("SG025", INFO, 3)]),
        ("control-characters", b"a\x01b\x1b[31m [[good]]\n", []),
    ]
}

STRICT, SMALL = Options(strict=True), Options(max_file_bytes=100)
DUPLICATES = {"c/x.md": b"\n[[dup]]\n", "a/dup.md": b"A.", "b/dup.md": b"B."}
LABELS = "\n".join(f"[[Label {number}|good]]" for number in range(10)).encode()

# Several files, or names and options, that only together are bad.
TREES: dict[str, Case] = {
    "above-the-limit": Case({"x.md": b"[[good]]\n" * 20}, [("SG002", ERROR, 0)], SMALL),
    "limit-inside-a-letter": Case(
        {"x.md": ("a" + "é" * 200).encode()}, [("SG002", ERROR, 0)], SMALL
    ),
    "limit-inside-utf-16": Case(
        {"x.md": ("\ufeff" + "See\n[[good]]\n" * 9).encode("utf-16-le")},
        [("SG002", ERROR, 0), ("SG003", WARNING, 1)],
        SMALL,
    ),
    "names-equal-but-for-case": Case({"Note.md": b"A.", "note.md": b"B."}, [("SG007", WARNING, 0)]),
    "names-equal-but-for-form": Case(
        {"\xe9.md": b"A.", "e\u0301.md": b"B."}, [("SG007", WARNING, 0)]
    ),
    "names-equal-but-for-suffix": Case(
        {"a.md": b"A.", "a.markdown": b"B."}, [("SG007", WARNING, 0)]
    ),
    "name-is-not-utf-8": Case({"bad\udcff.md": b"A."}, [("SG008", ERROR, 0)]),
    "name-of-two-lines": Case({"new\nline.md": b"A."}, [("SG008", ERROR, 0)]),
    "name-with-a-line-separator": Case({"new\u2028line.md": b"A."}, [("SG008", ERROR, 0)]),
    "ambiguous": Case(DUPLICATES, [("SG021", WARNING, 2)]),
    "ambiguous-and-strict": Case(DUPLICATES, [("SG028", ERROR, 2)], STRICT),
    "near-miss": Case(
        {"dash-name.md": b"A.", "x.md": b"\n[[dash name]]\n"},
        [("SG020", WARNING, 2), ("SG023", INFO, 2)],
    ),
    "alias-clash": Case(
        {"x.md": b"---\naliases: [X]\n---\nA.", "y.md": b"---\nk: v\naliases: [x]\n---\nB."},
        [("SG026", WARNING, 2), ("SG026", WARNING, 3)],
    ),
    "alias-clash-linked": Case(
        {
            "x.md": b"---\naliases: [X1]\n---\nA.",
            "y.md": b"---\naliases: [X1]\n---\nB.",
            "z.md": b"[[X1]]",
        },
        [("SG026", WARNING, 2), ("SG026", WARNING, 2), ("SG021", WARNING, 1)],
    ),
    "labels-first": Case(
        {"x.md": LABELS},
        [("SG027", INFO, 0), *[("SG020", WARNING, line) for line in range(1, 11)]],
    ),
    "logseq-graph": Case(
        {"pages/x.md": b"A.", "journals/2025_12_01.md": b"B."}, [("SG039", INFO, 0)]
    ),
    "a-folder-named-as-a-note": Case({"x.md/y.md": b"A."}, []),
    "supersedes-itself": Case(
        {"x.md": b"---\nk: v\nsuperseded_by: '[[x]]'\n---\nA."}, [("SG034", WARNING, 3)]
    ),
    "circle-of-two": Case(
        {
            "x.md": b"---\nsupersedes: '[[y]]'\n---\nA.",
            "y.md": b"---\nk: v\nreplaces: '[[x]]'\n---\nB.",
        },
        [("SG034", WARNING, 2)],
    ),
    "circle-of-three": Case(
        {
            "x.md": b"---\nsuperseded_by: '[[y]]'\n---\nA.",
            "y.md": b"---\nstatus: superseded by [[z]]\n---\nB.",
            "z.md": b"---\nk: v\nsuccessor: '[[x]]'\n---\nC.",
        },
        [("SG034", WARNING, 3)],
    ),
    "chain-of-successors": Case(
        {
            "x.md": b"---\nsuperseded_by: ['[[y]]', '[[z]]']\n---\nA.",
            "y.md": b"---\nsuperseded_by: '[[z]]'\nsupersedes: '[[x]]'\n---\nB.",
            "z.md": b"---\nsupersedes: '[[x]]'\n---\nC.",
        },
        [],
    ),
    "cycle": Case({"x.md": b"[[y]]", "y.md": b"[[x]] [[y]]"}, []),
}

# What is no regular file: how it is made in the root, and what is found.
SPECIAL: dict[str, tuple[Callable[[Path], object], list[Finding]]] = {
    "fifo": (lambda root: os.mkfifo(root / "x.md"), [("SG001", ERROR, 0)]),
    "folder": (lambda root: (root / "x.md").mkdir(), []),
    "dangling-symlink": (lambda root: (root / "x.md").symlink_to("no"), [("SG001", ERROR, 0)]),
    "symlink-to-itself": (lambda root: (root / "x.md").symlink_to("x.md"), [("SG001", ERROR, 0)]),
    "symlink-out": (lambda root: (root / "x.md").symlink_to("../secret"), [("SG006", WARNING, 0)]),
    "symlink-dangling-out": (
        lambda root: (root / "x.md").symlink_to("../no"),
        [("SG006", WARNING, 0)],
    ),
    "folder-symlink-out": (lambda root: (root / "d").symlink_to(".."), [("SG006", WARNING, 0)]),
    "folder-symlink-loop": (lambda root: (root / "d").symlink_to("."), []),
    "folder-symlink-to-itself": (lambda root: (root / "d").symlink_to("d"), []),
    "left-by-an-interrupted-command": (
        lambda root: (root / ".skillagent-4711-x.md").write_text("new"),
        [("SG029", WARNING, 0)],
    ),
    "device": (lambda root: (root / "x.md").symlink_to("/dev/zero"), [("SG006", WARNING, 0)]),
}


@pytest.mark.parametrize("name", [*FILES, *TREES])
def test_a_bad_file_is_reported_where_it_is_bad_and_still_loaded(name: str, tmp_path: Path) -> None:
    case = (FILES | TREES)[name]
    graph = load_beside_neighbours(tmp_path, case.files, case.options)
    assert sorted(found_in(graph)) == sorted(case.findings)
    assert len(graph.nodes) == graph.counts.files == len(case.files) + 2


@pytest.mark.parametrize("name", SPECIAL)
def test_what_is_no_file_is_not_read(name: str, tmp_path: Path) -> None:
    make, findings = SPECIAL[name]
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret").write_text("[[good]] secret")
    make(root)
    graph = load_beside_neighbours(root, {})
    assert found_in(graph) == findings
    assert list(graph.nodes) == ["good", "near"]


@pytest.mark.parametrize("name", [name for name, case in (FILES | TREES).items() if case.findings])
def test_a_finding_is_one_line_with_its_place_and_its_remedy(name: str, tmp_path: Path) -> None:
    case = (FILES | TREES)[name]
    for found in load_beside_neighbours(tmp_path, case.files, case.options).diagnostics:
        match = ONE_LINE.fullmatch(str(found))
        assert match, str(found)
        assert match["line"] == (f":{found.line}" if found.line else None)
        assert str(found).isprintable()


def test_each_circle_of_successors_is_named_once(tmp_path: Path) -> None:
    header = "---\nsuperseded_by: '[[{}]]'\n---\nText.\n"
    steps = {"a": "b", "b": "c", "c": "a", "d": "e", "e": "d", "f": "f", "g": "a"}
    files = {f"{old}.md": header.format(new).encode() for old, new in steps.items()}
    long = {f"n{at}.md": header.format(f"n{(at + 1) % 9}").encode() for at in range(9)}
    graph = load_beside_neighbours(tmp_path, files | long)
    assert [(found.code, found.message) for found in graph.diagnostics] == [
        ("SG034", "these nodes supersede each other in a circle: a, b, c"),
        ("SG034", "these nodes supersede each other in a circle: d, e"),
        ("SG034", "this node supersedes itself: f"),
        ("SG034", "these nodes supersede each other in a circle: n0, n1, n2, n3, n4 and 4 more"),
    ]


def test_a_finding_reads_as_editors_expect_it(tmp_path: Path) -> None:
    (found,) = load_beside_neighbours(tmp_path, {"a/x.md": b"\n[[nope]]\n"}).diagnostics
    assert str(found) == (
        "a/x.md:2: warning SG020: broken link to 'nope' (create the node, or correct the link)"
    )


@pytest.mark.parametrize(
    "name", ["crlf", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "nul", "control-characters"]
)
def test_links_of_a_file_in_an_odd_encoding_resolve(name: str, tmp_path: Path) -> None:
    graph = load_beside_neighbours(tmp_path, FILES[name].files)
    assert [link.target for link in graph.links_from("x")] == ["good"]


@pytest.mark.parametrize("name", ["above-the-limit", "limit-inside-utf-16"])
def test_of_a_large_file_the_beginning_is_loaded_and_all_is_hashed(
    name: str, tmp_path: Path
) -> None:
    data = TREES[name].files["x.md"]
    node = load_beside_neighbours(tmp_path, TREES[name].files, SMALL).nodes["x"]
    assert node.digest == "sha256:" + hashlib.sha256(data).hexdigest()
    assert node.size == len(data)
    assert {reference.target for reference in node.document.references} == {"good"}
    assert 0 < len(node.document.body) <= SMALL.max_file_bytes


def test_a_letter_cut_in_two_by_the_limit_spoils_no_other(tmp_path: Path) -> None:
    files = TREES["limit-inside-a-letter"].files
    body = load_beside_neighbours(tmp_path, files, SMALL).nodes["x"].document.body
    assert body.startswith("a" + "é" * 49)


def test_a_file_of_50_megabytes_costs_little(tmp_path: Path) -> None:
    data = b"One [[good]] line.\n" * (50 * 1024 * 1024 // 19)
    begin = time.process_time()
    graph = load_beside_neighbours(tmp_path, {"x.md": data})
    assert time.process_time() - begin < 5
    assert found_in(graph) == [("SG002", ERROR, 0)]
    assert graph.nodes["x"].digest == "sha256:" + hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("case", "names"),
    [
        ("names-equal-but-for-case", ["Note", "note"]),
        ("names-equal-but-for-case", ["Note.md", "note.md"]),
        ("names-equal-but-for-form", ["\xe9", "e\u0301"]),
        ("names-equal-but-for-form", ["\xe9.md", "e\u0301.md"]),
        ("names-equal-but-for-suffix", ["a.md", "a.markdown"]),
    ],
)
def test_73_of_equal_names_each_is_found_by_its_exact_spelling(
    case: str, names: list[str], tmp_path: Path
) -> None:
    graph = load_beside_neighbours(tmp_path, TREES[case].files)
    assert [graph.find(name).document.body for name in names] == ["A.", "B."]


@pytest.mark.parametrize(
    ("case", "names"),
    [
        ("names-equal-but-for-case", ["Note", "note"]),
        ("names-equal-but-for-form", ["\xe9", "e\u0301"]),
        ("names-equal-but-for-suffix", ["a.md", "a.markdown"]),
    ],
)
def test_73_of_equal_names_each_is_linked_by_its_exact_spelling(
    case: str, names: list[str], tmp_path: Path
) -> None:
    source = "".join(f"[[{name}]]\n" for name in names).encode()
    graph = load_beside_neighbours(tmp_path, {**TREES[case].files, "x.md": source})
    targets = [link.target for link in graph.links_from("x")]
    assert [graph.nodes[target or ""].document.body for target in targets] == ["A.", "B."]


@pytest.mark.parametrize(
    ("error", "text"),
    [(PermissionError(13, "Permission denied"), "denied"), (FileNotFoundError(2, "Gone"), "Gone")],
    ids=["unreadable", "vanished"],
)
def test_a_file_that_cannot_be_opened_is_counted_and_reported(
    error: OSError, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def failing(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if os.fspath(path).endswith("x.md"):
            raise error
        return real(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", failing)
    graph = load_beside_neighbours(tmp_path, {"x.md": b"[[good]]"})
    assert found_in(graph) == [("SG001", ERROR, 0)]
    assert text in graph.diagnostics[0].message
    assert (len(graph.nodes), graph.counts.files) == (2, 3)


def test_a_folder_that_cannot_be_listed_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def failing(path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if os.fspath(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return real(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", failing)
    graph = load_beside_neighbours(tmp_path, {"locked/x.md": b"A."})
    assert found_in(graph) == [("SG001", ERROR, 0)]
    assert list(graph.nodes) == ["good", "near"]


def test_a_symlink_inside_the_root_is_a_node_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, {"real/a.md": b"Text."})
    (tmp_path / "b.md").symlink_to("real/a.md")
    graph = load_beside_neighbours(tmp_path, {})
    assert graph.nodes["b"].document.body == graph.nodes["real/a"].document.body == "Text."
    assert graph.diagnostics == ()


@pytest.mark.parametrize(
    ("files", "ids"),
    [
        pytest.param({".gitignore": b"x.md\n"}, ["d/y", "y"], id="a-name-at-any-depth"),
        pytest.param({".gitignore": b"/x.md\n"}, ["d/x", "d/y", "y"], id="a-name-at-the-top"),
        pytest.param({".gitignore": b"d/\n"}, ["x", "y"], id="a-folder"),
        pytest.param({".gitignore": b"?.md\n!y.md\n"}, ["d/y", "y"], id="negation"),
        pytest.param({".gitignore": b"d/\n!d/y.md\n"}, ["x", "y"], id="not-below-a-folder"),
        pytest.param({".gitignore": b"d/*\n!d/y.md\n"}, ["d/y", "x", "y"], id="not-one-of-them"),
        pytest.param({"d/.gitignore": b"x.md\n"}, ["d/y", "x", "y"], id="nested"),
        pytest.param(
            {".gitignore": b"x.md\n", "d/.gitignore": b"!x.md\n"},
            ["d/x", "d/y", "y"],
            id="nested-negation",
        ),
        pytest.param({".skillagentignore": b"x.md\n"}, ["d/y", "y"], id="own-file"),
        pytest.param(
            {".gitignore": b"x.md\n", ".skillagentignore": b"!x.md\n"},
            ["d/x", "d/y", "x", "y"],
            id="own-file-wins",
        ),
        pytest.param({".gitignore": b"# x.md\n\n"}, ["d/x", "d/y", "x", "y"], id="comment"),
        pytest.param({".gitignore": b"\xff\xfe\n[\nx.md\r\n"}, ["d/y", "y"], id="odd-lines"),
        pytest.param({".h/z.md": b"Z", ".z.md": b"Z"}, ["d/x", "d/y", "x", "y"], id="hidden"),
        pytest.param({"z.txt": b"Z", "md": b"Z"}, ["d/x", "d/y", "x", "y"], id="other-files"),
    ],
)
def test_ignored_and_hidden_files_are_not_there(
    files: dict[str, bytes], ids: list[str], tmp_path: Path
) -> None:
    notes = dict.fromkeys(("x.md", "y.md", "d/x.md", "d/y.md"), b"Text.")
    graph = load_beside_neighbours(tmp_path, notes | files)
    assert [node for node in graph.nodes if node not in ("good", "near")] == ids
    assert graph.diagnostics == ()


@pytest.mark.parametrize("name", ["missing", "file.md"])
def test_a_root_that_is_no_folder_is_one_line(name: str, tmp_path: Path) -> None:
    (tmp_path / "file.md").write_text("Text.")
    with pytest.raises(GraphError) as caught:
        SkillGraph.load(tmp_path / name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_roots_of_one_name_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {"a/notes/x.md": b"A.", "b/notes/x.md": b"B."})
    with pytest.raises(UsageError, match="notes"):
        SkillGraph.load(tmp_path / "a/notes", tmp_path / "b/notes")


def test_an_empty_root_is_an_empty_graph(tmp_path: Path) -> None:
    graph = SkillGraph.load(tmp_path)
    assert (dict(graph.nodes), graph.entry, graph.diagnostics) == ({}, None, ())


def test_every_code_of_loading_has_a_case_here() -> None:
    tables = [case.findings for case in (FILES | TREES).values()]
    tables += [findings for _, findings in SPECIAL.values()]
    of_loading = {code for code in CODES if code < "SG040"}  # the next are about `check-ignore`
    assert {code for findings in tables for code, _, _ in findings} == of_loading
