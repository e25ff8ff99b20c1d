"""Emails to people whom we ask or thank speak their language."""

from functools import partial

import pytest

from feedback.models import Survey
from feedback.services import QuestionSpec, open_round, send_test, thank_colleague
from feedback.spoken import LANGUAGES, speech
from keeping.services.erasing import ask_to_be_forgotten
from outbox.models import Email
from programme.models import Membership, Organisation, Person
from tests import factories

pytestmark = pytest.mark.django_db
HOSTILE = "<b>{{ 7*7 }}</b> {name}"


def _people(of: Organisation) -> dict[str, Person]:
    """A customer of each language, and one whose language we do not speak."""
    found = {}
    for language in (*LANGUAGES, "nl"):
        person = factories.customer(of, f"{HOSTILE} {language}", email=f"{language}@example.com")
        Person.objects.filter(pk=person.pk).update(language=language)
        found[language] = person
    return found


def test_an_invitation_speaks_the_language_of_whom_it_asks(organisation: Organisation) -> None:
    _people(organisation)
    sent = factories.draft_round(organisation)
    Survey.objects.filter(pk=sent.survey_id).update(language="fr")
    sent.refresh_from_db()
    open_round(round=sent)
    for language in (*LANGUAGES, "nl"):
        email = Email.objects.get(to_email=f"{language}@example.com")
        words = speech("fr" if language == "nl" else language)
        assert f'lang="{words.language}"' in email.html
        assert f'dir="{words.direction}"' in email.html
        for part in (email.text, email.html):
            assert words.email["yours_alone"] in part
            assert words.email["rather_not"] in part
            assert "49" not in part.split("http")[0]
        assert f"{HOSTILE} {language}" in email.text
        assert "&lt;b&gt;" in email.html
        assert "<b>" not in email.html
    # A text that is in another language says in which.
    german = Email.objects.get(to_email="de@example.com").html
    assert 'lang="fr"' in german


def test_translated_texts_of_the_survey_are_used(organisation: Organisation) -> None:
    _people(organisation)
    sent = factories.draft_round(
        organisation,
        survey=factories.survey(
            organisation, QuestionSpec("recommend", "recommend-10", "Would you recommend us?")
        ),
    )
    question = sent.survey.questions.get()
    question.translations = {"de": {"text": "Würden Sie uns empfehlen?", "low_end": "Niemals"}}
    question.save()
    open_round(round=sent)
    german = Email.objects.get(to_email="de@example.com")
    for part in (german.text, german.html):
        assert "Würden Sie uns empfehlen?" in part
        assert "Would you recommend us?" not in part
    assert "Would you recommend us?" in Email.objects.get(to_email="en@example.com").text


def test_a_test_speaks_the_surveys(organisation: Organisation, leader: Membership) -> None:
    sent = factories.draft_round(organisation)
    Survey.objects.filter(pk=sent.survey_id).update(language="de")
    sent.refresh_from_db()
    send_test(round=sent, to=leader)
    assert speech("de").email["test"] in Email.objects.get().text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_confirmation_that_one_wants_to_be_forgotten(
    organisation: Organisation, language: str
) -> None:
    person = _people(organisation)[language]
    person.refresh_from_db()
    ask_to_be_forgotten(person=person)
    email = Email.objects.get()
    words = speech(language)
    assert words.email["forget_not_you"] in email.text
    assert words.email["forget_do"] in email.html
    assert f'dir="{words.direction}"' in email.html
    assert organisation.name in email.subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_thanks(organisation: Organisation, manager: Membership, language: str) -> None:
    colleague = factories.staff(organisation, "Ida", email="ida@example.com")
    Person.objects.update(language=language)
    colleague.refresh_from_db()
    thank = partial(
        thank_colleague,
        organisation=organisation,
        colleague=colleague,
        team=None,
        text=HOSTILE,
        given_by=manager,
    )
    thank(kind="serving")
    thank(kind="saving", from_customer=True)
    first, second = Email.objects.order_by("pk")
    words = speech(language).email
    assert str(manager.user) in first.subject
    assert second.subject == words["thanks_customer_you"]
    assert words["thanks_saving"] in second.text
    assert "<b>" not in second.html
    assert "http" not in first.text, "Ida has no account: a page of ours would ask her to sign in"
    manager.user.email = "IDA@example.com"
    manager.user.save()
    thank(kind="serving")
    assert "/feedback/thanks/" in Email.objects.order_by("pk")[2].text
