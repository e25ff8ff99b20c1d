"""A survey on paper: every kind with its boxes, conditions as "go to", five languages, a place's
code for typing it in."""

import io
import subprocess

import pytest
from django.test import Client
from django.urls import reverse
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader

from feedback import kinds
from feedback.answer_page import Language
from feedback.models import OpenLink, Question, Response, Round, Survey
from feedback.paper import html_of, items_of, paper_survey
from feedback.services import QuestionSpec, invite_by_email, make_link, open_round
from feedback.spoken import LANGUAGES, speech
from programme.models import Organisation
from tests import factories

HOSTILE = '<img src="http://127.0.0.1:9/x.png"><script>alert(1)</script>'
OPTIONS = (("a", "The stairs"), ("b", "The bell"))


def of_every_kind(organisation: Organisation) -> Survey:
    asked = [
        QuestionSpec(kind, kind, f"Asked as {kind}", options=OPTIONS)
        if kind in kinds.WITH_OPTIONS
        else QuestionSpec(kind, kind, f"Asked as {kind}")
        for kind in Question.Kind.values
        if kind not in Question.MISSION_KINDS
    ]
    return factories.survey(organisation, *asked)


def with_conditions(organisation: Organisation) -> Survey:
    """2 and 3 for who said no, 4 for low scores, 6 for who did not take the stairs."""
    survey = factories.survey(
        organisation,
        QuestionSpec("back", "yes-no", "Is it back?"),
        QuestionSpec("what", "text", "What is wrong?"),
        QuestionSpec("since", "short", "Since when?"),
        QuestionSpec("why", "text", "Why so low?"),
        QuestionSpec("way", "one", "Which way?", options=OPTIONS),
        QuestionSpec("bell", "text", "And the bell?"),
    )
    no = {"key": "back", "test": "is", "value": "no"}
    for key, condition in (
        ("what", no),
        ("since", no),
        ("why", {"key": "back", "test": "answered", "value": None}),
        ("bell", {"key": "way", "test": "is-not", "value": "a"}),
    ):
        survey.questions.filter(key=key).update(show_if=condition)
    return survey


def text_of(pdf: bytes) -> str:
    done = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return " ".join(done.stdout.decode().split())


def kiosk(organisation: Organisation, survey: Survey, *, confidential: bool = False) -> OpenLink:
    held = factories.draft_round(organisation, survey=survey, confidential=confidential)
    return make_link(round=held, place="Front desk", use=OpenLink.Use.KIOSK)


def test_every_question_of_every_kind_is_numbered_with_its_answers(
    organisation: Organisation,
) -> None:
    survey = of_every_kind(organisation)
    pdf = paper_survey(survey)
    found = validate_pdf_bytes(pdf, profile=ValidationProfile.PDF_UA_1)
    assert [failure.message for failure in found.failures] == []
    text = text_of(pdf)
    for number, question in enumerate(survey.questions.all(), 1):
        assert f"{number} {question.text}" in text
    for said in ("The stairs", "Tick one.", "Tick all that apply.", "Write a place in each box"):
        assert said in text
    assert "nobody can type it in" in text
    assert paper_survey(survey) == pdf


def test_a_condition_is_a_line_that_says_for_whom_and_where_the_others_go(
    organisation: Organisation,
) -> None:
    questions = list(with_conditions(organisation).questions.all())
    items = items_of(questions, Language(speech("en"), "en"))
    bell = "Only if you gave another answer than “The stairs” to question 5."
    assert [item.only for item in items] == [
        "",
        "Only if you answered “No” to question 1. Otherwise go to question 4.",
        "",
        "Only if you answered question 1. Otherwise go to question 5.",
        "",
        f"{bell} Otherwise you are at the end.",
    ]


def test_scores_are_compared_by_their_numbers(organisation: Organisation) -> None:
    survey = factories.survey(
        organisation,
        QuestionSpec("recommend", "recommend-10", "Would you?"),
        QuestionSpec("why", "text", "Why not?"),
        QuestionSpec("last", "text", "Anything else?"),
    )
    survey.questions.filter(key="why").update(
        show_if={"key": "recommend", "test": "at-most", "value": 6}
    )
    items = items_of(list(survey.questions.all()), Language(speech("en"), "en"))
    assert items[1].only == (
        "Only if your answer to question 1 is 6 or less. Otherwise go to question 3."
    )


@pytest.mark.parametrize("confidential", [False, True])
def test_a_place_s_sheet_says_who_sees_it_where_it_goes_and_where_it_is_typed_in(
    organisation: Organisation, as_manager: Client, confidential: bool
) -> None:
    link = kiosk(organisation, with_conditions(organisation), confidential=confidential)
    places = reverse("feedback:round_links", args=[organisation.slug, link.round_id])
    where = reverse("feedback:link_paper", args=[organisation.slug, link.round_id, link.pk])
    assert f"{where}?lang=en" in as_manager.get(places).text
    pdf = as_manager.get(where).content
    assert validate_pdf_bytes(pdf, profile=ValidationProfile.PDF_UA_1).is_compliant
    text = text_of(pdf)
    seen = "shown only together, from 5 people" if confidential else "read each of them"
    for said in (
        seen,
        "types this sheet in and sees it then; afterwards it is destroyed.",
        "Please hand this sheet in here: Front desk",
        f"/q/{link.token}",
    ):
        assert said in text, said


def test_one_sheet_after_the_other_is_typed_in_at_its_place(
    organisation: Organisation, client: Client
) -> None:
    """What the sheet promises to whoever types: the address takes an answer, and then another."""
    link = kiosk(organisation, factories.survey(organisation))
    invite_by_email(round=link.round, invited=False)
    open_round(round=Round.objects.get(pk=link.round_id))
    address = reverse("open_answer", args=[link.token])
    for score in ("9", "2"):
        page = client.get(address).text
        device = page.split('name="device"')[1].split('value="')[1].split('"')[0]
        typed = {"device": device, "version": "0", "move": "on", "q-recommend": score}
        assert "thanks" in client.post(address, typed)["Location"]
    assert Response.objects.filter(open_link=link, submitted_at__isnull=False).count() == 2


def test_only_one_device_for_everyone_takes_sheets_and_only_managers_print_them(
    organisation: Organisation, as_manager: Client, as_member: Client, stranger_client: Client
) -> None:
    link = kiosk(organisation, factories.survey(organisation))
    own = make_link(round=link.round, place="Wall", use=OpenLink.Use.OWN_DEVICE)
    where = [organisation.slug, link.round_id]
    own_address = reverse("feedback:link_paper", args=[*where, own.pk])
    address = reverse("feedback:link_paper", args=[*where, link.pk])
    copy = reverse("feedback:survey_paper", args=[organisation.slug, link.round.survey_id])
    assert as_manager.get(own_address).status_code == 404
    assert as_member.get(address).status_code == 403
    assert stranger_client.get(address).status_code == 404
    assert stranger_client.get(copy).status_code == 404
    assert as_member.get(copy)["Content-Type"] == "application/pdf"


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_languages_of_the_survey(organisation: Organisation, language: str) -> None:
    survey = with_conditions(organisation)
    survey.translations = {other: {"title": f"Title in {other}"} for other in LANGUAGES[1:]}
    survey.save()
    pdf = paper_survey(survey, wanted=language, link=kiosk(organisation, survey))
    assert validate_pdf_bytes(pdf, profile=ValidationProfile.PDF_UA_1).is_compliant
    read = PdfReader(io.BytesIO(pdf))
    assert str(read.root_object["/Lang"]) == language
    words = speech(language).page
    if language != "ar":
        text = text_of(pdf)
        assert words["paper_else"].format(number=4) in text
        assert words["paper_hand_in"] in text
    assert text_of(paper_survey(survey, wanted="nl")) == text_of(paper_survey(survey))


def test_what_people_wrote_is_text_and_nothing_is_fetched(organisation: Organisation) -> None:
    survey = factories.survey(
        organisation, QuestionSpec("q", "text", HOSTILE, hint=HOSTILE), title=HOSTILE
    )
    html = html_of(survey, Language(speech("en"), "en"), None)
    assert HOSTILE not in html
    assert "<script>alert(1)</script>" in text_of(paper_survey(survey))
