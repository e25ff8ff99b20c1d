"""Telling those who came by link what became of what they said: one email each, through the
outbox."""

import hashlib
from collections.abc import Iterable

from feedback.models import Response
from missions.models import ConsentAnswer, Draft, Mission, Suggestion
from missions.services.objection_links import objection_link
from outbox.emails import email_from
from outbox.services import write_emails
from programme.models import Person


def tell_suggester(*, suggestion: Suggestion) -> None:
    """Write to whoever made a suggestion by link what became of it; the same outcome once."""
    response = suggestion.comment.response if suggestion.comment else None
    mission = suggestion.critique.draft.mission
    taken = suggestion.outcome == Suggestion.Outcome.TAKEN
    _write(
        mission,
        response,
        key=f"mission-suggestion:{suggestion.pk}:{_mark(suggestion.outcome, suggestion.why)}",
        subject="What became of your suggestion",
        said=suggestion.text,
        became="We have taken it up." if taken else "We have not taken it up.",
        why=suggestion.why,
        statement="",
    )


def tell_objector(*, answer: ConsentAnswer) -> None:
    """Write to whoever objected by link that their objection was overridden, and why."""
    _write(
        answer.consent.mission,
        answer.response,
        key=f"mission-override:{answer.pk}:{_mark(answer.overridden_because)}",
        subject="What became of your objection",
        said=answer.reason,
        became=(
            "We have not changed the statement for it. The reason stands on our public page once "
            "the mission is adopted, without your name."
        ),
        why=answer.overridden_because,
        statement="",
    )


def tell_of_standing_objection(*, answers: Iterable[ConsentAnswer]) -> None:
    """Write to those who objected by link that the question has closed, and where they can
    withdraw their objection should it be settled."""
    for answer in answers:
        _write(
            answer.consent.mission,
            answer.response,
            key=f"mission-objection:{answer.pk}",
            subject="Your objection stands",
            said=answer.reason,
            became=(
                "The question has closed, and your objection stands. While it does, the statement "
                "is not adopted, unless a leader says publicly why."
            ),
            why="",
            statement="",
            link=objection_link(answer),
        )


def tell_of_new_version(*, answers: Iterable[ConsentAnswer], draft: Draft) -> None:
    """Write to those who objected by link that the statement was changed and is asked about
    again."""
    for answer in answers:
        _write(
            draft.mission,
            answer.response,
            key=f"mission-changed:{answer.pk}:{draft.pk}",
            subject="What became of your objection",
            said=answer.reason,
            became="We have changed the statement, and ask again whether people can live with it.",
            why="",
            statement=draft.text,
        )


def _write(
    mission: Mission,
    response: Response | None,
    *,
    key: str,
    subject: str,
    said: str,
    became: str,
    why: str,
    statement: str,
    link: str = "",
) -> None:
    invitation = response.invitation if response else None
    person = invitation.person if invitation else None
    if person is None or not Person.objects.reachable().filter(pk=person.pk).exists():
        return
    organisation = mission.organisation
    context = {
        "language": organisation.language,
        "name": person.name,
        "said": said,
        "became": became,
        "why": why,
        "statement": statement,
        "link": link,
    }
    write_emails(
        [
            email_from(
                organisation,
                "missions/became_email",
                context,
                key=key,
                to_email=person.email,
                to_name=person.name,
                subject=subject,
            )
        ]
    )


def _mark(*words: str) -> str:
    """The same for the same words, so that nobody is told one thing twice."""
    return hashlib.sha256("\x00".join(words).encode()).hexdigest()[:12]
