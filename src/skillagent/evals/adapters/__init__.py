"""Adapters: public sets of questions made by others, as a graph and a suite.

Each adapter reads one form into a `MadeSuite`; `destination` writes it. Nothing that says which
documents answer a question reaches the files of the graph.
"""
