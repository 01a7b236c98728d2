"""The providers' npm SDKs, unmodified, against the loopback server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import platformdirs
import pytest

from skillagent.messages import Usage
from skillagent.testing import Expect, Fault, MockLLM, Turn, call, say

pytestmark = pytest.mark.process

ANTHROPIC = "1.13.0"
OPENAI = "7.57.0"
OPENAI_OLD = "6.49.0"
"""The last one that does not ask for node 22."""
INSTALL_SECONDS = 180
RUN_SECONDS = 60

MODELS = {"messages": "claude-sonnet-5-5", "chat": "gpt-6-sol", "responses": "gpt-6-sol"}
ANSWER = "The sum is 42, with ünïcode: ✓ 🂡."
FIRST = Usage(input=900, output=21, cache_read=800)
SECOND = Usage(input=950, output=12)
ARGUMENTS = {"numbers": [2, 40], "note": 'a "quoted" ünï\ncode text, longer than one piece'}

SCRIPT = r"""
import { createRequire } from 'node:module';

const [folder, api, model, mode] = process.argv.slice(2);
const require = createRequire(folder + '/');
const streamed = mode === 'stream';
const schema = {
  type: 'object',
  properties: { numbers: { type: 'array', items: { type: 'number' } }, note: { type: 'string' } },
  required: ['numbers', 'note'],
  additionalProperties: false,
};
const tool = { name: 'add', description: 'Adds numbers.' };
const question = { role: 'user', content: 'What is 2 + 40?' };
const pieces = [];
const usages = [];
const called = [];
let text;

function run(name, given) {
  const found = typeof given === 'string' ? JSON.parse(given) : given;
  called.push([name, found]);
  return `sum: ${found.numbers.reduce((a, b) => a + b, 0)}`;
}

async function messages() {
  const Anthropic = require('@anthropic-ai/sdk').default;
  const client = new Anthropic();
  const said = [question];
  const tools = [{ ...tool, input_schema: schema }];
  for (;;) {
    const body = { model, max_tokens: 500, system: 'Use the tool.', tools, messages: said };
    let answer;
    if (streamed) {
      const stream = client.messages.stream(body);
      stream.on('text', (piece) => pieces.push(piece));
      answer = await stream.finalMessage();
    } else {
      answer = await client.messages.create(body);
    }
    usages.push(answer.usage);
    said.push({ role: 'assistant', content: answer.content });
    if (answer.stop_reason !== 'tool_use') {
      text = answer.content.map((block) => block.text).join('');
      return;
    }
    const results = answer.content
      .filter((block) => block.type === 'tool_use')
      .map((block) => ({
        type: 'tool_result', tool_use_id: block.id, content: run(block.name, block.input),
      }));
    said.push({ role: 'user', content: results });
  }
}

async function chat() {
  const OpenAI = require('openai').default;
  const client = new OpenAI();
  const said = [{ role: 'system', content: 'Use the tool.' }, question];
  const tools = [{ type: 'function', function: { ...tool, parameters: schema, strict: true } }];
  for (;;) {
    const body = { model, tools, messages: said };
    let answer;
    if (streamed) {
      const options = { stream_options: { include_usage: true } };
      const stream = client.chat.completions.stream({ ...body, ...options });
      stream.on('content', (piece) => pieces.push(piece));
      answer = await stream.finalChatCompletion();
    } else {
      answer = await client.chat.completions.create(body);
    }
    usages.push(answer.usage);
    const { message, finish_reason } = answer.choices[0];
    said.push(message);
    if (finish_reason !== 'tool_calls') {
      text = message.content;
      return;
    }
    for (const made of message.tool_calls) {
      const content = run(made.function.name, made.function.arguments);
      said.push({ role: 'tool', tool_call_id: made.id, content });
    }
  }
}

async function responses() {
  const OpenAI = require('openai').default;
  const client = new OpenAI();
  const input = [question];
  const tools = [{ type: 'function', ...tool, parameters: schema, strict: true }];
  for (;;) {
    const body = { model, tools, input, instructions: 'Use the tool.', store: false };
    let answer;
    if (streamed) {
      const stream = client.responses.stream(body);
      stream.on('response.output_text.delta', (event) => pieces.push(event.delta));
      answer = await stream.finalResponse();
    } else {
      answer = await client.responses.create(body);
    }
    usages.push(answer.usage);
    input.push(...answer.output);
    const made = answer.output.filter((item) => item.type === 'function_call');
    if (!made.length) {
      text = answer.output_text;
      return;
    }
    for (const { call_id, name, arguments: given } of made) {
      input.push({ type: 'function_call_output', call_id, output: run(name, given) });
    }
  }
}

try {
  await { messages, chat, responses }[api]();
  console.log(JSON.stringify({ text, pieces, called, usages }));
} catch (error) {
  console.log(JSON.stringify({ error: error.constructor.name, status: error.status }));
}
"""


@pytest.fixture(scope="module")
def node() -> str:
    """The command, of a version that the SDKs take."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not installed")
    if _major(found) < 20:
        pytest.skip("the SDKs need node 20 or later")
    return found


@pytest.fixture(scope="module")
def packages(node: str) -> Path:
    """A folder with both SDKs, installed once a machine."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    openai = OPENAI if _major(node) >= 22 else OPENAI_OLD
    cache = platformdirs.user_cache_path("skillagent", appauthor=False)
    folder = cache / "npm" / f"anthropic-{ANTHROPIC}-openai-{openai}"
    if folder.is_dir():
        return folder
    command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0"]
    command += [f"@anthropic-ai/sdk@{ANTHROPIC}", f"openai@{openai}"]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Installed beside and then renamed: a broken or a parallel install is never seen.
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="new-") as name:
            fresh = Path(name) / "packages"
            fresh.mkdir()
            (fresh / "package.json").write_text('{"private": true}\n')
            subprocess.run(
                command, cwd=fresh, check=True, capture_output=True, timeout=INSTALL_SECONDS
            )
            try:
                fresh.rename(folder)
            except OSError:
                if not folder.is_dir():
                    raise
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").strip().splitlines()
        pytest.skip(f"npm cannot install the SDKs: {' '.join(lines)[:300]}")
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"npm cannot install the SDKs: {error}")
    return folder


def _major(node: str) -> int:
    shown = subprocess.run(
        [node, "--version"], check=True, capture_output=True, text=True, timeout=RUN_SECONDS
    ).stdout
    return int(shown.strip().removeprefix("v").partition(".")[0])


def ask(
    mock: MockLLM, node: str, packages: Path, folder: Path, api: str, mode: str
) -> dict[str, Any]:
    """What the script prints when its SDK talks to the mock."""
    script = folder / "turn.mjs"
    script.write_text(SCRIPT, encoding="utf-8")
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("NODE_", "ANTHROPIC_", "OPENAI_"))
    }
    command = [node, str(script), str(packages), api, MODELS[api], mode]
    with mock.serve() as server:
        done = subprocess.run(
            command,
            env={**environment, **server.environment()},
            capture_output=True,
            encoding="utf-8",
            timeout=RUN_SECONDS,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def turns(fault: Fault | None = None) -> list[Turn]:
    first = Expect(system="Use the tool.", user="What is 2 + 40?", tools=("add",))
    return [
        call("add", json.dumps(ARGUMENTS, ensure_ascii=False), usage=FIRST, expect=first),
        say(ANSWER, usage=SECOND, expect=Expect(result="sum: 42"), fault=fault),
    ]


def spent(api: str, usage: Usage) -> dict[str, Any]:
    """The fields that a provider names so."""
    if api == "messages":
        return {
            "input_tokens": usage.input - usage.cache_read,
            "cache_read_input_tokens": usage.cache_read,
            "output_tokens": usage.output,
        }
    before, after = ("prompt", "completion") if api == "chat" else ("input", "output")
    return {
        f"{before}_tokens": usage.input,
        f"{after}_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
    }


@pytest.mark.parametrize("mode", ["stream", "whole"])
@pytest.mark.parametrize("api", MODELS)
def test_a_turn_with_a_tool(node: str, packages: Path, tmp_path: Path, api: str, mode: str) -> None:
    mock = MockLLM(turns())
    found = ask(mock, node, packages, tmp_path, api, mode)
    assert found.get("error") is None, f"{found}\n{mock.transcript()}"
    assert found["text"] == ANSWER
    assert found["called"] == [["add", ARGUMENTS]]
    if mode == "stream":
        assert len(found["pieces"]) > 1
        assert "".join(found["pieces"]) == ANSWER
    for shown, usage in zip(found["usages"], (FIRST, SECOND), strict=True):
        assert shown.items() >= spent(api, usage).items()
    cached = {"chat": "prompt_tokens_details", "responses": "input_tokens_details"}.get(api)
    if cached is not None:
        assert found["usages"][0][cached]["cached_tokens"] == FIRST.cache_read
    mock.assert_tools("add")
    mock.assert_done()


@pytest.mark.parametrize("api", MODELS)
def test_the_sdk_asks_again_when_it_is_told_to_wait(
    node: str, packages: Path, tmp_path: Path, api: str
) -> None:
    mock = MockLLM(turns(Fault.status(429, retry_after=0.01)))
    found = ask(mock, node, packages, tmp_path, api, "stream")
    assert found["text"] == ANSWER
    assert [request.status for request in mock.requests] == [200, 429, 200]
    mock.assert_done()


@pytest.mark.parametrize("api", MODELS)
def test_an_error_of_the_provider_is_the_sdks_own(
    node: str, packages: Path, tmp_path: Path, api: str
) -> None:
    mock = MockLLM(turns(Fault.status(401, message="no such key")))
    found = ask(mock, node, packages, tmp_path, api, "whole")
    assert found == {"error": "AuthenticationError", "status": 401}
