"""How far a draft takes up each theme and each voice, quick enough for every keystroke.

What people said of a clause and a theme outweighs what is guessed.

The words' vectors are kept in this process and, for the other processes, in the cache; both under
a mark of the words themselves, so that a change makes them anew. The comparison's modules are
imported where they are used: most processes never compare.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db.models import F, QuerySet, StringAgg, TextField, Value
from django.db.models.functions import MD5, Cast, Concat

from missions import drafting
from missions.clauses import clauses
from missions.drafting import Answer
from missions.english import is_english
from missions.models import Contribution, Mission, Theme, Voice

if TYPE_CHECKING:
    from missions.themes import Coverage, Index

WORDS = {
    "covered": "Covered",
    "partly": "Partly",
    "missing": "Missing",
    "opposite": "May say the opposite",
    "unknown": "",
}
_TAGS = {
    "covered": "good",
    "partly": "warn",
    "missing": "quiet",
    "opposite": "bad",
    "unknown": "quiet",
}
# How much of a theme's words count as taken up, and from which share of a voice's words it is most.
_TAKEN = {"covered": 1.0, "partly": 0.5}
_MOST = 0.75
# A board of 5,000 is 10 MB.
_KEPT_HERE = 3
_SECONDS = 24 * 3600
_SAMPLE = 400
# A theme counts as answered from this share of its words on.
_ANSWERED = 0.5
# How long a board is trusted while someone types: the words change less often than the draft.
_TRUSTED_SECONDS = 10


@dataclass(frozen=True, slots=True)
class TakenUp:
    """How far the draft takes up one theme or one voice: `key` of the theme, or the voice.

    `level` is "unknown" where nothing can be guessed. `confirmed` and `rejected` are what people
    said of the theme and clauses of this draft; `linked` is how many of its words are linked one
    by one, where that makes no answer for the whole theme.
    """

    key: int | str
    name: str
    level: str
    clause: str
    confirmed: Answer | None = None
    rejected: tuple[Answer, ...] = ()
    linked: int = 0

    @property
    def words(self) -> str:
        return WORDS[self.level]

    @property
    def tag(self) -> str:
        return _TAGS[self.level]


@dataclass(frozen=True, slots=True)
class DraftCoverage:
    """What the draft takes up, as people said or by a guess, which there is none of where people
    did not write in English (`guesses`). `unsaid` are themes that customers spoke of and the
    draft does not, those of most customers first; `opposite` the other themes of which it may say
    the opposite."""

    guesses: bool
    themes: tuple[TakenUp, ...]
    voices: tuple[TakenUp, ...]
    unsaid: tuple[TakenUp, ...]

    @property
    def opposite(self) -> tuple[TakenUp, ...]:
        named = {one.key for one in self.unsaid}
        return tuple(one for one in self.themes if one.level == "opposite" and one.key not in named)

    @property
    def in_words(self) -> str:
        """One line for those who listen."""
        taken = sum(one.level in {"covered", "partly"} for one in self.themes)
        return f"{taken} of {len(self.themes)} themes taken up"


@dataclass(frozen=True, slots=True)
class _Board:
    """What a draft is held against: positions in the index, by theme and by voice."""

    index: Index | None
    themes: tuple[tuple[int, str, tuple[int, ...], tuple[int, ...]], ...]
    """Key, name, positions of its words, and of its customers' words."""
    voices: tuple[tuple[str, str, tuple[int, ...]], ...]
    """Voice, name, and how many of its words each theme has."""


_boards: OrderedDict[int, tuple[str, float, _Board]] = OrderedDict()
_lock = Lock()


def coverage(mission: Mission, draft: str, *, typing: bool = False) -> DraftCoverage | None:
    """None where there is no theme yet to hold the draft against. At most 5 SQL queries, or 9 where
    the words have changed; about 20 ms CPU over 5,000 words. While someone is `typing`, words and
    themes as they were some seconds ago will do, which saves 2 queries."""
    board = _board(mission, trusted_for=_TRUSTED_SECONDS if typing else 0)
    if board.index is not None and not board.themes:
        return None
    answered = drafting.answers(mission, clauses(draft)) if draft.strip() else {}
    rejected = {
        key: [one for one in answered.get(key, ()) if _holds(one, of) and not one.taken_up]
        for key, _, of, _ in board.themes
    }
    spoken = [theme for theme in board.themes if theme[3]]
    guessed = _guesses(board, draft, [*board.themes, *spoken], rejected)
    first = len(board.themes)
    themes = [
        _taken_up(key, name, one, answered.get(key, ()), of)
        for (key, name, of, _), one in zip(board.themes, guessed[:first], strict=True)
    ]
    by_key = {one.key: one for one in themes}
    by_customers = sorted(
        zip(spoken, guessed[first:], strict=True), key=lambda each: -len(each[0][3])
    )
    unsaid = [
        TakenUp(key, name, one.level, one.clause)
        for (key, name, *_), one in by_customers
        if one is not None
        and one.level in {"missing", "opposite"}
        and not by_key[key].confirmed
        and not by_key[key].linked
    ]
    voices = (
        [_voice(*voice, themes=themes) for voice in board.voices] if board.index is not None else []
    )
    return DraftCoverage(board.index is not None, tuple(themes), tuple(voices), tuple(unsaid))


def _guesses(
    board: _Board,
    draft: str,
    themes: Sequence[tuple[int, str, tuple[int, ...], tuple[int, ...]]],
    rejected: Mapping[int, Sequence[Answer]],
) -> Sequence[Coverage | None]:
    """For all themes by all their words, then for some again by their customers' words."""
    if board.index is None:
        return [None] * len(themes)
    first = len(board.themes)
    return board.index.coverage(
        draft,
        [theme[2] if place < first else theme[3] for place, theme in enumerate(themes)],
        leaving_out={
            place: {answer.clause for answer in rejected[theme[0]]}
            for place, theme in enumerate(themes)
        },
    )


def _holds(answer: Answer, words: Sequence[int]) -> bool:
    """Whether what was said of a clause is an answer for the whole theme."""
    return answer.words >= _ANSWERED * len(words)


def _taken_up(
    key: int, name: str, guess: Coverage | None, answers: Sequence[Answer], words: Sequence[int]
) -> TakenUp:
    rejected = tuple(one for one in answers if not one.taken_up and _holds(one, words))
    yes = [one for one in answers if one.taken_up]
    linked = sum(one.words for one in yes)
    level, clause = (guess.level, guess.clause) if guess else ("unknown", "")
    confirmed = max(yes, key=lambda one: one.words, default=None)
    if confirmed and linked >= _ANSWERED * len(words):
        return TakenUp(key, name, "covered", confirmed.clause, confirmed, rejected)
    if confirmed and level != "covered":
        level, clause = "partly", confirmed.clause
    return TakenUp(key, name, level, clause, None, rejected, linked)


def _voice(voice: str, name: str, said: Sequence[int], *, themes: Sequence[TakenUp]) -> TakenUp:
    """How much of what a voice said, theme by theme, the draft takes up: a voice says many
    things, so its words together resemble no draft."""
    taken = sum(
        count * _TAKEN.get(theme.level, 0.0) for count, theme in zip(said, themes, strict=True)
    )
    share = taken / sum(said)
    level = "covered" if share >= _MOST else "partly" if share >= 1 - _MOST else "missing"
    return TakenUp(voice, name, level, "")


def _board(mission: Mission, *, trusted_for: float) -> _Board:
    with _lock:
        kept = _boards.get(mission.pk)
    now = monotonic()
    if kept is not None and now - kept[1] < trusted_for:
        return kept[2]
    words = Contribution.objects.filter(mission=mission, is_hidden=False).order_by("pk")
    words_mark, mark = _marks(mission, words)
    if kept is not None and kept[0] == mark:
        _keep(mission, mark, now, kept[2])
        return kept[2]
    rows = list(words.values_list("pk", "voice", "text"))
    texts = [text for _, _, text in rows]
    english = is_english(texts[:_SAMPLE])
    index = _index(words_mark, texts, mission.organisation.name) if english else None
    at = {pk: position for position, (pk, _, _) in enumerate(rows)}
    voice_of = {pk: voice for pk, voice, _ in rows}
    customers = {pk for pk, voice in voice_of.items() if voice == Voice.CUSTOMER}
    members: dict[int, list[int]] = {}
    for theme, pk in Theme.contributions.through.objects.filter(theme__mission=mission).values_list(
        "theme_id", "contribution_id"
    ):
        if pk in at:
            members.setdefault(theme, []).append(pk)
    themes = [theme for theme in Theme.objects.filter(mission=mission) if theme.pk in members]
    board = _Board(
        index,
        tuple(
            (
                theme.pk,
                theme.name,
                tuple(at[pk] for pk in members.get(theme.pk, ())),
                tuple(at[pk] for pk in members.get(theme.pk, ()) if pk in customers),
            )
            for theme in themes
        ),
        tuple(
            (voice.value, voice.label, said)
            for voice in Voice
            if any(said := _said(voice, voice_of, [members[theme.pk] for theme in themes]))
        ),
    )
    _keep(mission, mark, now, board)
    return board


def _keep(mission: Mission, mark: str, seen: float, board: _Board) -> None:
    with _lock:
        _boards[mission.pk] = (mark, seen, board)
        _boards.move_to_end(mission.pk)
        while len(_boards) > _KEPT_HERE:
            _boards.popitem(last=False)


def _said(voice: str, voice_of: dict[int, str], themes: list[list[int]]) -> tuple[int, ...]:
    """How many of that voice's words each theme has."""
    return tuple(sum(voice_of[pk] == voice for pk in members) for members in themes)


def _marks(mission: Mission, words: QuerySet[Contribution]) -> tuple[str, str]:
    """A mark of the words, and one of the words, the names and the themes together."""
    name = mission.organisation.name
    said = words.order_by().aggregate(
        mark=_together(_text("pk"), F("voice"), MD5("text")),
    )["mark"]
    themes = (
        Theme.objects.filter(mission=mission)
        .order_by()
        .aggregate(
            mark=_together(_text("pk"), MD5("name"), _text("contributions__pk")),
        )["mark"]
    )
    return f"{name}|{said}", f"{name}|{said}|{themes}"


def _text(field: str) -> Cast:
    return Cast(field, TextField())


def _together(*parts: F | Cast | MD5) -> MD5:
    spaced = [each for part in parts for each in (part, Value(":"))]
    line = Concat(*spaced, output_field=TextField())
    return MD5(StringAgg(line, Value(","), order_by=line, output_field=TextField()))


def _index(mark: str, texts: Sequence[str], name: str) -> Index:
    """The words' vectors, from the cache where another process has made them."""
    from missions.themes import Index  # noqa: PLC0415

    key = f"mission-index:{hashlib.sha256(mark.encode()).hexdigest()}"
    kept = cache.get(key)
    if isinstance(kept, Index) and len(kept.vectors) == len(texts):
        return kept
    made = Index.of(texts, names=[name])
    cache.set(key, made, _SECONDS)
    return made
