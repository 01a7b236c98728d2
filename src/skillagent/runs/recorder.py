"""Records a run in a folder as it happens.

Every event is in the file before the next one; files are synchronised with the disk after each
reply. The manifest is written when the run begins, after each question, and when it is closed, so
a killed process leaves a record that says where it ended.

Above: `agent` and whoever carries out calls. Below: `observer`, `manifest`.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from skillagent.digest import sha256
from skillagent.disclosure import Answer, Disclosed, Level, Toolset
from skillagent.disclosure.served_call import Asked
from skillagent.environment import Environment
from skillagent.errors import UsageError
from skillagent.files.append import append_line
from skillagent.files.atomic import write_atomic
from skillagent.files.regular import read_regular
from skillagent.messages import Reply, Request, ToolCall
from skillagent.providers import Provider
from skillagent.providers.base import Determinism, determinism_of
from skillagent.recording import strict_json
from skillagent.runs.conversation_copy import copy_conversation
from skillagent.runs.graph_identity import GraphIdentity
from skillagent.runs.inputs import RunInputs, inputs_of
from skillagent.runs.known_secrets import secrets_of, without_session
from skillagent.runs.manifest import FILE, FileSeal, Manifest, NodeRead, Outcome, sealed
from skillagent.runs.model_exchange import ModelExchange, ModelRequest, model_cassette
from skillagent.runs.node_copy import NODES, copy_nodes
from skillagent.runs.observer import RunObserver, iso_time
from skillagent.runs.trace import TraceEvent

TRACE, CASSETTE, RESUMED = "trace.jsonl", "cassette.jsonl", "resumed.json"
FILES = (TRACE, CASSETTE, RESUMED, NODES)
"""All files of a record but its manifest, which seals them."""
IGNORED = ".skillagentignore"
DEFAULT_FOLDER = "runs"
SESSION = "session"
"""Key in `observed` of the name that stands for that of a served session."""


class RunRecorder:
    """Records one session: a conversation of an agent, or calls from elsewhere.

    The folder is made when the first question or call comes, so a session without any leaves no
    record. A folder that cannot be written is an error then; a later failure to write (a full
    disk) is an error too, because a record with a gap is worse than none.

    Args:
        folder: folder of all records; the record gets a folder of its own in it.
        clock: seconds since the epoch.
        environ: environment variables: the values of those with the name of a secret are removed
            from all that is written, and the names of relevant ones are recorded.
        seed: the seed of this process, if it was set.
        with_nodes: copy the files of the graph into the record, so that it can be replayed
            anywhere.
        determinism: for calls from elsewhere; an agent's follows from its provider.
        graph: where the graph is, for later replays; by default the folders as it was loaded.
        resumed: the saved conversation that the session continues, as its file has it.
        host: what the host of a served session said of itself.
        environment: what the process runs with; None looks it up, which takes milliseconds.
        name: name of the record's folder; empty for one that sorts by time.
        session: the name of a served session, which is secret, and the name that is written in
            its place; it must have as many tokens, so that all recorded costs stay right.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] = DEFAULT_FOLDER,
        *,
        clock: Callable[[], float] = time.time,
        environ: Mapping[str, str] = os.environ,
        seed: int | None = None,
        with_nodes: bool = False,
        determinism: Determinism = Determinism.SAMPLED,
        graph: tuple[str, ...] = (),
        resumed: bytes = b"",
        host: Mapping[str, str] | None = None,
        environment: Environment | None = None,
        name: str = "",
        session: tuple[str, str] | None = None,
    ) -> None:
        self.folder = Path(folder)
        self.path: Path | None = None
        """Folder of the record; None before the first question or call."""
        self._clock = clock
        self._scrubber = secrets_of(environ)
        if session:
            self._scrubber = without_session(self._scrubber, *session)
        self._observer = RunObserver(_Files(self), self._scrubber, clock)
        self._seed = seed
        self._with_nodes = with_nodes
        self._determinism = determinism
        self._graph = graph
        self._resumed = resumed
        self._own_environment, self._name = environment, name
        self._served: dict[str, Any] = {"host": dict(host)} if host else {}
        if session:
            self._served[SESSION] = session[1]
        self._digest = hashlib.sha256()
        self._events = 0
        self._reported: dict[str, dict[str, None]] = {"models": {}, "fingerprints": {}}
        self._toolset: Toolset | None = None

    # What an agent tells; see `Recorder`.

    def begin(
        self,
        toolset: Toolset,
        provider: Provider | None,
        max_turns: int | None,
        messages: int = 0,
        calls: int | None = None,
    ) -> None:
        """Start the record; does nothing if it was started.

        Args:
            toolset: toolset of the session.
            provider: the model; None for calls from elsewhere.
            max_turns: maximum of replies to one question.
            messages: how many messages the conversation had before.
            calls: how many calls the session had before; None for those that the toolset counts.

        Raises:
            UsageError: the folder cannot be written.
        """
        if self.path is not None:
            return
        self._toolset = toolset
        self._identity = GraphIdentity.of(toolset.graph)
        day = self._identity.judged_on
        self._inputs: RunInputs = inputs_of(
            toolset,
            provider,
            self._scrubber,
            graph_root=self._identity.root,
            today=day.isoformat() if day else None,
            max_turns=max_turns,
            seed=self._seed,
        )
        if provider is not None:
            self._determinism = determinism_of(provider)
        self._started = self._clock()
        environment = self._own_environment or Environment.here(Path.cwd())
        self._environment = environment.to_json()
        self._begin_folder()
        self._root = self._identity.root
        self._observer.begin(toolset, provider, max_turns, messages, calls)

    def go_on(self, toolset: Toolset) -> None:
        """The session goes on with this toolset, perhaps on another state of the graph.

        Raises:
            UsageError: the event cannot be written.
        """
        self._toolset = toolset
        root = GraphIdentity.of(toolset.graph).root
        if root != self._root:
            self._root = root
            self._observer.graph(root)

    def question(self, text: str, provider: Provider) -> None:
        """A question is asked; `begin` was called."""
        self._observer.question(text, provider)
        questions = (*self._inputs.questions, sha256(self._scrubber.value(text)))
        self._inputs = replace(self._inputs, questions=questions)
        if determinism_of(provider) is not self._determinism:
            self._determinism = Determinism.SAMPLED

    def request(self, request: Request) -> None:
        """The model is about to be asked."""
        if self._inputs.system is None and request.system:
            system = sha256(self._scrubber.text(request.system))
            self._inputs = replace(self._inputs, system=system)
        self._observer.request(request)

    def reply(self, reply: Reply, dollars: float | None) -> None:
        """The model has answered."""
        for kind, name in (("models", reply.model), ("fingerprints", reply.fingerprint)):
            if name:
                self._reported[kind][name] = None
        self._observer.reply(reply, dollars)

    def failure(
        self, error: str, status: int | None = None, *, interrupted: bool = False, text: str = ""
    ) -> None:
        """The model did not answer, or the answer was stopped."""
        self._observer.failure(error, status, interrupted=interrupted, text=text)

    def call(self, call: ToolCall, asked: Asked = Asked.TOOL) -> None:
        """A tool call is about to be carried out.

        Args:
            call: the call.
            asked: what a host asked for, if this is no tool call.
        """
        self._observer.call(call, asked)

    def answer(self, call: ToolCall, answer: Answer) -> None:
        """A tool call was carried out."""
        self._observer.answer(call, answer)

    def end(self, reason: str, text: str) -> None:
        """A question was answered, or given up."""
        self._observer.end(reason, text)
        answer = sha256(self._scrubber.value(text))
        self._write_manifest(Outcome(reason, answer))

    def undone(self) -> None:
        """The last question was taken back."""
        self._observer.undone()
        self._write_manifest(Outcome("undone", sha256("")))

    def close(self) -> None:
        """Finish the record of a session that has no answers of its own, such as a served one."""
        if self.path is not None and self._inputs.model is None:
            self._write_manifest(Outcome("closed", sha256("")))

    def _append(self, name: str, line: bytes, *, sync: bool) -> None:
        assert self.path is not None
        try:
            append_line(self.path / name, line, sync=sync)
        except OSError as error:
            raise self._failed(error) from None

    def write_event(self, event: TraceEvent) -> None:
        """Append an event."""
        line = strict_json.line(event.to_json())
        is_turn = event.kind in ("reply", "failure", "end")
        self._append(TRACE, line, sync=is_turn)
        self._digest.update(event.hashed_line)
        self._events += 1

    def write_exchange(self, exchange: ModelExchange) -> None:
        """Append an exchange."""
        try:
            self._cassette.append(exchange, sync=True)
        except OSError as error:
            raise self._failed(error) from None

    def _failed(self, error: OSError) -> UsageError:
        folder = self.path or self.folder
        return UsageError(f"{folder}: the run cannot be recorded: {error.strerror or error}")

    def _begin_folder(self) -> None:
        self._refuse_graph()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # A graph that contains this folder must not take records for a part of itself.
            ignore = self.folder / IGNORED
            if not ignore.exists():
                write_atomic(ignore, b"*\n")
            self.path = self._new_folder()
            self._cassette = model_cassette(self.path / CASSETTE)
            self._cassette.begin()
            append_line(self.path / TRACE, b"")
            if self._resumed:
                copied = copy_conversation(self._resumed, self._scrubber)
                write_atomic(self.path / RESUMED, copied)
            if self._with_nodes and self._identity.graph is not None:
                data = copy_nodes(self._identity.graph, self._scrubber)
                write_atomic(self.path / NODES, data)
        except OSError as error:
            raise self._failed(error) from None
        self._write_manifest(None)

    def _refuse_graph(self) -> None:
        """Refuse a folder whose ignore file would make the graph, or a part of it, vanish."""
        graph = self._identity.graph
        folder = self.folder.resolve()
        for root in graph.roots if graph else ():
            if root.path.resolve().is_relative_to(folder):
                raise UsageError(
                    f"{self.folder}: the graph is in this folder; records need one of their own, "
                    f"such as {self.folder / DEFAULT_FOLDER}"
                )

    def _new_folder(self) -> Path:
        """A new folder; without a name of its own, it gets one that sorts by time."""
        stamp = iso_time(self._started)[:19].replace("-", "").replace(":", "").replace("T", "-")
        name = self._name or f"{stamp}-{self._inputs.inputs_id[7:15]}"
        number = 1
        while True:
            path = self.folder / (name if number == 1 else f"{name}-{number}")
            try:
                path.mkdir(mode=0o700)
            except FileExistsError:
                number += 1
            else:
                return path

    def _write_manifest(self, outcome: Outcome | None) -> None:
        assert self.path is not None
        assert self._toolset is not None
        ledger = self._toolset.ledger
        manifest = Manifest(
            manifest_version=1,
            run=self.path.name,
            status="complete" if outcome else "running",
            determinism=self._determinism,
            inputs=self._inputs,
            inputs_id=self._inputs.inputs_id,
            run_digest="sha256:" + self._digest.hexdigest(),
            events=self._events,
            nodes=self._nodes(),
            spent=ledger.spent,
            calls=self._toolset.calls,
            outcome=outcome,
            environment=self._environment,
            observed=self._observed(),
            files=self._seals(),
        )
        data = strict_json.pretty(sealed(manifest.to_json()))
        try:
            write_atomic(self.path / FILE, data)
        except OSError as error:
            raise self._failed(error) from None

    def _nodes(self) -> dict[str, NodeRead]:
        assert self._toolset is not None
        read: dict[str, NodeRead] = {}
        for entry in self._toolset.ledger.entries:
            for item in entry.disclosed:
                name = self._scrubber.text(item.node)
                before = read.get(name)
                if before and Level(before.level).depth >= item.level.depth:
                    continue
                if before and before.digest == item.digest:
                    proof = before.proof
                else:
                    proof = self._proof(item)
                read[name] = NodeRead(item.digest, item.level.value, proof)
        return dict(sorted(read.items()))

    def _proof(self, item: Disclosed) -> Mapping[str, Any] | None:
        """Proves that a node belongs to the graph; None if its path or its links have a secret."""
        proof = self._identity.proof(item.node, item.digest)
        if proof is None:
            return None
        links = (part for link in proof["links"] for part in link if part)
        # As one text: a node may have a hundred links, and each look for secrets takes its time.
        shown = "\n".join([item.node, proof["path"], *links])
        return proof if self._scrubber.text(shown) == shown else None

    def _observed(self) -> dict[str, Any]:
        assert self._toolset is not None
        ledger, graph = self._toolset.ledger, self._identity.graph
        paths = [str(root.path) for root in graph.roots] if graph else []
        return self._scrubber.value(  # type: ignore[no-any-return]  # a mapping stays one
            {
                "started": iso_time(self._started),
                "written": iso_time(self._clock()),
                "graph": list(self._graph or paths),
                "names": [root.name for root in graph.roots] if graph else [],
                "models": list(self._reported["models"]),
                "fingerprints": list(self._reported["fingerprints"]),
                "turns": [turn.to_json() for turn in ledger.turns],
                "dollars": ledger.dollars,
                **self._served,
            }
        )

    def _seals(self) -> dict[str, FileSeal]:
        assert self.path is not None
        seals = {}
        for name in FILES:
            try:
                data = read_regular(self.path / name)
            except OSError:
                continue
            seals[name] = FileSeal(len(data), hashlib.sha256(data).hexdigest())
        return seals


class _Files:
    """Takes what an observer gives, and has the recorder write it.

    It is a class of its own because an agent's `request` and a sink's are two things.
    """

    def __init__(self, recorder: RunRecorder) -> None:
        self._recorder = recorder

    def request(self, request: ModelRequest) -> None:
        """The exchange that follows has the request, too."""

    def event(self, event: TraceEvent) -> None:
        self._recorder.write_event(event)

    def exchange(self, exchange: ModelExchange) -> None:
        self._recorder.write_exchange(exchange)
