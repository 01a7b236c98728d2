"""Stretches of documents moved to other files, with every link kept."""
