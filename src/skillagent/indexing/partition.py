"""What an index keeps of single files, found for one part of a graph's files after the other.

Only this part of building an index needs nothing but the files themselves, so other processes or
machines can do it: see `cli.workers`. In this process it is done when a row needs it.

Above: `building`. Below: `costs`, `store`, `index`, `graph`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from skillagent.graph import Link, Node, Options, Root
from skillagent.graph.file_name import without_suffix
from skillagent.graph.logseq import dialect_of
from skillagent.graph.typed import with_declared_fields
from skillagent.graph.walk import read_file
from skillagent.index.analysis import Analysis, analysis_of
from skillagent.index.detection import evidence_of, language_of, usual_language
from skillagent.indexing.costs import shown_texts
from skillagent.indexing.looking import Looked
from skillagent.markdown import Dialect, LinkKind
from skillagent.markdown.document import parse
from skillagent.store.stored_analysis import pack_terms, unpack_terms
from skillagent.store.stored_values import LinkPlace, ShownText, links_as_written, pack_links

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future
    from contextlib import AbstractContextManager

PATIENCE_SECONDS = 60.0
"""How long an answer of the workers is waited for, before this process does the rest itself."""
FILES = 250
"""How many files a part has."""
Workers: TypeAlias = "Callable[[int], AbstractContextManager[Executor | None]]"
"""Starts workers for a number of files, and stops them; None if they are not worthwhile."""


def no_workers(_files: int) -> AbstractContextManager[Executor | None]:
    """This process does everything itself."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of the files of one root."""

    root: Root
    name: str
    """What `Node.root` is; empty if the graph has only one root."""
    dialect: Dialect
    options: Options
    paths: Sequence[str]
    """Paths of the files in the root."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of one file."""

    root: str
    path: str
    digest: str
    language: str
    """The language in which its terms were found; ISO 639-1."""
    shown: ShownText
    terms: bytes
    """See `stored_analysis.pack_terms`."""
    links: bytes
    """Its links as `stored_values.pack_links` packs them, without where they lead."""


def facts_of(partition: Partition) -> list[FileFacts]:
    """Read, parse and analyse the files of a partition. Files that cannot be read are left out."""
    nodes = [node for path in partition.paths if (node := _node(partition, path))]
    evidence = [evidence_of(node) for node in nodes]
    # Nearly always that of the whole graph, too; otherwise, the terms are found again.
    usual = usual_language(evidence)
    shown = shown_texts()
    facts = []
    for node, counts in zip(nodes, evidence, strict=True):
        language = language_of(node, counts, usual)
        links = [
            Link(node.id, None, reference, "", (), node.document)
            for reference in node.document.references
            if reference.kind is not LinkKind.COMMENT
        ]
        facts.append(
            FileFacts(
                node.root,
                node.path,
                node.digest,
                language,
                shown(node),
                pack_terms(analysis_of(node, language)),
                pack_links(links, {}),
            )
        )
    return facts


def _node(partition: Partition, path: str) -> Node | None:
    """The node of a file, whose id is not known here."""
    source = read_file(partition.root, path, partition.options)
    if source is None:
        return None
    document = parse(source.text, source.path, partition.dialect)
    return Node.of(source, document, without_suffix(source.path), partition.name, source.path)


def partitions_of(roots: Sequence[Root], options: Options, looked: Looked) -> Iterator[Partition]:
    """All files of a graph, in parts.

    Args:
        roots: its folders, each with its name.
        options: how it is loaded.
        looked: its files.
    """
    for root, state in zip(roots, looked.states, strict=True):
        paths = [file.path for file in state.files]
        top = (read_file(root, path, options) for path in paths if "/" not in path)
        dialect = dialect_of(root, options.dialect)
        dialect = with_declared_fields(dialect, [source for source in top if source])
        name = root.name if len(roots) > 1 else ""
        for start in range(0, len(paths), FILES):
            # Workers may have another working folder.
            there = replace(root, path=root.path.absolute())
            yield Partition(there, name, dialect, options, paths[start : start + FILES])


@contextmanager
def facts_by(
    workers: Workers, roots: Sequence[Root], options: Options, looked: Looked
) -> Iterator[WorkersFacts | None]:
    """What workers find out about all files of a graph, until the block ends.

    Args:
        workers: start the workers.
        roots: the folders of the graph, each with its name.
        options: how it is loaded.
        looked: its files.
    """
    with workers(sum(len(state.files) for state in looked.states)) as executor:
        yield WorkersFacts(executor, partitions_of(roots, options, looked)) if executor else None


class WorkersFacts:
    """What workers find out about the files of a graph, while it is loaded here.

    Args:
        executor: the workers.
        partitions: the files.
    """

    def __init__(self, executor: Executor, partitions: Iterable[Partition]) -> None:
        self._waiting: list[Future[list[FileFacts]]] = [
            executor.submit(facts_of, partition) for partition in partitions
        ]
        self._facts: dict[tuple[str, str, str], FileFacts] = {}

    def _of(self, node: Node) -> FileFacts | None:
        # Nodes are asked for in another order than the files are in.
        key = node.root, node.path, node.digest
        while key not in self._facts and self._waiting:
            try:
                for facts in self._waiting.pop(0).result(PATIENCE_SECONDS):
                    self._facts[facts.root, facts.path, facts.digest] = facts
            except Exception:
                for future in self._waiting:
                    future.cancel()
                self._waiting.clear()
        return self._facts.get(key)

    def shown(self, node: Node) -> ShownText | None:
        """What is known of a node's text; None if its file has changed meanwhile."""
        facts = self._of(node)
        return facts.shown if facts else None

    def links(self, node: Node) -> Mapping[LinkPlace, Sequence[Any]]:
        """The links of a node as they are written; empty if its file has changed meanwhile."""
        facts = self._of(node)
        if facts is None:
            return {}
        # They are asked for last, and there may be a million files.
        del self._facts[facts.root, facts.path, facts.digest]
        return links_as_written(facts.links)

    def analysis(self, node: Node, language: str) -> Analysis | None:
        """The terms of a node in a language; None if they are not known."""
        facts = self._of(node)
        return unpack_terms(facts.terms) if facts and facts.language == language else None
