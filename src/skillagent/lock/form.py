"""The form of a lock file, checked when it is read; `docs/lock.schema.json` is made from it.

Above: `reading`. Below: pydantic, which is imported only if a lock is read.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Size = Annotated[int, Field(ge=0)]
Name = Annotated[str, Field(min_length=1)]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class FileForm(_Form):
    """A file of the graph that is not a node."""

    digest: Digest = Field(description="SHA-256 of the file's bytes.")
    size: Size = Field(description="Bytes on disk.")


class NodeForm(_Form):
    """One node."""

    digest: Digest = Field(description="SHA-256 of the file's bytes.")
    links: list[tuple[str, Name | None]] = Field(
        description="Each link once, sorted: the target as written, and the id it leads to."
    )
    path: Name = Field(description="Path in the root; root::path if there are several roots.")
    size: Size = Field(description="Bytes on disk.")
    text: Digest = Field(description="SHA-256 of the decoded text with LF line ends, as UTF-8.")


class LockForm(_Form):
    """A skillgraph.lock."""

    dialects: list[Name] = Field(description="How the links of each root are written.")
    entries: list[Name] = Field(description="Id of the entry of each root that has one.")
    files: dict[Name, FileForm] = Field(description="Path → every file that is not a node.")
    model_signing: Digest = Field(description="The digest of OpenSSF model signing.")
    nodes: dict[Name, NodeForm] = Field(description="Id → node.")
    root: Digest = Field(description="Root of the Merkle tree over the settings and all nodes.")
    tokenizer: Name = Field(description="Name of the token counter.")
    version: Literal[1] = Field(description="Version of this format.")


def schema() -> dict[str, Any]:
    """The form as JSON Schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **LockForm.model_json_schema(),
    }
