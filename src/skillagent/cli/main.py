"""The command line: what there is, and where it goes."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from skillagent import __version__
from skillagent.cli import authoring, completion, doctor, export, hook, install, serve
from skillagent.cli.arguments import Parser, command, limits
from skillagent.cli.output import printable
from skillagent.errors import SkillAgentError

GROUPS = {
    "Read a graph": ("chat", "list", "summary", "read", "call"),
    "See what is wrong with it": ("check", "health"),
    "Make it and let it grow": ("new", "import", "add", "weave", "rename", "split"),
    "Give it to agents": ("install", "doctor", "serve", "export"),
    "For shells, hosts and tests": ("completion", "hook", "mock"),
}
"""What each command is for, in the order of the help."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: arguments without the program's name; None for those of the process.

    Returns:
        The exit code.
    """
    _speak_utf_8()
    given = sys.argv[1:] if argv is None else argv
    # Where the locale is not UTF-8, Python hands over the bytes of an argument in disguise.
    arguments = _command_line().parse_args(
        [os.fsencode(text).decode("utf-8", "replace") for text in given]
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
        # Whoever read our output has gone; Python must not complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.filename is not None:
            raise
        print(f"skillagent: the output cannot be written: {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2


def _speak_utf_8() -> None:
    # A stream that was closed by the shell is None; what goes there goes nowhere.
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def _command_line() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = Parser(
        prog="skillagent",
        usage="%(prog)s COMMAND …",
        description="Skill graphs for agents: an index, summaries and nodes inside a token budget.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"skillagent {__version__}")
    parser.set_defaults(run=lambda arguments: _overview(parser))
    commands = parser.add_subparsers(
        prog="skillagent", dest="command", metavar="COMMAND", help=argparse.SUPPRESS
    )

    chat = command(
        commands, "chat", _chat, "ask questions of a graph", without="the bundled example"
    )
    chat.epilog = (
        "Exit codes: 0 answered; 1 the model did not answer to its end; 2 the command line, a "
        "folder, a key or a package is wrong; 3 the model could not be reached or failed; 130 "
        "interrupted."
    )
    chat.add_argument("-p", "--prompt", help="ask this one question, answer and exit")
    limits(chat, None, "8000, what skillagent.toml declares, or as before with --continue")
    chat.add_argument("--json", action="store_true", help="one event a line, as JSON")
    chat.add_argument(
        "-m",
        "--model",
        metavar="NAME",
        help="claude-…, gpt-…, anthropic:NAME, openai:NAME, openai-chat:NAME or offline "
        "(default: $SKILLAGENT_MODEL, else offline)",
    )
    chat.add_argument(
        "--base-url", metavar="URL", help="of a server that speaks OpenAI's or Anthropic's API"
    )
    chat.add_argument(
        "--temperature", type=float, metavar="T", help="sent only to models that take one"
    )
    chat.add_argument(
        "--max-turns",
        type=_turns,
        default=12,
        metavar="N",
        help="replies to one question at most (12)",
    )
    chat.add_argument(
        "--prices",
        metavar="FILE",
        help="what models cost, as TOML, over the bundled table (default: $SKILLAGENT_PRICES)",
    )
    chat.add_argument(
        "--continue",
        dest="resume",
        action="store_true",
        help="go on with the last conversation about this graph",
    )
    chat.add_argument(
        "--no-history", action="store_true", help="keep no conversation and no typed lines"
    )

    check = command(commands, "check", _check, "count, test reachability, list what is wrong")
    check.add_argument(
        "--all", action="store_true", help="every finding and node, not the first of each"
    )
    check.add_argument("--json", action="store_true", help="entry, counts and findings as JSON")

    listing = command(commands, "list", _operation, "the operation list_index by hand")
    listing.add_argument("--map", help="list this map")
    listing.add_argument("-q", "--query", help="rank all nodes by these words")
    listing.add_argument("--cursor", help="next page, as the last one named it")

    summary = command(commands, "summary", _operation, "the operation read_summary by hand")
    summary.add_argument("nodes", nargs="+", metavar="NODE", help="id, title or alias")
    summary.add_argument("-q", "--query", help="rank the links shown by these words")
    summary.add_argument(
        "--depth", type=int, metavar="N", help="2 or 3: list what links lead to in so many steps"
    )

    read = command(commands, "read", _operation, "the operation read_node by hand")
    read.add_argument("node", metavar="NODE", help="id, title or alias")
    read.add_argument("--section", help="only the part under this heading")

    for operation in (listing, summary, read):
        limits(operation, 16_000)
        operation.add_argument("--json", action="store_true", help="text, cost, remaining, result")

    call = command(
        commands, "call", _call, "a scripted session: one JSON tool call a line on stdin"
    )
    limits(call, None, "8000, or what skillagent.toml declares")
    call.add_argument("--ledger", metavar="FILE", help="write the session's ledger there, as JSON")
    call.add_argument(
        "--seconds", action="store_true", help="with --ledger: say also how long each call took"
    )
    for operation in (listing, summary, read, call):
        operation.add_argument(
            "--hidden-text",
            action="store_true",
            help="show also comments, and characters that a reader does not see",
        )
    authoring.add(commands)
    export.add(commands)
    serve.add(commands)
    install.add(commands)
    doctor.add(commands)
    hook.add(commands)
    mock = commands.add_parser("mock", help="a mock LLM, for tests of agents in any language")
    kinds = mock.add_subparsers(dest="kind", required=True, metavar="KIND")
    script = kinds.add_parser("serve", help="answer from a script, until Ctrl-C")
    script.add_argument("script", metavar="SCRIPT", help="a YAML file; see `mock schema`")
    record = kinds.add_parser("record", help="pass requests on to a provider and write them down")
    record.add_argument("upstream", metavar="URL", help="the provider's, as its SDK takes it")
    record.add_argument("cassette", metavar="FILE", help="where to; JSONL, appended to")
    replay = kinds.add_parser("replay", help="answer from what was recorded, or say what drifted")
    replay.add_argument("cassette", metavar="FILE", help="from `mock record`")
    replay.add_argument(
        "--any-order", action="store_true", help="for clients that ask several things at once"
    )
    for kind in (script, record, replay):
        kind.add_argument("--port", type=int, default=0, metavar="N", help="0 for any (0)")
    kinds.add_parser("schema", help="the JSON Schema of a script")
    mock.set_defaults(run=_mock)
    completion.add(commands, parser)
    about = {action.dest: action.help for action in commands._choices_actions}
    parser.epilog = _groups(about)
    return parser


def _groups(about: Mapping[str, str | None]) -> str:
    """The commands by what they are for.

    Args:
        about: command → what it does.
    """
    width = max(map(len, about))
    parts = [
        "\n".join([f"{title}:", *(f"    {name:<{width}}  {about[name]}" for name in names)])
        for title, names in GROUPS.items()
    ]
    return "\n\n".join([*parts, "`skillagent COMMAND --help` says more about a command."])


def _overview(parser: argparse.ArgumentParser) -> int:
    """What a person sees who typed nothing; a script that lost its command still fails."""
    parser.print_help()
    return 2


def _turns(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of replies")
    return int(text)


# Each command's module is imported only when it runs: `--version` stays instant.


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
