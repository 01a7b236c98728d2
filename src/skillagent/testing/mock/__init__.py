"""The mock LLM: reads a request, chooses a turn and writes the answer, all without I/O.

- `mock`: `MockLLM`, which does the three steps and remembers every request.
- `attempts`: which turn answers, also when a client retries; `chaos`: random faults.
- `stored`: conversations that an API keeps for its clients; `usage`: token counts.
- `answers`: a turn or an error as the bytes of an HTTP answer, with its faults.
- `received`: the requests as values, and as text for a failing test.

Above: `script_file` and `cli`. Below: `script`, `conversation`, `wire` and `validation`.
"""

from skillagent.testing.mock.mock import MockLLM

__all__ = ["MockLLM"]
