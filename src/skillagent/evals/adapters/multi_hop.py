"""Public multi-hop sets: HotpotQA, 2WikiMultihopQA and MuSiQue, each with or without a corpus.

HotpotQA and 2WikiMultihopQA have `context` and `supporting_facts`, MuSiQue has `paragraphs` with
`is_supporting`. The documents are those of a corpus file (`NAME_corpus.json` beside `NAME.json`,
as HippoRAG writes them), or all paragraphs of all questions. Which of them answer a question is
not looked at while they are written.

Sources: Z. Yang et al. (arXiv:1809.09600), X. Ho et al. (arXiv:2011.01060), H. Trivedi et al.
(arXiv:2108.00573), B. J. Gutiérrez et al. (arXiv:2405.14831).

Above: `cli`. Below: `passages`, `made_suite`, `source_files`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import regex

from skillagent.errors import UsageError
from skillagent.evals.adapters.made_suite import Cases, MadeSuite, hop_tag, suite_name
from skillagent.evals.adapters.passages import Passage, node_files, passage_ids
from skillagent.evals.adapters.plain_text import one_line
from skillagent.evals.adapters.source_files import entries, objects, read_values, text_of
from skillagent.evals.checks import Check, Matches
from skillagent.evals.suite import Case
from skillagent.progress import Progress, tracked

CORPUS = "_corpus"
"""What the name of a corpus has in addition to that of its questions."""
_LEAKS = (
    "questions of such sets name the documents that they begin at; a title of two words is quoted "
    "in most of them."
)
_TEXTS = ("paragraph_text", "text", "sentences", "content")
"""Keys of a paragraph's text, of which each set has one."""
_YES_NO = frozenset(("yes", "no", "noanswer"))


def multi_hop(source: Path, progress: Progress, corpus: Path | None = None) -> MadeSuite:
    """The suite of a file of questions.

    Args:
        source: a JSON or JSONL file, or a folder with one, and maybe its corpus.
        progress: receives how far the work is.
        corpus: the file of all documents; None for the one beside the questions, or the
            paragraphs of the questions.

    Raises:
        UsageError: a file cannot be read, or has no questions or documents of these forms.
    """
    questions_file, beside = _files(source)
    questions = objects(read_values(questions_file))
    if len(questions) == 1 and "question" not in questions[0]:
        questions = objects(questions[0].get("data"))
    corpus = corpus or beside
    documents = _of_corpus(corpus) if corpus else _of_questions(questions)
    # Sorted, so that neither their order nor their ids tell which question they belong to.
    passages = sorted(
        {passage for passage in documents if passage.text}, key=lambda p: (p.title, p.text)
    )
    if not passages:
        raise UsageError(
            f"{corpus or questions_file}: no documents; there must be `context` or `paragraphs` in "
            "each question, or a corpus of titles and texts"
        )
    places = _Places(passages)
    cases = Cases()
    for question in tracked(questions, "reading questions", progress):
        _add(cases, question, places)
    return MadeSuite(
        name=suite_name((source.resolve() if source.is_dir() else source.with_suffix("")).name),
        description=f"multi-hop questions on {len(passages)} documents",
        files=dict(node_files(passages, progress)),
        cases=cases.all(),
        leaks=_LEAKS,
        left_out=cases.left_out,
    )


class _Places:
    """Finds the nodes of paragraphs and titles.

    Args:
        passages: all documents, in the order of their ids.
    """

    def __init__(self, passages: list[Passage]) -> None:
        ids = passage_ids(len(passages))
        self._by_passage = dict(zip(passages, ids, strict=True))
        self._by_title: dict[str, list[str]] = {}
        for passage, node in self._by_passage.items():
            self._by_title.setdefault(passage.title, []).append(node)

    def of(self, passage: Passage) -> str:
        """Id of a paragraph; if only its text differs, of the only one with its title.

        Empty if there is none, or several.
        """
        same_title = self._by_title.get(passage.title, [])
        return self._by_passage.get(passage) or (same_title[0] if len(same_title) == 1 else "")


def _add(cases: Cases, question: Mapping[str, Any], places: _Places) -> None:
    text = one_line(text_of(question.get("question")))
    if not text:
        return cases.leave_out("they have no text")
    if question.get("answerable") is False:
        # Its twin has the paragraph that is missing here, and both are in one graph.
        return cases.leave_out("they are made unanswerable by leaving out a paragraph")
    supporting = _supporting(question)
    if not supporting:
        return cases.leave_out("they do not say which paragraphs answer them")
    gold = tuple(dict.fromkeys(map(places.of, supporting)))
    if not all(gold):
        return cases.leave_out("a paragraph that answers them is not in the corpus")
    name = text_of(question.get("_id")) or text_of(question.get("id"))
    case = Case("", text, gold, tags=(hop_tag(gold),), checks=_checks(question))
    return cases.add(name, case)


def _supporting(question: Mapping[str, Any]) -> list[Passage]:
    """The paragraphs that answer a question, without text if the question does not have them."""
    marked = objects(question.get("paragraphs"))
    if marked:
        return [_paragraph(item) for item in marked if item.get("is_supporting") is True]
    context = {passage.title: passage for passage in _context(question.get("context"))}
    titles = dict.fromkeys(_fact_titles(question.get("supporting_facts")))
    return [context.get(title, Passage(title, "")) for title in titles]


def _fact_titles(facts: Any) -> Iterator[str]:
    if isinstance(facts, Mapping):  # as columns, as in Hugging Face's copies
        yield from (one_line(text_of(title)) for title in entries(facts.get("title")))
    for fact in entries(facts):
        if isinstance(fact, list) and fact:
            yield one_line(text_of(fact[0]))


def _of_questions(questions: Iterable[Mapping[str, Any]]) -> Iterator[Passage]:
    for question in questions:
        yield from _context(question.get("context"))
        yield from map(_paragraph, objects(question.get("paragraphs")))


def _context(context: Any) -> Iterator[Passage]:
    """The paragraphs of a `context`: pairs of a title and sentences, or two columns."""
    if isinstance(context, Mapping):
        titles = entries(context.get("title"))
        sentences = entries(context.get("sentences")) or entries(context.get("content"))
        context = [list(pair) for pair in zip(titles, sentences, strict=False)]
    for pair in entries(context):
        if isinstance(pair, list) and len(pair) == 2:
            yield Passage.of(text_of(pair[0]), _joined(pair[1]))
        elif isinstance(pair, Mapping):
            yield _paragraph(pair)


def _paragraph(item: Mapping[str, Any]) -> Passage:
    texts = (item.get(key) for key in _TEXTS)
    text = next((text for text in texts if text), "")
    return Passage.of(text_of(item.get("title")), _joined(text))


def _of_corpus(path: Path) -> Iterator[Passage]:
    values = read_values(path)
    is_list = all(
        isinstance(item, Mapping) and not item.keys().isdisjoint(_TEXTS) for item in values
    )
    if len(values) == 1 and isinstance(values[0], Mapping) and not is_list:
        for title, text in values[0].items():
            yield Passage.of(text_of(title), _joined(text))
        return
    yield from map(_paragraph, objects(values))


def _joined(text: Any) -> str:
    """Sentences as one text: some sets have a blank between them, others leave it out."""
    return " ".join(map(text_of, text)) if isinstance(text, list) else text_of(text)


def _checks(question: Mapping[str, Any]) -> tuple[Check, ...]:
    """That an answer has one of the spellings that the set gives; none for yes and no."""
    answer = question.get("answer")
    spellings = [*(entries(answer) or [answer]), *entries(question.get("answer_aliases"))]
    texts = sorted(set(filter(None, (one_line(text_of(spelling)) for spelling in spellings))))
    if not texts or not _YES_NO.isdisjoint(text.casefold() for text in texts):
        return ()
    # As words: "US" is not in "because".
    return (Matches(rf"(?i)(?<!\w)(?:{'|'.join(map(regex.escape, texts))})(?!\w)"),)


def _files(source: Path) -> tuple[Path, Path | None]:
    """The file of the questions, and that of its corpus if there is one beside it."""
    if source.is_dir():
        files = sorted(path for path in source.iterdir() if path.suffix in (".json", ".jsonl"))
        questions = [path for path in files if not path.stem.endswith(CORPUS)]
        if len(questions) != 1:
            named = ", ".join(path.name for path in questions) or "none"
            raise UsageError(f"{source}: name one file of questions; there is {named}")
        source = questions[0]
    corpora = (source.with_name(source.stem + CORPUS + end) for end in (".json", ".jsonl"))
    return source, next((path for path in corpora if path.is_file()), None)
