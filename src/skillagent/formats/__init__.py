"""The values of `messages` in a provider's own form, and back: dictionaries, no SDK, no I/O.

Above: `disclosure`, which offers its tools in these forms, and `providers`, which send whole
conversations. Below: `messages`. A block may come as a dictionary or as an SDK's object.
"""
