"""Answers in the wire formats of the three APIs, and HTTP exchanges as they are recorded."""
