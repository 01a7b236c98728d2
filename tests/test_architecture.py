"""What must stay true of the code itself: layers, start-up, names, manifests, secrets."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import frontmatter
import pytest

import skillagent
from skillagent.diagnostics import CODES
from skillagent.tokens import EncodingCounter
from tests.conftest import BUNDLED, ROOT, SHIPPED

HEAVY = {
    "alembic",
    "anthropic",
    "anyio",
    "frontmatter",
    "httpx",
    "httpx2",
    "hypothesis",
    "importlib.metadata",
    "mcp",
    "mcp_types",
    "mlflow",
    "networkx",
    "numpy",
    "onnxruntime",
    "openai",
    "opentelemetry",
    "pathspec",
    "pydantic",
    "rapidfuzz",
    "regex",
    "requests",
    "rich",
    "shtab",
    "sqlalchemy",
    "starlette",
    "tiktoken",
    "tokenizers",
    "tomlkit",
    "toktok",
    "uvicorn",
    "watchfiles",
    "yaml",
    "asyncio",
    "Stemmer",
    "calendar",
    "html.entities",
    "logging",
    "tomllib",
}
"""What may not be imported before it is needed."""
FILE_READERS = {"datetime", "hashlib", "json", "pathlib", "tempfile", "urllib.parse"}
"""Of the standard library: what is needed to read files, but not to use values."""


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"
    output = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    return set(output.stdout.decode().split())


@pytest.mark.process
def test_the_layers_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()


def test_the_table_of_layers_is_that_of_the_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (
        one for one in project["tool"]["importlinter"]["contracts"] if one["type"] == "layers"
    )
    held = [[name.strip(" ()") for name in line.split("|")] for line in contract["layers"]]
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = page.partition("| layer |")[2].partition("\n\n")[0]
    lines = [line.split("|")[1] for line in table.splitlines()[2:]]
    written = [re.findall(r"`(\w+)`", line) for line in lines]
    assert [set(line) for line in written] == [set(line) for line in held]


@pytest.mark.parametrize(
    "code",
    [
        "import skillagent",
        "import skillagent.cli",
        "from skillagent.cli.main import main\ntry: main(['--version'])\nexcept SystemExit: pass",
    ],
)
def test_starting_imports_nothing_heavy(code: str) -> None:
    assert not HEAVY & modules_after(code)


VALUES = """
import skillagent.diagnostics, skillagent.digest, skillagent.errors
from skillagent.graph import NodeKind, Outdated
from skillagent.index import Hit, Match
from skillagent.markdown import LinkKind, Reference, Value, plain, scalar_text
"""


def test_the_values_of_a_stored_graph_are_imported_without_the_parser_and_the_loader() -> None:
    loaded = modules_after(VALUES)
    assert not (HEAVY | FILE_READERS) & loaded
    assert {name for name in loaded if name.startswith("skillagent.")} == {
        "skillagent.diagnostics",
        "skillagent.digest",
        "skillagent.errors",
        "skillagent.graph",
        "skillagent.graph.kind",
        "skillagent.graph.outdated",
        "skillagent.index",
        "skillagent.index.query",
        "skillagent.lazy_names",
        "skillagent.markdown",
        "skillagent.markdown.reference",
        "skillagent.markdown.values",
    }


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        pytest.param("import skillagent.graph.walk", {"pathlib", "urllib.parse"}, id="walk"),
        pytest.param(
            "from skillagent.markdown.document import parse\n"
            "text = '---\\ntitle: A\\ntags: [b]\\n---\\n# A\\n\\n[[b]], [c](d.md), `e`.\\n'\n"
            "assert parse(text, 'a.md').references and parse(text, 'a.md').description",
            set(),
            id="parse",
        ),
        pytest.param(
            "from skillagent.index.analyzer import query_terms, terms\n"
            "assert terms('The naïve bridge — 2 × 3'), query_terms('what is a façade')",
            {"Stemmer"},
            id="analyse",
        ),
    ],
)
def test_a_part_imports_only_what_plain_files_need(code: str, needed: set[str]) -> None:
    assert (HEAVY | FILE_READERS) & modules_after(code) == needed


def test_every_pattern_that_is_compiled_later_can_be_compiled() -> None:
    sources = sorted((ROOT / "src" / "skillagent").rglob("*.py"))
    names = [
        ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
        for path in sources
        if "lazy_pattern" in path.read_text("utf-8") and path.stem != "lazy_pattern"
    ]
    patterns = [
        value
        for name in names
        for value in vars(importlib.import_module(name)).values()
        if type(value).__name__ == "_LazyPattern"
    ]
    assert len(patterns) > 200
    assert all(pattern.groups >= 0 for pattern in patterns)


@pytest.mark.process
def test_loading_a_graph_imports_no_model_and_no_graph_package() -> None:
    code = f"import skillagent; skillagent.SkillGraph.load({str(BUNDLED)!r})"
    loaded = modules_after(code)
    late = {"anthropic", "openai", "networkx", "tiktoken", "pydantic", "httpx", "frontmatter"}
    late |= {"numpy", "onnxruntime", "tokenizers", "sqlite3"}
    assert not late & loaded


def test_every_exported_name_exists_once() -> None:
    names = skillagent.__all__
    assert len(names) == len(set(names))
    assert {name for found in skillagent._HOMES.values() for name in found} | {
        "__version__"
    } == set(names)
    for name in names:
        assert getattr(skillagent, name) is not None
    with pytest.raises(AttributeError):
        skillagent.no_such_name  # noqa: B018


def test_versions_agree_everywhere() -> None:
    manifest = json.loads((ROOT / "plugin.json").read_text())
    assert manifest["version"] == skillagent.__version__
    assert f"## {skillagent.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_plugin_manifest_follows_agent_plugins_1_0_0() -> None:
    manifest = json.loads((ROOT / "plugin.json").read_text())
    assert manifest["$schema"] == "https://agent-plugins.org/schemas/1.0.0/plugin.schema.json"
    assert re.fullmatch(r"[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?", manifest["name"])
    known = {"$schema", "name", "version", "description", "author", "homepage"}
    known |= {"repository", "license", "keywords", "extensions"}
    assert set(manifest) <= known
    assert set(manifest["author"]) <= {"name", "email", "url"}


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: path.name)
def test_each_graph_we_ship_is_a_valid_agent_skill(folder: Path) -> None:
    data = (folder / "SKILL.md").read_bytes()
    assert len(data.replace(b"\n", b"\r\n")) < 8_000
    post = frontmatter.loads(data.decode())
    allowed = {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}
    assert set(post.metadata) <= allowed
    assert post["name"] == folder.name
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", str(post["name"]))
    assert 1 <= len(str(post["description"])) <= 1_024
    assert [path.name for path in folder.rglob("SKILL.md")] == ["SKILL.md"]


@pytest.mark.process
@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: path.name)
def test_check_agrees_with_an_independent_count(folder: Path) -> None:
    """Files, links and reach of a graph we ship, counted here without our parser."""
    texts = {path.stem: path.read_text() for path in folder.rglob("*.md")}
    links: list[tuple[str, str]] = []
    names = {node.casefold(): node for node in texts}
    for node, text in texts.items():
        aliases = frontmatter.loads(text).metadata.get("aliases")
        for alias in aliases if isinstance(aliases, list) else []:
            names.setdefault(str(alias).casefold(), node)
    for node, text in texts.items():
        prose = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
        prose = re.sub(r"`[^`\n]*`", "", prose)
        for target in re.findall(r"\[\[([^\]|#]+)", prose):
            links.append((node, names.get(target.strip().casefold(), "")))
    reached, queue = {"SKILL"}, ["SKILL"]
    while queue:
        source = queue.pop()
        found = {target for node, target in links if node == source and target} - reached
        reached |= found
        queue += found
    report = json.loads(
        subprocess.run(
            [sys.executable, "-m", "skillagent", "check", str(folder), "--json"],
            check=True,
            capture_output=True,
        ).stdout
    )
    counts = report["counts"]
    assert (counts["files"], counts["nodes"]) == (len(texts), len(texts))
    assert counts["links"] == len(links)
    assert counts["broken"] == sum(not target for _, target in links)
    assert counts["unreachable"] == len(texts) - len(reached)
    assert counts["maps"] == sum(
        frontmatter.loads(text).metadata.get("type") == "map" for text in texts.values()
    )


def tracked_files() -> list[Path]:
    output = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    ).stdout.decode()
    listed = [ROOT / name for name in output.split("\0") if name]
    return [path for path in listed if path.is_file()]


@pytest.mark.process
def test_no_package_index_and_no_machine_is_named() -> None:
    # Written in parts, so that this file does not find itself.
    hosts = ["files.python" + "hosted.org", "pypi" + ".org", "registry.npm" + "js.org"]
    hosts += ["index" + "-url =", "/work" + "/", "/farm" + "/"]
    for path in tracked_files():
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not [host for host in hosts if host in text], path
    assert (ROOT / "uv.lock") not in tracked_files()


@pytest.mark.parametrize("file", sorted(path.name for path in ROOT.glob("requirements*.lock")))
def test_a_lock_pins_every_package_with_a_hash(file: str) -> None:
    lock = (ROOT / file).read_text()
    pinned = r"^([A-Za-z0-9._-]+)(?:\[[^]\n]*\])?=="  # a package, perhaps with extras
    rest = r"[^ ]+( ;[^\n\\]*)? \\\n    --hash="
    entries = re.findall(pinned + rest, lock, re.MULTILINE)
    assert len(entries) == len(re.findall(pinned, lock, re.MULTILINE)) > 30
    assert "://" not in re.sub(r"^#.*$", "", lock, flags=re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {name.lower().replace("_", "-") for name, _ in entries}
    for requirement in project["dependencies"]:
        name = re.split(r"[<>=\[; ]", requirement)[0].lower().replace("_", "-")
        assert name in names


DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "docs" / "testing.md",
    *sorted((ROOT / "skills" / "skillagent").glob("*.md")),
]
EXAMPLES = [
    pytest.param(code, expected, id=f"{path.stem}-{number}")
    for path in DOCUMENTS
    for number, (code, expected) in enumerate(
        re.findall(
            r"```python\n(.*?)```(?:\n+```text\n(.*?)```)?", path.read_text("utf-8"), re.DOTALL
        )
    )
]


@pytest.mark.process
@pytest.mark.parametrize(("code", "expected"), EXAMPLES)
def test_every_example_in_the_documents_runs_and_prints_what_it_says(
    code: str,
    expected: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(code, "example", "exec"), {"__name__": "example"})
    printed = capsys.readouterr().out
    if expected:
        assert printed.strip() == expected.strip()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 8


def test_the_guide_lists_every_finding_with_its_severity() -> None:
    maps = sorted((ROOT / "skills" / "skillagent" / "rules").glob("codes-of-*.md"))
    tables = "\n".join(one.read_text() for one in maps)
    rows = dict(re.findall(r"^\| \[\[(SG\d{3})\]\] \| (\w+) \|", tables, re.MULTILINE))
    assert rows == {code: str(found.severity) for code, found in CODES.items()}


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: path.name)
def test_the_graphs_we_ship_have_no_finding(folder: Path) -> None:
    graph = skillagent.SkillGraph.load(folder)
    assert graph.diagnostics == ()
    assert (graph.counts.orphans, graph.counts.unreachable) == (0, 0)


def _help() -> str:
    command = [sys.executable, "-m", "skillagent", "--help"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.process
def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text()
    commands = re.findall(r"^    (\w+) ", _help(), re.MULTILINE)
    assert {"serve", "doctor", "health"} < set(commands)
    for command in set(commands) - {"hook"}:  # not for people
        assert f"skillagent {command}" in text


def test_the_default_counter_needs_no_network() -> None:
    # The autouse guard fails any connection; the vocabulary comes from an installed package.
    assert EncodingCounter(fast=False).count("offline") >= 1
