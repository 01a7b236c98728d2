"""The offline navigator: what it reads, in which order, and what it quotes."""

from __future__ import annotations

import pytest

from skillagent import Agent, Level, OfflineProvider, SkillGraph, Toolset
from skillagent.agent import CallFinished, Done
from skillagent.messages import ToolCall
from skillagent.providers.offline import NOTICE
from skillagent.providers.offline.passages import passages
from skillagent.providers.offline.walk_state import WalkState
from tests.conftest import BUNDLED, Vault

FILLER = "The harbour is open in every season and its lights are kept by the town. " * 12


class Asked:
    """A question to a graph, with the calls that were made for it and the answer."""

    def __init__(self, agent: Agent, question: str) -> None:
        events = list(agent.ask(question))
        done = events[-1]
        assert isinstance(done, Done)
        assert done.reason == "end"
        self.calls: list[ToolCall] = [e.call for e in events if isinstance(e, CallFinished)]
        self.text = done.text
        self.quotes = done.text.removeprefix(NOTICE)

    @property
    def read(self) -> list[str]:
        """Nodes that `read_node` was called for, in order."""
        return [
            str(call.arguments["node"])
            for call in self.calls
            if call.name == "read_node" and not isinstance(call.arguments, str)
        ]


def navigator(vault: Vault, files: dict[str, str], budget: int = 8_000) -> Agent:
    graph = SkillGraph.load(vault(dict(files)))
    return Agent(Toolset(graph, budget), OfflineProvider())


def passages_about_ships(count: int) -> dict[str, str]:
    return {
        f"ship{number:02}.md": f"# Ship {number}\n\nThe keel of ship {number} was laid in "
        f"the year {1900 + number}, and it sailed from the harbour in the spring.\n"
        for number in range(count)
    }


def test_it_reads_in_the_order_of_the_listing_and_skips_the_summaries_of_short_nodes() -> None:
    agent = Agent(Toolset(SkillGraph.load(BUNDLED)), OfflineProvider())
    asked = Asked(agent, "How do I pin a Docker base image?")
    listed = Toolset(agent.toolset.graph).list_index(query="How do I pin a Docker base image?")
    order = [line["id"] for line in listed.result.to_json()["lines"]]
    assert [call.name for call in asked.calls] == ["list_index"] + ["read_node"] * len(asked.read)
    assert asked.read == order[: len(asked.read)]


@pytest.mark.parametrize(("budget", "least"), [(500, 2), (1_000, 4), (2_000, 8), (4_000, 16)])
def test_short_nodes_are_read_until_the_budget_is_spent(
    vault: Vault, budget: int, least: int
) -> None:
    # Each passage promises as much as the one before it, and costs little.
    files = passages_about_ships(40)
    files |= {f"town{at}.md": f"Town {at} has a market on Monday.\n" for at in range(200)}
    agent = navigator(vault, files, budget)
    Asked(agent, "Which keel was laid in the harbour?")
    levels = agent.toolset.ledger.levels().values()
    assert sum(level is Level.NODE for level in levels) >= least
    assert agent.toolset.ledger.spent <= budget


def test_a_question_that_one_node_answers_costs_three_calls_at_most(vault: Vault) -> None:
    files = passages_about_ships(40)
    files["anchors.md"] = (
        "---\ndescription: When to weigh the anchor\n---\n# Anchors\n\n"
        "Weigh the anchor when the tide turns, never before.\n" + FILLER
    )
    asked = Asked(navigator(vault, files), "When do I weigh the anchor?")
    assert len(asked.calls) <= 3
    assert "Weigh the anchor when the tide turns" in asked.text


def test_a_large_budget_ends_within_the_turns_of_an_agent(vault: Vault) -> None:
    agent = navigator(vault, passages_about_ships(150), 60_000)
    assert "See also" in Asked(agent, "Which keel was laid in the harbour?").text


LONG = "# Handbook\n\n" + "".join(
    f"## Part {number}\n\n{FILLER}\n\n"
    + ("### Fees\n\nA berth costs forty crowns for each night.\n\n" if number == 40 else "")
    for number in range(60)
)


def test_of_a_long_node_the_section_that_answers_is_read_wherever_it_stands(vault: Vault) -> None:
    agent = navigator(vault, {"handbook.md": LONG, "b.md": "# Boats\n\nA boat is a small ship.\n"})
    document = agent.toolset.graph.document("handbook")
    assert agent.toolset.counter.count(document.body) > 10_000
    asked = Asked(agent, "What are the fees of a berth?")
    assert "A berth costs forty crowns for each night." in asked.text
    assert agent.toolset.ledger.spent < 1_500


OLD = "An access token lives for sixty minutes."
NEW = "A session credential stays valid for five minutes."
OUTDATED = {
    "old-tokens.md": f"---\nsuperseded_by: '[[new-tokens]]'\n---\n# Access tokens\n\n{OLD}\n",
    "new-tokens.md": f"# Credentials\n\n{NEW}\n",
    "a.md": "# Access\n\nAccess to the harbour is free, and you live well there.\n",
    "b.md": "# Tokens\n\nA token of thanks is sent by letter each year.\n",
}
LATER = {
    **OUTDATED,
    "new-tokens.md": f"---\nstatus: superseded by [[newest]]\n---\n# Credentials\n\n{NEW}\n",
    "newest.md": "# Keys\n\nA signed key is good for one request.\n",
}


@pytest.mark.parametrize(
    ("files", "quotes"),
    [
        pytest.param(
            OUTDATED,
            [
                f"- {NEW} [[new-tokens]]",
                f"- {OLD} [[old-tokens]] (superseded; replaced by [[new-tokens]])",
            ],
            id="successor",
        ),
        pytest.param(
            LATER,
            [
                "- A signed key is good for one request. [[newest]]",
                f"- {OLD} [[old-tokens]] (superseded; replaced by [[new-tokens]])",
                f"- {NEW} [[new-tokens]] (superseded; replaced by [[newest]])",
            ],
            id="successor-of-the-successor",
        ),
        pytest.param(
            {**OUTDATED, "old-tokens.md": f"---\nstatus: deprecated\n---\n# Tokens\n\n{OLD}\n"},
            [f"- {OLD} [[old-tokens]] (deprecated)"],
            id="no-successor",
        ),
    ],
)
def test_an_outdated_text_is_quoted_with_its_status_after_the_text_that_replaces_it(
    vault: Vault, files: dict[str, str], quotes: list[str]
) -> None:
    agent = navigator(vault, files)
    for _ in range(2):  # the second answer is made from what was read for the first one
        lines = Asked(agent, "How long does an access token live?").text.splitlines()
        places = [lines.index(quote) for quote in quotes]
        assert places == sorted(places)
        current = [
            at for at, line in enumerate(lines) if line.startswith("- ") and " (" not in line
        ]
        assert max(current, default=0) < lines.index(quotes[-1])


def test_a_successor_that_the_budget_has_no_room_for_is_named_all_the_same(vault: Vault) -> None:
    files = {**OUTDATED, "new-tokens.md": f"# Credentials\n\n{FILLER * 9}\n"}
    asked = Asked(navigator(vault, files, 400), "How long does an access token live?")
    assert f"- {OLD} [[old-tokens]] (superseded; replaced by [[new-tokens]])" in asked.text


def test_a_further_hit_that_is_outdated_is_named_with_its_status(vault: Vault) -> None:
    old = f"---\nstatus: deprecated\n---\n{FILLER} The token is old.\n"
    asked = Asked(navigator(vault, {**OUTDATED, "z.md": old}), "Which access token is sent?")
    assert "[[z]] (deprecated)" in asked.text


SENTENCES = {
    "Chinese": ("税率是多少？", "小规模纳税人的税率是百分之三。"),
    "Japanese": ("猫はどこにいますか？", "猫は暖かい台所の椅子の下にいます。"),
    "Korean": ("기차는 언제 출발합니까?", "기차는 매일 아침 여덟 시에 출발합니다."),
    "Thai": ("ภาษีเท่าไร", "ภาษีเท่าไร ร้อยละเจ็ดของราคาสินค้าทั้งหมด"),
    "Arabic": ("ما هي نسبة الضريبة؟", "نسبة الضريبة خمسة في المئة من السعر."),
    "Hebrew": ("מה גובה המס?", "גובה המס הוא שבעה עשר אחוזים מהמחיר."),
    "Hindi": ("कर की दर क्या है?", "कर की दर अठारह प्रतिशत है।"),
    "Russian": ("Какова ставка налога?", "Ставка налога равна двадцати процентам."),
    "Greek": ("Πόσο τοις εκατό είναι ο φόρος;", "Ο φόρος είναι είκοσι τέσσερα τοις εκατό."),
    "Vietnamese": ("Thuế suất là bao nhiêu?", "Thuế suất phổ thông là mười phần trăm."),
}


@pytest.mark.parametrize("language", SENTENCES)
def test_sentences_of_every_script_are_quoted(vault: Vault, language: str) -> None:
    question, sentence = SENTENCES[language]
    asked = Asked(navigator(vault, {"a.md": f"{sentence}\n", "b.md": "Ships float.\n"}), question)
    assert sentence in asked.text
    assert "[[a]]" in asked.text


@pytest.mark.parametrize(
    ("files", "quoted"),
    [
        ({"x.md": "# Quokka\n\nA small animal of the west.\n"}, "A small animal of the west."),
        ({"x.md": "# Quokka\n"}, "Quokka"),
        ({"x.md": "# Animals\n\nSome live in the west.\n\n## Quokka\n"}, "Quokka"),
        ({"x.md": "---\ndescription: All about the quokka\n---\nSee below.\n"}, "All about the"),
        ({"x.md": "---\ntags: [quokka]\n---\n# Animals\n\nSmall and brown.\n"}, "Small and brown."),
        ({"quokka.md": "Small.\n"}, "[[quokka]]"),
    ],
)
def test_a_word_that_stands_only_above_the_text_is_answered_too(
    vault: Vault, files: dict[str, str], quoted: str
) -> None:
    asked = Asked(navigator(vault, {**files, "ships.md": "Ships float.\n"}), "quokka")
    assert quoted in asked.quotes
    assert f"[[{next(iter(files)).removesuffix('.md')}]]" in asked.quotes
    assert "No text was read" not in asked.text


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("How do I bake sourdough bread?", "sourdough"),
        ("Who won the football cup in 1990?", "football"),
        ("How do I repair a bicycle chain?", "bicycle"),
    ],
)
def test_a_question_off_the_subject_is_told_that_there_is_no_answer(
    question: str, word: str
) -> None:
    agent = Agent(Toolset(SkillGraph.load(BUNDLED)), OfflineProvider())
    asked = Asked(agent, question)
    assert "No answer was found" in asked.text or "Nothing in this graph" in asked.text
    assert f"“{word}”" in asked.text or "Nothing in this graph" in asked.text
    assert agent.toolset.ledger.spent < 1_500


@pytest.mark.parametrize(
    "question",
    [
        "Why do two runs with the same seed give different losses on a GPU?",
        "How do I pin a Docker base image?",
        "what does a seed fix?",
    ],
)
def test_a_question_on_the_subject_is_not(question: str) -> None:
    asked = Asked(Agent(Toolset(SkillGraph.load(BUNDLED)), OfflineProvider()), question)
    assert "No answer was found" not in asked.text


def test_what_answers_is_quoted_before_what_limits_it(vault: Vault) -> None:
    text = (
        "# Seals\n\nHowever, that check of the seal was removed for old boats.\n\n"
        "This check of the seal is no longer done in winter.\n\n"
        "To check a seal, press it with a thumb and look for water.\n"
    )
    asked = Asked(navigator(vault, {"seals.md": text, "b.md": "Ships.\n"}), "How to check a seal?")
    first = next(line for line in asked.quotes.splitlines() if line.startswith("- "))
    assert first == "- To check a seal, press it with a thumb and look for water. [[seals]]"


def test_the_same_question_again_is_answered_from_what_was_read(vault: Vault) -> None:
    agent = navigator(vault, {"ships.md": "Ships float because they displace water.\n"})
    first = Asked(agent, "why do ships float?")
    again = Asked(agent, "why do ships float?")
    assert again.text == first.text
    assert again.read == []


def test_a_session_pays_for_no_instructions_that_nobody_reads(vault: Vault) -> None:
    agent = navigator(vault, {"ships.md": "Ships float because they displace water.\n"})
    Asked(agent, "why do ships float?")
    assert [entry.tool for entry in agent.toolset.ledger.entries] == ["list_index", "read_node"]


# Cutting a text into passages.

TEXT = """\
# Tasks

Write a task. Then tick it, e.g. with a click!

<!-- A comment. It is not shown. -->
<style>.a { color: red; }</style>

## Priorities

Append one of these signs:

- 🔺 for the highest priority
- ⏫ for a high priority

> [!tip] Keep it short
> A long list is not read.

| Sign | Meaning of it |
|---|---|
| 🔽 | of low priority |

For example:

```text
not done
```

- [[dates]] - another node, about dates

## Nothing here
"""


def test_a_text_is_cut_into_sentences_with_the_headings_above_them() -> None:
    cut = [(passage.headings[-1:], passage.kind, passage.text) for passage in passages(TEXT)]
    tasks, priorities = ("Tasks",), ("Priorities",)
    assert cut == [
        (tasks, "text", "Write a task."),
        (tasks, "text", "Then tick it, e.g. with a click!"),
        (priorities, "text", "Append one of these signs:"),
        (priorities, "item", "🔺 for the highest priority"),
        (priorities, "item", "⏫ for a high priority"),
        (priorities, "text", "Keep it short A long list is not read."),
        (priorities, "row", "🔽 – of low priority"),
        (priorities, "text", "For example:"),
        (priorities, "pointer", "dates - another node, about dates"),
        (tasks, "text", "Nothing here"),
    ]


def test_a_sentence_that_announces_a_list_or_code_has_it_below() -> None:
    below = {passage.text: passage.below for passage in passages(TEXT) if passage.below}
    assert below == {
        "Append one of these signs:": (
            "- 🔺 for the highest priority",
            "- ⏫ for a high priority",
        ),
        "Keep it short A long list is not read.": ("- 🔽 – of low priority",),
        "For example:": ("not done",),
    }


def test_a_sentence_is_quoted_with_its_paragraph_and_what_follows_in_its_section() -> None:
    text = (
        "# Limits\n\nYou can limit a list.\n\nWrite `limit <number>`. "
        "<b>That</b> is all there is.\n\n## Other\n\nAnother section.\n"
    )
    first, second, third, other = passages(text)
    assert first.quoted == "You can limit a list. Write limit <number>. That is all there is."
    assert second.quoted == third.quoted == "Write limit <number>. That is all there is."
    assert other.quoted == "Another section."


def test_a_long_paragraph_is_quoted_from_the_sentence_on() -> None:
    sentence = "This sentence of a long paragraph says no more than any of the others do."
    *_, last = passages(" ".join(f"{number}. {sentence}" for number in "abcdefgh"))
    assert last.quoted == last.text


BEACON = "Our coast has two of them. In fog they are lit. A beacon is a lamp."


@pytest.mark.parametrize(
    ("text", "question", "shown"),
    [
        (
            "Use a pilot when:\n\n- The fog is thick.\n- A stranger steers.\n",
            "Can a stranger steer?",
            ["- Use a pilot when: [[a]]", "- The fog is thick.", "- A stranger steers."],
        ),
        (
            "## Mooring\n\n1. Throw a line.\n2. Tie the line to a bollard.\n",
            "Where do I tie the line?",
            ["- Mooring [[a]]", "- Throw a line.", "- Tie the line to a bollard."],
        ),
        (
            "These keys steer the ship.\n\n| Key | Use |\n|---|---|\n| a | port |\n",
            "Which keys steer the ship?",
            ["- These keys steer the ship. [[a]]", "- a – port"],
        ),
        (
            "## Fog\n\nIn fog, beacon lamps are lit.\n\n## Lamps\n\n" + BEACON,
            "What is a beacon?",
            [f"- {BEACON} [[a]]"],
        ),
    ],
    ids=["an item", "steps below a heading", "a table", "a definition"],
)
def test_an_answer_does_not_stop_in_the_middle(
    vault: Vault, text: str, question: str, shown: list[str]
) -> None:
    asked = Asked(navigator(vault, {"a.md": f"# Ships\n\n{text}", "b.md": "Seas.\n"}), question)
    lines = [line.strip() for line in asked.text.splitlines()]
    at = lines.index(shown[0])
    assert lines[at : at + len(shown)] == shown


@pytest.mark.parametrize(("length", "read"), [(0, {"crew", "wages"}), (5, {"crew"})])
def test_a_hit_that_promises_little_is_read_if_it_costs_little(
    vault: Vault, length: int, read: set[str]
) -> None:
    files = {
        "crew.md": f"# Crew and pay day\n\n{'The crew and its pay day. ' * 120}\n",
        "wages.md": f"# Pay\n\nThe purser counts coins for every sailor.\n\n{FILLER * length}",
    }
    assert set(Asked(navigator(vault, files), "Crew pay?").read) == read


def skill(name: str, sections: int) -> dict[str, str]:
    text = "".join(f"## Step {number}\n\n{FILLER * 2}\n\n" for number in range(sections))
    return {f"{name}/SKILL.md": f"---\nname: {name}\ndescription: How to {name}\n---\n{text}"}


def whole(agent: Agent) -> set[str]:
    levels = agent.toolset.ledger.levels()
    return {node for node, level in levels.items() if level is Level.NODE}


def test_a_skill_that_is_larger_than_one_answer_is_read_to_its_end(vault: Vault) -> None:
    agent = navigator(vault, skill("caulk", 7) | passages_about_ships(3), 4_000)
    cost = agent.toolset.counter.count(agent.toolset.graph.document("caulk/SKILL").body)
    assert cost > agent.toolset.budget.cap
    asked = Asked(agent, "How do I caulk?")
    assert asked.read == ["caulk/SKILL", "caulk/SKILL"]
    assert "caulk/SKILL" in whole(agent)


def test_a_skill_that_does_not_fit_beside_a_better_one_is_skipped_for_a_smaller_one(
    vault: Vault,
) -> None:
    files = skill("caulk-tar-oakum", 4) | skill("caulk-tar", 9) | skill("tar-oakum", 2)
    agent = navigator(vault, files | passages_about_ships(9), 3_000)
    Asked(agent, "How do I caulk with tar and oakum?")
    assert whole(agent) == {"caulk-tar-oakum/SKILL", "tar-oakum/SKILL"}


def test_of_a_skill_that_does_not_fit_the_section_that_answers_is_read(vault: Vault) -> None:
    files = skill("caulk", 20)
    files["caulk/SKILL.md"] += "## Tar\n\nWarm the tar before it is poured.\n"
    asked = Asked(navigator(vault, files | passages_about_ships(9), 2_000), "caulk warm tar")
    assert "Warm the tar before it is poured." in asked.text


def test_of_a_long_node_the_first_section_is_read_with_the_one_that_answers_best(
    vault: Vault,
) -> None:
    parts = "".join(f"## Part {number}\n\n{FILLER}\n\n" for number in range(60))
    text = (
        f"# Berths\n\n## Introduction\n\nAsk the harbour master.\n\n{parts}"
        "## Fees\n\nThe fee of a berth is due at noon.\n"
    )
    agent = navigator(vault, {"berths.md": text, "b.md": "# Boats\n\nA boat is small.\n"})
    Asked(agent, "What are the fees of a berth?")
    sections = [entry.arguments.get("section") for entry in agent.toolset.ledger.entries]
    assert [name for name in sections if name][:2] == ["Fees", "Introduction"]


def test_a_node_that_holds_the_words_of_a_question_in_different_places_is_no_answer(
    vault: Vault,
) -> None:
    files = {
        "yard.md": "# Yard\n\n"
        f"## Sails\n\nSails are repaired here.\n\n{FILLER}\n\n## Doors\n\n"
        f"The window was broken in spring.\n\n{FILLER}\n\n## Homes\n\nCrews sleep at home.\n",
        "b.md": "# Boats\n\nA boat is small.\n",
    }
    asked = Asked(navigator(vault, files), "How do I repair a broken window frame at home?")
    assert "No answer was found" in asked.text


@pytest.mark.parametrize(
    ("question", "light"),
    [
        ("How do I rename a ship without losing its papers?", {"lose"}),
        ("Which ships does nobody steer?", {"nobodi"}),
    ],
)
def test_a_text_need_not_say_how_or_what_must_not_happen(question: str, light: set[str]) -> None:
    state = WalkState(question)
    assert {term for term in state.wanted if state.light(term) < 1} == light


@pytest.mark.parametrize("opening", ["::: tip", "!!! tip", "{% note %}"])
def test_the_marks_of_a_container_are_not_quoted(vault: Vault, opening: str) -> None:
    text = (
        f"# Deploy\n\n{opening}\nThe build is deployed by pushing a tag to the main branch.\n:::\n"
    )
    agent = navigator(vault, {"deploy.md": text, "b.md": "# Boats\n\nA boat is small.\n"})
    answer = Asked(agent, "How is the build deployed?").text
    assert "The build is deployed by pushing a tag to the main branch." in answer
    assert ":::" not in answer and opening not in answer
