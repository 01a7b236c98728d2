"""How well `list_index(query=…)` ranks, beside plainer ways, on labelled questions.

    python -m benchmarks.ranking nvidia-skills=FOLDER hotpotqa-100=FOLDER

Two public sets that nobody here wrote: NVIDIA/skills, whose `evals.json` name the skill that a
prompt should select (prompts that contain the skill's own name are left out), and 100
two-hop questions of HotpotQA over 994 passages, which are linked where one passage names
another's title. Printed: the share of gold nodes among the first 1, 2, 5 and 10.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from skillagent import SearchIndex, SkillGraph
from skillagent.index.search import _Postings
from skillagent.index.words import query_terms, terms

CUTS = (1, 2, 5, 10)
Question = tuple[str, frozenset[str]]
Ranker = Callable[[str], list[str]]


def nvidia(folder: Path) -> tuple[SkillGraph, list[Question]]:
    """The skills as they are, and the prompts that should select one of them."""
    graph = SkillGraph.load(folder)
    questions: list[Question] = []
    for path in sorted(folder.glob("*/evals.json")):
        content = json.loads(path.read_text())
        for case in (
            content
            if isinstance(content, list)
            else content.get("evals") or content.get("cases") or []
        ):
            gold = case.get("expected_skill")
            node = f"{gold}/SKILL"
            text = str(case.get("question") or case.get("prompt") or "")
            named = gold and re.sub(r"\W+", " ", gold) in re.sub(r"\W+", " ", text.casefold())
            if gold and node in graph.nodes and not named:
                questions.append((text, frozenset({node})))
    return graph, questions


def hotpot(folder: Path, target: Path) -> tuple[SkillGraph, list[Question]]:
    """Each passage as a node; the first mention of another passage's title becomes a link."""
    corpus: dict[str, list[str]] = json.loads((folder / "hotpotqa_train_corpus.json").read_text())
    names = {title: f"p{number:04d}" for number, title in enumerate(sorted(corpus))}
    long = [title for title in names if len(title) > 4]
    titles = re.compile(r"\b(" + "|".join(re.escape(title) for title in long) + r")\b")
    for title, parts in corpus.items():
        seen: set[str] = {title}

        def link(match: re.Match[str], seen: set[str] = seen) -> str:
            if match[1] in seen:
                return match[1]
            seen.add(match[1])
            return f"[[{names[match[1]]}|{match[1]}]]"

        body = titles.sub(link, "".join(parts))
        (target / f"{names[title]}.md").write_text(
            f"---\ntitle: {json.dumps(title)}\n---\n{body}\n"
        )
    questions = [
        (case["question"], frozenset(names[title] for title, _ in case["supporting_facts"]))
        for case in json.loads((folder / "hotpotqa_train.json").read_text())
        if all(title in names for title, _ in case["supporting_facts"])
    ]
    return SkillGraph.load(target), questions


def plain(graph: SkillGraph, fields: Callable[[str], str]) -> Ranker:
    """BM25 over one text a node."""
    postings = _Postings()
    for node in graph.nodes:
        postings.add((), (), terms(fields(node)))
    postings.close()
    ids = list(graph.nodes)

    def rank(query: str) -> list[str]:
        scores = postings.score(dict.fromkeys(query_terms(query), 1.0))
        return [ids[at] for at, _ in sorted(scores.items(), key=lambda item: (-item[1], item[0]))]

    return rank


def rankers(graph: SkillGraph) -> dict[str, Ranker]:
    nodes = graph.nodes
    index = SearchIndex.of(graph)
    return {
        "names and descriptions": plain(
            graph, lambda node: f"{nodes[node].title} {nodes[node].description}"
        ),
        "BM25 of the whole text": plain(graph, lambda node: nodes[node].document.text),
        "list_index(query)": lambda query: [
            hit.node for hit in index.search(query, len(graph.nodes))[0]
        ],
    }


def recall(rank: Ranker, questions: Iterable[Question]) -> list[float]:
    found = [0.0] * len(CUTS)
    count = 0
    for query, gold in questions:
        order = rank(query)
        count += 1
        for at, cut in enumerate(CUTS):
            found[at] += len(gold & set(order[:cut])) / len(gold)
    return [value / max(1, count) for value in found]


def main() -> None:
    given = dict(argument.split("=", 1) for argument in sys.argv[1:])
    with tempfile.TemporaryDirectory() as name:
        sets: dict[str, tuple[SkillGraph, list[Question]]] = {}
        if "nvidia-skills" in given:
            sets["nvidia-skills"] = nvidia(Path(given["nvidia-skills"]))
        if "hotpotqa-100" in given:
            sets["hotpotqa-100"] = hotpot(Path(given["hotpotqa-100"]), Path(name))
        if not sets:
            raise SystemExit((__doc__ or "").strip())
        for label, (graph, questions) in sets.items():
            print(f"{label}: {len(graph.nodes)} nodes, {graph.counts.resolved} links,", end=" ")
            print(f"{len(questions)} questions")
            for ranker, rank in rankers(graph).items():
                shares = "  ".join(
                    f"@{cut} {value:.3f}"
                    for cut, value in zip(CUTS, recall(rank, questions), strict=True)
                )
                print(f"  {ranker:24} {shares}")


if __name__ == "__main__":
    main()
