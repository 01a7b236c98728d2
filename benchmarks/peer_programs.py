"""The programs that `benchmarks.peers` measures: how each is installed and what it is asked.

In commands and arguments, `{notes}` is the folder of the notes, `{home}` the home folder of the
program, `{query}` a question, `{stub}` the file of `SKILL_GRAPH` and `{vault}` that of `VAULT`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.generated_notes import write_notes, write_skills

Command = tuple[str, ...]

SKILL_GRAPH = """
import hashlib
import numpy
from skill_graph.search.embedder import Embedder

class Model:
    def encode(self, text, **_):
        digest = hashlib.shake_128(text.encode()).digest(384)
        return numpy.frombuffer(digest, dtype=numpy.int8) / 128

Embedder.model = property(lambda self: Model())
from skill_graph.cli import cli
cli()
"""
"""Runs skill-graph with vectors made of a digest: its embedding model is not in its package."""

VAULT = """
import sys
from pathlib import Path
from obsidiantools.api import Vault

print(Vault(Path(sys.argv[1])).connect().get_note_metadata())
"""
"""obsidiantools is a library without a command: this prints its table of all notes."""


@dataclass(frozen=True)
class Server:
    """An MCP server over stdio."""

    command: Command
    search: tuple[str, Mapping[str, Any]]
    """The tool that answers a question, and its arguments."""
    list: tuple[str, Mapping[str, Any]] | None = None
    """The tool that lists notes, and its arguments."""


@dataclass(frozen=True)
class Program:
    """One program that is measured."""

    name: str
    cold: tuple[Command, ...]
    """What makes its index, or what it does instead, from nothing."""
    warm: tuple[Command, ...]
    """The same once more, when no file has changed."""
    packages: Command = ()
    """What is installed; first the package that gives the version."""
    is_npm: bool = False
    keeps_nothing: bool = False
    """Whether each of its processes begins from nothing, so that asking once more tells no more."""
    list: Command | None = None
    """Lists notes, in a new process."""
    search: Command | None = None
    """Answers a question, in a new process."""
    server: Server | None = None
    write: Callable[[Path, int], None] = write_notes
    """Writes the notes in the form that it reads."""
    environment: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""
    """What one must know to read its figures."""


_SKILLAGENT = ("skillagent", "list", "{notes}")
_STATS = ("graphmark", "--root", "{notes}", "stats")
_RECALL = ("recall", "index")
_SKILLPORT = ("skillport-mcp", "--skills-dir", "{notes}", "--db-path", "{home}/index.lance")
_SKILL_GRAPH = ("python", "{stub}")
_VAULT = ("python", "{vault}", "{notes}")
_MEMORY = ("basic-memory", "tool", "search-notes", "{query}", "--project", "notes")

PROGRAMS = (
    Program(
        "skillagent",
        cold=((*_SKILLAGENT, "--query", "{query}"),),
        warm=((*_SKILLAGENT, "--query", "{query}"),),
        list=_SKILLAGENT,
        search=(*_SKILLAGENT, "--query", "{query}"),
        server=Server(
            ("skillagent", "serve", "{notes}", "--no-watch", "--budget", "1000000000"),
            search=("list_index", {"query": "{query}"}),
            list=("list_index", {}),
        ),
        remark="with exact token counts and ranked search; the first search answer makes the index",
    ),
    Program(
        "graphmark",
        packages=("graphmark",),
        keeps_nothing=True,
        cold=(_STATS,),
        warm=(_STATS,),
        list=("graphmark", "--root", "{notes}", "pagerank"),
        remark="keeps nothing and has no search and no server; its list is the 10 best by PageRank",
    ),
    Program(
        "atlas-recall",
        packages=("atlas-recall[mcp]",),
        cold=(("recall", "init", "{notes}"), _RECALL),
        warm=(_RECALL,),
        search=("recall", "find", "{query}"),
        server=Server(
            ("atlas-recall-mcp",),
            search=("recall_search", {"query": "{query}"}),
            list=("recall_list_notes", {}),
        ),
        remark="its list is the 100 notes changed last; its search needs all words of a question",
    ),
    Program(
        "skillport",
        # Newer releases of lancedb cannot make its full-text index.
        packages=("skillport-mcp", "skillport", "lancedb<0.28"),
        cold=(_SKILLPORT,),
        warm=(_SKILLPORT,),
        list=("skillport", "--skills-dir", "{notes}", "list", "--limit", "10"),
        server=Server(_SKILLPORT, search=("search_skills", {"query": "{query}"})),
        write=write_skills,
        environment={"SKILLPORT_EMBEDDING_PROVIDER": "none"},
        remark="the notes as Agent Skills, lancedb below 0.28; indexes when its server starts; "
        "reads no links",
    ),
    Program(
        "skill-graph-mcp",
        packages=("skill-graph-mcp",),
        cold=((*_SKILL_GRAPH, "index", "{notes}"),),
        warm=((*_SKILL_GRAPH, "index", "{notes}"),),
        list=(*_SKILL_GRAPH, "list"),
        search=(*_SKILL_GRAPH, "search", "{query}"),
        server=Server(
            (*_SKILL_GRAPH, "serve"),
            search=("search_skills", {"query": "{query}"}),
            list=("list_skills", {}),
        ),
        remark="its embedding model must be fetched from a hub: a digest takes its place, which "
        "costs nothing and finds nothing",
    ),
    Program(
        "obsidiantools",
        packages=("obsidiantools",),
        keeps_nothing=True,
        cold=(_VAULT,),
        warm=(_VAULT,),
        list=_VAULT,
        remark="a library that keeps nothing and has no search; its list is the head and the tail "
        "of its table",
    ),
    Program(
        "basic-memory",
        packages=("basic-memory",),
        cold=(("basic-memory", "project", "add", "notes", "{notes}", "--local"),),
        warm=(("basic-memory", "reindex", "--search", "--project", "notes"),),
        list=("basic-memory", "ls", "--project", "notes"),
        search=_MEMORY,
        server=Server(
            ("basic-memory", "mcp"),
            search=("search_notes", {"query": "{query}", "project": "notes"}),
            list=("list_directory", {"project": "notes"}),
        ),
        environment={
            "BASIC_MEMORY_SEMANTIC_SEARCH_ENABLED": "false",
            "BASIC_MEMORY_NO_PROMOS": "1",
        },
        remark="search by words; its list is the first page of the top folder",
    ),
    Program(
        "qmd",
        packages=("@tobilu/qmd@latest", "node@22"),
        is_npm=True,
        cold=(("qmd", "collection", "add", "{notes}", "--name", "notes"),),
        warm=(("qmd", "update"),),
        list=("qmd", "ls", "notes"),
        search=("qmd", "search", "{query}"),
        server=Server(
            ("qmd", "mcp"),
            search=(
                "query",
                {"searches": [{"type": "lex", "query": "{query}"}], "rerank": False},
            ),
        ),
        remark="search by words (`lex`); its models must be fetched from a hub; its list is all "
        "notes; reads no links",
    ),
)
