"""Locks are signed, and signatures checked, by the real ssh-keygen: offline, without a prompt."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from skillagent import UsageError
from skillagent.cli.main import main
from skillagent.lock import FILE
from skillagent.lock.signature import SIGNATURE, SignatureError, check_signature, sign
from tests.conftest import Vault

ANN, BOB = "ann@example.org", "bob@example.org"

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the keys of two people, one key with a passphrase, and who may sign."""
    folder = tmp_path_factory.mktemp("keys")
    for name, passphrase in {"ann": "", "bob": "", "locked": "a passphrase"}.items():
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", name, "-C", ""]
        subprocess.run(command, cwd=folder, check=True)
    shutil.copy(folder / "ann", folder / "open")
    (folder / "open").chmod(0o644)
    signers = [
        f"{who} {(folder / f'{key}.pub').read_text().strip()}"
        for who, key in ((ANN, "ann"), (BOB, "bob"))
    ]
    (folder / "allowed").write_text("\n".join(signers) + "\n")
    return folder


@pytest.fixture
def signed(vault: Vault, keys: Path) -> Path:
    """A lock that Ann has signed."""
    folder = vault({"a.md": "To [[b]].", "b.md": "B."})
    assert main(["lock", str(folder), "--sign", str(keys / "ann")]) == 0
    assert (folder / SIGNATURE).read_text().startswith("-----BEGIN SSH SIGNATURE-----")
    return folder / FILE


def refused(lock: Path, allowed: Path, identity: str = ANN) -> str:
    with pytest.raises(SignatureError) as error:
        check_signature(lock, allowed, identity)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_lock_is_known_to_be_of_its_signer(
    signed: Path, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check_signature(signed, keys / "allowed", ANN)
    capsys.readouterr()
    check = ["lock", str(signed.parent), "--check", "--allowed-signers", str(keys / "allowed")]
    assert main([*check, "--signer", ANN]) == 0
    assert f"as locked, signed by {ANN}; sha256:" in capsys.readouterr().out
    assert main([*check, "--signer", BOB]) == 2
    assert f"is not signed by '{BOB}'" in capsys.readouterr().err


def test_another_signer_is_named_by_his_key(signed: Path, keys: Path) -> None:
    told = refused(signed, keys / "allowed", BOB)
    listed = ["ssh-keygen", "-l", "-f", str(keys / "ann.pub")]
    fingerprint = subprocess.run(listed, check=True, capture_output=True, text=True)
    assert f"is not signed by '{BOB}'" in told
    assert fingerprint.stdout.split()[1] in told
    assert "is not signed by 'eve'" in refused(signed, keys / "allowed", "eve")


def test_a_lock_that_was_changed_after_it_was_signed_is_refused(signed: Path, keys: Path) -> None:
    (signed.parent / "b.md").write_text("Changed.")
    assert main(["lock", str(signed.parent)]) == 0
    assert f"is not what {SIGNATURE} signs" in refused(signed, keys / "allowed")


def test_writing_a_changed_lock_says_that_its_signature_is_old(
    signed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["lock", str(signed.parent)]) == 0
    assert capsys.readouterr().err == ""
    (signed.parent / "b.md").write_text("Changed.")
    assert main(["lock", str(signed.parent)]) == 0
    assert "signs the lock as it was before; sign again with --sign KEY" in capsys.readouterr().err


def test_an_edited_lock_is_refused_before_its_signature_is_looked_at(
    signed: Path, keys: Path
) -> None:
    signed.write_text(signed.read_text().replace('"size": 2', '"size": 3'))
    with pytest.raises(UsageError, match="root is not that of the entries above"):
        check_signature(signed, keys / "allowed", ANN)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("no signature", "is not signed: there is no skillgraph.lock.sig beside it"),
        ("no file of signers", "the file of allowed signers cannot be read"),
        ("a folder of signers", "it is no regular file but a folder"),
        ("nobody may sign", f"is not signed by '{ANN}'"),
        ("no signature in it", f"is not what {SIGNATURE} signs"),
        ("for another purpose", f"is not what {SIGNATURE} signs"),
        ("no tool", "ssh-keygen is not installed"),
    ],
)
def test_what_is_wrong_with_a_signature_is_said_in_one_line(
    signed: Path, keys: Path, monkeypatch: pytest.MonkeyPatch, wrong: str, told: str
) -> None:
    signature = signed.with_name(SIGNATURE)
    allowed = keys / "allowed"
    if wrong == "no signature":
        signature.unlink()
    elif wrong == "no file of signers":
        allowed = keys / "none"
    elif wrong == "a folder of signers":
        allowed = keys
    elif wrong == "nobody may sign":
        allowed = signed.with_name("allowed")
        allowed.write_text("")
    elif wrong == "no signature in it":
        signature.write_text("x")
    elif wrong == "for another purpose":
        signature.unlink()
        command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", str(keys / "ann")]
        subprocess.run([*command, str(signed)], check=True, capture_output=True)
    else:
        monkeypatch.setenv("PATH", str(keys))
    assert told in refused(signed, allowed)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("locked", "cannot sign: Load key .*incorrect passphrase"),
        ("open", "cannot sign: Permissions 0644 for .* are too open"),
        ("allowed", "cannot sign"),
        ("none", "the key cannot be read"),
    ],
)
def test_a_key_that_cannot_sign_is_refused_in_one_line_and_nothing_is_asked(
    signed: Path, keys: Path, monkeypatch: pytest.MonkeyPatch, key: str, told: str
) -> None:
    # A program that would answer the question for a passphrase: it must not be asked either.
    asked = signed.with_name("asked")
    program = signed.with_name("askpass")
    program.write_text(f"#!/bin/sh\ntouch '{asked}'\necho 'a passphrase'\n")
    program.chmod(0o700)
    monkeypatch.setenv("SSH_ASKPASS", str(program))
    monkeypatch.setenv("DISPLAY", ":0")
    before = signed.with_name(SIGNATURE).read_text()
    with pytest.raises(SignatureError, match=told) as error:
        sign(signed, keys / key)
    assert "\n" not in str(error.value)
    assert signed.with_name(SIGNATURE).read_text() == before
    assert not asked.exists()


def test_no_agent_is_asked(signed: Path, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = subprocess.run(["ssh-agent", "-s"], check=True, capture_output=True, text=True)
    socket = agent.stdout.partition("SSH_AUTH_SOCK=")[2].partition(";")[0]
    number = agent.stdout.partition("SSH_AGENT_PID=")[2].partition(";")[0]
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", socket)
        subprocess.run(["ssh-add", "-q", str(keys / "ann")], check=True)
        shutil.copy(keys / "ann.pub", signed.with_name("only.pub"))
        with pytest.raises(SignatureError):
            sign(signed, signed.with_name("only.pub"))
    finally:
        os.kill(int(number), 15)
