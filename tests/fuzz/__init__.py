"""Fuzz targets: each a function that takes bytes and raises if a promise does not hold.

`.ci/fuzz` runs them under atheris, which keeps the inputs that reach new code; a test runs the
inputs in `corpus` without it, so the targets must not import atheris.
"""
