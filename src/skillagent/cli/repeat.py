"""`skillagent repeat`: ask the same question several times, and see how far the runs agree."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.cli.arguments import (
    Commands,
    command,
    frozen,
    limits,
    model,
    runs,
    semantic,
    untrusted,
)
from skillagent.cli.output import printable, to_json
from skillagent.cli.records import add_record_options, add_seed, record_folder

if TYPE_CHECKING:
    from skillagent.agent import Agent
    from skillagent.disclosure import Toolset
    from skillagent.progress import Progress
    from skillagent.providers import Provider
    from skillagent.repro.repeat import NewAgent
    from skillagent.repro.sample import Sample

FAILED, INTERRUPTED = 3, 130
ONCE, AGAIN, OTHER = "A", "A again", "B"
"""The groups of runs."""


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = command(
        commands,
        "repeat",
        run,
        "ask the same question several times: outcomes, agreement, where runs part",
        without="the bundled example",
    )
    parser.epilog = (
        "Exit codes: 0 every run was answered, however differently; 2 the command line, a folder, "
        "a key or a package is wrong; 3 a run failed; 130 interrupted, and the report is about "
        "the runs until then."
    )
    parser.add_argument(
        "-n", "--times", type=runs, default=5, metavar="K", help="runs in each group (5)"
    )
    parser.add_argument("-p", "--prompt", required=True, help="the question")
    parser.add_argument(
        "--null",
        action="store_true",
        help="K runs more with the same inputs: what noise alone does",
    )
    parser.add_argument(
        "--against-model",
        metavar="NAME",
        help="K runs more of another model, and those of --null beside them",
    )
    frozen(parser)
    untrusted(parser)
    semantic(parser)
    limits(parser, None, "8000, or what skillagent.toml declares")
    parser.add_argument("--json", action="store_true", help="the report as one JSON object")
    model(parser)
    add_seed(parser)
    add_record_options(parser)


class Setup:
    """What all runs have in common.

    Args:
        arguments: the command line.
        temporary: folder for the records of runs that are not kept.
        progress: receives the progress of loading.

    Raises:
        SkillAgentError: the graph, the lock or the counter cannot be used.
    """

    def __init__(self, arguments: argparse.Namespace, temporary: Path, progress: Progress) -> None:
        from skillagent.cli.declared import declared, named_graph, roots_of
        from skillagent.cli.lock_option import frozen_lock
        from skillagent.cli.session import (
            budget,
            build_index,
            bundled_graph,
            is_semantic,
            load,
            untrusted_roots,
        )
        from skillagent.tokens import counter_for

        is_bundled = named_graph(arguments) is None and declared() is None
        otherwise = str(bundled_graph()) if is_bundled else ""
        self._arguments = arguments
        self._temporary = temporary
        self._graph = load(arguments, progress, otherwise)
        self._roots = (*roots_of(arguments, otherwise), *arguments.also)
        self._lock = frozen_lock(arguments, self._graph)
        self._budget = budget(arguments)
        self._model: str = arguments.model or os.environ.get("SKILLAGENT_MODEL") or "offline"
        # One counter for all groups: tokens that are counted differently cannot be compared.
        self._counter = counter_for(arguments.count_for or self._model)
        self._semantic = is_semantic(arguments)
        self._untrusted = untrusted_roots(arguments)
        build_index(self._toolset(), progress)

    def groups(self) -> dict[str, NewAgent]:
        """The groups that are asked.

        Raises:
            UsageError: a model's name does not identify a provider, or both are the same model.
        """
        from skillagent.errors import UsageError

        arguments, other = self._arguments, self._arguments.against_model
        groups: dict[str, NewAgent] = {ONCE: partial(self._new_agent, self._model)}
        if arguments.null or other:
            groups[AGAIN] = partial(self._new_agent, self._model)
        if other:
            groups[OTHER] = partial(self._new_agent, other)
            if self._provider(other).name == self._provider(self._model).name:
                raise UsageError("--against-model names the model that is asked anyway: use --null")
        return groups

    def _new_agent(self, name: str) -> Agent:
        from skillagent.agent import Agent
        from skillagent.cli.records import recorder, set_seed
        from skillagent.runs import RunRecorder

        arguments = self._arguments
        set_seed(arguments.seed)  # each run begins with the same state
        record = recorder(arguments, self._roots)
        if record is None:
            record = RunRecorder(self._temporary, seed=arguments.seed)
        return Agent(self._toolset(), self._provider(name), arguments.max_turns, record=record)

    def _toolset(self) -> Toolset:
        from skillagent.disclosure import Toolset

        return Toolset(
            self._graph,
            self._budget,
            counter=self._counter,
            lock=self._lock,
            semantic=self._semantic,
            untrusted=self._untrusted,
        )

    def _provider(self, name: str) -> Provider:
        from skillagent.providers import provider_for

        arguments = self._arguments
        return provider_for(
            name,
            base_url=arguments.base_url,
            temperature=arguments.temperature,
            seed=arguments.seed,
        )


def run(arguments: argparse.Namespace) -> int:
    """Ask, and print the report; see `add` for the arguments.

    Raises:
        SkillAgentError: the graph or the model cannot be used.
    """
    from skillagent.cli.progress_bar import progress_bar
    from skillagent.errors import UsageError
    from skillagent.repro.repeat import ask_in_turns

    if not arguments.prompt.strip():
        raise UsageError("a question needs words")
    keeps_records = record_folder(arguments) is not None
    samples: dict[str, list[Sample]] = {}
    is_interrupted = False
    with (
        tempfile.TemporaryDirectory(prefix="skillagent-") as folder,
        progress_bar() as progress,
    ):
        groups = Setup(arguments, Path(folder), progress).groups()
        asked = ask_in_turns(groups, arguments.prompt, arguments.times, progress)
        try:
            for name, sample in asked:
                kept = sample if keeps_records else replace(sample, record="")
                samples.setdefault(name, []).append(kept)
        except KeyboardInterrupt:
            is_interrupted = True
    if samples:
        _report(arguments, samples)
    if is_interrupted:
        return INTERRUPTED
    done = [sample for group in samples.values() for sample in group]
    return FAILED if any(sample.outcome.is_failed for sample in done) else 0


def _report(arguments: argparse.Namespace, samples: Mapping[str, Sequence[Sample]]) -> None:
    from skillagent.cli.repeat_text import report_lines
    from skillagent.repro import control
    from skillagent.repro.repeat import repeated

    # After Ctrl-C the later groups may have no runs.
    done = {name: repeated(group) for name, group in samples.items()}
    first, seed, noise, other = done[ONCE], arguments.seed or 0, None, None
    if AGAIN in done:
        noise = control.control(first, done[AGAIN], seed)
    if noise and OTHER in done:
        other = control.against(first, done[OTHER], noise, seed)
    if not arguments.json:
        print(printable("\n".join(report_lines(first, noise, other))))
        return
    values = {
        "question": arguments.prompt,
        "wanted": arguments.times,
        **first.to_json(),
        "control": noise and noise.to_json(),
        "against": other and other.to_json(),
    }
    print(to_json(values))
