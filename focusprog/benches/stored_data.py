"""What `bench stored` looks at: two organisations of the same shape, one with a hundred times as
much in it as the other.

Runs in a process of its own beside the programme (`manage.py shell`), on the folder's database.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.signin import signin_url
from feedback.models import Change, CommentTheme, Round
from feedback.services import close_round, count_what_is_due, create_round, create_survey
from feedback.services.question_specs import QuestionSpec
from programme.models import Organisation, Person
from programme.periods import Quarter
from programme.services import create_organisation, ensure_segment, period_for
from touchpoints.models import Touchpoint
from touchpoints.services import add_journey, add_stage, add_touchpoint

_WORDS = (
    "array['The lift was broken again', 'Quick answer and a friendly voice', "
    "'Nobody rang back for days', 'The invoice was wrong', 'Everything as promised', "
    "'The engineer explained what was done', 'Parking was hard to find']"
)


def fill(base_url: str, small: int, large: int) -> None:
    """Make the organisations and print as JSON the leader's link and, of each, the addresses of its
    pages by name."""
    leader = User.objects.create_user("bench@example.com", None, name="Robin Lane")
    pages = {name: shape(leader, name, rows) for name, rows in (("few", small), ("many", large))}
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    count_what_is_due()
    print(json.dumps({"link": signin_url(leader, base_url=base_url), "pages": pages}))


def shape(leader: User, name: str, rows: int) -> dict[str, str]:
    """One organisation with so many customers, each of them invited twice; its pages."""
    of = create_organisation(name=name.capitalize(), leader=leader)
    segments = [ensure_segment(organisation=of, name=f"Segment {n}").pk for n in range(8)]
    stage = add_stage(journey=add_journey(organisation=of, name="Use"), name="A visit")
    touchpoint = add_touchpoint(stage=stage, name="The visit")
    given = {"of": of.pk, "rows": rows, "segments": segments, "touchpoint": touchpoint.pk}
    _run(_PEOPLE, given)
    closed, opened = (_round(of, touchpoint, quarter) for quarter in ("2026Q1", "2026Q2"))
    change = Change.objects.create(
        organisation=of,
        title="The lift works",
        said="It was broken.",
        did="It is new.",
        published_at=timezone.now(),
        sent_at=timezone.now(),
        sent_to=rows,
    )
    change.rounds.add(closed)
    given |= {"closed": closed.pk, "open": opened.pk, "change": change.pk}
    for sent, answering in ((closed, 10), (opened, 2)):
        _run(_INVITATIONS, given | {"round": sent.pk, "answering": answering})
        _run(_RESPONSES, given | {"round": sent.pk})
    _run(_INVITING_EMAILS, given)
    close_round(round=closed)
    Round.objects.filter(pk=closed.pk).update(emails_sent=rows, emails_failed=0, emails_bounced=0)
    questions = closed.survey.questions.filter(kind="text").values_list("pk", flat=True)
    for number, question in enumerate(questions):
        _run(_COMMENTS, given | {"question": question, "number": number})
    themes = [CommentTheme.objects.create(organisation=of, name=f"Theme {n}") for n in range(5)]
    _run(_THEMED, given | {"themes": [one.pk for one in themes]})
    for statement in (_TOLD, _CHANGE_EMAILS, _HELD):
        _run(statement, given)
    return _pages(of, closed, opened, change, touchpoint)


def _round(of: Organisation, touchpoint: Touchpoint, quarter: str) -> Round:
    survey = create_survey(
        organisation=of,
        title=f"How was it in {quarter}?",
        questions=[
            QuestionSpec("visit", "moment", "How was it?", touchpoint_id=touchpoint.pk),
            QuestionSpec("recommend", "recommend-10", "Would you recommend us?"),
            QuestionSpec("better", "text", "What should be better?"),
            QuestionSpec("good", "text", "What was good?"),
        ],
    )
    sent = create_round(
        organisation=of,
        survey=survey,
        title=survey.title,
        audience=Round.Audience.EXTERNAL,
        confidential=False,
        period=period_for(organisation=of, quarter=Quarter.parse(quarter)),
        selection={},
    )
    Round.objects.filter(pk=sent.pk).update(state=Round.State.OPEN, opened_at=timezone.now())
    sent.refresh_from_db()
    return sent


def _pages(
    of: Organisation, closed: Round, opened: Round, change: Change, touchpoint: Touchpoint
) -> dict[str, str]:
    def at(view: str, *args: object, query: str = "") -> str:
        return reverse(view, args=[of.slug, *args]) + query

    text = closed.survey.questions.get(key="better")
    person = Person.objects.filter(organisation=of).earliest("pk")
    return {
        "home": at("home"),
        "rounds": at("feedback:index"),
        "open_round": at("feedback:round", opened.pk),
        "closed_round": at("feedback:round", closed.pk),
        "results": at("feedback:results", closed.pk),
        "change": at("feedback:change", change.pk),
        "change_edit": at("feedback:change_edit", change.pk),
        "comments": at("feedback:comments"),
        "comments_by_word": at("feedback:comments", query="?q=lift"),
        "comments_by_rare_word": at("feedback:comments", query="?q=nobodywrotethis"),
        "comments_by_question": at(
            "feedback:comments", query=f"?question={text.survey_id}-{text.key}"
        ),
        "comments_by_moment": at("feedback:comments", query="?moment=misery"),
        "touchpoint_comments": at("feedback:touchpoint_comments", touchpoint.pk),
        "themes": at("feedback:themes"),
        "loyalty": at("feedback:loyalty"),
        "mail": at("feedback:mail"),
        "held": at("keeping:held", person.pk),
    }


def _run(statement: str, given: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)


_PEOPLE = """
    INSERT INTO programme_person
        (organisation_id, kind, segment_id, name, email, language, created_at, yearly_value)
    SELECT %(of)s, 'customer', (%(segments)s::bigint[])[1 + n %% 8], 'Customer ' || n,
           'customer' || n || '@example.com', 'en', now(), n %% 5000
    FROM generate_series(1, %(rows)s) n
"""
# Of ten people so many answer, and one more only looks.
_INVITATIONS = """
    INSERT INTO feedback_invitation
        (organisation_id, round_id, person_id, segment_id, token_hash, created_at, seen_at,
         answered_at)
    SELECT organisation_id, %(round)s, id, segment_id,
           encode(sha256((%(round)s || '-' || id)::bytea), 'hex'), now(),
           CASE WHEN id %% 10 <= %(answering)s THEN now() END,
           CASE WHEN id %% 10 < %(answering)s THEN now() END
    FROM programme_person WHERE organisation_id = %(of)s ORDER BY id
"""
_RESPONSES = f"""
    INSERT INTO feedback_response
        (id, organisation_id, round_id, invitation_id, segment_id, answers, version, submitted_at)
    SELECT gen_random_uuid(), organisation_id, round_id, id, segment_id, jsonb_build_object(
               'visit', (array['magic', 'mediocrity', 'misery'])[1 + id %% 3],
               'recommend', id %% 11, 'better', ({_WORDS})[1 + id %% 7]),
           1, now()
    FROM feedback_invitation WHERE round_id = %(round)s AND answered_at IS NOT NULL
"""  # noqa: S608  (words of ours)
_INVITING_EMAILS = """
    INSERT INTO outbox_email
        (organisation_id, key, to_email, to_name, from_name, reply_to, subject, text, html, headers,
         message_id, state, on_hold, attempts, due_at, created_at, last_error, blanked_at)
    SELECT i.organisation_id, 'round:' || i.round_id || ':' || i.person_id || ':invite',
           i.person_id || '@example.com', '', '', '', 'How was it?', 'How was it?', '', '{}',
           '<round-' || i.id || '@example.com>',
           CASE i.person_id %% 100 WHEN 0 THEN 'queued' WHEN 1 THEN 'failed' WHEN 2 THEN 'bounced'
                                   ELSE 'sent' END,
           false, 0, now() + interval '1 year', now(), '', now()
    FROM feedback_invitation i WHERE i.round_id = %(open)s
"""
_COMMENTS = f"""
    INSERT INTO feedback_comment
        (id, organisation_id, round_id, question_id, response_id, touchpoint_id, segment_id, text,
         language, moment, released_at, review)
    SELECT gen_random_uuid(), organisation_id, round_id, %(question)s, id,
           CASE WHEN version = 1 THEN %(touchpoint)s::bigint END, segment_id,
           ({_WORDS})[1 + (invitation_id + %(number)s) %% 7] || ', number ' || invitation_id,
           'en', answers ->> 'visit', now(), ''
    FROM feedback_response
    WHERE round_id = %(closed)s AND submitted_at IS NOT NULL AND invitation_id %% 2 = %(number)s
"""  # noqa: S608  (words of ours)
_THEMED = """
    INSERT INTO feedback_commenttheme_comments (commenttheme_id, comment_id)
    SELECT (%(themes)s::bigint[])[1 + turn %% 5], id FROM (
        SELECT id, row_number() OVER () AS turn FROM feedback_comment
        WHERE organisation_id = %(of)s
    ) c WHERE turn %% 2 = 0
"""
_TOLD = """
    INSERT INTO feedback_told (organisation_id, change_id, person_id, written_at)
    SELECT %(of)s, %(change)s, id, now() FROM programme_person WHERE organisation_id = %(of)s
"""
_CHANGE_EMAILS = """
    INSERT INTO outbox_email
        (organisation_id, key, to_email, to_name, from_name, reply_to, subject, text, html, headers,
         message_id, state, on_hold, attempts, due_at, created_at, last_error, blanked_at)
    SELECT organisation_id, 'change:' || change_id || ':' || person_id,
           person_id || '@example.com', '', '', '', 'The lift works', 'The lift works', '', '{}',
           '<change-' || id || '@example.com>',
           CASE id %% 100 WHEN 0 THEN 'bounced' ELSE 'sent' END, false, 1, now(), now(), '', now()
    FROM feedback_told WHERE change_id = %(change)s
"""
_HELD = """
    UPDATE feedback_comment SET released_at = NULL, review = 'held'
    WHERE id IN (SELECT id FROM feedback_comment WHERE organisation_id = %(of)s
                 LIMIT %(rows)s / 1000)
"""
