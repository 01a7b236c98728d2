"""Toolsets as the tools of other frameworks, one thin module for each framework.

Above: `cli`. Below: everything else. A framework is imported only by its own module.
"""
