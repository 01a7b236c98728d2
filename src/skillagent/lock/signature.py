"""Signs a lock file, and checks who signed it, by `ssh-keygen -Y` of OpenSSH.

It works offline and with keys that people have. No agent is asked and nothing is prompted for.

Above: the commands. Below: the program `ssh-keygen`.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from skillagent.errors import UsageError
from skillagent.files.atomic import write_atomic
from skillagent.files.regular import read_regular
from skillagent.lock.graph_lock import FILE
from skillagent.lock.reading import LIMIT, parsed_lock

SIGNATURE = f"{FILE}.sig"
"""Name of the signature beside a lock file."""
NAMESPACE = "skillagent-lock"
"""What the signature is for; a signature of the same bytes for another purpose is refused."""
SECONDS = 60
"""Seconds after which `ssh-keygen` is given up: a key on a device may wait for a touch."""
_LARGEST = 1024 * 1024
_TOOL = "ssh-keygen"
_PROMPT = "Enter passphrase: "


class SignatureError(UsageError):
    """A lock is not signed by whom it should be, or cannot be signed; the text says why."""


def signature_of(lock: Path) -> Path:
    """The path of the signature of a lock file."""
    return lock.with_name(lock.name + ".sig")


def sign(lock: Path, key: Path) -> Path:
    """Sign a lock file.

    Args:
        lock: the file.
        key: file of an SSH private key without a passphrase.

    Returns:
        The path of the signature, beside the lock.

    Raises:
        SignatureError: the key cannot be used, or `ssh-keygen` is not installed.
        UsageError: the lock cannot be read.
    """
    data = _content(lock, "lock", LIMIT)
    _content(key, "key", _LARGEST)
    with tempfile.TemporaryDirectory() as folder:
        # Not on standard input: from there, ssh-keygen would also read a passphrase.
        message = Path(folder, FILE)
        message.write_bytes(data)
        done = _run(("sign", "-n", NAMESPACE, "-f", os.path.abspath(key), str(message)))
        if done.returncode:
            raise SignatureError(
                f"{key}: cannot sign: {_reason(done)}; name a private SSH key without a passphrase"
            )
        signature = Path(folder, SIGNATURE).read_bytes()
    path = signature_of(lock)
    try:
        write_atomic(path, signature, mode=0o644)
    except OSError as error:
        raise SignatureError(f"{path}: cannot be written: {error.strerror}") from None
    return path


def check_signature(lock: Path, allowed_signers: Path, identity: str) -> None:
    """Check that a lock file was signed by someone, and is unchanged since.

    Args:
        lock: the lock file; its signature is beside it.
        allowed_signers: file with identities and their public keys, in OpenSSH's format.
        identity: who must have signed, as `allowed_signers` names them.

    Raises:
        SignatureError: there is no signature, the lock has changed since, somebody else signed
            it, `allowed_signers` cannot be used, or `ssh-keygen` is not installed.
        UsageError: the lock cannot be read, or is damaged.
    """
    data = _content(lock, "lock", LIMIT)
    parsed_lock(data, str(lock))
    signature = signature_of(lock)
    if not signature.exists():
        raise SignatureError(f"{lock}: is not signed: there is no {signature.name} beside it")
    _content(signature, "signature", _LARGEST)
    _content(allowed_signers, "file of allowed signers", _LARGEST)
    named = ("-n", NAMESPACE, "-s", os.path.abspath(signature))
    known = _run(("check-novalidate", *named), data)
    if known.returncode:
        raise SignatureError(
            f"{lock}: is not what {signature.name} signs: {_reason(known)}; restore both, or sign "
            "it again with `skillagent lock --sign KEY`"
        )
    signers = ("-f", os.path.abspath(allowed_signers), "-I", identity)
    if _run(("verify", *signers, *named), data).returncode:
        key = known.stdout.decode("utf-8", "replace").strip().rpartition(" ")[2]
        raise SignatureError(
            f"{lock}: is not signed by {identity!r}: {allowed_signers} does not allow the key that "
            f"signed it, {key}, to that identity"
        )


def _run(arguments: Sequence[str], data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in ("SSH_AUTH_SOCK", "SSH_ASKPASS", "DISPLAY", "WAYLAND_DISPLAY")
    }
    environment |= {"SSH_ASKPASS_REQUIRE": "never", "LC_ALL": "C"}
    try:
        return subprocess.run(  # noqa: S603 - ssh-keygen, with fixed options and paths
            (_TOOL, "-Y", *arguments),
            input=data,
            capture_output=True,
            env=environment,
            timeout=SECONDS,
            check=False,
            # Without a terminal of its own, it cannot ask for a passphrase.
            start_new_session=True,
        )
    except FileNotFoundError:
        raise SignatureError(
            f"{_TOOL} is not installed: signatures need OpenSSH 8.2 or newer"
        ) from None
    except subprocess.TimeoutExpired:
        raise SignatureError(f"{_TOOL} did not answer in {SECONDS} seconds") from None


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    """Why the program failed: what it said about permissions, or else its last line."""
    lines = done.stderr.decode("utf-8", "replace").replace(_PROMPT, "").split("\n")
    said = [line.strip().rstrip(".") for line in lines if line.strip()]
    said += [line for line in said if line.startswith("Permissions ")]
    return said[-1] if said else f"{_TOOL} ended with {done.returncode}"


def _content(path: Path, what: str, limit: int) -> bytes:
    try:
        return read_regular(path, limit)
    except OSError as error:
        raise SignatureError(f"{path}: the {what} cannot be read: {error.strerror}") from None
