"""`skillagent lock`: records the state of a graph, or compares the graph with its lock."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sized
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.cli.arguments import Commands, command

if TYPE_CHECKING:
    from skillagent.graph import SkillGraph


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    text = "record the digests of a graph's files, or compare them"
    parser = command(commands, "lock", run, text)
    parser.epilog = (
        "Exit codes of --check: 0 as locked; 2 the lock or the graph cannot be read, or the "
        "signature is not right; otherwise the sum of 4 (nodes added), 8 (changed), 16 (removed), "
        "32 (links lead elsewhere) and 64 (files that no entry of the lock records)."
    )
    parser.add_argument(
        "-o",
        "--lock",
        metavar="FILE",
        help="the lock (default: skillgraph.lock in the graph's folder; for several declared "
        "graphs, beside skillagent.toml)",
    )
    parser.add_argument("--check", action="store_true", help="compare, and name what differs")
    parser.add_argument("--json", action="store_true", help="the result as JSON")
    parser.add_argument(
        "--sign", metavar="KEY", help="also sign the lock with this SSH private key (ssh-keygen)"
    )
    parser.add_argument(
        "--signer", metavar="IDENTITY", help="with --check: who must have signed the lock"
    )
    parser.add_argument(
        "--allowed-signers", metavar="FILE", help="with --signer: OpenSSH's file of public keys"
    )


def run(arguments: argparse.Namespace) -> int:
    """Lock a graph, or check it; see `add` for the arguments.

    Raises:
        SkillAgentError: the graph or the lock cannot be read or written, or the signature is not
            right.
    """
    from skillagent.cli.lock_option import lock_file
    from skillagent.cli.progress_bar import progress_bar
    from skillagent.cli.session import load

    _refuse_pointless(arguments)
    with progress_bar() as progress:
        graph = load(arguments, progress)
    path = lock_file(arguments, graph)
    return _check(arguments, graph, path) if arguments.check else _write(arguments, graph, path)


def _refuse_pointless(arguments: argparse.Namespace) -> None:
    """Refuse options that would be silently ignored."""
    from skillagent.errors import UsageError

    if bool(arguments.signer) != bool(arguments.allowed_signers):
        raise UsageError("--signer IDENTITY and --allowed-signers FILE belong together")
    if arguments.signer and not arguments.check:
        raise UsageError("--signer is for --check: add --check")
    if arguments.sign and arguments.check:
        raise UsageError("--sign writes a new lock and --check compares: use one of them")


def _check(arguments: argparse.Namespace, graph: SkillGraph, path: Path) -> int:
    from skillagent.cli.output import printable, to_json
    from skillagent.lock import drift, read_lock
    from skillagent.lock.signature import check_signature

    lock = read_lock(path)
    if arguments.signer:
        check_signature(path, Path(arguments.allowed_signers), arguments.signer)
    differences = drift(lock, graph)
    if arguments.json:
        report = {"lock": str(path), "root": lock.root, "exit_code": differences.exit_code}
        print(to_json({**report, **differences.to_json()}))
        return differences.exit_code
    for difference in differences.differences:
        print(printable(str(difference)))
    if differences:
        print(printable(f"{path}: {differences.counts}"))
    else:
        by = f", signed by {arguments.signer}" if arguments.signer else ""
        print(printable(f"{path}: {_counts(lock.nodes, lock.files)} as locked{by}; {lock.root}"))
    return differences.exit_code


def _write(arguments: argparse.Namespace, graph: SkillGraph, path: Path) -> int:
    from skillagent.cli.output import printable, to_json
    from skillagent.errors import UsageError
    from skillagent.files.atomic import write_atomic
    from skillagent.lock import lock_of
    from skillagent.lock.signature import sign, signature_of

    lock = lock_of(graph)
    signature = signature_of(path)
    data = lock.to_text().encode()
    try:
        is_new = not path.exists() or path.read_bytes() != data
        write_atomic(path, data, mode=0o644)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
    if arguments.sign:
        sign(path, Path(arguments.sign))
    elif is_new and signature.exists():
        remark = f"remark: {signature} signs the lock as it was before; sign again with --sign KEY"
        print(printable(remark), file=sys.stderr)
    if arguments.json:
        report = {"lock": str(path), "nodes": len(lock.nodes), "files": len(lock.files)}
        print(to_json({**report, "root": lock.root, "model_signing": lock.model_signing}))
    else:
        signed = ", signed" if arguments.sign else ""
        print(printable(f"{path}: {_counts(lock.nodes, lock.files)}{signed}; {lock.root}"))
    return 0


def _counts(nodes: Sized, files: Sized) -> str:
    from skillagent.disclosure.writing import counted

    return f"{counted(len(nodes), 'node')}, {counted(len(files), 'other file')}"
