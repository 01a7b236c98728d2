"""Evals: what a skill graph is worth, measured against plainer ways."""
