"""A DVC pipeline that locks a graph, asks it, scores it and verifies the record.

This is its stage `evaluate`: it prints how many questions have the right node as the first line.
"""

import json
from pathlib import Path

import yaml

from skillagent import SkillGraph, Toolset

HERE = Path(__file__).parent


def main() -> None:
    params = yaml.safe_load((HERE / "params.yaml").read_text())
    graph = SkillGraph.load(HERE / "graph")
    right = tokens = 0
    for case in params["cases"]:
        tools = Toolset(graph, budget=params["budget"])
        answer = tools.list_index(query=case["query"])
        right += answer.result.lines[0].id == case["node"]
        tokens += answer.cost
    # Whole numbers only: they are the same on every machine.
    print(json.dumps({"cases": len(params["cases"]), "right": right, "tokens": tokens}))
    assert right == len(params["cases"])


if __name__ == "__main__":
    main()
