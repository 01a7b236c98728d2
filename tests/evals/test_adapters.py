"""Public sets become a graph and a suite, and what answers a question never reaches the graph."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skillagent import SkillGraph
from skillagent.cli import main
from skillagent.evals.adapters.passages import Passage, node_files
from skillagent.evals.adapters.plain_text import clean, escaped
from skillagent.evals.adapters.title_mentions import Titles
from skillagent.evals.suite import Suite
from skillagent.evals.suite_file import load
from skillagent.graph import NodeKind
from skillagent.graph.node import kind_of
from skillagent.markdown.document import parse
from skillagent.progress import no_progress

TEXTS = {
    "Alan Turing": ["Alan Turing was born in London.", " He worked at Bletchley Park."],
    "Bletchley Park": ["Bletchley Park is a house near Milton Keynes."],
    "London": ["London is the capital of England."],
    "Milton Keynes": ["Milton Keynes is a city."],
    "London Eye": ["The London Eye stands in London."],
}
HOTPOT = [
    {
        "_id": "q1",
        "question": "Near which city is the house where Alan Turing worked?",
        "answer": "Milton Keynes",
        "type": "bridge",
        "supporting_facts": [["Alan Turing", 1], ["Bletchley Park", 0]],
        "context": [[title, sentences] for title, sentences in TEXTS.items()],
    },
    {
        "_id": "q2",
        "question": "Are the London Eye and Bletchley Park in one city?",
        "answer": "no",
        "supporting_facts": [["London Eye", 0], ["Bletchley Park", 0]],
        "context": [[title, TEXTS[title]] for title in ("London Eye", "Bletchley Park")],
    },
]


def columns(question: Mapping[str, Any]) -> dict[str, Any]:
    """A question with its context and facts as columns, as in Hugging Face's copies."""
    titles, sentences = zip(*question["context"], strict=True)
    facts = question["supporting_facts"]
    return {
        **question,
        "context": {"title": list(titles), "sentences": list(sentences)},
        "supporting_facts": {"title": [t for t, _ in facts], "sent_id": [n for _, n in facts]},
    }


def musique(question: Mapping[str, Any]) -> dict[str, Any]:
    gold = {title for title, _ in question["supporting_facts"]}
    return {
        "id": question["_id"],
        "question": question["question"],
        "answer": question["answer"],
        "answer_aliases": [],
        "answerable": True,
        "paragraphs": [
            {
                "idx": place,
                "title": title,
                "paragraph_text": "".join(sentences),
                "is_supporting": title in gold,
            }
            for place, (title, sentences) in enumerate(question["context"])
        ],
    }


FORMS = {
    "hotpotqa.json": lambda: json.dumps(HOTPOT),
    "lines.jsonl": lambda: "\n".join(map(json.dumps, HOTPOT)),
    "lines-called.json": lambda: "\n".join(map(json.dumps, HOTPOT)),
    "columns.json": lambda: json.dumps([columns(question) for question in HOTPOT]),
    "data.json": lambda: json.dumps({"version": "1", "data": HOTPOT}),
    "musique.jsonl": lambda: "\n".join(json.dumps(musique(question)) for question in HOTPOT),
}


def made(*arguments: str | Path) -> tuple[Path, Suite]:
    """Run `skillagent suite`, and read what it wrote; the last argument is the destination."""
    *rest, out = arguments
    assert main(["suite", *map(str, rest), "-o", str(out)]) == 0
    return Path(out), load(Path(out) / "evals" / "suite.yaml")


def nodes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.md"))}


def links_of(graph: SkillGraph) -> set[tuple[str, str]]:
    titles = {node.id: node.title for node in graph.nodes.values()}
    return {(titles[link.source], titles[link.target or ""]) for link in graph.links}


@pytest.mark.parametrize("name", FORMS)
def test_each_form_of_a_multi_hop_set_gives_the_same_graph_and_questions(
    name: str, tmp_path: Path
) -> None:
    source = tmp_path / name
    source.write_text(FORMS[name]())
    folder, suite = made("multi-hop", source, tmp_path / "out")
    graph = SkillGraph.load(folder)
    assert sorted(node.title for node in graph.nodes.values()) == sorted(TEXTS)
    assert links_of(graph) == {
        ("Alan Turing", "London"),
        ("Alan Turing", "Bletchley Park"),
        ("Bletchley Park", "Milton Keynes"),
        ("London Eye", "London"),
    }
    first, second = suite.on(graph).cases
    assert [graph.nodes[node].title for node in first.gold] == ["Alan Turing", "Bletchley Park"]
    assert first.tags == second.tags == ("two-hop",)
    assert [str(check) for check in first.checks] == [
        r"matches /(?i)(?<!\w)(?:Milton\ Keynes)(?!\w)/"
    ]
    assert second.checks == ()


@pytest.mark.parametrize(
    "corpus",
    [
        TEXTS,
        {title: "".join(sentences) for title, sentences in TEXTS.items()},
        [{"title": title, "text": "".join(sentences)} for title, sentences in TEXTS.items()],
    ],
    ids=["sentences by title", "text by title", "a list"],
)
def test_a_corpus_beside_the_questions_gives_the_documents(corpus: object, tmp_path: Path) -> None:
    source = tmp_path / "set"
    source.mkdir()
    bare = [
        {key: question[key] for key in ("_id", "question", "answer", "supporting_facts")}
        for question in HOTPOT
    ]
    (source / "train.json").write_text(json.dumps(bare))
    (source / "train_corpus.json").write_text(json.dumps(corpus))
    folder, suite = made("hotpotqa", source, tmp_path / "out")
    graph = SkillGraph.load(folder)
    assert len(graph.nodes) == len(TEXTS)
    assert [len(case.gold) for case in suite.on(graph).cases] == [2, 2]
    (tmp_path / "all.json").write_text(json.dumps(corpus))
    named = made(
        "multi-hop", source / "train.json", "--corpus", tmp_path / "all.json", tmp_path / "o"
    )
    assert nodes_of(named[0]) == nodes_of(folder)


@pytest.mark.parametrize("form", [lambda question: question, musique], ids=["hotpotqa", "musique"])
def test_what_answers_a_question_changes_no_byte_of_the_graph(form: Any, tmp_path: Path) -> None:
    shuffled = []
    chance = random.Random(7)
    for question in HOTPOT:
        titles = [title for title, _ in question["context"]]
        chance.shuffle(titles)
        facts = [[title, 0] for title in titles[:2]]
        shuffled.append({**question, "supporting_facts": facts, "answer": "something else"})
    folders = []
    for name, questions in (("as it is", HOTPOT), ("shuffled", list(reversed(shuffled)))):
        source = tmp_path / f"{name}.json"
        source.write_text(json.dumps([form(question) for question in questions]))
        folders.append(made("multi-hop", source, tmp_path / name))
    (first, suite), (second, other) = folders
    assert nodes_of(first) == nodes_of(second)
    assert {case.gold for case in suite.cases} != {case.gold for case in other.cases}


def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    source = tmp_path / "set.json"
    source.write_text(json.dumps(HOTPOT))
    files = []
    for name in ("a", "b"):
        folder, _ = made("multi-hop", source, tmp_path / name)
        files.append({path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")})
    assert files[0] == files[1]


def test_a_title_that_several_documents_have_leads_to_the_first_and_each_to_the_next(
    tmp_path: Path,
) -> None:
    paragraphs = [("France", "Paris is its capital."), ("France", "It has vineyards.")]
    paragraphs.append(("Wine of Gaul", "Wine comes from France."))
    question = {
        "id": "q",
        "question": "Where does wine come from?",
        "answer": ["France", "Francia"],
        "answer_aliases": ["Gaul (land)"],
        "paragraphs": [
            {"title": title, "paragraph_text": text, "is_supporting": title != "France" or not at}
            for at, (title, text) in enumerate(paragraphs)
        ],
    }
    source = tmp_path / "set.json"
    source.write_text(json.dumps([question, {**question, "answerable": False}]))
    folder, suite = made("multi-hop", source, tmp_path / "out")
    graph = SkillGraph.load(folder)
    assert {(link.source, link.target) for link in graph.links} == {
        ("p0000", "p0001"),
        ("p0002", "p0000"),
    }
    (case,) = suite.cases
    assert case.gold == ("p0001", "p0002")
    (check,) = case.checks
    assert check.holds("It was GAUL (LAND).")
    assert check.holds("from France")
    assert check.holds("from Francia")
    assert not check.holds("from Gaul")


def beir(folder: Path, corpus: object = None) -> Path:
    documents = corpus or [
        {
            "_id": "MED-1",
            "title": "Scurvy in sailors",
            "text": "It comes without fruit.",
            "metadata": {"references": ["MED-2", "unknown"], "cited_by": [3]},
        },
        {"_id": "MED-2", "title": "", "text": "Citrus fruit prevents Scurvy in sailors."},
        {"_id": 3, "title": "Untouched", "text": "Nothing of that."},
    ]
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text("".join(json.dumps(d) + "\n" for d in documents))  # type: ignore[attr-defined]
    queries = [("q1", "what prevents scurvy"), ("q2", "bad teeth"), ("q3", "none"), ("dev", "x")]
    queries.append(("q1 ", "the same id but for a blank"))
    (folder / "queries.jsonl").write_text(
        "".join(json.dumps({"_id": name, "text": text}) + "\n" for name, text in queries)
    )
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\tMED-1\t2\nq1\tMED-2\t1\nq1\t3\t0\nq1\tgone\t1\n"
        "q2\tgone\t1\nq3\t3\t0\nlost\t3\t1\n"
    )
    (folder / "qrels" / "dev.tsv").write_text("dev\t0\tMED-2\t1\n")
    return folder


def test_a_beir_set_has_links_by_titles_and_citations_and_gold_by_relevance(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, suite = made("beir", beir(tmp_path / "medical"), tmp_path / "out")
    graph = SkillGraph.load(folder)
    assert {(link.source, link.target) for link in graph.links} == {
        ("p0000", "p0001"),  # a reference
        ("p0002", "p0000"),  # cited by
        ("p0001", "p0000"),  # its title
    }
    (case,) = suite.on(graph).cases
    assert (case.id, case.gold) == ("q1", ("p0000", "p0001"))
    assert suite.name == "medical"
    assert capsys.readouterr().err.splitlines() == [
        "skillagent: 1 questions left out: no document is relevant to them",
        "skillagent: 1 questions left out: no relevant document of theirs is in the corpus",
        "skillagent: 1 questions left out: they are judged, and are not among the queries",
    ]
    _, suite = made("beir", tmp_path / "medical", "--split", "dev", tmp_path / "dev")
    assert [(case.id, case.gold) for case in suite.cases] == [("dev", ("p0001",))]


def test_skills_keep_their_bytes_and_prompts_become_cases(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "skills"
    evals = {
        "bake-bread": [
            {"id": "a", "question": "How do I get a light loaf?", "expected_skill": "bake-bread"},
            {"id": "b", "question": "Use Bake Bread, please", "expected_skill": "bake-bread"},
            {"id": "c", "prompt": "How do I cook rice?", "expected_skill": "cook-rice"},
            {
                "id": "d",
                "question": "A cake?",
                "expected_skill": None,
                "ground_truth": "That is for make-cake.",
            },
            {"id": "e", "question": "What time is it?", "expected_skill": ""},
            {"id": "f", "question": "No skill is said"},
            {"id": "g", "question": "Several?", "expected_skill": ["bake-bread", "make-cake"]},
            {
                "id": "h",
                "question": "Which bank has cheap loans?",
                "expected_skill": "bake-bread",
                "should_trigger": False,
            },
            "no case",
        ],
        "make-cake": {"cases": [{"id": 1, "prompt": "Sweet!", "expected_skill": "make-cake"}]},
    }
    for name, content in evals.items():
        (source / name).mkdir(parents=True)
        (source / name / "SKILL.md").write_bytes(b"---\r\nname: x\r\n---\r\nBody\r\n")
        (source / name / "evals.json").write_text(json.dumps(content))
        (source / name / "run.py").write_text("print()")
    folder, suite = made("nvidia-skills", source, tmp_path / "out")
    assert (folder / "bake-bread" / "SKILL.md").read_bytes().endswith(b"Body\r\n")
    assert not list(folder.rglob("*.py"))
    cases = {case.id: (case.gold, case.distractors, case.tags) for case in suite.cases}
    bread, cake = "bake-bread/SKILL", "make-cake/SKILL"
    assert cases == {
        "bake-bread-a": ((bread,), (), ("single",)),
        "bake-bread-d": ((), (bread, cake), ("near-another-skill",)),
        "bake-bread-e": ((), (bread,), ()),
        "bake-bread-h": ((), (bread,), ()),
        "make-cake-1": ((cake,), (), ("single",)),
    }
    assert capsys.readouterr().err.splitlines() == [
        "skillagent: 1 questions left out: their skill is not in the folder",
        "skillagent: 1 questions left out: they are no objects",
        "skillagent: 1 questions left out: they contain the name of their skill",
        "skillagent: 2 questions left out: they do not say which skill is expected",
    ]


TITLES = [
    "Alan Turing",
    "Alan Turing [x]",
    "p0001",
    "C# `code`",
    "[[x]] | y",
    "100%% (one)",
    "a\\b c\\",
]
MARKS = "#moc|# |~~~|%%|<!--|[[|]]|](|]:|[^1]|word|---|- |<a href=x>|![|1. |    ".split("|")
HOSTILE = st.lists(
    st.sampled_from(
        [*"`~<%$[]()!|\\#:-*>&^{}\"'\t\r\n\x00\x85\u2028\N{GRINNING FACE}é\ud800", *MARKS, *TITLES]
    ),
    max_size=25,
).map("".join)


@example([("Alan Turing", ""), ("b", "So!Alan Turing")])
@example([("Alan Turing", ""), ("b", "Alan Turing(x)")])
@example([("Alan Turing", ""), ("b", "a\\Alan Turing")])
@given(st.lists(st.tuples(HOSTILE | st.sampled_from(TITLES), HOSTILE), min_size=1, max_size=4))
def test_whatever_the_documents_contain_exactly_the_links_that_are_meant_are_read(
    documents: list[tuple[str, str]],
) -> None:
    passages = [Passage.of(title, text) for title, text in documents]
    places: dict[str, list[str]] = {}
    for at, passage in enumerate(passages):
        places.setdefault(passage.title, []).append(f"p{at:04d}")
    places.pop("", None)
    titles = Titles(places)
    for (path, data), passage in zip(node_files(passages, no_progress), passages, strict=True):
        mentioned = dict.fromkeys(m.title for m in titles.mentions(passage.text, passage.title))
        same = places.get(passage.title, [])
        own = path.removesuffix(".md")
        following = same[same.index(own) + 1 :][:1] if own in same else []
        document = parse(data.decode(), path)
        assert document.frontmatter.fields.keys() <= {"type", "title"}
        assert kind_of(document, path) is NodeKind.NODE
        assert not document.tags
        read = [link.target for link in document.references]
        assert read == [places[title][0] for title in mentioned] + following


@given(HOSTILE)
def test_escaped_text_is_the_text_but_for_backslashes(text: str) -> None:
    assert escaped(clean(text)).replace("\\", "") == clean(text).replace("\\", "")


def test_odd_titles_and_long_questions_load_and_run(tmp_path: Path) -> None:
    titles = ["[[x]] | y", "#1: `code`", "\N{GRINNING FACE} smile\u2028", "a: b, 'c' \"d\"", "---"]
    question = {
        "_id": "../../etc/passwd\x00" + "é" * 300,
        "question": "Which? \u2028 \x07 \ud83d " + "word " * 30_000,
        "answer": "\N{GRINNING FACE}: 'quoted' \"text\"\n- x",
        "supporting_facts": [[titles[0], 0], [titles[2], 0]],
        "context": [[title, [f"{titles[at - 1]} and {title}."]] for at, title in enumerate(titles)],
    }
    source = tmp_path / "odd set.json"
    source.write_text(json.dumps([question, {**question, "answer": None}]))
    folder, suite = made("multi-hop", source, tmp_path / "out")
    graph = SkillGraph.load(folder)
    assert all(link.target for link in graph.links)
    assert {node.kind for node in graph.nodes.values()} == {NodeKind.NODE}
    assert [case.id for case in suite.on(graph).cases] == ["etc-passwd", "etc-passwd-2"]
    assert (
        main(["eval", str(folder), "--budget", "500", "--no-record", "-o", str(tmp_path / "r")])
        == 0
    )


def test_a_folder_with_files_is_only_replaced_by_force_and_only_if_it_is_a_suite(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "set.json", tmp_path / "out"
    source.write_text(json.dumps(HOTPOT))
    made("multi-hop", source, out)
    command = ["suite", "multi-hop", str(source), "-o", str(out)]
    assert main(command) == 2
    assert "give --force" in capsys.readouterr().err
    source.write_text(json.dumps(HOTPOT[1:]))
    assert main([*command, "--force"]) == 0
    assert len(nodes_of(out)) == 2
    (out / "mine.txt").write_text("mine")
    assert main([*command, "--force"]) == 2
    assert "mine.txt: it is no file of a suite" in capsys.readouterr().err
    graph = tmp_path / "graph"
    graph.mkdir()
    (graph / "a.md").write_text("My own.")
    assert main([*command[:-1], str(graph), "--force"]) == 2
    assert (graph / "a.md").read_text() == "My own."


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        ("multi-hop", None, "cannot be read"),
        ("multi-hop", '[\n{"question": }]', "source.json:2: no JSON"),
        ("multi-hop", "[" * 100_000, "no JSON"),
        ("multi-hop", "{}", "no documents"),
        ("multi-hop", '[{"question": "x", "context": 7}]', "no documents"),
        (
            "multi-hop",
            '[{"question": "x", "context": [["a", ["b"]]]}]',
            "no question can be used: 1 because they do not say which paragraphs answer them",
        ),
        ("multi-hop", b"\xff\xfe", "not UTF-8"),
        ("beir", "", "corpus.jsonl: it cannot be read"),
        ("nvidia-skills", "", "no SKILL.md below it"),
    ],
)
def test_a_source_that_cannot_be_used_is_named_in_one_line(
    kind: str,
    content: str | bytes | None,
    text: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = tmp_path / "source.json"
    if content is not None:
        source.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main(["suite", kind, str(source), "-o", str(tmp_path / "out")]) == 2
    err = capsys.readouterr().err
    assert text in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_judgement_that_cannot_be_read_is_named_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = beir(tmp_path / "set")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\tMED-1\tmuch\n")
    assert main(["suite", "beir", str(folder), "-o", str(tmp_path / "out")]) == 2
    assert "test.tsv:2: write query, document and score" in capsys.readouterr().err


def test_the_search_for_titles_takes_no_longer_with_a_thousand_times_as_many() -> None:
    text = "The one and the other. " * 2_000

    def seconds(count: int) -> float:
        titles = Titles(f"The {number} thing" for number in range(count))
        measured = []
        for _ in range(3):
            begin = time.process_time()
            assert not list(titles.mentions(text, ""))
            measured.append(time.process_time() - begin)
        return min(measured)

    assert seconds(20_000) < 10 * seconds(20)
