"""How far a draft takes up each theme and each voice, quick enough for every keystroke.

The words' vectors are kept in this process and, for the other processes, in the cache; both under
a mark of the words themselves, so that a change makes them anew. The comparison's modules are
imported where they are used: most processes never compare.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db.models import F, QuerySet, StringAgg, TextField, Value
from django.db.models.functions import MD5, Cast, Concat

from missions.english import is_english
from missions.models import Contribution, Mission, Theme, Voice

if TYPE_CHECKING:
    from missions.themes import Coverage, Index

WORDS = {
    "covered": "Covered",
    "partly": "Partly",
    "missing": "Missing",
    "opposite": "May say the opposite",
}
_TAGS = {"covered": "good", "partly": "warn", "missing": "quiet", "opposite": "bad"}
# How much of a theme's words count as taken up, and from which share of a voice's words it is most.
_TAKEN = {"covered": 1.0, "partly": 0.5}
_MOST = 0.75
# A board of 5,000 is 10 MB.
_KEPT_HERE = 3
_SECONDS = 24 * 3600
_SAMPLE = 400


@dataclass(frozen=True, slots=True)
class TakenUp:
    """How far the draft takes up one theme or one voice: `key` of the theme, or the voice."""

    key: int | str
    name: str
    level: str
    clause: str

    @property
    def words(self) -> str:
        return WORDS[self.level]

    @property
    def tag(self) -> str:
        return _TAGS[self.level]


@dataclass(frozen=True, slots=True)
class DraftCoverage:
    """A guess at what the draft takes up; `unsaid` are themes that customers spoke of and the
    draft does not, those of most customers first."""

    themes: tuple[TakenUp, ...]
    voices: tuple[TakenUp, ...]
    unsaid: tuple[TakenUp, ...]


@dataclass(frozen=True, slots=True)
class _Board:
    """What a draft is held against: positions in the index, by theme and by voice."""

    index: Index | None
    themes: tuple[tuple[int, str, tuple[int, ...], tuple[int, ...]], ...]
    """Key, name, positions of its words, and of its customers' words."""
    voices: tuple[tuple[str, str, tuple[int, ...]], ...]
    """Voice, name, and how many of its words each theme has."""


_boards: OrderedDict[int, tuple[str, _Board]] = OrderedDict()
_lock = Lock()


def coverage(mission: Mission, draft: str) -> DraftCoverage | None:
    """None where there is nothing to compare with, or it is not English. 2 SQL queries or fewer
    than 8 where the words have changed; about 20 ms CPU over 5,000 words."""
    board = _board(mission)
    if board.index is None:
        return None
    spoken = [theme for theme in board.themes if theme[3]]
    found = board.index.coverage(
        draft,
        [
            *(theme[2] for theme in board.themes),
            *(theme[3] for theme in spoken),
        ],
    )
    first = len(board.themes)
    themes = [
        _taken_up(key, name, one)
        for (key, name, *_), one in zip(board.themes, found[:first], strict=True)
    ]
    voices = [_voice(*voice, themes=themes) for voice in board.voices]
    by_customers = sorted(
        zip(spoken, found[first:], strict=True), key=lambda each: -len(each[0][3])
    )
    unsaid = [
        _taken_up(key, name, one)
        for (key, name, *_), one in by_customers
        if one.level in {"missing", "opposite"}
    ]
    return DraftCoverage(tuple(themes), tuple(voices), tuple(unsaid))


def _taken_up(key: int | str, name: str, found: Coverage) -> TakenUp:
    return TakenUp(key, name, found.level, found.clause)


def _voice(voice: str, name: str, said: Sequence[int], *, themes: Sequence[TakenUp]) -> TakenUp:
    """How much of what a voice said, theme by theme, the draft takes up: a voice says many
    things, so its words together resemble no draft."""
    taken = sum(
        count * _TAKEN.get(theme.level, 0.0) for count, theme in zip(said, themes, strict=True)
    )
    share = taken / sum(said)
    level = "covered" if share >= _MOST else "partly" if share >= 1 - _MOST else "missing"
    return TakenUp(voice, name, level, "")


def _board(mission: Mission) -> _Board:
    words = Contribution.objects.filter(mission=mission, is_hidden=False).order_by("pk")
    words_mark, mark = _marks(mission, words)
    with _lock:
        kept = _boards.get(mission.pk)
        if kept is not None and kept[0] == mark:
            _boards.move_to_end(mission.pk)
            return kept[1]
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
    with _lock:
        _boards[mission.pk] = (mark, board)
        _boards.move_to_end(mission.pk)
        while len(_boards) > _KEPT_HERE:
            _boards.popitem(last=False)
    return board


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
