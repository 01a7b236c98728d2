"""Search in other languages and scripts: words, endings, written forms, mixed graphs."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from skillagent import SkillGraph, Toolset
from skillagent.disclosure.results import IndexResult
from skillagent.index.analyzer import query_words, words
from skillagent.index.languages import script_of
from tests.conftest import Vault

TAX, CAT, SHIP = "tax", "cat", "ship"
SENTENCES: dict[str, dict[str, str]] = {
    "Han": {
        TAX: "每年三月底以前必须申报个人所得税。逾期会产生罚款。",
        CAT: "猫白天睡觉，晚上才出来活动。它们喜欢安静的地方。",
        SHIP: "这艘船从港口出发，载着货物驶向南方的海岛。",
    },
    "kana": {
        TAX: "所得税などの税金は三月までに払わなければなりません。遅れると罰金がかかります。",
        CAT: "猫が好きです。昼間はソファーで寝ています。",
        SHIP: "船は港を出て、荷物を南の島へ運びます。",
    },
    "Hangul": {
        TAX: "소득세는 삼월 말까지 신고해야 합니다. 늦으면 벌금을 냅니다.",
        CAT: "고양이는 낮에 집에서 자고 밤에 돌아다닙니다.",
        SHIP: "배가 항구를 떠나 화물을 남쪽 섬으로 나릅니다.",
    },
    "Thai": {
        TAX: "ต้องยื่นภาษีเงินได้ภายในสิ้นเดือนมีนาคม มิฉะนั้นจะเสียค่าปรับ",
        CAT: "แมวนอนหลับตอนกลางวันและออกมาเดินเล่นตอนกลางคืน",
        SHIP: "เรือออกจากท่าและขนสินค้าไปยังเกาะทางใต้",
    },
    "Devanagari": {
        TAX: "आयकर का दस्तावेज़ मार्च के अंत तक जमा करना होता है, नहीं तो जुर्माना लगता है।",
        CAT: "बिल्ली दिन में सोती है और रात को घर के बाहर घूमती है।",
        SHIP: "जहाज़ बंदरगाह से निकलकर दक्षिण के द्वीप तक सामान ले जाता है।",
    },
    "Arabic": {
        TAX: "يجب تقديم الإقرار عن الضريبة قبل نهاية شهر مارس وإلا فرضت غرامة.",
        CAT: "تنام القطة في النهار وتخرج من البيت في الليل.",
        SHIP: "تغادر السفينة الميناء وتحمل البضائع إلى جزيرة في الجنوب.",
    },
    "Hebrew": {
        TAX: "יש להגיש את הדוח על מס הכנסה עד סוף מרץ, אחרת משלמים קנס.",
        CAT: "החתול ישן ביום ויוצא מן הבית בלילה.",
        SHIP: "הָאֳנִיָּה יוֹצֵאת מִן הַנָּמֵל וְנוֹשֵׂאת סְחוֹרָה אֶל אִי בַּדָּרוֹם.",
    },
    "Cyrillic": {
        TAX: "Налог на доходы нужно заплатить до конца марта, иначе начислят штраф.",
        CAT: "Кошки спят днём, а ночью выходят из дома.",
        SHIP: "Корабль покидает гавань и везёт груз на южный остров.",
    },
    "Greek": {
        TAX: "Ο φόρος εισοδήματος πληρώνεται μέχρι το τέλος Μαρτίου, αλλιώς επιβάλλεται πρόστιμο.",
        CAT: "Οι γάτες κοιμούνται την ημέρα και βγαίνουν από το σπίτι τη νύχτα.",
        SHIP: "Το πλοίο φεύγει από το λιμάνι και μεταφέρει φορτίο σε ένα νησί του νότου.",
    },
    "Vietnamese": {
        TAX: "Phải nộp thuế thu nhập trước cuối tháng ba, nếu không sẽ bị phạt tiền.",
        CAT: "Con mèo ngủ ban ngày và ra khỏi nhà vào ban đêm.",
        SHIP: "Con tàu rời cảng và chở hàng đến một hòn đảo ở phía nam.",
    },
}
QUERIES = [
    ("Han", "税", TAX),
    ("Han", "猫在哪里睡觉？", CAT),
    ("Han", "船", SHIP),
    ("kana", "猫はどこ？", CAT),
    ("kana", "税金はいつ払いますか", TAX),
    ("kana", "ソファー", CAT),
    ("kana", "ｿﾌｧｰ", CAT),
    ("Hangul", "소득세", TAX),
    ("Hangul", "집이 어디에 있습니까?", CAT),
    ("Hangul", "배", SHIP),
    ("Thai", "ภาษี", TAX),
    ("Thai", "แมวอยู่ที่ไหน", CAT),
    ("Thai", "เรือ", SHIP),
    ("Devanagari", "दस्तावेज़", TAX),
    ("Devanagari", "दस्तावेज़ों को कब जमा करें?", TAX),
    ("Devanagari", "बिल्लियाँ कहाँ सोती हैं?", CAT),
    ("Arabic", "ضريبة", TAX),
    ("Arabic", "أين تنام القطة؟", CAT),
    ("Arabic", "السَّفِينَة", SHIP),
    ("Arabic", "والسفينة", SHIP),
    ("Hebrew", "מס הכנסה", TAX),
    ("Hebrew", "חָתוּל", CAT),
    ("Hebrew", "נמל", SHIP),
    ("Hebrew", "האניה", SHIP),
    ("Cyrillic", "кошка", CAT),
    ("Cyrillic", "налоги", TAX),
    ("Cyrillic", "на кораблях", SHIP),
    ("Greek", "γάτα", CAT),
    ("Greek", "ΦΟΡΟΙ", TAX),
    ("Greek", "λιμάνια", SHIP),
    ("Vietnamese", "thuế", TAX),
    ("Vietnamese", "mèo ở đâu?", CAT),
    ("Vietnamese", "con tàu", SHIP),
    ("Vietnamese", "thue", TAX),
]


def listed(vault: Vault, files: dict[str, str], query: str) -> list[str]:
    """The hits that a session is shown."""
    result = Toolset(SkillGraph.load(vault({**files}))).list_index(query=query).result
    assert isinstance(result, IndexResult)
    return [line.id for line in result.lines]


def first(vault: Vault, files: dict[str, str], query: str) -> str | None:
    """The best hit that a session is shown, None where it is told that nothing matches."""
    hits = listed(vault, files, query)
    return hits[0] if hits else None


@pytest.mark.parametrize(("script", "query", "node"), QUERIES)
def test_a_word_of_the_text_is_found_in_every_script(
    vault: Vault, script: str, query: str, node: str
) -> None:
    files = {f"{name}.md": f"# {name}\n\n{text}\n" for name, text in SENTENCES[script].items()}
    assert first(vault, files, query) == node


@pytest.mark.parametrize("script", SENTENCES)
def test_a_word_that_no_text_holds_matches_nothing(vault: Vault, script: str) -> None:
    absent = {
        "Han": "龙", "kana": "竜", "Hangul": "용", "Thai": "มังกร", "Devanagari": "अजगर",
        "Arabic": "تنين", "Hebrew": "דרקון", "Cyrillic": "дракон", "Greek": "δράκος",
        "Vietnamese": "rồng",
    }  # fmt: skip
    files = {f"{name}.md": f"# {name}\n\n{text}\n" for name, text in SENTENCES[script].items()}
    assert first(vault, files, absent[script]) is None


GERMAN = {
    "haus.md": "# Wohnen\n\nDie Häuser in der Straße sind alt und werden von der Stadt gepflegt.",
    "tier.md": "# Tiere\n\nDie Katze schläft am Tag und jagt in der Nacht, wenn es dunkel ist.",
    "boot.md": "# Boote\n\nDas Schiff fährt aus dem Hafen und bringt die Ladung nach Süden.",
}
FRENCH = {
    "cheval.md": "# Animaux\n\nLes chevaux dorment dans la prairie et sont nourris par le fermier.",
    "bateau.md": "# Mer\n\nLe navire quitte le port et il transporte des marchandises dans le sud.",
}
ENGLISH = {
    "horse.md": "# Animals\n\nThe horses are sleeping in the meadow and are fed by the farmer.",
    "ship.md": "# Sea\n\nThe ship is leaving the harbour with a cargo that is for the south.",
}


@pytest.mark.parametrize(
    ("files", "query", "node"),
    [
        (GERMAN, "Haus", "haus"),
        (GERMAN, "Strassen", "haus"),
        (GERMAN, "wo sind die Katzen?", "tier"),
        (FRENCH, "cheval", "cheval"),
        (FRENCH, "où sont les navires ?", "bateau"),
        (GERMAN | FRENCH | ENGLISH, "Haus", "haus"),
        (GERMAN | FRENCH | ENGLISH, "cheval", "cheval"),
        (GERMAN | FRENCH | ENGLISH, "horse", "horse"),
        (GERMAN | FRENCH | ENGLISH, "where do ships leave?", "ship"),
        (ENGLISH | {"кот.md": "# Кот\n\nКошки спят днём."}, "кошка", "кот"),
    ],
)
def test_endings_are_those_of_the_language_of_each_node(
    vault: Vault, files: dict[str, str], query: str, node: str
) -> None:
    assert first(vault, files, query) == node


@pytest.mark.parametrize("lang", ["de", "de-AT", "DE_de"])
def test_a_header_names_the_language_of_a_short_node(vault: Vault, lang: str) -> None:
    files = {**ENGLISH, "haus.md": f"---\nlang: {lang}\n---\n# Wohnen\n\nHäuser, Türme."}
    assert first(vault, files, "Haus") == "haus"


@pytest.mark.parametrize("lang", ["python", "[de, fr]", "3", "''", "zz"])
def test_a_header_that_names_no_language_changes_nothing(vault: Vault, lang: str) -> None:
    files = {**ENGLISH, "horse.md": f"---\nlang: {lang}\n---\n{ENGLISH['horse.md']}"}
    assert first(vault, files, "horse") == "horse"


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("The cafe\u0301 opens at nine.", "café"),
        ("The café opens at nine.", "cafe\u0301"),
        ("The café opens at nine.", "cafe"),
        ("The cafe opens at nine.", "café"),
        ("Ｐｙｔｈｏｎ３ is needed.", "python3"),
        ("Python3入門 is a book.", "Python3"),
        ("ﾃﾞｰﾀﾍﾞｰｽ", "データベース"),
        ("a soft\u00adhyphen here", "softhyphen"),
        ("İSTANBUL", "istanbul"),
        ("ﬁle handles", "file"),
        ("می\u200cخواهم", "میخواهم"),
    ],
)
def test_one_word_written_in_two_ways_is_one_word(vault: Vault, text: str, query: str) -> None:
    files = {"it.md": f"# It\n\n{text}", "other.md": "# Other\n\nSomething else is written here."}
    assert first(vault, files, query) == "it"


def test_a_word_is_not_cut_at_the_marks_on_its_letters(vault: Vault) -> None:
    files = {
        "whole.md": "# One\n\nदस्तावेज़",
        "parts.md": "# Two\n\nदस तावे ज",
    }
    assert listed(vault, files, "दस्तावेज़") == ["whole"]


def test_the_short_way_for_latin_letters_and_signs_gives_the_same_words() -> None:
    # Texts of other characters are normalised first; those taken as they are need no change.
    for number in (*range(0x80, 0x3000), *range(0x1F300, 0x1FB00)):
        text = f"a{chr(number)}b {chr(number)} {chr(number).upper()}"
        assert words(text) == words(f"{text} \u3042")[:-1]


def test_the_short_way_to_the_script_of_a_letter_agrees_with_its_unicode_property() -> None:
    for letter in map(chr, range(0x400)):
        is_latin = regex.match(r"\p{Latin}", letter) is not None
        assert (script_of(letter) == "latin") == is_latin, letter


@given(st.text(st.sampled_from("aB0_ \n\t'-é²ﬁİßΣς\u0301\u200b\u00a0\u00a8猫は하어디")))
def test_a_question_is_cut_into_the_same_words_beside_a_word_of_another_script(text: str) -> None:
    # Only pieces between spaces that hold other letters take the long way.
    plain, beside = query_words(f"harbour {text}"), query_words(f"harbour {text} 狐")
    assert beside.pop("狐") == 1.0
    assert list(beside.items()) == list(plain.items())


@given(
    st.text(
        st.sampled_from("aB0_ \n\n\t'-é²ﬁİßΣς\u0301\ufe0f\u200b\u00a0\u00a8猫は하어디"), max_size=40
    )
)
def test_lines_are_cut_into_the_same_words_as_one_long_line(text: str) -> None:
    assert words(text) == words(text.replace("\n", "\t"))


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_cut_at_all_but_letters_and_digits(text: str) -> None:
    assert words(text) == re.findall(r"[a-z0-9]+", text.casefold())
