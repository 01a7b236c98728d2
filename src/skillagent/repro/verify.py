"""Checks a record, level by level.

| level | what holds |
|---|---|
| L0 | the graph at hand is the recorded one, and its lock, if it has one, fits its files |
| L1 | the record agrees with itself: digests, counts, budget, proofs, trace and cassette |
| L2 | the recorded replies, replayed, give the same events |
| L3 | a scripted run, run again, gives the same events |

L4, which asks the model again, is in `live`.

Above: `cli`, `live`. Below: `answers`, `consistency`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from skillagent.digest import sha256
from skillagent.disclosure import Level
from skillagent.errors import SkillAgentError
from skillagent.files.regular import read_regular
from skillagent.lock import FrozenView, GraphLock, LockedNode, Proof, drift, node_leaf
from skillagent.providers.base import Determinism
from skillagent.providers.offline import OfflineProvider
from skillagent.repro.answers import NotRecordedError, Replayed, replay_answers, replay_with
from skillagent.repro.consistency import cassette_faults
from skillagent.repro.divergence import Divergence
from skillagent.repro.graph_at_hand import GraphAtHand
from skillagent.repro.manifest_facts import manifest_faults
from skillagent.runs import RunRecord, TraceEvent
from skillagent.runs.graph_identity import GraphIdentity
from skillagent.runs.manifest import NodeRead
from skillagent.runs.recorder import CASSETTE, FILES, TRACE
from skillagent.runs.trace import run_digest
from skillagent.secrets import SCRUBBED
from skillagent.tokens import TokenCounter, counter_named


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one level."""

    level: int
    faults: tuple[str, ...]
    """What does not hold, one line each."""
    skipped: str = ""
    """Why the level was not checked; empty if it was."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was measured, in words, one line each."""
        return ()

    def to_json(self) -> dict[str, Any]:
        return {"level": self.level, "faults": list(self.faults), "skipped": self.skipped}


def checks(
    record: RunRecord, graph: GraphAtHand, highest: int, lock: GraphLock | None = None
) -> list[Check]:
    """All levels up to one.

    Args:
        record: the record.
        graph: the recorded graph, or its present state.
        highest: 0 to 3.
        lock: lock of the graph, if it has one.
    """
    made = [check_graph(record, graph, lock)]
    if highest >= 1:
        made.append(check_record(record))
    if highest >= 2:
        made.append(check_replay(record, graph))
    if highest >= 3:
        made.append(check_again(record, graph))
    return made


def check_graph(record: RunRecord, graph: GraphAtHand, lock: GraphLock | None) -> Check:
    """L0: the nodes that were read are as they were, and so is the whole graph."""
    now = graph.now
    if now is None:
        return Check(0, (), "nobody knows the folder of the graph; name it with --graph")
    faults = []
    for node, read in record.manifest.nodes.items():
        if SCRUBBED in node:
            continue  # which node it was is not recorded; the root tells whether it has changed
        if node not in now.nodes:
            faults.append(f"[[{node}]] was read, and is no longer in the graph")
        elif now.nodes[node].digest != read.digest:
            faults.append(f"[[{node}]] was read, and its file has changed since")
    wanted = record.manifest.inputs.graph_root
    frozen_by, present = record.manifest.inputs.frozen, graph.present
    if frozen_by is not None and not isinstance(present, FrozenView):
        faults.append(
            f"the run was frozen by a lock that is not at hand, {frozen_by}: name its file"
        )
    elif not faults and present and GraphIdentity.of(present).root != wanted:
        faults.append("the graph has changed since, but no node that was read")
    if lock is not None and lock.root != record.manifest.inputs.frozen:
        # A frozen run was shown nothing that differs from this lock.
        faults += [f"lock: {difference}" for difference in drift(lock, now).differences]
    return Check(0, tuple(faults))


def check_record(record: RunRecord) -> Check:
    """L1: the record agrees with itself."""
    damage = () if record.is_cut_off else record.damage
    faults = [*damage, *_manifest_faults(record), *_trace_faults(record)]
    return Check(1, (*faults, *cassette_faults(record)))


def check_replay(record: RunRecord, graph: GraphAtHand) -> Check:
    """L2: replayed answers give the same events."""
    return _replayed(2, graph, lambda: replay_answers(record, graph.view))


def check_again(record: RunRecord, graph: GraphAtHand) -> Check:
    """L3: a scripted run gives the same events again."""
    if record.manifest.determinism is not Determinism.SCRIPTED:
        return Check(3, (), f"the run is {record.manifest.determinism}, not scripted")
    if record.manifest.inputs.model is None:
        return Check(3, (), "its calls came from elsewhere; they were replayed")
    if any(event.fields.get("interrupted") for event in record.events):
        return Check(3, (), "its user stopped it in the middle of a reply")
    if any(SCRUBBED in question for question in record.questions):
        return Check(3, (), "a secret in its question was not recorded, and the run depends on it")
    return _replayed(3, graph, lambda: replay_with(record, graph.view, OfflineProvider()))


def _replayed(level: int, graph: GraphAtHand, replay: Callable[[], Replayed]) -> Check:
    try:
        replayed = replay()
    except NotRecordedError as error:
        return Check(level, (), str(error))
    except SkillAgentError as error:
        return Check(level, (str(error),))
    difference = replayed.divergence
    if difference is None:
        return Check(
            level, (), replayed.stopped and f"after {replayed.same} events: {replayed.stopped}"
        )
    faults = [_line(difference), *difference.details]
    if not graph.is_recorded:
        faults.append(f"the graph is {graph.source}")
    return Check(level, tuple(faults))


def _line(difference: Divergence) -> str:
    place = f"{TRACE}:{difference.line}: " if difference.line else ""
    return f"{place}{difference.what}"


def _manifest_faults(record: RunRecord) -> Iterator[str]:
    manifest = record.manifest
    if manifest.digest != manifest.sealed_digest():
        yield "manifest.json: it was edited: its digest does not fit its content"
    if manifest.inputs_id != manifest.inputs.inputs_id:
        yield "manifest.json: inputs_id is not the digest of the inputs"
    for node, read in manifest.nodes.items():
        if read.proof is not None and not _is_proven(node, read, manifest.inputs.graph_root):
            yield f"manifest.json: the proof that [[{node}]] belongs to the graph does not hold"
    yield from _file_faults(record)
    if len(record.events) < manifest.events and not record.damage:
        count = len(record.events)
        yield f"manifest.json: it counts {manifest.events} events, but the trace has {count}"
    counted = record.events[: manifest.events]
    if len(counted) == manifest.events and run_digest(counted) != manifest.run_digest:
        yield f"{TRACE}: it was edited: its events do not give the run_digest of the manifest"


def _file_faults(record: RunRecord) -> Iterator[str]:
    """Compares the files of the record with their seals; every file of a record has one."""
    seals = record.manifest.files
    for name in sorted(seals.keys() - set(FILES)):
        yield f"manifest.json: it seals {name[:80]!r}, which is no file of a record"
    for name in FILES:
        if name in seals:
            yield from _seal_faults(record, name, seals[name].bytes, seals[name].sha256)
        elif (record.folder / name).exists() or name in (TRACE, CASSETTE):
            yield f"manifest.json: it has no seal of {name}"


def _is_proven(node: str, read: NodeRead, root: str) -> bool:
    """Whether a node, with the digest that was read, is a leaf of the graph's root."""
    values = dict(read.proof or {})
    try:
        links = tuple((str(target), resolved) for target, resolved in values["links"])
        path, size, text = values["path"], values["size"], values["text"]
        leaf = node_leaf(node, LockedNode(path, size, read.digest, text, links))
        proof = Proof.from_json(values)
    except (KeyError, TypeError, ValueError, AttributeError):
        return False
    return proof.leaf == leaf and proof.is_for(root)


def _seal_faults(record: RunRecord, name: str, size: int, digest: str) -> Iterator[str]:
    try:
        data = read_regular(record.folder / name)
    except OSError as error:
        yield f"{name}: cannot be read: {error.strerror}"
        return
    # A later question may have been recorded without a new manifest, if the process was killed.
    if len(data) < size:
        yield f"{name}: it was cut: {len(data)} bytes, not {size}"
    elif hashlib.sha256(data[:size]).hexdigest() != digest:
        yield f"{name}: it was edited since the manifest was written"


def _trace_faults(record: RunRecord) -> Iterator[str]:
    manifest = record.manifest
    yield from _budget_faults(record)
    if not record.is_complete:
        return
    yield from manifest_faults(record)
    questions = [sha256(question) for question in record.questions]
    if questions != list(manifest.inputs.questions):
        yield "manifest.json: its questions are not those of the trace"
    outcome = manifest.outcome
    if outcome and outcome.answer != sha256(record.answer):
        yield "manifest.json: its answer is not the one of the trace"
    if record.continues:
        return  # nodes of the earlier conversation are not in this trace
    read = _nodes_read(record.events)
    listed = {node: (item.digest, item.level) for node, item in manifest.nodes.items()}
    for node in sorted(read.keys() | listed.keys()):
        if read.get(node) != listed.get(node):
            yield f"manifest.json: [[{node}]] is not listed as the trace discloses it"


def _nodes_read(events: tuple[TraceEvent, ...]) -> Mapping[str, tuple[str, str]]:
    """Node → digest and fullest level, as the answers disclose them."""
    read: dict[str, tuple[str, str]] = {}
    for event in events:
        for item in event.fields.get("disclosed", ()):
            before = read.get(item["node"])
            level = Level(item["level"])
            if before is None or level.depth > Level(before[1]).depth:
                read[item["node"]] = item["digest"], level.value
    return read


def _budget_faults(record: RunRecord) -> Iterator[str]:
    """Counts every answer again, and holds the sum to the budget."""
    try:
        counter: TokenCounter | None = counter_named(record.manifest.inputs.counter)
    except SkillAgentError:
        counter = None
    total, left = record.manifest.inputs.budget, None
    for event in record.events:
        if event.kind == "budget":
            left = None if left is None else left + event.fields["total"] - total
            total = event.fields["total"]
        if event.kind not in ("answer", "instructions"):
            continue
        cost, text = event.fields["cost"], event.fields["text"]
        place = f"{TRACE}:{event.line}"
        if counter and SCRUBBED not in text and counter.count(text) != cost:
            yield f"{place}: the text has {counter.count(text)} tokens, {cost} were charged"
        remaining = event.fields.get("remaining", None if left is None else left - cost)
        if left is not None and remaining != left - cost:
            yield f"{place}: {left} tokens less {cost} are not {remaining}"
        if remaining is not None and remaining < 0:
            yield f"{place}: the budget is overdrawn by {-remaining} tokens"
        left = remaining
