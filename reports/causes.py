"""What may lie behind a change: what was done there, and what customers wrote. Never what must
have: a quarter's answers do not carry that."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from reports.known import Known
from reports.words import Names, Said, say, short

# A word that fewer comments share may give away who wrote it.
LEAST_SHARING = 3
MOST_WORDS = 4
_SHORTEST = 4
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Of a word's uses, at least this share is about the touchpoint, times what chance would give.
_OVER_CHANCE = 1.5


def causes(known: Known, touchpoint_id: int, *, better: bool) -> tuple[Said, ...]:
    """Sentences on one change, at least one."""
    done = tuple(_done(known, touchpoint_id, better=better))
    said = tuple(_said(known, touchpoint_id))
    unknown = () if done and better else (say("cause.unknown"),)
    return done + unknown + said


def _done(known: Known, touchpoint_id: int, *, better: bool) -> Iterator[Said]:
    """Improvements finished since the quarter that is compared with began."""
    if known.before is None:
        return
    since, _ = known.before.bounds(first_month=known.first_month)
    _, until = known.quarter.bounds(first_month=known.first_month)
    for one in known.improvements:
        if one.touchpoint_id == touchpoint_id and one.done_on and since <= one.done_on <= until:
            yield say(
                "cause.finished" if better else "cause.fell_although",
                title=short(one.title),
                day=one.done_on,
            )


def _said(known: Known, touchpoint_id: int) -> Iterator[Said]:
    found = known.comments.get(touchpoint_id)
    if found is None or not found.n:
        return
    if found.words:
        yield say("cause.words", n=found.n, words=Names(found.words, MOST_WORDS))
    else:
        yield say("cause.no_words", n=found.n)


def shared_words(
    about: Sequence[str], everything: Sequence[str], *, names: Iterable[str] = ()
) -> tuple[str, ...]:
    """The words that set these comments apart from all of the quarter's: each in three or more of
    them and more often than in the others, the commonest first. The words of `names` are none."""
    left_out = {word.casefold() for name in names for word in _WORD.findall(name)}
    here = Counter(word for text in about for word in _words(text, left_out))
    all_over = Counter(word for text in everything for word in _words(text, left_out))
    usual = len(about) / max(len(everything), 1)
    telling = [
        (word, n)
        for word, n in here.items()
        if n >= LEAST_SHARING and n >= _OVER_CHANCE * usual * all_over[word]
    ]
    telling.sort(key=lambda found: (-found[1], found[0]))
    return tuple(word for word, _ in telling[:MOST_WORDS])


def _words(text: str, left_out: Collection[str]) -> set[str]:
    found = {word.casefold() for word in _WORD.findall(text)}
    return {word for word in found if len(word) >= _SHORTEST and word not in left_out}
