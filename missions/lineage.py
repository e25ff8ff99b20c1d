"""Which clause of an earlier draft a clause goes back to."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from missions.clauses import says_no
from missions.worddiff import likeness, words_of

NEARLY = 0.7


def forebears(clauses: Sequence[str], known: Sequence[str]) -> list[int | None]:
    """For each clause the position of the known one that it is, or nearly is, or None.

    The same words (in any case) come first; then the likest pairs, of at least `NEARLY` of the
    words, of which neither turns the other round. No known clause has two heirs, unless their
    words are the same; of equally like ones the last known is taken.
    """
    plain = [_plain(clause) for clause in clauses]
    earlier = [_plain(clause) for clause in known]
    by_words = {clause: at for at, clause in enumerate(earlier)}
    found = [by_words.get(clause) for clause in plain]
    taken = {at for at in found if at is not None}
    words = [Counter(words_of(clause)) for clause in earlier]
    pairs = sorted(
        (-alike, -at, place)
        for place, clause in enumerate(plain)
        if found[place] is None
        for at in _worth_comparing(Counter(words_of(clause)), words, taken)
        if (alike := likeness(clause, earlier[at])) >= NEARLY
        and says_no(clause) == says_no(earlier[at])
    )
    for _, at, place in pairs:
        if found[place] is None and -at not in taken:
            found[place] = -at
            taken.add(-at)
    return found


def _worth_comparing(
    clause: Counter[str], known: Sequence[Counter[str]], taken: Collection[int]
) -> Iterator[int]:
    """Those that share enough words in any order."""
    for at, words in enumerate(known):
        if at not in taken:
            least = NEARLY / 2 * (clause.total() + words.total())
            if min(clause.total(), words.total()) >= least and (clause & words).total() >= least:
                yield at


def _plain(clause: str) -> str:
    return " ".join(clause.casefold().split())
