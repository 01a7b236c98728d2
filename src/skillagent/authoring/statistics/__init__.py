"""What a graph is like, in figures: size, density, reach, hubs, clusters, growth.

- `statistics`: all of them as one value.
- `reach`: how many nodes are near the entry, in links and in tokens.
- `growth`: files and links by month, from the history of a git repository.

`health` tells what to do next; these figures only describe.
"""

from skillagent.authoring.statistics.statistics import Statistics, statistics

__all__ = ["Statistics", "statistics"]
