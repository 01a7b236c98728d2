"""The lock of a graph: what it records, its text, its root and the proofs for it."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent import SkillGraph, UsageError
from skillagent.lock import (
    FILE,
    GraphLock,
    LockedNode,
    Proof,
    is_in,
    lock_of,
    merkle,
    node_leaf,
    parsed_lock,
    read_lock,
)
from skillagent.lock.form import schema
from tests.conftest import ROOT, SHIPPED, Vault

NODE = shutil.which("node")
VECTORS = Path(__file__).parent / "vectors"
RECOMPUTE = Path(__file__).parent / "recompute.mjs"
DIGEST = "sha256:" + hashlib.sha256(b"").hexdigest()


def locked(*folders: Path | str) -> GraphLock:
    return lock_of(SkillGraph.load(*folders))


def recomputed(lock: Path, *folders: Path | str) -> dict[str, str]:
    """The digests by an implementation in another language, from docs/lock-format.md alone."""
    if NODE is None and "CI" not in os.environ:
        pytest.skip("Node.js, which runs the second implementation, is not installed here")
    command = [NODE or "node", str(RECOMPUTE), str(lock), *map(str, folders)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    digests: dict[str, str] = json.loads(done.stdout)
    return digests


# --- what is recorded


def test_a_lock_records_bytes_text_and_where_links_lead(vault: Vault) -> None:
    text = "# A\r\n\r\n[[b|B]], [b](b.md#x), [[b]], [[gone]], ![[pic.png]]\r\n"
    folder = vault({"a.md": text, "b.md": "B.\n", "pic.png": b"\x89PNG"})
    lock = locked(folder)
    node = lock.nodes["a"]
    assert (node.path, node.size) == ("a.md", len(text))
    assert node.digest == "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    assert node.text == "sha256:" + hashlib.sha256(text.replace("\r", "").encode()).hexdigest()
    assert node.links == (("b", "b"), ("b.md", "b"), ("gone", None))
    assert lock.nodes["b"].digest == lock.nodes["b"].text
    assert list(lock.files) == ["pic.png"]
    assert lock.files["pic.png"].size == 4
    assert (lock.entries, lock.dialects, lock.tokenizer) == (("a",), ("obsidian",), "o200k_base")


def test_hidden_and_ignored_files_the_lock_and_its_signature_are_no_entries(vault: Vault) -> None:
    folder = vault(
        {
            "a.md": "A.",
            ".hidden/b.md": "B.",
            ".skillagentignore": "drafts/\n*.tmp\n",
            "drafts/c.md": "C.",
            "x.tmp": "x",
            FILE: "{}",
            f"{FILE}.sig": "x",
            f"deep/{FILE}": "of another graph",
        }
    )
    lock = locked(folder)
    assert (list(lock.nodes), list(lock.files)) == (["a"], [f"deep/{FILE}"])


def test_a_link_is_an_entry_only_if_it_leads_to_a_file_of_the_root(
    vault: Vault, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "x.png").write_bytes(b"x")
    folder = vault({"a.md": "A.", "data/one.csv": "1"})
    (folder / "two.csv").symlink_to("data/one.csv")
    (folder / "b.md").symlink_to("a.md")
    (folder / "x.png").symlink_to(outside / "x.png")
    (folder / "y.md").symlink_to(outside / "x.png")
    (folder / "nowhere.png").symlink_to("no-such-file")
    (folder / "folder").symlink_to("data")
    lock = locked(folder)
    assert list(lock.nodes) == ["a", "b"]
    assert list(lock.files) == ["data/one.csv", "two.csv"]
    assert lock.files["two.csv"] == lock.files["data/one.csv"]


def test_a_name_is_locked_in_one_unicode_form_however_the_disk_spells_it(tmp_path: Path) -> None:
    locks = []
    for form in ("NFC", "NFD"):
        folder = tmp_path / form
        (folder / unicodedata.normalize(form, "Größe")).mkdir(parents=True)
        for name in ("Größe/é.md", "Größe/ü.png"):
            (folder / unicodedata.normalize(form, name)).write_text("Text.")
        locks.append(locked(folder))
    assert locks[0] == locks[1]
    assert list(locks[0].nodes) == [unicodedata.normalize("NFC", "Größe/é")]
    assert list(locks[0].files) == [unicodedata.normalize("NFC", "Größe/ü.png")]


def test_two_roots_a_logseq_graph_and_an_empty_one_can_be_locked(vault: Vault) -> None:
    folder = vault(
        {
            "one/a.md": "To [[two::a]].",
            "one/x.png": "x",
            "two/logseq/config.edn": "{}",
            "two/a.md": "title:: A\n",
            "empty/.keep": "",
        }
    )
    lock = locked(folder / "one", folder / "two")
    assert list(lock.nodes) == ["one::a", "two::a"]
    assert lock.nodes["one::a"].path == "one::a.md"
    assert lock.nodes["one::a"].links == (("two::a", "two::a"),)
    assert list(lock.files) == ["one::x.png", "two::logseq/config.edn"]
    assert lock.dialects == ("obsidian", "logseq")
    empty = locked(folder / "empty")
    assert (dict(empty.nodes), dict(empty.files), empty.entries) == ({}, {}, ())
    assert empty.root != lock.root
    assert parsed_lock(empty.to_text().encode(), FILE) == empty


def test_the_whole_text_of_a_file_above_the_size_limit_is_locked(vault: Vault) -> None:
    from skillagent import Options

    text = "line\r\n" * 1000
    folder = vault({"a.md": text})
    lock = lock_of(SkillGraph.load(folder, options=Options(max_file_bytes=100)))
    assert lock == locked(folder)
    graph = SkillGraph.load(folder, options=Options(max_file_bytes=100))
    (folder / "a.md").write_text("other")
    with pytest.raises(UsageError, match="changed while the graph was locked"):
        lock_of(graph)


@pytest.mark.parametrize("name", ["b.md", "b.csv"])
def test_a_file_that_cannot_be_read_makes_locking_fail_in_one_line(vault: Vault, name: str) -> None:
    folder = vault({"a.md": "A."})
    (folder / name).symlink_to(name)  # a link to itself, which not even root can read
    with pytest.raises(UsageError, match=re.escape(name)) as error:
        locked(folder)
    assert "cannot be read" in str(error.value)
    assert "\n" not in str(error.value)


# --- the text


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_a_lock_is_read_back_as_it_was_written(folder: Path, tmp_path: Path) -> None:
    lock = locked(folder)
    path = tmp_path / FILE
    path.write_text(lock.to_text())
    assert read_lock(path) == lock
    assert read_lock(path).to_text() == lock.to_text()


def test_the_text_has_a_line_for_each_node_and_file_and_nothing_of_the_machine(
    vault: Vault,
) -> None:
    folder = vault({"a.md": "To [[\u2028 odd\x7f]].", "b.md": "B.", "x.png": "x"})
    text = locked(folder).to_text()
    assert text.endswith("}\n")
    assert text.splitlines() == text.split("\n")[:-1]  # no other character ends a line
    for start in ('"a": {', '"b": {', '"x.png": {'):
        assert sum(line.startswith(start) for line in text.split("\n")) == 1
    assert str(folder) not in text
    assert re.search(r"20\d\d-\d\d", text) is None


WRONG = {
    "no JSON": ('"entries"', "entries", r"lock:3: is not JSON"),
    "another version": ('"version": 1', '"version": 2', r"lock:\d+: version: Input should be 1"),
    "no digest": (DIGEST[:20], "md5:00", r"lock:\d+: nodes: a: digest: String should match"),
    "an edited digest": ('"size": 0', '"size": 1', r"lock:\d+: root is not that of the entries"),
    "an edited root": ('"root": "sha256:', '"root": "sha256:0', r"lock:\d+: root: String should"),
    "a key too many": ('"version"', '"x": 1, "version"', r"lock:?\d*: x: Extra inputs"),
    "a key written twice": ('"version"', '"version": 1, "version"', r"'version' is written twice"),
}


@pytest.mark.parametrize(("old", "new", "told"), WRONG.values(), ids=WRONG)
def test_a_damaged_lock_is_refused_in_one_line(vault: Vault, old: str, new: str, told: str) -> None:
    folder = vault({"a.md": b"", "b.md": b""})
    text = locked(folder).to_text()
    assert old in text
    path = folder / FILE
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(UsageError, match=told) as error:
        read_lock(path)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b"1", b"[" * 100_000, b'{"a": NaN}'])
def test_what_is_no_lock_at_all_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(UsageError) as error:
        parsed_lock(data, FILE)
    assert "\n" not in str(error.value)


def test_an_edit_that_leaves_the_root_is_told_by_the_digest_of_model_signing(vault: Vault) -> None:
    lock = locked(vault({"a.md": "A."}))
    edited = lock.to_text().replace(lock.model_signing, DIGEST)
    with pytest.raises(UsageError, match="model_signing is not that of the entries"):
        parsed_lock(edited.encode(), FILE)


def test_the_published_schema_is_that_of_the_code() -> None:
    assert json.loads((ROOT / "docs" / "lock.schema.json").read_text()) == schema()


# --- the root


def test_the_root_is_that_of_rfc_6962() -> None:
    def defined(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return leaves[0]
        half = 1
        while half * 2 < len(leaves):
            half *= 2
        both = defined(leaves[:half]) + defined(leaves[half:])
        return hashlib.sha256(b"\x01" + both).digest()

    for count in range(1, 40):
        leaves = [merkle.leaf_hash([str(number)]) for number in range(count)]
        assert merkle.levels_of(leaves)[-1] == (defined(leaves),)


def test_fields_are_framed_by_their_lengths() -> None:
    data = b"\0" + b"\0\0\0\0\0\0\0\2ab" + b"\0\0\0\0\0\0\0\0"
    assert merkle.leaf_hash(["ab", ""]) == hashlib.sha256(data).digest()
    assert merkle.leaf_hash(["ab", ""]) != merkle.leaf_hash(["a", "b"])


@given(count=st.integers(1, 70), data=st.data())
def test_a_proof_holds_for_its_leaf_and_for_no_other(count: int, data: st.DataObject) -> None:
    nodes = {f"n{number}": LockedNode("n", number, DIGEST, DIGEST) for number in range(count)}
    lock = GraphLock("t", ("obsidian",), (), nodes, {})
    name = data.draw(st.sampled_from(sorted(nodes)))
    proof = lock.proof(name)
    assert proof.leaf == lock.leaf(name) == node_leaf(name, nodes[name])
    assert proof.is_for(lock.root)
    assert Proof.from_json(json.loads(json.dumps(proof.to_json()))) == proof
    other = data.draw(st.sampled_from(sorted(nodes)))
    rest = (proof.index, proof.count, proof.hashes)
    assert is_in(lock.root, lock.leaf(other), *rest) is (other == name)
    index = data.draw(st.integers(-1, count + 2))
    assert is_in(lock.root, proof.leaf, index, proof.count, proof.hashes) is (index == proof.index)
    assert not is_in(lock.root, proof.leaf, *rest[:2], (*proof.hashes, DIGEST))
    assert not is_in(lock.root, proof.leaf, *rest[:2], proof.hashes[1:])
    assert not is_in(DIGEST, proof.leaf, *rest)
    assert not is_in("no digest", proof.leaf, *rest)


def test_every_field_of_a_lock_is_part_of_its_root() -> None:
    node = LockedNode("a.md", 1, DIGEST, DIGEST, (("b", None),))
    other = DIGEST.replace("e", "f")
    nodes = [
        node,
        LockedNode("b.md", 1, DIGEST, DIGEST, (("b", None),)),
        LockedNode("a.md", 2, DIGEST, DIGEST, (("b", None),)),
        LockedNode("a.md", 1, other, DIGEST, (("b", None),)),
        LockedNode("a.md", 1, DIGEST, other, (("b", None),)),
        LockedNode("a.md", 1, DIGEST, DIGEST, (("b", "b"),)),
        LockedNode("a.md", 1, DIGEST, DIGEST, (("c", None),)),
        LockedNode("a.md", 1, DIGEST, DIGEST),
    ]
    locks = [GraphLock("t", ("d",), ("a",), {"a": node}, {}) for node in nodes]
    locks += [
        GraphLock("u", ("d",), ("a",), {"a": node}, {}),
        GraphLock("t", ("e",), ("a",), {"a": node}, {}),
        GraphLock("t", ("d",), ("b",), {"a": node}, {}),
        GraphLock("t", ("d", "a"), (), {"a": node}, {}),
        GraphLock("t", ("d",), ("a",), {"b": node}, {}),
        GraphLock("t", ("d",), ("a",), {}, {}),
    ]
    assert len({lock.root for lock in locks}) == len(locks)


# --- anybody gets the same


@pytest.mark.parametrize("name", ["plain", "decoding", "order", "empty"])
def test_the_vectors_give_the_locks_beside_them(name: str) -> None:
    text = (VECTORS / f"{name}.lock").read_text()
    assert locked(VECTORS / name).to_text() == text


@pytest.mark.process
@pytest.mark.parametrize("name", ["plain", "decoding", "order", "empty"])
def test_a_second_implementation_gives_the_digests_of_the_vectors(name: str) -> None:
    lock = read_lock(VECTORS / f"{name}.lock")
    expected = {"root": lock.root, "model_signing": lock.model_signing}
    assert recomputed(VECTORS / f"{name}.lock", VECTORS / name) == expected


@pytest.mark.process
def test_a_second_implementation_gives_the_digests_of_a_generated_graph(tmp_path: Path) -> None:
    dice = random.Random(7)
    names = [f"{dice.choice(['', 'x/', 'x.y/', 'ü/'])}n-{number}" for number in range(90)]
    for root in ("one", "two"):
        for name in names:
            path = tmp_path / root / f"{name}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            links = " ".join(f"[[{dice.choice(names)}]]" for _ in range(4))
            text = f"# {name}\r\n{links} [[two::{dice.choice(names)}]] [[none \U0001f600 {name}]]\n"
            encoding = dice.choice(["utf-8", "utf-8-sig", "utf-16", "utf-32"])
            path.write_bytes(text.encode(encoding))
            if dice.random() < 0.2:
                path.with_suffix(".bin").write_bytes(dice.randbytes(50))
    roots = (f"one={tmp_path / 'one'}", f"two={tmp_path / 'two'}")
    lock = locked(*roots)
    (tmp_path / FILE).write_text(lock.to_text())
    expected = {"root": lock.root, "model_signing": lock.model_signing}
    assert recomputed(tmp_path / FILE, *roots) == expected


FILES = {
    "index.md": "# I\n\n- [[b]]\n- [[deep/c|C]]\n- [[B]] ![[x.png]]",
    "b.md": "---\naliases: [bee, Biene]\n---\nTo [[c]] and [[index]].",
    "deep/c.md": "To [[bee]] [[Ä]].",
    "deep/Ä.md": "Text.",
    "x.png": "x",
    "deep/z.csv": "z",
}


@given(order=st.permutations(sorted(FILES)))
def test_a_lock_does_not_depend_on_the_order_in_which_files_were_made(
    order: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    texts = set()
    for names in (sorted(FILES), order):
        folder = tmp_path_factory.mktemp("made")
        for name in names:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(FILES[name])
        texts.add(locked(folder).to_text())
    assert len(texts) == 1


@pytest.mark.process
def test_a_lock_does_not_depend_on_process_locale_or_place(vault: Vault, tmp_path: Path) -> None:
    first = vault({f"graph/{name}": text for name, text in FILES.items()}) / "graph"
    second = tmp_path / "else where" / "other-name"
    shutil.copytree(first, second)
    expected = locked(first).to_text()
    runs: list[tuple[Path, str, dict[str, str]]] = [
        (first, str(first), {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Asia/Tokyo"}),
        (second, ".", {"PYTHONHASHSEED": "2", "LC_ALL": "tr_TR.UTF-8"}),
        (second.parent, "other-name/", {"PYTHONHASHSEED": "3", "LC_ALL": "POSIX"}),
    ]
    for cwd, graph, variables in runs:
        out = tmp_path / "out.lock"
        command = [sys.executable, "-m", "skillagent", "lock", graph, "-o", str(out)]
        environment = {**os.environ, **variables}
        subprocess.run(command, cwd=cwd, env=environment, check=True, capture_output=True)
        assert out.read_text(encoding="utf-8") == expected
