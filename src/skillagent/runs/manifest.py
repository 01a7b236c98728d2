"""The manifest of a run: everything but the events, in one JSON file.

It has four parts: `inputs` (hashed to `inputs_id`), `trace` (of which `run_digest` is the digest),
`environment` (reported, and compared when somebody asks why two runs differ), and `observed`,
which is never hashed into either of the two.

Above: `recorder` and `record`. Below: `inputs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from skillagent.digest import canonical_json, sha256
from skillagent.errors import UsageError
from skillagent.files.regular import read_regular
from skillagent.providers.base import Determinism
from skillagent.recording import strict_json
from skillagent.recording.exchange import STRICT
from skillagent.runs.canonical import without_floats
from skillagent.runs.inputs import RunInputs

FILE = "manifest.json"
LIMIT = 64_000_000
"""Maximum size of the file, in bytes."""


@dataclass(frozen=True, slots=True)
class NodeRead:
    """A node that the run disclosed."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    digest: str
    """SHA-256 of its file."""
    level: str
    """The fullest level at which it was shown."""
    proof: Mapping[str, Any] | None = None
    """Proves that the node belongs to the graph's root; see docs/lock-format.md."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last question ended."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    reason: str
    """A value of `EndReason`; `undone` for a question that was taken back; `closed` for a session
    of calls only."""
    answer: str
    """Digest of the answer's text."""


@dataclass(frozen=True, slots=True)
class FileSeal:
    """What a file of the record had in it when the manifest was written."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of `manifest.json`."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    manifest_version: Literal[1]
    run: str
    """Id of the run: the name of its folder when it was recorded."""
    status: Literal["running", "complete"]
    """`running` until the first question is answered, or the session is closed."""
    determinism: Determinism
    inputs: RunInputs
    inputs_id: str
    run_digest: str
    """Of all events until this manifest was written."""
    events: int
    """How many events that are."""
    nodes: Mapping[str, NodeRead]
    """The nodes that were disclosed, by id."""
    spent: int
    """Tokens of all answers."""
    calls: int
    """Tool calls of the session."""
    outcome: Outcome | None
    environment: Mapping[str, Any]
    observed: Mapping[str, Any]
    """What differs between two equal runs: times, ids, usage, cost, where the graph was."""
    files: Mapping[str, FileSeal] = field(default_factory=dict)
    """The other files of the record."""
    digest: str = ""
    """SHA-256 of all other fields, so that an edit is noticed."""

    def to_json(self) -> dict[str, Any]:
        values: dict[str, Any] = _FORM.dump_python(self, mode="json")
        # In the form of `RunInputs`, which leaves out what older records do not have.
        return {**values, "inputs": self.inputs.to_json()}

    def sealed_digest(self) -> str:
        """What `digest` must be."""
        return str(sealed(self.to_json())["digest"])


_FORM = TypeAdapter(Manifest)


def sealed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON values of a manifest with the digest that they must have."""
    rest = {name: value for name, value in values.items() if name != "digest"}
    return {**rest, "digest": sha256(canonical_json(without_floats(rest)))}


def schema() -> dict[str, Any]:
    """The JSON Schema of a manifest."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_FORM.json_schema(),
        "title": "manifest.json of a skillagent run record",
    }


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a record.

    Args:
        folder: folder of the record.

    Raises:
        UsageError: there is none, or it is no manifest.
    """
    path = folder / FILE
    try:
        data = read_regular(path, LIMIT)
        strict_json.parsed(data)  # pydantic takes the last of two equal keys
        return _FORM.validate_json(data)
    except FileNotFoundError:
        raise UsageError(
            f"{folder}: no run record: it has no {FILE}; if its process was killed before it "
            "wrote one, nothing was asked, and the folder can be removed"
        ) from None
    except OSError as error:
        raise UsageError(f"{folder}: no run record: {FILE}: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UsageError(f"{path}: not a manifest ({place}: {first['msg']})") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not a manifest: {error}") from None
