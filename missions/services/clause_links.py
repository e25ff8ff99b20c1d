"""What leaders say a clause was made of."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from missions.clauses import clauses
from missions.lineage import forebears
from missions.models import Clause, ClauseLink, Contribution, Mission, Theme
from missions.services.errors import MissionsError, locked
from programme.models import Membership


def write_down_clauses(*, mission: Mission, text: str) -> list[Clause]:
    """The text's clauses, in order, each with its origin among the mission's earlier wordings;
    new wordings are kept. The caller holds the mission."""
    said = clauses(text)
    known = list(Clause.objects.filter(mission=mission).select_related("origin"))
    by_text = {clause.text: clause for clause in known}
    for clause, at in zip(said, forebears(said, [one.text for one in known]), strict=True):
        if clause in by_text:
            continue
        earlier = None if at is None else known[at]
        by_text[clause] = Clause.objects.create(
            organisation_id=mission.organisation_id,
            mission=mission,
            text=clause,
            origin=earlier and (earlier.origin or earlier),
        )
    return [by_text[clause] for clause in said]


@transaction.atomic
def answer_theme(
    *, theme: Theme, clause: str, text: str, taken_up: bool | None, by: Membership
) -> None:
    """Say that this clause of the text takes up the theme, or that it does not: of each of its
    words as they are now. None takes the answer back, and the guess counts again."""
    words = theme.contributions.filter(is_hidden=False)
    _answer(theme.mission, list(words), clause, text, taken_up, by)


@transaction.atomic
def answer_words(
    *, contribution: Contribution, clause: str, text: str, taken_up: bool | None, by: Membership
) -> None:
    """As `answer_theme`, of one contribution."""
    _answer(contribution.mission, [contribution], clause, text, taken_up, by)


def _answer(
    mission: Mission,
    words: Sequence[Contribution],
    clause: str,
    text: str,
    taken_up: bool | None,
    by: Membership,
) -> None:
    mission = locked(mission)
    if clause not in clauses(text):
        raise MissionsError("That clause is no longer in the text. Look again and choose.")
    written = write_down_clauses(mission=mission, text=text)
    found = next(one for one in written if one.text == clause)
    origin = found.origin_id or found.pk
    ClauseLink.objects.filter(clause_id=origin, contribution__in=words).delete()
    if taken_up is not None:
        ClauseLink.objects.bulk_create(_links(mission, origin, words, taken_up, by), batch_size=500)


def _links(
    mission: Mission, origin: int, words: Iterable[Contribution], taken_up: bool, by: Membership
) -> Iterable[ClauseLink]:
    return (
        ClauseLink(
            organisation_id=mission.organisation_id,
            clause_id=origin,
            contribution=contribution,
            taken_up=taken_up,
            by=by,
        )
        for contribution in words
    )
