"""Detects the language of a text, and reduces the words of each language to their stems.

The language of a text is the one with the most function words in it ("der, und, nicht"). That
needs no model, is fast and always gives the same result; it is the method of small words in
Grefenstette, "Comparing two language identification schemes", 1995. Snowball (snowballstem.org)
computes the stems. A word in another script than that of its text is stemmed in the most common
language of its script, for example a Russian word in an English node.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import Stemmer

from skillagent.markdown.lazy_pattern import lazy_unicode_pattern

ENGLISH = "en"
STOP_WORDS = frozenset(
    "a about after all also am an and any are as at be because been before being between both "
    "but by can could did do does doing done each few for from get gets give had has have "
    "having he her here him his how i if in into is it its just let like may me might more most "
    "must my need needs no not now of off on once one only or other our out over own s same she "
    "should so some such t than that the their them then there these they this those through to "
    "too two under up us use used using very via was we well were what when where which while "
    "who why will with within would you your".split()
)
"""Stop words of English: in a query, they are used only if there are no other words."""

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    code: frozenset(text.casefold().split())
    for code, text in {
        "en": "a an and are as at be but by can do for from has have how if in is it its not of on "
        "or so than that the their there these they this to was we what when which will with you",
        "de": "aber als am an auch auf aus bei das dass dem den der des die durch ein eine einen "
        "einer er es für hat ich im in ist kann mit nach nicht noch nur oder sich sie sind so "
        "über um und von vor was wenn wer werden wie wir wird wo zu zum zur",
        "fr": "à au aux avec c ce ces comme d dans de des du elle en est et il ils je l la le les "
        "leur mais n ne nous on ou où par pas plus pour qu que qui quoi sa se ses si son sont sur "
        "un une vous y",
        "es": "a al como con cuando de del dónde el ella en entre es esta este está la las lo los "
        "más me muy no nos o para pero por que qué se si sin sobre son su sus también un una uno y",
        "it": "a al alla anche che chi come con da dal dei del della delle di dove è e gli ha i il "
        "in io l la le lo ma nel nella non o per perché più quando se si sono su sul un una",
        "pt": "a ao aos as com como da das de do dos e é ela em entre eu mais mas na nas não no "
        "nos o onde os ou para pela pelo por qual quando que se sem são seu sua também um uma",
        "nl": "aan als bij dat de den deze die dit door een en er het hij hoe ik in is je kan maar "
        "meer met naar niet nog of om onder ook op over te tot uit van voor waar wat we worden "
        "wordt ze zijn zo",
        "da": "af alle at blev de den der deres det dette du efter eller en er et for fra han har "
        "hvad hvor hvordan i ikke jeg kan man med men når og også om på sig skal som til ud ved vi "
        "var vil",
        "sv": "alla att av blir de den denna det detta du där efter eller en ett från för hade han "
        "har hur i inte jag kan kommer man med men mot när och också om på sig ska som så till "
        "ut vad var vi vid är över",
        "no": "alle at av blir ble da de den denne der det dette du eller en er et etter for fra "
        "ha han har hva hvor hvordan i ikke jeg kan man med men når og også om opp på seg skal som "
        "så til ut ved vi var være",
        "fi": "ei eivät että hän ja jo joka jos jotka kanssa kuin kun kuten mikä missä mitä mukaan "
        "mutta myös niin ne nyt näin oli on ole olla ovat se sekä sen siitä tai tämä tämän vain "
        "voi voidaan",
        "hu": "a az ahol amely arra azt be csak de egy el és ez ezek ezt fel ha hanem hogy hogyan "
        "is kell ki lehet meg mi mint mit már még nagyon nem pedig sem szerint talán utána vagy "
        "van volt",
        "ro": "a acest această ai al ale are au că care ce cu cum că de despre din dar după el ei "
        "este fi fie fost în la le lui mai nu o pe pentru prin sa sau se si și sunt un unde unei "
        "unui",
        "tr": "ama bir bu çok da daha de değil diye en gibi hem her için ile ise kadar ki mı mi mu "
        "nasıl ne nerede o olan olarak olduğu sonra şu üzere var ve veya ya yok",
        "ca": "a al als amb aquest aquesta com d de del dels el els en entre és hi i l la les "
        "més na no o on per però perquè pel pels què que quan s se seva seu són també un una",
        "cs": "a aby ale ani až být co do i já jak jako je jeho jejich jsem jsou k kde když která "
        "které který má na nebo není o od po pod pro proto při s se si tak také to toho tu u v "
        "ve však z za že",
        "pl": "a aby ale bez być co czy dla do gdy gdzie go i ich ich innych jak jako jednak jego "
        "jej jest jeśli już która które który lub ma może na nad nie o od oraz po pod przez przy "
        "są się tak tego to tylko w we z za ze że",
        "id": "ada adalah agar akan apa atau bagaimana bahwa dalam dan dapat dari dengan di harus "
        "ini itu juga karena ke kepada lebih mana oleh pada saat saya sebagai secara seperti serta "
        "sudah tidak untuk yang",
        "vi": "bạn bị các cách cái cho có của cũng đã đang đâu để đến được gì hay hơn khi không là "
        "làm mà mỗi một nào này nên như nhưng những nó ở phải ra rất sẽ tại theo thì thế trên "
        "trong từ và vào về với",
        "ru": "а без более бы быть в вам вас во вы где для до его ее ещё если есть же за и из или "
        "их к как когда который ли мы на не нет но о об он она они от по при с со так также то "
        "того только у уже чтобы что это я",
        "el": "αλλά αν από αυτό για δεν είναι ένα ένας έχει ή η θα και κατά με μετά μια μη να ο οι "
        "όπως όταν ότι ποια ποιο που πού πρέπει προς πώς σε στα στη στην στις στο στον στουσ τα "
        "τη την της τι τις το τον του των ως",
        "ar": "أن أو أي إذا إلى إن التي الذي الذين أين بعد بين تم ثم حتى حيث ذلك على عن عند غير "
        "في قبل قد كان كانت كل كما كيف لا لم لماذا لن ليس ما متى مع من منذ هذا هذه هل هناك هو هي "
        "و يتم يجب يكون",
        "fa": "آن از است اگر اما این با باید بر برای بود به تا چرا چه چگونه خود در را شد شده شود "
        "کجا کرد که ما می نیز نیست هر هم همه و یا یک",
        "he": "אבל או אחר אחרי איך אין איפה אך אל אם אני את אתה בין גם הוא היא הם הזה זה זו יש "
        "כאשר כדי כי כל כך לא לאחר ללא למה לפני מה מי מן מתי על עם עד רק של שלא",
        "hi": "अगर और अपने इस इसे इसके उस एक ऐसे कब कर करता करना करने कहाँ का कि किया किसी की कुछ "
        "के कैसे को कोई क्या क्यों गया जब जा जाता जाती जाते जैसे जो तक तो था थी थे द्वारा नहीं ने "
        "पर बाद भी में यदि यह या ये लिए वह वे से हर ही हुआ है हैं हो होता होती होना",
    }.items()
}
"""Language (ISO 639-1) → its most common function words, casefolded."""

SNOWBALL = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "cs": "czech",
    "da": "danish", "nl": "dutch", "en": "english", "eo": "esperanto", "et": "estonian",
    "fi": "finnish", "fr": "french", "de": "german", "el": "greek", "hi": "hindi",
    "hu": "hungarian", "id": "indonesian", "ga": "irish", "it": "italian", "lt": "lithuanian",
    "ne": "nepali", "no": "norwegian", "fa": "persian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "es": "spanish", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""Language → its name in Snowball. If the installed release does not have it, words are kept."""

_ALSO = {"nb": "no", "nn": "no"}
"""Written forms of Norwegian → the code that Snowball and `FUNCTION_WORDS` use."""

_SCRIPTS = {
    "latin": (r"\p{Latin}", "en"),
    "cyrillic": (r"\p{Cyrillic}", "ru"),
    "greek": (r"\p{Greek}", "el"),
    "arabic": (r"\p{Arabic}", "ar"),
    "devanagari": (r"\p{Devanagari}", "hi"),
    "hebrew": (r"\p{Hebrew}", "he"),
    "armenian": (r"\p{Armenian}", "hy"),
    "tamil": (r"\p{Tamil}", "ta"),
}
"""Script → the pattern of its letters, and the language of a word in another language's text."""
_SCRIPT = lazy_unicode_pattern(
    "|".join(f"(?P<{name}>{letter})" for name, (letter, _) in _SCRIPTS.items())
)
_SCRIPT_OF = {
    "ru": "cyrillic", "sr": "cyrillic", "el": "greek", "ar": "arabic", "fa": "arabic",
    "hi": "devanagari", "ne": "devanagari", "he": "hebrew", "yi": "hebrew", "hy": "armenian",
    "ta": "tamil",
}  # fmt: skip
"""Language → its script, if that is not Latin."""

_ARTICLES = {
    "arabic": lazy_unicode_pattern(r"و?(?:[بكف]?ال|لل)(?=\w\w)"),
    "hebrew": lazy_unicode_pattern(r"ו?ה(?=\w\w\w)"),
}
"""Articles that are written as a part of the word, with prefixes before them; removed as by Light10
(Larkey, Ballesteros and Connell, "Improving stemming for Arabic information retrieval", 2002)."""

_BEYOND_LATIN = "\u0250"
"""All letters before this one are Latin, but for the sign of micro; `regex` is not asked."""

CLEAR = 5
"""Minimum number of different function words that prove a language."""
MAX_STEMS = 500_000
"""Maximum number of stems that are cached for one language."""


class Stems(dict[str, str]):
    """Word → stem, computed at the first look-up; later look-ups run entirely in C.

    Args:
        language: language of the text that contains the words (ISO 639-1).
    """

    def __init__(self, language: str) -> None:
        super().__init__()
        self._by_script = {script: _stemmer(default) for script, (_, default) in _SCRIPTS.items()}
        self._by_script[_SCRIPT_OF.get(language, "latin")] = _stemmer(language)
        self._ascii_only = self._by_script["latin"] is _stemmer(ENGLISH)

    def __missing__(self, word: str) -> str:
        result = self._stem(word)
        if len(self) < MAX_STEMS:
            self[word] = result
        return result

    def _stem(self, word: str) -> str:
        if word.isascii():
            # A word with digits is a name, and has no stem.
            stemmer = self._by_script["latin"] if word.isalpha() else None
        else:
            name = script_of(word[0])
            foreign = name == "latin" and self._ascii_only
            stemmer = None if name is None or foreign else self._by_script[name]
            if name in _ARTICLES and (article := _ARTICLES[name].match(word)):
                word = word[article.end() :]
        return word if stemmer is None else str(stemmer.stemWord(word))


def script_of(letter: str) -> str | None:
    """The key in `_SCRIPTS` of a letter's script; None for a digit and for other scripts."""
    if letter < _BEYOND_LATIN:
        return "latin" if letter.isalpha() and letter != "µ" else None
    script = _SCRIPT.match(letter)
    return script.lastgroup if script else None


_stemmers: dict[str, Stemmer.Stemmer | None] = {}
_stems: dict[str, Stems] = {}


def _stemmer(language: str) -> Stemmer.Stemmer | None:
    if language not in _stemmers:
        name = SNOWBALL.get(language, "")
        available = name in Stemmer.algorithms()
        _stemmers[language] = Stemmer.Stemmer(name) if available else None
    return _stemmers[language]


def stems(language: str) -> Stems:
    """The table of stems for all texts of one language."""
    table = _stems.get(language)
    if table is None:
        table = _stems[language] = Stems(language)
    return table


def stop_words(language: str) -> frozenset[str]:
    """Words that a query in a language ignores, unless it has no others."""
    return STOP_WORDS if language == ENGLISH else FUNCTION_WORDS.get(language, frozenset())


def declared_language(value: str) -> str:
    """The language in a header's `lang`, such as `de` or `pt-BR`; empty if it is not supported."""
    code = value.strip().casefold().replace("_", "-").partition("-")[0]
    code = _ALSO.get(code, code)
    return code if code in SNOWBALL or code in FUNCTION_WORDS else ""


def evidence(words: Iterable[str]) -> dict[str, int]:
    """Language → number of its different function words among the given casefolded words."""
    counts: dict[str, int] = {}
    function_words, languages_of = _function_words()
    for word in function_words.intersection(words):
        for code in languages_of[word]:
            counts[code] = counts.get(code, 0) + 1
    return counts


@cache
def _function_words() -> tuple[frozenset[str], dict[str, tuple[str, ...]]]:
    """All function words, and function word → the languages that have it."""
    languages_of: dict[str, tuple[str, ...]] = {}
    for code, words in FUNCTION_WORDS.items():
        for word in words:
            languages_of[word] = (*languages_of.get(word, ()), code)
    return frozenset(languages_of), languages_of


def most_likely(counts: dict[str, int], otherwise: str = ENGLISH) -> str:
    """The language with the most evidence.

    Args:
        counts: the result of `evidence`.
        otherwise: the language that is returned if no other one has more evidence.
    """
    best = max(sorted(counts), key=lambda code: counts[code], default=otherwise)
    return best if counts.get(best, 0) > counts.get(otherwise, 0) else otherwise


def clearly_another(counts: dict[str, int], usual: str) -> str:
    """The language of a text, if the evidence for it is clear; or else the usual language.

    Args:
        counts: the result of `evidence` for the text.
        usual: the language of most texts of the graph.
    """
    best = most_likely(counts, usual)
    clear = counts.get(best, 0) >= max(CLEAR, 2 * counts.get(usual, 0))
    return best if clear else usual
