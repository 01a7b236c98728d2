"""`skillagent export`: writes a graph as an Agent Skill, OKF bundle, llms.txt, JSON or GraphML.

It also writes a recorded run as a trajectory for other viewers, or as a report for people; how it
writes a suite of evals is in `export_suite`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from skillagent.cli import export_suite
from skillagent.cli.arguments import Commands, command
from skillagent.cli.interrupted import finish_interrupted, undone_by_signals

if TYPE_CHECKING:
    from skillagent.exports import PackedSkill
    from skillagent.graph import SkillGraph
    from skillagent.progress import Progress
    from skillagent.runs import RunRecord

T = TypeVar("T")
_FORMS = {
    "llms-txt": "an llms.txt, with every map as a section",
    "json": "everything that was loaded, in one JSON object",
    "networkx": "the resolved graph as GraphML, which networkx and Gephi read",
}


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare `export` and its forms."""
    parser = commands.add_parser(
        "export",
        help="write a graph, a recorded run or evals in the form of another tool",
        description="Write a graph, a recorded run or a suite of evals in the form of another "
        "tool. The same input gives the same bytes.",
    )
    forms = parser.add_subparsers(dest="form", required=True, metavar="FORM")
    skill = command(forms, "agent-skill", run, "pack it as one Agent Skill, a folder")
    skill.add_argument(
        "-o",
        "--out",
        metavar="FOLDER",
        help="destination; its name becomes the skill's; with --also it gets a skill for each root "
        "(default: the graph's name, here)",
    )
    bundle = command(forms, "okf", run, "write it as a bundle of the Open Knowledge Format")
    bundle.add_argument(
        "-o", "--out", required=True, metavar="FOLDER", help="destination: a new or empty folder"
    )
    for name, text in _FORMS.items():
        form = command(forms, name, run, text)
        _file_arguments(form)
        if name == "llms-txt":
            form.add_argument("--base", default="", metavar="URL", help="prefix of every path")
    _run_form(forms, "trajectory", _trajectory, "a recorded run in ATIF, which viewers read")
    report = _run_form(
        forms, "report", _report, "a recorded run, or two side by side, as one HTML file"
    )
    report.add_argument(
        "second", nargs="?", metavar="RUN2", help="one more run, to find where they part"
    )
    export_suite.add(forms)


def _run_form(
    forms: Commands[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    form = forms.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    form.set_defaults(run=run)
    form.add_argument("record", metavar="RUN", help="folder of a run record")
    _file_arguments(form)
    return form


def _file_arguments(form: argparse.ArgumentParser) -> None:
    form.add_argument("-o", "--out", metavar="FILE", help="destination (default: standard output)")
    form.add_argument("--force", action="store_true", help="replace FILE if it exists")


def run(arguments: argparse.Namespace) -> int:
    from skillagent.cli.output import printable
    from skillagent.cli.progress_bar import progress_bar
    from skillagent.cli.session import load

    with progress_bar() as progress:
        graph = load(arguments, progress)
        write = {"agent-skill": _skills, "okf": _bundle}.get(arguments.form)
        written = write(graph, arguments.out, progress) if write else _text(graph, arguments)
    if isinstance(written, str):
        return _give(arguments, written)
    for account in written:
        print(printable(account))
    return 0


def _trajectory(arguments: argparse.Namespace) -> int:
    from skillagent.exports.trajectory import trajectory

    return _give(arguments, trajectory(_record(arguments.record)))


def _report(arguments: argparse.Namespace) -> int:
    from skillagent.exports.report import comparison_report, run_report

    record = _record(arguments.record)
    if arguments.second is None:
        return _give(arguments, run_report(record))
    return _give(arguments, comparison_report(record, _record(arguments.second)))


def _record(folder: str) -> RunRecord:
    from pathlib import Path

    from skillagent.runs import RunRecord

    return RunRecord.read(Path(folder))


def _skills(graph: SkillGraph, out: str | None, progress: Progress) -> list[str]:
    """Pack a graph as Agent Skills, and return a line about each."""
    from skillagent.exports import agent_skill
    from skillagent.exports.file_names import skill_name

    if out is None:
        out = "." if len(graph.roots) > 1 else skill_name(graph.name)
    place = out
    return [_account(skill) for skill in _whole(place, lambda: agent_skill(graph, place, progress))]


def _account(skill: PackedSkill) -> str:
    text = f"{skill.path}: {len(skill.nodes)} nodes, {skill.attachments} attachments"
    if not skill.whole_entry:
        text += "; SKILL.md cannot be the entry unchanged, and links to it"
    return text


def _bundle(graph: SkillGraph, out: str, progress: Progress) -> list[str]:
    """Write a graph as a bundle, and return a line about it."""
    from skillagent.exports import okf_bundle

    bundle = _whole(out, lambda: okf_bundle(graph, out, progress))
    counts = f"{len(bundle.nodes)} nodes, {len(bundle.listings)} listings"
    return [f"{bundle.path}: {counts}, {bundle.attachments} attachments"]


def _whole(out: str, write: Callable[[], T]) -> T:
    """Write a folder, whole or not at all."""
    from skillagent.errors import UsageError

    finish_interrupted(out)
    try:
        with undone_by_signals():
            return write()
    except OSError as error:
        raise UsageError(f"{out}: cannot be written: {error.strerror or error}") from None


def _text(graph: SkillGraph, arguments: argparse.Namespace) -> str:
    from skillagent import exports

    if arguments.form == "llms-txt":
        return exports.llms_txt(graph, arguments.base)
    if arguments.form == "json":
        return exports.graph_record(graph).to_json()
    return exports.to_graphml(graph)


def _give(arguments: argparse.Namespace, text: str) -> int:
    """Write the text to the file that the command line names, or print it."""
    from skillagent.cli.output import write_output

    if arguments.out is None:
        print(text, end="")
    else:
        write_output(arguments.out, text, replace=arguments.force)
    return 0
