"""Checks of requests, with the messages that the real APIs answer a mistake with."""
