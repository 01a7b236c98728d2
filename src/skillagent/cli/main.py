"""The program `skillagent`: declares all commands, runs one, and prints its error."""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from skillagent import __version__
from skillagent.cli.arguments import (
    Commands,
    LineFormatter,
    Parser,
    command,
    frozen,
    limits,
    model,
    semantic,
    untrusted,
)
from skillagent.cli.output import printable
from skillagent.errors import SkillAgentError

_REFUSALS = (errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.EROFS, errno.ENOSPC)
"""Errors of a path that the user gave, or of its file system, and not of this program."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: arguments without the program's name; None takes those of the process.

    Returns:
        The exit code; see `skillagent.cli`.
    """
    _speak_utf_8()
    words = sys.argv[1:] if argv is None else argv
    # If the locale is not UTF-8, Python stores the bytes of an argument as surrogates.
    arguments = _command_line(words).parse_args(
        [os.fsencode(word).decode("utf-8", "replace") for word in words]
    )
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        code = run(arguments)
        sys.stdout.flush()
        return code
    except SkillAgentError as error:
        print(printable(f"skillagent: {error}"), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The program that reads the output, such as `head`, has ended.
        _discard_output()
        return 0
    except OSError as error:
        if error.filename is not None:
            if error.errno not in _REFUSALS:
                raise
            print(printable(f"skillagent: {error.filename}: {error.strerror}"), file=sys.stderr)
            return 2
        print(f"skillagent: the output cannot be written: {error.strerror}", file=sys.stderr)
        _discard_output()
        return 2


def _speak_utf_8() -> None:
    # A shell can close a stream; then it is None, and the null device replaces it.
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _discard_output() -> None:
    # Python flushes standard output again at exit; that must not fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _command_line(words: Sequence[str]) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = Parser(
        prog="skillagent",
        usage="%(prog)s COMMAND …",
        description="Skill graphs for agents: an index, summaries and nodes inside a token budget.",
        formatter_class=LineFormatter,
    )
    parser.add_argument("--version", action="version", version=f"skillagent {__version__}")
    parser.set_defaults(run=lambda arguments: _overview(parser))
    commands = parser.add_subparsers(
        prog="skillagent", dest="command", metavar="COMMAND", help=argparse.SUPPRESS
    )
    if words and (add := FREQUENT.get(words[0])):
        add(commands)
    else:
        # Declaring all commands takes longer than what some of them do.
        from skillagent.cli.all_commands import add_all

        add_all(commands, parser, dict.fromkeys(FREQUENT.values()), _add_mock)
    return parser


def _add_chat(commands: Commands[argparse.ArgumentParser]) -> None:
    from skillagent.cli.records import add_record_options, add_seed

    chat = command(
        commands, "chat", _chat, "ask questions of a graph", without="the bundled example"
    )
    chat.epilog = (
        "Exit codes: 0 answered; 1 the answer of the model is incomplete; 2 the command line, a "
        "folder, a key or a package is wrong; 3 the model could not be reached or failed; 130 "
        "interrupted."
    )
    chat.add_argument("-p", "--prompt", help="ask this one question, answer and exit")
    frozen(chat)
    untrusted(chat)
    semantic(chat)
    limits(chat, None, "8000, what skillagent.toml declares, or as before with --continue")
    chat.add_argument("--json", action="store_true", help="print events as JSON, one a line")
    model(chat)
    chat.add_argument(
        "--prices",
        metavar="FILE",
        help="TOML file with prices of models, over the bundled ones (default: $SKILLAGENT_PRICES)",
    )
    chat.add_argument(
        "--continue",
        dest="resume",
        action="store_true",
        help="continue the last conversation about this graph",
    )
    chat.add_argument(
        "--no-history", action="store_true", help="save neither the conversation nor typed lines"
    )
    add_seed(chat)
    add_record_options(chat)


def _add_check(commands: Commands[argparse.ArgumentParser]) -> None:
    from skillagent.cli.check_options import add_options

    check = command(
        commands,
        "check",
        _check,
        "count, test reachability, list what is wrong",
        strict="every rule; warnings fail, and so does a link that several nodes match",
    )
    add_options(check)


def _add_operations(commands: Commands[argparse.ArgumentParser]) -> None:
    listing = command(commands, "list", _operation, "the operation list_index by hand")
    listing.add_argument("--map", help="list this map")
    listing.add_argument("-q", "--query", help="rank all nodes by these words")
    listing.add_argument("--cursor", help="the next part; the previous answer names it")

    summary = command(commands, "summary", _operation, "the operation read_summary by hand")
    summary.add_argument("nodes", nargs="+", metavar="NODE", help="id, title or alias")
    summary.add_argument("-q", "--query", help="rank the links shown by these words")
    summary.add_argument(
        "--depth", type=int, metavar="N", help="2 or 3: list the nodes that are so many links away"
    )

    read = command(commands, "read", _operation, "the operation read_node by hand")
    read.add_argument("node", metavar="NODE", help="id, title or alias")
    read.add_argument("--section", help="only the part under this heading")

    semantic(listing)
    semantic(summary)
    read.set_defaults(semantic=False)  # it searches nothing
    for operation in (listing, summary, read):
        frozen(operation)
        untrusted(operation)
        limits(operation, 16_000)
        operation.add_argument("--json", action="store_true", help="text, cost, remaining, result")
        _hidden_text(operation)


def _add_call(commands: Commands[argparse.ArgumentParser]) -> None:
    from skillagent.cli.records import add_record_options

    call = command(
        commands, "call", _call, "a scripted session: one JSON tool call a line on stdin"
    )
    frozen(call)
    untrusted(call)
    semantic(call)
    limits(call, None, "8000, or what skillagent.toml declares")
    call.add_argument("--ledger", metavar="FILE", help="write the session's ledger there, as JSON")
    call.add_argument(
        "--seconds", action="store_true", help="with --ledger: include how long each call took"
    )
    add_record_options(call)
    _hidden_text(call)


def _hidden_text(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--hidden-text",
        action="store_true",
        help="show comments and invisible characters, too",
    )


def _add_mock(commands: Commands[argparse.ArgumentParser]) -> None:
    mock = commands.add_parser("mock", help="a mock LLM, for tests of agents in any language")
    kinds = mock.add_subparsers(dest="kind", required=True, metavar="KIND")
    script = kinds.add_parser("serve", help="answer from a script, until Ctrl-C")
    script.add_argument("script", metavar="SCRIPT", help="a YAML file; see `mock schema`")
    record = kinds.add_parser("record", help="forward requests to a provider and record them")
    record.add_argument("upstream", metavar="URL", help="address of the provider's API")
    record.add_argument("cassette", metavar="FILE", help="JSONL file to append to")
    replay = kinds.add_parser("replay", help="answer from a recording, or say what is different")
    replay.add_argument("cassette", metavar="FILE", help="from `mock record`")
    replay.add_argument(
        "--any-order", action="store_true", help="for clients that send several requests at once"
    )
    for kind in (script, record, replay):
        kind.add_argument("--port", type=int, default=0, metavar="N", help="0 for any (0)")
    kinds.add_parser("schema", help="the JSON Schema of a script")
    mock.set_defaults(run=_mock)


def _overview(parser: argparse.ArgumentParser) -> int:
    """Print the help if no command is given; the exit code says that this is an error."""
    parser.print_help()
    return 2


# The module of a command is imported only when it runs, so that `--version` stays fast.


def _chat(arguments: argparse.Namespace) -> int:
    from skillagent.cli.chat import run

    return run(arguments)


def _check(arguments: argparse.Namespace) -> int:
    from skillagent.cli.check import run

    return run(arguments)


def _operation(arguments: argparse.Namespace) -> int:
    from skillagent.cli.operations import run

    return run(arguments)


def _call(arguments: argparse.Namespace) -> int:
    from skillagent.cli.calls import run

    return run(arguments)


def _mock(arguments: argparse.Namespace) -> int:
    from skillagent.cli import mock

    run: Callable[[argparse.Namespace], int] = getattr(mock, arguments.kind)
    return run(arguments)


FREQUENT: Mapping[str, Callable[[Commands[argparse.ArgumentParser]], None]] = {
    "chat": _add_chat,
    "check": _add_check,
    "list": _add_operations,
    "summary": _add_operations,
    "read": _add_operations,
    "call": _add_call,
}
"""Commands that agents and people call again and again → declares the command, and no other."""
