"""Translates the values of `messages` into a provider's form and back, without SDK or I/O.

The result is always dictionaries; a block to read may be a dictionary or an SDK's object.

Above: `disclosure`, which offers its tools in these forms, and `providers`, which send whole
conversations. Below: `messages`.
"""
