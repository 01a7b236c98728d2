"""Answers in the wire formats of three APIs."""
