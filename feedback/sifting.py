"""Which comments a combination of filters finds, page after page: the one way to sift them.

A comment of a confidential round was parted from the answers beside it by the seal. What may be
asked about it is of its text alone (its round, its words, its themes, the touchpoint it is about):
nothing of that is a fact about a person, so no combination of filters, and no difference of two,
tells more than reading. What would tell something about its writer leaves it out: the moment and
the segment, which it does not have, and the question, where some text of its survey was asked only
of those who had answered something before.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from feedback.models import Comment, CommentTheme, Question, Round, Survey
from feedback.searching import asked_for, words_of
from programme.models import Organisation

A_PAGE = 25
# A comment's round and its own key.
type _Place = tuple[int, UUID]
# Of more it is only said that there are more.
MOST_COUNTED = 10_000
_CURSOR = re.compile(r"(\d{1,18})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


@dataclass(frozen=True, slots=True)
class Sift:
    """What is asked for; what is empty asks for nothing. `questions` are the keys of a question in
    all versions of its survey; `unthemed` asks for comments that are in no theme."""

    words: str = ""
    round: int | None = None
    questions: frozenset[int] = frozenset()
    moment: str = ""
    touchpoint: int | None = None
    segment: int | None = None
    theme: int | None = None
    unthemed: bool = False

    @property
    def asks_for_some(self) -> bool:
        """Whether anything is asked for at all."""
        return self != Sift()

    @property
    def asks_about_writers(self) -> bool:
        """Whether comments of confidential rounds may be left out."""
        return bool(self.questions or self.moment or self.segment)


def readable(organisation: Organisation) -> QuerySet[Comment]:
    """Everything that people wrote and members may read. What was asked for a mission is read
    there."""
    return Comment.objects.filter(
        organisation=organisation, released_at__isnull=False, round__answers_apart=False
    )


def sift(organisation: Organisation, wanted: Sift) -> QuerySet[Comment]:
    """Those of the readable comments that are asked for, in no order."""
    found = readable(organisation)
    if wanted.round is not None:
        found = found.filter(round=wanted.round)
    if wanted.questions:
        only_some = Question.objects.filter(
            survey=OuterRef("round__survey"), kind__in=Question.TEXT_KINDS
        ).exclude(show_if={})
        found = found.filter(
            Q(round__confidential=False) | ~Exists(only_some), question__in=wanted.questions
        )
    if wanted.moment:
        found = found.filter(moment=wanted.moment)
    if wanted.touchpoint is not None:
        found = found.filter(touchpoint=wanted.touchpoint)
    if wanted.segment is not None:
        found = found.filter(segment=wanted.segment)
    in_themes = CommentTheme.comments.through.objects.filter(comment=OuterRef("pk"))
    if wanted.theme is not None:
        found = found.filter(Exists(in_themes.filter(commenttheme=wanted.theme)))
    elif wanted.unthemed:
        found = found.filter(~Exists(in_themes))
    if words := asked_for(wanted.words):
        found = found.alias(words=words_of("text", "language")).filter(words=words)
    return found


@dataclass(frozen=True, slots=True)
class Sifted:
    """A page of comments: the newest round's first, and in it in an order that says nothing.
    `total` is how many there are, or None for more than `MOST_COUNTED`. `before` and `after` are
    the places from which the neighbouring pages go on; empty at the ends."""

    comments: list[Comment]
    total: int | None
    before: str
    after: str


def page_of(
    found: QuerySet[Comment], *, after: str = "", before: str = "", sparse: bool = True
) -> Sifted:
    """The page that follows a place, or comes before one; the first where neither makes sense.
    Three SQL queries, however far on it is and however many there are.

    Where few are found, they are put in order; where many, walking through the comments in turn
    soon meets a page of them. `sparse` says whether few of very many may be found.
    """
    on, back = _place(after), _place(before)
    up_to = found.order_by()[: MOST_COUNTED + 1]
    if not sparse:
        total = up_to.count()
        return _walk(found, total if total <= MOST_COUNTED else None, on, back)
    total, places = _in_order(up_to, on, back)
    if total > MOST_COUNTED:
        return _walk(found, None, on, back)
    rows = {one.pk: one for one in _shown(found.filter(pk__in=places))}
    return _page([rows[pk] for pk in places if pk in rows], total, on, back)


def _walk(
    found: QuerySet[Comment], total: int | None, on: _Place | None, back: _Place | None
) -> Sifted:
    rows = _shown(found)
    if back is not None:
        round_, comment = back
        rows = rows.filter(round_id__gte=round_).filter(
            Q(round_id__gt=round_) | Q(round_id=round_, pk__lt=comment)
        )
        rows = rows.order_by("round_id", "-pk")
    elif on is not None:
        round_, comment = on
        rows = rows.filter(round_id__lte=round_).filter(
            Q(round_id__lt=round_) | Q(round_id=round_, pk__gt=comment)
        )
    if back is None:
        rows = rows.order_by("-round_id", "pk")
    return _page(list(rows[: A_PAGE + 1]), total, on, back)


def _page(rows: list[Comment], total: int | None, on: _Place | None, back: _Place | None) -> Sifted:
    """Of one more than a page shows, in the order in which they were looked for."""
    more = len(rows) > A_PAGE
    shown = rows[:A_PAGE]
    if back is not None:
        shown = shown[::-1]
        return Sifted(shown, total, _at(shown[:1]) if more else "", _at(shown[-1:]))
    return Sifted(shown, total, _at(shown[:1]) if on else "", _at(shown[-1:]) if more else "")


# The order of a page, and the place that it follows, forwards and backwards.
_ORDERED = {
    False: ("round_id DESC, id", "(-round_id, id) > (-%s::bigint, %s::uuid)"),
    True: ("round_id, id DESC", "(-round_id, id) < (-%s::bigint, %s::uuid)"),
}


def _in_order(
    found: QuerySet[Comment], on: _Place | None, back: _Place | None
) -> tuple[int, list[UUID]]:
    """How many these are, and the keys of one more than a page shows; one SQL query."""
    try:
        sql, given = found.values("round_id", "pk").query.sql_with_params()
    except EmptyResultSet:  # whatever is stored, nothing can be asked for like this
        return 0, []
    order, following = _ORDERED[back is not None]
    place = back or on
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH hits (round_id, id) AS MATERIALIZED ({sql})
            SELECT n.n, page.id FROM (SELECT count(*) AS n FROM hits) n
            LEFT JOIN LATERAL (
                SELECT id FROM hits WHERE {following if place else "true"}
                ORDER BY {order} LIMIT {A_PAGE + 1}
            ) page ON true
            """,  # noqa: S608  (words of ours, and what Django made of the query)
            [*given, *(place or ())],
        )
        rows = cursor.fetchall()
    return rows[0][0], [pk for _, pk in rows if pk is not None]


def _shown(found: QuerySet[Comment]) -> QuerySet[Comment]:
    return found.select_related(
        "question", "touchpoint", "segment", "round__period", "response__invitation__person"
    ).prefetch_related("themes")


def _place(cursor: str) -> _Place | None:
    found = _CURSOR.fullmatch(cursor)
    return (int(found[1]), UUID(found[2])) if found else None


def _at(comments: Iterable[Comment]) -> str:
    return "".join(f"{one.round_id}-{one.pk}" for one in comments)


@dataclass(frozen=True, slots=True)
class AskedText:
    """A question for words, in all versions of its survey: its name in an address, its text in the
    newest version, and its keys."""

    name: str
    text: str
    survey: str
    keys: frozenset[int]


def asked_texts(organisation: Organisation) -> list[AskedText]:
    """The questions for words that closed rounds have asked, by survey; two SQL queries."""
    closed = Round.objects.filter(
        survey=OuterRef("survey"), results__isnull=False, answers_apart=False
    )
    found = (
        Question.objects.filter(
            Exists(closed), organisation=organisation, kind__in=Question.TEXT_KINDS
        )
        .exclude(key=Question.SIGNATURE)
        .select_related("survey")
        .order_by("survey__title", "-survey__version", "-survey", "position")
    )
    earlier = dict(
        Survey.objects.filter(organisation=organisation)
        .exclude(previous=None)
        .values_list("pk", "previous_id")
    )
    by_name: dict[str, list[Question]] = {}
    for question in found:
        first = question.survey_id
        while (before := earlier.get(first)) is not None:
            first = before
        by_name.setdefault(f"{first}-{question.key}", []).append(question)
    return [
        AskedText(name, asked[0].text, asked[0].survey.title, frozenset(one.pk for one in asked))
        for name, asked in by_name.items()
    ]
