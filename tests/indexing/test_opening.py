"""The stored index of a graph: opened if nothing changed, else built again, and never wrong."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skillagent import Options, SkillGraph, Toolset
from skillagent.cli import main
from skillagent.digest import sha256
from skillagent.errors import DamagedIndexError, StoredIndexError
from skillagent.indexing import IndexPlace, Opened, open_graph
from skillagent.store import MemoryView, StoredView
from skillagent.store.graph_files import GraphFiles
from skillagent.store.overlaid_rows import opened_rows
from skillagent.store.rows import ABOUT, BASE, VERSION, Kind, unpack_entries, unpack_json
from skillagent.store.sqlite_rows import SqliteRows
from skillagent.store.stored_analysis import unpack_analysis, unpack_terms
from skillagent.store.stored_values import unpack_about
from tests.conftest import Vault

FILES = {
    "index.md": "---\ndescription: The entry.\n---\n- [[bees]]: how hives live.\n- [[b/wax]]",
    "bees.md": "# Bees\n\nBees make [[wax]] and honey. See [[Old bees]].",
    "b/wax.md": "---\naliases: [Beeswax]\nsupersedes: '[[old]]'\n---\n# Wax\n\nCandles.",
    "old.md": "---\ntitle: Old bees\n---\nOutdated words about hives.",
}


KILLS = int(os.environ.get("SKILLAGENT_KILLS", "50"))
"""How many writers of each kind are killed."""
DATED = (ABOUT, BASE)


@pytest.fixture
def folder(tmp_path: Path, vault: Vault) -> Path:
    files = {f"graph/{path}": text for path, text in FILES.items()}
    return vault(files) / "graph"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def file_of(opened: Opened) -> Path:
    assert opened.path is not None
    return opened.path


def rows_of(path: Path) -> dict[Kind, list[tuple[int | bytes, object]]]:
    """All rows of an index, but for those that say when its files were changed.

    Of a term, its list with the scores: how many entries are in reserve may differ.
    """
    rows = opened_rows(path, path.with_suffix(".changes.sqlite"))
    nodes = unpack_about(rows.get(Kind.PART, ABOUT) or b"").nodes

    def value_of(kind: Kind, value: bytes) -> object:
        return unpack_entries(value).scored(nodes) if kind is Kind.TERM else value

    return {
        kind: [(key, value_of(kind, value)) for key, value in rows.every(kind) if key not in DATED]
        for kind in Kind
        if kind is not Kind.FOLDER
    }


def answers(opened: Opened) -> list[str]:
    tools = Toolset(opened.view)
    return [
        tools.list_index().text,
        tools.list_index(query="hives and candles").text,
        tools.read_summary(["bees", "Beeswax"]).text,
        tools.read_node("old").text,
    ]


def settle(folder: Path) -> None:
    """Make all files a minute old, as if they had not just been written."""
    long_ago = time.time() - 60
    for path in folder.rglob("*.md"):
        os.utime(path, (long_ago, long_ago))


def test_an_unchanged_graph_is_opened_and_not_built_again(folder: Path, cache: Path) -> None:
    settle(folder)
    first = open_graph([folder], folder=cache)
    written = file_of(first).stat().st_ino
    again = open_graph([folder], folder=cache)
    assert (first.is_new, again.is_new) == (True, False)
    assert isinstance(again.view, StoredView)
    assert file_of(again).stat().st_ino == written
    assert answers(again) == answers(first) == answers(Opened(MemoryView(SkillGraph.load(folder))))


def change_text(folder: Path) -> None:
    (folder / "bees.md").write_text("# Bees\n\nBees make honey only.", encoding="utf-8")


def change_in_place(folder: Path) -> None:
    """A change that leaves the size, and the time of the last change, as they were."""
    path = folder / "bees.md"
    before, text = path.stat(), path.read_text(encoding="utf-8")
    path.write_text(text.replace("honey", "wines"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def add_a_file(folder: Path) -> None:
    (folder / "new.md").write_text("# New\n\nAbout [[bees]] and candles.", encoding="utf-8")


def remove_a_file(folder: Path) -> None:
    (folder / "old.md").unlink()


def rename_a_file(folder: Path) -> None:
    (folder / "old.md").rename(folder / "older.md")


def ignore_a_file(folder: Path) -> None:
    (folder / ".skillagentignore").write_text("old.md\n", encoding="utf-8")


def add_an_attachment(folder: Path) -> None:
    (folder / "wax").mkdir()


CHANGES = (
    change_text,
    change_in_place,
    add_a_file,
    remove_a_file,
    rename_a_file,
    ignore_a_file,
    add_an_attachment,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_graph_is_built_again(
    folder: Path, cache: Path, change: Callable[[Path], None]
) -> None:
    open_graph([folder], folder=cache)
    change(folder)
    opened = open_graph([folder], folder=cache)
    fresh = open_graph([folder], folder=cache / "other")
    assert opened.is_new
    assert rows_of(file_of(opened)) == rows_of(file_of(fresh))


NAMES = ("index", "bees", "b/wax", "c/wax", "d")
TEXTS = (
    "# {0}\n\nSee [[{1}]] for words, then [[{2}|its label]] for more.",
    "---\naliases: [{1}]\n---\n# {2}\n\n- [[{0}]]\n- [[{1}]]\n- [[{2}]]\n- [[d]] and words",
    "---\ntitle: {1}\nstatus: deprecated\nsuperseded_by: '[[{2}]]'\n---\nShort. ![[{0}]]",
    "Words of hives, ünïcode and 蜂蜜. [Link](../{1}.md)",
    "",
)
edits = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.one_of(st.none(), st.sampled_from(TEXTS)),
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits)
def test_an_index_that_was_brought_up_to_date_equals_a_new_one(
    tmp_path: Path, steps: list[tuple[str, str | None, str, str]]
) -> None:
    folder, kept, fresh = tmp_path / "graph", tmp_path / "kept", tmp_path / "fresh"
    for path in (folder, kept, fresh):
        shutil.rmtree(path, ignore_errors=True)
    folder.mkdir()
    for name, text, other, third in steps:
        path = folder / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        if text is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(text.format(name, other, third), encoding="utf-8")
        opened = open_graph([folder], folder=kept)
    expected = open_graph([folder], folder=fresh)
    assert rows_of(file_of(opened)) == rows_of(file_of(expected))


BODIES = (
    "Words of hives. See [[n1]] for more, and [[n2|why]] it is so.",
    "Only [[n3]] and again [[n3]], ![a drawing](bee.png) and [[n0]] itself.",
    "Ünïcode and 蜂蜜, [a file](n4.md), [[missing]] and `[[n5]]` in code.",
    "## Heading\n\nLonger words that say nothing about hives, but something about [[index]].",
    "",
)
MANY = {
    "index.md": "# Index\n\n" + "".join(f"- [[n{number}]]: words\n" for number in range(80)),
    "bee.png": "",
    **{f"n{number}.md": f"# N{number}\n\n{BODIES[number % 4]}" for number in range(80)},
}


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.integers(0, 7), st.lists(st.sampled_from(BODIES), max_size=3)),
        min_size=1,
        max_size=5,
    )
)
def test_changed_texts_are_taken_over_as_a_new_index_would_have_them(
    tmp_path: Path, edits: list[tuple[int, list[str]]]
) -> None:
    folder, kept, fresh = tmp_path / "graph", tmp_path / "kept", tmp_path / "fresh"
    for path in (folder, kept, fresh):
        shutil.rmtree(path, ignore_errors=True)
    folder.mkdir()
    for name, text in MANY.items():
        (folder / name).write_text(text, encoding="utf-8")
    open_graph([folder], folder=kept)
    for number, bodies in edits:
        text = "\n\n".join((f"# N{number}", *bodies))
        (folder / f"n{number}.md").write_text(text, encoding="utf-8")
        opened = open_graph([folder], folder=kept)
    expected = open_graph([folder], folder=fresh)
    assert rows_of(file_of(opened)) == rows_of(file_of(expected))
    assert opened.view.digest == expected.view.digest
    assert answers_about(opened, "n0", "n3") == answers_about(expected, "n0", "n3")


def answers_about(opened: Opened, *nodes: str) -> list[str]:
    tools = Toolset(opened.view)
    texts = [tools.list_index().text, tools.list_index(query="hives 蜂蜜 unicode").text]
    return [*texts, *(tools.read_summary([node]).text for node in nodes)]


def test_a_text_without_new_names_changes_only_what_it_is_about(
    tmp_path: Path, vault: Vault, cache: Path
) -> None:
    folder = vault({f"graph/{name}": text for name, text in MANY.items()}) / "graph"
    settle(folder)
    first = open_graph([folder], folder=cache)
    before = file_of(first).read_bytes()
    settle(folder)

    def read_files(stage: str, done: int, total: int) -> None:
        pytest.fail(f"{stage}: the index was built again")

    for number in range(5):
        text = f"# N7\n\n{BODIES[3]}".replace("Longer words", f"Words at time {number}")
        (folder / "n7.md").write_text(text, encoding="utf-8")
        opened = open_graph([folder], folder=cache, progress=read_files)
        assert f"time {number}" in Toolset(opened.view).read_node("n7").text
    assert file_of(opened).read_bytes() == before
    (folder / "n7.md").touch()
    assert open_graph([folder], folder=cache, progress=read_files).view.digest == opened.view.digest
    # What changed is kept beside the index until it is built again.
    changes = IndexPlace(file_of(opened)).changes
    assert changes.exists()
    add_a_file(folder)
    open_graph([folder], folder=cache)
    assert not changes.exists()


def test_a_text_that_changed_after_the_index_was_opened_is_not_shown(
    folder: Path, cache: Path
) -> None:
    view = open_graph([folder], folder=cache).view
    tools = Toolset(view)
    change_text(folder)
    spent = tools.ledger.spent
    with pytest.raises(StoredIndexError, match=r"bees\.md: changed"):
        tools.read_node("bees")
    assert (tools.ledger.spent, tools.calls) == (spent, 0)
    newer = Toolset.resume(open_graph([folder], folder=cache).view, tools.state())
    assert "honey only" in newer.read_node("bees").text


@pytest.mark.parametrize("name", [b"caf\xe9.md", "cafe\u0301.md".encode(), "日本\n.md".encode()])
def test_files_with_any_name_are_read(folder: Path, cache: Path, name: bytes) -> None:
    path = os.path.join(os.fsencode(folder), name)
    with open(path, "w", encoding="utf-8") as stream:
        stream.write("# Named\n\nWords.")
    settle(folder)
    opened = open_graph([folder], folder=cache)
    assert "Words." in Toolset(opened.view).read_node("Named").text
    assert not open_graph([folder], folder=cache).is_new


def test_a_text_that_was_read_before_is_compared_with_its_file_again(
    folder: Path, cache: Path
) -> None:
    tools = Toolset(open_graph([folder], folder=cache).view)
    assert "honey" in tools.read_node("bees").text
    change_text(folder)
    with pytest.raises(StoredIndexError, match=r"bees\.md: changed"):
        tools.read_node("bees", again=True)


def test_files_with_equal_texts_in_roots_of_different_dialects_are_told_apart(
    tmp_path: Path, vault: Vault, cache: Path
) -> None:
    text = "- item [[b]]\n  id:: 64-4\n"
    files = {"one/logseq/config.edn": "{}", "one/pages/a.md": text, "two/a.md": text}
    vault({**files, "one/pages/b.md": "- B", "two/b.md": "B"})
    roots = [tmp_path / "one", tmp_path / "two"]
    open_graph(roots, folder=cache)
    (tmp_path / "two" / "new.md").write_text("New.", encoding="utf-8")
    opened = open_graph(roots, folder=cache)
    fresh = open_graph(roots, folder=cache / "other")
    assert rows_of(file_of(opened)) == rows_of(file_of(fresh))


def test_dates_are_judged_on_the_day_of_the_question(folder: Path, cache: Path) -> None:
    (folder / "old.md").write_text("---\nvalid_until: 2026-05-01\n---\nWords.", encoding="utf-8")
    for day, word in ((date(2026, 5, 1), None), (date(2026, 5, 2), "expired")):
        outdated = open_graph([folder], Options(today=day), folder=cache).view.outdated("old")
        assert (outdated.word if outdated else None) in (word, "superseded")
    settle(folder)
    opened = open_graph([folder], folder=cache)
    connection = sqlite3.connect(file_of(opened))
    (value,) = connection.execute("SELECT value FROM parts WHERE key = ?", (b"about",)).fetchone()
    assert b'"judged_on":"2' in value


@pytest.mark.parametrize(
    ("name", "text"), [("plan", "A file without a suffix."), (".skillagentignore", "plan\n")]
)
def test_another_file_changes_what_links_mean(
    tmp_path: Path, vault: Vault, cache: Path, name: str, text: str
) -> None:
    files = {"graph/index.md": "# Index\n\n[[a]]", "graph/a.md": "# A\n\n[[plan]] and words."}
    if name != "plan":
        files["graph/plan"] = "A file without a suffix."
    folder = vault(files) / "graph"
    settle(folder)
    before = rows_of(file_of(open_graph([folder], folder=cache)))
    (folder / name).write_text(text, encoding="utf-8")
    opened = open_graph([folder], folder=cache)
    fresh = open_graph([folder], folder=tmp_path / "fresh")
    assert rows_of(file_of(opened)) == rows_of(file_of(fresh)) != before


SEEN_ELSEWHERE: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "an address in a header": (
        {"index.md": "# I\n\nSee [x](/guide/go).", "a.md": "---\nslug: /guide/go\n---\n# A\n"},
        {"a.md": "---\nslug: /guide/on\n---\n# A\n"},
    ),
    "what comes before addresses": (
        {"index.md": "# I\n\nSee [x](/p/a).", "a.md": "# A", "b.md": "# B\n\n[n](/p/n1) and more."},
        {"b.md": "# B\n\nn and more."},
    ),
    "no choice between two nodes": (
        {"x/d.md": "# D", "y/d.md": "# D too", "a.md": "Words of [[d]](https://x.org) here."},
        {"a.md": "Terms of [[d]](https://x.org) here."},
    ),
    "names that cannot be printed": (
        {"u\x01.md": "# U\n\nOne text.", "u\x02.md": "# U\n\nTwo text."},
        {"u\x01.md": "# U\n\nTwo text."},
    ),
}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("files", "edit"), SEEN_ELSEWHERE.values(), ids=SEEN_ELSEWHERE)
def test_what_a_text_decides_elsewhere_is_as_in_a_new_index(
    tmp_path: Path, cache: Path, files: dict[str, str], edit: dict[str, str], strict: bool
) -> None:
    folder, options = tmp_path / "graph", Options(strict=strict)
    for name, text in {**MANY, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    settle(folder)
    open_graph([folder], options, folder=cache)
    for name, text in edit.items():
        (folder / name).write_text(text, encoding="utf-8")
    opened = open_graph([folder], options, folder=cache)
    fresh = open_graph([folder], options, folder=tmp_path / "fresh")
    assert rows_of(file_of(opened)) == rows_of(file_of(fresh))


def test_a_text_is_shown_as_the_suffix_of_its_file_says(folder: Path, cache: Path) -> None:
    text = "# A\n\nWords.\n\n    <!-- hidden in one of them -->\n\nEnd."
    (folder / "a.md").write_text(text, encoding="utf-8")
    open_graph([folder], folder=cache)
    (folder / "a.md").rename(folder / "a.mdx")
    opened = open_graph([folder], folder=cache)
    loaded = Toolset(MemoryView(SkillGraph.load(folder)))
    assert Toolset(opened.view).read_node("a").text == loaded.read_node("a").text


class _Tomorrow(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> _Tomorrow:
        return cls.fromtimestamp(time.time() + 86_400, tz)


def test_an_index_of_yesterday_is_built_again_if_a_file_has_a_date(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.now(UTC).date()
    (folder / "old.md").write_text(f"---\nvalid_until: {today}\n---\nWords.", encoding="utf-8")
    (folder / "b" / "wax.md").write_text("# Wax", encoding="utf-8")
    settle(folder)
    assert open_graph([folder], folder=cache).view.outdated("old") is None
    for module in ("skillagent.indexing.looking.datetime", "datetime.datetime"):
        monkeypatch.setattr(module, _Tomorrow)
    outdated = open_graph([folder], folder=cache).view.outdated("old")
    assert outdated is not None
    assert outdated.word == "expired"


def test_an_index_of_another_version_is_built_again(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(folder)
    path = file_of(open_graph([folder], folder=cache))
    written = path.stat().st_ino
    monkeypatch.setattr("skillagent.indexing.looking._VERSION", "99.0 ")
    assert open_graph([folder], folder=cache).is_new
    assert path.stat().st_ino != written


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def foreign(path: Path) -> None:
    path.write_text("Not a database at all. " * 100, encoding="utf-8")


def another_database(path: Path) -> None:
    path.unlink()
    changed_by("CREATE TABLE heads (key, value)")(path)


def changed_by(statement: str) -> Callable[[Path], None]:
    """Changes the file of an index by one statement of SQL."""

    def change(path: Path) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute(statement)

    return change


DAMAGE: dict[str, Callable[[Path], None]] = {
    "cut": cut,
    "empty": empty,
    "foreign": foreign,
    "another database": another_database,
    "another version": changed_by("PRAGMA user_version = 999"),
    "not finished": changed_by("PRAGMA user_version = 0"),
    "no rows": changed_by("DROP TABLE parts"),
    "wrong bytes": changed_by("UPDATE parts SET value = substr(value, 1, 4) || zeroblob(9)"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_or_foreign_file_is_put_aside_and_built_again(
    folder: Path, cache: Path, damage: Callable[[Path], None]
) -> None:
    path = file_of(open_graph([folder], folder=cache))
    damage(path)
    opened = open_graph([folder], folder=cache)
    assert opened.is_new
    assert "put aside" in opened.remark
    assert "\n" not in opened.remark
    assert path.with_suffix(".damaged").exists()
    assert answers(opened) == answers(Opened(MemoryView(SkillGraph.load(folder))))
    assert not open_graph([folder], folder=cache).remark


@pytest.fixture
def updated(tmp_path: Path, vault: Vault, cache: Path) -> tuple[Path, Path]:
    """A graph, and the file with what changed since its index was built."""
    folder = vault({f"graph/{name}": text for name, text in MANY.items()}) / "graph"
    settle(folder)
    path = file_of(open_graph([folder], folder=cache))
    text = MANY["n7.md"].replace("Longer words", "Other terms")
    (folder / "n7.md").write_text(text, encoding="utf-8")
    open_graph([folder], folder=cache)
    return folder, IndexPlace(path).changes


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged_changes_are_found_and_all_is_built_again(
    updated: tuple[Path, Path], cache: Path, damage: Callable[[Path], None]
) -> None:
    folder, changes = updated
    damage(changes)
    opened = open_graph([folder], folder=cache)
    loaded = Opened(MemoryView(SkillGraph.load(folder)))
    assert answers_about(opened, "n7", "n0") == answers_about(loaded, "n7", "n0")
    assert not open_graph([folder], folder=cache).remark


@pytest.mark.parametrize("kind", [Kind.PART, Kind.HEAD, Kind.TERM, Kind.FIELDS])
def test_no_answer_is_made_of_a_changed_byte_of_the_changes(
    updated: tuple[Path, Path], cache: Path, kind: Kind
) -> None:
    folder, changes = updated
    changed_by(f"UPDATE {kind} SET value = CAST(value || x'20' AS BLOB)")(changes)
    loaded = answers_about(Opened(MemoryView(SkillGraph.load(folder))), "n7", "n0")
    (base,) = (path for path in cache.glob("*.sqlite") if path != changes)
    damaged = StoredView(
        opened_rows(base, changes), GraphFiles(SkillGraph.load(folder).roots, Options())
    )
    for view in (damaged, open_graph([folder], folder=cache).view):
        with contextlib.suppress(StoredIndexError):
            assert answers_about(Opened(view), "n7", "n0") == loaded


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.TEXT])
def test_no_answer_is_made_of_a_changed_byte(folder: Path, cache: Path, kind: Kind) -> None:
    path = file_of(open_graph([folder], folder=cache))
    changed_by(f"UPDATE {kind} SET value = CAST(value || x'20' AS BLOB)")(path)
    settle(folder)
    before = answers(Opened(MemoryView(SkillGraph.load(folder))))
    opened = open_graph([folder], folder=cache)
    # Files that were just written are compared with the index, so it is opened as it was left.
    damaged = StoredView(SqliteRows(path), GraphFiles(SkillGraph.load(folder).roots, Options()))
    for view in (opened.view, damaged):
        with contextlib.suppress(DamagedIndexError):
            assert answers(Opened(view)) == before


def test_an_index_that_proves_damaged_when_it_is_used_is_built_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settle(folder)
    path = file_of(open_graph([folder]))
    changed_by("UPDATE links SET value = zeroblob(8)")(path)
    assert main(["list", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert "how hives live" in out
    assert "put aside" in err
    assert not open_graph([folder]).is_new


def test_rows_change_only_with_their_version(folder: Path, cache: Path) -> None:
    """Users keep indexes. If this digest changes, increment `rows.VERSION` in the same commit."""
    path = file_of(open_graph([folder], folder=cache))
    rows = SqliteRows(path)
    kinds = [kind for kind in Kind if kind not in (Kind.FOLDER, Kind.ANALYSIS)]
    # The terms of an analysis are compressed, which not every system does alike.
    analyses = [unpack_analysis(value) for _, value in rows.every(Kind.ANALYSIS)]
    values = repr(
        {kind.value: [row for row in rows.every(kind) if row[0] != ABOUT] for kind in kinds}
    ) + repr(
        [
            (one.seen, one.evidence, unpack_terms(one.terms), one.anchors, one.marks)
            for one in analyses
        ]
    )
    about = unpack_json(rows.get(Kind.PART, ABOUT) or b"")
    assert sorted(about) == (
        "digest faulty judged_on languages link_fields name nodes roots state".split()
    )
    assert (VERSION, sha256(values)[7:19]) == (5, "a61514f11a54")


def test_where_no_index_can_be_kept_the_graph_is_loaded(folder: Path, cache: Path) -> None:
    cache.write_text("a file where the folder should be", encoding="utf-8")
    opened = open_graph([folder], folder=cache)
    assert isinstance(opened.view, MemoryView)
    assert (opened.path, "no index is kept" in opened.remark) == (None, True)
    assert answers(opened) == answers(Opened(MemoryView(SkillGraph.load(folder))))


def test_an_index_can_be_read_by_its_owner_only(folder: Path, cache: Path) -> None:
    path = file_of(open_graph([folder], folder=cache))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_view_goes_on_with_what_it_opened_after_the_index_was_replaced_or_deleted(
    folder: Path, cache: Path
) -> None:
    old = open_graph([folder], folder=cache).view
    listed = Toolset(old).list_index().text
    add_a_file(folder)
    path = file_of(open_graph([folder], folder=cache))
    path.unlink()
    assert Toolset(old).list_index().text == listed
    assert "new" not in old.ids


def test_options_and_roots_have_an_index_of_their_own(folder: Path, cache: Path) -> None:
    plain = IndexPlace.of(SkillGraph.load(folder).roots, Options(), cache)
    strict = IndexPlace.of(SkillGraph.load(folder).roots, Options(strict=True), cache)
    other = IndexPlace.of(SkillGraph.load(f"x={folder}").roots, Options(), cache)
    assert len({plain.path, strict.path, other.path}) == 3


def calls_of(action: Callable[[], object]) -> int:
    """How many calls of functions an action makes."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(None)
    return calls


def killed_after(calls: int, action: Callable[[], object]) -> None:
    """Carry out an action in a process of its own, which is killed after so many calls."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    made = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal made
        made += 1
        if made >= calls:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    action()
    os._exit(0)


def title_of(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked to be killed")
def test_a_killed_writer_leaves_the_old_index_or_the_new_one(folder: Path, cache: Path) -> None:
    dice = random.Random(15)

    def build() -> Opened:
        return open_graph([folder], folder=cache)

    path = file_of(build())
    counts = folder / "count.md"
    counts.write_text("# Count\n\nNone.", encoding="utf-8")
    build()
    # Another title changes what links mean, so all is built again; another text does not.
    titles = {"built again": "# Count {0}\n\n{0} of [[bees]].", "updated": "# Count\n\n{0} bees."}
    calls = {}
    for way, text in titles.items():
        for number in (1, 2):  # the first time, the title comes from the other text
            counts.write_text(text.format(number), encoding="utf-8")
            calls[way] = calls_of(build)
    assert 2 * calls["updated"] < calls["built again"]
    outcomes = set()
    for way in sorted(titles) * KILLS:
        counts.write_text(titles[way].format(0), encoding="utf-8")
        build()
        before = rows_of(path)
        counts.write_text(titles[way].format(201), encoding="utf-8")
        killed_after(dice.randrange(1, calls[way] + calls[way] // 8), build)
        after = rows_of(path)
        if after != before:
            assert after == rows_of(file_of(open_graph([folder], folder=cache / "fresh")))
        outcomes.add((way, after == before))
    assert len(outcomes) == 4
    opened = build()
    assert not opened.remark
    assert "201 bees" in Toolset(opened.view).read_node("count").text
    # What killed processes left is removed an hour later, with the next index that is built.
    long_ago = time.time() - 3_601
    for unfinished in left_over(cache):
        os.utime(unfinished, (long_ago, long_ago))
    add_a_file(folder)
    build()
    assert not list(left_over(cache))


def test_processes_that_open_a_graph_at_once_agree(folder: Path, cache: Path) -> None:
    import subprocess

    program = (
        "import sys\nfrom pathlib import Path\nfrom skillagent import Toolset\n"
        "from skillagent.indexing import open_graph\n"
        "opened = open_graph([sys.argv[1]], folder=Path(sys.argv[2]))\n"
        "print(opened.is_new, Toolset(opened.view).list_index(query='hives').text)"
    )
    command = [sys.executable, "-c", program, str(folder), str(cache)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    printed = [process.communicate()[0] for process in running]
    assert sorted(text.split()[0] for text in printed) == ["False"] * 3 + ["True"]
    assert len({text.partition(" ")[2] for text in printed}) == 1


def left_over(cache: Path) -> Iterator[Path]:
    return (path for path in cache.iterdir() if path.name.startswith("."))


def test_a_build_that_fails_leaves_nothing(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_graph([folder], folder=cache)
    add_a_file(folder)

    def interrupted(stage: str, done: int, total: int) -> None:
        if stage == "writing the index":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_graph([folder], folder=cache, progress=interrupted)
    assert list(left_over(cache)) == []
    assert open_graph([folder], folder=cache).is_new
