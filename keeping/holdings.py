"""Everything held about one person, to hand over to them.

Of a confidential round nothing is told but that they were invited: whoever looks this up must not
learn from it whether they answered, or what. Links in emails have no secrets.
"""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from feedback.models import Case, Invitation, Question, Told
from feedback.services import cases_of, emails_shown_of, messages_of
from missions.models import ConsentAnswer, Contribution, Suggestion
from outbox.models import Email
from outbox.services import without_secrets
from programme.models import Person


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class HeldRound:
    """Their place in one round; of a confidential one `opened` and all below are empty."""

    title: str
    invited: dt.datetime
    confidential: bool
    opened: dt.datetime | None
    answered: dt.datetime | None
    answers: tuple[HeldAnswer, ...]


@dataclass(frozen=True, slots=True)
class HeldEmail:
    subject: str
    to: str
    written: dt.datetime
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class HeldCase:
    title: str
    opened: dt.datetime
    state: str
    outcome: str


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """One message of a conversation, theirs or ours to them."""

    from_us: bool
    sent: dt.datetime
    text: str


@dataclass(frozen=True, slots=True)
class HeldWords:
    """What they said for a mission: `of` is "words", "suggestion" or "consent"."""

    of: str
    text: str


@dataclass(frozen=True, slots=True)
class Holdings:
    organisation: str
    profile: dict[str, str]
    rounds: tuple[HeldRound, ...]
    emails: tuple[HeldEmail, ...]
    cases: tuple[HeldCase, ...]
    messages: tuple[HeldMessage, ...]
    words: tuple[HeldWords, ...]
    # The titles of changes that they were told of; of a confidential round everyone was.
    told: tuple[str, ...]
    # Confidential rounds still open: an answer to one would be deleted, and nobody is told of it.
    open_confidential: int

    @property
    def answers(self) -> int:
        """How many named rounds they answered."""
        return sum(bool(one.answers) for one in self.rounds)

    @property
    def waiting(self) -> int:
        """How many emails to them have not gone out."""
        return sum(one.state == "queued" for one in self.emails)

    def as_json(self) -> dict[str, Any]:
        """Plain values; times stay datetimes."""
        return asdict(self)


def holdings_of(person: Person) -> Holdings:
    """In a number of queries that does not grow with what is held."""
    invitations = list(
        Invitation.objects.filter(person=person)
        .select_related("round__survey", "response")
        .order_by("created_at", "pk")
    )
    surveys = {one.round.survey_id for one in invitations}
    questions: dict[int, list[Question]] = {}
    for question in Question.objects.filter(survey__in=surveys):
        questions.setdefault(question.survey_id, []).append(question)
    emails = emails_shown_of(person).order_by("created_at", "pk")
    return Holdings(
        organisation=person.organisation.name,
        profile=_profile(person),
        rounds=tuple(_round(one, questions.get(one.round.survey_id, [])) for one in invitations),
        emails=tuple(_email(one) for one in emails),
        cases=tuple(_case(one) for one in cases_of(person)),
        messages=tuple(
            HeldMessage(one.from_us, one.sent_at, one.text) for one in messages_of(person)
        ),
        words=tuple(_words(person)),
        told=tuple(
            Told.objects.filter(person=person)
            .order_by("written_at", "pk")
            .values_list("change__title", flat=True)
        ),
        open_confidential=sum(
            one.round.confidential and one.round.state == "open" for one in invitations
        ),
    )


def _profile(person: Person) -> dict[str, str]:
    said = {
        "Name": person.name,
        "Email address": person.email,
        "Kind": person.get_kind_display(),
        "Team": person.team,
        "Segment": person.segment,
        "Yearly value": person.yearly_value,
        "Language": person.language,
        "On the list since": person.created_at.date(),
        "Off the list since": person.left_at and person.left_at.date(),
        "Asked not to be written to": person.unsubscribed_at and person.unsubscribed_at.date(),
        "Address found not to work": person.bounced_at and person.bounced_at.date(),
    }
    return {label: str(value) for label, value in said.items() if value not in (None, "")}


def _round(invitation: Invitation, questions: list[Question]) -> HeldRound:
    sent = invitation.round
    named = not sent.confidential
    response = getattr(invitation, "response", None) if named else None
    return HeldRound(
        title=sent.title,
        invited=invitation.created_at,
        confidential=sent.confidential,
        opened=invitation.seen_at if named else None,
        answered=invitation.answered_at if named else None,
        answers=tuple(
            HeldAnswer(question.text, _said(question, response.answers[question.key]))
            for question in questions
            if response is not None and question.key in response.answers
        ),
    )


def _said(question: Question, value: object) -> str:
    """An answer in words: options by their texts."""
    texts = {option["key"]: option["text"] for option in question.options}
    if isinstance(value, list):
        return ", ".join(str(texts.get(one, one)) for one in value)
    return str(texts.get(value, value)) if isinstance(value, str) else str(value)


def _email(email: Email) -> HeldEmail:
    return HeldEmail(
        email.subject,
        email.to_email,
        email.created_at,
        email.state,
        # By its link whoever reads this could answer in their place.
        without_secrets(email.text),
    )


def _case(case: Case) -> HeldCase:
    return HeldCase(case.title, case.created_at, case.state, case.outcome)


def _words(person: Person) -> list[HeldWords]:
    of = {"comment__response__invitation__person": person}
    named = {**of, "comment__round__confidential": False}
    found = [HeldWords("words", one.text) for one in Contribution.objects.filter(**named)]
    found += [HeldWords("suggestion", one.text) for one in Suggestion.objects.filter(**named)]
    consents = ConsentAnswer.objects.filter(
        response__invitation__person=person, response__round__confidential=False
    )
    for one in consents:
        said = (one.get_choice_display(), one.reason, one.change_asked)
        found.append(HeldWords("consent", "\n".join(filter(None, said))))
    return found
