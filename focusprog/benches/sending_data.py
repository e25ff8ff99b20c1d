"""Rounds to send, and what the outbox says of them: run in a shell of the programme measured."""

import json
import time
from pathlib import Path

from django.db import connection
from django.utils import timezone

from feedback.models import Round
from feedback.services import QuestionSpec, create_round, create_survey, open_round
from feedback.services.opening import continue_opening
from outbox.models import Email, EmailState
from programme.models import Organisation, Person, PersonKind, Segment
from programme.periods import Quarter
from programme.queries import quarters_back
from programme.services import period_for

_QUESTIONS = (
    QuestionSpec("recommend", "recommend-10", "How likely are you to recommend us?"),
    QuestionSpec("visit", "moment", "How was your last visit?"),
    QuestionSpec("comment", "text", "What one thing should we change?"),
)
_MESSAGE = """You have been our customer for some time now, and we would like to hear from you what
we do well and what we should do better. It takes two minutes. We read every answer."""


def fill(people: dict[str, int]) -> None:
    """An organisation with so many customers in each of these segments."""
    organisation = Organisation.objects.create(name="Measured & Sons", slug="measured")
    for name, number in people.items():
        segment = Segment.objects.create(organisation=organisation, name=name)
        Person.objects.bulk_create(
            (
                Person(
                    organisation=organisation,
                    kind=PersonKind.CUSTOMER,
                    segment=segment,
                    name=f"Customer {n} of {name}",
                    email=f"{name}{n}@example.com",
                )
                for n in range(number)
            ),
            batch_size=5_000,
        )


def open_for_workers(segment: str) -> None:
    """Open a round to a segment as a page does it: workers write and send it."""
    open_round(round=_round(segment))


def write(segment: str) -> None:
    """Open a round to a segment and write all its emails here, by what workers do it with; prints
    the CPU seconds."""
    sent = _round(segment)
    began = time.process_time()
    open_round(round=sent)
    while Round.objects.filter(pk=sent.pk, opening=True).exists():
        continue_opening(round_id=sent.pk)
    print(time.process_time() - began)


def write_many(invited: int, uninvited: int, whole: int) -> None:
    """A round in the middle of its opening: so many are invited, with emails of which none has been
    sent, and so many are not yet.

    The first emails due are `whole`; of the others, which only wait while something is measured,
    the words are left out.
    """
    organisation = Organisation.objects.get()
    segment = Segment.objects.create(organisation=organisation, name="many")
    sent = _round("many")
    Round.objects.filter(pk=sent.pk).update(
        state=Round.State.OPEN, opening=True, opened_at=timezone.now(), expected=invited + uninvited
    )
    model = Email.objects.filter(state=EmailState.SENT).latest("pk")
    given = {
        "organisation": organisation.pk,
        "segment": segment.pk,
        "round": sent.pk,
        "all": invited + uninvited,
        "invited": invited,
        "whole": whole,
        "model": model.pk,
    }
    with connection.cursor() as cursor:
        for statement in (_PEOPLE, _INVITATIONS, _EMAILS):
            cursor.execute(statement, given)
        cursor.execute("VACUUM (ANALYZE)")


def is_opening() -> None:
    """Print whether people of any round are still to be invited."""
    print(Round.objects.filter(opening=True).exists())


def lost(arrived_file: str) -> None:
    """Print how many of the emails that the database calls sent a mail server has not seen, by the
    Message-IDs in that file."""
    arrived = set(json.loads(Path(arrived_file).read_text()))
    sent = Email.objects.filter(state=EmailState.SENT).values_list("message_id", flat=True)
    print(len(set(sent) - arrived))


def _round(segment: str) -> Round:
    organisation = Organisation.objects.get()
    quarter: Quarter = quarters_back(organisation, 1)[0]
    return create_round(
        organisation=organisation,
        survey=create_survey(organisation=organisation, title="Measured", questions=_QUESTIONS),
        title="How are we doing?",
        audience=Round.Audience.EXTERNAL,
        confidential=False,
        period=period_for(organisation=organisation, quarter=quarter),
        selection={"segments": [Segment.objects.get(name=segment).pk]},
        message=_MESSAGE,
    )


_PEOPLE = """
    INSERT INTO programme_person
        (organisation_id, kind, segment_id, name, email, language, created_at)
    SELECT %(organisation)s, 'customer', %(segment)s, 'Customer ' || n || ' of many',
           'many' || n || '@example.com', 'en', now()
    FROM generate_series(1, %(all)s) n
"""
_INVITATIONS = """
    INSERT INTO feedback_invitation
        (organisation_id, round_id, person_id, segment_id, token_hash, created_at)
    SELECT organisation_id, %(round)s, id, segment_id, encode(sha256(email::bytea), 'hex'), now()
    FROM programme_person WHERE segment_id = %(segment)s ORDER BY id LIMIT %(invited)s
"""
_EMAILS = """
    INSERT INTO outbox_email
        (organisation_id, key, to_email, to_name, from_name, reply_to, subject, text, html,
         headers, message_id, state, on_hold, attempts, due_at, created_at, last_error)
    SELECT like_this.organisation_id, 'round:' || %(round)s || ':' || person.id || ':invite',
           person.email, person.name, from_name, reply_to, subject,
           CASE WHEN person.turn <= %(whole)s THEN text ELSE '' END,
           CASE WHEN person.turn <= %(whole)s THEN html ELSE '' END,
           headers, '<many-' || person.turn || '@example.com>', 'queued', false, 0, now(), now(), ''
    FROM outbox_email like_this, (
        SELECT p.*, row_number() OVER (ORDER BY p.id) AS turn
        FROM feedback_invitation i JOIN programme_person p ON p.id = i.person_id
        WHERE i.round_id = %(round)s
    ) person
    WHERE like_this.id = %(model)s ORDER BY person.id
"""
