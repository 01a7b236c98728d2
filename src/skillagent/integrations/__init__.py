"""Toolsets in the form that other frameworks run by themselves, one thin module each.

Above: `cli`. Below: everything else. A framework is imported only by its own module.
"""
