"""Whether a confidential comment may name someone, so that a person reads it before others do.

A guess that errs on the side of asking: whoever reviews it decides.
"""

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_ADDRESS = re.compile(r"\S@\S|(?<!\w)@\w")
# Seven digits or more, however they are set apart.
_TELEPHONE = re.compile(r"(?:\+|\b)\d(?:[ ()./\-]{0,2}\d){6,}")
_SENTENCE_ENDS = ".!?:\n"
_SHORTEST = 3
_LONGEST = 12  # letters, in scripts without spaces


def names_of(people: Iterable[str]) -> frozenset[str]:
    """The words of people's names that a text is searched for: lower case, without initials."""
    return frozenset(
        word.casefold()
        for name in people
        for word in _WORD.findall(name)
        if len(word) >= _SHORTEST or not word.isascii()
    )


def may_name_someone(text: str, names: frozenset[str]) -> bool:
    """Whether the text has an address, a telephone number, or a word of someone's name.

    A word that also begins a sentence ("Will you …", "Mark this …") counts only where another word
    of a name follows; a word in small letters never does. Scripts without capitals often set no
    spaces either: there a name counts wherever it stands.
    """
    if _ADDRESS.search(text) or _TELEPHONE.search(text):
        return True
    previous_named = False
    end = 0
    for found in _WORD.finditer(text):
        word = found.group()
        between = text[end : found.start()]
        end = found.end()
        if _has_no_capitals(word):
            if any(part in names for part in _parts(word)):
                return True
            continue
        is_name = word.removesuffix("’s").removesuffix("'s").casefold() in names
        if is_name and previous_named and not between.strip():
            return True
        previous_named = is_name
        if not is_name or word[0].islower():
            continue
        begins = not text[: found.start()].strip() or any(one in between for one in _SENTENCE_ENDS)
        if not begins:
            return True
    return False


def _has_no_capitals(word: str) -> bool:
    return word.upper() == word.lower()


def _parts(word: str) -> Iterable[str]:
    for start in range(len(word)):
        for end in range(start + 2, min(len(word), start + _LONGEST) + 1):
            yield word[start:end]
