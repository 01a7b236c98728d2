"""The environment of a run: what is recorded, what never is, and how two of them differ."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.pylock import Pylock, PylockValidationError

import skillagent
from skillagent.cli import main
from skillagent.environment import Environment, GitState, differences, git_state
from skillagent.environment.machine import container_image, hash_seed, variable_names
from skillagent.environment.packages import installed_packages
from skillagent.errors import UsageError

COMMIT = "0123456789abcdef" * 2 + "01234567"
DIGEST = "sha256:" + "ab" * 32
BASE = Environment(
    skillagent="1.0.0",
    python="3.12.1",
    implementation="CPython",
    system="Linux",
    machine="x86_64",
    libc="glibc 2.36",
    packages={"pydantic": "2.11.1", "rich": "13.0"},
    origins={},
    lock_files={"uv.lock": DIGEST},
    container=None,
    variables=("LANG", "TZ"),
    hash_seed=None,
    git=GitState(COMMIT, False),
)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit, where no setting of the user applies."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "a.md").write_text("one\n")
    (folder / ".gitignore").write_text("ignored\n")
    commit(folder)
    return folder


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=me", "-c", "user.email=me@example.invalid")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=work")


def packages_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "path", [str(folder)])
    return installed_packages.__wrapped__()


def install(folder: Path, name: str, version: str, direct: object = None) -> None:
    info = folder / f"{name.replace('-', '_')}-{len(list(folder.glob('*')))}.dist-info"
    info.mkdir(parents=True)
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nName: other\n"
    (info / "METADATA").write_text(text)
    if direct is not None:
        (info / "direct_url.json").write_text(json.dumps(direct))


# What is recorded


@pytest.mark.process
def test_here_names_python_packages_locks_and_commit(repository: Path) -> None:
    (repository / "pylock.toml").write_text("x")
    (repository / "requirements-dev.lock").write_text("y")
    (repository / "Cargo.lock").write_text("z")
    (repository / "below").mkdir()
    environment = Environment.here(repository / "below")
    assert environment.python == ".".join(map(str, sys.version_info[:3]))
    assert environment.skillagent == skillagent.__version__
    assert environment.packages["pydantic"] and environment.packages["pyyaml"]
    assert list(environment.packages) == sorted(environment.packages)
    assert list(environment.lock_files) == ["pylock.toml", "requirements-dev.lock"]
    assert environment.git and environment.git.commit == git(repository, "rev-parse", "HEAD")


@pytest.mark.process
def test_it_is_frozen_and_survives_json() -> None:
    environment = Environment.here()
    text = json.dumps(environment.to_json())
    assert Environment.from_json(json.loads(text)) == environment
    assert json.dumps(Environment.from_json(json.loads(text)).to_json()) == text
    with pytest.raises(FrozenInstanceError):
        environment.python = "4"  # type: ignore[misc]  # that is the point


@pytest.mark.process
def test_the_packages_are_read_once_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = Environment.here()
    monkeypatch.setattr("importlib.metadata.distributions", lambda: pytest.fail("read again"))
    assert Environment.here().packages is environment.packages


def test_names_are_normalised_and_the_first_of_two_copies_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    install(first, "Some_Package.name", "1.0")
    install(first, "broken", "1.0")
    (first / "broken-1.dist-info" / "METADATA").write_bytes(b"\xff\n")
    install(second, "some-package-name", "2.0")
    install(second, "another", "3.0")
    monkeypatch.setattr(sys, "path", [str(first), str(second)])
    packages = installed_packages.__wrapped__()
    assert packages.versions == {"another": "3.0", "some-package-name": "1.0"}


@pytest.mark.parametrize(
    ("direct", "origin"),
    [
        (None, None),
        ({"url": "file:///home/me/it", "dir_info": {"editable": True}}, "editable folder"),
        ({"url": "file:///home/me/it", "dir_info": {}}, "folder"),
        ({"url": "file:///home/me/it.whl", "archive_info": {}}, "archive"),
        (
            {"url": "https://me:pw@h.invalid/x", "archive_info": {"hashes": {"sha256": "ab" * 32}}},
            f"archive {DIGEST}",
        ),
        (
            {"url": "https://h.invalid/x", "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
            f"git {COMMIT}",
        ),
        ({"url": "https://h.invalid/x", "vcs_info": {"commit_id": "/home/me"}}, "a repository"),
        ({"url": "file:///home/me/it"}, None),
        (["/home/me"], None),
    ],
)
def test_a_package_not_from_an_index_says_what_it_was_and_not_where(
    direct: object, origin: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "it", "1.0", direct)
    packages = packages_in(tmp_path, monkeypatch)
    assert packages.versions == {"it": "1.0"}
    assert packages.origins == ({"it": origin} if origin else {})


def test_a_path_that_a_tool_wrote_into_a_version_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "it", "1.0 @ file:///home/me/it")
    assert packages_in(tmp_path, monkeypatch).versions == {"it": "not a version"}


# What is never recorded


@pytest.mark.process
def test_nothing_of_the_user_or_the_machine_is_in_it(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {
        "OPENAI_API_KEY": "sk-planted-1",
        "ANTHROPIC_AUTH_TOKEN": "planted-2",
        "SKILLAGENT_MODEL": "planted-3",
        "HTTPS_PROXY": "http://planted-4@h.invalid",
        "LC_ALL": "planted-5",
        "TZ": "Planted/Six",
        "PYTHONPATH": "/planted/7",
        "PYTHONHASHSEED": "/planted/8",
        "MY_OWN_PLANTED": "planted-9",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    (repository / "planted-file").write_text("planted-10")
    text = json.dumps(Environment.here(repository).to_json())
    assert "planted" not in text.lower()
    for place in (str(repository), str(Path.home()), f'"{platform.node()}"'):
        assert place not in text
    for name in secrets.keys() - {"MY_OWN_PLANTED"}:
        assert name in text


@given(st.dictionaries(st.text(min_size=1), st.just("planted-value")))
def test_variables_are_names_only(environ: Mapping[str, str]) -> None:
    names = variable_names(environ)
    assert set(names) <= set(environ)
    assert list(names) == sorted(names)
    assert hash_seed(environ) is None


@pytest.mark.parametrize(
    ("value", "recorded"), [("0", "0"), ("random", "random"), ("", None), ("/home/me", None)]
)
def test_the_hash_seed_is_the_only_value(value: str, recorded: str | None) -> None:
    assert hash_seed({"PYTHONHASHSEED": value}) == recorded


@pytest.mark.parametrize(
    ("environ", "podman", "image"),
    [
        ({}, None, None),
        ({}, "", None),
        ({"SKILLAGENT_IMAGE": f"team/app@{DIGEST}"}, None, f"team/app@{DIGEST}"),
        ({"CI_JOB_IMAGE": "images.invalid:5000/team/app:1"}, None, "team/app:1"),
        ({"SKILLAGENT_IMAGE": "a b"}, None, None),
        ({}, f'image="localhost/app:1"\nimageid="{"ab" * 32}"\n', f"app:1@{DIGEST}"),
    ],
)
def test_the_container_image_is_named_where_something_tells_it(
    environ: Mapping[str, str], podman: str | None, image: str | None, tmp_path: Path
) -> None:
    file = tmp_path / ".containerenv"
    if podman is not None:
        file.write_text(podman)
    assert container_image(environ, file) == image


# The repository


@pytest.mark.process
def test_a_clean_repository_has_no_changes(repository: Path) -> None:
    (repository / "ignored").write_text("x")
    head = git(repository, "rev-parse", "HEAD")
    assert GitState.of(repository) == GitState(head, False, None)


def stage(folder: Path) -> None:
    (folder / "a.md").write_text("four\n")
    git(folder, "add", "a.md")


def add_repository(folder: Path) -> None:
    (folder / "inner").mkdir()
    git(folder / "inner", "init", "--quiet")
    commit(folder / "inner")


CHANGES: dict[str, Callable[[Path], object]] = {
    "a changed file": lambda folder: (folder / "a.md").write_text("two\n"),
    "another change": lambda folder: (folder / "a.md").write_text("three\n"),
    "a staged change": stage,
    "a deleted file": lambda folder: (folder / "a.md").unlink(),
    "a renamed file": lambda folder: git(folder, "mv", "a.md", "b c.md"),
    "an untracked file": lambda folder: (folder / "new.md").write_text("x"),
    "another repository inside": add_repository,
}
if os.name == "posix":
    CHANGES |= {
        "the same under another name": lambda folder: (folder / "new\n2.md").write_text("x"),
        "a program": lambda folder: (folder / "a.md").chmod(0o755),
        "a link": lambda folder: (folder / "link").symlink_to("a.md"),
    }


@pytest.mark.process
def test_each_change_has_a_digest_of_its_own(repository: Path, tmp_path: Path) -> None:
    digests = []
    for number, change in enumerate(CHANGES.values()):
        folder = tmp_path / f"copy-{number}"
        shutil.copytree(repository, folder)
        change(folder)
        state = GitState.of(folder)
        assert state and state.dirty
        digests.append(state.changes)
    assert None not in digests
    assert len(set(digests)) == len(CHANGES)


@pytest.mark.process
def test_the_same_change_elsewhere_has_the_same_digest(repository: Path, tmp_path: Path) -> None:
    states = []
    for name in ("here", "there"):
        folder = tmp_path / name
        shutil.copytree(repository, folder)
        (folder / "a.md").write_text("two\n")
        (folder / "new.md").write_text("x")
        if name == "there":  # Whether it is staged makes no difference to what is on disk.
            git(folder, "add", "--all")
        states.append(GitState.of(folder))
    assert states[0] == states[1]


@pytest.mark.process
def test_a_changed_submodule_is_a_change(repository: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(repository, whole)
    git(whole, "-c", "protocol.file.allow=always", "submodule", "add", str(repository), "inner")
    commit(whole)
    assert GitState.of(whole) == GitState(git(whole, "rev-parse", "HEAD"), False)
    seen = set()
    for text in ("two\n", "three\n"):
        (whole / "inner" / "a.md").write_text(text)
        state = GitState.of(whole)
        assert state and state.dirty
        seen.add(state.changes)
    assert len(seen) == 2


@pytest.mark.process
@pytest.mark.parametrize("kind", ["no repository", "bare", "no commit", "broken", "no git"])
def test_without_a_usable_repository_there_is_no_state(
    kind: str, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    if kind == "bare":
        git(folder, "init", "--quiet", "--bare")
        git(repository, "config", "core.bare", "true")
        assert GitState.of(repository) is None
    elif kind == "no commit":
        git(folder, "init", "--quiet")
    elif kind == "broken":
        (folder / ".git").write_text("gitdir: nowhere\n")
    elif kind == "no git":
        folder = repository
        monkeypatch.setenv("PATH", str(tmp_path))
    assert GitState.of(folder) is None
    assert Environment.here(folder).git is None


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="the planted programs are shell scripts")
def test_nothing_that_the_repository_configures_is_run(repository: Path, tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{proof}'\n")
    program.chmod(0o755)
    hooks = repository / ".git" / "hooks"
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-commit"):
        shutil.copy(program, hooks / hook)
    for key in ("core.fsmonitor", "diff.external", "core.pager", "diff.it.textconv"):
        git(repository, "config", key, str(program))
    (repository / ".gitattributes").write_text("*.md diff=it\n")
    (repository / "a.md").write_text("two\n")
    os.utime(repository / ".gitignore", (1, 1))  # An index that git would like to refresh.
    index = (repository / ".git" / "index").read_bytes()
    proof.unlink(missing_ok=True)
    state = GitState.of(repository)
    assert state and state.dirty
    assert not proof.exists()
    assert (repository / ".git" / "index").read_bytes() == index
    assert not (repository / ".git" / "index.lock").exists()


@pytest.mark.process
def test_variables_that_name_another_repository_are_ignored(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = GitState.of(repository)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert GitState.of(repository) == expected


@pytest.mark.process
def test_too_much_to_read_is_dirty_without_a_digest(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = git(repository, "rev-parse", "HEAD")
    (repository / "new.md").write_text("four")
    for limit, value in (("MAX_BYTES", 3), ("MAX_FILES", 0)):
        with monkeypatch.context() as patch:
            patch.setattr(git_state, limit, value)
            assert GitState.of(repository) == GitState(head, True, None)


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="the slow git is a shell script")
def test_a_git_that_takes_too_long_is_stopped_and_the_commit_still_told(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = git(repository, "rev-parse", "HEAD")
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    real = shutil.which("git")
    # `status` waits for a pipe that nobody ever opens for writing.
    os.mkfifo(tmp_path / "pipe")
    waits = f"exec cat '{tmp_path / 'pipe'}'"
    slow.write_text(f'#!/bin/sh\ncase "$*" in *status*) {waits} ;; esac\nexec {real} "$@"\n')
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}{os.pathsep}{os.environ['PATH']}")
    assert GitState.of(repository, seconds=2) == GitState(head, None, None)


# Two environments


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ({}, ()),
        ({"python": "3.13.0"}, ("Python: 3.12.1 → 3.13.0",)),
        ({"libc": None}, ("C library: glibc 2.36 → none",)),
        (
            {"packages": {"pydantic": "2.12.0", "yarl": "1.0"}},
            (
                "package pydantic: 2.11.1 → 2.12.0",
                "package rich: 13.0 → none",
                "package yarl: none → 1.0",
            ),
        ),
        ({"origins": {"rich": "folder"}}, ("origin of package rich: none → folder",)),
        (
            {"lock_files": {"uv.lock": "sha256:" + "cd" * 32}},
            ("lock file uv.lock: sha256:abababababab… → sha256:cdcdcdcdcdcd…",),
        ),
        ({"container": "app:1"}, ("container image: none → app:1",)),
        (
            {"variables": ("LANG", "LC_ALL")},
            ("variable LC_ALL: not set → set", "variable TZ: set → not set"),
        ),
        ({"hash_seed": "0"}, ("PYTHONHASHSEED: none → 0",)),
        ({"git": None}, ("git commit: 0123456789ab… → none",)),
        (
            {"git": GitState(COMMIT, True, DIGEST)},
            ("uncommitted changes: none → sha256:abababababab…",),
        ),
        ({"git": GitState(COMMIT, True)}, ("uncommitted changes: none → some, not read",)),
        ({"git": GitState(COMMIT)}, ("uncommitted changes: none → unknown",)),
    ],
)
def test_each_difference_is_a_line(change: dict[str, Any], lines: tuple[str, ...]) -> None:
    assert differences(BASE, replace(BASE, **change)) == lines


def test_every_field_is_compared() -> None:
    other: dict[str, Any] = {
        **{name: {"x": "1"} for name in ("packages", "origins", "lock_files")},
        "variables": ("X",),
        "git": None,
    }
    for name in (field.name for field in fields(Environment)):
        assert differences(BASE, replace(BASE, **{name: other.get(name, "x")})), name


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"python": None}, "environment: python: "),
        ({"extra": 1}, "environment: extra: "),
        ({"git": {"commit": COMMIT, "dirty": False}}, ""),
        ({"git": {"commit": COMMIT, "branch": "x"}}, "environment: git.branch: "),
        ({"packages": {"pydantic": "2.12.0"}}, "environment: packages_digest: "),
        ({"packages_digest": DIGEST}, "environment: packages_digest: "),
    ],
)
def test_json_that_was_edited_is_refused_by_field(change: dict[str, Any], says: str) -> None:
    value = {**BASE.to_json(), **change}
    if not says:
        assert Environment.from_json(value) == BASE
        return
    with pytest.raises(UsageError) as refused:
        Environment.from_json(value)
    assert str(refused.value).startswith(says)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("value", [None, [], "x", {}])
def test_what_is_no_environment_is_refused(value: object) -> None:
    with pytest.raises(UsageError, match="environment: "):
        Environment.from_json(value)


# The command


@pytest.mark.process
def test_env_prints_a_summary_and_all_of_it_as_json(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    assert main(["env"]) == 0
    summary = capsys.readouterr().out
    assert f"git: {git(repository, 'rev-parse', 'HEAD')}, clean" in summary
    assert f"{len(Environment.here().packages)} packages, sha256:" in summary
    (repository / "new.md").write_text("x")
    assert main(["env"]) == 0
    assert "with uncommitted changes, sha256:" in capsys.readouterr().out
    assert main(["env", "--json"]) == 0
    assert Environment.from_json(json.loads(capsys.readouterr().out)) == Environment.here()


@pytest.mark.process
def test_env_writes_a_file_and_replaces_none(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository)
    expected = Environment.here()
    assert main(["env", "-o", "environment.json"]) == 0
    assert Environment.from_json(json.loads(Path("environment.json").read_text())) == expected
    assert main(["env", "-o", "environment.json"]) == 2
    assert "--force" in capsys.readouterr().err
    assert main(["env", "-o", "environment.json", "--force"]) == 0


def test_env_writes_no_pylock_for_it_could_not_be_valid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pylock.toml"
    assert main(["env", "-o", str(file)]) == 2
    assert "pip lock" in capsys.readouterr().err
    assert not file.exists()
    # The reason: an entry with what an installed environment knows is not valid.
    entry = {"name": "pydantic", "version": "2.11.1"}
    lock = {"lock-version": "1.0", "created-by": "x", "packages": [entry]}
    with pytest.raises(PylockValidationError, match="vcs, directory, archive must be set"):
        Pylock.from_dict(lock)
