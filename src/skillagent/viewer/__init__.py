"""The picture of a graph, and of runs on it."""
