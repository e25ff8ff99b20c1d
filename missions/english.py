"""Whether people wrote in English, which is the one language that `missions.themes` compares."""

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# The commonest words that the neighbours do not have, or have far less.
_ENGLISH = (
    "the and of to it that with you your our be are have this what when from they would should "
    "at by their who more like my can people there been not every it's don't i'm we're i we is "
    "us all as how out because"
)
_OTHERS = (
    # German, Dutch
    "der die das und ist nicht ich wir sie mit auf für ein eine zu den dem von sind auch wenn uns "
    "het een en niet ik wij zijn voor dat met op te maar ook naar ons "
    # French, Spanish, Italian, Portuguese
    "le la les et des du une est pas que nous vous je pour dans qui sur avec el los las y un una "
    "es no con por para en su nos queremos muy il di che non è per sono noi con gli della o os as "
    "é não uma um do da em nós mais "
    # Swedish, Danish, Norwegian
    "och att det är som på vi av inte jag och at er på ikke jeg af til med "
    # Polish, Czech, Welsh
    "i w nie na się z że jest dla jak je že pro yn y mae ac i'r ein ni"
)
_ENGLISH_WORDS, _OTHER_WORDS = frozenset(_ENGLISH.split()), frozenset(_OTHERS.split())
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
