"""Entries put into a host's own file, with every other byte left alone."""
