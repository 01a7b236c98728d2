"""Findings about links: those that fit several nodes, none, or no heading of their node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph.graph_root import GraphRoot
from skillagent.graph.link import Link, is_block
from skillagent.graph.logseq import called
from skillagent.graph.node import Node
from skillagent.graph.resolve import OUTSIDE, Resolution, Resolver, name_key
from skillagent.markdown import LinkKind, Reference

MOST_NAMED = 5
"""How many nodes a finding names before it only counts the rest."""
DIALECT_HINT = 10
"""How many broken links another dialect must repair before a finding proposes it."""
_ALIAS_KEYS = ("aliases", "alias")


class LinkReport:
    """Collects the findings about links while they are resolved.

    Args:
        strict: whether a link whose name fits several nodes is an error and has no target.
    """

    def __init__(self, strict: bool) -> None:
        self.findings: list[Diagnostic] = []
        self._strict = strict

    def target_of(
        self, answer: Resolution, reference: Reference, path: str, root: GraphRoot
    ) -> Node | None:
        """The node that a link leads to; a choice between several, or no node, is reported.

        Args:
            answer: what the lookup of the link found.
            reference: the link.
            path: path of its document, as findings name it.
            root: the root of its document.
        """
        if len(answer.candidates) > 1:
            return self._several(answer, reference, path)
        if answer.node is None:
            self._missing(answer, reference, path, root)
        return answer.node

    def _several(self, answer: Resolution, reference: Reference, path: str) -> Node | None:
        names = some_ids(answer.candidate_ids)
        message = f"[[{reference.target}]] names {len(answer.candidates)} nodes: {names}"
        if self._strict:
            self.findings.append(finding("SG028", path, reference.line, message))
            return None
        chosen = f"{answer.node.id} was taken" if answer.node else "none was chosen"
        self.findings.append(finding("SG021", path, reference.line, f"{message}; {chosen}"))
        return answer.node

    def _missing(
        self, answer: Resolution, reference: Reference, path: str, root: GraphRoot
    ) -> None:
        line = reference.line
        if answer is OUTSIDE:
            message = f"the link to {reference.target!r} leads outside the graph"
            self.findings.append(finding("SG024", path, line, message))
            return
        if root.dialect.pages and reference.kind is not LinkKind.MARKDOWN:
            # Logseq shows a page for every name, so a page without a file is reported once.
            places = root.without_file.setdefault(name_key(reference.target), [])
            places.append((path, reference))
            if len(places) > 1:
                return
        else:
            message = f"broken link to {reference.target!r}"
            remedy = _folder_to_load(reference, root.resolver)
            self.findings.append(finding("SG020", path, line, message, remedy))
        if near := root.resolver.near(reference.target):
            message = f"{reference.target!r} is near to the name of {near.id}"
            stem = called(near) if root.dialect.pages else near.stem
            remedy = f"write {stem}" if reference.is_name else f"write [[{stem}]]"
            self.findings.append(finding("SG023", path, line, message, remedy))

    def check_fragment(self, target: Node, reference: Reference, path: str) -> None:
        """Report a `#heading` or `#^block` that the target does not have."""
        fragment = reference.fragment
        document = target.document
        if reference.kind is LinkKind.MARKDOWN and fragment.casefold() == "top":
            return  # HTML defines `#top` as the beginning of any page
        if is_block(fragment):
            if fragment[1:].casefold() in document.blocks:
                return
            message = f"{target.id} has no block {fragment}"
        elif document.has_anchor(fragment) or document.includes_files:
            return
        else:
            message = f"{target.id} has no heading {fragment!r}"
        self.findings.append(finding("SG022", path, reference.line, message))


def _folder_to_load(reference: Reference, resolver: Resolver) -> str:
    """How to repair a link that begins at the top of a site; empty for any other link."""
    first = reference.target.removeprefix("/").partition("/")[0]
    if reference.kind is not LinkKind.MARKDOWN or not reference.target.startswith("/"):
        return ""
    if first in resolver.others:
        return ""  # the right folder was loaded, but has no such file
    if above := resolver.site.source_folder():
        return f"load the folder {above} above this root, where / may begin, or correct the link"
    return "load the folder that is the top of the site, where / begins, or correct the link"


def pages_without_file(root: GraphRoot) -> Iterator[Diagnostic]:
    """One finding for each Logseq page that links name and that has no file."""
    for places in root.without_file.values():
        path, first = places[0]
        message = f"broken link to {first.target!r}"
        if len(places) > 1:
            files = len({path for path, _ in places})
            message += f", the first of {len(places)} in {files} file{'s' if files > 1 else ''}"
        yield finding("SG020", path, first.line, message)


def alias_clashes(root: GraphRoot) -> Iterator[Diagnostic]:
    """A finding in each node whose alias another node has too."""
    for key, namesakes in sorted(root.resolver.aliases.shared().items()):
        nodes = namesakes.nodes
        message = f"the alias {key!r} is claimed by {some_ids([node.id for node in nodes])}"
        for node in nodes:
            lines = node.document.frontmatter.lines
            line = next((lines[name] for name in lines if name.casefold() in _ALIAS_KEYS), 1)
            yield finding("SG026", root.prefix + node.path, line, message)


def some_ids(ids: Iterable[str]) -> str:
    """Some ids in words, no more than `MOST_NAMED`."""
    ids = list(ids)
    more = len(ids) - MOST_NAMED
    return ", ".join(ids[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def dialect_hint(root: GraphRoot, links: list[Link]) -> list[Diagnostic]:
    """Propose `dialect: dendron` if many labels name nodes where the targets do not."""
    if root.dialect.label_first:
        return []
    labelled = [
        link
        for link in links
        if link.label and not link.target and link.kind is not LinkKind.MARKDOWN
    ]
    repaired = sum(_would_resolve(link.label, root.resolver) for link in labelled)
    if repaired < DIALECT_HINT or 2 * repaired < len(labelled):
        return []
    message = f"{repaired} broken links would resolve if written [[label|target]]"
    return [finding("SG027", root.prefix or ".", 0, message, "load it with dialect dendron")]


def _would_resolve(label: str, resolver: Resolver) -> bool:
    target = label.partition("#")[0].strip()
    return "://" in label or not target or resolver.name(target, "").node is not None
