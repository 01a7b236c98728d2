"""Records the sessions of a server: one run record for each, begun at its first call.

A call is recorded after it was carried out and its cost stored, so a record has what was sent and
nothing else. A record that cannot be written any more stays incomplete, and the session goes on
without one: hosts are still served.

Above: `sessions`, which adds each call while it holds the session, `stdio` and `http`. Below:
`runs`.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from skillagent.disclosure import Answer, Toolset
from skillagent.disclosure.served_call import ServedCall
from skillagent.errors import SkillAgentError
from skillagent.markdown.hidden import one_line
from skillagent.mcp_server.server_config import RecordConfig
from skillagent.messages import ToolCall
from skillagent.runs import RunRecorder
from skillagent.tokens import TokenCounter

MAX_OPEN = 512
"""Records that are open at once; for one more, the least recently used one is closed."""
CANDIDATES = 4_000
"""Names among which one with a given number of tokens is searched."""

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class _OpenRecord:
    """The record of one session."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    recorder: RunRecorder | None = None
    """None before the first call."""
    calls: int = 0
    """Number of the last recorded call."""
    is_broken: bool = False
    """Whether it could not be written; nothing is added then, because a gap would be hidden."""

    @property
    def is_unused(self) -> bool:
        """Whether nothing has been recorded yet."""
        return self.recorder is None and not self.is_broken


class SessionRecords:
    """The records of all sessions of one server process; threads share it.

    Args:
        config: where records are written.
        make_recorder: makes the recorder of a session, with the keyword arguments `host` and
            `session` of `RunRecorder`.
    """

    def __init__(
        self, config: RecordConfig, make_recorder: Callable[..., RunRecorder] | None = None
    ) -> None:
        self._config = config
        self._make_recorder = make_recorder or self._recorder
        self._open: OrderedDict[str, _OpenRecord] = OrderedDict()
        """Token of a session → its record, the most recently used last."""
        self._lock = threading.Lock()
        self._names: StandInNames | None = None

    @contextmanager
    def turn(self, token: str) -> Iterator[None]:
        """Let one thread at a time act in a session, so that its calls are recorded in order.

        Args:
            token: token of the session; empty for the only one.
        """
        with self._lock:
            record = self._open.setdefault(token, _OpenRecord())
            self._open.move_to_end(token)
        try:
            with record.lock:
                yield
        finally:
            with self._lock:
                # Nothing was recorded: there is no such session.
                if record.is_unused and self._open.get(token) is record:
                    del self._open[token]

    def add(self, token: str, toolset: Toolset, call: ServedCall, answer: Answer) -> None:
        """Record one call; an error is logged, and ends the record.

        Args:
            token: token of the session; empty for the only one.
            toolset: the session after the call.
            call: the call.
            answer: its answer.
        """
        record = self._record_of(token)
        with record.lock:
            if record.is_broken:
                return
            try:
                self._write(record, token, toolset, call, answer)
            except SkillAgentError as error:
                record.is_broken = True
                _log.warning("a session is no longer recorded: %s", one_line(str(error)))

    def close(self) -> None:
        """Close all records."""
        with self._lock:
            records = list(self._open.values())
            self._open.clear()
        for record in records:
            _close(record)

    def _write(
        self, record: _OpenRecord, token: str, toolset: Toolset, call: ServedCall, answer: Answer
    ) -> None:
        if record.recorder is not None and answer.call != record.calls + 1:
            # Another process has carried out calls of this session meanwhile.
            _close(record)
        if record.recorder is None:
            session = (token, self._stand_in(toolset.counter, token)) if token else None
            record.recorder = self._make_recorder(host=call.host, session=session)
            record.recorder.begin(toolset, None, None, calls=answer.call - 1)
        recorder = record.recorder
        recorder.go_on(toolset)
        asked = ToolCall(f"call {answer.call}", call.tool, call.arguments)
        recorder.call(asked, call.asked)
        recorder.answer(asked, answer)
        record.calls = answer.call

    def _record_of(self, token: str) -> _OpenRecord:
        with self._lock:
            record = self._open.setdefault(token, _OpenRecord())
            self._open.move_to_end(token)
            least_used = self._open.popitem(last=False)[1] if len(self._open) > MAX_OPEN else None
        if least_used:
            _close(least_used)
        return record

    def _stand_in(self, counter: TokenCounter, token: str) -> str:
        with self._lock:
            self._names = self._names or StandInNames(counter)
            return self._names.for_token(token)

    def _recorder(self, *, host: Mapping[str, str], session: tuple[str, str] | None) -> RunRecorder:
        config = self._config
        return RunRecorder(
            config.folder,
            with_nodes=config.with_nodes,
            graph=config.graph,
            host=host,
            session=session,
        )


def _close(record: _OpenRecord) -> None:
    with record.lock:
        recorder, record.recorder = record.recorder, None
        if recorder is None or record.is_broken:
            return
        try:
            recorder.close()
        except SkillAgentError as error:
            _log.warning("a record is incomplete: %s", one_line(str(error)))


class StandInNames:
    """Names that are written in place of tokens of sessions.

    Every answer ends with the session's token, and its tokens count. A name with as many of them
    keeps all recorded costs right, so that the record can be checked and replayed. Equal numbers
    give equal names, on every machine.

    Args:
        counter: counts the tokens of the sessions' answers.
    """

    def __init__(self, counter: TokenCounter) -> None:
        self._counter = counter
        self._names: dict[int, str] = {}
        self._candidates = _candidates()

    def for_token(self, token: str) -> str:
        """The name for the token of a session; the next best one if none has as many tokens."""
        wanted = self._count(token)
        while wanted not in self._names:
            candidate = next(self._candidates, None)
            if candidate is None:
                return min(self._names.items(), key=lambda item: abs(item[0] - wanted))[1]
            self._names.setdefault(self._count(candidate), candidate)
        return self._names[wanted]

    def _count(self, name: str) -> int:
        # Several times, because a counter that estimates may round a difference of one away.
        return self._counter.count(f'; session "{name}")\n' * 4)


def _candidates() -> Iterator[str]:
    """Names of the form of a token: from those with few tokens to those with many, then others."""
    for letters in range(17):
        yield ("a1" * 8)[:letters] + "1" * (16 - letters)
    for number in range(CANDIDATES):
        yield hashlib.sha256(str(number).encode()).hexdigest()[:16]
