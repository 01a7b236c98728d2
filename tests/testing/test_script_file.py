"""Scripts as YAML, the server on the command line, the pytest plugin, and respx."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from skillagent.cli import main
from skillagent.errors import UsageError
from skillagent.messages import Stop, Usage
from skillagent.testing import Call, Expect, Fault, MockLLM, Turn, say, script_file
from skillagent.testing.respx_bridge import httpcore2, route
from tests.conftest import ROOT

SCRIPT = """\
seed: 7
turns:
  - call: {name: list_index, arguments: {query: seed}}
    expect: {user: seed, tools: [list_index, read_summary, read_node]}
  - say: Let me look.
    calls:
      - {name: read_node, arguments: {node: a}, id: mine}
      - {name: read_node, arguments: '{"node": '}
    thinking: Hm.
  - say: The answer.
    usage: {input: 900, output: 5, cache_read: 800}
    stop: max_tokens
    fault: {kind: status, code: 529, retry_after: 0, times: 2}
    chunk: 4
"""


def test_a_script_file_is_the_same_as_one_in_python(tmp_path: Path) -> None:
    path = tmp_path / "script.yaml"
    path.write_text(SCRIPT)
    tools = ("list_index", "read_summary", "read_node")
    same: list[Turn] = [
        Turn(
            calls=(Call("list_index", {"query": "seed"}),), expect=Expect(user="seed", tools=tools)
        ),
        Turn(
            text="Let me look.",
            calls=(Call("read_node", {"node": "a"}, "mine"), Call("read_node", '{"node": ')),
            thinking="Hm.",
        ),
        Turn(
            text="The answer.",
            usage=Usage(900, 5, cache_read=800),
            stop=Stop.MAX_TOKENS,
            fault=Fault("status", 1, 529, retry_after=0, times=2),
            chunk=4,
        ),
    ]
    assert script_file.load(path).script == tuple(same)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("turns: [", r"script\.yaml:1: "),
        ("turns:\n  - say: x\n  - sya: x\n", r"script\.yaml:3: turns\.1\.sya: Extra inputs"),
        (
            "turns:\n  - say: x\n    fault: {kind: quake}\n",
            r"script\.yaml:3: turns\.0\.fault\.kind",
        ),
        ("turns: []\npolicy: walks\n", "give either turns or a policy"),
        ("seed: 3\n", "give either turns or a policy"),
        ("policy: dances\n", r"script\.yaml:1: policy: Input should be 'walks'"),
        ("policy: walks\nchaos: {rates: {quake: 0.1}}\n", "no such chaos: quake"),
        ("- a\n", "Input should be"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(
    tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "script.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match=told) as error:
        script_file.load(path)
    assert "\n" not in str(error.value)
    with pytest.raises(UsageError, match="cannot be read"):
        script_file.load(tmp_path / "none.yaml")


def test_the_published_schema_is_that_of_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mock", "schema"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((ROOT / "docs" / "mock-script.schema.json").read_text())
    assert set(printed["properties"]) == {"turns", "policy", "seed", "chaos"}


def serve(path: Path) -> tuple[subprocess.Popen[str], str]:
    return mock("serve", str(path))


def mock(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "skillagent", "mock", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ},
    )
    assert process.stdout
    return process, process.stdout.readline().strip()


def ask(url: str, **body: Any) -> Any:
    data = json.dumps({"model": "gpt-x", "input": "q", **body}).encode()
    request = urllib.request.Request(f"{url}/v1/responses", data, method="POST")
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


@pytest.mark.process
@pytest.mark.parametrize(("asked", "code"), [(1, 1), (2, 0)])
def test_a_server_on_the_command_line_says_at_its_end_whether_the_script_was_used_up(
    tmp_path: Path, asked: int, code: int
) -> None:
    path = tmp_path / "script.yaml"
    path.write_text("turns:\n  - say: one\n  - say: two\n")
    process, url = serve(path)
    for number in range(asked):
        assert ask(url)["output"][0]["content"][0]["text"] == ("one", "two")[number]
    process.send_signal(signal.SIGINT if asked == 1 else signal.SIGTERM)
    _, told = process.communicate(timeout=20)
    assert process.returncode == code
    assert f"export ANTHROPIC_BASE_URL={url}" in told
    assert ("1 of 2 turns were not used" in told) == (code == 1)
    assert "Traceback" not in told


def stop(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)
    return process.returncode, told


@pytest.mark.process
def test_a_talk_is_recorded_and_replayed_on_the_command_line(tmp_path: Path) -> None:
    tape = tmp_path / "talk.jsonl"
    with MockLLM([say("one")]).serve() as provider:
        process, url = mock("record", provider.url, str(tape))
        assert ask(url)["output"][0]["content"][0]["text"] == "one"
        assert stop(process)[0] == 0
    process, url = mock("replay", str(tape))
    assert ask(url)["output"][0]["content"][0]["text"] == "one"
    with pytest.raises(urllib.error.HTTPError):
        ask(url, input="something else")
    code, told = stop(process)
    assert code == 1
    assert "something else" in told
    assert "Traceback" not in told


def test_a_script_that_is_none_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mock", "serve", str(tmp_path / "none.yaml")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.process
def test_the_plugin_gives_mocks_servers_and_a_guard(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import os, socket, pytest
        from skillagent.testing import say

        def test_used_up(mock_llm):
            mock = mock_llm([say("x")])
            client = mock.anthropic()
            client.messages.create(
                model="m", max_tokens=9, messages=[{"role": "user", "content": "q"}]
            )

        def test_not_used_up(mock_llm):
            mock_llm([say("never")])

        def test_server(llm_server):
            server = llm_server([say("x")])
            assert os.environ["OPENAI_BASE_URL"] == server.openai_url
            import openai
            assert openai.OpenAI().responses.create(model="m", input="q").output_text == "x"

        def test_guard(no_llm_network):
            try:
                socket.create_connection(("192.0.2.1", 80), timeout=0.1)
            except BaseException:
                pass  # as an SDK does

        def test_skipped(mock_llm):
            mock_llm([say("never")])
            pytest.skip("for a reason of its own")
        """
    )
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-q")
    done.assert_outcomes(passed=4, errors=2, skipped=1)
    done.stdout.fnmatch_lines(["*1 of 1 turns were not used:*", "*a test tried to reach*"])


@pytest.mark.process
def test_a_port_that_cannot_be_used_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "script.yaml"
    path.write_text("turns: [{say: x}]\n")
    with MockLLM([]).serve() as server:
        for port in (server.url.rpartition(":")[2], "99999"):
            assert main(["mock", "serve", str(path), "--port", port]) == 2
            assert f"port {port} cannot be used" in capsys.readouterr().err


@pytest.mark.process
def test_the_plugin_costs_nothing_to_load() -> None:
    code = "import sys, skillagent.pytest_plugin; print('skillagent.testing' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_respx_catches_a_client_that_speaks_httpx() -> None:
    mock = MockLLM([say("x"), say("y", fault=Fault.reset()), say("z", fault=Fault.timeout())])
    body = {"model": "m", "input": "q"}
    with respx.mock as router:
        route(router, mock, "https://api.openai.com")
        answer = httpx.post("https://api.openai.com/v1/responses", json=body)
        assert answer.json()["output"][0]["content"][0]["text"] == "x"
        with pytest.raises(httpx.ConnectError):
            httpx.post("https://api.openai.com/v1/responses", json=body)


def test_respx_catches_todays_sdks_with_their_own_mocker() -> None:
    pytest.importorskip("httpcore2", reason="the SDKs here speak httpx")
    import anthropic
    import openai

    mock = MockLLM([say("x"), say("y")])
    with respx.mock(using=httpcore2()) as router:
        route(router, mock)
        first = anthropic.Anthropic(api_key="k").messages.create(
            model="m", max_tokens=9, messages=[{"role": "user", "content": "q"}]
        )
        second = openai.OpenAI(api_key="k").responses.create(model="m", input="q")
    assert first.content[0].to_dict()["text"] == "x"
    assert second.output_text == "y"
    mock.assert_done()
