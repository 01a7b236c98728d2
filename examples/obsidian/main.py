"""Someone's vault as it is: aliases, embeds, comments, no descriptions."""

from pathlib import Path

from skillagent import SkillGraph, Toolset

VAULT = Path(__file__).parent / "vault"


def main() -> None:
    graph = SkillGraph.load(VAULT)
    print(graph.entry, graph.counts)
    for finding in graph.diagnostics:
        print(finding)

    # A name, a path, an alias and another case all lead to the same node.
    for name in ("Sourdough", "Bread/Sourdough", "levain bread", "sourdough"):
        assert graph.find(name).id == "Bread/Sourdough"

    # Links in comments and in code are ignored; a broken link is reported with its line.
    assert [(finding.code, finding.path) for finding in graph.diagnostics] == [
        ("SG020", "Bread/Starter.md")
    ]
    assert not graph.backlinks("Private")

    # The text of an embedded section is part of the node that embeds it.
    tools = Toolset(graph, budget=2_000)
    text = tools.read_node("Sourdough").text
    print(text)
    assert "Feed it twice a day" in text
    assert "never to be seen" not in tools.list_index().text


if __name__ == "__main__":
    main()
