"""Reading a draft in the making: what is being written, and what its clauses came from."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Prefetch, QuerySet
from django.utils import timezone

from missions.clauses import clauses
from missions.lineage import forebears
from missions.models import Clause, ClauseLink, Contribution, Draft, Mission, Theme, WorkingText
from missions.queries import VoiceCounts

QUOTES_A_CLAUSE = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of a clause and a theme: of how many of its words, and by whom last."""

    clause: str
    taken_up: bool
    words: int
    by: str


@dataclass(frozen=True, slots=True)
class Line:
    """A clause of a text and what is known of it: its origin (None where it is new), and the
    words that it takes up, or does not, by what people said."""

    position: int
    text: str
    origin: int | None
    links: tuple[ClauseLink, ...]

    @property
    def taken_up(self) -> tuple[ClauseLink, ...]:
        return tuple(link for link in self.links if link.taken_up)

    @property
    def rejected(self) -> tuple[ClauseLink, ...]:
        return tuple(link for link in self.links if not link.taken_up)


@dataclass(frozen=True, slots=True)
class Source:
    """What a clause of an adopted statement came from: counts by voice, in all and by theme (""
    for words in no theme), and a few words whose writers agreed to be quoted."""

    clause: str
    counts: VoiceCounts
    themes: tuple[tuple[str, VoiceCounts], ...]
    quotes: tuple[Contribution, ...]


def working_text(mission: Mission) -> WorkingText | None:
    """The one that is being written."""
    return (
        WorkingText.objects.filter(mission=mission, is_aside=False)
        .select_related("kept_by__user")
        .first()
    )


def kept_aside(mission: Mission) -> QuerySet[WorkingText]:
    """Texts that could not stay in their place, the latest first."""
    return WorkingText.objects.filter(mission=mission, is_aside=True).select_related(
        "kept_by__user"
    )


def origins(mission: Mission, said: Sequence[str]) -> list[int | None]:
    """The origin of each clause, in 1 SQL query; None for one that nobody linked yet."""
    rows = list(
        Clause.objects.filter(mission=mission).order_by("pk").values_list("pk", "origin", "text")
    )
    found = forebears(said, [text for *_, text in rows])
    return [None if at is None else rows[at][1] or rows[at][0] for at in found]


def answers(mission: Mission, said: Sequence[str]) -> dict[int, list[Answer]]:
    """By theme, what was said of these clauses; in at most 3 SQL queries."""
    links = ClauseLink.objects.filter(clause__mission=mission, contribution__is_hidden=False)
    counted = list(
        links.filter(contribution__themes__isnull=False)
        .order_by()
        .values_list("contribution__themes", "clause", "taken_up")
        .annotate(words=Count("pk"), last=Max("pk"))
    )
    if not counted:
        return {}
    clause_of = {
        origin: clause
        for clause, origin in zip(said, origins(mission, said), strict=True)
        if origin is not None
    }
    said_by = ClauseLink.objects.select_related("by__user").in_bulk({row[-1] for row in counted})
    found: dict[int, list[Answer]] = defaultdict(list)
    for theme, origin, taken_up, words, last in counted:
        if origin in clause_of:
            by = said_by[last].by
            name = str(by.user) if by else "someone who has left"
            found[theme].append(Answer(clause_of[origin], taken_up, words, name))
    return dict(found)


def lines(mission: Mission, text: str) -> list[Line]:
    """The text's clauses with their links, each with its contribution; 3 SQL queries."""
    said = clauses(text)
    found = origins(mission, said)
    linked = _by_origin(_links(mission, {origin for origin in found if origin is not None}))
    return [
        Line(place, clause, origin, tuple(linked.get(origin or 0, ())))
        for place, (clause, origin) in enumerate(zip(said, found, strict=True))
    ]


def _links(mission: Mission, origins: Collection[int]) -> QuerySet[ClauseLink]:
    themes = Prefetch("contribution__themes", queryset=Theme.objects.order_by("position", "pk"))
    return (
        ClauseLink.objects.filter(
            clause__mission=mission, clause__in=origins, contribution__is_hidden=False
        )
        .select_related("contribution", "by__user")
        .prefetch_related(themes)
        .order_by("contribution__comment_id", "contribution__pk")
    )


def sources(mission: Mission) -> list[Source]:
    """What each clause of the adopted statement came from; none before adoption, and none where
    nobody linked anything. 3 SQL queries."""
    numbered = list(mission.statement_clauses.all())
    kept = {clause.origin_id for clause in numbered if clause.origin_id}
    if not kept:
        return []
    linked = _by_origin(_links(mission, kept).filter(taken_up=True))
    return [
        _source(clause.text, [link.contribution for link in linked.get(clause.origin_id or 0, ())])
        for clause in numbered
        if linked
    ]


def _source(clause: str, words: Sequence[Contribution]) -> Source:
    by_theme: dict[str, list[Contribution]] = defaultdict(list)
    for contribution in words:
        names = [theme.name for theme in contribution.themes.all()] or [""]
        for name in names:
            by_theme[name].append(contribution)
    ordered = sorted(by_theme.items(), key=lambda each: (not each[0], -len(each[1])))
    quotes = [contribution for contribution in words if contribution.quotable]
    return Source(
        clause,
        _counts(words),
        tuple((name, _counts(found)) for name, found in ordered),
        tuple(quotes[:QUOTES_A_CLAUSE]),
    )


def _counts(words: Sequence[Contribution]) -> VoiceCounts:
    counts = Counter(contribution.voice for contribution in words)
    return VoiceCounts(counts["leader"], counts["staff"], counts["customer"])


def table_rows(mission: Mission, drafts: Sequence[Draft]) -> Iterator[list[object]]:
    """For each version's clauses, a row for each link, or one without; 3 SQL queries. Times are in
    the active time zone."""
    said = {draft.pk: clauses(draft.text) for draft in drafts}
    every = list(dict.fromkeys(clause for each in said.values() for clause in each))
    origin_of = dict(zip(every, origins(mission, every), strict=True))
    known = {origin for origin in origin_of.values() if origin is not None}
    linked = _by_origin(_links(mission, known))
    for draft in drafts:
        about = [draft.version, _when(draft.created_at), draft.author.user if draft.author else ""]
        for place, clause in enumerate(said[draft.pk], 1):
            links = linked.get(origin_of[clause] or 0, ())
            for cells in map(_link_cells, links) if links else ([""] * 6,):
                yield [*about, draft.text, place, clause, *cells]


def _by_origin(links: QuerySet[ClauseLink]) -> dict[int, list[ClauseLink]]:
    found: dict[int, list[ClauseLink]] = defaultdict(list)
    for link in links:
        found[link.clause_id].append(link)
    return dict(found)


def _link_cells(link: ClauseLink) -> list[object]:
    words = link.contribution
    return [
        "yes" if link.taken_up else "no",
        words.get_voice_display(),
        "; ".join(theme.name for theme in words.themes.all()),
        words.text,
        link.by.user if link.by else "",
        _when(link.at),
    ]


def _when(moment: dt.datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
