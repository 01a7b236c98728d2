"""Someone's vault as it is: aliases, embeds, comments, no descriptions."""

from pathlib import Path

from skillagent import SkillGraph, Toolset

VAULT = Path(__file__).parent / "vault"


def main() -> None:
    graph = SkillGraph.load(VAULT)
    print(graph.entry, graph.counts)
    for finding in graph.diagnostics:
        print(finding)

    # A name, a path, an alias and another case all lead to the same note.
    for name in ("Sourdough", "Bread/Sourdough", "levain bread", "sourdough"):
        assert graph.find(name).id == "Bread/Sourdough"

    # Links in comments and in code are none; a broken one is found with its line.
    assert [(found.code, found.path) for found in graph.diagnostics] == [
        ("SG020", "Bread/Starter.md")
    ]
    assert not graph.backlinks("Private")

    # An embedded section is shown where it is embedded.
    tools = Toolset(graph, budget=2_000)
    text = tools.read_node("Sourdough").text
    print(text)
    assert "Feed it twice a day" in text
    assert "never to be seen" not in tools.list_index().text


if __name__ == "__main__":
    main()
