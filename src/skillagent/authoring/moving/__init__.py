"""Moves parts of documents to other files and keeps every link; `relocate` is the way in."""
