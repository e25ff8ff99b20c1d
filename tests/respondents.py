"""An open round as a respondent meets it: a link in an email, opened in a browser."""

from django.test import Client

from feedback.models import Round
from feedback.services import QuestionSpec, open_round
from outbox.models import Email
from programme.models import Organisation, Person
from tests import factories


def link_of(person: Person, sent: Round) -> str:
    """The path of the link in a person's email."""
    text = Email.objects.get(key=f"round:{sent.pk}:{person.pk}:invite").text
    return text[text.index("/a/") :].split()[0]


def sent_round(
    organisation: Organisation, *questions: QuestionSpec, **fields: object
) -> tuple[Round, str]:
    """An open round to one more customer, and that customer's link."""
    person = factories.customer(organisation, language=fields.pop("language", "en"))
    survey = factories.survey(organisation, *questions)
    sent = factories.draft_round(organisation, survey=survey, **fields)
    open_round(round=sent)
    return sent, link_of(person, sent)


def opened(link: str) -> tuple[Client, str]:
    """A browser that has opened the link, and where it was led."""
    client = Client()
    answer = client.get(link)
    assert answer.status_code == 302
    return client, answer["Location"]
