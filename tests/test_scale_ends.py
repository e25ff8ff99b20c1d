"""What the two ends of a scale mean: on the page, in the email, in the builder, in the results."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from feedback.answer_page import language_for
from feedback.figures import labels_of
from feedback.models import Survey
from feedback.services import QuestionSpec, duplicate_question
from feedback.services.invitation_emails import scores_of
from outbox.models import Email
from programme.models import Organisation
from tests import factories
from tests.respondents import opened, sent_round

pytestmark = pytest.mark.django_db

RECOMMEND = QuestionSpec("recommend", "recommend-10", "Would you recommend us?")
EFFORT = QuestionSpec("effort", "effort-7", "How easy was it?")
OWN = QuestionSpec("own", "recommend-10", "Again?", low_end="Never <b>", high_end="Any day")
AGREE = QuestionSpec("agree", "agreement-5", "It was warm", low_end="Freezing", high_end="Cosy")


def _edit(survey: Survey) -> str:
    return reverse("feedback:survey_edit", args=[survey.organisation.slug, survey.pk])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Not at all likely", "Extremely likely", "Very difficult", "Very easy"]),
        ("de", ["Äußerst unwahrscheinlich", "Äußerst wahrscheinlich", "Sehr schwer"]),
        ("fr", ["Pas du tout probable", "Tout à fait probable", "Très facile"]),
        ("es", ["Nada probable", "Muy probable", "Muy fácil"]),
        ("ar", ["غير محتمل إطلاقًا", "محتمل جدًا", "سهل جدًا"]),
    ],
)
def test_the_page_says_them_without_anyone_writing_them(
    organisation: Organisation, language: str, words: list[str]
) -> None:
    _, link = sent_round(organisation, RECOMMEND, EFFORT, language=language)
    client, page = opened(link)
    shown = client.get(page).content.decode()
    for said in words:
        assert f">{said}<" in shown


def test_a_question_brings_its_own_and_they_are_text(organisation: Organisation) -> None:
    _, link = sent_round(organisation, OWN, AGREE)
    client, page = opened(link)
    shown = client.get(page).content.decode()
    assert "Never &lt;b&gt;" in shown
    assert "Any day" in shown
    assert "likely" not in shown
    # A scale with a word for each value keeps those between.
    for said in ("Freezing", "I disagree<", "Neither", "I agree<", "Cosy"):
        assert said in shown
    assert "strongly" not in shown


def test_the_email_says_them_with_its_first_question(organisation: Organisation) -> None:
    sent_round(organisation, RECOMMEND)
    email = Email.objects.get()
    assert "0: Not at all likely. 10: Extremely likely." in " ".join(email.html.split())
    assert "0 (Not at all likely): http" in email.text
    assert "10 (Extremely likely): http" in email.text
    assert "\n5: http" in email.text


def test_an_email_about_effort_says_each_number_once(organisation: Organisation) -> None:
    sent, _ = sent_round(organisation, EFFORT)
    [question] = sent.survey.questions.all()
    english = language_for(sent.survey, wanted="", preferred="en")
    assert [(str(one.shown), str(one.words)) for one in scores_of(question, english)][::6] == [
        *(("1", "Very difficult"), ("7", "Very easy")),
    ]
    assert "1: Very difficult. 7: Very easy." in " ".join(Email.objects.get().html.split())


def test_they_are_written_in_the_builder_and_translated(
    organisation: Organisation, as_manager: Client
) -> None:
    survey = factories.survey(organisation, RECOMMEND)
    given = {
        "action": "question",
        "key": "recommend",
        "question-kind": "recommend-10",
        "question-text": "Would you recommend us?",
        "question-low_end": "Never",
        "question-high_end": "x" * 61,
    }
    refused = as_manager.post(f"{_edit(survey)}?question=recommend", given)
    assert refused.status_code == 422
    assert 'value="Never"' in refused.content.decode()
    given["question-high_end"] = "Any day"
    as_manager.post(f"{_edit(survey)}?question=recommend", given)
    shown = as_manager.get(f"{_edit(survey)}?question=recommend").content.decode()
    assert 'placeholder="Extremely likely"' in shown
    assert 'value="Any day"' in shown

    translate = reverse("feedback:survey_translate", args=[organisation.slug, survey.pk])
    said = {"low_end~recommend": "Nie", "survey~title": "Wie machen wir es?"}
    as_manager.post(f"{translate}?language=de", said)
    preview = reverse("feedback:survey_preview", args=[organisation.slug, survey.pk])
    page = as_manager.get(f"{preview}?lang=de").content.decode()
    assert ">Nie<" in page
    assert 'lang="en" dir="ltr">Any day<' in page.replace("\n>", ">")


def test_a_copy_and_the_next_version_keep_them(organisation: Organisation) -> None:
    survey = factories.survey(organisation, OWN)
    factories.draft_round(organisation, survey=survey)
    following = duplicate_question(survey=survey, key="own")
    assert following != survey
    ends = following.questions.values_list("low_end", "high_end")
    assert list(ends) == [("Never <b>", "Any day")] * 2


def test_what_has_no_scale_has_no_ends(organisation: Organisation) -> None:
    spec = QuestionSpec("why", "text", "Why?", low_end="Never", high_end="Always")
    [question] = factories.survey(organisation, spec).questions.all()
    assert (question.low_end, question.high_end) == ("", "")


def test_results_name_the_answers_as_they_were_asked(organisation: Organisation) -> None:
    own = QuestionSpec("own", "effort-7", "How was it?", low_end="A struggle")
    survey = factories.survey(organisation, AGREE, own, RECOMMEND)
    agree, effort, recommend = survey.questions.all()
    assert [words for _, words in labels_of(agree)] == [
        *("Freezing", "I disagree", "Neither", "I agree", "Cosy"),
    ]
    assert [words for _, words in labels_of(effort)][::6] == ["1: A struggle", "7: very easy"]
    assert [words for _, words in labels_of(recommend)] == [str(value) for value in range(11)]


@pytest.mark.django_db(transaction=True)
def test_a_thumb_hits_each_number_and_the_ends_are_read_out(
    organisation: Organisation, live_server: object, phone_page: Page
) -> None:
    _, link = sent_round(organisation, RECOMMEND, EFFORT)
    for width in (390, 320):
        phone_page.set_viewport_size({"width": width, "height": 844})
        phone_page.goto(f"{live_server}{link}")
        for name in ("Would you recommend us?", "How easy was it?"):
            group = phone_page.get_by_role("group", name=name)
            for choice in group.locator("label").all():
                box = choice.bounding_box()
                assert box is not None
                assert min(box["width"], box["height"]) >= 44
    recommend = phone_page.get_by_role("group", name="Would you recommend us?")
    expect(recommend).to_have_accessible_description("0 Not at all likely 10 Extremely likely")
