"""Which language people wrote in: English, which `missions.themes` compares best, or another whose
words it can group."""

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
# The commonest words that the neighbours do not have, or have far less.
_ENGLISH = (
    "the and of to it that with you your our be are have this what when from they would should "
    "at by their who more like my can people there been not every it's don't i'm we're i we is "
    "us all as how out because"
)
_OTHERS = {
    "de": "der die das und ist nicht ich wir sie mit auf für ein eine zu den dem von sind auch "
    "wenn uns",
    "nl": "het een en niet ik wij zijn voor dat met op te maar ook naar ons",
    "fr": "le la les et des du une est pas que nous vous je pour dans qui sur avec",
    "es": "el la los las y un una es no que con por para en su nos queremos muy",
    "it": "la il di che non è per sono noi con gli della",
    "pt": "o os as é não que uma um do da em nós mais",
    # Swedish, Danish, Norwegian
    "sv": "och att det är som på vi av inte jag och at er på ikke jeg af til med",
    # Polish, Czech
    "pl": "i w nie na się z że jest dla jak je že pro",
    "cy": "yn y mae ac i'r ein ni",
}
_ENGLISH_WORDS = frozenset(_ENGLISH.split())
_WORDS = {language: frozenset(said.split()) for language, said in _OTHERS.items()}
_OTHER_WORDS = frozenset[str]().union(*_WORDS.values())
# Whose words can be grouped besides (`Index.of`).
GROUPED = ("en", "de", "fr", "es", "ar")
_LETTERS = 0.9
_SHARE = 0.1
_TOO_FEW = 6


def is_english(texts: Iterable[str]) -> bool:
    """Whether the texts, taken together, are mostly English.

    Counts the commonest words against those of other European languages. A few words that give no
    sign either way count as English; no words at all do not.
    """
    words = [word.lower().replace("’", "'") for text in texts for word in _WORD.findall(text)]
    letters = "".join(words)
    if not letters or sum(letter.isascii() for letter in letters) < _LETTERS * len(letters):
        return False
    english = sum(word in _ENGLISH_WORDS for word in words)
    others = sum(word in _OTHER_WORDS for word in words)
    if len(words) < _TOO_FEW:
        return english >= others
    return english > others and english >= _SHARE * len(words)


def language_of(texts: Iterable[str], *, expected: str) -> str:
    """The language that most of the texts are in, or "" for one that is not among `GROUPED`.

    `expected` is what they were asked in: it is meant wherever the words say nothing else clearly.
    """
    texts = list(texts)
    words = [word.lower().replace("’", "'") for text in texts for word in _WORD.findall(text)]
    letters = "".join(words)
    if letters and len(_ARABIC.findall(letters)) > len(letters) / 2:
        return "ar"
    if is_english(texts) and any(word in _ENGLISH_WORDS for word in words):
        return "en"
    counts = {one: sum(word in said for word in words) for one, said in _WORDS.items()}
    most = max(counts.values())
    if not most:
        # No word of any: of another script, or too few.
        plain = sum(letter.isascii() for letter in letters) > len(letters) / 2
        return expected if plain and expected in GROUPED else ""
    if counts.get(expected, 0) >= most / 2:
        return expected if expected in GROUPED else ""
    found = max(counts, key=lambda one: counts[one])
    return found if found in GROUPED else ""
