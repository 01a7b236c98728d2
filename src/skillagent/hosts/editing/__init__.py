"""Edits an entry in a host's configuration file; every other byte stays as it is."""
