"""A mock LLM for tests of agents that call tools: what respx is to HTTP.

    from skillagent.testing import MockLLM, call, say

    mock = MockLLM([call("read_node", node="a"), say("The answer.")])
    client = mock.anthropic()      # or openai(), async_anthropic(), serve() …
    …
    mock.assert_done()

It speaks Anthropic Messages, OpenAI Chat Completions and OpenAI Responses on the wire, so the
official SDKs are tested unmodified, in process or over a loopback socket. Scripted answers test
the plumbing and the budgets of an agent, never the quality of a model.

- `script`, `script_file`, `policies`: what the mock says; `mock`: how it answers requests.
- `wire`, `validation`: the answers and the checks of the three APIs.
- `transport`, `server`, `respx_bridge`: how clients reach it.
- `record`, `replay`: a real provider's answers instead of a script.
- `assertions`: what a test may ask of a toolset.

Above: `cli`. Below: `recording` and `messages`; SDKs are imported only where a client is built.
"""

from skillagent.testing import policies
from skillagent.testing.conversation import Conversation
from skillagent.testing.mock.chaos import Chaos
from skillagent.testing.mock.mock import MockLLM
from skillagent.testing.mock.received import Received
from skillagent.testing.record import Recorder, record
from skillagent.testing.replay import Replay, replay
from skillagent.testing.script import Call, Expect, Fault, Turn, call, calls, say
from skillagent.testing.server import Server

__all__ = [
    "Call",
    "Chaos",
    "Conversation",
    "Expect",
    "Fault",
    "MockLLM",
    "Received",
    "Recorder",
    "Replay",
    "Server",
    "Turn",
    "call",
    "calls",
    "policies",
    "record",
    "replay",
    "say",
]
