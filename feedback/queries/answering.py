"""What the answer page reads. The statements are written out and prepared: it is the one page that
thousands open in the same minute, and composing and planning these anew would be most of its
cost."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from django.db.models import Model

from accounts.prepared import prepared_cursor
from feedback.models import Invitation, Question, Response, Round, Survey
from programme.models import Organisation, Person


@dataclass(frozen=True, slots=True)
class Answering:
    """An invitation whose link was opened, with what was answered so far. Its rows have only what
    the answer page needs; anything else is fetched when it is asked for."""

    invitation: Invitation
    response: Response | None


_INVITATION = (
    *("id", "organisation_id", "round_id", "person_id", "team_id", "segment_id"),
    *("seen_at", "answered_at"),
)
_ROUND = (
    *("id", "organisation_id", "survey_id", "audience", "confidential", "answers_apart", "state"),
    *("closes_at", "paused_at", "figures_from", "comments_from"),
)
_ORGANISATION = ("id", "name", "slug", "timezone", "language", "logo", "colour")
_PERSON = ("id", "language", "unsubscribed_at")
_RESPONSE = (
    *("id", "organisation_id", "round_id", "invitation_id", "open_link_id", "team_id"),
    *("segment_id", "answers", "version", "started_at", "submitted_at"),
)
_ANSWERING = """
    SELECT i.id, i.organisation_id, i.round_id, i.person_id, i.team_id, i.segment_id,
           i.seen_at, i.answered_at,
           d.id, d.organisation_id, d.survey_id, d.audience, d.confidential, d.answers_apart,
           d.state, d.closes_at, d.paused_at, d.figures_from, d.comments_from,
           o.id, o.name, o.slug, o.timezone, o.language, o.logo, o.colour,
           p.id, p.language, p.unsubscribed_at,
           r.id, r.organisation_id, r.round_id, r.invitation_id, r.open_link_id, r.team_id,
           r.segment_id, r.answers, r.version, r.started_at, r.submitted_at
    FROM feedback_invitation i
    JOIN feedback_round d ON d.id = i.round_id
    JOIN programme_organisation o ON o.id = d.organisation_id
    LEFT JOIN programme_person p ON p.id = i.person_id
    LEFT JOIN feedback_response r ON r.invitation_id = i.id
"""
_BY_PK, _BY_HASH = _ANSWERING + "WHERE i.id = %s", _ANSWERING + "WHERE i.token_hash = %s"


def answering(*, pk: int | None = None, token_hash: str = "") -> Answering | None:
    """The invitation of that key, or of the link with that hash, in one SQL query."""
    with prepared_cursor() as cursor:
        if pk is None:
            cursor.execute(_BY_HASH, [token_hash])
        else:
            cursor.execute(_BY_PK, [pk])
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    invitation = _loaded(Invitation, _INVITATION, values)
    invitation.round = _loaded(Round, _ROUND, values)
    invitation.round.survey = used_survey(invitation.round.survey_id)
    invitation.round.organisation = _loaded(Organisation, _ORGANISATION, values)
    person = _loaded(Person, _PERSON, values)
    invitation.person = person if invitation.person_id is not None else None
    response = _loaded(Response, _RESPONSE, values)
    if row[-len(_RESPONSE)] is None:
        return Answering(invitation, None)
    response.answers = json.loads(response.answers)
    return Answering(invitation, response)


_HOLDING = """
    SELECT id, organisation_id, round_id, invitation_id, open_link_id, team_id,
           segment_id, answers, version, started_at, submitted_at
    FROM feedback_response
"""
_OF_INVITATION = _HOLDING + "WHERE invitation_id = %s FOR UPDATE"
_OF_DEVICE = _HOLDING + "WHERE id = %s AND round_id = %s AND invitation_id IS NULL FOR UPDATE"


def held_response(
    *, round_id: int, invitation_id: int | None, device: uuid.UUID
) -> Response | None:
    """What an invitation, or without one a device, has answered, held until the transaction
    ends."""
    with prepared_cursor() as cursor:
        if invitation_id is not None:
            cursor.execute(_OF_INVITATION, [invitation_id])
        else:
            cursor.execute(_OF_DEVICE, [device, round_id])
        row = cursor.fetchone()
    if row is None:
        return None
    response = _loaded(Response, _RESPONSE, iter(row))
    response.answers = json.loads(response.answers)
    return response


def _loaded[M: Model](model: type[M], columns: tuple[str, ...], values: Iterator[Any]) -> M:
    """A row of which only these columns were read; they are taken off the front of the values."""
    given = tuple(islice(values, len(columns)))
    names, places = _ordered(model, columns)
    return model.from_db("default", names, [given[place] for place in places])


@cache
def _ordered(model: type[Model], columns: tuple[str, ...]) -> tuple[list[str], list[int]]:
    """These columns in the order of the model's fields, which `from_db` expects, and where each was
    among them."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in columns]
    return names, [columns.index(name) for name in names]


@lru_cache(maxsize=256)
def used_survey(pk: int) -> Survey:
    """A survey that a round has used: it never changes, so that it is read once."""
    return Survey.objects.get(pk=pk)


@lru_cache(maxsize=256)
def used_questions(survey_id: int) -> tuple[Question, ...]:
    """The questions of a survey that a round has used; as with `used_survey`."""
    return tuple(Question.objects.filter(survey=survey_id))
